"""What nearly fires on an account: of every play, the smallest change that is proved to make it fire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from advisor.advice.advise import Advisor
from advisor.advice.missing import unknown_facts
from advisor.content.plays import SUBJECTS, Play, timing_for
from advisor.core.facts import AccountFacts
from advisor.core.model import Row
from advisor.core.reference import Trace, evaluate
from advisor.core.tree import Node
from advisor.explain.explain import STATES, edit_record, note_on, subjects, worded
from advisor.explain.explain_edits import Edit
from advisor.explain.explain_lines import Words
from advisor.explain.explain_targets import Plan
from advisor.explain.explain_verify import smallest

_MOST_CHANGES = 2
_MOST_FACTS = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """How a play stands with an account: it fires, nobody can know yet, or it would with `changes`.

    `size` counts the changes, 0 where there is no simple one; `unknown` are facts that keep it undecided.
    """

    play: Play
    title: str
    subject: Row | None
    deal: str
    urgency: int
    state: str
    note: str = ""
    size: int = 0
    changes: tuple[Edit, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """All plays of one account that fire, that nobody can decide, and that nearly fire; `far` more do not.

    `unsure_cut` and `nearly_cut` say how many of those were left out.
    """

    account: Row
    name: str
    fires: tuple[Standing, ...]
    unsure: tuple[Standing, ...]
    nearly: tuple[Standing, ...]
    unsure_cut: int
    nearly_cut: int
    far: int


@dataclass(frozen=True, slots=True, eq=False)
class _Tried:
    """One play on one subject as it stands now, with the proved plan that would make it fire."""

    play: Play
    subject: Row | None
    node: Node
    trace: Trace
    urgency: int
    plan: Plan | None = None

    @property
    def size(self) -> int:
        return self.plan.cost[0] if self.plan else 0

    @property
    def order(self) -> tuple[Any, ...]:
        return self.urgency, self.play.code, self.subject.id if self.subject else ""


def overview(advisor: Advisor, account: Row, top: int = 10) -> Overview:
    """Every play of an account by how near it is to being advised.

    Args: advisor, account – the run and the account; top – how many undecided and how many near plays are told.
    Returns: what fires, the most urgent first; what is undecided; what one change would make fire, then two.
    """
    finder = _Finder(advisor, advisor.facts(account))
    tried = list(finder.tried())
    fires = [one for one in tried if one.trace.verdict]
    unsure = _each_once(tried, None, lambda one: (one.size == 0, one.size))
    silent = _each_once(tried, False, lambda one: (one.size == 0, one.size))
    near = sorted((one for one in silent if 0 < one.size <= _MOST_CHANGES), key=lambda one: (one.size, one.order))
    return Overview(
        account,
        account.text("name") or account.id,
        tuple(finder.standing(one) for one in sorted(fires, key=lambda one: one.order)),
        tuple(finder.standing(one) for one in unsure[:top]),
        tuple(finder.standing(one) for one in near[:top]),
        max(len(unsure) - top, 0),
        max(len(near) - top, 0),
        len(silent) - len(near),
    )


def _each_once(tried: list[_Tried], verdict: bool | None, rank: Callable[[_Tried], Any]) -> list[_Tried]:
    """Each play once, by the subject that is nearest; none that stands better with another subject."""
    best = {True: 0, None: 1, False: 2}
    found: dict[str, _Tried] = {}
    for one in sorted(tried, key=lambda one: (best[one.trace.verdict], rank(one), one.order)):
        found.setdefault(one.play.code, one)
    return sorted((one for one in found.values() if one.trace.verdict is verdict), key=lambda one: one.order)


@dataclass(frozen=True)
class _Finder:
    advisor: Advisor
    facts: AccountFacts

    def tried(self) -> Iterator[_Tried]:
        for play in self.advisor.plays.values():
            if play.about in SUBJECTS:
                for subject, node in self.open_subjects(play):
                    yield self.one(play, subject, node)

    def open_subjects(self, play: Play) -> list[tuple[Row | None, Node]]:
        """What the play is judged on; deals that are over only where there is no other."""
        found = subjects(self.facts, play)
        going = [(row, node) for row, node in found if row is None or self.facts.value(row, "open").data is not False]
        return going or found

    def one(self, play: Play, subject: Row | None, node: Node) -> _Tried:
        hand = self.facts.hand(subject or self.facts.account)
        trace = evaluate(node, self.facts, hand)
        plan = None
        if trace.verdict is not True:
            plan = smallest(node, self.facts, hand, True, self.advisor.content.vocabulary)
        return _Tried(play, subject, node, trace, self.urgency(play, hand), plan)

    def urgency(self, play: Play, hand: tuple[Row, ...]) -> int:
        changed = next((one for one in play.instead if evaluate(one.when, self.facts, hand).verdict), None)
        key_account = self.facts.value(self.facts.account, "is_ka").data is True
        return (changed.urgency if changed else None) or timing_for(play, key_account).urgency

    # --- in words --------------------------------------------------------------------------------

    def standing(self, one: _Tried) -> Standing:
        advisor, verdict = self.advisor, one.trace.verdict
        words = Words(self.facts, advisor.content.vocabulary, advisor.printer)
        hand = self.facts.hand(one.subject or self.facts.account)
        edits = worded(one.plan, one.node, words, hand, True) if one.plan else ()
        return Standing(
            one.play,
            advisor.printer.label(one.play.title),
            one.subject,
            self.deal(words, one.play, one.subject),
            one.urgency,
            "nearly" if verdict is False else STATES[verdict],
            note_on(advisor, advisor.printer, self.facts.account, one.play, one.subject, verdict),
            one.size,
            edits,
            self.unknown(words, one.node, hand) if verdict is None else (),
        )

    def deal(self, words: Words, play: Play, subject: Row | None) -> str:
        """The record that the play is judged on, where there are several."""
        several = subject is not None and len(self.facts.rows(play.about) or ()) > 1
        return words.record(subject) if several and subject else ""

    def unknown(self, words: Words, node: Node, hand: tuple[Row, ...]) -> tuple[str, ...]:
        names = sorted(unknown_facts(node, self.facts, hand, self.advisor.content.vocabulary))
        labels = [words.label(*name.split(".", 1)) for name in names[:_MOST_FACTS]]
        return tuple(dict.fromkeys(labels))


# --- json ----------------------------------------------------------------------------------------


def record(found: Overview) -> dict[str, Any]:
    """The overview as plain data."""
    return {
        "account": {"id": found.account.id, "name": found.name},
        "fires": [_standing(one) for one in found.fires],
        "unsure": [_standing(one) for one in found.unsure],
        "nearly": [_standing(one) for one in found.nearly],
        "left_out": {"unsure": found.unsure_cut, "nearly": found.nearly_cut, "further_off": found.far},
    }


def _standing(one: Standing) -> dict[str, Any]:
    change = {"to": True, "verified": bool(one.changes), "size": one.size}
    return {
        "code": one.play.code,
        "play": one.play.path,
        "title": one.title,
        "subject": {"entity": one.play.about, "id": one.subject.id if one.subject else None},
        "urgency": one.urgency,
        "state": one.state,
        "note": one.note,
        **(
            {} if one.state == "fires" else {"change": {**change, "edits": [edit_record(edit) for edit in one.changes]}}
        ),
        **({"unknown": list(one.unknown)} if one.state == "unsure" else {}),
    }
