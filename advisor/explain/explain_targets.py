"""What would have to be true instead: cells that get another value, and plans made of them.

A plan is a set of cells to change, of records to add and of tables that turn out to be empty. Cells carry the tests
that their value must pass, so that two conditions on one fact settle on a value that suits both.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from advisor.core.model import Row, State, Value, known, none
from advisor.core.tree import Leaf
from advisor.core.vocabulary import LISTS, NUMERIC, Field

Test = Callable[[Value], bool]
Key = tuple[str, str, str]

BEAM = 4
SPANS = frozenset({"older_than", "within_last", "within_next"})
_STATES = frozenset({"is_known", "is_none"})
_WHOLE = frozenset({"integer", "days"})
_STEPS = {"money": Decimal(1), "ratio": Decimal("0.001")}
_OTHER_STEP = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a cell, in the words of its condition; `met` is False where the condition must not hold."""

    op: str
    limits: tuple[Value, ...]
    met: bool


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One field of one record, as it is and as it would have to be. `derived` cells are made from others."""

    row: Row
    field: str
    was: Value
    value: Value
    tests: tuple[Test, ...] = ()
    options: tuple[Value, ...] = ()
    derived: bool = False
    wish: Wish | None = None

    @property
    def key(self) -> Key:
        return self.row.entity, self.row.id, self.field

    @property
    def changed(self) -> bool:
        return (self.was.state, self.was.data) != (self.value.state, self.value.data)

    def passes(self, value: Value) -> bool:
        return all(test(value) for test in self.tests)


@dataclass(frozen=True)
class Plan:
    """Cells by their key, records to add by their id, and entities that turn out to have no record."""

    cells: Mapping[Key, Cell] = field(default_factory=dict)
    fresh: Mapping[str, Row] = field(default_factory=dict)
    empty: frozenset[str] = frozenset()

    @cached_property
    def changes(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells.values() if cell.changed)

    @cached_property
    def cost(self) -> tuple[int, int, int]:
        """How many things change; then how many of them only follow from others; then how many are on record."""
        size = len(self.changes) + len(self.fresh) + len(self.empty)
        on_record = sum(cell.was.state is not State.UNKNOWN for cell in self.changes)
        return size, sum(cell.derived for cell in self.changes), on_record


def of_cell(cell: Cell) -> Plan:
    return Plan({cell.key: cell})


def best(plans: Iterable[Plan]) -> list[Plan]:
    """The cheapest plans; of equal ones the first."""
    return sorted(plans, key=lambda plan: plan.cost)[:BEAM]


def joined(first: Plan, second: Plan) -> Plan | None:
    """Both plans at once; None where they contradict each other."""
    cells = dict(first.cells)
    for key, cell in second.cells.items():
        both = _settled(cells[key], cell) if key in cells else cell
        if both is None:
            return None
        cells[key] = both
    fresh = {**first.fresh, **second.fresh}
    empty = first.empty | second.empty
    return None if any(row.entity in empty for row in fresh.values()) else Plan(cells, fresh, empty)


def all_of(choices: Iterable[list[Plan]]) -> list[Plan]:
    """The cheapest ways to do one plan of every list."""
    found = [Plan()]
    for plans in choices:
        pairs = (joined(one, plan) for one in found for plan in plans)
        found = best(pair for pair in pairs if pair is not None)
    return found


def _settled(one: Cell, other: Cell) -> Cell | None:
    """One value for a cell that two conditions speak of."""
    both = replace(one, tests=one.tests + other.tests, options=one.options + other.options, wish=None)
    for value in (one.was, one.value, other.value, *both.options):
        if both.passes(value):
            return replace(both, value=value)
    return None


# --- values that could do ------------------------------------------------------------------------


def options(
    kind: str, f: Field | None, leaf: Leaf, limits: Iterable[Value], was: Value, as_of: datetime.date
) -> tuple[Value, ...]:
    """Values that stand on either side of a comparison's limits, nearest to the present one first."""
    data = [one for limit in limits if limit.known for one in _listed(limit.data)]
    found = _days_round(leaf.op, data, as_of) if leaf.op in SPANS else _raw(kind, f, leaf, data, was, as_of)
    values = [one for one in found if _allowed(one, f)]
    if was.known and leaf.op not in SPANS and (leaf.order or kind in NUMERIC or kind == "date"):
        values.sort(key=lambda one: _distance(one, was.data, leaf.order))
    without = [none()] if leaf.op in _STATES or f is None or f.none else []
    return (*(known(one) for one in values), *without)


def _raw(kind: str, f: Field | None, leaf: Leaf, data: list[Any], was: Value, as_of: datetime.date) -> Iterator[Any]:
    choices = tuple(f.choices.labels) if f and f.choices else leaf.order
    if kind in LISTS:
        yield from _lists(tuple(data), tuple(was.data) if was.known else (), choices)
    elif kind == "yes_no":
        yield from (*data, True, False)
    elif choices:
        yield from (*data, *choices)
    elif kind in NUMERIC:
        ends = [Decimal(str(end)) for end in (f.minimum, f.maximum) if end is not None] if f else []
        yield from _numbers(kind, [*(data or [1, 0]), *ends])
    elif kind == "date":
        yield from (day for one in data or [as_of] for day in (one, one + _day(1), one - _day(1)))
    else:
        yield from (*data, something_else(data))


def something_else(data: Iterable[Any]) -> str:
    """A text that is none of these."""
    return "?" * (1 + max((len(str(one)) for one in data), default=0))


def _lists(wanted: tuple[Any, ...], now: tuple[Any, ...], choices: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    yield now + tuple(one for one in wanted if one not in now)
    yield tuple(one for one in now if one not in wanted)
    for one in wanted:
        yield now if one in now else (*now, one)
        yield tuple(other for other in now if other != one)
    yield wanted
    yield from ((one,) for one in (*choices, something_else((*wanted, *choices))))
    yield ()


def _numbers(kind: str, data: list[Any]) -> Iterator[Any]:
    for one in data:
        if kind in _WHOLE:
            low, high = math.floor(one), math.ceil(one)
            yield from dict.fromkeys((high, low, high + 1, low - 1))
        else:
            step = _STEPS.get(kind, _OTHER_STEP)
            yield from (Decimal(one), one + step, one - step)


def _days_round(op: str, data: list[Any], as_of: datetime.date) -> Iterator[datetime.date]:
    spans = [n for one in data for n in (int(one), int(one) + 1)]
    for sign in (1, -1) if op == "within_next" else (-1, 1):  # what lies behind stays behind
        yield from (as_of + sign * _day(n) for n in spans if n < 100_000)
    yield from (as_of, as_of + _day(1), as_of - _day(1))


def _day(n: int) -> datetime.timedelta:
    return datetime.timedelta(days=n)


def _listed(data: Any) -> tuple[Any, ...]:
    return data if isinstance(data, tuple) else (data,)


def _allowed(data: Any, f: Field | None) -> bool:
    if f is None or f.type not in NUMERIC:
        return True
    low, high = f.minimum, f.maximum
    return (low is None or data >= low) and (high is None or data <= high)


def _distance(data: Any, now: Any, order: tuple[str, ...]) -> Any:
    if order:
        return abs(order.index(data) - order.index(now)) if data in order and now in order else len(order)
    return abs((data - now).days) if isinstance(data, datetime.date) else abs(data - now)
