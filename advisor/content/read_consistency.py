"""Contradictions in records, in: `rules/consistency.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.content.consistency import Contradiction
from advisor.content.read_conditions import Scope, read_node
from advisor.content.read_play import LANGUAGES, text_lines
from advisor.content.read_rules import label
from advisor.core.model import Problem
from advisor.core.vocabulary import Vocabulary, nearest
from advisor.core.yaml_in import Item, check_keys

_KEYS = ("of", "when", "label", "message")


def read_consistency(
    item: Item, vocabulary: Vocabulary, policy: Mapping[str, Any], problems: list[Problem]
) -> tuple[Contradiction, ...]:
    """Read `rules/consistency.yaml`.

    Args: item – the document; vocabulary, policy – what its conditions may name; problems – where mistakes go.
    """
    found = [_contradiction(name, spec, vocabulary, policy, problems) for name, spec in item.items()]
    return tuple(one for one in found if one)


def _contradiction(
    name: str, spec: Item, vocabulary: Vocabulary, policy: Mapping[str, Any], problems: list[Problem]
) -> Contradiction | None:
    check_keys(spec, set(_KEYS), problems)
    missing = [key for key in _KEYS if not spec.get(key)]
    if missing:
        problems.append(Problem("missing-key", spec.here, "error", {"key": missing[0]}))
        return None
    about = str(spec.value["of"].value)
    known = [one.name for one in vocabulary.entities.values() if one.rows in ("one", "many")]
    if about not in known:
        details = {"name": about, "near": nearest(about, known)}
        problems.append(Problem("unknown-rows", spec.value["of"].here, "error", details))
        return None
    rows = ("account",) if about == "account" else ("account", about)
    node = read_node(spec.value["when"], Scope(vocabulary, policy, rows, problems, False, about != "account"))
    message = spec.value["message"]
    texts = {language: message.get(language) for language in LANGUAGES}
    for language in (language for language, text in texts.items() if text is None):
        problems.append(Problem("missing-language", message.here, "error", {"language": language}))
    lines = {language: text_lines(text, variants=True) for language, text in texts.items() if text}
    return Contradiction(name, about, node, label(spec.get("label")), lines, spec.here)
