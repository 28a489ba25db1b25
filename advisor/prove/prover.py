"""Asking: can these conditions hold together? The exact analysis first, then z3, then a situation tried out."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from advisor.content.content import Content
from advisor.content.plays import ACTIVE, Play
from advisor.core.tree import Node
from advisor.prove import domains, solver
from advisor.prove.domains import HOLDS, NEVER, OPEN, Answer
from advisor.prove.symbols import FALSE, TRUE, Encoder
from advisor.prove.terms import Numbers
from advisor.prove.witness import MetricsOf, Witness, build

Demand = tuple[Node, str, str]  # a condition, what it is about, and the verdict wanted of it
_ANY_HAND = (("account", "account"), ("opportunity", "opportunity#0"))
_NO_DAY = datetime.date(2026, 1, 1)


@dataclass
class Prover:
    """Proofs over one content. `as_of` is the day that situations are tried on; `z3` whether the solver is used.

    `asked` counts the questions by who answered them: "exact", "z3" or nobody ("open").
    """

    content: Content
    metrics: MetricsOf
    as_of: datetime.date = _NO_DAY
    z3: bool = True
    asked: dict[str, int] = field(default_factory=lambda: {"exact": 0, "z3": 0, "open": 0})
    _settled: dict[Node, bool] = field(default_factory=dict)

    def ask(
        self, demands: list[Demand], expand: bool = False, day: datetime.date | None = None
    ) -> tuple[Encoder, Answer]:
        """Can all demands hold at once? `expand`: derived facts are as their definitions make them."""
        encoder = Encoder(self.content, Numbers(day or self.as_of), expand)
        formula = encoder.finish(*[encoder.condition(*demand) for demand in demands])
        answer = domains.solve(formula, encoder.domain)
        if answer.verdict != OPEN:
            self.asked["exact"] += 1
        elif self.z3:
            answer = solver.solve(formula, encoder.domain)
            self.asked["z3" if answer.verdict != OPEN else "open"] += 1
        else:
            self.asked["open"] += 1
        return encoder, answer

    def never(self, demands: list[Demand], expand: bool = False) -> bool:
        """Is it proved that they cannot hold at once?"""
        return self.ask(demands, expand)[1].verdict == NEVER

    def is_settled(self, node: Node) -> bool:
        """Is a comparison true, or false, of whatever its facts may be? Only by the exact analysis."""
        if node not in self._settled:
            self._settled[node] = not all(self._possible(node, want) for want in (TRUE, FALSE))
        return self._settled[node]

    def _possible(self, node: Node, want: str) -> bool:
        encoder = Encoder(self.content, Numbers(self.as_of))
        formula = encoder.finish(encoder.encode(node, _ANY_HAND, want))
        return domains.solve(formula, encoder.domain).verdict != NEVER

    def together(self, plays: list[Play]) -> tuple[str, list[Witness]]:
        """Can all plays fire at once? HOLDS with situations in which they do, NEVER, or OPEN.

        A situation that asserts no derived fact is looked for first; only if there is none are they taken as free.
        """
        demands = [(play.when, play.about, TRUE) for play in plays]
        verdict = NEVER
        for expand in (True, False):
            encoder, answer = self.ask(demands, expand, self._day(plays))
            ready = answer.verdict == HOLDS
            situations = [build(encoder, answer, full, self.content, self.metrics) for full in (False, True) if ready]
            found = [one for one in situations if one is not None and all(one.fires(play) for play in plays)]
            if found:
                return HOLDS, found
            verdict = answer.verdict
        return (NEVER if verdict == NEVER else OPEN), []

    def _day(self, plays: list[Play]) -> datetime.date:
        """A day on which all plays are in force, where there is one."""
        first = max((play.valid_from for play in plays if play.valid_from), default=self.as_of)
        last = min((play.valid_to for play in plays if play.valid_to), default=self.as_of)
        return min(max(self.as_of, first), last) if last >= first else max(self.as_of, first)


def day_of(content: Content) -> datetime.date:
    """A day for situations that depends on the content alone: the latest that its cases use."""
    return max((case.today for play in content.plays for case in play.cases), default=_NO_DAY)


def active(content: Content) -> list[Play]:
    """The plays that give advice, whatever the day."""
    return [play for play in content.plays if play.status == ACTIVE]
