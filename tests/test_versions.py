"""Drafts, retired plays and days of validity."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from overlay import planted
from support import AS_OF, bundled, demo

from advisor.advice.advise import Advisor
from advisor.content.content import with_plays

PLAY = "playbooks/retention/ask-why-orders-stopped.yaml"
DAY = datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("changes", "runs"),
    [
        ({}, True),
        ({"status": "draft"}, False),
        ({"status": "retired"}, False),
        ({"valid_from": AS_OF}, True),
        ({"valid_from": AS_OF + DAY}, False),
        ({"valid_to": AS_OF}, True),
        ({"valid_to": AS_OF - DAY}, False),
    ],
)
def test_only_plays_in_force_advise(changes: dict[str, object], runs: bool) -> None:
    content = bundled()
    plays = [replace(play, **changes) if play.code == "P62" else play for play in content.plays]  # type: ignore[arg-type]
    advisor = Advisor(with_plays(content, plays), demo().settings, demo().book, "reference")
    assert ("P62" in advisor.plays) is runs
    assert "P62" in Advisor(with_plays(content, plays), demo().settings, demo().book, "reference", drafts=True).plays


def test_a_wrong_status_and_a_wrong_day_have_a_place(tmp_path) -> None:  # type: ignore[no-untyped-def]
    found = planted(tmp_path, PLAY, "  status: active", "  status: drafted\n  valid_from: soon")
    by_code = {problem.code: problem for problem in found.problems}
    assert by_code["unknown-word"].details["near"] == "draft"
    assert by_code["bad-date"].place.line == by_code["unknown-word"].place.line + 1
