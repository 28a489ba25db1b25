"""Texts that may not be sayable when their play fires, because they print a fact that may be unknown then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from advisor.advice.slots import SPECIAL
from advisor.advice.templates import needed, within
from advisor.bench.known_when import Fact, KnownWhen, World, Worlds
from advisor.content.content import Content
from advisor.content.plays import PORTFOLIO, Line, Play, Take, Words, adapted
from advisor.core.model import Problem
from advisor.core.tree import All, Node, Rows
from advisor.core.vocabulary import Vocabulary

_VARIANTS = {"message": "error", "headline": "warning"}
_WHOLE = ("steps", "done_when")


@dataclass(frozen=True)
class _Reader:
    """What the texts of one play can rely on."""

    play: Play
    known: KnownWhen

    @property
    def vocabulary(self) -> Vocabulary:
        return self.known.content.vocabulary

    def sayable(self, line: Line, world: World) -> bool:
        return not self.missing(line, world)

    def missing(self, line: Line, world: World) -> list[str]:
        try:
            return [name for name in needed(line.text) if not self.sure(name, world)]
        except ValueError:
            return []

    def sure(self, name: str, world: World) -> bool:
        head, _, rest = name.partition(".")
        if name in SPECIAL or head == "policy":
            return True
        if head in self.play.take:
            return self.taken(self.play.take[head], rest, world)
        fact = self.fact(name)
        return fact is None or fact in world  # names that nothing offers are another problem

    def fact(self, name: str) -> Fact | None:
        """The fact that a slot prints."""
        abouts = (PORTFOLIO,) if self.play.about == PORTFOLIO else dict.fromkeys((self.play.about, "account"))
        entities = self.vocabulary.entities
        for about in abouts:
            if name in entities[about].fields:
                return about, name, ""
        head, _, rest = name.partition(".")
        for about in abouts:
            ref = entities[about].refs().get(head)
            if ref:
                return ref.to, rest, ref.name
        return (head, rest, "") if head in entities else None

    def taken(self, take: Take, field: str, world: World) -> bool:
        """There is surely a row to take, and the field is known of it."""
        rows = [one for one in world if isinstance(one, Rows) and one.entity == take.entity]
        by: Fact = (take.entity, take.by, "")
        there = any(
            _parts(take.where) <= _parts(one.where) and (take.by == "id" or self.all_have(one.where, by))
            for one in rows
        )
        return there and (field in ("id", take.by) or self.all_have(take.where, (take.entity, field, "")))

    def all_have(self, node: Node, fact: Fact) -> bool:
        return all(fact in world for world in self.known.worlds(node))


def _parts(node: Node) -> set[Node]:
    """The conditions that must all hold."""
    return {part for item in node.items for part in _parts(item)} if isinstance(node, All) else {node}


def check_unknown(content: Content) -> Iterator[Problem]:
    """Messages and headlines without a variant that can always be said, and blocks that may drop out whole."""
    known = KnownWhen(content)
    for play in content.plays:
        worlds = known.worlds(play.when)
        yield from _words(_Reader(play, known), play.words, worlds)
        for change in play.instead:
            with_change = known.worlds(All((play.when, change.when)))
            own = {language: adapted(play, change).words[language] for language in change.words}
            given = {language: _only(own[language], change.words[language]) for language in own}
            yield from _words(_Reader(play, known), given, with_change)


def _only(words: Words, given: Words) -> Words:
    """The blocks that a change gives itself; the others are the play's own, and looked at there."""
    blocks = {block: getattr(words, block) for block in (*_VARIANTS, *_WHOLE) if getattr(given, block)}
    return Words(**blocks)


def _words(reader: _Reader, words: Mapping[str, Words], worlds: Worlds) -> Iterator[Problem]:
    for own in words.values():
        for block, level in _VARIANTS.items():
            yield from _variants(reader, block, level, getattr(own, block), worlds)
        for block in _WHOLE:
            yield from _whole(reader, block, getattr(own, block), worlds)


def _dumb(reader: _Reader, lines: tuple[Line, ...], worlds: Worlds) -> World | None:
    """A world in which none of the lines can be said."""
    return next((world for world in worlds if not any(reader.sayable(line, world) for line in lines)), None)


def _variants(reader: _Reader, block: str, level: str, lines: tuple[Line, ...], worlds: Worlds) -> Iterator[Problem]:
    world = _dumb(reader, lines, worlds) if lines else None
    if world is not None:
        name = reader.missing(lines[-1], world)[0]
        code = "message-may-fail" if block == "message" else "headline-may-fail"
        yield Problem(code, within(lines[-1], name), level, {"block": block, "name": name})


def _whole(reader: _Reader, block: str, lines: tuple[Line, ...], worlds: Worlds) -> Iterator[Problem]:
    world = _dumb(reader, lines, worlds) if lines else None
    if world is not None:
        name = reader.missing(lines[0], world)[0]
        yield Problem("block-may-drop-out", within(lines[0], name), "warning", {"block": block, "name": name})
