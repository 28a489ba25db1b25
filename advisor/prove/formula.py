"""Formulas over cells: the two-valued form that three-valued conditions take for a proof."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from advisor.prove.regions import ANY, KNOWN, Number, Region, compared

_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True, slots=True)
class Cell:
    """One fact of one row. `whole`: its data are whole numbers."""

    row: str
    name: str
    whole: bool = True


@dataclass(frozen=True, slots=True)
class In:
    """The cell is as the region allows."""

    cell: Cell
    region: Region


@dataclass(frozen=True, slots=True)
class Lin:
    """A sum of cells' data, each times a number, compared with a limit."""

    terms: tuple[tuple[Cell, Number], ...]
    op: str
    limit: Number


@dataclass(frozen=True, slots=True)
class And:
    items: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Or:
    items: tuple[Formula, ...]


Formula = In | Lin | And | Or
YES = And(())
NO = Or(())


def every(items: Iterable[Formula]) -> Formula:
    """All of them, the obvious left out and what is said of one cell put together."""
    kept: list[Formula] = []
    places: dict[Cell, int] = {}
    for item in items:
        if item is NO:
            return NO
        if isinstance(item, In) and item.cell in places:
            place = places[item.cell]
            region = kept[place].region.within(item.region)  # type: ignore[union-attr]
            if region.empty:
                return NO
            kept[place] = In(item.cell, region)
        elif item is not YES:
            if isinstance(item, In):
                places[item.cell] = len(kept)
            kept.append(item)
    return YES if not kept else kept[0] if len(kept) == 1 else And(tuple(kept))


def some(items: Iterable[Formula]) -> Formula:
    """One of them, the impossible left out and what is said of one cell put together."""
    kept: list[Formula] = []
    places: dict[Cell, int] = {}
    for item in items:
        if item is YES:
            return YES
        if isinstance(item, In) and item.cell in places:
            place = places[item.cell]
            region = kept[place].region.beside(item.region, item.cell.whole)  # type: ignore[union-attr]
            if region == ANY:
                return YES
            kept[place] = In(item.cell, region)
        elif item is not NO:
            if isinstance(item, In):
                places[item.cell] = len(kept)
            kept.append(item)
    return NO if not kept else kept[0] if len(kept) == 1 else Or(tuple(kept))


def opposite(formula: Formula) -> Formula:
    """The negation."""
    if isinstance(formula, In):
        return In(formula.cell, formula.region.opposite(formula.cell.whole))
    if isinstance(formula, Lin):
        return Lin(formula.terms, _NEGATED[formula.op], formula.limit)
    if isinstance(formula, And):
        return some(opposite(item) for item in formula.items)
    return every(opposite(item) for item in formula.items)


def relation(terms: Mapping[Cell, Number], op: str, limit: Number) -> Formula:
    """A sum of cells compared with a limit: with one cell a region, with none a plain truth."""
    kept = [(cell, factor) for cell, factor in terms.items() if factor]
    if not kept:
        return YES if compared_numbers(0, op, limit) else NO
    if len(kept) == 1:
        (cell, factor) = kept[0]
        exact = Fraction(limit) / Fraction(factor)
        turned = _MIRRORED[op] if factor < 0 else op
        return In(cell, Region(compared(turned, int(exact) if exact == int(exact) else exact, cell.whole)))
    return Lin(tuple(kept), op, limit)


def compared_numbers(left: Number, op: str, right: Number) -> bool:
    """Two numbers compared."""
    return {
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
        "==": left == right,
        "!=": left != right,
    }[op]


def cells(formula: Formula) -> Iterator[Cell]:
    """Every cell that a formula speaks of."""
    if isinstance(formula, In):
        yield formula.cell
    elif isinstance(formula, Lin):
        yield from (cell for cell, _ in formula.terms)
    else:
        for item in formula.items:
            yield from cells(item)


def known(cell: Cell) -> Formula:
    return In(cell, KNOWN)
