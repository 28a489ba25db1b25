"""How far a long run is: a bar on a terminal, now and then a line in a log, nothing where nobody wants it."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Any

import click

from advisor.advice.wording import Printer

_EVERY = 10.0
"""Seconds between two lines in a log."""


class Silent:
    """Counts the seconds of each phase, and says nothing."""

    def __init__(self, printer: Printer) -> None:
        self.printer = printer
        self._seconds: dict[str, float] = {}
        self._began = self._now = time.monotonic()
        self.name, self.total, self.number = "", 0, 0

    def phase(self, name: str, total: int = 0) -> None:
        """A phase begins, the one before is over."""
        self.over()
        self.name, self.total, self.number = name, total, 0

    def more(self, number: int) -> None:
        """So many accounts more are through."""
        self.number += number

    def over(self) -> None:
        """What is on is over."""
        now = time.monotonic()
        if self.name:
            self._seconds[self.name] = self._seconds.get(self.name, 0.0) + now - self._now
        self.name, self._now = "", now

    def seconds(self) -> Mapping[str, float]:
        """How long each phase took, and all of them."""
        self.over()
        found = {**self._seconds, "total": self._now - self._began}
        return {name: round(seconds, 3) for name, seconds in found.items()}

    def close(self) -> None:
        """Nothing more will be told."""

    def words(self, name: str) -> str:
        return self.printer.word(f"batch.phases.{name}")


class Lines(Silent):
    """A line when a phase begins, and every so often how far it is, on standard error."""

    def __init__(self, printer: Printer) -> None:
        super().__init__(printer)
        self._said = 0.0

    def phase(self, name: str, total: int = 0) -> None:
        super().phase(name, total)
        self._said = time.monotonic()
        number = self.printer.word("batch.of_accounts", n=f"{total:,}") if total else ""
        click.echo(self.words(name) + number, err=True)

    def more(self, number: int) -> None:
        super().more(number)
        now = time.monotonic()
        if now - self._said >= _EVERY:
            self._said = now
            rate = self.number / max(now - self._now, 0.001)
            left = _clock((self.total - self.number) / max(rate, 0.001))
            shown = {"done": f"{self.number:,}", "all": f"{self.total:,}", "rate": f"{rate:,.0f}", "left": left}
            click.echo("  " + self.printer.word("batch.so_far", **shown), err=True)


def _clock(seconds: float) -> str:
    """Seconds as 0:05:10."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


class Bar(Silent):
    """A bar with rate and time left, on a terminal."""

    def __init__(self, printer: Printer) -> None:
        super().__init__(printer)
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"), BarColumn(bar_width=20), TextColumn("{task.fields[count]}"),
            TimeRemainingColumn(),
        )  # fmt: skip
        self._bar: Any = Progress(*columns, console=Console(stderr=True), transient=False)
        self._task: Any = None

    def phase(self, name: str, total: int = 0) -> None:
        super().phase(name, total)
        self._bar.start()
        self._task = self._bar.add_task(self.words(name), total=total or None, count="")

    def more(self, number: int) -> None:
        super().more(number)
        rate = self.number / max(time.monotonic() - self._now, 0.001)
        count = f"{self.number:,}/{self.total:,} {self.printer.word('batch.rate', n=f'{rate:,.0f}')}"
        self._bar.update(self._task, advance=number, count=count)

    def over(self) -> None:
        if self._task is not None:
            total = self._bar.tasks[self._task].total or 1
            self._bar.update(self._task, total=total, completed=total)
        super().over()

    def close(self) -> None:
        self._bar.stop()


def watching(printer: Printer, quiet: bool) -> Silent:
    """Who tells how far it is, as suits where it is told."""
    if quiet:
        return Silent(printer)
    return Bar(printer) if sys.stderr.isatty() else Lines(printer)
