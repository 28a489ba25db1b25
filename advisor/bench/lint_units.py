"""Facts that are compared with a fact or a threshold of another kind: days with a share, money with a date."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.bench.trees import conditions, leaves
from advisor.content.content import Content
from advisor.core.model import Place, Problem
from advisor.core.tree import AsOf, Const, Count, Leaf, Name, Operand, walk
from advisor.core.vocabulary import NUMERIC, Field, nearest

_SPANS = ("older_than", "within_last", "within_next")
_MEASURES = frozenset({"days", "ratio", "money"})
_POLICY = "$policy."


def check_units(content: Content) -> Iterator[Problem]:
    """Every operand written as `$fact`, `$policy.x` or `$as_of` that is of another kind than the fact."""
    for node in conditions(content):
        for part in walk(node):
            if isinstance(part, Leaf):
                field = content.vocabulary.field(part.name.entity, part.name.field)
                yield from _operands(part.operands, field, part.op, part.place, content) if field else ()
            elif isinstance(part, Count):
                yield from _operands(part.operands, Field("count", "integer"), part.op, part.place, content)


def _operands(
    operands: tuple[Operand, ...], field: Field, op: str, place: Place, content: Content
) -> Iterator[Problem]:
    wanted = "days" if op in _SPANS else field.type
    for operand in operands:
        if isinstance(operand, Const) and operand.text.startswith(_POLICY):
            yield from _policy(operand, field, wanted, place, content)
        elif isinstance(operand, AsOf) and wanted != "date":
            yield _problem(field, wanted, "$as_of", "date", "", place)
        elif isinstance(operand, Name):
            other = content.vocabulary.field(operand.entity, operand.field)
            if other and not _alike(field, wanted, other):
                yield _problem(field, wanted, f"${operand.field}", other.type, "", place)


def _policy(operand: Const, field: Field, wanted: str, place: Place, content: Content) -> Iterator[Problem]:
    name = operand.text.removeprefix(_POLICY)
    unit = content.units.get(name, "")
    if unit and not _fits(wanted, unit, operand.data):
        same = [other for other, kind in content.units.items() if kind == wanted]
        near = _usual(field, same, content) or nearest(name, same)
        yield _problem(field, wanted, operand.text, unit, f"{_POLICY}{near}" if near else "", place)


def _usual(field: Field, names: list[str], content: Content) -> str:
    """The threshold with which other conditions compare the fact."""
    mine = (leaf for leaf in leaves(content) if leaf.name.field == field.name)
    texts = (one.text.removeprefix(_POLICY) for leaf in mine for one in leaf.operands if isinstance(one, Const))
    return next((text for text in texts if text in names), "")


def _problem(field: Field, wanted: str, other: str, unit: str, near: str, place: Place) -> Problem:
    details = {"name": field.name, "type": wanted, "other": other, "unit": unit, "near": near}
    return Problem("operand-does-not-fit", place, "error", details)


def _fits(wanted: str, unit: str, data: object) -> bool:
    """Is a threshold of this unit something to compare with? Lists of choices or texts have no unit to judge by."""
    if isinstance(data, tuple) and not all(isinstance(one, int) for one in data):
        return True
    if wanted not in NUMERIC:
        return unit not in _MEASURES | {"number", "fraction"}
    return wanted == unit if wanted in _MEASURES and unit in _MEASURES else not (wanted == "ratio" and unit == "number")


def _alike(field: Field, wanted: str, other: Field) -> bool:
    """Can two facts be compared at all? Choices only with those of the same list, figures only in the same measure."""
    if wanted in NUMERIC or other.type in NUMERIC:
        both = {wanted, other.type}
        return both <= NUMERIC and (len(both) == 1 or not (both <= _MEASURES or "ratio" in both))
    if "date" in (wanted, other.type):
        return wanted == other.type
    if field.choices and other.choices:
        return field.choices.name == other.choices.name
    return (wanted == "yes_no") == (other.type == "yes_no")
