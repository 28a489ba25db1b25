"""`today`: the best steps across a rep's accounts, at most one line per account and person."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from advisor.advice.advice import Advice, Step
from advisor.advice.advise import Advisor
from advisor.advice.wording import Printer
from advisor.core.model import Row, stop
from advisor.core.vocabulary import nearest
from advisor.pages.page import day_of
from advisor.pages.page_text import WIDTH, width, wrap


@dataclass(frozen=True)
class Entry:
    """One line of the list."""

    account: Row
    name: str
    step: Step


def accounts_of(advisor: Advisor, owner: str) -> tuple[Row, ...]:
    """The accounts of one owner, by id or name; all accounts when no owner is named.

    Raises: AdvisorError – nobody of that id or name owns an account.
    """
    accounts = advisor.book.accounts()
    if not owner:
        return accounts
    reps = {row.id: row.text("name") for row in advisor.book.tables.get("rep") or ()}
    ids = {key for key, name in reps.items() if owner in (key, name)} or {owner}
    found = tuple(row for row in accounts if row.text("owner_id") in ids)
    if not found:
        known = [*reps, *reps.values(), *(row.text("owner_id") for row in accounts)]
        raise stop("unknown-owner", 2, name=owner, near=nearest(owner, known))
    return found


def today(advisor: Advisor, owner: str = "", top: int = 7, reader: str = "rep") -> list[Entry]:
    """The most urgent steps over the accounts, in the order between accounts of methodology section 8."""
    found = [
        (place(entry, tier_of(advisor, row)), entry)
        for row in accounts_of(advisor, owner)
        for entry in entries(advisor.advise(row, everything=True), reader)
    ]
    return [entry for _, entry in sorted(found, key=lambda pair: pair[0])[:top]]


def entries(advice: Advice, reader: str) -> list[Entry]:
    """The first step for each person of an account."""
    seen: set[str] = set()
    found = []
    for step in advice.steps:
        key = step.person.contact_id or "-"
        if reader in step.readers and key not in seen:
            seen.add(key)
            found.append(Entry(advice.account, advice.heading["name"], step))
    return found


def tier_of(advisor: Advisor, account: Row) -> int:
    """The account's tier as a number, the best first and unknown ones last."""
    field = advisor.content.vocabulary.field("account", "tier")
    values = list(field.choices.labels) if field and field.choices else []
    facts = advisor.facts(account)
    tier = str(facts.value(facts.account, "tier").data)
    return values.index(tier) if tier in values else len(values)


def place(entry: Entry, tier: int) -> tuple[int | str, ...]:
    """Where a line stands in the list."""
    step = entry.step
    hours = step.hours if step.urgency == 1 else 0
    return (step.urgency, hours, tier, step.due_on.isoformat(), entry.account.id, step.rank)


# --- as it is printed ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One line of the list as it is printed: whose, by when, what, and a mark where it is urgent."""

    name: str
    day: str
    headline: str
    mark: str


def line(entry: Entry, as_of: datetime.date, printer: Printer) -> Line:
    """An entry in words."""
    mark = printer.word("urgent") if entry.step.urgency == 1 else ""
    return Line(entry.name, day_of(entry.step, as_of, printer), entry.step.headline, mark)


def title(number: int, printer: Printer, owner: str) -> str:
    """The list's first line: whose it is, how many things there are, and the day; or that there is nothing.

    Args: owner – a name, empty for everybody's accounts.
    """
    if not number:
        return printer.word("nothing_today")
    head = printer.word("today_title", owner=owner or printer.word("all_owners"), n=number)
    return f"{head}{printer.word('join')}{printer.day(printer.as_of)}"


def text(entries: list[Entry], advisor: Advisor, owner: str) -> str:
    """The list as text: account, day, headline; one line each where it fits."""
    printer = advisor.printer
    name = next((row.text("name") for row in advisor.book.tables.get("rep") or () if row.id == owner), owner)
    lines = [title(len(entries), printer, name)]
    for n, entry in enumerate(entries, 1):
        one = line(entry, advisor.settings.as_of, printer)
        between = printer.word("between")
        body = wrap(f"{n}. {one.name}{between}{one.day}{between}{one.headline}", WIDTH - width(one.mark) - 1)
        lines += [body[0] + " " * max(WIDTH - width(body[0]) - width(one.mark), 1) * bool(one.mark) + one.mark]
        lines += ["   " + more for more in body[1:]]
    return "\n".join(lines) + "\n"
