"""Several open deals of one account: each is judged for itself, named, and ranked by amount within a play; and records
that contradict each other are shown with the advice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import advised, bundled, codes, opened

from advisor.content.kept import load
from advisor.core.home import content_root
from advisor.pages import page, page_json, page_text

CONTACTS = [
    {"id": "C1", "name": "李明", "salutation": "李总", "buying_roles": ["decider"], "depth": "impression",
     "last_contact_on": "2026-11-10"},
]  # fmt: skip


def deal(number: int, amount: int | None, step: str = "contract_review", **more: Any) -> dict[str, Any]:
    found = {"id": f"O{number}", "open": True, "purchase_step": step, "last_activity_on": "2026-08-01", **more}
    return found | ({"amount": amount} if amount is not None else {})


def account(*deals: dict[str, Any], **more: Any) -> dict[str, Any]:
    products = [{"id": "P1", "name": "热封膜"}, {"id": "P2", "name": "胶带"}]
    given = {"stage": "regular", "opportunities": list(deals), "contacts": CONTACTS, "products": products, **more}
    return {"id": "A1", "name": "甲公司", **given}


def about(advice: Any, code: str) -> list[str]:
    return [step.subject[1] for step in advice.steps if step.code == code]


def test_a_play_about_a_deal_is_judged_for_each(tmp_path: Path) -> None:
    moving = deal(2, 90000, last_activity_on="2026-11-19")
    advice = advised(account(deal(1, 50000), moving, deal(3, 70000)), tmp_path)
    fired = {step.code for step in advice.steps if step.subject == ("opportunity", "O1")}
    quiet = {step.code for step in advice.steps if step.subject == ("opportunity", "O2")}
    assert fired - quiet, "a stalled deal needs more than one that moves"
    assert fired == {step.code for step in advice.steps if step.subject == ("opportunity", "O3")}


def test_within_a_play_the_larger_deal_comes_first_and_the_unknown_last(tmp_path: Path) -> None:
    advice = advised(account(deal(1, 50000), deal(2, None), deal(3, 90000), deal(4, 50000)), tmp_path)
    several = [code for code in dict.fromkeys(codes(advice)) if len(about(advice, code)) == 4]
    assert several
    assert all(about(advice, code) == ["O3", "O1", "O4", "O2"] for code in several)


def test_the_play_s_place_comes_before_the_amount(tmp_path: Path) -> None:
    advice = advised(account(deal(1, 50000), deal(2, 90000, step="need_found")), tmp_path)
    orders = [step.order for step in advice.steps]
    assert orders == sorted(orders)
    assert [order[:5] for order in orders] == sorted(order[:5] for order in orders)


@pytest.mark.parametrize(("language", "money"), [("zh", "9万元"), ("en", "¥90,000")])
def test_two_deals_of_one_account_can_be_told_apart(tmp_path: Path, language: str, money: str) -> None:
    facts = account(deal(1, 50000, product_id="P1"), deal(2, 90000, product_id="P2"))
    advisor = opened(facts, tmp_path, language=language)
    advice = advisor.advise(advisor.book.accounts()[0], everything=True)
    first, second = (next(s for s in advice.steps if s.subject[1] == one) for one in ("O1", "O2"))
    assert first.about != second.about
    assert "胶带" in second.about and money in second.about
    text = page_text.text(page.page(advice, advisor.printer, everything=True))
    assert first.about in text and second.about in text
    subjects = [one["subject"] for one in page_json.record(advice)["advice"]]
    assert {"entity": "opportunity", "id": "O2", "about": second.about} in subjects
    visits: dict[int, set[str]] = {}
    for step in advice.steps:
        visits.setdefault(step.visit, set()).add(step.subject[1])
    assert all(len(found) == 1 for found in visits.values()), "one card speaks of one deal"


def test_deals_that_look_alike_are_numbered(tmp_path: Path) -> None:
    advice = advised(account(deal(1, 50000), deal(2, 50000), deal(3, None)), tmp_path)
    names = {step.subject[1]: step.about for step in advice.steps if step.subject[0] == "opportunity"}
    assert len(set(names.values())) == 3
    assert "O1" in names["O1"] and "O3" in names["O3"]


def test_a_lone_deal_needs_no_name(tmp_path: Path) -> None:
    closed = deal(2, 90000, open=False)
    advice = advised(account(deal(1, 50000), closed), tmp_path)
    assert {step.about for step in advice.steps if step.subject[1] == "O1"} == {""}


# --- records that contradict each other ----------------------------------------------------------


def found(facts: dict[str, Any], tmp_path: Path) -> tuple[list[str], list[str]]:
    advice = advised(facts, tmp_path)
    return [p.code for p in advice.problems if p.code == "data-contradiction"], list(advice.notes)


@pytest.mark.parametrize(
    ("step", "phase", "wrong"),
    [
        ("need_found", "negotiating", True),
        ("need_found", "aware", False),
        ("feasibility", "choosing", True),
        ("project_approval", "evaluating", False),
        ("tech_standard", "acting", False),
        ("tech_standard", "implementing", True),
        ("tender", "satisfied", True),
        ("evaluation", "choosing", False),
        ("contract_review", "aware", True),
        ("contract_review", "negotiating", False),
        ("sign_fulfil", "implementing", False),
        ("sign_fulfil", "evaluating", True),
    ],
)
def test_a_step_and_a_phase_that_cannot_be_together(tmp_path: Path, step: str, phase: str, wrong: bool) -> None:
    problems, notes = found(account(deal(1, 50000, step, psych_phase=phase, product_id="P1")), tmp_path)
    assert bool(problems) == wrong
    assert any("热封膜" in note for note in notes) == wrong


def test_a_phase_that_nobody_recorded_contradicts_nothing(tmp_path: Path) -> None:
    assert found(account(deal(1, 50000, "need_found")), tmp_path)[0] == []


def test_a_closed_deal_is_not_nagged_about(tmp_path: Path) -> None:
    assert found(account(deal(1, 50000, "need_found", psych_phase="negotiating", open=False)), tmp_path)[0] == []


def test_each_contradicting_deal_is_a_problem_of_its_own(tmp_path: Path) -> None:
    wrong = {"step": "need_found", "psych_phase": "negotiating"}
    advisor = opened(account(deal(1, 1, **wrong), deal(2, 2, **wrong)), tmp_path)
    advice = advisor.advise(advisor.book.accounts()[0])
    record = page_json.record(advice)
    assert [one["code"] for one in record["problems"]].count("data-contradiction") == 2
    assert "O1" in " ".join(one["message"] for one in record["problems"])


def test_contradictions_are_content(tmp_path: Path) -> None:
    text = (
        "x:\n  of: account\n  when: {stage: exited, deep_nede: true}\n  label: {zh: 一, en: one}\n  message: {zh: 二}\n"
    )
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/consistency.yaml").write_text(text, encoding="utf-8")
    problems = {(one.code, one.place.line) for one in load(tmp_path).problems}
    assert problems == {("unknown-fact", 3), ("missing-language", 5)}


def test_the_bundled_contradictions_can_be_said_in_both_languages() -> None:
    assert (content_root() / "rules/consistency.yaml").is_file()
    for rule in bundled().contradictions:
        assert set(rule.message) == set(rule.label) == {"zh", "en"}
