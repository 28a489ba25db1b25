"""The words that people write in cells: yes, no, unknown, none, units, marks between the entries of a list."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from advisor.bundled import rules_folder


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The words of `rules/cells.yaml`; the defaults hold without that file."""

    yes: frozenset[str] = frozenset({"true", "yes", "y", "1"})
    no: frozenset[str] = frozenset({"false", "no", "n", "0"})
    unknown: frozenset[str] = frozenset({"unknown", "?", "n/a"})
    none: frozenset[str] = frozenset({"none"})
    null_words: frozenset[str] = frozenset({"null"})
    empty: frozenset[str] = frozenset({"NULL"})
    list_marks: tuple[str, ...] = (";", "|")
    list_commas: tuple[str, ...] = (",",)
    currency: tuple[str, ...] = ("CNY", "USD", "EUR", "$")
    day_units: tuple[str, ...] = ("days", "day")
    score_units: tuple[str, ...] = ()
    percent: tuple[str, ...] = ("%",)
    multipliers: Mapping[str, int] = field(default_factory=dict)
    date_marks: Mapping[str, str] = field(default_factory=dict)


_FOLDED = ("yes", "no", "unknown", "none", "null_words")
_LONGEST_FIRST = ("currency", "day_units", "score_units", "percent")


def read_words(mapping: Mapping[str, Any]) -> Words:
    """The words of a parsed `cells.yaml`; a key that is absent keeps its default.

    Args: mapping – key → list of words, or word → replacement for `multipliers` and `date_marks`.
    """
    found: dict[str, Any] = {key: frozenset(_folded(mapping[key])) for key in _FOLDED if key in mapping}
    if "empty" in mapping:
        found["empty"] = frozenset(str(word) for word in mapping["empty"])
    for key in ("list_marks", "list_commas"):
        if key in mapping:
            found[key] = tuple(str(word) for word in mapping[key])
    for key in _LONGEST_FIRST:
        if key in mapping:
            found[key] = _by_length(unicodedata.normalize("NFKC", str(word)).casefold() for word in mapping[key])
    if "multipliers" in mapping:
        units = mapping["multipliers"]
        found["multipliers"] = {word: int(units[word]) for word in _by_length(str(unit) for unit in units)}
    if "date_marks" in mapping:
        found["date_marks"] = {str(mark): str(to) for mark, to in mapping["date_marks"].items()}
    return Words(**found)


def _folded(words: Iterable[object]) -> list[str]:
    return [unicodedata.normalize("NFKC", str(word)).casefold() for word in words]


def _by_length(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(words), key=lambda word: (-len(word), word)))


@lru_cache(maxsize=1)
def bundled_words() -> Words:
    """The words of the bundled `rules/cells.yaml`."""
    from advisor import yaml_in

    path = rules_folder() / "cells.yaml"
    item, _ = yaml_in.load(path, path.name)
    plain = item.plain()
    return read_words(plain if isinstance(plain, dict) else {})
