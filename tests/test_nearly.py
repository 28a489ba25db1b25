"""What nearly fires: lists that agree with the engine, and changes that are proved."""

from __future__ import annotations

import functools
import json

import pytest
from click.testing import CliRunner
from support import demo

from advisor.core.reference import evaluate
from advisor.explain.explain import subjects
from advisor.explain.explain_verify import after, smallest
from advisor.explain.nearly import Overview, overview, record
from advisor.explain.nearly_text import text
from advisor.pages.page_text import WIDTH, width
from cli import main

ACCOUNTS = ["A01", "A05", "A12"]


@functools.cache
def found(name: str, top: int = 100) -> Overview:
    row = demo().book.find("account", name)
    assert row
    return overview(demo(), row, top)


@pytest.mark.parametrize("name", ACCOUNTS)
def test_the_lists_agree_with_the_engine(name: str) -> None:
    advisor, seen = demo(), found(name)
    verdicts = {code: set[bool | None]() for code in advisor.plays}
    for one in advisor.traces(advisor.facts(seen.account)):
        verdicts[one.play.code].add(one.trace.verdict)
    assert {one.play.code for one in seen.fires} == {code for code, one in verdicts.items() if True in one}
    near = [one.play.code for one in seen.nearly]
    assert len(near) == len(set(near))
    assert not set(near) & {one.play.code for one in seen.fires}
    assert all(True not in verdicts[code] for code in near)


@pytest.mark.parametrize("name", ACCOUNTS)
def test_each_change_is_the_smallest_that_was_found_and_does_it(name: str) -> None:
    advisor, seen = demo(), found(name)
    facts = advisor.facts(seen.account)
    assert seen.nearly
    for one in seen.nearly:
        node = next(node for row, node in subjects(facts, one.play) if row is one.subject)
        hand = facts.hand(one.subject or facts.account)
        plan = smallest(node, facts, hand, True, advisor.content.vocabulary)
        assert plan and plan.cost[0] == one.size <= 2
        assert evaluate(node, *after(plan, facts, hand)).verdict is True


def test_one_change_before_two_and_the_urgent_first() -> None:
    order = [(one.size, one.urgency, one.play.code) for one in found("A01").nearly]
    assert order == sorted(order)
    assert [one.urgency for one in found("A01").fires] == sorted(one.urgency for one in found("A01").fires)


def test_no_more_than_asked_for() -> None:
    whole, few = found("A01"), found("A01", 3)
    assert len(few.nearly) == 3
    assert few.nearly_cut == len(whole.nearly) - 3
    assert f"另有{few.nearly_cut}条" in text(few, (), demo().printer)
    assert record(few)["left_out"]["nearly"] == few.nearly_cut


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_fits_the_terminal(language: str) -> None:
    advisor = demo(language)
    row = advisor.book.find("account", "A01")
    assert row
    shown = text(overview(advisor, row), (), advisor.printer)
    assert all(width(line) <= WIDTH for line in shown.splitlines())


def test_undecided_plays_say_what_to_find_out() -> None:
    seen = found("A01")
    assert seen.unsure
    assert all(one.changes or one.unknown for one in seen.unsure)


def test_on_the_command_line() -> None:
    result = CliRunner().invoke(main, ["explain", "A01", "--format", "json", "--set", "stage=problem", "--top", "2"])
    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert told["assumed"]
    assert len(told["nearly"]) <= 2
    assert told["fires"]
    page = CliRunner().invoke(main, ["explain", "A01", "--format", "html"]).stdout
    assert page.startswith("<!doctype html>")
