"""How a cell is made: each generator of rules/sample.yaml as an SQL expression over the row's other columns.

Chance is the hash of the seed, the column and the row's number: a row does not depend on the other rows.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from advisor.core.model import Problem
from advisor.core.vocabulary import nearest
from advisor.core.yaml_in import Item

GENERATORS = ("pick", "some", "chance", "whole", "number", "lognormal", "days", "formula", "text", "value")
MODIFIERS = ("known", "when", "past", "places", "bend", "from")
_NAME = re.compile(r"'(?:[^']|'')*'|[A-Za-z_]\w*(?:\.\w+)*(?:\(\))?|\$\w+")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_SLOT = re.compile(r"\{(\w+(?:\.\w+)*)\}")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its expression, and the names of the table's other columns that it reads."""

    name: str
    sql: str
    reads: frozenset[str]


@dataclass
class Maker:
    """Makes the columns of one table. `names` are those that formulas may read, each with its SQL."""

    table: str
    seed: int
    as_of: datetime.date
    lists: Mapping[str, list[str]]
    names: dict[str, str]
    problems: list[Problem]
    chances: dict[str, str] = field(default_factory=dict)
    _reads: set[str] = field(default_factory=set)

    def column(self, name: str, item: Item) -> Column:
        """The column of a field; a plain value stands for itself."""
        self._reads = set()
        if not item.is_map:
            return Column(name, literal(item.value), frozenset())
        wrong = [key for key in item.value if key not in GENERATORS + MODIFIERS]
        for key in wrong:
            self._unknown(key, item.value[key], GENERATORS + MODIFIERS)
        used = [key for key in GENERATORS if key in item.value]
        if len(used) != 1:
            details = {"key": used[1] if used else " | ".join(GENERATORS), "near": ""}
            self.problems.append(Problem("unknown-key" if used else "missing-key", item.here, "error", details))
            return Column(name, "NULL", frozenset())
        sql = self._limited(name, item, _MAKERS[used[0]](self, name, item.value[used[0]], item))
        return Column(name, sql, frozenset(self._reads))

    def _limited(self, name: str, item: Item, sql: str) -> str:
        """The cell left empty where it lies ahead, where its condition fails, and where chance leaves it unknown."""
        past, when, share = item.get("past"), item.get("when"), item.get("known")
        if past and past.value is True:
            sql = f"CASE WHEN ({sql}) <= {self._as_of()} THEN {sql} END"
        if when:
            sql = f"CASE WHEN {self.formula(name + '?', str(when.value))} THEN {sql} END"
        if share:
            sql = f"CASE WHEN {self.chance(name + '!')} < {self.number(name, share)} THEN {sql} END"
        return sql

    # --- chance and names ------------------------------------------------------------------------

    def chance(self, name: str, row: str = "_row") -> str:
        """A number from 0 up to 1, the same for the same seed, table, name and row."""
        column = f"~{name}"
        text = f"{self.seed} {self.table} {name}".encode()
        salt = int.from_bytes(hashlib.sha256(text).digest()[:8], "big") >> 2
        self.chances[column] = f"(hash(xor({row}, {salt})) >> 11) / 9007199254740992.0"
        return quoted(column)

    def formula(self, name: str, text: str) -> str:
        """An SQL expression of the content with its names resolved; `u()` is a new chance each time."""
        count = 0

        def resolved(found: re.Match[str]) -> str:
            nonlocal count
            word = found.group()
            if word == "u()":
                count += 1
                return self.chance(f"{name}~{count}")
            if word == "as_of":
                return self._as_of()
            called = text[found.end() :].startswith("(")
            return self._named(word) if word in self.names and not called else word

        return f"({_NAME.sub(resolved, text)})"

    def _named(self, name: str) -> str:
        self._reads.add(name)
        return self.names[name]

    def _as_of(self) -> str:
        return f"DATE '{self.as_of.isoformat()}'"

    def _unknown(self, name: str, item: Item, known: Any) -> None:
        details = {"key": name, "near": nearest(name, known)}
        self.problems.append(Problem("unknown-key", item.here, "error", details))

    # --- parameters ------------------------------------------------------------------------------

    def by(self, name: str, item: Item, make: Callable[[Item], str]) -> str:
        """A parameter that depends on another column: `{by: stage, "new, core": …, else: …}`."""
        column = item.get("by") if item.is_map else None
        if column is None:
            return make(item)
        if str(column.value) not in self.names:
            self._unknown(str(column.value), column, self.names)
            return "NULL"
        read = self._named(str(column.value))
        cases = [(key, one) for key, one in item.items() if key not in ("by", "else")]
        arms = [f"WHEN {read} IN ({_words(key)}) THEN {make(one)}" for key, one in cases]
        other = item.get("else")
        return f"CASE {' '.join(arms)} ELSE {make(other) if other else 'NULL'} END"

    def number(self, name: str, item: Item) -> str:
        return self.by(name, item, lambda one: self._number(name, one))

    def _number(self, name: str, item: Item) -> str:
        return self.formula(name, item.value) if isinstance(item.value, str) else literal(self.figure(item))

    def figure(self, item: Item) -> Any:
        """A number of the content; what is none is a problem, and counts as 1."""
        if isinstance(item.value, int | float | Decimal) and not isinstance(item.value, bool):
            return item.value
        self.problems.append(Problem("sample-figure", item.here, "error", {"value": str(item.plain())}))
        return 1

    def range(self, name: str, item: Item, spread: Callable[[str, str], str]) -> str:
        def make(one: Item) -> str:
            ends = one.each()
            if not ends:
                return literal(self.figure(one))
            first, last = (self._number(f"{name}{n}", end) for n, end in enumerate((ends[0], ends[-1])))
            return spread(first, last)

        return self.by(name, item, make)


# --- generators ----------------------------------------------------------------------------------


def _pick(maker: Maker, name: str, item: Item, whole: Item) -> str:
    """One of several values by weight."""
    chance = maker.chance(name)

    def make(one: Item) -> str:
        pairs = [(key, abs(float(maker.figure(weight)))) for key, weight in one.items()]
        told = str if all(_NUMBER.fullmatch(key) for key, _ in pairs) else literal
        if not pairs:
            return literal(maker.figure(one))
        total, reached, arms = sum(weight for _, weight in pairs) or 1, 0.0, []
        for key, weight in pairs:
            reached += weight / total
            arms.append(f"WHEN {chance} < {reached:.9f} THEN {told(key)}")
        return f"CASE {' '.join(arms[:-1])} ELSE {told(pairs[-1][0])} END" if arms[:-1] else told(pairs[-1][0])

    return maker.by(name, item, make)


def _some(maker: Maker, name: str, item: Item, whole: Item) -> str:
    """Several of the values, each with its own chance."""

    def make(one: Item) -> str:
        arms = [
            f"CASE WHEN {maker.chance(f'{name}~{key}')} < {maker.number(name, share)} THEN {literal(key)} END"
            for key, share in one.items()
        ]
        return f"nullif(concat_ws(';', {', '.join(arms)}), '')"

    return maker.by(name, item, make)


def _chance(maker: Maker, name: str, item: Item, whole: Item) -> str:
    return f"({maker.chance(name)} < {maker.number(name, item)})"


def _whole(maker: Maker, name: str, item: Item, whole: Item) -> str:
    drawn = _drawn(maker, name, whole)
    spread = "CAST(floor({a} + {u} * ({b} - {a} + 1)) AS BIGINT)"
    return maker.range(name, item, lambda a, b: spread.format(a=a, b=b, u=drawn))


def _number(maker: Maker, name: str, item: Item, whole: Item) -> str:
    drawn, places = _drawn(maker, name, whole), _places(maker, whole, 2)
    return maker.range(name, item, lambda a, b: f"round({a} + {drawn} * ({b} - {a}), {places})")


def _lognormal(maker: Maker, name: str, item: Item, whole: Item) -> str:
    """A positive number whose logarithm is normal: half lie above the median."""
    first, second = maker.chance(name + "~a"), maker.chance(name + "~b")
    normal = f"sqrt(-2 * ln(1 - {first})) * cos(6.283185307179586 * {second})"
    parts = [item.get(key) or item for key in ("median", "spread")]
    median, spread = (maker.number(name, part) for part in parts)
    drawn = f"round({median} * exp({spread} * {normal}), {_places(maker, whole, 0)})"
    least, most = item.get("least"), item.get("most")
    drawn = f"greatest({drawn}, {maker.number(name, least)})" if least else drawn
    return f"least({drawn}, {maker.number(name, most)})" if most else drawn


def _days(maker: Maker, name: str, item: Item, whole: Item) -> str:
    """A day so many days after the day of the book, or after another date."""
    start, drawn = whole.get("from"), _drawn(maker, name, whole)
    day = maker.formula(name, str(start.value)) if start else maker.formula(name, "as_of")
    spread = day + " + CAST(round({a} + {u} * ({b} - {a})) AS INTEGER)"
    return maker.range(name, item, lambda a, b: spread.format(a=a, b=b, u=drawn))


def _drawn(maker: Maker, name: str, whole: Item) -> str:
    """The chance, bent towards the range's first end where the content says so."""
    bend = whole.get("bend")
    return f"pow({maker.chance(name)}, {literal(maker.figure(bend))})" if bend else maker.chance(name)


def _places(maker: Maker, whole: Item, usual: int) -> int:
    found = whole.get("places")
    return int(maker.figure(found)) if found else usual


def _formula(maker: Maker, name: str, item: Item, whole: Item) -> str:
    return maker.by(name, item, lambda one: maker.formula(name, str(one.value)))


def _text(maker: Maker, name: str, item: Item, whole: Item) -> str:
    """A text whose {names} are drawn from a list of that name, or are the row's own columns."""
    return maker.by(name, item, lambda one: " || ".join(_parts(maker, name, one)))


def _parts(maker: Maker, name: str, item: Item) -> Iterator[str]:
    for number, part in enumerate(_SLOT.split(str(item.value))):
        if number % 2 == 0:
            yield literal(part)
        elif part in maker.lists:
            words = maker.lists[part]
            drawn = maker.chance(f"{name}~{number}")
            yield f"list_extract([{', '.join(map(literal, words))}], 1 + CAST(floor({drawn} * {len(words)}) AS BIGINT))"
        elif part in maker.names:
            yield maker._named(part)
        else:
            maker._unknown(part, item, [*maker.lists, *maker.names])


def _value(maker: Maker, name: str, item: Item, whole: Item) -> str:
    return maker.by(name, item, lambda one: literal(one.value))


_MAKERS: dict[str, Callable[[Maker, str, Item, Item], str]] = {
    "pick": _pick,
    "some": _some,
    "chance": _chance,
    "whole": _whole,
    "number": _number,
    "lognormal": _lognormal,
    "days": _days,
    "formula": _formula,
    "text": _text,
    "value": _value,
}


# --- SQL -----------------------------------------------------------------------------------------


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(value: Any) -> str:
    """A plain value of YAML as SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.date):
        return f"DATE '{value.isoformat()}'"
    return str(value) if not isinstance(value, str) else "'" + value.replace("'", "''") + "'"


def _words(key: str) -> str:
    return ", ".join(literal(word.strip()) for word in key.split(","))
