"""One account's leaf of the digest: its lines in the owner's and the manager's list, and its cards, as text."""

from __future__ import annotations

import dataclasses
import json

from advisor.advice.advice import Advice
from advisor.advice.advise import Advisor
from advisor.pages import today
from advisor.pages.page import page
from advisor.pages.page_markup import html_section, md_section

READERS = ("rep", "manager")
"""Whose pages a digest has: each owner's, and the manager's."""


def leaf(advice: Advice, advisor: Advisor) -> str | None:
    """What the digest says of an account, as JSON: by reader, the lines with their places, and the cards.

    Returns: None where neither has anything to do.
    """
    found = {reader: one for reader in READERS if (one := _of(advice, advisor, reader))}
    return json.dumps(found, ensure_ascii=False) if found else None


def _of(advice: Advice, advisor: Advisor, reader: str) -> dict[str, object] | None:
    entries = today.entries(advice, reader)
    if not entries:
        return None
    tier, printer = today.tier_of(advisor, advice.account), advisor.printer
    lines = [
        {"place": today.place(one, tier), **dataclasses.asdict(today.line(one, advice.as_of, printer))}
        for one in entries
    ]
    laid = page(advice, printer, reader=reader)
    return {"lines": lines, "html": html_section(laid, advice.account.id), "md": md_section(laid)}
