"""Little is known: a list of names, names and orders, a ten-column list, Northwind. Advice stays useful and honest."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from support import AS_OF, SHARED, bundled, needs_shared

from advisor.advice import session
from advisor.advice.advice import Advice
from advisor.advice.advise import Advisor
from advisor.advice.workspace import Wish
from advisor.pages import page, page_text

NAMES = "客户编号,客户名称\nA1,甲公司\nA2,乙公司\n"
TEN = (
    "客户编号,客户名称,行业,区域,客户阶段,价值等级,负责人,进入阶段日期,年销售额,毛利率\n"
    "A1,甲公司,印刷,华东,老客户,大客户(白金卡),R1,2025-01-10,860000,12%\n"
    "A2,乙公司,食品,华南,新客户,中客户(金卡),R1,2026-03-01,0,25%\n"
    "A3,丙公司,电子,华北,潜在客户,,R2,,,\n"
    "A4,丁公司,医药,华北,核心客户,中客户(金卡),R2,,,\n"
    "A5,戊公司,医药,华北,目标客户,,R2,,,\n"
)


def book(folder: Path, language: str = "zh", **tables: str) -> Advisor:
    folder.mkdir(exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return session.open_book(Wish(data=folder, as_of=AS_OF, language=language, history=folder / "none.csv"))


def orders() -> str:
    lines, n = ["id,account_id,ordered_on,amount"], 0
    for account, last, gap in (("A1", 120, 30), ("A2", 10, 30)):
        for number in range(8):
            n += 1
            day = AS_OF - datetime.timedelta(last + gap * number)
            lines.append(f"R{n},{account},{day},{10000 + number}")
    return "\n".join(lines) + "\n"


def text_of(advice: Advice, advisor: Advisor) -> str:
    return page_text.text(page.page(advice, advisor.printer, everything=True))


def advice_of(advisor: Advisor) -> list[Advice]:
    return [advisor.advise(row, everything=True) for row in advisor.book.accounts()]


def tables_missing(advisor: Advisor) -> dict[str, Any]:
    entities = advisor.content.vocabulary.entities.values()
    return {one.name: one for one in entities if advisor.book.tables.get(one.name) is None}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_list_of_names_gets_one_deed_and_three_questions(tmp_path: Path, language: str) -> None:
    advisor = book(tmp_path / "b", language, accounts=NAMES)
    for advice in advice_of(advisor):
        assert advice.steps == ()
        laid = page.page(advice, advisor.printer)
        assert advisor.printer.word("first_deed") in laid.closing
        assert 1 <= len(laid.questions) <= 3


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("tables", [{"accounts": NAMES}, {"accounts": NAMES, "orders": orders()}, {"accounts": TEN}])
def test_a_missing_table_is_asked_for_as_a_whole(tmp_path: Path, language: str, tables: dict[str, str]) -> None:
    """No question about "this deal" where nobody said that there is one."""
    advisor = book(tmp_path / "b", language, **tables)
    missing = tables_missing(advisor)
    for advice in advice_of(advisor):
        for one in advice.missing:
            entity = one.fact.partition(".")[0]
            if one.question and entity in missing and missing[entity].question:
                assert one.question == missing[entity].question[language]


def test_one_table_is_asked_for_once_on_a_page(tmp_path: Path) -> None:
    advisor = book(tmp_path / "b", accounts=NAMES)
    for advice in advice_of(advisor):
        asked = [one.question for one in advice.missing if one.question]
        assert len(asked) > len(set(asked)), "several facts of one table, one question"
        laid = page.page(advice, advisor.printer)
        assert len(laid.questions) == len(set(laid.questions)) == 3


def test_the_first_question_unlocks_most(tmp_path: Path) -> None:
    """Facts of a table that nobody gave count together: one answer fills them all."""
    advisor = book(tmp_path / "b", accounts=NAMES)
    unlocks: dict[str, set[str]] = {}
    for one in advice_of(advisor)[0].missing:
        unlocks.setdefault(one.question, set()).update(one.could_unlock)
    plays = advisor.plays
    weights = [sum(6 - plays[code].timing.urgency for code in codes) for codes in unlocks.values()]
    assert weights[0] == max(weights)


def test_orders_alone_say_who_fell_silent(tmp_path: Path) -> None:
    advisor = book(tmp_path / "b", accounts=NAMES, orders=orders())
    silent, steady = advice_of(advisor)
    assert "120天" in text_of(silent, advisor)
    assert "120天" not in text_of(steady, advisor)
    assert len(silent.steps) > len(steady.steps)


def test_no_text_says_zero_business_or_what_nobody_recorded(tmp_path: Path) -> None:
    for name, tables in {"n": {"accounts": NAMES}, "t": {"accounts": TEN}}.items():
        advisor = book(tmp_path / name, **tables)
        for advice in advice_of(advisor):
            text = text_of(advice, advisor)
            assert "0元的生意" not in text
            assert "别的长处还不太知道" not in text, "what was talked of is not on file"


def test_a_ten_column_list_gets_advice_by_stage_without_inventing_anything(tmp_path: Path) -> None:
    advisor = book(tmp_path / "b", accounts=TEN)
    pages = {one.account.id: one for one in advice_of(advisor)}
    assert pages["A1"].steps and pages["A3"].steps
    for advice in pages.values():
        for step in advice.steps:
            assert step.person.contact_id == "", "nobody is on file"
            assert step.message == "", "no message to nobody"
            assert step.because_text, step.code


def test_what_a_step_says_of_talks_needs_talks_on_file(tmp_path: Path) -> None:
    given = "客户编号,客户名称,客户阶段\nA1,甲公司,老客户\n"
    known = book(tmp_path / "k", accounts=given, interactions="id,account_id,occurred_on,values\n")
    assert "别的长处还不太知道" in text_of(advice_of(known)[0], known)


def test_every_table_that_plays_read_can_be_asked_for() -> None:
    content = bundled()
    for entity in content.vocabulary.entities.values():
        if entity.rows == "many" and entity.name not in ("account_year", "stage_history", "history"):
            assert set(entity.question) == {"zh", "en"}, entity.name


@needs_shared
def test_northwind(tmp_path: Path) -> None:
    wish = Wish(data=SHARED / "data/northwind", language="en", history=tmp_path / "none.csv")
    advisor = session.open_book(wish)
    useful = 0
    for row in advisor.book.accounts()[::9]:
        advice = advisor.advise(row, everything=True)
        laid = page.page(advice, advisor.printer)
        assert laid.cards or laid.closing
        useful += bool(advice.steps or laid.questions or laid.question)
        assert "hardly knows what else" not in text_of(advice, advisor)
    assert useful == len(advisor.book.accounts()[::9])
