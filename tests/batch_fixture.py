"""Nights over the demo book with few plays, in this process or in one of their own that is killed on the way."""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from support import ROOT, bundled

from advisor.advice.workspace import Settings, Wish, resolve
from advisor.batch.nightly import Night, Order, night
from advisor.content.content import Content, with_plays
from advisor.core.home import demo

FEW = ("P31", "P33", "P41", "P46", "P47", "P48", "P58", "P62", "P72", "P85")
SIZE = 11


@functools.cache
def few() -> Content:
    """The bundled content with few plays, which are soon compiled."""
    return with_plays(bundled(), [play for play in bundled().plays if play.code in FEW])


class Counting:
    """A watch that counts what it is told, and may act on it."""

    def __init__(self, act: Callable[[int], None] = lambda _: None) -> None:
        self.act = act
        self.number = 0
        self.phases: list[str] = []

    def phase(self, name: str, total: int = 0) -> None:
        self.phases.append(name)
        self.more(0)

    def more(self, number: int) -> None:
        self.number += 1
        self.act(self.number)

    def seconds(self) -> Mapping[str, float]:
        return {"total": 0.0}


def book(folder: Path) -> Path:
    """The demo book's tables, to be changed."""
    return Path(shutil.copytree(demo(), folder))


def settings_of(data: Path, language: str = "zh", **wishes: Any) -> Settings:
    return resolve(Wish(data=data, language=language, **wishes), few().vocabulary, None)


def run(
    out: Path, data: Path | None = None, language: str = "zh", content: Content | None = None,
    act: Callable[[int], None] = lambda _: None, wishes: Mapping[str, Any] | None = None, size: int = 0, **order: Any,
) -> Night:  # fmt: skip
    """One night, with spans of `size` accounts; `act` is called with the number of what the watch is told."""
    data = data or demo()
    settings = settings_of(data, language, **{"history": data / "history.csv", **(wishes or {})})
    return night(content or few(), settings, Order(out, size=size, **order), Counting(act))


def manifest(out: Path) -> dict[str, Any]:
    """A manifest without what may differ between two runs."""
    found: dict[str, Any] = json.loads(out.with_name(f"{out.name}.manifest.json").read_text(encoding="utf-8"))
    del found["duration"]
    return found


def apart(out: Path, data: Path, *more: str, kill_at: int = 0, **popen: Any) -> subprocess.CompletedProcess[str]:
    """The same in a process of its own, which kills itself when its watch is told something for the nth time.

    It returns only when its worker processes are gone as well: they hold the other end of its pipes.
    """
    command = [sys.executable, __file__, str(out), str(data), str(kill_at), *more]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    env = {**os.environ, "PYTHONPATH": paths}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False, **popen)


def _main() -> None:
    out, data, kill_at, *more = sys.argv[1:]

    def act(number: int) -> None:
        if number == int(kill_at):
            os.kill(os.getpid(), signal.SIGKILL)

    workers = 2 if "two" in more else 1
    run(Path(out), Path(data), act=act, size=SIZE, workers=workers, resume="resume" in more)


if __name__ == "__main__":
    _main()
