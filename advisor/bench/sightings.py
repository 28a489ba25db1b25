"""What one run of a play shows of its condition: which leaves were true, false or unknown, rows' inner leaves too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from advisor.core.facts import AccountFacts
from advisor.core.model import Row
from advisor.core.reference import Trace, Verdict, evaluate
from advisor.core.tree import Count, Latest, Leaf, Node, walk

Sighting = tuple[int, Verdict]


def leaves(node: Node) -> tuple[Leaf | Count, ...]:
    """The comparisons of a condition in their order; a sighting tells one by its number here."""
    return tuple(part for part in walk(node) if isinstance(part, Leaf | Count))


@dataclass
class Sightings:
    """Collects what traces of one play show."""

    node: Node
    found: set[Sighting] = field(default_factory=set)
    _numbers: Mapping[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self._numbers = {id(leaf): number for number, leaf in enumerate(leaves(self.node))}

    def see(self, trace: Trace, facts: AccountFacts, hand: tuple[Row, ...]) -> None:
        """Note all leaves of a trace that was made for the rows in hand."""
        number = self._numbers.get(id(trace.node))
        if number is not None:
            self.found.add((number, trace.verdict))
        for child, row in _below(trace, facts, hand):
            self.see(child, facts, (*hand, row) if row else hand)


def _below(trace: Trace, facts: AccountFacts, hand: tuple[Row, ...]) -> Iterator[tuple[Trace, Row | None]]:
    """The traces below one, each with the row that it adds to those in hand."""
    node = trace.node
    by_row = node is not None and hasattr(node, "entity")
    yield from ((child, child.row if by_row else None) for child in trace.children)
    if isinstance(node, Latest):  # which rows count is decided without a trace
        yield from ((evaluate(node.where, facts, (*hand, row)), row) for row in facts.rows(node.entity) or ())
