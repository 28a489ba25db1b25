"""Derived facts written out: the ways in which a definition comes to a value, each with the formula for it.

What adds up rows, reads a metric or works on lists is not written out; it stays free, which is sound for a proof.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any, Protocol

from advisor.content.content import Content
from advisor.core.tree import Apply, AsOf, Cases, Expr, Name, Node, Read, Table, When
from advisor.core.vocabulary import Field
from advisor.prove.formula import Formula, every, opposite, some
from advisor.prove.terms import Term, member_cell, number_like, same

Alternatives = list[tuple[Any, Term]]
_TRUE, _FALSE, _NEITHER = "true", "false", ("not true", "not false")
_MOST = 24
_UNKNOWN = Term("", state="unknown")


class Encoder(Protocol):
    """What writing a definition out needs of the encoder (symbols.Encoder)."""

    content: Content

    def encode(self, node: Node, hand: Any, want: str) -> Any: ...

    def terms(self, name: Name, hand: Any) -> Alternatives: ...

    def literal(self, data: Any, field: Field) -> Term: ...


def alternatives(expr: Expr, hand: Any, field: Field, encoder: Encoder) -> Alternatives | None:
    """The ways in which a definition comes about; exactly one of them holds. None where it is not written out."""
    if isinstance(expr, Read):
        return _read(expr, hand, field, encoder)
    if isinstance(expr, When):
        return _when(expr.node, hand, field, encoder)
    if isinstance(expr, Cases):
        return _cases(expr, hand, field, encoder)
    if isinstance(expr, Table):
        return _table(expr, hand, field, encoder)
    return _apply(expr, hand, field, encoder) if isinstance(expr, Apply) else None


def _read(expr: Read, hand: Any, field: Field, encoder: Encoder) -> Alternatives:
    if isinstance(expr.operand, Name):
        return encoder.terms(expr.operand, hand)
    return [(every([]), Term("date") if isinstance(expr.operand, AsOf) else encoder.literal(expr.operand.data, field))]


def _unknown(node: Node, hand: Any, encoder: Encoder) -> Any:
    return every(encoder.encode(node, hand, want) for want in _NEITHER)


def _when(node: Node, hand: Any, field: Field, encoder: Encoder) -> Alternatives:
    yes, no = (encoder.literal(data, field) for data in (True, False))
    return [
        (encoder.encode(node, hand, _TRUE), yes),
        (encoder.encode(node, hand, _FALSE), no),
        (_unknown(node, hand, encoder), replace(_UNKNOWN, kind=yes.kind)),
    ]


def _cases(expr: Cases, hand: Any, field: Field, encoder: Encoder) -> Alternatives | None:
    """The first case that holds; unknown as soon as one before it is."""
    found: Alternatives = []
    earlier: list[Any] = []
    for node, value in expr.cases:
        ways = alternatives(value, hand, field, encoder)
        if ways is None:
            return None
        held = encoder.encode(node, hand, _TRUE)
        found += [(every([*earlier, held, guard]), term) for guard, term in ways]
        found.append((every([*earlier, _unknown(node, hand, encoder)]), replace(_UNKNOWN, kind=ways[0][1].kind)))
        earlier.append(encoder.encode(node, hand, _FALSE))
    rest = alternatives(expr.otherwise, hand, field, encoder) if expr.otherwise else [(every([]), _like(found))]
    return None if rest is None else found + [(every([*earlier, guard]), term) for guard, term in rest]


def _like(found: Alternatives) -> Term:
    return replace(_UNKNOWN, kind=found[0][1].kind if found else "")


def _table(expr: Table, hand: Any, field: Field, encoder: Encoder) -> Alternatives | None:
    by = _by(expr.by, encoder)
    ways = alternatives(expr.by, hand, by, encoder) if by else None
    if ways is None or by is None or len(ways) > _MOST:
        return None
    otherwise = None if expr.otherwise is None else encoder.literal(expr.otherwise, field)
    found: Alternatives = []
    for guard, key in ways:
        if key.listed or key.constant is not None:
            return None
        found += [(every([guard, when]), term) for when, term in _looked_up(expr, key, by, field, encoder, otherwise)]
    return found


def _by(expr: Expr, encoder: Encoder) -> Field | None:
    if isinstance(expr, Read) and isinstance(expr.operand, Name):
        return encoder.content.vocabulary.field(expr.operand.entity, expr.operand.field)
    return None


def _looked_up(
    expr: Table, key: Term, by: Field, field: Field, encoder: Encoder, otherwise: Term | None
) -> Alternatives:
    found: Alternatives = []
    kind = encoder.literal(next(iter(expr.rows.values())), field).kind if expr.rows else ""
    missing = otherwise or replace(_UNKNOWN, kind=kind)
    others: list[Formula] = [key.is_known()]
    for name, data in expr.rows.items():
        equal = same(key, number_like(key, encoder.literal(name, by).plus)) or every([])
        found.append((every([key.is_known(), equal]), encoder.literal(data, field)))
        others.append(opposite(equal))
    found.append((every(others), missing))
    found.append((key.is_none(), otherwise or Term(kind, state="none")))
    found.append((key.is_unknown(), otherwise or replace(_UNKNOWN, kind=kind)))
    return found


# --- functions -----------------------------------------------------------------------------------


def _apply(expr: Apply, hand: Any, field: Field, encoder: Encoder) -> Alternatives | None:
    ways = [alternatives(arg, hand, _argument(arg, field, encoder), encoder) for arg in expr.args]
    if any(way is None for way in ways):
        return None
    found: Alternatives = []
    for pairs in itertools.product(*(way for way in ways if way is not None)):
        term = _function(expr.op, [term for _, term in pairs])
        if term is None or len(found) >= _MOST:
            return None
        found.append((every(guard for guard, _ in pairs), term))
    return found


def _argument(arg: Expr, field: Field, encoder: Encoder) -> Field:
    """The field that gives an argument its type; a plain number or list is as the result is."""
    named = _by(arg, encoder)
    return named or (Field("number", "number") if field.type == "date" else field)


def _function(op: str, args: list[Term]) -> Term | None:
    if any(arg.state for arg in args):
        return replace(_UNKNOWN, kind="number") if all(arg.state != "none" for arg in args) else None
    first, cells = args[0], tuple(dict.fromkeys(cell for arg in args for cell in arg.cells))
    if op in ("days_since", "days_until") and first.kind == "date":
        sign = -1 if op == "days_since" else 1
        return Term("number", cells, tuple((cell, sign * times) for cell, times in first.sums), sign * first.plus)
    if op == "size":
        return _size(first)
    if op in ("plus", "minus") and not any(arg.listed or arg.constant is not None for arg in args):
        return _added(op, first, args[1], cells)
    return None


def _size(listed: Term) -> Term | None:
    if listed.constant is not None:
        return Term("number", plus=len(listed.constant))
    if listed.listed is None or not listed.count:
        return None
    members = tuple((member_cell(listed.listed, n), 1) for n in range(listed.count))
    return Term("number", listed.cells, members)


def _added(op: str, first: Term, second: Term, cells: Any) -> Term | None:
    sign = 1 if op == "plus" else -1
    dates = (first.kind == "date", second.kind == "date")
    if first.kind not in ("number", "date") or second.kind not in ("number", "date") or (op == "plus" and dates[1]):
        return None
    if dates == (False, True) or (dates == (True, False) and any(not cell.whole for cell, _ in second.sums)):
        return None
    sums = dict(first.sums)
    for cell, times in second.sums:
        sums[cell] = sums.get(cell, 0) + sign * times
    kind = "date" if dates == (True, False) else "number"
    return Term(
        kind, cells, tuple((cell, times) for cell, times in sums.items() if times), first.plus + sign * second.plus
    )


__all__ = ["Alternatives", "alternatives", "some"]
