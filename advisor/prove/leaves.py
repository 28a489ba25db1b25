"""The leaves of a condition, and the condition with some of them taken out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from advisor.core.model import Place
from advisor.core.tree import TRUE, All, AnyOf, Count, Latest, Leaf, Name, Node, Not, NotTrue, Rows

NEVER = AnyOf(())


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf, count or latest-rows node. `blocks`: it stands under an odd number of negations, as in `unless`."""

    number: int
    node: Leaf | Count | Latest
    blocks: bool

    @property
    def place(self) -> Place:
        return self.node.place

    @property
    def fact(self) -> str:
        return self.node.name.field if isinstance(self.node, Leaf) else self.node.entity


def parts(node: Node) -> list[Part]:
    """All parts of a condition, numbered in the order in which `without` meets them."""
    return list(_parts(node, itertools.count(), False))


def _parts(node: Node, number: Iterator[int], blocks: bool) -> Iterator[Part]:
    if isinstance(node, All | AnyOf):
        for item in node.items:
            yield from _parts(item, number, blocks)
    elif isinstance(node, Not | NotTrue):
        yield from _parts(node.item, number, not blocks)
    elif isinstance(node, Rows):
        yield from _parts(node.where, number, blocks != (node.kind == "no"))
    else:
        yield Part(next(number), node, blocks)


def without(node: Node, taken: frozenset[int], easier: bool = True) -> Node:
    """The condition without some of its parts, so that it holds more often (`easier`), or less often."""
    return _without(node, taken, easier, itertools.count())


def _without(node: Node, taken: frozenset[int], easier: bool, number: Iterator[int]) -> Node:
    if isinstance(node, All | AnyOf):
        return type(node)(tuple(_without(item, taken, easier, number) for item in node.items))
    if isinstance(node, Not | NotTrue):
        return type(node)(_without(node.item, taken, not easier, number))
    if isinstance(node, Rows):
        return replace(node, where=_without(node.where, taken, easier != (node.kind == "no"), number))
    return (TRUE if easier else NEVER) if next(number) in taken else node


def facts_of(part: Part) -> frozenset[Name]:
    """The facts that a part reads."""
    from advisor.core.tree import names

    return frozenset(names(part.node))
