"""What a firing case expects of its step: day, person, subject, urgency, rank and words; every one that is not met."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from advisor.advice.advice import Step
from advisor.content.plays import Case, Said
from advisor.core.model import Place, Problem
from advisor.core.vocabulary import nearest
from advisor.data.book import Book

_RANKS_SHOWN = 8
_MOST_SHOWN = 80


@dataclass(frozen=True)
class Expected:
    """One case, and what came of it: the play's own steps, and by language what they say."""

    case: Case
    book: Book
    steps: Sequence[Step]
    said: Mapping[str, Sequence[Step]]
    ranking: Sequence[Step] = ()

    def problems(self) -> Iterator[Problem]:
        """What is not as expected, each at its own line."""
        yield from self.due()
        yield from self.person()
        yield from self.subject()
        yield from self.urgency()
        yield from self.rank()
        for said in self.case.says:
            yield from self.says(said)
        for said in self.case.says_not:
            yield from self.says_not(said)

    def problem(self, code: str, place: Place, **details: object) -> Problem:
        return Problem(code, place, "error", {"case": self.case.name, **details})

    # --- who, when, how urgent -------------------------------------------------------------------

    def due(self) -> Iterator[Problem]:
        days = sorted({step.due_on for step in self.steps})
        if self.case.due_on and self.case.due_on not in days:
            place, found = self.case.where("due_on"), ", ".join(map(str, days))
            yield self.problem("case-other-day", place, expected=self.case.due_on, found=found)

    def person(self) -> Iterator[Problem]:
        """The role that the step names, another one that the same person has, or who it is."""
        wanted = self.case.person
        if wanted and not any(wanted in self._called(step) for step in self.steps):
            place = self.case.where("person")
            found = ", ".join(_person(step) for step in self.steps)
            known = self._known()
            near = "" if wanted in known else nearest(wanted, known)
            yield self.problem("case-other-person", place, expected=wanted, found=found, near=near)

    def _called(self, step: Step) -> set[str]:
        contact = self.book.find("contact", step.person.contact_id)
        roles = contact.get("buying_roles").data if contact else None
        return {step.person.role, step.person.contact_id, step.person.name, *(roles or ())}

    def _known(self) -> list[str]:
        field = self.book.entities["contact"].fields.get("buying_roles")
        roles = list(field.choices.labels) if field and field.choices else []
        return roles + [name for row in self.book.tables.get("contact") or () for name in (row.id, row.text("name"))]

    def subject(self) -> Iterator[Problem]:
        found = [step.subject[1] for step in self.steps]
        if self.case.subject and self.case.subject not in found:
            shown, place = ", ".join(found), self.case.where("subject")
            yield self.problem("case-other-subject", place, expected=self.case.subject, found=shown)

    def urgency(self) -> Iterator[Problem]:
        found = sorted({step.urgency for step in self.steps})
        if self.case.urgency and self.case.urgency not in found:
            shown, place = ", ".join(map(str, found)), self.case.where("urgency")
            yield self.problem("case-other-urgency", place, expected=self.case.urgency, found=shown)

    def rank(self) -> Iterator[Problem]:
        """The best rank that the play's steps have among those of all plays."""
        codes = {step.code for step in self.steps}
        own = next((step for step in self.ranking if step.code in codes), None)
        if own is None or self.case.rank is None:
            return
        first, last = self.case.rank
        if not first <= own.rank <= last:
            expected = str(first) if first == last else f"{first}–{last}"
            details = {"count": len(self.ranking), "ranks": _ranks(self.ranking, own)}
            place = self.case.where("rank")
            yield self.problem("case-other-rank", place, expected=expected, found=own.rank, **details)

    # --- what it says ----------------------------------------------------------------------------

    def says(self, said: Said) -> Iterator[Problem]:
        lines = self._lines(said.language)
        if not any(_folded(said.text) in _folded(line) for line in lines):
            close = _nearest_line(said.text, lines)
            yield self.problem("case-not-said", said.place, text=said.text, near_text=close)

    def says_not(self, said: Said) -> Iterator[Problem]:
        lines = self._lines(said.language)
        found = next((line for line in lines if _folded(said.text) in _folded(line)), None)
        if found is not None:
            yield self.problem("case-said", said.place, text=said.text, near_text=_cut(found, said.text))

    def _lines(self, language: str) -> list[str]:
        """What the steps say in one language, or in all."""
        wanted = [language] if language else list(self.said)
        return [line for one in wanted for step in self.said.get(one, ()) for line in step_lines(step)]


def step_lines(step: Step) -> list[str]:
    """All that a step says, line by line, in the order of a page."""
    talk = [line for pair in step.if_they_say for line in pair]
    parts = [step.headline, step.person.text, step.message, *step.ask, *talk, *step.do_not, *step.steps]
    return [line for line in (*parts, step.done_when, *step.because_text, step.title) if line]


def _person(step: Step) -> str:
    person = step.person
    found = " ".join(part for part in (person.role, person.contact_id, person.name) if part)
    return found or "-"


def _ranks(steps: Sequence[Step], own: Step) -> str:
    shown = [f"{step.rank} {step.code}" for step in steps[:_RANKS_SHOWN]]
    if own.rank > _RANKS_SHOWN:
        shown += ["…", f"{own.rank} {own.code}"]
    elif len(steps) > _RANKS_SHOWN:
        shown.append("…")
    return ", ".join(shown)


def _folded(text: str) -> str:
    """Text as it is compared: neither case nor line breaks nor double blanks count."""
    return " ".join(text.split()).casefold()


def _nearest_line(text: str, lines: Sequence[str]) -> str:
    """The line that shares the most with a text, or the first that there is."""
    wanted = _folded(text)
    shared = {line: _shared(wanted, line) for line in lines}
    best = max(lines, key=lambda line: shared[line], default="-")
    matcher = difflib.SequenceMatcher(None, wanted, _folded(best), autojunk=False)
    match = matcher.find_longest_match(0, len(wanted))
    return _cut(best, _folded(best)[match.b : match.b + match.size])


def _shared(wanted: str, line: str) -> int:
    matcher = difflib.SequenceMatcher(None, wanted, _folded(line), autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks() if block.size > 1)


def _cut(line: str, around: str) -> str:
    """A line as a message can show it: the part around a text where it is long."""
    flat = " ".join(line.split())
    if len(flat) <= _MOST_SHOWN:
        return flat
    middle = max(flat.casefold().find(_folded(around)), 0) + len(around) // 2
    start = min(max(0, middle - _MOST_SHOWN // 2), len(flat) - _MOST_SHOWN)
    end = start + _MOST_SHOWN
    return ("…" if start else "") + flat[start:end].strip() + ("…" if end < len(flat) else "")
