"""Advice per second on one core, once SQL has matched: proof, order, wording, record; and what takes the time.

    python benchmarks/batch_rendering.py [--accounts 500] [--top 15]

Records and verdicts are in memory before the clock starts. The profile is of a second pass, and slows it down.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import os
import platform
import pstats
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from advisor.advice import session
from advisor.advice.advise import Advisor
from advisor.advice.workspace import Wish, resolve
from advisor.batch import store
from advisor.batch.chunk import Matcher
from advisor.batch.work import Job, row_of
from advisor.data import book as books

ROOT = Path(__file__).resolve().parents[1]


def prepared(data: Path, home: Path) -> tuple[Job, Matcher, int]:
    content = session.open_content(Wish())
    settings = resolve(Wish(data=data, history=home / "none"), content.vocabulary, None)
    book = session.ready(content, settings, books.load(settings.data, content.vocabulary, settings.as_of))
    kept = store.write(home / "book.duckdb", content, book.tables, settings.as_of, settings.closed)
    job = Job(kept, content, settings, home)
    return job, Matcher.of(kept, content, settings), kept.accounts


def matched(matcher: Matcher, accounts: int) -> tuple[list[Advisor], float]:
    """Advisors with their records and verdicts, and the seconds that took."""
    start = time.perf_counter()
    return list(matcher.advisors(0, accounts - 1)), time.perf_counter() - start


def advised(job: Job, advisors: list[Advisor]) -> tuple[int, int]:
    """Everything after matching for all accounts. Returns: accounts with steps, steps."""
    some = steps = 0
    for advisor in advisors:
        for account in advisor.book.accounts():
            advice = advisor.advise(account, job.top)
            row_of(advice, advisor, job)
            some, steps = some + bool(advice.top), steps + len(advice.top)
    return some, steps


def profile(job: Job, advisors: list[Advisor], top: int) -> str:
    """The functions with the most time of their own, then with the most time in all."""
    profiler, text = cProfile.Profile(), io.StringIO()
    profiler.runcall(advised, job, advisors)
    stats = pstats.Stats(profiler, stream=text)
    stats.sort_stats("tottime").print_stats(top)
    stats.sort_stats("cumulative").print_stats("advisor", top * 2)
    rows = [one for one in text.getvalue().splitlines() if one.strip() and "List reduced" not in one]
    return "\n".join(one.replace(f"{ROOT}/", "") for one in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=500)
    parser.add_argument("--top", type=int, default=15, help="lines of the profile; 0 for none")
    parser.add_argument("--data", type=Path, help="a book that is there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        data = options.data.resolve() if options.data else home / "book"
        if not options.data:
            cli = [sys.executable, str(ROOT / "cli.py"), "sample"]
            command = [*cli, "--accounts", str(options.accounts), "--out", str(data)]
            subprocess.run(command, cwd=home, check=True, capture_output=True)
        told(data, home, options.top)


def told(data: Path, home: Path, top: int) -> None:
    job, matcher, accounts = prepared(data, home)
    advisors, matching = matched(matcher, accounts)
    start = time.process_time()
    some, steps = advised(job, advisors)
    seconds = time.process_time() - start
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"matched in SQL and records in memory: {matching:.1f} s for {accounts:,} accounts")
    print(f"{some:,} accounts advised, {steps:,} steps, {seconds:.1f} s of one core")
    rates = [f"{number / seconds:,.0f}" for number in (accounts, some, steps)]
    print("per core and second: {} accounts, {} advised, {} steps".format(*rates))
    if top:
        print(profile(job, matched(matcher, accounts)[0], top))


if __name__ == "__main__":
    main()
