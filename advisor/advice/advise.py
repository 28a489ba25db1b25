"""The pipeline: facts → guards → match → prove → arbitrate → render, for one account after another."""

from __future__ import annotations

import copy
import dataclasses
import datetime
import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from advisor.advice.advice import Advice, Dropped, GuardLine, Step
from advisor.advice.calendar import Calendar
from advisor.advice.history import History
from advisor.advice.reasons import fired_leaves
from advisor.advice.render import Steps
from advisor.advice.wording import Printer
from advisor.advice.workspace import Settings
from advisor.content.consistency import contradicted
from advisor.content.consistency import problem as contradiction
from advisor.content.content import Content
from advisor.content.people import Picking
from advisor.content.plays import ABOUTS, PORTFOLIO, SUBJECTS, Guard, Play
from advisor.core.facts import AccountFacts, BookFacts
from advisor.core.model import InternalDisagreement, Problem, Row
from advisor.core.reference import Trace, evaluate
from advisor.core.tree import Node
from advisor.data.book import Book
from advisor.match import durable_match
from advisor.match.durable_match import DurableMatcher

Undecided = tuple[Play, tuple[Row, ...]]


@dataclass(frozen=True)
class Fired:
    """A play that fired for a subject, with the reference reader's proof."""

    play: Play
    hand: tuple[Row, ...]
    trace: Trace

    @property
    def subject(self) -> tuple[str, str]:
        return self.hand[-1].entity, self.hand[-1].id


class Advisor:
    """Advises on the accounts of one book with one content and one set of settings.

    `engine` is "durable" (the rules engine, proved by the reference reader) or "reference". With `drafts`, plays that
    are not (or no longer) in force fire as well, which only previews want.
    """

    def __init__(
        self, content: Content, settings: Settings, book: Book, engine: str = "durable", drafts: bool = False
    ) -> None:
        self.content = content
        self.settings = settings
        self.book = book
        self.knowledge = content.knowledge()
        self.printer = Printer(content.words[settings.language], settings.language, settings.currency, settings.as_of)
        self.calendar = Calendar(settings.country, settings.closed)
        self.plays = {play.code: play for play in content.plays if drafts or play.runs_on(book.as_of)}
        self.engine = engine if durable_match.available() else "reference"
        self._matchers = self._build() if self.engine == "durable" else {}
        self._clean = self._without_barred()
        self.history = self._history()

    def over(self, book: Book) -> Advisor:
        """The same over another book of the same day: what content and day make, the engine above all, is shared."""
        other = copy.copy(self)
        other.__dict__.pop("portfolio", None)
        other.book = book
        other._clean = other._without_barred()
        other.history = other._history()
        return other

    def _history(self) -> History:
        rest = int(self.content.policy["again_after_days"]), int(self.content.policy["episode_days"])
        shared = frozenset(play.code for play in self.content.plays if play.about == PORTFOLIO)
        return History(self.book.tables.get("history") or (), self.settings.as_of, rest[1], rest[0], shared)

    # --- guards ----------------------------------------------------------------------------------

    def _without_barred(self) -> Book:
        """The book without the rows that a guard bars from every rule and text."""
        bars = [(entity, node) for guard in self.content.guards for entity, node in guard.bars.items()]
        tables = dict(self.book.tables)
        for entity, node in bars:
            rows = tables.get(entity)
            if rows:
                tables[entity] = tuple(row for row in rows if not self._barred(node, row))
        return dataclasses.replace(self.book, tables=tables) if bars else self.book

    def _barred(self, node: Node, row: Row) -> bool:
        account = self.book.find("account", row.text("account_id"))
        facts = AccountFacts(self.book, self.knowledge, account or row)
        return facts.verdict(node, (facts.account, row)) is True

    def guards(self, account: Row) -> tuple[GuardLine, ...]:
        """The guards that hold for an account, each with its neutral line and, for compliance, its details."""
        facts = AccountFacts(self.book, self.knowledge, account)
        return tuple(line for guard in self.content.guards for line in self._guard(guard, facts))

    def _guard(self, guard: Guard, facts: AccountFacts) -> Iterator[GuardLine]:
        subjects = facts.rows(guard.about) or ()
        hands = [facts.hand(row) for row in subjects]
        held = [evaluate(guard.when, facts, hand) for hand in hands if facts.verdict(guard.when, hand)]
        if held:
            records = {leaf.row.where for trace in held for leaf in fired_leaves(trace) if leaf.row}
            text, detail = self.printer.label(guard.rep), self.printer.label(guard.compliance)
            yield GuardLine(guard.code, text, detail, tuple(sorted(records)))

    def not_to_see(self, facts: AccountFacts) -> frozenset[str]:
        """The contacts that a guard keeps everybody away from."""
        nodes = [guard.not_to_see for guard in self.content.guards if guard.not_to_see]
        contacts = facts.rows("contact") or ()
        return frozenset(row.id for row in contacts for node in nodes if facts.verdict(node, (facts.account, row)))

    # --- match and prove -------------------------------------------------------------------------

    def _build(self) -> Mapping[str, DurableMatcher]:
        return {
            about: DurableMatcher(
                {p.code: p.when for p in self.plays.values() if p.about == about}, self.settings.as_of
            )
            for about in ABOUTS
        }

    def facts(self, account: Row) -> AccountFacts:
        """The account's facts, without the rows that guards bar."""
        return AccountFacts(self._clean, self.knowledge, account)

    def traces(self, facts: AccountFacts, abouts: tuple[str, ...] = SUBJECTS) -> list[Fired]:
        """Every play about every subject of the account, with its trace whatever the verdict."""
        found = []
        for about in abouts:
            plays = [play for play in self.plays.values() if play.about == about]
            for row in facts.rows(about) or ():
                hand = facts.hand(row)
                traces = {play.code: evaluate(play.when, facts, hand) for play in plays}
                self._prove(about, facts, hand, traces)
                found += [Fired(play, hand, traces[play.code]) for play in plays]
        return found

    def matches(self, facts: AccountFacts) -> tuple[list[Fired], list[Undecided]]:
        """The plays that fire, and those of which nobody can tell."""
        traces = self.traces(facts)
        undecided = [(one.play, one.hand) for one in traces if one.trace.verdict is None]
        return [one for one in traces if one.trace.verdict], undecided

    def _prove(self, about: str, facts: AccountFacts, hand: tuple[Row, ...], traces: Mapping[str, Trace]) -> None:
        """The engine's firings and the reference reader's verdicts must be the same."""
        if not self._matchers:
            return
        fired = self._matchers[about].fired(facts, hand)
        proved = {code for code, trace in traces.items() if trace.verdict}
        if fired != proved:
            wrong = ", ".join(sorted(fired ^ proved))
            raise InternalDisagreement(f"{wrong}: account {hand[0].id}, {hand[-1].entity} {hand[-1].id}")

    # --- one account -----------------------------------------------------------------------------

    def advise(self, account: Row, top: int = 5, everything: bool = False, unshown: bool = True) -> Advice:
        """All that is to be said about one account.

        Args: account – its row; top – how many steps are shown; everything – show all that fired; unshown – make the
        steps below the cut as well.
        Returns: the advice, its steps in the order of methodology section 8.
        """
        facts = self.facts(account)
        fired, undecided = self.matches(facts)
        dropped = {id(one): self.history.dropped(account.id, one.play, one.subject) for one in fired}
        maker = self.maker(facts)
        kept = self.ordered(maker, [one for one in fired if not dropped[id(one)]])
        shown = len(kept) if everything else min(top, len(kept))
        steps = self.steps(maker, kept if unshown else kept[:shown])
        below = [Dropped(one.play.code, one.subject, "below_cut") for one in kept[shown:]]
        return Advice(
            account=account,
            heading=maker.heading(),
            as_of=self.settings.as_of,
            content=self.content.digest,
            language=self.settings.language,
            guards=self.guards(account),
            steps=steps,
            shown=shown,
            dropped=tuple(self._titled(drop) for drop in (*dropped.values(), *below) if drop),
            missing=maker.asking(self.plays.values()).missing(undecided),
            portfolio=self.portfolio,
            problems=self.problems(facts),
            notes=maker.notes(),
            known=() if steps else maker.known(),
            marks=maker.marks(),
            run=self._run(account, top, everything),
        )

    def _run(self, account: Row, top: int, everything: bool) -> dict[str, Any]:
        """What the advice depends on besides content, day and settings."""
        source = {"from": "tables" if self.book.in_book else "facts", "data": self.book.digest or None}
        return {"top": top, "all": everything, **source, "history": self.history.digest(account.id)}

    def problems(self, facts: AccountFacts) -> tuple[Problem, ...]:
        """What is wrong with the records that concern an account, and where they contradict each other."""
        of_book = (one for one in self.book.problems if _concerns(one, facts.account))
        return (*of_book, *self._contradictions(facts))

    def _contradictions(self, facts: AccountFacts) -> Iterator[Problem]:
        found = contradicted(self.content.contradictions, facts)
        return (contradiction(rule, row, facts.account, self.settings.language) for rule, row in found)

    # --- the whole book --------------------------------------------------------------------------

    def book_facts(self) -> BookFacts:
        """The facts of the book as a whole, or of the portfolio that a facts file gives."""
        return BookFacts(self._clean, self.knowledge)

    @functools.cached_property
    def portfolio(self) -> tuple[Step, ...]:
        """What is to be said about the whole book, the same for every account of it; the history is one as well."""
        facts = self.book_facts()
        fired = [one for one in self.traces(facts, (PORTFOLIO,)) if one.trace.verdict]
        kept = [one for one in fired if not self.history.dropped(facts.account.id, one.play, one.subject)]
        maker = self.maker(facts)
        return self.steps(maker, self.ordered(maker, kept))

    def maker(self, facts: AccountFacts) -> Steps:
        """What makes an account's steps; of the book as a whole, about which nobody is kept from being seen."""
        barred = frozenset() if isinstance(facts, BookFacts) else self.not_to_see(facts)
        return Steps(self.content, self.printer, facts, self.calendar, self.picking(), barred)

    def ordered(self, maker: Steps, kept: Iterable[Fired]) -> list[Fired]:
        """What has fired, in the order of its steps."""
        return sorted(kept, key=lambda one: maker.place(one.play, one.hand))

    def steps(self, maker: Steps, kept: Iterable[Fired]) -> tuple[Step, ...]:
        """What has fired, as steps in their order."""
        account = maker.facts.account
        return ranked([maker.step(one.play, one.hand, one.trace, self._past(account, one)) for one in kept])

    def picking(self) -> Picking:
        return self.content.picking

    def _past(self, account: Row, one: Fired) -> tuple[datetime.date, datetime.date | None]:
        past = self.history.past(account.id, one.play, one.subject[1])
        return past.first_on or self.settings.as_of, past.due_on

    def _titled(self, drop: Dropped) -> Dropped:
        return dataclasses.replace(drop, title=self.printer.label(self.plays[drop.code].title))


def _concerns(problem: Problem, account: Row) -> bool:
    return str(problem.details.get("account", account.id)) == account.id


def ranked(steps: list[Step]) -> tuple[Step, ...]:
    """Steps in order, with rank numbers, and a common visit number for the same subject and person."""
    visits: dict[tuple[Any, ...], int] = {}
    found = []
    for rank, step in enumerate(sorted(steps, key=lambda step: step.order), 1):
        alone = (step.code,) if not step.person.contact_id else ()
        visit = visits.setdefault((step.subject, step.person.contact_id, *alone), len(visits) + 1)
        found.append(dataclasses.replace(step, rank=rank, visit=visit))
    return tuple(found)
