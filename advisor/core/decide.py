"""Verdicts without a trace: what the reference reader finds, told as soon as it is sure.

A condition becomes a function once, and is then asked for many rows. Derived facts, exceptions and choices of people
want no more than the verdict, and the record that decided it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from advisor.core.model import UNKNOWN, Row, State, Value
from advisor.core.reference import (
    Facts,
    Trace,
    Verdict,
    compare,
    comparison,
    count_verdict,
    evaluate,
    find_row,
    opposite,
    resolve,
)
from advisor.core.tree import All, AnyOf, Const, Count, Leaf, Node, Not, NotTrue
from advisor.core.tree import Rows as RowsNode

Rows = tuple[Row, ...]
Found = tuple[Verdict, str]
"""A verdict, and the source record of the first leaf that decided it (none to speak of where it is unknown)."""
Decider = Callable[[Facts, Rows], Found]
_OF_STATE = ("is_known", "is_none")


def decider(node: Node) -> Decider:
    """What decides a condition for the rows in hand, the account's own first.

    Args: node – the condition.
    Returns: a function that finds the verdict of `reference.evaluate` and the source that `deciding_source` names.
    """
    if isinstance(node, Leaf):
        return _leaf(node)
    if isinstance(node, All | AnyOf):
        return _group([decider(item) for item in node.items], isinstance(node, AnyOf))
    if isinstance(node, Not | NotTrue):
        return _not(decider(node.item), isinstance(node, NotTrue))
    if isinstance(node, RowsNode):
        return _rows(node)
    return _counted(node) if isinstance(node, Count) else lambda facts, rows: _traced(evaluate(node, facts, rows))


def deciding_source(trace: Trace) -> str:
    """The source record of the first leaf that decided a verdict; a negation is decided by what it negates."""
    turned = isinstance(trace.node, Not | NotTrue) or (isinstance(trace.node, RowsNode) and trace.node.kind == "no")
    wanted = not trace.verdict if turned else trace.verdict
    for child in trace.children:
        found = deciding_source(child) if child.verdict is wanted else ""
        if found:
            return found
    return trace.value.source if trace.value else ""


def _traced(trace: Trace) -> Found:
    return trace.verdict, "" if trace.verdict is None else deciding_source(trace)


def _leaf(node: Leaf) -> Decider:
    name, field = node.name, node.name.field
    limits = tuple([one.value for one in node.operands if isinstance(one, Const)])
    fixed = len(limits) == len(node.operands)

    def decide(facts: Facts, rows: Rows) -> Found:
        row = find_row(name, facts, rows)
        value = facts.value(row, field) if row is not None else UNKNOWN
        against = limits if fixed else tuple([resolve(one, facts, rows) for one in node.operands])
        return compare(node, value, against, facts.as_of), value.source

    return decide if not fixed or node.op in _OF_STATE else _against(node, limits)


def _against(node: Leaf, limits: tuple[Value, ...]) -> Decider:
    """A comparison with what is the same for all rows."""
    name, field = node.name, node.name.field
    test = comparison(node, limits)

    def decide(facts: Facts, rows: Rows) -> Found:
        row = find_row(name, facts, rows)
        value = facts.value(row, field) if row is not None else UNKNOWN
        if value.state is State.KNOWN:
            return test(value.data, facts.as_of), value.source
        return (False if value.state is State.NONE else None), value.source

    return decide


def _group(parts: Sequence[Decider], anyone: bool) -> Decider:
    """All, or with `anyone` any of them: one part that settles it and names its record is enough."""

    def decide(facts: Facts, rows: Rows) -> Found:
        return _joined((part(facts, rows) for part in parts), anyone)

    return decide


def _joined(found: Iterable[Found], settles: bool) -> Found:
    """Kleene's and (`settles` False) or or (True), with the first source that the verdict has."""
    verdict: Verdict = not settles
    source, settled = "", False
    for one, where in found:
        if one is settles:
            if where:
                return settles, where
            settled = True
        elif one is None:
            verdict = None
        elif not source:
            source = where
    if settled:
        return settles, ""
    return (None, "") if verdict is None else (verdict, source)


def _not(part: Decider, not_true: bool) -> Decider:
    def decide(facts: Facts, rows: Rows) -> Found:
        verdict, source = part(facts, rows)
        if verdict is None:
            return (True, "") if not_true else (None, "")
        return not verdict, source

    return decide


def _rows(node: RowsNode) -> Decider:
    part, settles = decider(node.where), node.kind != "every"

    def decide(facts: Facts, rows: Rows) -> Found:
        table = facts.rows(node.entity)
        if table is None:
            return None, ""
        verdict, source = _joined((part(facts, (*rows, row)) for row in table), settles)
        return (opposite(verdict) if node.kind == "no" else verdict), source

    return decide


def _counted(node: Count) -> Decider:
    part = decider(node.where)

    def decide(facts: Facts, rows: Rows) -> Found:
        table = facts.rows(node.entity)
        if table is None:
            return None, ""
        found = [part(facts, (*rows, row)) for row in table]
        verdicts = [verdict for verdict, _ in found]
        limits = tuple([resolve(operand, facts, rows) for operand in node.operands])
        verdict = count_verdict(node, verdicts.count(True), verdicts.count(None), limits, facts)
        sources = (source for one, source in found if one is verdict and source)
        return verdict, "" if verdict is None else next(sources, "")

    return decide
