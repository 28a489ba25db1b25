"""What a change of content does to a book: who gains, loses, sees at another place or in other words which play."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from advisor.advice.advice import Step
from advisor.advice.wording import Printer
from advisor.content.plays import PORTFOLIO, SUBJECTS, Play
from advisor.core.facts import AccountFacts
from advisor.core.model import Row
from advisor.release.alike import alike
from advisor.release.firings import Entries, Entry, Firings, Key
from advisor.release.sides import Sides, Version

KINDS = ("gain", "lose", "shown", "hidden", "rank", "words", "draft")
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Said:
    """One part of a step, its lines in the earlier version and in the one at hand."""

    part: str
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """Where a step stands among the account's: its rank, of how many, and whether it is among the first that are shown.

    A draft's rank is the one that it would have.
    """

    rank: int
    of: int
    shown: bool


@dataclass(frozen=True)
class Change:
    """What happens to one play for one subject. `kinds` are among KINDS; `about` tells a deal from others."""

    play: str
    code: str
    title: str
    subject: tuple[str, str]
    about: str
    kinds: tuple[str, ...]
    draft: bool
    old: Standing | None
    new: Standing | None
    said: tuple[Said, ...]


class Mark(NamedTuple):
    """A stage, tier or owner: the canonical value and as printed."""

    value: str = ""
    shown: str = ""


@dataclass(frozen=True)
class Account:
    """One account that changes, and the guards' neutral lines that went and came."""

    id: str
    name: str
    stage: Mark
    tier: Mark
    owner: Mark
    changes: tuple[Change, ...]
    guards_old: tuple[str, ...] = ()
    guards_new: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reach:
    """How many accounts a play fires on in each version; `idle` when it was changed and changes nothing here.

    The numbers are None for a play that is the same in both and was not asked everywhere. `fate` is what became of
    the play, as of `Pair`; `state` whether it is live or a draft now, nothing when it is over.
    """

    play: Play
    draft: bool
    old: int | None
    new: int | None
    idle: bool
    fate: str = ""
    state: str = ""


@dataclass(frozen=True)
class Impact:
    """The whole comparison. `accounts` is how many were compared, `found` those that change, by id."""

    old: Version
    new: Version
    as_of: datetime.date
    language: str
    top: int
    accounts: int
    found: tuple[Account, ...]
    reach: tuple[Reach, ...]

    @property
    def printer(self) -> Printer:
        return self.new.advisor.printer

    def changes(self) -> Iterator[tuple[Account, Change]]:
        return ((account, change) for account in self.found for change in account.changes)

    def counts(self) -> Counter[str]:
        """How many changes of each kind."""
        return Counter(kind for _, change in self.changes() for kind in change.kinds)


def impact(sides: Sides, top: int, progress: Progress = lambda done, all: None) -> Impact:
    """Compare two versions over every account of their book, and over the book as a whole.

    Args: top – how many steps of an account are shown; progress – told how many accounts of how many are done.
    """
    return _Comparison(sides, top).whole(progress)


class _Comparison:
    def __init__(self, sides: Sides, top: int) -> None:
        self.sides = sides
        self.top = top
        self.firings = Firings(sides)
        self.old, self.new = sides.old.advisor, sides.new.advisor
        self.printer = self.new.printer
        self.before: Counter[str] = Counter()
        self.after: Counter[str] = Counter()
        guards = alike(self.old.content.guards, self.new.content.guards)
        self.guards_differ = not (sides.shared.facts and guards)

    def whole(self, progress: Progress) -> Impact:
        rows = self.new.book.accounts()
        found = []
        for number, row in enumerate(rows, 1):
            found.append(self.account(row))
            progress(number, len(rows))
        changed = [one for one in (*found, self.portfolio()) if one.changes or one.guards_old != one.guards_new]
        settings = self.new.settings
        return Impact(
            self.sides.old, self.sides.new, settings.as_of, settings.language, self.top, len(rows),
            tuple(sorted(changed, key=lambda one: one.id)), self.reach(changed),
        )  # fmt: skip

    def reach(self, found: list[Account]) -> tuple[Reach, ...]:
        touched = {change.play for account in found for change in account.changes}
        day = self.new.settings.as_of
        reached = []
        for pair in self.firings.pairs:
            path = pair.play.path
            if path in touched or not pair.same:
                draft = pair.new is not None and not pair.new.runs_on(day) and self.after[path] > 0
                asked = not (pair.same and self.sides.shared.words)
                before, after = (self.before[path], self.after[path]) if asked else (None, None)
                idle, state = path not in touched and before == after, self.firings.state(pair.play)
                reached.append(Reach(pair.play, draft, before, after, idle, pair.fate, state))
        return tuple(sorted(reached, key=lambda one: one.play.code))

    # --- one account -----------------------------------------------------------------------------

    def account(self, row: Row) -> Account:
        facts = self.new.facts(row)
        earlier = facts if self.sides.shared.facts else self.old.facts(self.old.book.find("account", row.id) or row)
        changes = self.compared(*self.firings.both(earlier, facts, SUBJECTS))
        guards = self.guard_lines(row) if self.guards_differ else ((), ())
        stage, tier, owner = self.marks(facts) if changes or guards[0] != guards[1] else [Mark()] * 3
        return Account(row.id, row.text("name") or row.id, stage, tier, owner, changes, *guards)

    def marks(self, facts: AccountFacts) -> list[Mark]:
        found = []
        for name in ("stage", "tier", "owner_name"):
            value = facts.value(facts.account, name)
            field = self.new.content.vocabulary.field("account", name)
            found.append(Mark(str(value.data), self.printer.value(value, field)) if value.known else Mark())
        return found

    def portfolio(self) -> Account:
        facts = self.new.book_facts()
        earlier = facts if self.sides.shared.facts else self.old.book_facts()
        changes = self.compared(*self.firings.both(earlier, facts, (PORTFOLIO,)))
        return Account(PORTFOLIO, self.printer.word("portfolio.title"), Mark(), Mark(), Mark(), changes)

    def guard_lines(self, row: Row) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The neutral lines alone: details are for the compliance office."""
        earlier = self.old.book.find("account", row.id) or row
        before, after = ({line.text for line in lines} for lines in (self.old.guards(earlier), self.new.guards(row)))
        return tuple(sorted(before - after)), tuple(sorted(after - before))

    def compared(self, old: Entries, new: Entries) -> tuple[Change, ...]:
        for seen, entries in ((self.before, old), (self.after, new)):
            seen.update({key[0] for key in entries})
        places = _standings(old, self.top), _standings(new, self.top)
        turned = _turned(old, new, *places)
        keys = sorted({*old, *new}, key=lambda key: ((new.get(key) or old[key]).step.order, key))
        found = (self.change(key, old.get(key), new.get(key), places, key in turned) for key in keys)
        return tuple(change for change in found if change)

    def change(
        self, key: Key, old: Entry | None, new: Entry | None,
        places: tuple[dict[Key, Standing], dict[Key, Standing]], turned: bool,
    ) -> Change | None:  # fmt: skip
        said = _differences(old.step if old else None, new.step if new else None, self.printer)
        stood, stands = places[0].get(key), places[1].get(key)
        kinds = _kinds(old, new, stood, stands, turned, bool(said))
        if not kinds:
            return None
        entry = new or old
        assert entry is not None
        step = entry.step
        title, draft = step.title, bool(new and new.draft)
        return Change(key[0], step.code, title, step.subject, step.about, kinds, draft, stood, stands, said)


# --- what differs --------------------------------------------------------------------------------


def _kinds(
    old: Entry | None, new: Entry | None, stood: Standing | None, stands: Standing | None, turned: bool, said: bool
) -> tuple[str, ...]:
    """From nobody to live is a gain, from live to nobody (or back to a draft) a loss; drafts are counted apart."""
    before = "" if old is None else "draft" if old.draft else "live"
    after = "" if new is None else "draft" if new.draft else "live"
    if before != after:
        kinds = {"live": ("gain",), "draft": ("lose",) if before == "live" else ("draft",)}
        return kinds.get(after, ("lose",) if before == "live" else ())
    found = []
    if stood and stands and after == "live":
        found += ["shown"] if stands.shown > stood.shown else ["hidden"] if stands.shown < stood.shown else []
        found += ["rank"] if turned else []
    return (*found, *(["words"] if said else []))


def _standings(entries: Entries, top: int) -> dict[Key, Standing]:
    """Drafts take no place; theirs is the one they would have."""
    live = sorted((entry.step.order, key) for key, entry in entries.items() if not entry.draft)
    ranks = {key: number for number, (_, key) in enumerate(live, 1)}
    for key, entry in entries.items():
        if entry.draft:
            ranks[key] = 1 + sum(order < entry.step.order for order, _ in live)
    return {key: Standing(rank, len(live), rank <= top) for key, rank in ranks.items()}


def _turned(old: Entries, new: Entries, stood: dict[Key, Standing], stands: dict[Key, Standing]) -> set[Key]:
    """The steps that stay and that another one which stays has passed by, or that have passed it, by their own doing:
    a rank that only shifts because others came or went is no news."""
    stay = [key for key in old if key in new and not old[key].draft and not new[key].draft]
    before, after = ({key: places[key].rank for key in stay} for places in (stood, stands))
    own = [key for key in stay if old[key].step.order != new[key].step.order]
    return {
        key for key in own if any((before[key] - before[other]) * (after[key] - after[other]) < 0 for other in stay)
    }


def _differences(old: Step | None, new: Step | None, printer: Printer) -> tuple[Said, ...]:
    if old is new:
        return ()
    before = _parts(old, printer) if old else {}
    after = _parts(new, printer) if new else {}
    names = dict.fromkeys((*after, *before))
    pairs = [Said(name, before.get(name, ()), after.get(name, ())) for name in names]
    return tuple(one for one in pairs if one.old != one.new)


def _parts(step: Step, printer: Printer) -> dict[str, tuple[str, ...]]:
    """A step as its page prints it, part by part."""
    see = [step.person.text, *(printer.word("then", who=person.text) for person in step.then)]
    if step.not_first:
        see.append(printer.word("not_first", who=str(printer.words["list"]).join(step.not_first)))
    replies = [f"{they} → {we}" for they, we in step.if_they_say]
    found = {
        "headline": (step.headline,),
        "by": (printer.date(step.due_on),),
        "see": tuple(one.strip() for one in see),
        "say": (step.message,),
        "ask": step.ask,
        "if_they_say": tuple(replies),
        "do": step.steps,
        "done_when": (step.done_when,),
        "why": step.because_text,
        "do_not": step.do_not,
        "readers": step.readers,
        "urgency": (str(step.urgency),),
    }
    return {name: tuple(line for line in lines if line) for name, lines in found.items()}
