"""From a fired play to a step: the person, the words, the deed, the day, in one language."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from advisor.advice.advice import Person, Step, place
from advisor.advice.calendar import Calendar, due
from advisor.advice.missing import Asking
from advisor.advice.reasons import reasons
from advisor.advice.slots import Slots
from advisor.advice.templates import all_of, first
from advisor.advice.wording import Printer
from advisor.content.consistency import contradicted
from advisor.content.content import Content
from advisor.content.people import Pick, Picked, Picking, choose
from advisor.content.plays import DEGREES, LEADS, PORTFOLIO, Line, Play, Take, Timing, adapted, timing_for
from advisor.core.facts import AccountFacts
from advisor.core.model import Origin, Row
from advisor.core.reference import Trace, read

Hand = tuple[Row, ...]


@dataclass(frozen=True)
class Steps:
    """Makes the steps of one account."""

    content: Content
    printer: Printer
    facts: AccountFacts
    calendar: Calendar
    picking: Picking
    barred: frozenset[str]

    def step(self, play: Play, hand: Hand, trace: Trace, past: tuple[datetime.date, datetime.date | None]) -> Step:
        """One step.

        Args: play, hand, trace – what fired, for whom, and its proof; past – the day it was first advised and the day
        that was given then, if any.
        Returns: the step, not yet ranked.
        """
        play = self.adapted(play, hand)
        taken = {name: self.take(take, hand) for name, take in play.take.items()}
        rows = {name: row for name, row in taken.items() if row}
        picked = choose(play, self.facts, self.picking, hand, rows, self.barred)
        timing = self.timing(play, hand)
        first_due = past[1] or self.due(timing, hand, past[0])
        due_on = self.calendar.on_or_before(max(first_due, self.facts.as_of), self.facts.as_of)
        special = self.special(picked.first, due_on)
        if play.about == PORTFOLIO:  # said to the whole team
            special = {**special, "salutation": self.printer.word("team")}
        slots = self.slots(hand, taken, special)
        return self.worded(play, hand, trace, picked, timing, (first_due, due_on), slots)

    def worded(
        self, play: Play, hand: Hand, trace: Trace, picked: Picked, timing: Timing,
        days: tuple[datetime.date, datetime.date], slots: Slots,
    ) -> Step:  # fmt: skip
        words, look = play.words[self.printer.language], slots.look
        title = self.printer.label(play.title)
        nobody = (first(words.nobody_known, look) or "") if picked.first.contact is None else ""
        return Step(
            play=play.path,
            code=play.code,
            title=title,
            headline=first(words.headline, look) or title,
            readers=play.readers,
            urgency=timing.urgency,
            hours=timing.finish_in.hours,
            lead=LEADS.index(play.lead),
            degree=DEGREES.index(play.degree),
            amount=_amount(hand[-1]),
            subject=(hand[-1].entity, hand[-1].id),
            about=self.deal(hand[-1]),
            person=self.person(picked.first, nobody),
            then=(self.person(picked.then, ""),) if picked.then else (),
            not_first=tuple(self.role(role) for role in picked.not_first),
            message=(first(words.message, look) or "") if picked.first.contact or play.about == PORTFOLIO else "",
            ask=all_of(words.ask, look),
            if_they_say=self.pairs(all_of(words.if_they_say, look)),
            do_not=all_of(words.do_not, look),
            steps=all_of(words.steps, look),
            done_when=first(words.done_when, look) or "",
            because_text=all_of(words.because, look),
            because=reasons(trace, slots),
            due_on=days[1],
            first_due_on=days[0],
            basis=play.basis,
            trace=trace,
        )

    def place(self, play: Play, hand: Hand) -> tuple[Any, ...]:
        """Where a step will stand among the others, which can be told before it is made."""
        timing = self.timing(self.adapted(play, hand), hand)
        lead, degree = LEADS.index(play.lead), DEGREES.index(play.degree)
        return place(timing.urgency, timing.finish_in.hours, lead, degree, play.code, _amount(hand[-1]), hand[-1].id)

    def timing(self, play: Play, hand: Hand) -> Timing:
        return timing_for(play, self.facts.value(hand[0], "is_ka").data is True)

    def adapted(self, play: Play, hand: Hand) -> Play:
        """The play with the first of its changes that holds now."""
        for change in play.instead:
            if self.facts.verdict(change.when, hand):
                return adapted(play, change)
        return play

    # --- parts -----------------------------------------------------------------------------------

    def take(self, take: Take, hand: Hand) -> Row | None:
        """The row that a play's texts speak of."""
        rows = [row for row in self.facts.rows(take.entity) or () if self.holds(take, hand, row)]
        pairs = [(self.facts.value(row, take.by), row) for row in rows]
        known = sorted(((value.data, row.id, row) for value, row in pairs if value.known), key=lambda one: one[:2])
        if not known:
            return None
        return known[-1][2] if take.how in ("latest", "highest") else known[0][2]

    def holds(self, take: Take, hand: Hand, row: Row) -> bool:
        return self.facts.verdict(take.where, (*hand, row)) is True

    def due(self, timing: Timing, hand: Hand, start: datetime.date) -> datetime.date:
        limits = []
        for name, days in timing.by:
            value = read(name, self.facts, hand)
            if value.known:
                limits.append(value.data - datetime.timedelta(days=days))
        return due(self.calendar, timing.finish_in, start, limits, self.facts.as_of)

    def special(self, pick: Pick, due_on: datetime.date) -> Mapping[str, str]:
        owner = self.facts.pointed(self.facts.account, "owner_id")
        return {
            "salutation": self.salutation(pick.contact) if pick.contact else "",
            "person": self.called(pick),
            "role": self.role(pick.role),
            "account": self.facts.account.text("name") or self.facts.account.id,
            "rep": owner.text("name") if owner else "",
            "due": self.printer.date(due_on),
            "today": self.printer.date(self.facts.as_of),
        }

    def slots(self, hand: Hand, taken: Mapping[str, Row | None], special: Mapping[str, str]) -> Slots:
        content = self.content
        return Slots(self.facts, hand, taken, special, content.vocabulary, content.policy, self.printer)

    def role(self, role: str) -> str:
        field = self.content.vocabulary.field("contact", "buying_roles")
        return self.printer.data(role, field) if role else ""

    def salutation(self, contact: Row) -> str:
        return contact.text("salutation") or contact.text("name") or self.printer.word("greeting")

    def called(self, pick: Pick) -> str:
        """How a headline names the person: by salutation, name, or role."""
        if pick.contact is None:
            return self.role(pick.role)
        return pick.contact.text("salutation") or pick.contact.text("name") or self.role(pick.role)

    def person(self, pick: Pick, nobody: str) -> Person:
        role, row = self.role(pick.role), pick.contact
        if row is None:
            text = self.printer.word("nobody", role=role, how=nobody) if role else nobody
            return Person(pick.role, "", "", "", text)
        name, salutation = row.text("name"), row.text("salutation")
        called = " ".join(part for part in (name, salutation if salutation != name else "") if part) or role or row.id
        what = row.text("title") or (role if pick.sure else "")
        text = self.printer.word("with_title", name=called, title=what) if what and what != called else called
        if not pick.sure:
            text = self.printer.word("role_not_known", who=text, role=role)
        return Person(pick.role, row.id, name, salutation, text)

    def deal(self, row: Row) -> str:
        """What tells a deal from the account's other open ones: product and amount; empty where there is no other."""
        rows = self.facts.rows(row.entity) or ()
        others = [one for one in rows if one is not row and self.facts.value(one, "open").data is not False]
        if row is self.facts.account or not others:
            return ""
        text = self.described(row)
        alone = bool(text) and all(self.described(one) != text for one in others)
        return text if alone else self.printer.word("deal_numbered", deal=text, id=row.id).strip()

    def described(self, row: Row) -> str:
        slots = self.slots(self.facts.hand(row), {}, self.special(Pick("", None), self.facts.as_of))
        parts = all_of(tuple(Line(line) for line in self.printer.words.get("deal_parts", ())), slots.look)
        return str(self.printer.words["list"]).join(parts)

    def pairs(self, lines: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        said = [_said(line, self.printer.word("colon").strip()) for line in lines]
        return tuple(zip(said[::2], said[1::2], strict=False))

    def asking(self, plays: Iterable[Play]) -> Asking:
        """What asks for what is missing of the account. Args: plays – those in force."""
        return Asking(self.facts, self.content.vocabulary, self.printer, plays, self.barred)

    # --- about the account -----------------------------------------------------------------------

    def heading(self) -> Mapping[str, str]:
        """What stands at the head of the page: name, stage, tier, owner."""
        account, found = self.facts.account, {}
        for name in ("stage", "tier", "owner_name"):
            value = self.facts.value(account, name)
            field = self.content.vocabulary.field("account", name)
            if value.known:
                guess = self.printer.word("inferred") if value.origin is Origin.INFERRED else ""
                found[name] = self.printer.value(value, field) + guess
        return {"name": account.text("name") or account.id, **found}

    def known(self) -> tuple[str, ...]:
        """What is known of the account, for a page without steps."""
        hand = (self.facts.account,)
        slots = self.slots(hand, {}, self.special(Pick("", None), self.facts.as_of))
        return all_of(tuple(Line(line) for line in self.printer.words.get("known", ())), slots.look)

    def marks(self) -> Mapping[str, str]:
        """Stage and tier as canonical values, for machines."""
        values = {name: self.facts.value(self.facts.account, name) for name in ("stage", "tier")}
        return {name: str(value.data) for name, value in values.items() if value.known}

    def notes(self) -> tuple[str, ...]:
        """Old flags to confirm, and a stage that the facts speak against."""
        found = []
        for row, name in self.facts.to_confirm():
            field = self.content.vocabulary.field(row.entity, name)
            if field and not field.guarded:
                what = f"{self.printer.label(field.label)} {self.printer.value(row.get(name), field)}"
                found.append(self.printer.word("confirm", what=what))
        return (*found, *self.stage_note(), *self.contradictions())

    def contradictions(self) -> Iterator[str]:
        """What the records say that cannot be true at the same time."""
        for rule, row in contradicted(self.content.contradictions, self.facts):
            slots = self.slots(self.facts.hand(row), {}, self.special(Pick("", None), self.facts.as_of))
            text = first(rule.message.get(self.printer.language, ()), slots.look)
            yield text or self.printer.label(rule.label)

    def stage_note(self) -> tuple[str, ...]:
        account = self.facts.account
        stage, other = account.get("stage"), self.facts.value(account, "stage_suggested")
        if not (stage.known and other.known) or stage.data == other.data:
            return ()
        field = self.content.vocabulary.field("account", "stage")
        words = {"stage": self.printer.value(stage, field), "other": self.printer.value(other, field)}
        return (self.printer.word("stage_note", **words),)


def _amount(row: Row) -> Any:
    amount = row.get("amount")
    return amount.data if amount.known else None


def _said(line: str, colon: str) -> str:
    """What is said, without who says it."""
    head, _, rest = line.partition(colon)
    return rest.strip() if rest and len(head) < 12 else line
