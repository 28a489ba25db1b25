"""Which accounts of a book a play would reach, which of them show it best, and which it nearly reaches."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from advisor.advice.advise import Advisor, Fired
from advisor.content.plays import PORTFOLIO, Play
from advisor.core.facts import AccountFacts
from advisor.core.model import Row
from advisor.core.reference import Trace, evaluate
from advisor.core.tree import All, AnyOf
from advisor.explain.explain_targets import Plan
from advisor.explain.explain_verify import smallest

SHOWN = 3
_MARKS = ("stage", "owner_id")
_TRIED = 8
_ENOUGH = 200
_KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Nearest:
    """An account that a play does not reach, and the smallest change that would make it."""

    facts: AccountFacts
    hand: tuple[Row, ...]
    plan: Plan


@dataclass(frozen=True, slots=True)
class Reached:
    """Accounts for which a play fires: those to be shown, how many there are among those looked at, and near ones."""

    shown: tuple[tuple[AccountFacts, Fired], ...]
    number: int
    looked: int
    of: int
    nearest: tuple[Nearest, ...] = ()


@dataclass
class Reach:
    """Tries plays on the accounts of one book, whose facts it keeps from one play to the next."""

    advisor: Advisor
    _facts: dict[str, AccountFacts] = field(default_factory=dict)
    _last: tuple[Play, Reached] | None = None

    def reached(self, play: Play) -> Reached:
        """The accounts that a play would reach; `SHOWN` of them, as unlike each other as may be.

        A play whose condition is the same as at the last look, as where only its words have changed, is not tried anew.
        """
        if self._last and (self._last[0].about, self._last[0].when) == (play.about, play.when):
            found = self._last[1]
            shown = tuple((facts, replace(fired, play=play)) for facts, fired in found.shown)
            return replace(found, shown=shown)
        self._last = play, self._look(play)
        return self._last[1]

    def _look(self, play: Play) -> Reached:
        fired: list[tuple[AccountFacts, Fired]] = []
        silent: list[tuple[int, int, AccountFacts, Fired]] = []
        looked = 0
        accounts = self._accounts(play)
        for facts in accounts:
            looked += 1
            tried = self._tried(play, facts)
            found = next((one for one in tried if one.trace.verdict), None)
            if found:
                fired.append((facts, found))
            silent += [(_distance(one.trace), len(silent) + n, facts, one) for n, one in enumerate(tried)]
            if len(fired) >= _ENOUGH:
                break
        shown = tuple(_unlike(fired))
        nearest = () if len(shown) >= SHOWN else tuple(self._nearest(play, silent, SHOWN - len(shown)))
        total = 1 if play.about == PORTFOLIO else len(self.advisor.book.accounts())
        return Reached(shown, len(fired), looked, total, nearest)

    def _accounts(self, play: Play) -> Iterator[AccountFacts]:
        if play.about == PORTFOLIO:
            yield self.advisor.book_facts()
            return
        for account in self.advisor.book.accounts():
            facts = self._facts.get(account.id) or self.advisor.facts(account)
            if len(self._facts) < _KEPT:
                self._facts[account.id] = facts
            yield facts

    def _tried(self, play: Play, facts: AccountFacts) -> list[Fired]:
        hands = [facts.hand(row) for row in facts.rows(play.about) or ()]
        return [Fired(play, hand, evaluate(play.when, facts, hand)) for hand in hands]

    def _nearest(self, play: Play, tried: list[tuple[int, int, AccountFacts, Fired]], most: int) -> Iterator[Nearest]:
        """The accounts with the smallest changes, found among those of which least is amiss."""
        best = heapq.nsmallest(_TRIED, (one for one in tried if not one[3].trace.verdict), key=lambda one: one[:2])
        found: dict[str, Nearest] = {}
        for _, _, facts, one in best:
            plan = smallest(play.when, facts, one.hand, True, self.advisor.content.vocabulary)
            if plan and facts.account.id not in found:
                found[facts.account.id] = Nearest(facts, one.hand, plan)
        yield from sorted(found.values(), key=lambda one: one.plan.cost)[:most]


def _distance(trace: Trace) -> int:
    """How much is amiss: what does not hold counts two, what nobody knows one."""
    if trace.verdict is True:
        return 0
    if isinstance(trace.node, All):
        return sum(_distance(child) for child in trace.children)
    if isinstance(trace.node, AnyOf) and trace.children:
        return min(_distance(child) for child in trace.children)
    return 1 if trace.verdict is None else 2


def _unlike(fired: list[tuple[AccountFacts, Fired]]) -> Iterator[tuple[AccountFacts, Fired]]:
    """A few, each the first of those that share the fewest marks with the ones before."""
    rest, seen = list(fired), [set[object]() for _ in _MARKS]
    for _ in range(min(SHOWN, len(fired))):
        marks = [[facts.value(facts.account, name).data for name in _MARKS] for facts, _ in rest]
        shared = [sum(mark in had for mark, had in zip(one, seen, strict=True)) for one in marks]
        n = shared.index(min(shared))
        for mark, had in zip(marks[n], seen, strict=True):
            had.add(mark)
        yield rest.pop(n)
