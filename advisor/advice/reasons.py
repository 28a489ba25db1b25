"""Reasons out of traces: the facts that fired a play, and the unknown facts that keep one from being decided."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.advice.advice import Reason
from advisor.advice.slots import Slots
from advisor.core.facts import AccountFacts
from advisor.core.model import Row, State, Value
from advisor.core.reference import Trace
from advisor.core.tree import Count, Latest, Leaf, Metric, Name, Not, NotTrue, Rows, expr_names, undecided_names
from advisor.core.vocabulary import Vocabulary

_DEEPEST = 12


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


# --- what is missing -----------------------------------------------------------------------------


def unknown_facts(trace: Trace, facts: AccountFacts, vocabulary: Vocabulary) -> set[str]:
    """The asserted facts whose being unknown keeps this condition unknown, as `entity.field`."""
    found: set[str] = set()
    _unknown(trace, facts, vocabulary, found)
    return found


def _unknown(trace: Trace, facts: AccountFacts, vocabulary: Vocabulary, found: set[str]) -> None:
    if trace.verdict is not None:
        return
    node = trace.node
    if isinstance(node, Leaf):
        _unknown_leaf(node, trace, facts, vocabulary, found)
    elif isinstance(node, Rows | Count | Latest) and not trace.children:
        inner = node.where if not isinstance(node, Latest) else node.item
        read = [str(name) for name in undecided_names(inner) if name.entity == node.entity]
        found.update(_asserted(read, facts, vocabulary) or {f"{node.entity}.id"})
    for child in trace.children:
        _unknown(child, facts, vocabulary, found)


def _unknown_leaf(node: Leaf, trace: Trace, facts: AccountFacts, vocabulary: Vocabulary, found: set[str]) -> None:
    pairs = [(node.name, trace.value, trace.row)]
    limits = zip(node.operands, trace.limits, strict=True)
    pairs += [(op, limit, None) for op, limit in limits if isinstance(op, Name)]
    for name, value, row in pairs:
        if value is not None and value.state is State.UNKNOWN:
            found.update(_origins(name, row, facts, vocabulary))


def _origins(name: Name, row: Row | None, facts: AccountFacts, vocabulary: Vocabulary, depth: int = 0) -> set[str]:
    """Down through derived facts to what somebody could tell us; one that can itself be asserted is named as it is."""
    if _can_be_told(str(name), vocabulary):
        return {str(name)}
    found: set[str] = set()
    if row is not None and depth < _DEEPEST:
        for below, inner in facts.unknown_inputs(row, name.field):
            found |= _origins(below, inner, facts, vocabulary, depth + 1)
    return found or _asserted(_definition_names(str(name), facts), facts, vocabulary)


def _can_be_told(name: str, vocabulary: Vocabulary) -> bool:
    entity, _, field = name.partition(".")
    found = vocabulary.field(entity, field)
    return bool(found and not found.guarded and (found.question or not found.derived))


def _definition_names(name: str, facts: AccountFacts) -> list[str]:
    """The facts whose being unknown can leave a derived fact unknown; for a metric, the tables that nobody gave."""
    entity, _, field = name.partition(".")
    definition = facts.knowledge.derived.get((entity, field))
    if definition is None:
        return [name]
    if isinstance(definition.expr, Metric):
        needed = facts.knowledge.needs.get(definition.expr.file, {})
        return [f"{one}.{date}" for one, date in needed.items() if facts.rows(one) is None]
    return [str(one) for one in expr_names(definition.expr, undecided_names)]


def _asserted(read: list[str], facts: AccountFacts, vocabulary: Vocabulary, depth: int = 0) -> set[str]:
    found: set[str] = set()
    for name in read:
        if _can_be_told(name, vocabulary):
            found.add(name)
        elif depth < 6:
            below = [one for one in _definition_names(name, facts) if one != name]
            found |= _asserted(below, facts, vocabulary, depth + 1)
    return found
