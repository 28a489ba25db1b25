"""What a fact or limit is in a formula: a cell, a sum of cells, a constant, a list; and how two of them compare."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from advisor.core.vocabulary import NUMERIC, Field
from advisor.prove.formula import NO, YES, Cell, Formula, In, every, known, opposite, relation, some
from advisor.prove.regions import NONE, UNKNOWN, Number, Region, points

ONE = Region(points([1], True))
DAY = Cell("", "as_of")


@dataclass(frozen=True, slots=True)
class Term:
    """A value in a formula.

    `cells` are those whose states decide its state, `sums` the data as a sum of cells plus `plus`; `state` is "none" or
    "unknown" for a value that is always so. A list is a `listed` cell, of `count` choices (0: of any texts), or the
    numbers of a `constant` list. `kind` says what it can be compared with.
    """

    kind: str
    cells: tuple[Cell, ...] = ()
    sums: tuple[tuple[Cell, Number], ...] = ()
    plus: Number = 0
    state: str = ""
    listed: Cell | None = None
    count: int = 0
    constant: tuple[Number, ...] | None = None

    def is_known(self) -> Formula:
        return NO if self.state else every(known(cell) for cell in self.cells)

    def is_unknown(self) -> Formula:
        if self.state:
            return YES if self.state == "unknown" else NO
        return some(In(cell, UNKNOWN) for cell in self.cells)

    def is_none(self) -> Formula:
        """None where one of its cells is and none is unknown."""
        if self.state:
            return YES if self.state == "none" else NO
        nones = some(In(cell, NONE) for cell in self.cells)
        return every([nones, opposite(self.is_unknown())])

    def holds(self, member: Number) -> Formula | None:
        """Does the list hold it? None where this is no list."""
        if self.constant is not None:
            return YES if member in self.constant else NO
        return In(member_cell(self.listed, member), ONE) if self.listed else None


def member_cell(listed: Cell, member: Number) -> Cell:
    """The cell that says whether a list holds a member."""
    return Cell(listed.row, f"{listed.name} has {member}")


def kind(field: Field) -> str:
    """What a field's values can be compared with."""
    if field.choices:
        return f"choice {field.choices.name}"
    if field.type in NUMERIC:
        return "number"
    return "text" if field.type in ("text", "ref", "texts") else field.type


@dataclass
class Numbers:
    """Data as numbers, and back: choices by rank, dates as days from the day of the advice, texts as they come."""

    as_of: datetime.date

    def __post_init__(self) -> None:
        self.texts: list[str] = []

    def of(self, data: Any, field: Field) -> Number:
        """The number that stands for a value of a field."""
        if field.choices:
            return field.choices.rank(str(data)) if data in field.choices.labels else -1
        if isinstance(data, bool):
            return int(data)
        if isinstance(data, datetime.date):
            return (data - self.as_of).days
        if isinstance(data, str):
            if data not in self.texts:
                self.texts.append(data)
            return self.texts.index(data)
        return data if isinstance(data, int) else Fraction(data)

    def back(self, number: Number, field: Field) -> Any:
        """The value of a field that a number stands for."""
        if field.choices:
            return list(field.choices.labels)[int(number)]
        if field.type == "yes_no":
            return bool(number)
        if field.type == "date":
            return self.as_of + datetime.timedelta(days=int(number))
        if field.type in NUMERIC:
            return number
        place = int(number)
        return self.texts[place] if 0 <= place < len(self.texts) else f"x{place}" if place > 0 else f"y{-place}"


# --- comparing -----------------------------------------------------------------------------------


def difference(one: Term, other: Term, factor: int = 1) -> tuple[Mapping[Cell, Number], Number]:
    """The cells and the number of `one` times factor minus `other`."""
    found: dict[Cell, Number] = {}
    for cell, times in one.sums:
        found[cell] = found.get(cell, 0) + factor * times
    for cell, times in other.sums:
        found[cell] = found.get(cell, 0) - times
    return found, factor * one.plus - other.plus


def ordered(one: Term, op: str, other: Term, factor: int = 1) -> Formula:
    """`one` times factor, compared with `other`."""
    found, plus = difference(one, other, factor)
    return relation(found, op, -plus)


_OPS = {"more_than": ">", "less_than": "<", "at_least": ">=", "at_most": "<="}


def compare(op: str, value: Term, limits: tuple[Term, ...]) -> Formula | None:
    """Is the comparison true of known data? None where that cannot be said as a formula (see reference.compare)."""
    if op in ("has", "has_any", "lacks"):
        return _lists(op, value, limits)
    if op in ("older_than", "within_last", "within_next"):
        return _dates(op, value, limits[0])
    if any(limit.kind != value.kind for limit in limits):
        return None
    if op == "is_not":
        parts = [same(value, limit) for limit in limits]
        return every(opposite(part) for part in parts if part) if all(part is not None for part in parts) else None
    if any(limit.constant is not None or limit.listed is not None for limit in (value, *limits)):
        return None
    if op == "between":
        return every([ordered(value, ">=", limits[0]), ordered(value, "<=", limits[1])])
    return ordered(value, _OPS[op], limits[0])


def same(value: Term, limit: Term) -> Formula | None:
    """Equal, or a member where the limit is a list; None where that cannot be said."""
    if value.kind != limit.kind:
        return None
    if limit.constant is not None:
        return some(ordered(value, "==", number_like(value, one)) for one in limit.constant)
    if limit.listed is not None:
        numbers = range(limit.count)
        held = [(ordered(value, "==", number_like(value, n)), In(member_cell(limit.listed, n), ONE)) for n in numbers]
        return some(every(pair) for pair in held) if limit.count else None
    return ordered(value, "==", limit)


def number_like(value: Term, number: Number) -> Term:
    """A constant of the same kind."""
    return replace(value, cells=(), sums=(), plus=number, state="")


def _dates(op: str, value: Term, limit: Term) -> Formula | None:
    if value.kind != "date" or limit.kind != "number":
        return None
    nought = Term("number")
    if op == "older_than":
        return ordered(value, ">", limit, -1)
    factor = -1 if op == "within_last" else 1
    return every([ordered(value, ">=", nought, factor), ordered(value, "<=", limit, factor)])


def _lists(op: str, value: Term, limits: tuple[Term, ...]) -> Formula | None:
    wanted = [_wanted(value, limit) for limit in limits]
    flat = [pair for pairs in wanted if pairs is not None for pair in pairs]
    if any(pairs is None for pairs in wanted) or any(here is None for _, here in flat):
        return None
    if op == "has":
        return every(some([opposite(asked), here]) for asked, here in flat if here is not None)
    common = some(every([asked, here]) for asked, here in flat if here is not None)
    return common if op == "has_any" else opposite(common)


def _wanted(value: Term, limit: Term) -> list[tuple[Formula, Formula | None]] | None:
    """For each possible member: is it asked for, and is it there?"""
    if value.kind != limit.kind:
        return None
    if limit.constant is not None:
        return [(YES, value.holds(one)) for one in limit.constant]
    if limit.listed is None or not limit.count:
        return None
    return [(In(member_cell(limit.listed, n), ONE), value.holds(n)) for n in range(limit.count)]
