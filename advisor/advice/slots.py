"""What the texts of a play may name, and how a name becomes a printed value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from advisor.advice.templates import Slot
from advisor.advice.wording import Printer
from advisor.content.plays import PORTFOLIO, Play
from advisor.core.facts import AccountFacts
from advisor.core.model import UNKNOWN, Row, Value, known
from advisor.core.vocabulary import Field, Vocabulary

SPECIAL = ("salutation", "person", "role", "account", "rep", "due", "today")
ABOUT_ACCOUNT = ("account", "rep", "today")


def known_slots(play: Play, vocabulary: Vocabulary, policy: Mapping[str, Any]) -> dict[str, Field | None]:
    """Every name that the play's texts may use; guarded facts are none of them."""
    found: dict[str, Field | None] = dict.fromkeys(SPECIAL)
    found |= {f"policy.{name}": None for name in policy}
    for about in (PORTFOLIO,) if play.about == PORTFOLIO else dict.fromkeys(("account", play.about)):
        found |= vocabulary.entities[about].fields
        for ref, field in vocabulary.entities[about].refs().items():
            found |= {f"{ref}.{n}": f for n, f in vocabulary.entities[field.to].fields.items()}
    for name, take in play.take.items():
        found |= {f"{name}.{n}": f for n, f in vocabulary.entities[take.entity].fields.items()}
    for entity_name, entity in vocabulary.entities.items():
        if entity.rows == "single":
            found |= {f"{entity_name}.{n}": f for n, f in entity.fields.items()}
    return {name: field for name, field in found.items() if not (field and field.guarded)}


def row_slots(entity: str, vocabulary: Vocabulary, policy: Mapping[str, Any]) -> dict[str, Field | None]:
    """Every name that a line about an account, or about one of its records, may use; guarded facts are none of them."""
    found: dict[str, Field | None] = dict.fromkeys(ABOUT_ACCOUNT)
    found |= {f"policy.{name}": None for name in policy}
    for about in ("account", entity) if entity else ("account",):
        for ref, field in vocabulary.entities[about].refs().items():
            found |= {f"{ref}.{n}": f for n, f in vocabulary.entities[field.to].fields.items()}
        found |= vocabulary.entities[about].fields
    for single in (one for one in vocabulary.entities.values() if one.rows == "single"):
        found |= {f"{single.name}.{n}": f for n, f in single.fields.items()}
    return {name: field for name, field in found.items() if not (field and field.guarded)}


def book_slots(vocabulary: Vocabulary, policy: Mapping[str, Any]) -> dict[str, Field | None]:
    """Every name that the checks of the whole book may use."""
    fields = vocabulary.entities[PORTFOLIO].fields
    found: dict[str, Field | None] = {f"policy.{name}": None for name in policy}
    return found | {name: field for name, field in fields.items() if not field.guarded}


@dataclass(frozen=True)
class Slots:
    """The slots of one step: its account, subject, taken rows and person."""

    facts: AccountFacts
    hand: tuple[Row, ...]
    taken: Mapping[str, Row | None]
    special: Mapping[str, str]
    vocabulary: Vocabulary
    policy: Mapping[str, Any]
    printer: Printer

    def look(self, name: str) -> Slot | None:
        """The slot of a name; None when there is no such name."""
        if name in self.special:
            text = self.special[name]
            return Slot(known(text) if text else UNKNOWN, text)
        head, _, rest = name.partition(".")
        if rest and head == "policy":
            return self._policy(rest)
        if rest and head in self.taken:
            return self._of(self.taken[head], rest)
        for row in reversed(self.hand):
            if name in self.vocabulary.entities[row.entity].fields:
                return self._of(row, name)
        return self._pointed(head, rest) if rest else None

    def _policy(self, name: str) -> Slot | None:
        if name not in self.policy:
            return None
        value = known(self.policy[name])
        return Slot(value, self.printer.data(value.data, None))

    def _pointed(self, head: str, rest: str) -> Slot | None:
        for row in reversed(self.hand):
            ref = self.vocabulary.entities[row.entity].refs().get(head)
            if ref:
                return self._of(self.facts.pointed(row, ref.name), rest, ref.to)
        single = self.facts.rows(head) if head in self.vocabulary.entities else None
        return self._of(single[0], rest) if single else None

    def _of(self, row: Row | None, name: str, entity: str = "") -> Slot | None:
        if row is None:
            return Slot(UNKNOWN, "")
        field = self.vocabulary.field(row.entity, name)
        if field is None or field.guarded:
            return None
        value = self.facts.value(row, name)
        return Slot(value, self.text(value, field))

    def text(self, value: Value, field: Field) -> str:
        """The printed value; a reference prints the name of what it points to."""
        if not value.known:
            return ""
        if field.type == "ref":
            target = self.facts.record(field.to, str(value.data))
            return target.text("name") if target else ""
        return self.printer.data(value.data, field)
