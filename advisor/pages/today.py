"""`today`: the best steps across a rep's accounts, at most one line per account and person."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.advice.advice import Advice, Step
from advisor.advice.advise import Advisor
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
        entry for row in accounts_of(advisor, owner) for entry in _entries(advisor.advise(row, everything=True), reader)
    ]
    order = _tiers(advisor)
    return sorted(found, key=lambda entry: _order(entry, order))[:top]


def _entries(advice: Advice, reader: str) -> list[Entry]:
    """The first step for each person of an account."""
    seen: set[str] = set()
    found = []
    for step in advice.steps:
        key = step.person.contact_id or "-"
        if reader in step.readers and key not in seen:
            seen.add(key)
            found.append(Entry(advice.account, advice.heading["name"], step))
    return found


def _tiers(advisor: Advisor) -> dict[str, int]:
    field = advisor.content.vocabulary.field("account", "tier")
    values = field.choices.labels if field and field.choices else {}
    ranks = {value: n for n, value in enumerate(values)}
    facts = {row.id: advisor.facts(row) for row in advisor.book.accounts()}
    return {key: ranks.get(str(one.value(one.account, "tier").data), len(ranks)) for key, one in facts.items()}


def _order(entry: Entry, tiers: dict[str, int]) -> tuple[object, ...]:
    step = entry.step
    hours = step.hours if step.urgency == 1 else 0
    return (step.urgency, hours, tiers.get(entry.account.id, 9), step.due_on, entry.account.id, step.rank)


def text(entries: list[Entry], advisor: Advisor, owner: str) -> str:
    """The list as text: account, day, headline; one line each where it fits."""
    printer = advisor.printer
    name = next((row.text("name") for row in advisor.book.tables.get("rep") or () if row.id == owner), owner)
    head = printer.word("today_title", owner=name or printer.word("all_owners"), n=len(entries))
    lines = (
        [f"{head}{printer.word('join')}{printer.day(advisor.settings.as_of)}"]
        if entries
        else [printer.word("nothing_today")]
    )
    for n, entry in enumerate(entries, 1):
        mark = printer.word("urgent") if entry.step.urgency == 1 else ""
        day = day_of(entry.step, advisor.settings.as_of, printer)
        body = wrap(
            f"{n}. {entry.name}{printer.word('between')}{day}{printer.word('between')}{entry.step.headline}",
            WIDTH - width(mark) - 1,
        )
        lines += [body[0] + " " * max(WIDTH - width(body[0]) - width(mark), 1) * bool(mark) + mark]
        lines += ["   " + line for line in body[1:]]
    return "\n".join(lines) + "\n"
