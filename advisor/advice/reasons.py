"""Reasons out of traces: the facts that fired a play."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.advice.advice import Reason
from advisor.advice.slots import Slots
from advisor.core.model import State, Value
from advisor.core.reference import Trace
from advisor.core.tree import Count, Leaf, Not, NotTrue


def fired_leaves(trace: Trace) -> Iterator[Trace]:
    """The leaves that made a condition true; what merely did not block it is left out."""
    if trace.verdict is not True or isinstance(trace.node, NotTrue):
        return
    if isinstance(trace.node, Leaf):
        yield trace
    elif isinstance(trace.node, Not):
        yield from (leaf for leaf in all_leaves(trace) if leaf.verdict is False)
    elif isinstance(trace.node, Count):
        yield trace
    else:
        for child in trace.children:
            yield from fired_leaves(child)


def all_leaves(trace: Trace) -> Iterator[Trace]:
    """Every leaf of a trace, rows' inner leaves included."""
    if isinstance(trace.node, Leaf | Count):
        yield trace
    for child in trace.children:
        yield from all_leaves(child)


def reasons(trace: Trace, slots: Slots) -> tuple[Reason, ...]:
    """The facts that fired a play, each once, as the JSON and the pages show them."""
    found: dict[tuple[str, str, str], Reason] = {}
    for leaf in fired_leaves(trace):
        reason = _reason(leaf, slots)
        found.setdefault((reason.fact, reason.op, reason.source), reason)
    return tuple(found.values())


def _reason(trace: Trace, slots: Slots) -> Reason:
    node = trace.node
    assert isinstance(node, Leaf | Count)
    value = trace.value or Value(State.UNKNOWN)
    limits = tuple(limit.data for limit in trace.limits)
    limit = limits[0] if len(limits) == 1 else (limits or None)
    if isinstance(node, Count):
        return Reason(f"count {node.entity}", node.op, value.data, limit, "")
    entity, field = node.name.entity, node.name.field
    bare = entity == slots.hand[-1].entity or entity == "account"
    known_field = slots.vocabulary.field(entity, field)
    return Reason(
        field if bare else f"{entity}.{field}",
        node.op,
        value.data,
        limit,
        value.source,
        slots.printer.label(known_field.label, field) if known_field else field,
        slots.printer.value(value, known_field),
    )
