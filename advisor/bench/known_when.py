"""Which facts are surely known whenever a condition holds: what the texts of a play may rely on.

A condition can hold in several ways (`any`, the branches of a derived fact). Each way is a world: the set of facts that
are known in it. A text can be said wherever the condition holds if in every world one of its variants can be said.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field

from advisor.content.content import Content
from advisor.core.tree import (
    All,
    AnyOf,
    Apply,
    Cases,
    Const,
    Count,
    Derived,
    Expr,
    Gather,
    Latest,
    Leaf,
    Name,
    Node,
    Not,
    NotTrue,
    Read,
    Rows,
    Table,
    Weighted,
    When,
)

Fact = tuple[str, str, str]
"""Entity, field, and the reference by which its row is reached (empty for the row in hand)."""
Seen = Fact | Rows
"""What is known in a world: a fact, or that there is a row for which a condition holds."""
World = frozenset[Seen]
Worlds = tuple[World, ...]
NOTHING: Worlds = (frozenset(),)
_MOST = 24


def fact(name: Name) -> Fact:
    """A name as a fact of a world."""
    return name.entity, name.field, name.via


def _fewest(worlds: Iterable[World]) -> Worlds:
    """The worlds that know least; a text that can be said in one can be said in all that know more."""
    kept: list[World] = []
    for world in sorted(set(worlds), key=len):
        if not any(less <= world for less in kept):
            kept.append(world)
    return tuple(kept) if len(kept) <= _MOST else (frozenset.intersection(*kept),)


def _together(parts: Iterable[Worlds]) -> Worlds:
    """All parts hold: every way of the one with every way of the others."""
    found = NOTHING
    for part in parts:
        found = _fewest(one | other for one, other in itertools.product(found, part))
    return found


@dataclass
class KnownWhen:
    """Answers for one content; what derived facts imply is worked out once."""

    content: Content
    _made: dict[tuple[Fact, object], Worlds] = field(default_factory=dict)

    def worlds(self, node: Node, held: bool = True) -> Worlds:
        """The worlds in which a condition is known to hold, or with `held` false known not to hold."""
        if isinstance(node, Leaf):
            return self._leaf(node) if held else self._leaf_false(node)
        if isinstance(node, All | AnyOf):
            parts = [self.worlds(item, held) for item in node.items]
            if isinstance(node, All) is held:
                return _together(parts)
            return _fewest(itertools.chain(*parts)) or NOTHING
        if isinstance(node, Not):
            return self.worlds(node.item, not held)
        if isinstance(node, NotTrue):
            if held and isinstance(node.item, NotTrue):  # `surely`
                return self.worlds(node.item.item)
            return NOTHING if held else self.worlds(node.item)
        return self._rows(node) if held is not (isinstance(node, Rows) and node.kind == "no") else NOTHING

    # --- leaves ----------------------------------------------------------------------------------

    def _leaf(self, node: Leaf) -> Worlds:
        if node.op == "is_none":
            return NOTHING
        named = [operand for operand in node.operands if isinstance(operand, Name)]
        sure = named if node.op != "is" or len(node.operands) == 1 else []
        only = tuple(one.data for one in node.operands if isinstance(one, Const)) if node.op == "is" else ()
        values = only if only and len(only) == len(node.operands) else None
        return _together([self.known(node.name, values), *(self.known(operand) for operand in sure)])

    def _leaf_false(self, node: Leaf) -> Worlds:
        """A comparison with a fact that is none is false as well, so that its being false says little."""
        if node.op in ("is_known", "is_none") or self._may_be_none(node.name):
            return NOTHING
        values = (not node.operands[0].data,) if _of_yes_no(node) and isinstance(node.operands[0], Const) else None
        return self.known(node.name, values)

    def _may_be_none(self, name: Name) -> bool:
        one = self.content.vocabulary.field(name.entity, name.field)
        definition = self.content.derived.get((name.entity, name.field))
        return one is None or one.none or (definition is not None and not _never_none(definition.expr))

    def known(self, name: Name, values: tuple[object, ...] | None = None) -> Worlds:
        """The worlds in which a fact is known, or is one of some values."""
        own: set[Seen] = {fact(name)}
        if name.via:
            own.add((name.base, name.via, ""))
            return (frozenset(own),)
        return tuple(world | own for world in self._implied(fact(name), values))

    def _implied(self, key: Fact, values: tuple[object, ...] | None) -> Worlds:
        """What a derived fact's being known says of the facts that it is made of; nothing where records may hold it."""
        definition = self.content.derived.get(key[:2])
        recorded = self.content.vocabulary.field(*key[:2])
        if definition is None or (recorded and recorded.recorded):
            return NOTHING
        if (key, values) not in self._made:
            self._made[(key, values)] = NOTHING  # a derivation that goes round ends here
            self._made[(key, values)] = self._expression(definition, definition.expr, values)
        return self._made[(key, values)]

    # --- derived facts ---------------------------------------------------------------------------

    def _expression(self, definition: Derived, expr: Expr | None, values: tuple[object, ...] | None) -> Worlds:
        if isinstance(expr, Read):
            return self.known(expr.operand, values) if isinstance(expr.operand, Name) else NOTHING
        if isinstance(expr, Apply):
            return _together(self._expression(definition, arg, None) for arg in expr.args)
        if isinstance(expr, Weighted):
            return _together(self.known(name) for name in expr.scores)
        if isinstance(expr, When):
            verdicts = [verdict for verdict in (True, False) if values is None or verdict in values]
            return _fewest(world for verdict in verdicts for world in self.worlds(expr.node, verdict)) or NOTHING
        if isinstance(expr, Table):
            return self._expression(definition, expr.by, None) if expr.otherwise is None else NOTHING
        return self._cases(definition, expr, values) if isinstance(expr, Cases) else NOTHING

    def _cases(self, definition: Derived, expr: Cases, values: tuple[object, ...] | None) -> Worlds:
        """Each branch that can give the value: the branches before it do not hold."""
        found: list[World] = []
        before: Worlds = NOTHING
        for node, value in expr.cases:
            if _can_be(value, values):
                found += _together([before, self.worlds(node), self._expression(definition, value, values)])
            before = _together([before, self.worlds(node, False)])
        if expr.otherwise is not None and _can_be(expr.otherwise, values):
            found += _together([before, self._expression(definition, expr.otherwise, values)])
        return _fewest(found) or NOTHING

    # --- rows ------------------------------------------------------------------------------------

    def _rows(self, node: Rows | Count | Latest) -> Worlds:
        """There is such a row: facts of other rows that its condition needs are known, and the row is remembered."""
        if isinstance(node, Rows) and node.kind == "every":
            return NOTHING
        if isinstance(node, Count) and not _at_least_one(node):
            return NOTHING
        where = All((node.where, node.item)) if isinstance(node, Latest) else node.where
        here: World = frozenset({Rows("some", node.entity, where)})
        inner = self.worlds(where)
        return _fewest(here | {one for one in world if _elsewhere(one, node.entity)} for world in inner)


def _never_none(expr: Expr | None) -> bool:
    """A yes or no, a count and a constant are known or unknown, but never none."""
    if isinstance(expr, Cases):
        values = [*(value for _, value in expr.cases), *([expr.otherwise] if expr.otherwise else [])]
        return all(_never_none(value) for value in values)
    constant = isinstance(expr, Read) and isinstance(expr.operand, Const)
    return constant or isinstance(expr, When) or (isinstance(expr, Gather) and expr.op == "count")


def _elsewhere(one: Seen, entity: str) -> bool:
    return isinstance(one, Rows) or (one[0] != entity and not one[2])


def _of_yes_no(node: Leaf) -> bool:
    return node.op == "is" and node.name.type == "yes_no" and len(node.operands) == 1


def _can_be(expr: Expr, values: tuple[object, ...] | None) -> bool:
    constant = expr.operand.data if isinstance(expr, Read) and isinstance(expr.operand, Const) else None
    return values is None or constant is None or constant in values


def _at_least_one(node: Count) -> bool:
    limit = node.operands[0]
    if not isinstance(limit, Const) or not isinstance(limit.data, int):
        return False
    return (node.op in ("at_least", "between") and limit.data >= 1) or (node.op == "more_than" and limit.data >= 0)
