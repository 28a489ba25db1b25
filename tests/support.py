"""Shared by tests: an open run over facts or the demo book, without the command line."""

from __future__ import annotations

import datetime
import functools
from pathlib import Path
from typing import Any

import pytest

from advisor.advice import session
from advisor.advice.advice import Advice
from advisor.advice.advise import Advisor
from advisor.advice.workspace import Wish
from advisor.content import read_content
from advisor.content.content import Content, sound

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
AS_OF = datetime.date(2026, 11, 20)
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared folder with data and answer keys is absent")


@functools.cache
def bundled() -> Content:
    return sound(read_content.load())


@functools.cache
def demo(language: str = "zh") -> Advisor:
    return session.open_book(Wish(language=language, history=Path("/nonexistent/history.csv")))


def opened(facts: dict[str, Any], tmp_path: Path, language: str = "zh", as_of: datetime.date | None = AS_OF) -> Advisor:
    """An open run over facts written to a file, as a user would give them."""
    from advisor.pages.page_json import dumps

    path = tmp_path / "facts.json"
    path.write_text(dumps(facts), encoding="utf-8")
    return session.open_facts(str(path), Wish(language=language, as_of=as_of, history=tmp_path / "history.csv"))


def advised(facts: dict[str, Any], tmp_path: Path, **options: Any) -> Advice:
    """All advice for one account's facts."""
    advisor = opened(facts, tmp_path, **options)
    return advisor.advise(advisor.book.accounts()[0], everything=True)


def codes(advice: Advice) -> list[str]:
    return [step.code for step in advice.steps]


def value(facts: dict[str, Any], name: str, tmp_path: Path) -> Any:
    """A fact of the account (or `opportunity.x` of its first opportunity), as (state, data)."""
    advisor = opened(facts, tmp_path)
    account = advisor.facts(advisor.book.accounts()[0])
    entity, _, field = name.rpartition(".")
    row = (account.rows(entity or "account") or ())[0]
    found = account.value(row, field)
    return found.data if found.known else str(found.state)
