"""A batch run: spans of accounts to worker processes, each of which leaves a part."""

from __future__ import annotations

import itertools
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait

from advisor.batch import work
from advisor.batch.parts import Parts
from advisor.batch.store import Store
from advisor.batch.work import Done, Job, part_of

SPAN = 10_000
_LEAST = 1_000
_SPANS = 8
_AHEAD = 2


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


def parts_of(job: Job, size: int = SPAN) -> Parts:
    """The parts of a run."""
    return Parts(job.folder, tuple(part_of(job.folder, *span) for span in spans(job.store, size)))
