"""Cases run in several processes: for books of a thousand plays."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

from advisor.bench.case_metrics import CaseMetrics
from advisor.bench.cases import Bench, CaseResult
from advisor.content.content import Content
from advisor.content.plays import Play

_bench: list[Bench] = []


def run_plays(
    content: Content, plays: Sequence[Play], jobs: int = 1, metrics: CaseMetrics | None = None, engine: str = "durable"
) -> list[CaseResult]:
    """Run the cases of some plays.

    Args: content – with all plays; plays – whose cases are run; jobs – how many processes work at it;
    metrics – results that earlier runs in this process have made; engine – as of Advisor.
    Returns: the results in the order of plays and cases, the same with any number of jobs.
    """
    if jobs < 2 or len(plays) < 2:
        bench = Bench(content, engine, metrics)
        return [bench.run(play, case) for play in plays for case in play.cases]
    paths = [play.path for play in plays]
    parts = [paths[n::jobs] for n in range(jobs)]
    with ProcessPoolExecutor(jobs, initializer=_start, initargs=(content, engine)) as pool:
        found = {path: results for part in pool.map(_run, parts) for path, results in part}
    return [
        replace(result, play=play, case=case)
        for play in plays
        for case, result in zip(play.cases, found[play.path], strict=True)
    ]


def _start(content: Content, engine: str) -> None:
    """In each process: one bench for all that it is given to do. Ctrl-C ends the process above, which ends these."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _bench[:] = [Bench(content, engine)]


def _run(paths: list[str]) -> list[tuple[str, list[CaseResult]]]:
    bench = _bench[0]
    plays = {play.path: play for play in bench.content.plays}
    return [(path, [bench.run(plays[path], case) for case in plays[path].cases]) for path in paths]
