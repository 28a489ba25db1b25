"""Cold time of `advise` on the demo book, and accounts per second of both readers on the same facts.

python benchmarks/first_advice.py [--repeats 7] [--rounds 20]
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from advisor.advice import session  # noqa: E402
from advisor.advice.advise import SUBJECTS  # noqa: E402
from advisor.advice.workspace import Wish  # noqa: E402
from advisor.core.reference import evaluate  # noqa: E402
from advisor.match import durable_match  # noqa: E402


def cold(repeats: int) -> list[float]:
    """Wall seconds of a whole process, interpreter start included."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(repeats):
            start = time.perf_counter()
            command = [sys.executable, str(ROOT / "cli.py"), "advise", "A01"]
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
            found.append(time.perf_counter() - start)
    return found


def rates(rounds: int) -> dict[str, float]:
    """Accounts per second: derive and match every account of the demo book, facts made anew each round."""
    advisor = session.open_book(Wish(history=Path("/nonexistent")))
    accounts = advisor.book.accounts()
    advisor.facts(accounts[0])

    def by_reference(facts: object) -> None:
        for about in SUBJECTS:
            for row in facts.rows(about) or ():  # type: ignore[attr-defined]
                for play in advisor.plays.values():
                    if play.about == about:
                        evaluate(play.when, facts, facts.hand(row))  # type: ignore[attr-defined,arg-type]

    def by_engine(facts: object) -> None:
        for about in SUBJECTS:
            for row in facts.rows(about) or ():  # type: ignore[attr-defined]
                advisor._matchers[about].fired(facts, facts.hand(row))  # type: ignore[attr-defined,arg-type]

    readers: dict[str, Callable[[object], None]] = {"reference": by_reference}
    if durable_match.available():
        readers["durable-rules"] = by_engine
    found = {}
    for name, read in readers.items():
        for account in accounts:
            read(advisor.facts(account))
        start = time.perf_counter()
        for _ in range(rounds):
            for account in accounts:
                read(advisor.facts(account))
        found[name] = rounds * len(accounts) / (time.perf_counter() - start)
    return found


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    engine = version("durable_rules") if durable_match.available() else "not importable"
    versions = f"durable-rules {engine}, DuckDB {version('duckdb')}"
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {versions}")
    times = cold(options.repeats)
    print(f"advise A01, cold: best {min(times):.2f} s, median {statistics.median(times):.2f} s of {len(times)} runs")
    found = rates(options.rounds)
    print("reader          accounts/s   (derive + match, demo book)")
    for name, rate in found.items():
        print(f"{name:<14}{rate:>12.0f}   {rate / found['reference']:.2f} × reference")


if __name__ == "__main__":
    main()
