"""The account brief's outline in: `rules/brief.yaml`, every mistake reported with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from advisor.content.outline import Check, Column, Groups, Lines, Outline, Part, Section
from advisor.content.plays import Line
from advisor.content.read_conditions import Scope, read_node
from advisor.content.read_play import LANGUAGES, READERS
from advisor.content.read_rules import label
from advisor.content.slips import flag
from advisor.core.model import Place, Problem
from advisor.core.tree import TRUE, Node
from advisor.core.vocabulary import Label, Vocabulary, nearest
from advisor.core.yaml_in import Item, check_keys

_SECTION = {"title", "for", "when", "when_play", "parts"}
_PART = {"title", "when", "of", "where", "order", "most", "columns", "groups", "gap_when", "checks", "keep", "plays"}
_GROUPS = {"by", "title", "always", "marked", "mark", "gap", "rest"}


@dataclass(frozen=True)
class _Reader:
    vocabulary: Vocabulary
    policy: Mapping[str, Any]
    problems: list[Problem]

    def problem(self, code: str, place: Place, **details: object) -> None:
        self.problems.append(Problem(code, place, "error", details))

    def condition(self, item: Item | None, entity: str = "") -> Node:
        scope = Scope(self.vocabulary, self.policy, ("account",), self.problems)
        return read_node(item, scope.inside(entity) if entity else scope) if item else TRUE

    def section(self, name: str, item: Item) -> Section:
        check_keys(item, _SECTION, self.problems)
        return Section(
            name,
            self.text(item, "title"),
            tuple(self.reader(one) for one in self.each(item, "for")),
            self.condition(item.get("when")),
            _word(item, "when_play"),
            tuple(self.part(one) for one in self.each(item, "parts")),
            item.here,
        )

    def part(self, item: Item) -> Part:
        check_keys(item, _PART | set(LANGUAGES), self.problems)
        entity = self.entity(item.get("of"))
        groups, most, gap_when = item.get("groups"), item.get("most"), item.get("gap_when")
        return Part(
            label(item.get("title")),
            self.condition(item.get("when")),
            entity,
            self.condition(item.get("where"), entity),
            tuple(self.ordering(one, entity) for one in self.each(item, "order")),
            most.value if most and isinstance(most.value, int) else Part().most,
            self.lines(item),
            tuple(self.column(one) for one in self.each(item, "columns")),
            self.groups(groups, entity) if groups else None,
            self.condition(gap_when, entity) if gap_when else None,
            tuple(self.check(one) for one in self.each(item, "checks")),
            flag(item, "keep", self.problems),
            tuple(str(one.value) for one in self.each(item, "plays")),
            item.here,
        )

    def entity(self, item: Item | None) -> str:
        known = [one.name for one in self.vocabulary.entities.values() if one.rows in ("many", "book")]
        if item is None or item.value in known:
            return str(item.value) if item else ""
        self.problem("unknown-rows", item.here, name=item.value, near=nearest(str(item.value), known))
        return ""

    def ordering(self, item: Item, entity: str) -> tuple[str, bool]:
        """A field to sort by, smallest first; with a minus before it, largest first."""
        text = str(item.value)
        self.field(item, entity, text.removeprefix("-"))
        return text.removeprefix("-"), text.startswith("-")

    def field(self, item: Item, entity: str, name: str) -> str:
        of = self.vocabulary.entities[entity or "account"]
        found = of.fields.get(name)
        if found is None:
            self.problem("unknown-fact", item.here, name=name, near=nearest(name, of.fields))
        elif found.guarded:
            self.problem("guarded-fact", item.here, name=name)
        return name

    def column(self, item: Item) -> Column:
        check_keys(item, {"title", "keep", *LANGUAGES}, self.problems)
        return Column(self.text(item, "title"), self.lines(item), flag(item, "keep", self.problems))

    def check(self, item: Item) -> Check:
        check_keys(item, {"title", "when", *LANGUAGES}, self.problems)
        return Check(self.text(item, "title"), self.condition(item.get("when")), self.lines(item))

    def groups(self, item: Item, entity: str) -> Groups:
        check_keys(item, _GROUPS, self.problems)
        by, marked = item.get("by"), item.get("marked")
        return Groups(
            self.field(by, entity, str(by.value)) if by else "",
            self.text(item, "title"),
            tuple(str(one.value) for one in self.each(item, "always")),
            self.field(marked, "", str(marked.value)) if marked else "",
            *(label(item.get(key)) for key in ("mark", "gap", "rest")),
        )

    def lines(self, item: Item) -> Lines:
        """The lines of each language; both must have as many."""
        found = {language: _lines(item.get(language)) for language in LANGUAGES}
        one, other = (found[language] for language in LANGUAGES)
        if len(one) != len(other):
            self.problem("block-lines-differ", item.here, block="brief", zh=len(one), en=len(other))
        return found if one or other else {}

    def text(self, item: Item, key: str) -> Label:
        found = label(item.get(key))
        for language in LANGUAGES:
            if not found.get(language):
                self.problem("missing-language", item.here, language=f"{key} {language}")
        return found

    def reader(self, item: Item) -> str:
        text = str(item.value)
        if text not in READERS:
            near = nearest(text, READERS)
            self.problem("unknown-word", item.here, value=text, key="for", known=", ".join(READERS), near=near)
        return text

    @staticmethod
    def each(item: Item, key: str) -> list[Item]:
        found = item.get(key)
        return found.each() if found else []


def _lines(item: Item | None) -> tuple[Line, ...]:
    if item is None:
        return ()
    start = item.text or item.place
    texts = enumerate(str(item.value).splitlines())
    return tuple(Line(text.strip(), replace(start, line=start.line + n)) for n, text in texts if text.strip())


def _word(item: Item, key: str) -> str:
    found = item.get(key)
    return str(found.value) if found else ""


def read_brief(item: Item, vocabulary: Vocabulary, policy: Mapping[str, Any], problems: list[Problem]) -> Outline:
    """Read the outline of the account brief.

    Args: item – the document; vocabulary, policy – what names mean; problems – where every mistake is reported.
    Returns: the outline; empty when there is no such file.
    """
    check_keys(item, {"sections", "words"}, problems)
    reader = _Reader(vocabulary, policy, problems)
    sections, words = item.get("sections"), item.get("words")
    return Outline(
        tuple(reader.section(name, part) for name, part in sections.items()) if sections else (),
        words.plain() if words else {},
    )
