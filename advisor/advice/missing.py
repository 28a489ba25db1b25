"""What nobody knows of an account that keeps plays from being decided, and what each answer could unlock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from advisor.advice.advice import Missing
from advisor.advice.wording import Printer
from advisor.content.plays import SUBJECTS, Play
from advisor.core.facts import AccountFacts
from advisor.core.model import Row, State
from advisor.core.reference import find_row, latest_rows
from advisor.core.tree import (
    Count,
    Latest,
    Leaf,
    Metric,
    Name,
    Node,
    Rows,
    children,
    undecided_inputs,
    undecided_names,
)
from advisor.core.vocabulary import Vocabulary

_DEEPEST = 12
Hand = tuple[Row, ...]


def unknown_facts(node: Node, facts: AccountFacts, hand: Hand, vocabulary: Vocabulary) -> set[str]:
    """The asserted facts whose being unknown keeps a condition unknown, as `entity.field`."""
    return Unknowns(facts, vocabulary).of(node, hand)


@dataclass
class Unknowns:
    """Finds unknown facts of one account; where a derived fact's come from is found out once."""

    facts: AccountFacts
    vocabulary: Vocabulary
    _seen: dict[tuple[str, int], set[str]] = field(default_factory=dict)

    def of(self, node: Node, hand: Hand) -> set[str]:
        """The asserted facts whose being unknown keeps a condition unknown, as `entity.field`."""
        found: set[str] = set()
        if isinstance(node, Leaf) and not any(isinstance(one, Name) for one in node.operands):
            names = undecided_names(node)  # at most the leaf's own: without other facts no verdict is needed
            return found.union(*(self._of_name(name, hand) for name in names))
        if self.facts.verdict(node, hand) is None:
            self._of_undecided(node, hand, found)
        return found

    def _of_undecided(self, node: Node, hand: Hand, found: set[str]) -> None:
        if isinstance(node, Leaf):
            found.update(*(self._of_name(one, hand) for one in (node.name, *node.operands) if isinstance(one, Name)))
        elif isinstance(node, Rows | Count | Latest):
            self._of_rows(node, hand, found)
        for child in children(node):
            found |= self.of(child, hand)

    def _of_rows(self, node: Rows | Count | Latest, hand: Hand, found: set[str]) -> None:
        inner = node.item if isinstance(node, Latest) else node.where
        table = self.facts.rows(node.entity)
        rows = latest_rows(node, self.facts, hand) if isinstance(node, Latest) else table
        if rows is None:
            read = [str(name) for name in undecided_names(inner) if name.entity == node.entity]
            found.update(self._asserted(read) or {f"{node.entity}.id"})
        for row in rows or ():
            found |= self.of(inner, (*hand, row))
        if isinstance(node, Count):
            found.update(*(self._of_name(one, hand) for one in node.operands if isinstance(one, Name)))

    def _of_name(self, name: Name, hand: Hand) -> set[str]:
        row = find_row(name, self.facts, hand)
        known = row is not None and self.facts.value(row, name.field).state is not State.UNKNOWN
        return set() if known else self._origins(name, row)

    def _origins(self, name: Name, row: Row | None, depth: int = 0) -> set[str]:
        """Down through derived facts to what somebody could tell us; one that can itself be asserted is named."""
        key = str(name), id(row)
        if key not in self._seen:
            self._seen[key] = self._found(name, row, depth)
        return self._seen[key]

    def _found(self, name: Name, row: Row | None, depth: int) -> set[str]:
        if _can_be_told(str(name), self.vocabulary):
            return {str(name)}
        found: set[str] = set()
        if row is not None and depth < _DEEPEST:
            for below, inner in self.facts.unknown_inputs(row, name.field):
                found |= self._origins(below, inner, depth + 1)
        return found or self._asserted(self._definition_names(str(name)))

    def _definition_names(self, name: str) -> list[str]:
        """The facts whose being unknown can leave a derived fact unknown; for a metric, the tables that nobody gave."""
        entity, _, of = name.partition(".")
        definition = self.facts.knowledge.derived.get((entity, of))
        if definition is None:
            return [name]
        if isinstance(definition.expr, Metric):
            needed = self.facts.knowledge.needs.get(definition.expr.file, {})
            return [f"{one}.{date}" for one, date in needed.items() if self.facts.rows(one) is None]
        return [str(one) for one in undecided_inputs(definition)]

    def _asserted(self, read: list[str], depth: int = 0) -> set[str]:
        found: set[str] = set()
        for name in read:
            if _can_be_told(name, self.vocabulary):
                found.add(name)
            elif depth < 6:
                below = [one for one in self._definition_names(name) if one != name]
                found |= self._asserted(below, depth + 1)
        return found


def _can_be_told(name: str, vocabulary: Vocabulary) -> bool:
    entity, _, of = name.partition(".")
    found = vocabulary.field(entity, of)
    return bool(found and not found.guarded and (found.question or not found.derived))


# --- what each could unlock ----------------------------------------------------------------------


@dataclass(frozen=True)
class Asking:
    """Makes the questions about one account. `plays` are in force, `barred` the contacts nobody may be sent to."""

    facts: AccountFacts
    vocabulary: Vocabulary
    printer: Printer
    plays: Iterable[Play]
    barred: frozenset[str]

    def missing(self, undecided: Iterable[tuple[Play, Hand]]) -> tuple[Missing, ...]:
        """Unknown facts by what they could unlock, the most urgent and the most plays first."""
        unknowns, unlock = Unknowns(self.facts, self.vocabulary), dict[str, dict[str, Play]]()
        for play, hand in undecided:
            for name in unknowns.of(play.when, hand):
                unlock.setdefault(name, {})[play.code] = play
        for name, play in self._without_table():
            unlock.setdefault(name, {})[play.code] = play
        order = self._by_use(unlock)
        return tuple(self._one(name, unlock[name]) for name in sorted(unlock, key=lambda name: order[name]))

    def _without_table(self) -> Iterator[tuple[str, Play]]:
        """Plays about records that nobody gave a table of, with the first fact that they read there."""
        absent = [about for about in SUBJECTS if self.facts.rows(about) is None]
        for play in self.plays if absent else ():
            if play.about in absent:
                read = (name for name in undecided_names(play.when) if name.entity == play.about)
                found = next(read, None)
                if found:
                    yield str(found), play

    def _by_use(self, unlock: Mapping[str, Mapping[str, Play]]) -> dict[str, tuple[Any, ...]]:
        """How much each fact could unlock; facts of a table that nobody gave count together: one question fills it."""
        homes = {name: self._home(name) for name in unlock}
        together: dict[str, dict[str, Play]] = {}
        for name, plays in unlock.items():
            together.setdefault(homes[name], {}).update(plays)
        return {name: (-_use(together[homes[name]]), homes[name], -_use(unlock[name]), name) for name in unlock}

    def _home(self, name: str) -> str:
        entity = name.partition(".")[0]
        return entity if entity != "account" and self.facts.rows(entity) is None else name

    def _one(self, name: str, plays: Mapping[str, Play]) -> Missing:
        order = sorted(plays.values(), key=lambda play: (play.timing.urgency, play.code))
        titles = tuple(self.printer.label(play.title) for play in order)
        return Missing(name, tuple(sorted(plays)), self._question(*name.split(".", 1)), titles)

    def _question(self, entity: str, name: str) -> str:
        known = self.vocabulary.field(entity, name)
        question = self.printer.label(known.question) if known and known.question else ""
        if entity != "account" and self.facts.rows(entity) is None:
            return self._of_table(entity) or question
        return self._whose(entity, name) + question if question else ""

    def _of_table(self, entity: str) -> str:
        """The question that is asked where nobody gave the whole table."""
        found = self.vocabulary.entities.get(entity)
        return self.printer.label(found.question) if found and found.question else ""

    def _whose(self, entity: str, name: str) -> str:
        """Whom or what a question about one of several records is about, as far as they have names."""
        rows = self.facts.rows(entity) or () if entity != "account" else ()
        kept = [row for row in rows if entity != "contact" or row.id not in self.barred]
        names = [_called(row) for row in kept if not self.facts.value(row, name).known]
        shown = str(self.printer.words["list"]).join(dict.fromkeys(one for one in names[:3] if one))
        return shown + str(self.printer.words["colon"]) if shown else ""


def _use(plays: Mapping[str, Play]) -> int:
    return sum(6 - play.timing.urgency for play in plays.values())


def _called(row: Row) -> str:
    return row.text("salutation") or row.text("name")
