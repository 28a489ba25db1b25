"""The words that people write in cells: yes, no, unknown, none, units, marks between the entries of a list."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from advisor.core.model import Problem
from advisor.core.vocabulary import nearest
from advisor.core.yaml_in import Item


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
_KEYS = frozenset(one.name for one in fields(Words))
_MAPS: Mapping[str, type] = {"multipliers": int, "date_marks": str}
_SCALAR = str | int | Decimal
PLAIN = Words()


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


def check_cells(item: Item, problems: list[Problem]) -> dict[str, Any]:
    """The usable part of a `cells.yaml`, as `read_words` takes it; what cannot be used goes to `problems`."""
    found: dict[str, Any] = {}
    for key, value in item.items():
        if key not in _KEYS:
            details = {"key": key, "near": nearest(key, _KEYS)}
            problems.append(Problem("unknown-key", value.here, "error", details))
        elif key in _MAPS:
            if value.is_map and all(isinstance(one.value, _MAPS[key]) for _, one in value.items()):
                found[key] = value.plain()
            else:
                problems.append(Problem("cells-not-pairs", value.here, "error", {"key": key}))
        elif all(isinstance(one.value, _SCALAR) for one in value.each()):
            found[key] = [one.value for one in value.each()]
        else:
            problems.append(Problem("cells-not-words", value.here, "error", {"key": key}))
    return found
