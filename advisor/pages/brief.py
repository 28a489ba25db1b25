"""The account brief as plain values: what its outline asks for, as far as the account's facts have an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from advisor.advice.advice import Advice, Step
from advisor.advice.advise import Advisor
from advisor.advice.render import Steps
from advisor.advice.slots import ABOUT_ACCOUNT, Slots
from advisor.advice.templates import render
from advisor.content.outline import Check, Column, Groups, Lines, Part, Section
from advisor.content.people import Pick
from advisor.content.plays import Play
from advisor.core.model import Row
from advisor.core.tree import Node
from advisor.pages.page import Page, day_of, page


@dataclass(frozen=True)
class Entry:
    """A line of a checklist: `state` is ok, gap (missing), unknown, due (to be done) or rest (not now)."""

    state: str
    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableRow:
    """A row of a table; with `gap` something is missing that should be there."""

    cells: tuple[str, ...]
    gap: bool = False


@dataclass(frozen=True)
class Block:
    """What one part of a section came to: lines, a table with its heads, or a checklist, in an order that matters."""

    title: str = ""
    lines: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    rows: tuple[TableRow, ...] = ()
    entries: tuple[Entry, ...] = ()
    ordered: bool = False

    @property
    def empty(self) -> bool:
        return not (self.lines or self.rows or self.entries)


@dataclass(frozen=True)
class Chapter:
    """One section as it is shown."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Brief:
    """One account's brief; `page` holds the advice, `words` the brief's own small words."""

    title: str
    day: str
    warnings: tuple[str, ...]
    chapters: tuple[Chapter, ...]
    page: Page
    words: dict[str, str]
    language: str

    def states(self) -> set[str]:
        """The states of all checklists, for the legend."""
        blocks = [block for chapter in self.chapters for block in chapter.blocks]
        return {entry.state for block in blocks for entry in block.entries}


def brief(advisor: Advisor, account: Row, reader: str = "rep", everything: bool = False) -> Brief:
    """One account's brief.

    Args: account – its row; reader – whose brief: sections for others are left out, and the steps are that reader's;
    everything – all steps instead of the first three visits.
    """
    advice = advisor.advise(account, everything=True)
    laid = page(advice, advisor.printer, everything, reader)
    writer = _Writer(advisor, account, advice)
    sections = [one for one in advisor.content.brief.sections if not one.readers or reader in one.readers]
    chapters = tuple(chapter for chapter in map(writer.section, sections) if chapter)
    return Brief(laid.title, laid.day, laid.warnings, chapters, laid, writer.words, advice.language)


class _Writer:
    """Evaluates the outline for one account."""

    def __init__(self, advisor: Advisor, account: Row, advice: Advice) -> None:
        content, printer = advisor.content, advisor.printer
        self.printer, self.advice, self.vocabulary = printer, advice, content.vocabulary
        self.facts = advisor.facts(account)
        self.barred = advisor.not_to_see(self.facts)
        self.words = dict(content.brief.words.get(printer.language, {}))
        self.plays = {play.code: play for play in content.plays}
        maker = Steps(content, printer, self.facts, advisor.calendar, advisor.picking(), self.barred)
        special = maker.special(Pick("", None), self.facts.as_of)
        self.maker, self.special = maker, {name: special[name] for name in ABOUT_ACCOUNT}

    # --- sections and parts ----------------------------------------------------------------------

    def section(self, section: Section) -> Chapter | None:
        """The section as it is shown; None where there is nothing real to say."""
        due = not section.play or self.step(section.play) is not None
        if not due or not self.holds(section.when):
            return None
        blocks = tuple(block for block in map(self.part, section.parts) if not block.empty)
        return Chapter(self.printer.label(section.title), blocks) if blocks else None

    def part(self, part: Part) -> Block:
        if not self.holds(part.when):
            return Block()
        title = self.printer.label(part.title)
        if part.plays:
            return Block(title, entries=self.checklist(part.plays), ordered=True)
        if part.checks:
            return Block(title, entries=self.checks(part))
        rows = self.rows(part) if part.entity else (self.facts.account,)
        if part.columns:
            heads, table = self.table(part, rows)
            return Block(title, heads=heads, rows=table)
        return Block(title, tuple(line for row in rows[: part.most] for line in self.said(part.words, row)))

    def holds(self, node: Node, row: Row | None = None) -> bool:
        return self.facts.verdict(node, self.hand(row)) is True

    def hand(self, row: Row | None) -> tuple[Row, ...]:
        return self.facts.hand(row or self.facts.account)

    def slots(self, row: Row) -> Slots:
        return self.maker.slots(self.hand(row), {}, self.special)

    def said(self, words: Lines, row: Row) -> tuple[str, ...]:
        """The lines that can be said of a row."""
        look = self.slots(row).look
        texts = (render(line, look) for line in words.get(self.printer.language, ()))
        return tuple(text for text in texts if text)

    # --- rows ------------------------------------------------------------------------------------

    def rows(self, part: Part) -> tuple[Row, ...]:
        """The records that a part is about, in its order; people that nobody shall be sent to are left out."""
        found = [row for row in self.facts.rows(part.entity) or () if self.holds(part.where, row)]
        found = [row for row in found if part.entity != "contact" or row.id not in self.barred]
        for name, falling in reversed(part.order):
            known = [row for row in found if self.facts.value(row, name).known]
            rest = [row for row in found if not self.facts.value(row, name).known]
            known.sort(key=lambda row: self.rank(row, name), reverse=falling)
            found = known + rest
        return tuple(found)

    def rank(self, row: Row, name: str) -> Any:
        """What a field sorts by: a choice by its place in the list."""
        data, field = self.facts.value(row, name).data, self.vocabulary.field(row.entity, name)
        return field.choices.rank(data) if field and field.choices and isinstance(data, str) else data

    # --- tables ----------------------------------------------------------------------------------

    def table(self, part: Part, rows: tuple[Row, ...]) -> tuple[tuple[str, ...], tuple[TableRow, ...]]:
        """Heads and rows; a column that nobody knows anything of is left out."""
        if not rows and not part.keep:
            return (), ()
        full = [(row, tuple(self.cell(column, row) for column in part.columns)) for row in rows]
        shown = [n for n, column in enumerate(part.columns) if column.keep or any(cells[n] for _, cells in full)]
        heads = tuple(self.printer.label(part.columns[n].title) for n in shown)
        missing = self.words.get("unknown", "")
        kept = [(row, tuple(cells[n] or missing for n in shown)) for row, cells in full]
        if part.groups:
            head = self.printer.label(part.groups.title)
            return (head, *heads), tuple(self.grouped(part, part.groups, kept, len(shown)))
        return heads, tuple(TableRow(cells, self.gap(part, row)) for row, cells in kept[: part.most])

    def cell(self, column: Column, row: Row) -> str:
        return next(iter(self.said(column.words, row)), "")

    def gap(self, part: Part, row: Row) -> bool:
        return part.gap_when is not None and self.holds(part.gap_when, row)

    def grouped(
        self, part: Part, groups: Groups, kept: list[tuple[Row, tuple[str, ...]]], width: int
    ) -> Iterator[TableRow]:
        """The rows under each value of a field, with a row for each value that should have one and has none.

        Where no row has the field at all, nothing is said of what is missing.
        """
        field = self.vocabulary.field(part.entity, groups.by)
        marked = self.facts.value(self.facts.account, groups.marked).data if groups.marked else None
        starred = marked if isinstance(marked, tuple) else ()
        told = any(self.facts.value(row, groups.by).known for row, _ in kept)
        for value in field.choices.labels if field and field.choices else ():
            head = self.printer.data(value, field) + (self.printer.label(groups.mark) if value in starred else "")
            own = [pair for pair in kept if value in _several(self.facts.value(pair[0], groups.by).data)]
            for n, (row, cells) in enumerate(own):
                yield TableRow(("" if n else head, *cells), self.gap(part, row))
            if told and not own and (value in groups.always or value in starred):
                yield TableRow((head, self.printer.label(groups.gap), *[""] * (width - 1)), True)
        rest = [cells for row, cells in kept if not self.facts.value(row, groups.by).known]
        for n, cells in enumerate(rest[: part.most]):
            yield TableRow(("" if n else self.printer.label(groups.rest), *cells))

    # --- checklists ------------------------------------------------------------------------------

    def checks(self, part: Part) -> tuple[Entry, ...]:
        """Every check with its state; none where nothing at all is known, unless they are to be kept."""
        found = tuple(self.check(one, part.keep) for one in part.checks)
        return found if part.keep or any(one.state != "unknown" for one in found) else ()

    def check(self, check: Check, to_do: bool) -> Entry:
        """One check; on a list that is kept as a skeleton, what is not in order is still to be done."""
        verdict = self.facts.verdict(check.when, self.hand(None))
        state = {True: "ok", False: "gap", None: "unknown"}[verdict]
        state = "due" if to_do and state != "ok" else state
        return Entry(state, self.printer.label(check.title), self.said(check.words, self.facts.account))

    def checklist(self, codes: tuple[str, ...]) -> tuple[Entry, ...]:
        """Plays in the order given, each with whether it is due; none where none is."""
        plays = [self.plays[code] for code in codes if code in self.plays]
        found = tuple(self.due(play) for play in plays)
        return found if any(self.step(play.code) for play in plays) else ()

    def due(self, play: Play) -> Entry:
        step, title = self.step(play.code), self.printer.label(play.title)
        if step:
            day = day_of(step, self.advice.as_of, self.printer)
            return Entry("due", f"{title}{self.printer.words['between']}{day}")
        unknown = any(self.facts.verdict(play.when, self.hand(row)) is None for row in self.about(play))
        rests = any(drop.code == play.code for drop in self.advice.dropped)
        return Entry("unknown" if unknown and not rests else "rest", title)

    def about(self, play: Play) -> tuple[Row, ...]:
        return self.facts.rows(play.about) or () if play.about != "account" else (self.facts.account,)

    def step(self, code: str) -> Step | None:
        return next((step for step in self.advice.steps if step.code == code), None)


def _several(data: Any) -> tuple[Any, ...]:
    return data if isinstance(data, tuple) else (data,)
