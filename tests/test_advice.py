"""From fired plays to advice: order, people, days, history, guards (design 5–7, methodology 8)."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from support import AS_OF, advised, bundled, codes, demo, opened

from advisor.advice import replies
from advisor.advice.advice import Step
from advisor.advice.advise import ranked
from advisor.advice.calendar import Calendar, due
from advisor.commands import show, show_facts
from advisor.content.plays import Span
from advisor.core.model import AdvisorError
from advisor.pages import page_json

SILENT = ["2026-04-09", "2026-05-09", "2026-06-18", "2026-07-13", "2026-09-01"]


def silent(stage: str = "core", tier: str = "large", **more: Any) -> dict[str, Any]:
    """An account whose orders stopped 80 days ago, where 50 days was the longest pause."""
    return {
        "account": {"id": "A1", "name": "Probe", "stage": stage, "tier": tier},
        "orders": [{"id": f"R{n}", "ordered_on": day, "status": "delivered"} for n, day in enumerate(SILENT)],
        "contacts": [{"id": "C1", "name": "Li", "buying_roles": ["user"], "influence": 3}],
        **more,
    }


def step_of(facts: dict[str, Any], code: str, tmp_path: Path, **options: Any) -> Step:
    return next(step for step in advised(facts, tmp_path, **options).steps if step.code == code)


# --- order ---------------------------------------------------------------------------------------


def made(code: str, **more: Any) -> Step:
    base: dict[str, Any] = {
        "play": "p", "title": "", "headline": "", "readers": ("rep",), "urgency": 3, "hours": 24, "lead": 0,
        "degree": 0, "amount": None, "subject": ("account", "A1"), "then": (), "not_first": (), "message": "",
        "ask": (), "if_they_say": (), "do_not": (), "steps": (), "done_when": "", "because_text": (),
        "because": (), "due_on": AS_OF, "first_due_on": AS_OF, "basis": (),
    }  # fmt: skip
    from advisor.advice.advice import Person

    base["person"] = Person("user", more.pop("contact", "C1"), "", "", "")
    return Step(code=code, **{**base, **more})


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"urgency": 1}, {"urgency": 2}),
        ({"urgency": 1, "hours": 24, "degree": 3}, {"urgency": 1, "hours": 48}),
        ({"lead": 0, "degree": 3}, {"lead": 1}),
        ({"degree": 1}, {"degree": 2}),
        ({"amount": 500}, {"amount": 400}),
        ({"amount": 1}, {"amount": None}),
        ({"subject": ("opportunity", "O1")}, {"subject": ("opportunity", "O2")}),
    ],
)
def test_section_8_each_tie_break(first: dict[str, Any], second: dict[str, Any]) -> None:
    steps = ranked([made("X1", **second), made("X1", **first)])
    assert [step.rank for step in steps] == [1, 2]
    assert steps[0].order < steps[1].order
    for name, expected in first.items():
        assert getattr(steps[0], name) == expected


def test_section_8_time_counts_only_in_class_1() -> None:
    steps = ranked([made("X2", hours=24), made("X1", hours=720)])
    assert [step.code for step in steps] == ["X1", "X2"]


def test_codes_count_as_numbers_where_they_alone_decide() -> None:
    steps = ranked([made(code) for code in ("P122", "X3", "P9", "P71")])
    assert [step.code for step in steps] == ["P9", "P71", "P122", "X3"]


def test_steps_about_the_same_subject_and_person_are_one_visit() -> None:
    steps = ranked([made("X1"), made("X2"), made("X3", contact="C2"), made("X4", contact="")])
    assert [step.visit for step in steps] == [1, 1, 2, 3]


def test_the_cut_and_what_fell_below_it(tmp_path: Path) -> None:
    facts = silent(opportunities=[{"id": "O1", "open": True, "purchase_step": "tech_standard"}])
    advisor = opened(facts, tmp_path)
    advice = advisor.advise(advisor.book.accounts()[0], top=1)
    assert len(advice.top) == 1
    below = [drop.code for drop in advice.dropped if drop.reason == "below_cut"]
    assert below == codes(advice)[1:] and below
    unmade = advisor.advise(advisor.book.accounts()[0], top=1, unshown=False)
    assert len(unmade.steps) == 1
    assert page_json.record(unmade) == page_json.record(advice)


# --- days ----------------------------------------------------------------------------------------

CHINA = Calendar("CN")
FRIDAY = datetime.date(2026, 11, 20)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("span", "start", "expected"),
    [
        (Span(3, "working days"), "2026-11-20", "2026-11-25"),
        (Span(14, "days"), "2026-11-20", "2026-12-04"),
        (Span(24, "hours"), "2026-11-20", "2026-11-20"),
        (Span(48, "hours"), "2026-11-18", "2026-11-20"),
        (Span(1, "days"), "2026-09-30", "2026-09-30"),
        (Span(4, "working days"), "2026-09-29", "2026-10-10"),
        (Span(2, "working days"), "2026-02-13", "2026-02-24"),
    ],
)
def test_due_days_never_fall_on_a_day_off(span: Span, start: str, expected: str) -> None:
    """2026-10-10 and 2026-02-14 are Saturdays on which China works; 1–7 October and 15–23 February it does not."""
    found = due(CHINA, span, day(start), [], day(start))
    assert CHINA.working(found)
    assert found == day(expected)


def test_a_day_off_today_moves_to_the_next_working_day() -> None:
    saturday = day("2026-11-21")
    assert due(CHINA, Span(24, "hours"), saturday, [], saturday) == day("2026-11-23")


def test_closing_periods_of_the_workspace_are_days_off() -> None:
    closed = Calendar("CN", ((day("2026-11-23"), day("2026-11-27")),))
    assert due(closed, Span(1, "working days"), FRIDAY, [], FRIDAY) == day("2026-11-30")


def test_an_unknown_country_is_a_usage_error() -> None:
    with pytest.raises(AdvisorError) as error:
        Calendar("XX").working(FRIDAY)
    assert error.value.problems[0].code == "unknown-country"


def test_p62_key_accounts_have_three_working_days_others_fourteen_days(tmp_path: Path) -> None:
    key = step_of(silent(), "P62", tmp_path)
    assert (key.urgency, key.due_on) == (1, day("2026-11-25"))
    other = step_of(silent(tier="small"), "P62", tmp_path)
    assert (other.urgency, other.due_on) == (3, day("2026-12-04"))


# --- people --------------------------------------------------------------------------------------


def person_for(contacts: list[dict[str, Any]], tmp_path: Path) -> Any:
    return step_of(silent(contacts=contacts), "P62", tmp_path).person


def test_ties_go_to_influence_then_to_who_was_met_longest_ago_then_to_the_id(tmp_path: Path) -> None:
    users = [
        {"id": "C1", "name": "A", "buying_roles": ["user"], "influence": 3, "last_contact_on": "2026-10-01"},
        {"id": "C2", "name": "B", "buying_roles": ["user"], "influence": 4, "last_contact_on": "2026-11-01"},
        {"id": "C3", "name": "C", "buying_roles": ["user"], "influence": 4, "last_contact_on": "2026-10-01"},
    ]
    assert person_for(users, tmp_path).contact_id == "C3"
    assert person_for(users[:2], tmp_path).contact_id == "C2"


def test_those_who_left_or_are_away_are_not_sent_to(tmp_path: Path) -> None:
    gone = {"id": "C1", "name": "A", "buying_roles": ["user"], "influence": 5, "left_on": "2026-11-01"}
    away = {"id": "C2", "name": "B", "buying_roles": ["user"], "influence": 5, "away_until": "2026-12-20"}
    here = {"id": "C3", "name": "C", "buying_roles": ["user"], "influence": 1}
    assert person_for([gone, away, here], tmp_path).contact_id == "C3"
    assert person_for([gone], tmp_path).contact_id == ""


def test_a_role_that_nobody_holds_says_what_to_do(tmp_path: Path) -> None:
    nobody = person_for([], tmp_path)
    assert nobody.contact_id == "" and nobody.role == "user" and nobody.text
    step = step_of(silent(contacts=[]), "P62", tmp_path)
    assert step.message == ""


def test_a_contact_without_roles_on_file_is_better_than_nobody(tmp_path: Path) -> None:
    found = person_for([{"id": "C1", "name": "Wu"}], tmp_path)
    assert found.contact_id == "C1"
    assert found.text != "Wu"


# --- guards --------------------------------------------------------------------------------------


def test_g01_the_person_is_never_picked_and_plays_still_fire(tmp_path: Path) -> None:
    contacts = [
        {"id": "C1", "name": "Secretname", "buying_roles": ["user"], "influence": 5, "demands_benefit": True},
        {"id": "C2", "name": "Li", "buying_roles": ["user"], "influence": 1},
    ]
    advice = advised(silent(contacts=contacts), tmp_path)
    assert [guard.code for guard in advice.guards] == ["G01"]
    step = next(step for step in advice.steps if step.code == "P62")
    assert step.person.contact_id == "C2"
    shown = page_json.dumps(page_json.record(advice))
    assert "Secretname" not in shown


def test_g02_private_fields_appear_nowhere_but_in_the_compliance_view(tmp_path: Path) -> None:
    contact = {"id": "C1", "name": "Li", "buying_roles": ["user"], "sensitive_fields": ["planted_secret"]}
    advisor = opened(silent(contacts=[contact]), tmp_path)
    account = advisor.book.accounts()[0]
    advice = advisor.advise(account, everything=True)
    assert [guard.code for guard in advice.guards] == ["G02"]
    for form in ("text", "json", "md", "html"):
        assert "planted_secret" not in show.advice(advice, advisor.printer, form, True, "rep")
    assert "planted_secret" not in show_facts.facts(advisor, account, "json") + show_facts.facts(
        advisor, account, "text"
    )
    assert "G02" in show.compliance(advisor, account)


def test_g03_confidential_records_take_part_in_nothing(tmp_path: Path) -> None:
    talk = {
        "id": "I9",
        "occurred_on": "2026-11-10",
        "values": ["brand"],
        "effect": "noticed",
        "info_confidential": True,
    }
    advisor = opened(silent(interactions=[talk]), tmp_path)
    account = advisor.book.accounts()[0]
    assert [guard.code for guard in advisor.guards(account)] == ["G03"]
    assert advisor.facts(account).rows("interaction") == ()
    assert "I9" not in show_facts.facts(advisor, account, "json")


def test_g04_holds_from_publication_to_award(tmp_path: Path) -> None:
    deal = {"id": "O1", "open": True, "bid_public": True, "purchase_step": "tech_standard"}
    for published, award, holds in (
        ("2026-11-20", None, True),
        ("2026-11-21", None, False),
        ("2026-10-01", "2026-11-20", True),
        ("2026-10-01", "2026-11-19", False),
    ):
        facts = silent(opportunities=[{**deal, "tender_published_on": published, "award_on": award}])
        assert ("G04" in [guard.code for guard in advised(facts, tmp_path).guards]) is holds, (published, award)


# --- history -------------------------------------------------------------------------------------


def past(**row: Any) -> dict[str, Any]:
    return silent(history=[{"code": "P62", "subject_id": "A1", **row}])


def test_a_step_keeps_its_first_due_day(tmp_path: Path) -> None:
    facts = past(first_on="2026-11-16", last_on="2026-11-19", due_on="2026-11-24")
    assert step_of(facts, "P62", tmp_path).due_on == day("2026-11-24")
    late = step_of(past(first_on="2026-11-02", last_on="2026-11-19", due_on="2026-11-05"), "P62", tmp_path)
    assert (late.first_due_on, late.due_on) == (day("2026-11-05"), FRIDAY)


def test_after_a_long_pause_it_is_a_new_step(tmp_path: Path) -> None:
    facts = past(first_on="2026-01-05", last_on="2026-01-20", due_on="2026-01-08")
    assert step_of(facts, "P62", tmp_path).due_on == day("2026-11-25")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"response": "done", "at": "2026-11-10"}, "cooling"),
        ({"response": "done", "at": "2026-10-20"}, None),
        ({"response": "snoozed", "at": "2026-11-10", "until": "2026-11-21"}, "snoozed"),
        ({"response": "snoozed", "at": "2026-11-10", "until": "2026-11-20"}, None),
        ({"response": "not_relevant", "at": "2025-11-10"}, "not_relevant"),
        ({"response": "not_mine", "at": "2025-11-10"}, "not_mine"),
        ({"response": "accepted", "at": "2026-11-19"}, None),
        ({"response": "done", "at": "2026-11-21"}, None),
    ],
)
def test_what_was_answered_is_heeded(row: dict[str, Any], reason: str | None, tmp_path: Path) -> None:
    """P62 rests for 30 days after it was done."""
    advice = advised(past(**row), tmp_path)
    dropped = {drop.code: drop.reason for drop in advice.dropped}
    assert dropped.get("P62") == reason
    assert ("P62" in codes(advice)) is (reason is None)


def test_earlier_json_is_a_history(tmp_path: Path) -> None:
    from advisor.advice import session
    from advisor.advice.workspace import Wish

    yesterday = opened(silent(), tmp_path, as_of=day("2026-11-19"))
    record = page_json.record(yesterday.advise(yesterday.book.accounts()[0]))
    lines = tmp_path / "old.jsonl"
    lines.write_text(json.dumps(record, default=page_json.plain) + "\n", encoding="utf-8")
    run = session.open_facts(str(tmp_path / "facts.json"), Wish(as_of=FRIDAY, history=lines))
    step = next(step for step in run.advise(run.book.accounts()[0]).steps if step.code == "P62")
    assert step.due_on == day("2026-11-24")


def test_reply_is_read_by_the_next_run(tmp_path: Path) -> None:
    advisor = opened(silent(), tmp_path)
    account = advisor.book.accounts()[0]
    replies.reply(advisor, account, bundled().play("P62"), "done", None, "they were on holiday")
    again = opened(silent(), tmp_path)
    assert "P62" not in codes(again.advise(account, everything=True))


def test_later_needs_a_day_and_an_unknown_answer_names_the_nearest(tmp_path: Path) -> None:
    advisor = opened(silent(), tmp_path)
    account, play = advisor.book.accounts()[0], bundled().play("P62")
    with pytest.raises(AdvisorError) as error:
        replies.reply(advisor, account, play, "later", None, "")
    assert error.value.problems[0].code == "until-missing"
    with pytest.raises(AdvisorError) as error:
        replies.reply(advisor, account, play, "dnoe", None, "")
    assert error.value.problems[0].details["near"] == "done"


# --- reasons and what is missing -----------------------------------------------------------------


def test_every_step_of_the_demo_book_has_reasons_that_hold(tmp_path: Path) -> None:
    advisor = demo()
    for account in advisor.book.accounts():
        for step in advisor.advise(account, everything=True).steps:
            assert step.because, (account.id, step.code)
            assert step.trace is not None and step.trace.verdict is True


def test_reason_names_fact_value_limit_and_record(tmp_path: Path) -> None:
    reasons = {reason.fact: reason for reason in step_of(silent(), "P62", tmp_path).because}
    assert reasons["silence_level"].value == "silent"
    assert "R4 2026-09-01" in reasons["silence_level"].source


def test_missing_names_only_what_keeps_a_play_undecided(tmp_path: Path) -> None:
    facts = {"account": {"id": "A1", "name": "Probe", "stage": "regular"}}
    missing = {one.fact: one.could_unlock for one in advised(facts, tmp_path).missing}
    assert "P62" in missing["order.ordered_on"]
    assert "account.chain_role" not in missing
    assert not [name for name in missing if name.startswith("contact.sensitive")]


def test_same_content_data_and_day_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = (
        show.advice(
            opened(silent(), tmp_path).advise(opened(silent(), tmp_path).book.accounts()[0]),
            demo().printer,
            "json",
            False,
            "rep",
        )
        for _ in range(2)
    )
    assert first == second
