"""In which stages a play can fire: its condition tried over every stage, with nothing else known of the account.

Outcomes are sets of verdicts that may come about; whatever does not follow from the stage alone may be anything.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from advisor.content.content import Content
from advisor.content.plays import Play
from advisor.core.model import UNKNOWN, known
from advisor.core.reference import Verdict, compare
from advisor.core.tree import All, AnyOf, Cases, Const, Expr, Leaf, Name, Node, Not, NotTrue, Read, Rows, Table, When

ENTITY, STAGE = "account", "stage"
Outcomes = frozenset[Verdict]
ANY: Outcomes = frozenset({True, False, None})
_ANYTHING = object()
_DENIED: Mapping[Verdict, Verdict] = {True: False, False: True, None: None}


def stages(play: Play, content: Content) -> tuple[str, ...]:
    """The stages, in their order, in which a play's condition is not certainly unmet."""
    field = content.vocabulary.field(ENTITY, STAGE)
    choices = field.choices.labels if field and field.choices else {}
    return tuple(one for one in choices if True in _Trial(content, one).outcomes(play.when))


@dataclass(frozen=True)
class _Trial:
    """One stage, tried."""

    content: Content
    stage: str
    depth: int = 6

    def outcomes(self, node: Node) -> Outcomes:
        if isinstance(node, Leaf):
            return self._leaf(node)
        if isinstance(node, All):
            return self._all([self.outcomes(item) for item in node.items], True)
        if isinstance(node, AnyOf):
            return self._all([self.outcomes(item) for item in node.items], False)
        if isinstance(node, Not):
            return frozenset(_DENIED[one] for one in self.outcomes(node.item))
        if isinstance(node, NotTrue):
            return frozenset(one is not True for one in self.outcomes(node.item))
        if isinstance(node, Rows) and True not in self.outcomes(node.where):
            return {"some": frozenset({False, None}), "no": frozenset({True, None})}.get(node.kind, ANY)
        return ANY

    def _all(self, parts: list[Outcomes], neutral: bool) -> Outcomes:
        """All of (neutral: true) or any of (neutral: false) several conditions."""
        found: set[Verdict] = set()
        if all(neutral in part for part in parts):
            found.add(neutral)
        if any((not neutral) in part for part in parts):
            found.add(not neutral)
        if any(None in part for part in parts) and all(part & {neutral, None} for part in parts):
            found.add(None)
        return frozenset(found)

    def _leaf(self, leaf: Leaf) -> Outcomes:
        if not all(isinstance(operand, Const) for operand in leaf.operands):
            return ANY
        limits = tuple(known(operand.data) for operand in leaf.operands if isinstance(operand, Const))
        values = self._values(leaf.name)
        if _ANYTHING in values:
            return ANY
        found = (UNKNOWN if value is None else known(value) for value in values)
        return frozenset(compare(leaf, value, limits, datetime.date.min) for value in found)

    def _values(self, name: Name) -> frozenset[object]:
        """What an account's fact may be in this stage; None is unknown. What records may assert can be anything."""
        if name.entity != ENTITY or name.via:
            return frozenset({_ANYTHING})
        if name.field == STAGE:
            return frozenset({self.stage})
        made = self.content.derived.get((name.entity, name.field))
        field = self.content.vocabulary.field(name.entity, name.field)
        if made is None or field is None or field.recorded or self.depth == 0:
            return frozenset({_ANYTHING})
        return _Trial(self.content, self.stage, self.depth - 1)._made(made.expr)

    def _made(self, expr: Expr | None) -> frozenset[object]:
        if isinstance(expr, When):
            return frozenset(self.outcomes(expr.node))
        if isinstance(expr, Read):
            return self._read(expr)
        if isinstance(expr, Table):
            keys = self._made(expr.by)
            if _ANYTHING in keys:
                return frozenset({_ANYTHING})
            return frozenset(expr.rows.get(key, expr.otherwise) for key in keys)
        return self._by_case(expr) if isinstance(expr, Cases) else frozenset({_ANYTHING})

    def _read(self, expr: Read) -> frozenset[object]:
        operand = expr.operand
        if isinstance(operand, Name):
            return self._values(operand)
        return frozenset({operand.data if isinstance(operand, Const) else _ANYTHING})

    def _by_case(self, expr: Cases) -> frozenset[object]:
        found: set[object] = set()
        for node, value in expr.cases:
            verdicts = self.outcomes(node)
            if True in verdicts:
                found |= self._made(value)
            if verdicts == {True}:
                return frozenset(found)
        return frozenset(found | (self._made(expr.otherwise) if expr.otherwise else {None}))
