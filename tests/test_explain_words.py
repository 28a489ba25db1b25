"""What explanations and facts say to people: exceptions, drafts, days, units, figures, in both languages."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support import demo

from advisor.advice.advise import Advisor
from advisor.advice.naming import play_named
from advisor.advice.wording import Printer
from advisor.commands import show_facts
from advisor.content.plays import Play
from advisor.core.model import AdvisorError, Row
from advisor.core.vocabulary import Field
from advisor.explain import explain_html, nearly_text
from advisor.explain.explain import explain, explain_if, record, text
from advisor.explain.nearly import overview
from advisor.pages.page_text import WIDTH, width, wrap
from cli import main

LANGUAGES = ("zh", "en")
MET = ["silence_level=silent", "undelivered_amount=0"]
ISO = re.compile(r"\d{4}-\d\d-\d\d")


def row(name: str, language: str = "zh") -> Row:
    found = demo(language).book.find("account", name)
    assert found
    return found


def page(name: str, code: str, language: str = "zh") -> str:
    advisor = demo(language)
    return text(explain(advisor, row(name, language), advisor.content.play(code)), advisor.printer)


def run(*words: str) -> Any:
    return CliRunner().invoke(main, [*words, "--history", "nowhere.csv"])


# --- exceptions: the head says whether one holds, each line whether it is true ---------------------


@pytest.mark.parametrize(
    ("language", "clear", "met", "true", "false"),
    [
        ("zh", "✓ 例外，没有碰上", "✗ 例外，碰上了", "✓ 成立：", "✗ 不成立："),
        ("en", "✓ exception, does not apply", "✗ exception, applies", "✓ true: ", "✗ not true: "),
    ],
)
def test_an_exception_says_whether_it_holds_and_so_does_each_line(
    language: str, clear: str, met: str, true: str, false: str
) -> None:
    lines = page("A01", "P62", language).splitlines()
    head = next(n for n, line in enumerate(lines) if line.startswith(met))
    assert lines[head + 1].startswith(f"  {false}")
    below = [line for line in lines[head:] if line.startswith(("  ✓", "  ✗", "  ?"))]
    assert any(line.startswith(f"  {true}") for line in below)
    assert any(line.strip().startswith(clear) for line in lines)


def test_a_plain_condition_has_its_sign_alone() -> None:
    assert not [line for line in page("A01", "P62").splitlines() if re.match(r"[✓✗?] (不?成立|不知道)：", line)]


def test_records_of_which_there_may_be_none_say_whether_they_are_such() -> None:
    lines = page("A05", "P60").splitlines()
    head = lines.index("  ✓ 投诉里没有一条符合")
    assert lines[head + 1].startswith("    ✗ 不符合：投诉 X006")


def test_the_html_tells_exceptions_without_red_and_green() -> None:
    advisor = demo()
    found = explain(advisor, row("A01"), advisor.content.play("P62"))
    told = re.compile(r'<div class="line ([a-z]*)"><span class="mark">.</span><span>(\w+)')
    lines = told.findall(explain_html.page(found, advisor.printer))
    assert {style for style, words in lines if words in ("成立", "不成立", "不知道")} == {""}


# --- drafts and plays that rest -------------------------------------------------------------------


def draft(advisor: Advisor) -> Play:
    return dataclasses.replace(advisor.content.play("P62"), status="draft")


@pytest.mark.parametrize(
    ("language", "before", "after", "silent"),
    [
        ("zh", "假设之前条件不成立，假设之后条件成立。", "条件都成立，但现在不提", "条件不成立"),
        ("en", "it meets its conditions", "its conditions hold, but it is not advised", "its conditions do not hold"),
    ],
)
def test_a_draft_supposed_to_fire_speaks_of_its_conditions(language: str, before: str, after: str, silent: str) -> None:
    advisor = demo(language)
    (found,) = explain_if(advisor, row("A01", language), draft(advisor), MET)
    shown = " ".join(text((found,), advisor.printer).split())
    states = advisor.printer.words["what_if"]["states"]
    assert before in shown and after in shown and found.note.split()[0] in shown
    assert states["fires"] not in shown
    (now,) = explain(advisor, row("A01", language), draft(advisor))
    assert silent in text((now,), advisor.printer)
    assert (now.state, now.advised, record(now)["note"]) == ("silent", False, now.note)


def test_the_change_of_a_draft_is_one_of_its_conditions() -> None:
    advisor = demo()
    (found,) = explain(advisor, row("A01"), draft(advisor))
    assert advisor.printer.word("explain_held_change") in text((found,), advisor.printer)
    assert advisor.printer.word("explain_change") not in text((found,), advisor.printer)


def test_what_is_held_back_is_not_listed_as_to_be_done() -> None:
    advisor = demo()
    found = overview(advisor, row("A05"), 3)
    first, *others = found.fires
    held = dataclasses.replace(found, fires=(dataclasses.replace(first, note="NOTE"), *others))
    heads = [heading for heading, _, _ in nearly_text.parts(held, advisor.printer)]
    assert heads[:2] == [f"现在该做（{len(others)}）", "条件成立，但现在不提（1）"]
    assert len([*nearly_text.parts(found, advisor.printer)]) == 3


# --- days, lists, units, figures ------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_stand_in_one_form(language: str) -> None:
    advisor = demo(language)
    facts = show_facts.facts(advisor, row("A18", language), "text")
    shown = page("A18", "P62", language) + nearly_text.text(
        overview(advisor, row("A18", language)), (), advisor.printer
    )
    assert not ISO.search(facts + shown)
    assert all(width(line) <= WIDTH for line in facts.splitlines())
    assert facts.startswith("截至 2026年11月20日" if language == "zh" else "As of 20 Nov 2026")


def test_sources_are_listed_as_the_language_does() -> None:
    facts = show_facts.facts(demo(), row("A18"), "text")
    assert "← 订单 S0580 11月10日、订单 S0579 10月12日、订单 S0578 9月14日…" in facts
    assert not re.search(r"\b(order|account|contact|interaction) [A-Z]?\d", facts)


def test_units_are_said_in_the_language() -> None:
    chinese, english = (show_facts.facts(demo(one), row("A18", one), "text") for one in LANGUAGES)
    assert "112.7万元（近365天）" in chinese and "12单（一年）" in chinese
    assert "¥1,126,600 over the last 365 days" in english and "12 orders a year" in english
    assert not re.search(r"trailing|per year|CNY", chinese)


def test_every_unit_of_the_bundled_facts_has_words() -> None:
    vocabulary = demo().content.vocabulary
    used = {field.unit for entity in vocabulary.entities.values() for field in entity.fields.values() if field.unit}
    assert used
    assert all(used <= set(demo(one).printer.words["units"]) for one in LANGUAGES)


def test_a_year_has_no_separator() -> None:
    assert "year 年度：2025  [记录]" in show_facts.facts(demo(), row("A01"), "text")


def test_the_json_of_facts_keeps_what_is_on_record() -> None:
    rows = {one["fact"]: one for one in json.loads(show_facts.facts(demo(), row("A18"), "json"))}
    sales = rows["account.annual_sales"]
    assert sales["source"].startswith("order S0580 2026-11-10, ")
    assert (sales["unit"], rows["account.last_order_amount"]["unit"]) == ("trailing 365 days", "CNY")


@pytest.mark.parametrize(
    ("data", "kind", "shown"),
    [
        (1 / 3, "number", "0.33"),
        (Decimal(1) / 3, "number", "0.33"),
        (Decimal(1) / 3, "ratio", "33.3%"),
        (Decimal("0.00123"), "number", "0.0012"),
        (Decimal("0.00012"), "ratio", "0.012%"),
        (Decimal(0), "number", "0"),
        (Decimal("1234.5678"), "number", "1,234.57"),
    ],
)
def test_figures_are_rounded_to_what_can_be_read(data: Any, kind: str, shown: str) -> None:
    printer = Printer(demo().content.words["zh"], "zh", "CNY", datetime.date(2026, 11, 20))
    assert printer.data(data, Field("x", kind)) == shown


def test_a_list_cut_short_says_so_once() -> None:
    names = ("A1", "A2", "…")
    assert [demo(one).printer.data(names, None) for one in LANGUAGES] == ["A1、A2等", "A1, A2 and others"]


def test_a_number_stays_with_what_it_counts() -> None:
    assert wrap("甲乙丙11月", 9) == ["甲乙丙", "11月"]
    assert wrap("甲乙丙丁（戊", 10) == ["甲乙丙丁", "（戊"]


# --- changes in words -----------------------------------------------------------------------------


def test_a_change_says_what_is_and_what_would_have_to_be() -> None:
    assert "→ “沉默等级”由活跃变成沉默" in page("A01", "P62")
    assert "→ “未结”由“是”变成“否”" in page("A01", "P01")


def test_a_question_is_asked_once() -> None:
    shown = nearly_text.text(overview(demo(), row("A18"), 100), (), demo().printer)
    for told in shown.split("→")[1:]:
        asked = re.findall(r"可以问：([^？]*？)", "".join(told.split()))
        assert len(asked) == len(set(asked))


# --- which play is meant --------------------------------------------------------------------------


def test_words_of_a_title_name_a_play_that_is_not_advised() -> None:
    advisor = demo()
    assert play_named(advisor, row("A18"), "预算", every=True).code == "P84"
    assert play_named(advisor, row("A18"), "papers for the BUDGET", every=True).code == "P84"
    with pytest.raises(AdvisorError) as caught:
        play_named(advisor, row("A18"), "预算")
    assert caught.value.problems[0].code != "ambiguous-step"


def test_words_of_several_titles_list_them() -> None:
    with pytest.raises(AdvisorError) as caught:
        play_named(demo(), row("A18"), "交", every=True)
    (problem,) = caught.value.problems
    assert problem.code == "ambiguous-step"
    assert "P68 交货问题" in str(problem.details["found"])


# --- problems of the data -------------------------------------------------------------------------


def bad_data(tmp_path: Path) -> str:
    (tmp_path / "accounts.csv").write_text("id,name,stage\nA1,Mill,corre\nA2,Shop,wrong\n", encoding="utf-8")
    return str(tmp_path)


def test_the_json_of_explain_has_the_accounts_problems(tmp_path: Path) -> None:
    data = bad_data(tmp_path)
    advised = json.loads(run("advise", "A1", "--data", data, "--format", "json").stdout)["problems"]
    assert [problem["line"] for problem in advised] == [2, 3] and "corre" in advised[0]["message"]
    (one,) = json.loads(run("explain", "A1", "P11", "--data", data, "--format", "json").stdout)
    whole = json.loads(run("explain", "A1", "--data", data, "--format", "json").stdout)
    assert one["problems"] == whole["problems"] == advised


@pytest.mark.parametrize("words", [("explain", "A1"), ("advise", "A1"), ("facts", "A1"), ("today",)])
def test_the_note_on_the_data_is_one_line_behind_the_result(tmp_path: Path, words: tuple[str, ...]) -> None:
    result = run(*words, "--data", bad_data(tmp_path), "--lang", "zh")
    assert result.exit_code == 0
    (line,) = [line for line in result.output.splitlines() if "data-problems-count" in line]
    assert result.output.splitlines()[-1] == line
    assert width(line) <= WIDTH
