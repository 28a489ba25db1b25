"""`advisor batch` on books from `advisor sample`: seconds by phase, accounts per second, memory, growth between sizes.

    python benchmarks/batch_end_to_end.py [SIZES …] [--workers N] [--slice 500] [--books DIR]

Each run is a process of its own, as a user starts it. Memory is the peak of the whole tree of processes, until all
tables are in and after it; a page that some of them share counts once (Linux only). `book MB` is the book as the
database keeps it, of which both phases may hold as much as the database's limit lets them. At last the rules engine
takes the accounts of a slice one at a time, in one process, for comparison; 0 leaves that out. `--books` keeps the
books.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SIZES = (1_000, 10_000)
PHASES = ("tables", "figures", "matching", "writing")


@dataclass(frozen=True)
class Run:
    engine: str
    accounts: int
    wall: float
    phases: dict[str, float]
    peaks: tuple[int, int]
    store: int
    steps: int

    @property
    def rate(self) -> float:
        return self.accounts / self.wall


# --- memory --------------------------------------------------------------------------------------


def tree(root: int) -> set[int]:
    """A process and all below it."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = {root}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def memory(process: int) -> int:
    """Bytes of a process, each page divided by how many share it; 0 when it has gone."""
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


@dataclass
class Watch:
    """What was seen of a run: memory by the second it was seen at, and how big the store became, in bytes."""

    seconds: float
    memory: list[tuple[float, int]]
    store: int = 0

    def peaks(self, after: float) -> tuple[int, int]:
        """The highest before, and in, the last `after` seconds."""
        cut = self.seconds - after
        early, late = ([n for at, n in self.memory if (at >= cut) is wanted] for wanted in (False, True))
        return max(early, default=0), max(late, default=0)


def watched(command: list[str], folder: Path) -> Watch:
    """Run a command and watch it."""
    start, seen = time.perf_counter(), Watch(0, [])
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        while process.poll() is None:
            seen.memory.append((time.perf_counter() - start, sum(map(memory, tree(process.pid)))))
            seen.store = max([seen.store, *(size(path) for path in folder.rglob("book.duckdb"))])
            time.sleep(3)  # looking costs time, the more the more memory there is
    seen.seconds = time.perf_counter() - start
    if process.returncode:
        raise SystemExit((folder / "log").read_text()[-2000:])
    return seen


def size(path: Path) -> int:
    """Bytes of a file; 0 when it has gone."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


# --- runs ----------------------------------------------------------------------------------------


def book(folder: Path, accounts: int) -> Path:
    """A made-up book, made unless it is there."""
    target = folder / f"book-{accounts}"
    if not target.is_dir():
        cli = [sys.executable, str(ROOT / "cli.py")]
        command = [*cli, "sample", "--accounts", str(accounts), "--out", str(target)]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return target


def measured(data: Path, folder: Path, accounts: int, engine: str, workers: int) -> Run:
    out = folder / f"{engine}-{accounts}.jsonl"
    command = [sys.executable, str(ROOT / "cli.py"), "batch", "--data", str(data), "--out", str(out), "--quiet"]
    seen = watched([*command, "--engine", engine, "--workers", str(workers)], folder)
    manifest = json.loads(out.with_name(f"{out.name}.manifest.json").read_text(encoding="utf-8"))
    for path in folder.glob(f"{out.name}*"):
        path.unlink()
    phases = manifest["duration"]
    peaks = seen.peaks(phases["matching"] + phases["writing"])
    return Run(engine, accounts, seen.seconds, phases, peaks, seen.store, manifest["steps"])


def line(run: Run, before: Run | None) -> str:
    phases = "".join(f"{run.phases.get(name, 0.0):>10.1f}" for name in PHASES)
    more = ""
    if before:
        times = run.accounts / before.accounts
        more = f"  {times:g} × accounts: {run.wall / before.wall:.1f} × time"
    sizes = "".join(f"{number / 2**20:>12.0f}" for number in (*run.peaks, run.store))
    numbers = f"{run.wall:>9.1f}{run.rate:>12.0f}{run.steps:>10,}{sizes}"
    return f"{run.engine:<9}{run.accounts:>10,}{phases}{numbers}{more}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--slice", type=int, default=500)
    parser.add_argument("--books", type=Path, help="where books are kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        books = options.books or Path(home)
        books.mkdir(parents=True, exist_ok=True)
        told(options, books.resolve(), Path(home))


def told(options: argparse.Namespace, books: Path, home: Path) -> None:
    load = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {options.workers} workers"
    print(f"Python {platform.python_version()}, DuckDB {version('duckdb')}, {load}")
    heads = "".join(f"{name:>10}" for name in PHASES)
    rest = f"{'wall s':>9}{'accounts/s':>12}{'steps':>10}{'tables MB':>12}{'matching MB':>12}{'book MB':>12}"
    print(f"{'engine':<9}{'accounts':>10}{heads}{rest}", flush=True)
    before = None
    for size in options.sizes:
        run = measured(book(books, size), home, size, "sql", options.workers)
        print(line(run, before), flush=True)
        before = run
    if options.slice and before:
        alone = measured(book(books, options.slice), home, options.slice, "durable", 1)
        print(line(alone, None))
        print(f"sql at {before.accounts:,} accounts: {before.rate / alone.rate:.1f} × the rules engine, one at a time")


if __name__ == "__main__":
    main()
