"""How long a trainer waits: check (cold, again, one file changed), check --prove, test, and preview after a save.

    python benchmarks/trainers_bench.py [NUMBERS …]        at 70, 300 and 1,000 plays

All in one run, each in a process of its own as a trainer would start it; the cache is emptied before each number.
"""

from __future__ import annotations

import os
import platform
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from many_plays import make

ROOT = Path(__file__).resolve().parents[1]
NUMBERS = (70, 300, 1000)
TARGETS = {"check, cold": 8.0, "check, one file changed": 1.0, "check --prove": 60.0, "preview, save to print": 0.3}
_QUIET = 3.0


def command(folder: Path, cache: Path, *words: str) -> dict[str, Any]:
    """What starts the advisor there."""
    environment = {**os.environ, "ADVISOR_CACHE": str(cache), "PYTHONPATH": str(ROOT)}
    return {"args": [sys.executable, str(ROOT / "cli.py"), *words, "--lang", "en"], "cwd": folder, "env": environment}


def seconds(folder: Path, cache: Path, *words: str) -> float:
    """One command's wall time.

    Raises: RuntimeError – it failed.
    """
    start = time.perf_counter()
    run = subprocess.run(**command(folder, cache, *words), capture_output=True, check=False)
    if run.returncode:
        raise RuntimeError(run.stdout.decode()[-2000:] + run.stderr.decode()[-2000:])
    return time.perf_counter() - start


def own(folder: Path) -> Path:
    """The play that is edited: a bundled one, laid over by the workspace's own."""
    source = next(one for one in sorted((ROOT / "playbooks").glob("*/*.yaml")) if one.name != "playbook.yaml")
    path = folder / source.relative_to(ROOT)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, path)
    return path


def change(path: Path) -> None:
    """A trainer's edit in one play."""
    with path.open("a", encoding="utf-8") as file:
        file.write("# seen\n")


def printed(process: subprocess.Popen[bytes], silence: float) -> float:
    """Read until nothing has come for a while. Returns: when the first came."""
    first = 0.0
    assert process.stdout is not None
    while select.select([process.stdout], [], [], silence if first else None)[0]:
        first = first or time.perf_counter()
        if not os.read(process.stdout.fileno(), 1 << 16):
            raise RuntimeError("the preview ended")
    return first


def previewed(folder: Path, cache: Path, times: int = 5) -> float:
    """From a save to the first line of the new preview: the median of some saves."""
    path = own(folder)
    words = ("preview", f"{path.parent.name}/{path.stem}", "--content", ".", "--watch")
    with subprocess.Popen(**command(folder, cache, *words), stdout=subprocess.PIPE) as process:
        try:
            printed(process, _QUIET)
            found = []
            for _ in range(times):
                change(path)
                saved = time.perf_counter()
                found.append(printed(process, _QUIET) - saved)
        finally:
            process.terminate()
    return sorted(found)[times // 2]


def measured(number: int, folder: Path) -> dict[str, float]:
    make(folder, number)
    own(folder)
    cache = folder / ".cache"
    found = {"check, cold": seconds(folder, cache, "check", ".")}
    found["check, nothing changed"] = seconds(folder, cache, "check", ".")
    change(own(folder))
    found["check, one file changed"] = seconds(folder, cache, "check", ".")
    found["check --prove"] = seconds(folder, cache, "check", ".", "--prove")
    found["test"] = seconds(folder, cache, "test", ".")
    found["preview, save to print"] = previewed(folder, cache)
    return found


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:]] or list(NUMBERS)
    with tempfile.TemporaryDirectory() as home:
        columns = {number: measured(number, Path(home) / str(number)) for number in numbers}
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores; seconds of wall time")
    print(f"{'':28}" + "".join(f"{number:>9} plays" for number in numbers) + "   target at 1,000")
    for name in columns[numbers[0]]:
        target = f"{TARGETS[name]:>10g}" if name in TARGETS else ""
        print(f"{name:28}" + "".join(f"{columns[number][name]:>15.2f}" for number in numbers) + target)


if __name__ == "__main__":
    main()
