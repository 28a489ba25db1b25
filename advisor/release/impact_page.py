"""The comparison laid out: heading, counts, tables, and play by play who is concerned with a sample of the texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from advisor.advice.wording import Printer
from advisor.content.plays import PORTFOLIO
from advisor.release import differ
from advisor.release.differ import Line
from advisor.release.firings import CHANGED, NEW
from advisor.release.impact import KINDS, Account, Change, Impact, Reach

_TOLD = ("headline", "by", "see", "say", "do", "why")
_NAMED = 12


@dataclass(frozen=True)
class Table:
    """Rows of a name and numbers, under headings."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Sample:
    """One account's texts that differ, by part."""

    head: str
    parts: tuple[tuple[str, tuple[Line, ...]], ...]


@dataclass(frozen=True)
class Group:
    """What happens to one play in one way: a line that says to whom, and samples."""

    line: str
    samples: tuple[Sample, ...]


@dataclass(frozen=True)
class Block:
    """One play."""

    title: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Laid:
    """All that is printed, in order."""

    title: str
    versions: tuple[tuple[str, str], ...]
    summary: tuple[str, ...]
    plays: Table
    tables: tuple[Table, ...]
    blocks: tuple[Block, ...]
    notes: tuple[str, ...]
    language: str


def laid(found: Impact, sample: int) -> Laid:
    """Lay a comparison out.

    Args: sample – how many accounts' texts are shown of each way in which each play changes.
    """
    return _Layout(found, sample).whole()


class _Layout:
    def __init__(self, found: Impact, sample: int) -> None:
        self.found = found
        self.sample = sample
        self.printer: Printer = found.printer

    def word(self, key: str, **slots: object) -> str:
        return self.printer.word(f"impact.{key}", **slots)

    def whole(self) -> Laid:
        found = self.found
        day = self.printer.day(found.as_of)
        sides = (("before", found.old), ("after", found.new))
        versions = [(self.word(key), f"{side.name} · {side.content.digest[7:19]}") for key, side in sides]
        tables = [self.accounts(key, of) for key, of in _MARKS] if found.found else []
        blocks = tuple(self.block(one) for one in found.reach if not one.idle and self._changes(one))
        return Laid(
            self.word("title", n=found.accounts, day=day), tuple(versions), self.summary(), self.plays(),
            tuple(tables), blocks, self.notes(), found.language,
        )  # fmt: skip

    # --- counts ----------------------------------------------------------------------------------

    def summary(self) -> tuple[str, ...]:
        counts = self.found.counts()
        if not self.found.found:
            return (self.word("nothing"),)
        parts = [
            self.word(f"counted.{kind}", n=counts[kind], top=self.found.top)
            for kind in KINDS[:-1] if counts[kind]
        ]  # fmt: skip
        n = sum(account.id != PORTFOLIO for account in self.found.found)
        list_ = str(self.printer.words["list"])
        lines = [self.word("summary", n=n, what=list_.join(parts))] if parts else []
        drafts = [one for one in self.found.reach if one.draft]
        return (*lines, *(self.word("would_reach", play=self.called(one), n=one.new) for one in drafts))

    def called(self, reach: Reach) -> str:
        return f"{reach.play.code} {self.printer.label(reach.play.title)}"

    def mark(self, reach: Reach) -> str:
        """Behind a play's title: that it is new, a draft, gone or retired."""
        fate = self.word(f"fates.{reach.fate}") if reach.fate not in ("", CHANGED) else ""
        return fate + (self.word("draft") if reach.draft else "")

    def plays(self) -> Table:
        rows: list[tuple[object, ...]] = []
        for one in self.found.reach:
            if not one.idle:
                kinds = [kind for _, change in self._changes(one) for kind in change.kinds]
                counts = tuple(kinds.count(kind) for kind in KINDS[:-1])
                rows.append((self.called(one) + self.mark(one), one.old, one.new, *counts))
        head = (self.word("play"), self.word("reach_before"), self.word("reach_after"))
        return self.table("by_play", head, rows, 3)

    def accounts(self, key: str, of: Callable[[Account], str]) -> Table:
        rows: list[tuple[object, ...]] = []
        accounts = [account for account in self.found.found if account.id != PORTFOLIO]
        for value in sorted({of(account) for account in accounts}):
            own = [account for account in accounts if of(account) == value]
            kinds = [kind for account in own for change in account.changes for kind in change.kinds]
            name = value or self.printer.word("unknown")
            rows.append((name, len(own), *(kinds.count(kind) for kind in KINDS)))
        head = (self.word(key), self.word("accounts"))
        return self.table(key, head, rows, 2, KINDS)

    def table(
        self, key: str, head: tuple[str, ...], rows: list[tuple[object, ...]], fixed: int,
        kinds: tuple[str, ...] = KINDS[:-1],
    ) -> Table:  # fmt: skip
        """Kinds that do not occur have no column."""
        kept = [n for n in range(fixed + len(kinds)) if n < fixed or any(row[n] for row in rows)]
        heads = (*head, *(self.word(f"columns.{kind}") for kind in kinds))
        cells = tuple(tuple("" if row[n] is None else str(row[n] or "·") for n in kept) for row in rows)
        return Table(self.word(f"{key}_title"), tuple(heads[n] for n in kept), cells)

    # --- play by play ----------------------------------------------------------------------------

    def _changes(self, reach: Reach) -> list[tuple[Account, Change]]:
        return [pair for pair in self.found.changes() if pair[1].play == reach.play.path]

    def block(self, reach: Reach) -> Block:
        changes = self._changes(reach)
        groups = [self.group(kind, [pair for pair in changes if kind in pair[1].kinds]) for kind in KINDS]
        return Block(self.called(reach) + self.mark(reach), tuple(one for one in groups if one))

    def group(self, kind: str, changes: list[tuple[Account, Change]]) -> Group | None:
        if not changes:
            return None
        named = [f"{account.name}{self.standing(change, kind)}" for account, change in changes]
        more = [self.word("more", n=len(named) - _NAMED)] if len(named) > _NAMED else []
        names = str(self.printer.words["list"]).join([*named[:_NAMED], *more])
        line = self.word(f"groups.{kind}", n=len(changes), top=self.found.top) + self.printer.words["colon"] + names
        told = [] if kind not in ("gain", "draft", "words") else changes[: self.sample]
        samples = (self.sampled(account, change, kind) for account, change in told)
        return Group(line, tuple(one for one in samples if one.parts))

    def standing(self, change: Change, kind: str) -> str:
        """Behind an account's name: the rank, or the ranks before and after."""
        if kind == "words":
            return ""
        old, new = change.old, change.new
        both = kind in ("rank", "shown", "hidden") and old and new
        ranks = f"{old.rank}→{new.rank}" if both and old and new else str((new or old).rank)  # type: ignore[union-attr]
        return self.word("rank", n=ranks)

    def sampled(self, account: Account, change: Change, kind: str) -> Sample:
        parts = [one for one in change.said if kind == "words" or one.part in _TOLD]
        lines = ((self.word(f"parts.{one.part}"), differ.lines(one.old, one.new)) for one in parts)
        about = (account.name, change.about, account.stage.shown, account.tier.shown, account.owner.shown)
        return Sample(self.printer.word("join").join(part for part in about if part), tuple(lines))

    # --- notes -----------------------------------------------------------------------------------

    def without_effect(self) -> list[str]:
        """The plays that were touched and change nothing here, by what was done to them."""
        by: dict[str, list[str]] = {}
        for one in self.found.reach:
            over = one.state if one.state in ("live", "draft") else "over"
            if one.idle:
                by.setdefault(f"new_{over}" if one.fate == NEW else one.fate or CHANGED, []).append(self.called(one))
        return [self.word(f"idle.{key}", plays=str(self.printer.words["list"]).join(own)) for key, own in by.items()]

    def notes(self) -> tuple[str, ...]:
        list_ = str(self.printer.words["list"])
        lines = self.without_effect()
        for key, guards in (("guard_new", _guards_new), ("guard_old", _guards_old)):
            texts = dict.fromkeys(text for account in self.found.found for text in guards(account))
            for text in texts:
                own = [account.name for account in self.found.found if text in guards(account)]
                lines.append(self.word(key, n=len(own), text=text, accounts=list_.join(own[:_NAMED])))
        return (*lines, self.word("language"))


def _guards_new(account: Account) -> Iterable[str]:
    return account.guards_new


def _guards_old(account: Account) -> Iterable[str]:
    return account.guards_old


_MARKS: tuple[tuple[str, Callable[[Account], str]], ...] = (
    ("stage", lambda account: account.stage.shown),
    ("tier", lambda account: account.tier.shown),
    ("owner", lambda account: account.owner.shown),
)
