"""The reference reader: plain evaluation of the condition tree, with the trace that every reason is made of.

Three values (methodology section 6): True, False and None for unknown. Groups follow Kleene.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from advisor.core.model import UNKNOWN, Row, State, Value, known
from advisor.core.tree import All, AnyOf, AsOf, Const, Count, Latest, Leaf, Name, Node, Not, NotTrue, Operand, Rows

Verdict = bool | None


class Facts(Protocol):
    """What a reader needs of one account."""

    @property
    def as_of(self) -> datetime.date: ...

    def rows(self, entity: str) -> tuple[Row, ...] | None: ...

    def value(self, row: Row, name: str) -> Value: ...

    def pointed(self, row: Row, name: str) -> Row | None: ...


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """How a node came to its verdict. A leaf has the fact's value, its limits and the row it was read from."""

    node: Node
    verdict: Verdict
    value: Value | None = None
    limits: tuple[Value, ...] = ()
    row: Row | None = None
    children: tuple[Trace, ...] = ()


# --- Kleene --------------------------------------------------------------------------------------


def both(verdicts: Iterable[Verdict]) -> Verdict:
    """True if all are true, False if one is false, else unknown."""
    seen: Verdict = True
    for verdict in verdicts:
        if verdict is False:
            return False
        if verdict is None:
            seen = None
    return seen


def either(verdicts: Iterable[Verdict]) -> Verdict:
    """True if one is true, False if all are false, else unknown."""
    seen: Verdict = False
    for verdict in verdicts:
        if verdict:
            return True
        if verdict is None:
            seen = None
    return seen


def opposite(verdict: Verdict) -> Verdict:
    return None if verdict is None else not verdict


# --- nodes ---------------------------------------------------------------------------------------


def evaluate(node: Node, facts: Facts, rows: tuple[Row, ...]) -> Trace:
    """Evaluate a tree for the rows in hand.

    Args: node – the condition; facts – the account's facts; rows – the rows in hand, the account's own first.
    Returns: the trace, whose verdict is True, False or None (unknown).
    """
    if isinstance(node, Leaf):
        return _leaf(node, facts, rows)
    if isinstance(node, All | AnyOf):
        parts = tuple([evaluate(item, facts, rows) for item in node.items])
        join = both if isinstance(node, All) else either
        return Trace(node, join([part.verdict for part in parts]), children=parts)
    if isinstance(node, Not | NotTrue):
        part = evaluate(node.item, facts, rows)
        verdict = opposite(part.verdict) if isinstance(node, Not) else part.verdict is not True
        return Trace(node, verdict, children=(part,))
    if isinstance(node, Latest):
        return _latest(node, facts, rows)
    return _rows(node, facts, rows)


def _leaf(node: Leaf, facts: Facts, rows: tuple[Row, ...]) -> Trace:
    row = find_row(node.name, facts, rows)
    value = facts.value(row, node.name.field) if row is not None else UNKNOWN
    limits = tuple([resolve(operand, facts, rows) for operand in node.operands])
    return Trace(node, compare(node, value, limits, facts.as_of), value, limits, row)


def _rows(node: Rows | Count, facts: Facts, rows: tuple[Row, ...]) -> Trace:
    table = facts.rows(node.entity)
    if table is None:
        return Trace(node, None)
    parts = tuple(_on_row(node.where, facts, rows, row) for row in table)
    verdicts = [part.verdict for part in parts]
    if isinstance(node, Count):
        limits = tuple(resolve(operand, facts, rows) for operand in node.operands)
        sure = sum(verdict is True for verdict in verdicts)
        value = known(sure)
        return Trace(
            node, count_verdict(node, sure, verdicts.count(None), limits, facts), value, limits, children=parts
        )
    verdict = both(verdicts) if node.kind == "every" else either(verdicts)
    return Trace(node, opposite(verdict) if node.kind == "no" else verdict, children=parts)


def count_verdict(node: Count, sure: int, unsure: int, limits: tuple[Value, ...], facts: Facts) -> Verdict:
    """Unknown only where the rows that are not decided could change the answer."""
    leaf = Leaf(Name(node.entity, "count", type="integer"), node.op, node.operands)
    found = {compare(leaf, known(n), limits, facts.as_of) for n in range(sure, sure + unsure + 1)}
    return found.pop() if len(found) == 1 else None


def _latest(node: Latest, facts: Facts, rows: tuple[Row, ...]) -> Trace:
    last = latest_rows(node, facts, rows)
    if last is None:
        return Trace(node, None)
    parts = tuple(_on_row(node.item, facts, rows, row) for row in last)
    if len(last) < node.number:
        return Trace(node, False, children=parts)
    join = both if node.kind == "every" else either
    return Trace(node, join(part.verdict for part in parts), children=parts)


def latest_rows(node: Latest, facts: Facts, rows: tuple[Row, ...]) -> list[Row] | None:
    """The latest of the rows that count, the last one first; None where that cannot be told."""
    table = facts.rows(node.entity)
    if table is None:
        return None
    kept = [(row, evaluate(node.where, facts, (*rows, row)).verdict) for row in table]
    dates = [facts.value(row, node.by) for row, verdict in kept if verdict is not False]
    if any(verdict is None for _, verdict in kept) or any(date.state is State.UNKNOWN for date in dates):
        return None
    dated = [row for row, verdict in kept if verdict and facts.value(row, node.by).known]
    dated.sort(key=lambda row: (facts.value(row, node.by).data, row.id), reverse=True)
    return dated[: node.number]


def _on_row(node: Node, facts: Facts, rows: tuple[Row, ...], row: Row) -> Trace:
    part = evaluate(node, facts, (*rows, row))
    return Trace(part.node, part.verdict, part.value, part.limits, row, part.children)


# --- facts ---------------------------------------------------------------------------------------


def find_row(name: Name, facts: Facts, rows: tuple[Row, ...]) -> Row | None:
    """The row that a name reads: the innermost in hand of its entity, one it points to, or the book's single row."""
    wanted = name.base or name.entity
    for row in reversed(rows):
        if row.entity == wanted:
            return facts.pointed(row, name.via) if name.via else row
    single = facts.rows(wanted)
    found = single[0] if single else None
    return facts.pointed(found, name.via) if found and name.via else found


def read(name: Name, facts: Facts, rows: tuple[Row, ...]) -> Value:
    """The value of a fact for the rows in hand; unknown where there is no such row."""
    row = find_row(name, facts, rows)
    return UNKNOWN if row is None else facts.value(row, name.field)


def resolve(operand: Operand, facts: Facts, rows: tuple[Row, ...]) -> Value:
    """An operand's value."""
    if isinstance(operand, Const):
        return operand.value
    return known(facts.as_of) if isinstance(operand, AsOf) else read(operand, facts, rows)


# --- comparisons ---------------------------------------------------------------------------------


def compare(leaf: Leaf, value: Value, limits: tuple[Value, ...], as_of: datetime.date) -> Verdict:
    """One comparison. Unknown compares to unknown; none compares to false."""
    if leaf.op == "is_known":
        return value.state is State.KNOWN
    if leaf.op == "is_none":
        return value.state is State.NONE
    if value.state is State.NONE:
        return False
    if value.state is State.UNKNOWN:
        return None
    return comparison(leaf, limits)(value.data, as_of)


def comparison(leaf: Leaf, limits: tuple[Value, ...]) -> Callable[[Any, datetime.date], Verdict]:
    """The comparison of a known value's data with limits."""
    if leaf.op == "is" and all(limit.state is not State.UNKNOWN for limit in limits):
        wanted = _flat([limit.data for limit in limits if limit.known])
        return lambda data, _: data in wanted
    if leaf.op == "is":
        return lambda data, _: either([_same(data, limit) for limit in limits])
    if any(limit.state is not State.KNOWN for limit in limits):
        verdict = None if any(limit.state is State.UNKNOWN for limit in limits) else False
        return lambda data, as_of: verdict
    ranked, operator = [_rank(limit.data, leaf) for limit in limits], _OPERATORS[leaf.op]
    return lambda data, as_of: operator(_rank(data, leaf), ranked, as_of)


def _same(data: Any, limit: Value) -> Verdict:
    if limit.state is State.UNKNOWN:
        return None
    return limit.known and (data in limit.data if isinstance(limit.data, tuple) else data == limit.data)


def _rank(data: Any, leaf: Leaf) -> Any:
    return leaf.order.index(data) if leaf.order and leaf.op in _RANKED and data in leaf.order else data


def _flat(limits: list[Any]) -> list[Any]:
    """A limit may itself be a list fact."""
    return [one for limit in limits for one in (limit if isinstance(limit, tuple) else (limit,))]


def _age(data: datetime.date, as_of: datetime.date) -> int:
    return (as_of - data).days


_RANKED = frozenset({"more_than", "less_than", "at_least", "at_most", "between"})
_OPERATORS: dict[str, Callable[[Any, list[Any], datetime.date], bool]] = {
    "is_not": lambda data, limits, _: data not in _flat(limits),
    "more_than": lambda data, limits, _: data > limits[0],
    "less_than": lambda data, limits, _: data < limits[0],
    "at_least": lambda data, limits, _: data >= limits[0],
    "at_most": lambda data, limits, _: data <= limits[0],
    "between": lambda data, limits, _: limits[0] <= data <= limits[1],
    "has": lambda data, limits, _: set(_flat(limits)) <= set(data),
    "has_any": lambda data, limits, _: bool(set(_flat(limits)) & set(data)),
    "lacks": lambda data, limits, _: not set(_flat(limits)) & set(data),
    "older_than": lambda data, limits, as_of: _age(data, as_of) > limits[0],
    "within_last": lambda data, limits, as_of: 0 <= _age(data, as_of) <= limits[0],
    "within_next": lambda data, limits, as_of: 0 <= -_age(data, as_of) <= limits[0],
}
