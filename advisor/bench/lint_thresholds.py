"""Thresholds written as numbers where the policy has a name for them: whoever changes the policy would miss these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TypeGuard

from advisor.bench.trees import leaves
from advisor.content.content import Content
from advisor.core.model import Problem
from advisor.core.tree import Const, Leaf

_POLICY = "$policy."
_ORDERED = frozenset({"more_than", "less_than", "at_least", "at_most", "older_than", "within_last", "within_next"})
Key = tuple[str, str, object]


def check_thresholds(content: Content) -> Iterator[Problem]:
    """Every number that equals a threshold with which some other condition compares the same fact."""
    named = _named(content)
    for leaf in leaves(content):
        for operand in leaf.operands if leaf.op in _ORDERED else ():
            if isinstance(operand, Const) and not operand.text and _is_figure(operand.data):
                known = named.get((leaf.name.entity, leaf.name.field, operand.data), ())
                if known:
                    details = {"name": leaf.name.field, "value": _shown(operand.data, leaf), "policy": known[0]}
                    yield Problem("number-instead-of-policy", leaf.place, "warning", details)


def _named(content: Content) -> Mapping[Key, list[str]]:
    """Which thresholds a fact is compared with, by fact and value. 0 and 1 are too common to be a threshold's own."""
    found: dict[Key, list[str]] = defaultdict(list)
    for leaf in leaves(content):
        for text, data in _policies(leaf):
            if _is_figure(data) and data not in (0, 1):
                found[(leaf.name.entity, leaf.name.field, data)].append(text)
    return {key: sorted(set(texts)) for key, texts in found.items()}


def _policies(leaf: Leaf) -> list[tuple[str, object]]:
    consts = [one for one in leaf.operands if isinstance(one, Const)]
    return [(one.text, one.data) for one in consts if one.text.startswith(_POLICY)]


def _shown(data: int | Decimal, leaf: Leaf) -> str:
    return f"{data:%}".replace(".000000", "") if leaf.name.type == "ratio" else str(data)


def _is_figure(data: object) -> TypeGuard[int | Decimal]:
    return isinstance(data, int | Decimal) and not isinstance(data, bool)
