"""What `explain` prints, and what `advise` prints of supposed facts."""

from __future__ import annotations

import dataclasses
from typing import Any

from advisor.advice import naming
from advisor.advice.advise import Advisor
from advisor.advice.suppose import Supposed, suppose
from advisor.commands import show
from advisor.core.model import Row
from advisor.pages.page_json import dumps, problem_record, record


def advised(
    advisor: Advisor, account: Row, sets: tuple[str, ...], top: int, everything: bool, form: str, reader: str
) -> str:
    """One account's advice on supposed facts; the page says so."""
    supposed = suppose(advisor, account, sets)
    found = supposed.advisor.advise(supposed.account, top, everything)
    if form == "json":
        return dumps({**record(found), "assumed": list(supposed.told())}) + "\n"
    found = dataclasses.replace(found, notes=(_page_line(supposed), *found.notes))
    return show.advice(found, advisor.printer, form, everything, reader)


def _page_line(supposed: Supposed) -> str:
    printer = supposed.advisor.printer
    return printer.word("what_if.page", facts=printer.word("explain_items").join(supposed.told()))


def explained(advisor: Advisor, account: Row, play: str, sets: tuple[str, ...], form: str, top: int) -> str:
    """Why, why not and what would change it; without a play, what is advised on the account and what nearly is."""
    return _one(advisor, account, play, sets, form) if play else _all(advisor, account, sets, form, top)


def _one(advisor: Advisor, account: Row, wanted: str, sets: tuple[str, ...], form: str) -> str:
    from advisor.explain import explain

    play = naming.play_named(advisor, account, wanted, every=True)
    found = explain.explain_if(advisor, account, play, sets) if sets else explain.explain(advisor, account, play)
    if form == "json":
        return dumps([{**explain.record(one), **_problems(advisor, account)} for one in found]) + "\n"
    if form == "html":
        from advisor.explain import explain_html

        return explain_html.page(found, advisor.printer)
    return explain.text(found, advisor.printer)


def _problems(advisor: Advisor, account: Row) -> dict[str, Any]:
    """What is wrong with the account's records, as in the JSON of `advise`."""
    found = advisor.problems(advisor.facts(account))
    return {"problems": [problem_record(one, advisor.printer.language) for one in found]}


def _all(advisor: Advisor, account: Row, sets: tuple[str, ...], form: str, top: int) -> str:
    from advisor.explain import nearly, nearly_text

    told: tuple[str, ...] = ()
    if sets:
        supposed = suppose(advisor, account, sets)
        advisor, account, told = supposed.advisor, supposed.account, supposed.told()
    found = nearly.overview(advisor, account, top)
    if form == "json":
        assumed = {"assumed": list(told)} if told else {}
        return dumps({**nearly.record(found), **assumed, **_problems(advisor, account)}) + "\n"
    if form == "html":
        from advisor.explain import explain_html

        return explain_html.overview(found, told, advisor.printer)
    return nearly_text.text(found, told, advisor.printer)
