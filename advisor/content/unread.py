"""What a workspace adds and nobody reads: a threshold or a derived fact, mostly one whose name is misspelt."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from advisor.core.home import is_bundled
from advisor.core.model import Problem
from advisor.core.vocabulary import nearest
from advisor.core.yaml_in import Item

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_POLICY = "rules/policy.yaml"
_DERIVED = "rules/derived/"
_LIKE = 0.8
Documents = Mapping[str, list[Item]]


def unread_names(documents: Documents, metrics: Iterable[str]) -> Iterator[tuple[str, Problem]]:
    """Every name of a workspace's own that stands in no rule but where it is defined, with its problem.

    Args: documents – the rules as each layer has them, the bundled document first; metrics – the texts of all metrics.
    """
    defined = _definitions(documents)
    own = {name: items for name, items in defined.items() if not any(is_bundled(one.here.path) for one in items)}
    seen = _words(documents, metrics) if own else Counter()
    bundled = {name: items for name, items in defined.items() if name not in own}
    for name, items in own.items():
        problem = _unread(name, items[-1], bundled) if seen[name] <= len(items) else None
        if problem:
            yield name, problem


def words_in(item: Item) -> Iterator[str]:
    """Every word of a document that could be a name."""
    for text in _texts(item):
        yield from _WORD.findall(text)


def _definitions(documents: Documents) -> dict[str, list[Item]]:
    """Thresholds and derived facts by name, with every place that defines them."""
    found: dict[str, list[Item]] = {}
    for file, layers in documents.items():
        for item in layers if file == _POLICY or file.startswith(_DERIVED) else ():
            for name, body in item.items():
                found.setdefault(name, []).append(body)
    return found


def _unread(name: str, item: Item, bundled: Mapping[str, list[Item]]) -> Problem | None:
    """The problem of a name; a threshold nearly called like a bundled one is told of as policy-near already."""
    policies = [other for other, items in bundled.items() if items[0].here.path.endswith(_POLICY)]
    if not item.here.path.endswith(_POLICY):
        near = difflib.get_close_matches(name, [other for other in bundled if other not in policies], 1, _LIKE)
        return Problem("derived-unread", item.here, "warning", {"name": name, "near": near[0] if near else ""})
    return None if nearest(name, policies) else Problem("policy-unread", item.here, "warning", {"name": name})


def _words(documents: Documents, metrics: Iterable[str]) -> Counter[str]:
    """How often each word stands in content; a metric writes a threshold `$policy_name`."""
    found: Counter[str] = Counter()
    for layers in documents.values():
        for item in layers:
            found.update(words_in(item))
    for text in metrics:
        found.update(word.removeprefix("policy_") for word in _WORD.findall(text))
    return found


def _texts(item: Item) -> Iterator[str]:
    for key, inner in item.items():
        yield key
        yield from _texts(inner)
    if item.is_list:
        for inner in item.value:
            yield from _texts(inner)
    elif isinstance(item.value, str):
        yield item.value
