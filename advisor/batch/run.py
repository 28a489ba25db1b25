"""A batch run: spans of accounts to worker processes, their parts merged in order into one file."""

from __future__ import annotations

import itertools
import json
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.batch import work
from advisor.batch.store import Store
from advisor.batch.work import COLUMNS, ORDER, Done, Job, part_of
from advisor.metrics import metric_tables

if TYPE_CHECKING:
    from advisor.metrics.metric_tables import Connection

SPAN = 10_000
_LEAST = 1_000
_SPANS = 8
_AHEAD = 2
_MEMORY = "2GB"
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


def spans(store: Store, size: int = SPAN) -> list[tuple[int, int]]:
    """The accounts cut into spans. They do not depend on the number of workers, so neither does what comes out."""
    wanted = range(store.accounts) if store.only is None else store.only
    return [(wanted[n], wanted[min(n + size, len(wanted)) - 1]) for n in range(0, len(wanted), size)]


def size_of(store: Store) -> int:
    """How many accounts a span has: each costs the database some seconds of planning, and yet all cores want work."""
    few = min(_SPANS, -(-store.accounts // _LEAST))
    number = max(few, -(-store.accounts // SPAN), 1)
    return max(-(-store.accounts // number), 1)


def run(job: Job, workers: int, told: Callable[[Done], None], size: int = SPAN) -> list[Done]:
    """Advise on all accounts of a store.

    Args: job – what is to be done; workers – processes, 1 for none but this one; told – called after each span.
    Returns: what each span came to; parts that are there already are taken as they are.
    """
    wanted = [span for span in spans(job.store, size) if not part_of(job.folder, *span).is_file()]
    workers = min(workers, len(wanted))
    found = _together(job, wanted, workers, told) if workers > 1 else _alone(job, wanted, told)
    return sorted(found, key=lambda done: done.first)


def _alone(job: Job, wanted: Sequence[tuple[int, int]], told: Callable[[Done], None]) -> list[Done]:
    found: list[Done] = []
    if wanted:
        work.start(job)
    try:
        for span in wanted:
            found.append(work.work(*span))
            told(found[-1])
    finally:
        work.leave()
    return found


def _together(job: Job, wanted: Sequence[tuple[int, int]], workers: int, told: Callable[[Done], None]) -> list[Done]:
    """Only a few spans are handed out at a time, so that a failure stops the run at once."""
    found: list[Done] = []
    spawn = multiprocessing.get_context("spawn")  # a fork would share the database's threads
    with ProcessPoolExecutor(workers, spawn, work.enter, (job,)) as pool:
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
            for child in multiprocessing.active_children():  # their parts are whole, or not there
                child.terminate()
            pool.shutdown(cancel_futures=True)
            raise


# --- what came out -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Parts:
    """What a run left: parts, and (with `old` and `kept`) the rows of an earlier run for the accounts in `kept`.

    `folder` is where the database may put what does not fit into memory; `hashes` are those of the earlier content and
    of this one.
    """

    folder: Path
    paths: tuple[Path, ...]
    old: Path | None = None
    kept: Path | None = None
    hashes: tuple[str, str] = ("", "")

    def rows(self) -> str:
        """All rows, as SQL that a FROM takes."""
        names = ", ".join(COLUMNS)
        texts = [f"SELECT {names} FROM read_parquet({_listed(self.paths)})"] if self.paths else []
        if self.old is not None and self.kept is not None:
            kept = f"(SELECT id FROM read_parquet({_listed([self.kept])}))"
            before, now = map(metric_tables.literal, self.hashes)
            own = f"* REPLACE (replace(record, {before}, {now}) AS record)" if before != now else "*"
            old = f"(SELECT {own} FROM read_parquet({_listed([self.old])}))"
            texts.append(f"SELECT {names} FROM {old} WHERE id IN {kept}")
        nothing = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in COLUMNS.items())
        return f"({' UNION ALL '.join(texts) or f'SELECT {nothing} WHERE FALSE'})"

    @contextmanager
    def opened(self) -> Iterator[Connection]:
        """A database to read them with. Raises: QueryFailed – the disk is full, or a part is broken."""
        with metric_tables.failures(), metric_tables.scratch() as connection:
            connection.execute(f"SET temp_directory = {metric_tables.literal(str(self.folder / 'spilled'))}")
            connection.execute(f"SET memory_limit = '{_MEMORY}'")
            yield connection

    def fetched(self, text: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, a few at a time."""
        with self.opened() as connection:
            cursor = connection.execute(text)
            while rows := cursor.fetchmany(_AT_ONCE):
                yield from rows

    def copied(self, rows: str, path: Path, marks: str = "") -> None:
        """Write a SELECT's rows to a Parquet file.

        They go through a first file, since how rows are packed into pages depends on where they come from; read from
        one file, the same rows make the same bytes.
        Args: marks – key-value metadata, as DuckDB writes it.
        """
        first, form = path.with_name(f"{path.name}.first"), "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 10240"
        marked = f", KV_METADATA {{{marks}}}" if marks else ""
        with self.opened() as connection:
            connection.execute(f"COPY ({rows}) TO {metric_tables.literal(str(first))} ({form})")
            connection.execute(
                f"COPY (FROM read_parquet({metric_tables.literal(str(first))}))"
                f" TO {metric_tables.literal(str(path))} ({form}{marked})"
            )
        first.unlink()

    def entries(self) -> Iterator[Entry]:
        """All accounts' advice in order; those that could not be advised are left out."""
        text = f"SELECT id, owner, record FROM {self.rows()} WHERE record IS NOT NULL ORDER BY {ORDER}"
        return (Entry(*row) for row in self.fetched(text))


def _listed(paths: Sequence[Path]) -> str:
    return f"[{', '.join(metric_tables.literal(str(path)) for path in paths)}]"


def parts_of(job: Job, size: int = SPAN) -> Parts:
    """The parts of a run."""
    return Parts(job.folder, tuple(part_of(job.folder, *span) for span in spans(job.store, size)))


def merged(job: Job, size: int = SPAN) -> Iterator[Entry]:
    """All accounts' advice in order, a few at a time."""
    return parts_of(job, size).entries()
