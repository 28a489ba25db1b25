"""Random condition trees over the fixture's vocabulary, and random facts for them."""

from __future__ import annotations

import datetime
import random
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from advisor.content.read_conditions import COMPARE, DATE_OPS, LIST_OPS, STATE_OPS
from advisor.core.cells import Cells as ReadCells
from advisor.core.facts import AccountFacts
from advisor.core.model import Row, Value, known, none
from advisor.core.tree import All, AnyOf, AsOf, Const, Count, Latest, Leaf, Name, Node, Not, NotTrue, Operand, Rows
from advisor.core.vocabulary import LISTS, NUMERIC, Field
from tests.condition_fixture import AS_OF, KNOWLEDGE, VOCABULARY, Shelf

# Few values a type, so that limits are met exactly, missed by one and shared between rules.
NUMBERS = (0, 1, 2, 3, Decimal("1.5"), Decimal("2.0"), Decimal("-1"))
DATES = tuple(AS_OF + datetime.timedelta(days=n) for n in (-366, -365, -31, -30, -1, 0, 1, 30, 31))
SPANS = (0, 1, 30, 365)
TEXTS = ("a", "b", "1")
IDS = ("X1", "X2", "X3")
MANY = ("contact", "order", "opportunity")
SHARED = ("product", "rep", "own")


def domain(f: Field) -> tuple[Any, ...]:
    """The values that a field takes in these tests."""
    if f.choices:
        return tuple(f.choices.labels)
    if f.type == "yes_no":
        return (True, False)
    if f.type == "date":
        return DATES
    if f.type in NUMERIC:
        return NUMBERS if f.type in ("number", "money", "ratio") else NUMBERS[:4]
    return IDS if f.type == "ref" or f.name == "contact_id" else TEXTS


# --- trees ---------------------------------------------------------------------------------------


@cache
def facts_in(hand: tuple[str, ...]) -> tuple[tuple[Name, Field], ...]:
    """Every fact that can be read with these rows in hand, through references too."""
    found = []
    for base in (*hand, "own"):
        entity = VOCABULARY.entities[base]
        found += [(Name(base, f.name, type=f.type), f) for f in entity.fields.values()]
        for ref in entity.refs().values():
            target = VOCABULARY.entities[ref.to]
            if target.rows == "book":
                found += [(Name(target.name, f.name, ref.name, base, f.type), f) for f in target.fields.values()]
    return tuple(found)


@st.composite
def leaves(draw: st.DrawFn, hand: tuple[str, ...], plain: bool) -> Leaf:
    """Leaves of every type and operator; `plain` ones leave out those that an unknown can make true."""
    name, f = draw(st.sampled_from(facts_in(hand)))
    ordered = f.choices is not None and f.choices.ordered
    op = draw(st.sampled_from(operators(f, ordered, plain)))
    like = [other for other, g in facts_in(hand) if g.type == f.type and g.choices == f.choices and other != name]
    pool: list[Operand] = [Const(data) for data in domain(f)] * 3 + like + ([AsOf()] if f.type == "date" else [])
    if op in DATE_OPS:
        pool = [Const(span) for span in SPANS]
    most, least = {"is": (3, 1), "is_not": (3, 1), "between": (2, 2), "has_any": (2, 1)}.get(op, (1, 1))
    operands = () if op in STATE_OPS else draw(st.lists(st.sampled_from(pool), min_size=least, max_size=most))
    return Leaf(name, op, tuple(operands), tuple(f.choices.labels) if f.choices and ordered else ())


def operators(f: Field, ordered: bool, plain: bool) -> tuple[str, ...]:
    """The operators that fit a field."""
    states = () if plain else STATE_OPS
    if f.type in LISTS:
        return (*LIST_OPS, *states)
    compare = COMPARE if ordered or f.type in NUMERIC or f.type == "date" else ()
    return ("is", "is_not", *compare, *(DATE_OPS if f.type == "date" else ()), *states)


@st.composite
def nodes(draw: st.DrawFn, hand: tuple[str, ...] = ("account",), depth: int = 3, plain: bool = False) -> Node:
    """Trees of every kind of node. `plain` ones are monotonic in what is known."""
    kinds = ["leaf", "all", "any", "not"] if depth else ["leaf"]
    if depth and not plain:
        kinds.append("unless")
    if depth and len(hand) < 3:
        kinds.append("rows")
    kind = draw(st.sampled_from(kinds))
    if kind == "leaf":
        return draw(leaves(hand, plain))
    if kind == "rows":
        return draw(row_nodes(hand, depth, plain))
    below = nodes(hand, depth - 1, plain)
    if kind in ("all", "any"):
        return (All if kind == "all" else AnyOf)(tuple(draw(st.lists(below, max_size=4))))
    return (Not if kind == "not" else NotTrue)(draw(below))


@st.composite
def row_nodes(draw: st.DrawFn, hand: tuple[str, ...], depth: int, plain: bool) -> Node:
    """`some`, `no`, `every`, `count` and `latest` of an entity's rows."""
    entity = draw(st.sampled_from(MANY))
    inside = nodes((*hand, entity), min(depth - 1, 1), plain)
    dated = VOCABULARY.entities[entity].dated
    kind = draw(st.sampled_from(["some", "no", "every", "count", *(["latest"] if dated else [])]))
    if kind == "count":
        numbers: list[Operand] = [Const(0), Const(1), Const(2), Name("account", "visits", type="integer")]
        op = draw(st.sampled_from((*COMPARE[:4], "is_not")))
        return Count(entity, draw(inside), op, (draw(st.sampled_from(numbers)),))
    if kind == "latest":
        where = draw(st.one_of(st.just(All(())), inside))
        return Latest(
            draw(st.integers(1, 3)), entity, dated, where, draw(st.sampled_from(["every", "some"])), draw(inside)
        )
    return Rows(kind, entity, draw(inside))


# --- facts ---------------------------------------------------------------------------------------

Cells = dict[str, dict[str, Value]]


class Draw:
    """Random tables, as cells that can be made known later."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def value(self, f: Field) -> Value:
        if self.random.random() < 0.15:
            return none()
        values = domain(f)
        if f.type in LISTS:
            return known(tuple(self.random.sample(values, self.random.randint(0, 2))))
        return known(self.random.choice(values))

    def cells(self, entity: str, unknown: float) -> dict[str, Value]:
        fields = VOCABULARY.entities[entity].fields.values()
        return {f.name: self.value(f) for f in fields if self.random.random() >= unknown}

    def tables(self, unknown: float = 0.3) -> dict[str, list[dict[str, Value]]]:
        """Rows by entity, the account's own among them; a missing entity is an unknown table."""
        found = {e: self.rows(e, unknown) for e in (*MANY, *SHARED) if self.random.random() >= unknown / 2}
        return {**found, "account": [self.cells("account", unknown)]}

    def rows(self, entity: str, unknown: float) -> list[dict[str, Value]]:
        number = 1 if entity == "own" else self.random.randint(0, 3)
        return [self.cells(entity, unknown) for _ in range(number)]

    def informed(self, tables: Mapping[str, list[dict[str, Value]]]) -> dict[str, list[dict[str, Value]]]:
        """The same facts and some more: unknown fields and tables become known, or known to be none or empty."""
        more = {}
        for entity in (*MANY, *SHARED, "account"):
            if entity in tables:
                more[entity] = [{**self.cells(entity, 0.5), **row} for row in tables[entity]]
            elif self.random.random() < 0.5:
                more[entity] = self.rows(entity, 0.3)
        return more


def account_facts(
    tables: Mapping[str, list[dict[str, Value]]], as_read: bool = False
) -> tuple[AccountFacts, tuple[Row, ...]]:
    """The account's facts and the rows in hand, each cell with a source of its own or rows as tables give them."""
    row = _read_row if as_read else _row
    rows = {e: tuple(row(e, f"X{n}", cells) for n, cells in enumerate(found, 1)) for e, found in tables.items()}
    facts = AccountFacts(Shelf(rows), KNOWLEDGE, rows["account"][0])
    return facts, facts.hand(rows["account"][0])


def _row(entity: str, row_id: str, cells: Mapping[str, Value]) -> Row:
    """A record whose values each name a source of their own."""
    values = {name: replace(value, source=f"{entity} {row_id} {name}") for name, value in cells.items()}
    return Row(entity, row_id, values)


def _read_row(entity: str, row_id: str, cells: Mapping[str, Value]) -> Row:
    index, where = {name: number for number, name in enumerate(cells)}, f"{entity} {row_id}"
    return Row(entity, row_id, ReadCells(index, tuple(cells.values()), where), where)
