"""Do two parts of content mean the same? Places, comments and cases play no part in that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from advisor.content.content import Content
from advisor.content.plays import Play
from advisor.core.model import Place


def alike(one: Any, other: Any) -> bool:
    """Structural equality, in order, of anything that content is made of."""
    if one is other or isinstance(one, Place):
        return True
    if type(one) is not type(other):
        return False
    if is_dataclass(one):
        names = [part.name for part in fields(one) if part.compare]
        return all(alike(getattr(one, name), getattr(other, name)) for name in names)
    if isinstance(one, Mapping):
        return list(one) == list(other) and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(one == other)


def same_play(one: Play, other: Play) -> bool:
    """Two plays that fire, read and count the same."""
    return alike(replace(one, cases=(), basis=()), replace(other, cases=(), basis=()))


@dataclass(frozen=True)
class Shared:
    """What two contents have in common below their plays, each level resting on the one before.

    `facts`: the tables are read the same, and every fact and every row that a rule sees is the same; `words`: a play
    that is the same says the same.
    """

    facts: bool
    words: bool


def shared(one: Content, other: Content) -> Shared:
    """How much of two contents is the same."""
    facts = all(
        alike(a, b)
        for a, b in (
            (one.vocabulary, other.vocabulary),
            (one.cells, other.cells),
            (one.policy, other.policy),
            (one.derived, other.derived),
            (_queries(one), _queries(other)),
            ([guard.bars for guard in one.guards], [guard.bars for guard in other.guards]),
        )
    )
    words = facts and all(
        alike(a, b)
        for a, b in (
            (one.words, other.words),
            (one.picking, other.picking),
            ([guard.not_to_see for guard in one.guards], [guard.not_to_see for guard in other.guards]),
        )
    )
    return Shared(facts, words)


def _queries(content: Content) -> dict[str, str]:
    return {name: text for name, (text, _) in content.metrics.items()}
