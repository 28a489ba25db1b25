"""One account's facts: its records, and the derived facts made from them when they are first asked for."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from advisor.core.decide import Decider, Found, decider
from advisor.core.model import UNKNOWN, Origin, Row, State, Value, known, none
from advisor.core.reference import Verdict, find_row, read, resolve
from advisor.core.tree import (
    Apply,
    Cases,
    Derived,
    Expr,
    Gather,
    Metric,
    Name,
    Node,
    Read,
    Table,
    Weighted,
    When,
    undecided_inputs,
)

Rows = tuple[Row, ...]


class Source(Protocol):
    """What a book offers: its rows, its metrics."""

    as_of: datetime.date
    in_book: bool

    def rows_of(self, entity: str, account_id: str) -> Rows | None: ...

    def find(self, entity: str, row_id: str) -> Row | None: ...

    def metric(self, file: str, account_id: str) -> Mapping[str, Value]: ...


@dataclass(frozen=True)
class Knowledge:
    """What turns records into facts: derived facts, references, the life of flags (date field, days), and the entities
    that each metric needs, with their dates."""

    derived: Mapping[tuple[str, str], Derived]
    refs: Mapping[tuple[str, str], str]
    lives: Mapping[tuple[str, str], tuple[str, int]]
    needs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    deciders: dict[int, tuple[Node, Decider]] = field(default_factory=dict, repr=False, compare=False)

    def plain(self, entity: str, name: str) -> bool:
        """Is a field what the records say, with nothing derived, and never stale?"""
        return (entity, name) not in self.derived and (entity, name) not in self.lives


class AccountFacts:
    """The facts of one account: asserted where the records assert them, else derived, else unknown."""

    def __init__(self, book: Source, knowledge: Knowledge, account: Row) -> None:
        self.book = book
        self.as_of = book.as_of
        self.account = account
        self.knowledge = knowledge
        self._rows: dict[str, Rows | None] = {"account": (account,)}
        self._made: dict[tuple[int, str], Value] = {}

    def rows(self, entity: str) -> Rows | None:
        """The account's rows of an entity; None when the table is unknown."""
        if entity not in self._rows:
            self._rows[entity] = self.book.rows_of(entity, self.account.id)
        return self._rows[entity]

    def value(self, row: Row, name: str) -> Value:
        """A fact of a row. What the records assert wins over what would be derived."""
        key = (id(row), name)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = self._find(row, name)
        return found

    def _find(self, row: Row, name: str) -> Value:
        key = (row.entity, name)
        asserted = row.get(name)
        if key in self.knowledge.lives and self._stale(row, key):
            asserted = UNKNOWN
        definition = self.knowledge.derived.get(key)
        if definition is None or asserted.state is not State.UNKNOWN:
            return asserted
        return self._make(definition, row)

    def _stale(self, row: Row, key: tuple[str, str]) -> bool:
        """An asserted flag older than its life counts as unknown; an undated one counts (section 7.2)."""
        date, days = self.knowledge.lives[key]
        seen = row.get(date)
        return seen.known and (self.as_of - seen.data).days > days

    def to_confirm(self) -> tuple[tuple[Row, str], ...]:
        """The flags that are too old to count, for the page's "please confirm"."""
        found = [
            (row, name)
            for entity, name in self.knowledge.lives
            for row in self.rows(entity) or ()
            if row.get(name).known and self._stale(row, (entity, name))
        ]
        return tuple(found)

    def pointed(self, row: Row, name: str) -> Row | None:
        """The row that a reference points to, if it is known and there is one."""
        target = self.value(row, name)
        entity = self.knowledge.refs.get((row.entity, name), "")
        return self.record(entity, str(target.data)) if target.known else None

    def record(self, entity: str, row_id: str) -> Row | None:
        """The record of that id, unless it is another account's: what happens there is nothing to go by here."""
        found = self.book.find(entity, row_id)
        owner = found and (found.id if entity == "account" else found.text("account_id"))
        return None if owner and owner != self.account.id else found

    def hand(self, row: Row) -> Rows:
        """The rows in hand when a fact or play is about `row`."""
        return (row,) if row.entity == "account" else (self.account, row)

    def _make(self, definition: Derived, row: Row) -> Value:
        if definition.in_book and not self.book.in_book:
            return UNKNOWN
        value = compute(definition.expr, self, self.hand(row))
        if value.state is State.UNKNOWN:
            return UNKNOWN
        origin = Origin.INFERRED if definition.inferred or value.origin is Origin.INFERRED else Origin.DERIVED
        if value.origin is origin:
            return value
        return Value(value.state, value.data, origin, value.source)

    # --- conditions ------------------------------------------------------------------------------

    def decide(self, node: Node, rows: Rows) -> Found:
        """A condition's verdict for the rows in hand, and the source record of the leaf that decided it."""
        kept = self.knowledge.deciders.get(id(node))
        if kept is None:
            made = decider(node, self.knowledge.plain)
            kept = self.knowledge.deciders[id(node)] = (node, made)  # the node is kept, and so is its id
        return kept[1](self, rows)

    def verdict(self, node: Node, rows: Rows) -> Verdict:
        """A condition's verdict for the rows in hand: that of `reference.evaluate`, without its trace."""
        return self.decide(node, rows)[0]

    def unknown_inputs(self, row: Row, name: str) -> list[tuple[Name, Row | None]]:
        """The unknown facts that keep a derived fact of a row unknown, each with its row where that is in hand."""
        definition = self.knowledge.derived.get((row.entity, name))
        found: list[tuple[Name, Row | None]] = []
        for one in undecided_inputs(definition) if definition else ():
            target = find_row(one, self, self.hand(row))
            if target is not None and self.value(target, one.field).state is State.UNKNOWN:
                found.append((one, target))
            elif target is None and _unknown_somewhere(one, self):
                found.append((one, None))
        return found


class BookFacts(AccountFacts):
    """The facts of the book as a whole: those of its single rows. It has no account, so no account's records either."""

    def __init__(self, book: Source, knowledge: Knowledge) -> None:
        super().__init__(book, knowledge, Row("account", "", {}, ""))

    def rows(self, entity: str) -> Rows | None:
        """The one row of an entity that the book has one of; what belongs to accounts is unknown here."""
        if entity == "account":
            return super().rows(entity)
        found = self.book.rows_of(entity, "")
        return found if found and len(found) == 1 and not found[0].get("account_id").known else None


def _unknown_somewhere(name: Name, facts: AccountFacts) -> bool:
    """Is the fact unknown in some row of its table, or the table itself?"""
    table = facts.rows(name.entity)
    return table is None or any(facts.value(row, name.field).state is State.UNKNOWN for row in table)


# --- expressions ---------------------------------------------------------------------------------


def compute(expr: Expr, facts: AccountFacts, rows: Rows) -> Value:
    """The value of an expression for the rows in hand."""
    return _EXPRESSIONS[type(expr)](expr, facts, rows)


def _read(expr: Read, facts: AccountFacts, rows: Rows) -> Value:
    return resolve(expr.operand, facts, rows)


def _when(expr: When, facts: AccountFacts, rows: Rows) -> Value:
    verdict, source = facts.decide(expr.node, rows)
    return UNKNOWN if verdict is None else known(verdict, Origin.DERIVED, source)


def _cases(expr: Cases, facts: AccountFacts, rows: Rows) -> Value:
    for node, value in expr.cases:
        verdict = facts.verdict(node, rows)
        if verdict is None:
            return UNKNOWN
        if verdict:
            return compute(value, facts, rows)
    return compute(expr.otherwise, facts, rows) if expr.otherwise else UNKNOWN


def _table(expr: Table, facts: AccountFacts, rows: Rows) -> Value:
    key = compute(expr.by, facts, rows)
    if not key.known:
        return known(expr.otherwise) if expr.otherwise is not None else Value(key.state)
    found = expr.rows.get(key.data, expr.otherwise)
    return UNKNOWN if found is None else replace(known(found), source=key.source)


def _metric(expr: Metric, facts: AccountFacts, rows: Rows) -> Value:
    return facts.book.metric(expr.file, facts.account.id).get(expr.column, UNKNOWN)


def _weighted(expr: Weighted, facts: AccountFacts, rows: Rows) -> Value:
    scores = [read(name, facts, rows) for name in expr.scores]
    weights = [read(name, facts, rows) for name in expr.weights]
    if not all(score.known for score in scores):
        return UNKNOWN
    if not all(weight.known for weight in weights):
        weights = [known(1)] * len(scores)
    total = sum(Decimal(weight.data) for weight in weights)
    pairs = zip(scores, weights, strict=True)
    return known(sum(Decimal(s.data) * Decimal(w.data) for s, w in pairs) / total) if total else none()


def _gather(expr: Gather, facts: AccountFacts, rows: Rows) -> Value:
    """Undecided rows matter only where they could change the result."""
    table = facts.rows(expr.entity)
    if table is None:
        return UNKNOWN
    verdicts = [(row, facts.verdict(expr.where, (*rows, row))) for row in table]
    sure = _figure(expr, [row for row, verdict in verdicts if verdict], facts, rows)
    if all(verdict is not None for _, verdict in verdicts):
        return sure
    widest = _figure(expr, [row for row, verdict in verdicts if verdict is not False], facts, rows)
    return sure if (sure.state, sure.data) == (widest.state, widest.data) else UNKNOWN


def _figure(expr: Gather, table: list[Row], facts: AccountFacts, rows: Rows) -> Value:
    if expr.op == "count" or expr.figure is None:
        return known(len(table), source=_sources(table))
    by = {row: facts.value(row, expr.by) for row in table} if expr.by else {}
    pairs = [(compute(expr.figure, facts, (*rows, row)), by.get(row, UNKNOWN)) for row in table]
    if expr.op in ("latest", "earliest"):
        return _dated(expr, list(zip(table, pairs, strict=True)))
    values = [value for value, _ in pairs]
    if not expr.known_only and any(value.state is State.UNKNOWN for value in values):
        return UNKNOWN
    values = [value for value in values if value.known]
    if expr.op == "list":
        return known(_union(values), source=_sources(table))
    if expr.op == "sum":
        return known(sum((value.data for value in values), 0), source=_sources(table))
    return _extreme(expr, values) if values else none()


def _sources(table: list[Row]) -> str:
    return ", ".join(row.where for row in table[:3]) + ("…" if len(table) > 3 else "")


def _dated(expr: Gather, found: list[tuple[Row, tuple[Value, Value]]]) -> Value:
    """The figure of the latest (earliest) row; a row without a date could be that one."""
    if any(by.state is State.UNKNOWN for _, (_, by) in found) and not expr.known_only:
        return UNKNOWN
    dated = [(by.data, row.id, value) for row, (value, by) in found if by.known]
    if not dated:
        return none()
    pick = max if expr.op == "latest" else min
    return pick(dated, key=lambda entry: entry[:2])[2]


def _union(values: list[Value]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(one for value in values for one in _listed(value.data)))


def _listed(data: Any) -> tuple[Any, ...]:
    return data if isinstance(data, tuple) else (data,)


def _extreme(expr: Gather, values: list[Value]) -> Value:
    if expr.op == "mean":
        return known(sum(Decimal(value.data) for value in values) / len(values))
    pick = max if expr.op == "max" else min
    return pick(values, key=lambda value: expr.order.index(value.data) if expr.order else value.data)


def _apply(expr: Apply, facts: AccountFacts, rows: Rows) -> Value:
    args = [compute(arg, facts, rows) for arg in expr.args]
    if any(arg.state is State.UNKNOWN for arg in args):
        return UNKNOWN
    if any(arg.state is State.NONE for arg in args):
        return none()
    try:
        data = FUNCTIONS[expr.op]([arg.data for arg in args], facts.as_of)
    except (ZeroDivisionError, InvalidOperation, OverflowError):
        return none()
    source = next((arg.source for arg in args if arg.source), "")
    inferred = Origin.INFERRED if any(arg.origin is Origin.INFERRED for arg in args) else Origin.DERIVED
    return none() if data is None else known(data, inferred, source)


def _plus(args: Sequence[Any]) -> Any:
    first, second = args
    if isinstance(first, datetime.date):
        return first + datetime.timedelta(days=int(second))
    return first + second


def _minus(args: Sequence[Any]) -> Any:
    first, second = args
    if isinstance(first, datetime.date):
        same = isinstance(second, datetime.date)
        return (first - second).days if same else first - datetime.timedelta(days=int(second))
    return first - second


def _join(args: Sequence[Any]) -> str:
    return "".join(_shown(one) for arg in args for one in _listed(arg))


def _shown(data: Any) -> str:
    """As text; the noughts that end a decimal say nothing."""
    return f"{data.normalize():f}" if isinstance(data, Decimal) else str(data)


FUNCTIONS: dict[str, Callable[[Sequence[Any], datetime.date], Any]] = {
    "plus": lambda args, _: _plus(args),
    "minus": lambda args, _: _minus(args),
    "times": lambda args, _: args[0] * args[1],
    "divide": lambda args, _: Decimal(args[0]) / Decimal(args[1]),
    "days_since": lambda args, as_of: (as_of - args[0]).days,
    "days_until": lambda args, as_of: (args[0] - as_of).days,
    "size": lambda args, _: len(_listed(args[0])),
    "both": lambda args, _: tuple(one for one in _listed(args[0]) if one in _listed(args[1])),
    "without": lambda args, _: tuple(one for one in _listed(args[0]) if one not in _listed(args[1])),
    "first": lambda args, _: next(iter(_listed(args[0])), None),
    "join": lambda args, _: _join(args),
}

_EXPRESSIONS: dict[type, Callable[[Any, AccountFacts, Rows], Value]] = {
    Read: _read,
    When: _when,
    Cases: _cases,
    Table: _table,
    Metric: _metric,
    Weighted: _weighted,
    Gather: _gather,
    Apply: _apply,
}
