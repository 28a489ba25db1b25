"""The exact analysis: can a formula hold? Regions of cells for what must all hold, branching for what may."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from advisor.prove.formula import And, Cell, Formula, In, Lin, Or, compared_numbers, relation
from advisor.prove.regions import KNOWN, Region, samples

HOLDS, NEVER, OPEN = "holds", "never", "open"
_BRANCHES = 3_000
_TRIES = 400
Regions = dict[Cell, Region]


@dataclass(frozen=True)
class Answer:
    """Whether a formula can hold; where it can, what cells may then be, and data of those that hang together."""

    verdict: str
    regions: Mapping[Cell, Region] = field(default_factory=dict)
    fixed: Mapping[Cell, Any] = field(default_factory=dict)


class Analysis:
    """One search; `open` is set where a branch could not be decided."""

    def __init__(self, domain: Callable[[Cell], Region], branches: int = _BRANCHES) -> None:
        self.domain = domain
        self.left = branches
        self.open = False

    def solve(self, formula: Formula) -> Answer:
        found = self._search([formula], {}, [], [])
        if found:
            return found
        return Answer(OPEN if self.open else NEVER)

    def _search(self, todo: list[Formula], regions: Regions, choices: list[Or], sums: list[Lin]) -> Answer | None:
        if self.left <= 0:
            self.open = True
            return None
        self.left -= 1
        settled = self._settle(todo, regions, choices, sums)
        if settled is None:
            return None
        if not settled:
            return self._finish(regions, sums)
        pick = min(range(len(settled)), key=lambda n: len(settled[n].items))
        rest = settled[:pick] + settled[pick + 1 :]
        for item in settled[pick].items:
            found = self._search([item], dict(regions), list(rest), list(sums))
            if found:
                return found
        return None

    def _settle(self, todo: list[Formula], regions: Regions, choices: list[Or], sums: list[Lin]) -> list[Or] | None:
        """Take in all that must hold; the choices that are left, or None where something contradicts."""
        while True:
            if not self._take(todo, regions, choices, sums):
                return None
            left: list[Or] = []
            for choice in choices:
                alive = self._alive(choice, regions)
                if alive is None:
                    continue
                if not alive:
                    return None
                if len(alive) == 1:
                    todo.append(alive[0])
                else:
                    left.append(Or(tuple(alive)))
            choices = left
            if not todo:
                return choices

    def _take(self, todo: list[Formula], regions: Regions, choices: list[Or], sums: list[Lin]) -> bool:
        while todo:
            one = todo.pop()
            if isinstance(one, And):
                todo += reversed(one.items)
            elif isinstance(one, Or):
                choices.append(one)
            elif isinstance(one, Lin):
                sums.append(one)
            else:
                kept = self._region(one.cell, regions).within(one.region)
                if kept.empty:
                    return False
                regions[one.cell] = kept
        return True

    def _region(self, cell: Cell, regions: Regions) -> Region:
        return regions.get(cell) or self.domain(cell)

    def _alive(self, choice: Or, regions: Regions) -> list[Formula] | None:
        """The items that are still possible; None where one holds already."""
        alive: list[Formula] = []
        for item in choice.items:
            verdict = self._now(item, regions)
            if verdict:
                return None
            if verdict is None:
                alive.append(item)
        return alive

    def _now(self, item: Formula, regions: Regions) -> bool | None:
        """Does it hold already, or can it not hold any more?"""
        if isinstance(item, In):
            region = self._region(item.cell, regions)
            if region.within(item.region).empty:
                return False
            return True if region.below(item.region) else None
        if isinstance(item, Lin):
            return None
        verdicts = [self._now(part, regions) for part in item.items]
        if isinstance(item, And):
            return False if False in verdicts else None if None in verdicts else True
        return True if True in verdicts else None if None in verdicts else False

    # --- sums of cells ---------------------------------------------------------------------------

    def _finish(self, regions: Regions, sums: list[Lin]) -> Answer | None:
        if any(self._out_of_reach(one, regions) for one in sums):
            return None
        self.tries = _TRIES
        found = self._fix(sums, dict(regions), {})
        if found is None:
            self.open = True
            return None
        return Answer(HOLDS, found[1], found[0])

    def _out_of_reach(self, one: Lin, regions: Regions) -> bool:
        low, high = _reach(one, lambda cell: self._region(cell, regions))
        if one.op in ("<", "<="):
            return not compared_numbers(low, one.op, one.limit)
        if one.op in (">", ">="):
            return not compared_numbers(high, one.op, one.limit)
        return one.op == "==" and not low <= one.limit <= high

    def _fix(self, sums: list[Lin], regions: Regions, fixed: dict[Cell, Any]) -> tuple[dict[Cell, Any], Regions] | None:
        """Data for the cells of the sums, by trying a few numbers of each and following what they imply."""
        if not sums:
            return fixed, regions
        cell = sums[0].terms[0][0]
        for number in samples(self._region(cell, regions).spans, cell.whole):
            self.tries -= 1
            if self.tries < 0:
                return None
            found = self._with(cell, number, sums, dict(regions))
            deeper = self._fix(found[0], found[1], {**fixed, cell: number}) if found else None
            if deeper is not None:
                return deeper
        return None

    def _with(self, cell: Cell, number: Any, sums: list[Lin], regions: Regions) -> tuple[list[Lin], Regions] | None:
        left: list[Lin] = []
        for one in sums:
            factor = dict(one.terms).get(cell, 0)
            terms = {other: times for other, times in one.terms if other != cell}
            rest = relation(terms, one.op, one.limit - factor * number)
            if isinstance(rest, Lin):
                left.append(rest)
            elif isinstance(rest, In):
                kept = self._region(rest.cell, regions).within(Region(rest.region.spans))
                if not kept.spans:
                    return None
                regions[rest.cell] = kept
            elif isinstance(rest, Or):
                return None
        return left, regions


def _reach(one: Lin, region: Callable[[Cell], Region]) -> tuple[Any, Any]:
    """The least and the greatest that a sum can come to."""
    low: Any = 0
    high: Any = 0
    for cell, times in one.terms:
        spans = region(cell).spans or KNOWN.spans
        ends = (spans[0][0][0] * times, spans[-1][1][0] * times)
        low, high = low + min(ends), high + max(ends)
    return low, high


def solve(formula: Formula, domain: Callable[[Cell], Region]) -> Answer:
    """Can a formula hold?

    Args: formula – over cells; domain – what each cell may be at all.
    Returns: HOLDS with regions of which any choice will do (beside the fixed data), NEVER, or OPEN: not decided here.
    """
    return Analysis(domain).solve(formula)
