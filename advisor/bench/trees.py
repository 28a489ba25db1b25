"""Every condition of the content, with what it belongs to: for lints that look at all of them."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.content.content import Content
from advisor.content.plays import Play
from advisor.core.tree import Apply, Cases, Expr, Gather, Leaf, Node, Table, When, walk


def of_play(play: Play) -> Iterator[Node]:
    """The conditions of a play: when it fires, what changes it, whom to see, which rows it takes."""
    yield play.when
    yield from (take.where for take in play.take.values())
    for see in (play.see, *(change.see for change in play.instead if change.see)):
        wishes = (*see.first, *see.then, *see.not_first)
        yield from (wish.where for wish in wishes if wish.where is not None)
    yield from (change.when for change in play.instead)


def of_expression(expr: Expr | None) -> Iterator[Node]:
    """The conditions in a derived fact's body."""
    if isinstance(expr, When):
        yield expr.node
    elif isinstance(expr, Gather):
        yield expr.where
        yield from of_expression(expr.figure)
    elif isinstance(expr, Apply):
        for arg in expr.args:
            yield from of_expression(arg)
    elif isinstance(expr, Cases):
        for node, value in expr.cases:
            yield node
            yield from of_expression(value)
        yield from of_expression(expr.otherwise)
    elif isinstance(expr, Table):
        yield from of_expression(expr.by)


def of_brief(content: Content) -> Iterator[Node]:
    """The conditions of the account brief."""
    for section in content.brief.sections:
        yield section.when
        for part in section.parts:
            yield from (part.when, part.where)
            yield from (check.when for check in part.checks)
            yield from [part.gap_when] if part.gap_when is not None else []


def conditions(content: Content) -> Iterator[Node]:
    """Every condition of the content."""
    for play in content.plays:
        yield from of_play(play)
    for one in content.derived.values():
        yield from of_expression(one.expr)
    for guard in content.guards:
        yield from (guard.when, *guard.bars.values())
        yield from [guard.not_to_see] if guard.not_to_see is not None else []
    yield from (rule.when for rule in content.contradictions)
    yield from (content.picking.eligible, content.picking.prefer)
    yield from of_brief(content)


def leaves(content: Content) -> Iterator[Leaf]:
    """Every comparison of the content."""
    for node in conditions(content):
        yield from (part for part in walk(node) if isinstance(part, Leaf))
