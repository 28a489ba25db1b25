"""How values are printed, by their type and the language's words (`rules/words.yaml`)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from advisor.core.model import State, Value
from advisor.core.vocabulary import Field

YEAR = "year"
CUT = "…"
_ISO_DAY = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")
_FIGURES = 2


@dataclass(frozen=True)
class Printer:
    """Prints values in one language, for one workspace's currency and day."""

    words: Mapping[str, Any]
    language: str
    currency: str
    as_of: datetime.date

    def word(self, key: str, **slots: object) -> str:
        """A page word by its dotted key, with its slots filled."""
        found: Any = self.words
        for part in key.split("."):
            found = found.get(part, key) if isinstance(found, dict) else key
        return str(found).format(**slots) if slots else str(found)

    def value(self, value: Value, field: Field | None) -> str:
        """A fact as a person reads it; unknown and none have words of their own."""
        if value.state is State.UNKNOWN:
            return self.word("unknown")
        if value.state is State.NONE:
            return self.word("none")
        return self.data(value.data, field)

    def data(self, data: Any, field: Field | None) -> str:
        """Known data by its type; the field says what a bare number or word means."""
        if isinstance(data, bool):
            return self.word("true" if data else "false")
        if isinstance(data, datetime.date):
            return self.date(data)
        if isinstance(data, tuple):
            return self._list(data, field)
        if field and field.choices:
            return self._choice(str(data), field)
        if isinstance(data, float):
            data = Decimal(str(data))
        if isinstance(data, int | Decimal):
            return str(data) if field and field.unit == YEAR else self._figure(data, field.type if field else "number")
        return str(data)

    def _list(self, data: tuple[Any, ...], field: Field | None) -> str:
        """A list; one that was cut short ends with a mark of its own."""
        cut = len(data) > 1 and data[-1] == CUT
        items = str(self.words["list"]).join(self.data(one, field) for one in (data[:-1] if cut else data))
        return self.word("list_cut", items=items) if cut else items

    def _choice(self, data: str, field: Field) -> str:
        labels = field.choices.labels.get(data, {}) if field.choices else {}
        text = labels.get(self.language, data)
        lower = self.words.get("choices_in_lower_case") and not text[1:2].isupper()
        return text[:1].lower() + text[1:] if lower else text

    def _figure(self, data: int | Decimal, kind: str) -> str:
        if kind == "money":
            return self.money(Decimal(data))
        if kind == "ratio":
            return f"{sensible(Decimal(data) * 100, 1)}%"
        if kind == "days":
            return self.word("day" if abs(data) == 1 else "days", n=plain(Decimal(data), 0))
        return sensible(Decimal(data), 2)

    def money(self, amount: Decimal) -> str:
        """Money as it is spoken of: in ten thousands in Chinese, ¥386,000 in English."""
        name = self.words["currencies"].get(self.currency, self.currency + " ")
        for limit, unit in self.words["scales"]:
            if abs(amount) >= limit:
                return self.word("money", n=plain(amount / limit, 1) + unit, currency=name)
        return self.word("money", n=f"{amount.quantize(Decimal(1), ROUND_HALF_UP):,}", currency=name)

    def date(self, day: datetime.date) -> str:
        """A day; the year only where it is not the year of the advice."""
        key = "date" if day.year == self.as_of.year else "date_year"
        return self.word(key, year=day.year, month=self.words["months"][day.month - 1], day=day.day)

    def full_date(self, day: datetime.date) -> str:
        """A day with its year: at the head of a page, and where it may be another year's."""
        return self.word("date_year", year=day.year, month=self.words["months"][day.month - 1], day=day.day)

    def dated(self, text: str) -> str:
        """A text in which every day written as in the records, 2026-11-20, is printed as a day."""
        return _ISO_DAY.sub(self._dated, text)

    def _dated(self, found: re.Match[str]) -> str:
        try:
            return self.date(datetime.date.fromisoformat(found[0]))
        except ValueError:
            return found[0]

    def day(self, day: datetime.date) -> str:
        """A day with its weekday."""
        return f"{self.date(day)} {self.words['weekdays'][day.weekday()]}"

    def label(self, labels: Mapping[str, str], default: str = "") -> str:
        """The text in this language, or in any other where it is missing."""
        return labels.get(self.language) or next(iter(labels.values()), default)


def plain(number: Decimal, places: int) -> str:
    """A number rounded half up, without trailing zeros."""
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{rounded:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def sensible(number: Decimal, places: int) -> str:
    """A number rounded half up; one so small that nothing would be left of it keeps its first two figures."""
    if not number or abs(number) >= Decimal(1).scaleb(-places):
        return plain(number, places)
    return plain(number, _FIGURES - 1 - number.adjusted())
