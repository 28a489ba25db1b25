"""How long a trainer waits: check (cold, again, one file changed), check --prove and test, at 70, 300 and 1,000 plays.

    python benchmarks/trainers_bench.py [NUMBERS …]

All in one run, each in a process of its own as a trainer would start it; the cache is emptied before each number.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from many_plays import make

ROOT = Path(__file__).resolve().parents[1]
NUMBERS = (70, 300, 1000)
TARGETS = {"check, cold": 8.0, "check, one file changed": 1.0, "check --prove": 60.0}


def seconds(folder: Path, cache: Path, *words: str) -> float:
    """One command's wall time.

    Raises: RuntimeError – it failed.
    """
    environment = {**os.environ, "ADVISOR_CACHE": str(cache), "PYTHONPATH": str(ROOT)}
    start = time.perf_counter()
    command = [sys.executable, str(ROOT / "cli.py"), *words, "--lang", "en"]
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    if run.returncode:
        raise RuntimeError(run.stdout.decode()[-2000:] + run.stderr.decode()[-2000:])
    return time.perf_counter() - start


def change(folder: Path) -> None:
    """A trainer's edit in one play."""
    path = max((folder / "playbooks").glob("*/*.yaml"), key=lambda one: one.stat().st_size)
    with path.open("a", encoding="utf-8") as file:
        file.write("# seen\n")


def measured(number: int, folder: Path) -> dict[str, float]:
    make(folder, number)
    cache = folder / ".cache"
    found = {"check, cold": seconds(folder, cache, "check", ".")}
    found["check, nothing changed"] = seconds(folder, cache, "check", ".")
    change(folder)
    found["check, one file changed"] = seconds(folder, cache, "check", ".")
    found["check --prove"] = seconds(folder, cache, "check", ".", "--prove")
    found["test"] = seconds(folder, cache, "test", ".")
    return found


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:]] or list(NUMBERS)
    with tempfile.TemporaryDirectory() as home:
        columns = {number: measured(number, Path(home) / str(number)) for number in numbers}
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores; seconds of wall time")
    print(f"{'':28}" + "".join(f"{number:>9} plays" for number in numbers) + "   target at 1,000")
    for name in columns[numbers[0]]:
        target = f"{TARGETS[name]:>10.0f}" if name in TARGETS else ""
        print(f"{name:28}" + "".join(f"{columns[number][name]:>15.2f}" for number in numbers) + target)


if __name__ == "__main__":
    main()
