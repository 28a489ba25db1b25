"""What a workspace lays over thresholds and page words must fit what lies below: names, kinds of value, slots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from string import Formatter
from typing import Any

from advisor.core.model import Problem
from advisor.core.vocabulary import nearest
from advisor.core.yaml_in import Item


def check_overlays(documents: Mapping[str, list[Item]]) -> list[Problem]:
    """Check each layer's policy and words against the bundled ones.

    Args: documents – what was read by path, the bundled document first.
    """
    found: list[Problem] = []
    for name, check in (("rules/words.yaml", _words), ("rules/policy.yaml", _policy)):
        layers = documents.get(name) or []
        for item in layers[1:]:
            found += check(layers[0], item)
    return found


def _policy(below: Item, above: Item) -> Iterator[Problem]:
    """A new threshold is fine, but one that is nearly called like a bundled one is probably misspelt."""
    names = [name for name, _ in below.items()]
    for name, item in above.items():
        known = below.get(name)
        if known is None:
            near = nearest(name, names)
            if near:
                yield Problem("policy-near", item.here, "warning", {"name": name, "near": near})
            continue
        old, new = (known.get("value") or known).plain(), (item.get("value") or item).plain()
        if _is_number(old) and not _is_number(new) and not item.is_map:
            yield Problem("policy-not-number", item.here, "error", {"name": name, "value": new, "old": old})


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _words(below: Item, above: Item) -> Iterator[Problem]:
    for key, item in above.items():
        known = below.get(key)
        if known is None:
            near = nearest(key, [name for name, _ in below.items()])
            yield Problem("unknown-key", item.here, "error", {"key": key, "near": near})
        elif known.is_map and item.is_map:
            yield from _words(known, item)
        elif (known.is_map, known.is_list) != (item.is_map, item.is_list):
            yield Problem("word-wrong-form", item.here, "error", {"key": key, "old": known.plain()})
        elif isinstance(known.value, str):
            extra = _slots(item.value) - _slots(known.value)
            if extra:
                details = {"key": key, "slots": ", ".join(sorted(extra)), "old": known.value}
                yield Problem("word-unknown-slot", item.here, "error", details)


def _slots(text: object) -> set[str]:
    try:
        return {name for _, name, _, _ in Formatter().parse(str(text)) if name is not None}
    except ValueError:
        return {"{"}
