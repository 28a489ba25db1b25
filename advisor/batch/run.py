"""A batch run: spans of accounts to worker processes, their parts merged in order into one file."""

from __future__ import annotations

import itertools
import json
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from advisor.batch import work
from advisor.batch.work import ORDER, Done, Job, part_of
from advisor.metrics import metric_tables

SPAN = 10_000
_AHEAD = 2
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One account's advice as it goes out: its id, its owner's, and the record as JSON text."""

    account: str
    owner: str
    text: str

    @property
    def record(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.text)
        return found


def spans(accounts: int, size: int = SPAN) -> list[tuple[int, int]]:
    """The accounts cut into spans. They do not depend on the number of workers, so neither does what comes out."""
    return [(first, min(first + size, accounts) - 1) for first in range(0, accounts, size)]


def run(job: Job, workers: int, told: Callable[[Done], None], size: int = SPAN) -> list[Done]:
    """Advise on all accounts of a store.

    Args: job – what is to be done; workers – processes, 1 for none but this one; told – called after each span.
    Returns: what each span came to; parts that are there already are taken as they are.
    """
    wanted = [span for span in spans(job.store.accounts, size) if not part_of(job.folder, *span).is_file()]
    found = _alone(job, wanted, told) if workers == 1 else _together(job, wanted, workers, told)
    return sorted(found, key=lambda done: done.first)


def _alone(job: Job, wanted: Sequence[tuple[int, int]], told: Callable[[Done], None]) -> list[Done]:
    work.start(job)
    found = []
    for span in wanted:
        found.append(work.work(*span))
        told(found[-1])
    return found


def _together(job: Job, wanted: Sequence[tuple[int, int]], workers: int, told: Callable[[Done], None]) -> list[Done]:
    """Only a few spans are handed out at a time, so that a failure stops the run at once."""
    found: list[Done] = []
    spawn = multiprocessing.get_context("spawn")  # a fork would share the database's threads
    with ProcessPoolExecutor(workers, spawn, work.start, (job,)) as pool:
        waiting: set[Future[Done]] = set()
        left = iter(wanted)
        try:
            while True:
                free = workers * _AHEAD - len(waiting)
                waiting |= {pool.submit(work.work, *span) for span in itertools.islice(left, free)}
                if not waiting:
                    return found
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for one in done:
                    found.append(one.result())
                    told(found[-1])
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def merged(job: Job, size: int = SPAN) -> Iterator[Entry]:
    """All accounts' advice in order, a few at a time."""
    paths = [str(part_of(job.folder, *span)) for span in spans(job.store.accounts, size)]
    if not paths:
        return
    with metric_tables.scratch() as connection:
        cursor = connection.execute(
            f"SELECT id, owner, record FROM read_parquet($paths) ORDER BY {ORDER}", {"paths": paths}
        )
        while rows := cursor.fetchmany(_AT_ONCE):
            for account, owner, text in rows:
                yield Entry(account, owner, text)


def write_lines(path: Path, entries: Iterator[Entry]) -> int:
    """JSON lines, one an account; the file is there whole or as it was before.

    Returns: the number of lines.
    """
    draft, count = path.with_name(f".{path.name}.draft"), 0
    with draft.open("w", encoding="utf-8", newline="\n") as file:
        for entry in entries:
            file.write(entry.text + "\n")
            count += 1
    draft.replace(path)
    return count
