"""The working-day calendar: public holidays of the workspace's country, weekends, and its own closing periods."""

from __future__ import annotations

import datetime
import functools
import hashlib
import importlib.util
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from advisor.content.plays import Span
from advisor.core.home import cache_folder, keep
from advisor.core.model import stop

Day = datetime.date
_ONE = datetime.timedelta(days=1)
_LONGEST = 400


@functools.cache
def _working_days(country: str, year: int) -> frozenset[str]:
    """A year's working days, made-up weekend days included; kept between runs, for the library is slow to load."""
    spec = importlib.util.find_spec("holidays")
    version = Path(spec.origin).with_name("version.py").read_bytes() if spec and spec.origin else b""
    folder = cache_folder()
    path = folder / f"days-{country}-{year}-{hashlib.sha256(version).hexdigest()[:16]}.json" if folder else None
    try:
        return frozenset(json.loads(path.read_bytes())) if path else _computed(country, year)
    except (OSError, ValueError, TypeError):
        found = _computed(country, year)
        if path:
            keep(path, json.dumps(sorted(found)).encode())
        return found


def _computed(country: str, year: int) -> frozenset[str]:
    import holidays

    try:
        calendar = holidays.country_holidays(country)
    except NotImplementedError:
        raise stop("unknown-country", 2, country=country) from None
    days = (datetime.date(year, 1, 1) + datetime.timedelta(days=n) for n in range(366))
    return frozenset(day.isoformat() for day in days if day.year == year and calendar.is_working_day(day))


@dataclass(frozen=True)
class Calendar:
    """Working days of a country (ISO code; empty: Monday to Friday), less closing periods (first and last day)."""

    country: str = ""
    closed: tuple[tuple[Day, Day], ...] = ()

    def working(self, day: Day) -> bool:
        """Is this a working day? Weekend days that a country makes up for are."""
        if any(first <= day <= last for first, last in self.closed):
            return False
        return day.isoformat() in _working_days(self.country, day.year) if self.country else day.weekday() < 5

    def after(self, day: Day, number: int) -> Day:
        """The working day `number` working days after `day`."""
        for _ in range(_LONGEST + number * 3):
            if number <= 0:
                break
            day += _ONE
            number -= self.working(day)
        return day

    def on_or_before(self, day: Day, earliest: Day) -> Day:
        """The last working day up to `day`; where that is before `earliest`, the first one from `earliest` on."""
        back = day
        while back >= earliest and not self.working(back):
            back -= _ONE
        return back if back >= earliest else self._on_or_after(earliest)

    def _on_or_after(self, day: Day) -> Day:
        for _ in range(_LONGEST):
            if self.working(day):
                return day
            day += _ONE
        return day


def due(calendar: Calendar, span: Span, start: Day, limits: Sequence[Day], as_of: Day) -> Day:
    """When a step is due: the earliest of the time allowed from `start` and the date limits.

    Never a day off and never before `as_of`.
    """
    if span.unit == "working days":
        last = calendar.after(start, span.amount)
    else:
        last = start + datetime.timedelta(days=-(-span.hours // 24))
    return calendar.on_or_before(min([last, *limits]), as_of)
