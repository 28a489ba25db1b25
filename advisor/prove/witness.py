"""A situation in facts, made from an answer and tried with the reference reader before anybody is told of it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from advisor.advice.advise import Advisor
from advisor.advice.workspace import Settings
from advisor.content.content import Content, with_plays
from advisor.content.plays import PORTFOLIO, Play
from advisor.core.facts import AccountFacts
from advisor.core.model import Place, Row
from advisor.core.reference import evaluate
from advisor.core.vocabulary import LISTS, Field
from advisor.core.yaml_in import Item
from advisor.data.asserted import assert_derived
from advisor.data.book import Book, MetricSource, from_facts
from advisor.prove.domains import Answer
from advisor.prove.formula import Cell
from advisor.prove.regions import EVERYTHING, Region, compared, points, samples
from advisor.prove.symbols import Encoder
from advisor.prove.terms import DAY, Numbers, member_cell

MetricsOf = Callable[[Book], MetricSource | None]
_FREE_TEXT = 1_000


@dataclass(frozen=True)
class Witness:
    """Facts as `advise --facts` takes them, the day they are tried on, and an account's facts made of them."""

    facts: Mapping[str, Any]
    as_of: datetime.date
    account: AccountFacts
    book: AccountFacts

    def text(self) -> str:
        """The facts as YAML."""
        return written({"as_of": self.as_of, **self.facts})

    def hands(self, about: str) -> list[tuple[Row, ...]]:
        """The rows in hand of each subject that a play can be about."""
        facts = self.book if about == PORTFOLIO else self.account
        return [facts.hand(row) for row in facts.rows(about) or ()]

    def fires(self, play: Play) -> bool:
        """Does the play fire for one of its subjects? Only its condition is asked."""
        facts = self.book if play.about == PORTFOLIO else self.account
        return any(evaluate(play.when, facts, hand).verdict is True for hand in self.hands(play.about))


# --- from an answer to facts ---------------------------------------------------------------------


@dataclass
class _Facts:
    """The records of one situation as they are put together. `full`: facts are known wherever they may be."""

    encoder: Encoder
    answer: Answer
    full: bool
    numbers: Numbers

    def __post_init__(self) -> None:
        self.made: dict[str, dict[str, Any]] = {}
        self.derived: dict[str, Any] = {}
        self.tables: dict[str, list[str]] = {}
        self.spare = _FREE_TEXT

    def region(self, cell: Cell) -> Region:
        return self.answer.regions.get(cell) or self.encoder.domain(cell)

    def number(self, cell: Cell) -> Any:
        """The cell's data where it is known here, else None."""
        if cell in self.answer.fixed:
            return self.answer.fixed[cell]
        region, field = self.region(cell), self.encoder.fields.get(cell)
        asked = cell in self.answer.regions
        if not region.spans or (not asked and not self.full):
            return None
        if not self.full and (region.unknown or (region.none and field and field.none)):
            return None
        if field and field.type in ("text", "ref") and region.spans[-1][1] == EVERYTHING[0][1]:
            self.spare += 1
            return self.spare
        return self._natural(region, field, cell.whole)

    def _natural(self, region: Region, field: Field | None, whole: bool) -> Any:
        """A number that the field takes, where the region has one."""
        for op, limit in ((">=", field.minimum), ("<=", field.maximum)) if field else ():
            if limit is not None:
                near = region.within(Region(compared(op, Fraction(repr(limit)), whole)))
                region = near if near.spans else region
        if field and field.unknown_value is not None:
            near = region.within(Region(points([field.unknown_value], whole)).opposite(whole))
            region = near if near.spans else region
        return samples(region.spans, whole)[0]

    def facts(self) -> dict[str, Any]:
        for cell, field in self.encoder.fields.items():
            self.put(cell, field)
        for kind, rows in self.encoder.invented.items():
            here = [row for row in rows if self.number(Cell(row, "here")) == 1]
            if here:
                self.tables[kind] = here
        found: dict[str, Any] = {"account": self.made.get("account", {})}
        vocabulary = self.encoder.content.vocabulary.entities
        for name, entity in vocabulary.items():
            records = [self.made.get(row, {}) for row in self.tables.get(name, [])]
            single = self.made.get(name)
            if name != "account" and entity.rows == "single" and single is not None:
                found[entity.table] = single
            elif records or self._known(name):
                found[entity.table] = records
        return {**found, **({"derived": self.derived} if self.derived else {})}

    def _known(self, entity: str) -> bool:
        cell = Cell(entity, "table")
        region = self.answer.regions.get(cell)
        return region is not None and self.number(cell) == 1

    def put(self, cell: Cell, field: Field) -> None:
        row, via = self._place(cell)
        if via:
            self._point(cell.row, row, via, field)
        value = self.value(cell, field)
        if value is not _UNSAID:
            target = (
                self.derived if cell.row == "account" and not field.recorded else self.made.setdefault(cell.row, {})
            )
            target[field.name] = value

    def _place(self, cell: Cell) -> tuple[str, str]:
        row, _, via = cell.row.rpartition(">")
        return (row, via) if row else (cell.row, "")

    def _point(self, pointed: str, row: str, via: str, field: Field) -> None:
        """A row that another points to, under the id that the other gives."""
        pointer = next(one for one in self.encoder.fields if one.row == row and one.name == via)
        entity = self.encoder.fields[pointer].to
        if entity and pointed not in self.tables.setdefault(entity, []):
            self.tables[entity].append(pointed)
            known = f"{entity[:1].upper()}{len(self.tables[entity])}"
            self.made.setdefault(row, {})[via] = known
            self.made.setdefault(pointed, {})["id"] = known

    def value(self, cell: Cell, field: Field) -> Any:
        """What the records say of it; _UNSAID where they say nothing."""
        region = self.region(cell)
        if field.type in LISTS:
            return self._list(cell, field, region)
        number = self.number(cell)
        if number is not None:
            return self.numbers.back(number, field)
        none = region.none and field.none and cell in self.answer.regions and (self.full or not region.unknown)
        return None if none else _UNSAID

    def _list(self, cell: Cell, field: Field, region: Region) -> Any:
        if not region.spans or (not self.full and region.unknown):
            return _UNSAID
        count = len(field.choices.labels) if field.choices else len(self.numbers.texts)
        members = [n for n in range(count) if self.number(member_cell(cell, n)) == 1]
        return [self.numbers.back(n, Field("", field.type, choices=field.choices)) for n in members]


_UNSAID = object()


def build(encoder: Encoder, answer: Answer, full: bool, content: Content, metrics: MetricsOf) -> Witness | None:
    """A situation from an answer; None where it cannot be written down.

    Args: encoder, answer – what was asked and found; full – with every fact known that may be; metrics – what computes
    metrics for a book.
    """
    shift = answer.fixed.get(DAY)
    if shift is None and DAY in answer.regions:
        shift = samples(answer.regions[DAY].spans, True)[0]
    try:
        numbers = replace(encoder.numbers, as_of=encoder.numbers.as_of + datetime.timedelta(days=int(shift or 0)))
        numbers.texts = encoder.numbers.texts
        facts = _Facts(encoder, answer, full, numbers).facts()
    except (OverflowError, ValueError):
        return None
    return opened(facts, numbers.as_of, content, metrics)


def opened(facts: Mapping[str, Any], as_of: datetime.date, content: Content, metrics: MetricsOf) -> Witness | None:
    """Facts as `advise --facts` would open them; None where it would complain of them."""
    book = from_facts(_item(facts), content.vocabulary, as_of, content.cells)
    book = assert_derived(book, content.vocabulary, content.cells)
    if any(one.level != "note" for one in book.problems):
        return None
    book.metrics = metrics(book)
    advisor = Advisor(with_plays(content, ()), Settings(Path(), "zh", as_of), book, "reference")
    return Witness(facts, as_of, advisor.facts(book.accounts()[0]), advisor.book_facts())


def _item(value: Any) -> Item:
    """A value as reading its YAML would give it."""
    if isinstance(value, Mapping):
        return Item({key: _item(one) for key, one in value.items()}, _NOWHERE)
    if isinstance(value, list):
        return Item([_item(one) for one in value], _NOWHERE)
    return Item(Decimal(_plain(value)) if isinstance(value, Fraction) else value, _NOWHERE)


def _plain(number: Fraction) -> str:
    return format(Decimal(number.numerator) / Decimal(number.denominator), "f")


_NOWHERE = Place("witness.yaml")

# --- YAML ----------------------------------------------------------------------------------------


def written(facts: Mapping[str, Any]) -> str:
    """Facts as YAML, the same each time."""
    return "\n".join(_lines(facts, "")) + "\n"


def _lines(value: Mapping[str, Any], indent: str) -> Iterable[str]:
    for key, one in value.items():
        name = json.dumps(key) if ":" in key or "#" in key else key
        if isinstance(one, Mapping) and one:
            yield f"{indent}{name}:"
            yield from _lines(one, indent + "  ")
        elif isinstance(one, list) and one and all(isinstance(row, Mapping) for row in one):
            yield f"{indent}{name}:"
            yield from (f"{indent}  - {_flow(row)}" for row in one)
        else:
            yield f"{indent}{name}: {_flow(one)}"


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(one) for one in value) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | datetime.date):
        return str(value)
    if isinstance(value, Fraction):
        return _plain(value)
    plain = str(value)
    return plain if plain.replace("_", "").isalpha() and plain.isascii() and plain not in _TAKEN else json.dumps(plain)


_TAKEN = ("true", "false", "null", "True", "False", "TRUE", "FALSE")
