"""The checks of the whole book in: `rules/portfolio.yaml`, what `advisor portfolio` tells a manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.content.plays import PORTFOLIO, Check, Line
from advisor.content.read_play import LANGUAGES, text_lines
from advisor.content.read_rules import label
from advisor.core.model import Problem
from advisor.core.vocabulary import Vocabulary, nearest
from advisor.core.yaml_in import Item, check_keys

_KEYS = {"title", "basis", "warn", "limits", "unknown", *LANGUAGES}


def read_checks(
    item: Item, vocabulary: Vocabulary, policy: Mapping[str, Any], problems: list[Problem]
) -> tuple[Check, ...]:
    """Read the checks in their order.

    Args: item – the document; vocabulary, policy – what names mean; problems – where every mistake is reported.
    """
    return tuple(_check(name, body, vocabulary, policy, problems) for name, body in item.items() if body.is_map)


def _check(name: str, item: Item, vocabulary: Vocabulary, policy: Mapping[str, Any], problems: list[Problem]) -> Check:
    check_keys(item, _KEYS, problems)
    unknown = item.get("unknown") or Item({}, item.place)
    return Check(
        name,
        label(item.get("title")),
        tuple(str(one.value) for one in _each(item.get("basis"))),
        _warn(item.get("warn"), vocabulary, problems),
        tuple(_limit(one, policy, problems) for one in _each(item.get("limits"))),
        {language: _lines(item.get(language), language, item, problems) for language in LANGUAGES},
        {language: _lines(unknown.get(language), language, unknown, problems) for language in LANGUAGES},
        item.here,
    )


def _each(item: Item | None) -> list[Item]:
    return item.each() if item else []


def _lines(item: Item | None, language: str, home: Item, problems: list[Problem]) -> tuple[Line, ...]:
    if item is None or item.is_map or item.is_list:
        problems.append(Problem("missing-language", home.here, "error", {"language": language}))
        return ()
    return text_lines(item, False)


def _warn(item: Item | None, vocabulary: Vocabulary, problems: list[Problem]) -> str:
    if item is None:
        return ""
    name, field = str(item.value), vocabulary.field(PORTFOLIO, str(item.value))
    if field is None or field.type != "yes_no":
        known = [one.name for one in vocabulary.entities[PORTFOLIO].fields.values() if one.type == "yes_no"]
        problems.append(Problem("unknown-fact", item.here, "error", {"name": name, "near": nearest(name, known)}))
        return ""
    return name


def _limit(item: Item, policy: Mapping[str, Any], problems: list[Problem]) -> str:
    name = str(item.value)
    if name not in policy:
        problems.append(Problem("unknown-policy", item.here, "error", {"name": name, "near": nearest(name, policy)}))
    return name
