"""Verdicts without a trace: what the reference reader finds, told as soon as it is sure.

A condition becomes a function once, and is then asked for many rows. Derived facts, exceptions and choices of people
want no more than the verdict, and the record that decided it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import Any

from advisor.core.cells import sourced
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
from advisor.core.tree import All, AnyOf, Count, Leaf, Name, Node, Not, NotTrue
from advisor.core.tree import Rows as RowsNode

Rows = tuple[Row, ...]
Found = tuple[Verdict, str]
"""A verdict, and the source record of the first leaf that decided it (none to speak of where it is unknown)."""
Decider = Callable[[Facts, Rows], Found]
Plain = Callable[[str, str], bool]
"""Is a field of an entity what the records say, with nothing derived, and never stale?"""
Reader = Callable[[Facts, Rows], tuple[Value | None, str]]
Test = Callable[[Any, datetime.date], Verdict]
_NONE, _UNKNOWN = State.NONE, State.UNKNOWN
_OF_STATE = ("is_known", "is_none")


def decider(node: Node, plain: Plain = lambda entity, field: False) -> Decider:
    """What decides a condition for the rows in hand, the account's own first.

    Args: node – the condition; plain – tells the fields that can be read from the records as they are.
    Returns: a function that finds the verdict of `reference.evaluate` and the source that `deciding_source` names.
    """
    if isinstance(node, Leaf):
        return _leaf(node, plain)
    if isinstance(node, All | AnyOf):
        return _group([decider(item, plain) for item in node.items], isinstance(node, AnyOf))
    if isinstance(node, Not | NotTrue):
        return _not(decider(node.item, plain), isinstance(node, NotTrue))
    if isinstance(node, RowsNode):
        return _rows(node, decider(node.where, plain))
    if isinstance(node, Count):
        return _counted(node, decider(node.where, plain))
    return lambda facts, rows: _traced(evaluate(node, facts, rows))


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


def _leaf(node: Leaf, plain: Plain) -> Decider:
    read = _reader(node.name, plain)
    if node.op in _OF_STATE or any(isinstance(one, Name) for one in node.operands):
        return _against_facts(node, read)
    tests: dict[datetime.date, Test] = {}

    def decide(facts: Facts, rows: Rows) -> Found:
        value, source = read(facts, rows)
        if value is None or value.state is _UNKNOWN:
            return None, source
        if value.state is _NONE:
            return False, source
        test = tests.get(facts.as_of)
        if test is None:  # made once a day: the limits are the same for all rows
            test = tests[facts.as_of] = comparison(node, _limits(node, facts, rows))
        return test(value.data, facts.as_of), source

    return decide


def _against_facts(node: Leaf, read: Reader) -> Decider:
    """A comparison with what may differ from row to row, or with nothing."""

    def decide(facts: Facts, rows: Rows) -> Found:
        value, source = read(facts, rows)
        return compare(node, value or UNKNOWN, _limits(node, facts, rows), facts.as_of), source

    return decide


def _limits(node: Leaf | Count, facts: Facts, rows: Rows) -> tuple[Value, ...]:
    return tuple([resolve(operand, facts, rows) for operand in node.operands])


def _reader(name: Name, plain: Plain) -> Reader:
    """What reads a fact for the rows in hand; what the records say is read without making a value of it."""
    wanted, field, asserted = "" if name.via else name.entity, name.field, plain(name.entity, name.field)

    def read(facts: Facts, rows: Rows) -> tuple[Value | None, str]:
        row = rows[-1] if rows[-1].entity == wanted else find_row(name, facts, rows)
        if row is None:
            return None, ""
        if asserted:
            return sourced(row, field)
        value = facts.value(row, field)
        return value, value.source

    return read


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


def _rows(node: RowsNode, part: Decider) -> Decider:
    settles = node.kind != "every"

    def decide(facts: Facts, rows: Rows) -> Found:
        table = facts.rows(node.entity)
        if table is None:
            return None, ""
        verdict, source = _joined(map(part, repeat(facts), [(*rows, row) for row in table]), settles)
        return (opposite(verdict) if node.kind == "no" else verdict), source

    return decide


def _counted(node: Count, part: Decider) -> Decider:
    def decide(facts: Facts, rows: Rows) -> Found:
        table = facts.rows(node.entity)
        if table is None:
            return None, ""
        found = [part(facts, (*rows, row)) for row in table]
        verdicts = [verdict for verdict, _ in found]
        verdict = count_verdict(node, verdicts.count(True), verdicts.count(None), _limits(node, facts, rows), facts)
        sources = (source for one, source in found if one is verdict and source)
        return verdict, "" if verdict is None else next(sources, "")

    return decide
