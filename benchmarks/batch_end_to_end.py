"""`advisor batch` on books from `advisor sample`: seconds by phase, accounts per second, memory, growth between sizes.

    python benchmarks/batch_end_to_end.py [SIZES …] [--workers N] [--slice 500] [--books DIR]

Each run is a process of its own, as a user starts it. Memory is the peak of the whole tree of processes; a page that
some of them share counts once (Linux only). At last the rules engine takes the accounts of a slice one at a time, in
one process, for comparison; 0 leaves that out. `--books` keeps the books.
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
    memory: int
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


def watched(command: list[str], folder: Path) -> tuple[float, int]:
    """Run a command. Returns: its wall seconds, and the peak of its memory in bytes."""
    start, peak = time.perf_counter(), 0
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        while process.poll() is None:
            peak = max(peak, sum(map(memory, tree(process.pid))))
            time.sleep(0.2)
    seconds = time.perf_counter() - start
    if process.returncode:
        raise SystemExit((folder / "log").read_text()[-2000:])
    return seconds, peak


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
    wall, peak = watched([*command, "--engine", engine, "--workers", str(workers)], folder)
    manifest = json.loads(out.with_name(f"{out.name}.manifest.json").read_text(encoding="utf-8"))
    for path in folder.glob(f"{out.name}*"):
        path.unlink()
    return Run(engine, accounts, wall, manifest["duration"], peak, manifest["steps"])


def line(run: Run, before: Run | None) -> str:
    phases = "".join(f"{run.phases.get(name, 0.0):>10.1f}" for name in PHASES)
    more = ""
    if before:
        times = run.accounts / before.accounts
        more = f"  {times:g} × accounts: {run.wall / before.wall:.1f} × time, {run.memory / before.memory:.1f} × memory"
    numbers = f"{run.wall:>9.1f}{run.rate:>12.0f}{run.steps:>10,}{run.memory / 2**20:>10.0f}"
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
    rest = f"{'wall s':>9}{'accounts/s':>12}{'steps':>10}{'peak MB':>10}"
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
