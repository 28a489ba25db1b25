"""Which facts keep a condition from holding: for cases that say why a play stays silent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from advisor.advice.reasons import all_leaves
from advisor.core.model import State
from advisor.core.reference import Trace, Verdict, opposite
from advisor.core.tree import Count, Latest, Leaf, Name, Not, NotTrue, Rows, names

_TRUE: tuple[Verdict, ...] = (True,)
_NOT_TRUE: tuple[Verdict, ...] = (False, None)


def blamed(trace: Trace, wanted: tuple[Verdict, ...] = _TRUE) -> Iterator[Trace]:
    """The parts of a trace that keep its verdict from being one of those wanted, down to leaves.

    A row condition without a row to look at stands for itself.
    """
    node = trace.node
    if trace.verdict in wanted:
        return
    if isinstance(node, NotTrue):
        yield from blamed(trace.children[0], _NOT_TRUE if True in wanted else _TRUE)
    elif isinstance(node, Not):
        yield from blamed(trace.children[0], _opposites(wanted))
    elif isinstance(node, Leaf) or not trace.children:
        yield trace
    elif isinstance(node, Count):
        yield trace
        yield from (leaf for child in trace.children for leaf in all_leaves(child))
    else:
        below = _opposites(wanted) if isinstance(node, Rows) and node.kind == "no" else wanted
        yield from (leaf for child in trace.children for leaf in blamed(child, below))


def _opposites(wanted: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    return tuple(opposite(verdict) for verdict in wanted)


def named(leaves: Iterable[Trace]) -> set[str]:
    """The names that a case may give for these parts: `x`, `entity.x`, and of row conditions the entity as well."""
    found: set[str] = set()
    for leaf in leaves:
        node = leaf.node
        if isinstance(node, Rows | Count | Latest):
            found |= {node.entity, f"count {node.entity}"}
        for name in names(node):
            found |= {name.field, str(name)}
    return found


def reason_name(leaf: Trace) -> str:
    """The name that a case gives for a part of a condition."""
    node = leaf.node
    if isinstance(node, Leaf):
        return _name(node.name)
    return f"count {node.entity}" if isinstance(node, Count) else str(getattr(node, "entity", ""))


def said(leaves: Iterable[Trace]) -> str:
    """The parts with their values, for a message."""
    return "; ".join(dict.fromkeys(_said(leaf) for leaf in leaves))


def _said(leaf: Trace) -> str:
    node = leaf.node
    if not isinstance(node, Leaf):
        entity = node.entity if isinstance(node, Rows | Count | Latest) else "-"
        return f"{entity}: {len(leaf.children) if leaf.verdict is not None else '?'}"
    return f"{_name(node.name)}: {_value(leaf)}"


def _name(name: Name) -> str:
    return name.field if name.entity in ("account", "opportunity") and not name.via else str(name)


def _value(leaf: Trace) -> str:
    value = leaf.value
    if value is None or value.state is State.UNKNOWN:
        return "?"
    if value.state is State.NONE:
        return "none"
    if isinstance(value.data, bool):
        return str(value.data).lower()
    return ", ".join(map(str, value.data)) if isinstance(value.data, tuple) else str(value.data)
