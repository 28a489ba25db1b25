"""What fires for one account under one version of content, as steps; what both versions share is worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from advisor.advice.advice import Step
from advisor.advice.advise import Advisor, Fired
from advisor.advice.render import Steps
from advisor.content.plays import Play
from advisor.core.facts import AccountFacts, BookFacts
from advisor.core.reference import evaluate
from advisor.release.alike import same_play
from advisor.release.sides import Sides, Version

NEW, GONE, RETIRED, CHANGED = "new", "gone", "retired", "changed"
Key = tuple[str, str, str]
"""A play (its path in the version at hand) and the subject that it fires for."""


@dataclass(frozen=True)
class Entry:
    """A step that fires; a draft's is not said to anybody yet."""

    step: Step
    draft: bool


Entries = dict[Key, Entry]


@dataclass(frozen=True)
class Pair:
    """One play in both versions, as far as it is there; `same` when nothing that matters differs."""

    old: Play | None
    new: Play | None
    same: bool

    @property
    def play(self) -> Play:
        found = self.new or self.old
        assert found is not None
        return found

    @property
    def fate(self) -> str:
        """What became of the play: new, gone, retired, or changed; nothing where it is the same."""
        if self.old is None or self.new is None:
            return NEW if self.new else GONE
        stopped = self.new.status == RETIRED and self.old.status != RETIRED
        return RETIRED if stopped else "" if self.same else CHANGED


def pairs(old: Iterable[Play], new: Iterable[Play]) -> tuple[Pair, ...]:
    """The plays of two versions, matched by path, else by code (a play that was moved to another file)."""
    before = {play.path: play for play in old}
    now = {play.path: play for play in new}
    moved = {play.code: play for path, play in before.items() if path not in now}
    found = []
    for path, play in now.items():
        other = before.get(path) or moved.pop(play.code, None)
        found.append(Pair(other, play, other is not None and same_play(other, play)))
    gone = {pair.old.path for pair in found if pair.old}
    return (*found, *(Pair(play, None, False) for path, play in before.items() if path not in gone))


class Firings:
    """The steps of both versions, account by account."""

    def __init__(self, sides: Sides) -> None:
        self.sides = sides
        self.pairs = pairs(sides.old.content.plays, sides.new.content.plays)
        day = sides.new.advisor.settings.as_of
        self.names = {pair.old.path: pair.play.path for pair in self.pairs if pair.old}
        self._same = [pair.new for pair in self.pairs if pair.same and pair.new]
        self._old = [pair.old for pair in self.pairs if pair.old and not pair.same]
        self._new = [pair.new for pair in self.pairs if pair.new and not pair.same]
        self._states = {
            id(play): _state(play, day) for pair in self.pairs for play in (pair.old, pair.new) if play is not None
        }

    def state(self, play: Play) -> str:
        """Of a play of either version: live, draft (or not valid yet), or nothing when it is over."""
        return self._states[id(play)]

    def both(self, old: AccountFacts, new: AccountFacts, abouts: tuple[str, ...]) -> tuple[Entries, Entries]:
        """The steps of one account in the earlier version and in the one at hand.

        Where facts and words are shared and no changed play fires, nothing can differ: nothing is rendered then.
        """
        common = self.sides.shared
        then, now = self._fired(old, self._old, abouts), self._fired(new, self._new, abouts)
        if common.words and not then and not now:
            return {}, {}
        same = self._fired(new, self._same, abouts)
        said = self._entries(self.sides.new, new, same)
        if not common.words:
            again = same if common.facts else self._fired(old, self._same, abouts)
            return self._entries(self.sides.old, old, [*again, *then]), {
                **said,
                **self._entries(self.sides.new, new, now),
            }
        earlier, later = self._entries(self.sides.old, old, then), self._entries(self.sides.new, new, now)
        return {**said, **earlier}, {**said, **later}

    def _fired(self, facts: AccountFacts, plays: list[Play], abouts: tuple[str, ...]) -> list[Fired]:
        return list(self._firing(facts, [play for play in plays if self._states[id(play)]], abouts))

    def _firing(self, facts: AccountFacts, plays: list[Play], abouts: tuple[str, ...]) -> Iterator[Fired]:
        for about in abouts:
            own = [play for play in plays if play.about == about]
            for row in facts.rows(about) or () if own else ():
                hand = facts.hand(row)
                for play in own:
                    trace = evaluate(play.when, facts, hand)
                    if trace.verdict:
                        yield Fired(play, hand, trace)

    def _entries(self, version: Version, facts: AccountFacts, fired: list[Fired]) -> Entries:
        """The steps, without those that the history keeps back."""
        advisor, account = version.advisor, facts.account
        maker = _maker(advisor, facts) if fired else None
        found: Entries = {}
        for one in fired:
            if maker and not advisor.history.dropped(account.id, one.play, one.subject):
                past = advisor.history.past(account.id, one.play, one.subject[1])
                days = past.first_on or advisor.settings.as_of, past.due_on
                step = maker.step(one.play, one.hand, one.trace, days)
                key = self.names.get(step.play, step.play), *step.subject
                found[key] = Entry(step, self._states[id(one.play)] == "draft")
        return found


def _maker(advisor: Advisor, facts: AccountFacts) -> Steps:
    barred: frozenset[str] = frozenset() if isinstance(facts, BookFacts) else advisor.not_to_see(facts)
    return Steps(advisor.content, advisor.printer, facts, advisor.calendar, advisor.picking(), barred)


def _state(play: Play, day: object) -> str:
    """live, draft (or not valid yet), or nothing for a play that is over."""
    if play.status == "draft" or (play.status == "active" and play.valid_from and str(play.valid_from) > str(day)):
        return "draft"
    return "live" if play.status == "active" and not (play.valid_to and str(play.valid_to) < str(day)) else ""
