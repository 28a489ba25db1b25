"""`portfolio`: the whole book for its manager: what is to be done, and every check with the figures behind it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from advisor.advice.advice import Advice, Step
from advisor.advice.advise import Advisor
from advisor.advice.slots import Slots
from advisor.advice.templates import all_of, slots
from advisor.content.plays import Check
from advisor.core.model import Row, Value
from advisor.core.vocabulary import Field
from advisor.pages.page import Card, Page, page
from advisor.pages.page_json import plain, portfolio_record

_READER = "manager"


@dataclass(frozen=True)
class Finding:
    """One check as it came out: `state` is warn, fine or shown (a check that marks nothing), or unknown."""

    check: Check
    title: str
    state: str
    lines: tuple[str, ...]
    figures: Mapping[str, Value]
    limits: Mapping[str, Any]


def findings(advisor: Advisor) -> tuple[Finding, ...]:
    """Every check of the book, in the order of the content."""
    facts, content = advisor.book_facts(), advisor.content
    rows = facts.rows("portfolio") or ()
    look = Slots(facts, (facts.account, *rows[:1]), {}, {}, content.vocabulary, content.policy, advisor.printer)
    return tuple(_finding(check, look, advisor) for check in content.checks if rows)


def _finding(check: Check, look: Slots, advisor: Advisor) -> Finding:
    language, policy = advisor.printer.language, advisor.content.policy
    lines = all_of(check.lines[language], look.look)
    names = dict.fromkeys(name for line in check.lines[language] for name in slots(line.text))
    row = look.hand[-1]
    figures = {name: look.facts.value(row, name) for name in names if "." not in name}
    state = _state(check, look, row, bool(lines))
    gaps = all_of(check.unknown[language], look.look) if state == "unknown" else ()
    return Finding(
        check,
        advisor.printer.label(check.title),
        state,
        (*lines, *gaps),
        {name: value for name, value in figures.items() if value.known},
        {name: policy[name] for name in check.limits},
    )


def _state(check: Check, look: Slots, row: Row, said: bool) -> str:
    """A check that marks something is unknown as long as its mark is, whatever else it can say."""
    warn = look.facts.value(row, check.warn) if check.warn else None
    if not said or (warn and not warn.known):
        return "unknown"
    return "shown" if warn is None else "warn" if warn.data else "fine"


# --- as a page -----------------------------------------------------------------------------------


def laid(advisor: Advisor, accounts: int | None = None) -> Page:
    """The book's page: steps first, then the checks.

    Args: accounts – how many the book has, where the advisor does not hold them.
    """
    steps = tuple(step for step in advisor.portfolio if _READER in step.readers)
    printer = advisor.printer
    top = page(_advice(advisor, steps, accounts), printer, True, _READER)
    number = len(top.cards)
    cards = tuple(_card(number + n, one, advisor) for n, one in enumerate(findings(advisor), 1))
    closing = () if cards else (printer.word("portfolio.nothing"),)
    return dataclasses.replace(top, cards=(*top.cards, *cards), closing=closing, question="", questions=())


def _advice(advisor: Advisor, steps: tuple[Step, ...], accounts: int | None) -> Advice:
    printer, settings = advisor.printer, advisor.settings
    number = printer.word("portfolio.accounts", n=len(advisor.book.accounts()) if accounts is None else accounts)
    heading = {"name": printer.word("portfolio.title"), **({"number": number} if advisor.book.in_book else {})}
    return Advice(
        account=advisor.book_facts().account,
        heading=heading,
        as_of=settings.as_of,
        content=advisor.content.digest,
        language=printer.language,
        guards=(),
        steps=steps,
        shown=len(steps),
        dropped=(),
        missing=(),
        portfolio=(),
        problems=(),
    )


def _card(number: int, one: Finding, advisor: Advisor) -> Card:
    printer = advisor.printer
    units = advisor.content.units
    limits = (f"{name} = {printer.data(data, Field(name, units.get(name, '')))}" for name, data in one.limits.items())
    behind = printer.word("join").join((*limits, *one.check.basis))
    lines = tuple(printer.dated(line) for line in one.lines)
    parts = [("finding", lines), ("behind", (behind,) if behind else ())]
    shown = tuple((printer.word(f"portfolio.{key}"), lines) for key, lines in parts if lines)
    return Card(number, "", one.title, one.state == "warn", printer.word("portfolio.warn"), "", shown)


# --- as data -------------------------------------------------------------------------------------


def record(advisor: Advisor) -> dict[str, Any]:
    """The book's checks as plain data."""
    return {
        "as_of": advisor.settings.as_of.isoformat(),
        "content": advisor.content.digest,
        "lang": advisor.printer.language,
        "portfolio": [portfolio_record(step) for step in advisor.portfolio],
        "checks": [_record(one) for one in findings(advisor)],
    }


def _record(one: Finding) -> dict[str, Any]:
    return {
        "check": one.check.name,
        "title": one.title,
        "state": one.state,
        "text": list(one.lines),
        "figures": {name: plain(value.data) for name, value in one.figures.items()},
        "limits": {name: plain(data) for name, data in one.limits.items()},
        "basis": list(one.check.basis),
    }
