"""The vocabulary: which entities, fields and choices exist, and what a cell of each type may hold."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Label = Mapping[str, str]

_LONGEST_NAME = 80
NUMERIC = frozenset({"integer", "number", "ratio", "money", "days"})
LISTS = frozenset({"choices", "texts"})
TYPES = NUMERIC | LISTS | {"text", "ref", "choice", "yes_no", "date"}


@dataclass(frozen=True, slots=True)
class Choices:
    """An enumeration: values in order, with labels; `ordered` says that the order means something."""

    name: str
    labels: Mapping[str, Label]
    ordered: bool = False

    def rank(self, value: str) -> int:
        return list(self.labels).index(value)

    def find(self, text: str) -> str | None:
        """The value that `text` names, as a value or as a label in any language; None if there is none."""
        wanted = text.strip()
        if wanted in self.labels:
            return wanted
        folded = wanted.casefold()
        for value, label in self.labels.items():
            if folded == value.casefold() or any(folded == word.casefold() for word in label.values()):
                return value
        return None


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity (methodology section 6) or one derived fact (section 7).

    `derived`: there is a definition that makes it; `recorded`: it has a place in the records as well.
    """

    name: str
    type: str
    label: Label = field(default_factory=dict)
    choices: Choices | None = None
    to: str = ""
    minimum: float | None = None
    maximum: float | None = None
    none: bool = False
    blank: str = "unknown"
    unit: str = ""
    question: Label = field(default_factory=dict)
    guarded: bool = False
    unknown_value: Any = None
    derived: bool = False
    recorded: bool = True
    stale_after: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of record. `rows`: one (the account), many (of an account), book, or single (one row for the book).

    `question` is asked where the whole table is missing.
    """

    name: str
    table: str
    rows: str
    fields: Mapping[str, Field]
    label: Label = field(default_factory=dict)
    dated: str = ""
    through: Mapping[str, Any] = field(default_factory=dict)
    question: Label = field(default_factory=dict)

    def refs(self) -> dict[str, Field]:
        """Fields that point to another entity, under the name that follows them (`product_id` → `product`)."""
        return {name.removesuffix("_id"): f for name, f in self.fields.items() if f.to}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All entities and enumerations."""

    entities: Mapping[str, Entity]
    choices: Mapping[str, Choices]

    def by_table(self, table: str) -> Entity | None:
        return next((e for e in self.entities.values() if table in (e.table, e.name)), None)

    def field(self, entity: str, name: str) -> Field | None:
        found = self.entities.get(entity)
        return found.fields.get(name) if found else None


def nearest(name: str, names: Iterable[str]) -> str:
    """The name most like `name`, or an empty string when none is near."""
    if len(str(name)) > _LONGEST_NAME:
        return ""
    alike = 0.5 if len(str(name)) == 2 and str(name).isalpha() else 0.6  # one of two letters may be wrong
    found = difflib.get_close_matches(str(name), list(names), 1, alike)
    return found[0] if found else ""
