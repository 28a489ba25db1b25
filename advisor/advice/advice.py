"""What comes out: the advice for one account, as plain values that printers only lay out."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from advisor.core.model import Problem, Row
from advisor.core.reference import Trace


@dataclass(frozen=True)
class Person:
    """Whom to see. Without a contact, `text` says what to do to find one."""

    role: str
    contact_id: str
    name: str
    salutation: str
    text: str


@dataclass(frozen=True)
class Reason:
    """One fact that fired a play: what it is, how it was compared, and the record it comes from."""

    fact: str
    op: str
    value: Any
    limit: Any
    source: str
    label: str = ""
    shown: str = ""


@dataclass(frozen=True)
class Step:
    """One next step. `code` and everything in it is in one language. `about` tells a deal from the account's others."""

    play: str
    code: str
    title: str
    headline: str
    readers: tuple[str, ...]
    urgency: int
    hours: int
    lead: int
    degree: int
    amount: Any
    subject: tuple[str, str]
    person: Person
    then: tuple[Person, ...]
    not_first: tuple[str, ...]
    message: str
    ask: tuple[str, ...]
    if_they_say: tuple[tuple[str, str], ...]
    do_not: tuple[str, ...]
    steps: tuple[str, ...]
    done_when: str
    because_text: tuple[str, ...]
    because: tuple[Reason, ...]
    due_on: datetime.date
    first_due_on: datetime.date
    basis: tuple[str, ...]
    trace: Trace | None = None
    rank: int = 0
    visit: int = 0
    about: str = ""

    @property
    def order(self) -> tuple[Any, ...]:
        """Its place among the account's steps."""
        return place(self.urgency, self.hours, self.lead, self.degree, self.code, self.amount, self.subject[1])


def place(urgency: int, hours: int, lead: int, degree: int, code: str, amount: Any, subject: str) -> tuple[Any, ...]:
    """Methodology section 8: urgency, in class 1 the time, person → words → deed, degree, code, amount, id."""
    in_time = hours if urgency == 1 else 0
    return (urgency, in_time, lead, degree, *_numbered(code), (1, 0) if amount is None else (0, -amount), subject)


def _numbered(code: str) -> tuple[str, int, str]:
    """A code in its order: P9 before P71, and P71 before P122."""
    letters = code.rstrip("0123456789")
    return letters, int(code[len(letters) :] or 0), code


@dataclass(frozen=True)
class Dropped:
    """A play that fired and is not shown, and why. `until` is the day that it may come back."""

    code: str
    subject: tuple[str, str]
    reason: str
    until: datetime.date | None = None
    title: str = ""


@dataclass(frozen=True)
class Missing:
    """A fact whose being unknown keeps plays from being decided, and the question that would fill it."""

    fact: str
    could_unlock: tuple[str, ...]
    question: str = ""
    titles: tuple[str, ...] = ()


@dataclass(frozen=True)
class GuardLine:
    """A compliance guard that holds, with its neutral line."""

    code: str
    text: str
    detail: str = ""
    records: tuple[str, ...] = ()


@dataclass(frozen=True)
class Advice:
    """All that is said about one account. `run` says what it takes, with content and day, to make it again."""

    account: Row
    heading: Mapping[str, str]
    as_of: datetime.date
    content: str
    language: str
    guards: tuple[GuardLine, ...]
    steps: tuple[Step, ...]
    shown: int
    dropped: tuple[Dropped, ...]
    missing: tuple[Missing, ...]
    portfolio: tuple[Step, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
    run: Mapping[str, Any] = field(default_factory=dict)

    @property
    def top(self) -> tuple[Step, ...]:
        """The steps that are shown, most urgent first."""
        return self.steps[: self.shown]
