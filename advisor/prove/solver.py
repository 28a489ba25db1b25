"""What the exact analysis leaves open goes to z3, an extra. Its limit is a count of steps, not a time: every machine
comes to the same result."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from advisor.prove.domains import HOLDS, NEVER, OPEN, Answer
from advisor.prove.formula import And, Cell, Formula, In, Lin, cells
from advisor.prove.regions import NONE, UNKNOWN, Bound, Region, points

STEPS = 2_000_000


def available() -> bool:
    """Is z3 installed?"""
    try:
        import z3  # noqa: F401
    except ImportError:
        return False
    return True


def solve(formula: Formula, domain: Callable[[Cell], Region], steps: int = STEPS) -> Answer:
    """Can a formula hold? As domains.solve; the answer's regions hold one choice for each cell."""
    import z3

    return _Query(z3, domain, steps).solve(formula)


class _Query:
    """One question: for each cell a number for its state (0 known, 1 none, 2 unknown) and one for its data."""

    def __init__(self, z3: Any, domain: Callable[[Cell], Region], steps: int) -> None:
        self.z3 = z3
        self.domain = domain
        self.solver = z3.Solver()
        self.solver.set("rlimit", steps)
        self.solver.set("random_seed", 0)
        self.states: dict[Cell, Any] = {}
        self.data: dict[Cell, Any] = {}

    def solve(self, formula: Formula) -> Answer:
        for number, cell in enumerate(dict.fromkeys(cells(formula))):
            self.states[cell] = self.z3.Int(f"s{number}")
            self.data[cell] = self.z3.Int(f"d{number}") if cell.whole else self.z3.Real(f"d{number}")
            self.solver.add(self.region(cell, self.domain(cell)))
        self.solver.add(self.formula(formula))
        found = self.solver.check()
        if found == self.z3.unsat:
            return Answer(NEVER)
        return self.model(self.solver.model()) if found == self.z3.sat else Answer(OPEN)

    def formula(self, one: Formula) -> Any:
        if isinstance(one, In):
            return self.region(one.cell, one.region)
        if isinstance(one, Lin):
            total = self.z3.Sum([self.number(times) * self.data[cell] for cell, times in one.terms])
            return self.compared(total, one.op, self.number(one.limit))
        join = self.z3.And if isinstance(one, And) else self.z3.Or
        return join([self.formula(item) for item in one.items])

    def region(self, cell: Cell, region: Region) -> Any:
        state, data = self.states[cell], self.data[cell]
        ways = [state == number for number, allowed in ((1, region.none), (2, region.unknown)) if allowed]
        for low, high in region.spans:
            ways.append(self.z3.And(state == 0, *self.bound(data, low, ">="), *self.bound(data, high, "<=")))
        return self.z3.Or(ways)

    def bound(self, data: Any, bound: Bound, op: str) -> list[Any]:
        number, side = bound
        return [] if math.isinf(number) else [self.compared(data, op[0] if side else op, self.number(number))]

    def number(self, number: Any) -> Any:
        exact = Fraction(number)
        return self.z3.IntVal(int(exact)) if exact.denominator == 1 else self.z3.Q(exact.numerator, exact.denominator)

    def compared(self, left: Any, op: str, right: Any) -> Any:
        return {
            "<": lambda: left < right,
            "<=": lambda: left <= right,
            ">": lambda: left > right,
            ">=": lambda: left >= right,
            "==": lambda: left == right,
            "!=": lambda: left != right,
        }[op]()

    def model(self, model: Any) -> Answer:
        regions: dict[Cell, Region] = {}
        fixed: dict[Cell, Any] = {}
        for cell, state in self.states.items():
            number = model.eval(state, model_completion=True).as_long()
            if number:
                regions[cell] = NONE if number == 1 else UNKNOWN
                continue
            value = model.eval(self.data[cell], model_completion=True)
            exact = value.as_long() if cell.whole else Fraction(value.numerator_as_long(), value.denominator_as_long())
            regions[cell], fixed[cell] = Region(points([exact], cell.whole)), exact
        return Answer(HOLDS, regions, fixed)
