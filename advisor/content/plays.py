"""A play as the program holds it (design section 5): who, words, deed, when, and its cases."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from advisor.core.model import Place
from advisor.core.tree import TRUE, Name, Node
from advisor.core.vocabulary import Label
from advisor.core.yaml_in import Item

LEADS = ("person", "words", "deed")
DEGREES = ("relationship", "value", "service", "technology")
PORTFOLIO = "portfolio"
SUBJECTS = ("account", "opportunity")
ABOUTS = (*SUBJECTS, PORTFOLIO)
ACTIVE = "active"
STATUSES = (ACTIVE, "draft", "retired")
HOURS = {"hours": 1, "working days": 24, "days": 24}


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """Time allowed: an amount of `days`, `working days` or `hours`."""

    amount: int
    unit: str

    @property
    def hours(self) -> int:
        return self.amount * HOURS[self.unit]


@dataclass(frozen=True, slots=True, eq=False)
class Timing:
    """How urgent and by when. `by` are date facts, each with the days to stay before it."""

    urgency: int
    finish_in: Span
    by: tuple[tuple[Name, int], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """Whom to see: a buying role, a fact that holds roles or a contact's id, or a condition over contacts."""

    role: str = ""
    fact: Name | None = None
    where: Node | None = None


@dataclass(frozen=True, slots=True, eq=False)
class See:
    """Whom to see first and then, and to whom not to go first."""

    first: tuple[Wish, ...] = ()
    then: tuple[Wish, ...] = ()
    not_first: tuple[Wish, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """The row that a play's texts speak of: the one with the latest, earliest, highest or lowest field."""

    entity: str
    how: str
    by: str
    where: Node


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line of text with slots, and where it stands."""

    text: str
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """One language of a play. `headline` and `message` are variants, the first that can be said is taken."""

    headline: tuple[Line, ...] = ()
    message: tuple[Line, ...] = ()
    ask: tuple[Line, ...] = ()
    if_they_say: tuple[Line, ...] = ()
    do_not: tuple[Line, ...] = ()
    steps: tuple[Line, ...] = ()
    done_when: tuple[Line, ...] = ()
    nobody_known: tuple[Line, ...] = ()
    because: tuple[Line, ...] = ()

    def laid_over(self, other: Words) -> Words:
        """These blocks, and the other's where these are empty."""
        return Words(**{one.name: getattr(self, one.name) or getattr(other, one.name) for one in fields(self)})


@dataclass(frozen=True, slots=True, eq=False)
class Instead:
    """What changes in a play while a condition holds: whom to see, some blocks of words, urgency or time."""

    when: Node
    see: See | None = None
    words: Mapping[str, Words] = field(default_factory=dict)
    urgency: int | None = None
    finish_in: Span | None = None
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """A text that a step must hold, or must not: in one language, or with none in either."""

    text: str
    language: str = ""
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A proof of a play: facts given and what is expected of them.

    `rank` is the first and the last rank allowed among all plays; `places` say where each expectation stands.
    """

    name: str
    today: datetime.date
    given: Item
    expect: str
    because: str = ""
    due_on: datetime.date | None = None
    person: str = ""
    place: Place = field(default=Place(), compare=False)
    subject: str = ""
    urgency: int | None = None
    rank: tuple[int, int] | None = None
    says: tuple[Said, ...] = ()
    says_not: tuple[Said, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict, compare=False)

    def where(self, key: str) -> Place:
        """Where an expectation stands; the case itself where it has none of that kind."""
        return self.places.get(key, self.place)


@dataclass(frozen=True, slots=True, eq=False)
class Play:
    """One play; `path` is its identity, `code` its stable short name, `places` say where its keys stand.

    `beside` are plays that rightly fire together with it, `conflicts_with` those that must not. Outside the days from
    `valid_from` to `valid_to` it is silent.
    """

    path: str
    code: str
    title: Label
    readers: tuple[str, ...]
    timing: Timing
    key_account: Timing | None
    not_again_for: int
    about: str
    lead: str
    degree: str
    when: Node = TRUE
    see: See = See()
    instead: tuple[Instead, ...] = ()
    take: Mapping[str, Take] = field(default_factory=dict)
    words: Mapping[str, Words] = field(default_factory=dict)
    basis: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()
    status: str = ACTIVE
    owner: str = ""
    conflicts_with: tuple[str, ...] = ()
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None
    place: Place = field(default=Place(), compare=False)
    places: Mapping[str, Place] = field(default_factory=dict, compare=False)

    def runs_on(self, day: datetime.date) -> bool:
        """Does it give advice on that day? Drafts and retired plays do not."""
        begun = self.valid_from is None or self.valid_from <= day
        return self.status == ACTIVE and begun and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, eq=False)
class Playbook:
    """A folder of plays."""

    name: str
    title: Label
    about: Label
    order: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """A compliance guard: `rep` is the neutral line, `compliance` the details for that office alone.

    `not_to_see` are contacts that no play may send anybody to; `bars` are rows that no rule or text may use.
    """

    code: str
    title: Label
    about: str
    when: Node
    rep: Label
    compliance: Label
    not_to_see: Node | None = None
    bars: Mapping[str, Node] = field(default_factory=dict)
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """One check of the whole book for its manager: lines by language, and the yes-or-no fact that marks it.

    `unknown` is said when no line can be. `limits` are the thresholds behind it.
    """

    name: str
    title: Label
    basis: tuple[str, ...]
    warn: str
    limits: tuple[str, ...]
    lines: Mapping[str, tuple[Line, ...]]
    unknown: Mapping[str, tuple[Line, ...]]
    place: Place = field(default=Place(), compare=False)


def adapted(play: Play, change: Instead) -> Play:
    """The play as it is while a change holds."""
    timing = Timing(change.urgency or play.timing.urgency, change.finish_in or play.timing.finish_in, play.timing.by)
    words = {
        language: change.words[language].laid_over(own) if language in change.words else own
        for language, own in play.words.items()
    }
    raised = None if change.urgency or change.finish_in else play.key_account
    return replace(play, see=change.see or play.see, words=words, timing=timing, key_account=raised)


def timing_for(play: Play, key_account: bool) -> Timing:
    """The play's timing, for a key account or not."""
    return play.key_account if key_account and play.key_account else play.timing
