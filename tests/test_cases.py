"""Cases beside plays: bundled ones pass, each fails when it expects the opposite, and the short form is read right."""

from __future__ import annotations

import datetime
import functools
from dataclasses import replace
from pathlib import Path

import pytest

from advisor.bench.case_facts import facts_of_case
from advisor.bench.case_metrics import CaseMetrics
from advisor.bench.cases import CaseResult, run_all, run_case
from advisor.content.content import Content
from advisor.content.kept import load
from advisor.content.plays import Case, Play
from advisor.core import yaml_in
from advisor.core.model import AdvisorError
from advisor.data.asserted import assert_derived
from advisor.data.book import from_facts
from advisor.match.durable_match import available
from advisor.messages import message
from tests.overlay import line_of, planted

AS_OF = datetime.date(2026, 11, 20)
SILENCE = "playbooks/retention/ask-why-orders-stopped.yaml"


@functools.cache
def content() -> Content:
    return load()


@functools.cache
def metrics() -> CaseMetrics:
    return CaseMetrics(content())


def case_of(given: str, expect: str = "fires", **others: object) -> Case:
    item, problems = yaml_in.parse(given, "case.yaml")
    assert not problems
    return replace(Case("one", AS_OF, item, expect, place=item.place), **others)  # type: ignore[arg-type]


def run(play: str, given: str, expect: str = "fires", **others: object) -> CaseResult:
    return run_case(content(), content().play(play), case_of(given, expect, **others), metrics=metrics())


def codes(result: CaseResult) -> list[str]:
    return [problem.code for problem in result.problems]


def plain(play: Play | str, given: str) -> dict[str, object]:
    one = content().play(play) if isinstance(play, str) else play
    item, problems = facts_of_case(one, case_of(given), content().vocabulary)
    assert not problems, problems
    found = item.plain()
    assert isinstance(found, dict)
    return found


# --- the bundled cases ---------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["durable", "reference"])
def test_all_bundled_cases_pass(engine: str) -> None:
    if engine == "durable" and not available():
        pytest.skip("durable-rules does not import here")
    report = run_all(content(), engine=engine)
    assert [(one.play.code, one.case.name, codes(one)) for one in report.failed] == []
    assert report.passed == len(report.results) == sum(len(play.cases) for play in content().plays)
    assert report.plays == len(content().plays) and not report.no_firing and not report.no_silent


def test_every_case_fails_when_it_expects_the_opposite() -> None:
    other = {"fires": "silent", "silent": "fires"}
    plays = [replace(p, cases=tuple(replace(c, expect=other[c.expect]) for c in p.cases)) for p in content().plays]
    assert run_all(replace(content(), plays=tuple(plays))).passed == 0


def test_every_reason_is_checked() -> None:
    plays = [replace(p, cases=tuple(replace(c, because="nothing") for c in p.cases)) for p in content().plays]
    assert run_all(replace(content(), plays=tuple(plays))).passed == 0


def test_one_play_alone() -> None:
    report = run_all(content(), "P62")
    assert report.plays == 1 and {one.play.code for one in report.results} == {"P62"}
    with pytest.raises(AdvisorError):
        run_all(content(), "P999")


def test_what_the_cases_share_changes_nothing() -> None:
    play = content().play("P62")
    alone = [codes(run_case(content(), play, case)) for case in play.cases]
    assert alone == [codes(run_case(content(), play, case, metrics=metrics())) for case in play.cases]


# --- the short form ------------------------------------------------------------------------------


def test_bare_facts_of_an_account() -> None:
    found = plain("P62", "stage: core\nconditions: {two_way: true}\nsilence_level: silent\nsales_trend_ratio: -0.1")
    account = found["account"]
    assert isinstance(account, dict)
    assert set(account) == {"stage", "conditions", "sales_trend_ratio"}
    assert found["derived"] == {"silence_level": "silent"}


def test_bare_facts_of_an_opportunity() -> None:
    found = plain(
        "P10", "stage: core\npurchase_step: tender\nlevels_missing: 2\nmax_depth: stranger\ngpn: {goals: more}"
    )
    assert found["account"] == {"stage": "core"}
    assert found["opportunities"] == [
        {"open": True, "purchase_step": "tender", "levels_missing": 2, "gpn": {"goals": "more"}}
    ]
    assert found["derived"] == {"max_depth": "stranger"}


def test_an_opportunity_that_is_closed_or_of_unknown_state() -> None:
    assert plain("P10", "open: false")["opportunities"] == [{"open": False}]
    assert plain("P10", "open: null")["opportunities"] == [{"open": None}]
    assert plain("P10", "{}")["opportunities"] == [{"open": True}]


def test_listed_opportunities_share_the_bare_facts() -> None:
    found = plain("P10", "bid_public: true\nopportunities: [{id: X1, open: false}, {id: X2}]")
    assert found["opportunities"] == [
        {"open": False, "bid_public": True, "id": "X1"},
        {"open": True, "bid_public": True, "id": "X2"},
    ]
    assert plain("P10", "opportunities: []")["opportunities"] == []


def test_tables_and_lists_of_dates() -> None:
    given = (
        "ordered_on: [2026-01-05, 2026-02-05]\nopened_on: [2026-03-01]\ncontact: [{name: A}]\nown: {strong_values: []}"
    )
    found = plain("P62", given)
    assert found["orders"] == [{"ordered_on": datetime.date(2026, 1, 5)}, {"ordered_on": datetime.date(2026, 2, 5)}]
    assert found["complaints"] == [{"opened_on": datetime.date(2026, 3, 1)}]
    assert found["contacts"] == [{"name": "A"}] and found["own"] == {"strong_values": []}


def test_account_and_derived_may_be_written_out() -> None:
    found = plain("P62", "account: {name: A}\nstage: core\nderived: {is_ka: true}")
    assert found["account"] == {"name": "A", "stage": "core"} and found["derived"] == {"is_ka": True}


def test_places_are_kept() -> None:
    item, _ = facts_of_case(
        content().play("P62"), case_of("stage: core\nderived:\n  is_ka: true"), content().vocabulary
    )
    account, derived = item.get("account"), item.get("derived")
    assert account and derived
    stage, is_ka = account.get("stage"), derived.get("is_ka")
    assert stage and is_ka and (stage.here.line, is_ka.here.line) == (1, 3)


@pytest.mark.parametrize(
    ("play", "given", "near"),
    [
        ("P62", "stge: core", "stage"),
        ("P62", "silense_level: silent", "silence_level"),
        ("P62", "contcts: []", "contacts"),
        ("P10", "purchase_stp: tender", "purchase_step"),
        ("P62", "qqqq: 1", ""),
    ],
)
def test_an_unknown_name(play: str, given: str, near: str) -> None:
    problems = [problem for problem in run(play, given, "silent").problems if problem.code == "case-unknown-fact"]
    assert [(problem.details["near"], problem.place.line) for problem in problems] == [(near, 1)]


# --- derived facts that are stated ---------------------------------------------------------------


def stated(text: str) -> tuple[dict[str, object], list[tuple[str, object]]]:
    book = assert_derived(
        from_facts(yaml_in.parse(text, "f.yaml")[0], content().vocabulary, AS_OF), content().vocabulary
    )
    rows = [*book.accounts(), *(book.tables.get("opportunity") or ())]
    values = {f"{row.id}.{name}": value.data for row in rows for name, value in row.values.items()}
    return values, [(problem.code, problem.details.get("near")) for problem in book.problems]


def test_stated_facts_are_typed_and_win() -> None:
    derived = "derived: {silence_level: 沉默, last_order_on: 2026-09-01, step_no: 4}"
    text = f"{derived}\nopportunities: [{{open: true}}, {{open: false}}]"
    values, problems = stated(text)
    assert not problems
    assert values["A00.silence_level"] == "silent" and values["A00.last_order_on"] == datetime.date(2026, 9, 1)
    assert values["O1.step_no"] == values["O2.step_no"] == 4 and "A00.step_no" not in values
    assert run("P62", "stage: core\nsilence_level: silent").passed
    assert run(
        "P62", "stage: core\nsilence_level: near\nordered_on: [2020-01-01]", "silent", because="silence_level"
    ).passed


def test_stated_facts_that_are_wrong() -> None:
    values, problems = stated("derived: {silense_level: silent, qqqq: 1, last_order_on: soon, is_ka: null}")
    assert [code for code, _ in problems] == ["data-unknown-key-near", "data-unknown-key", problems[2][0]]
    assert problems[0][1] == "silence_level" and not [
        name for name in values if "last_order" in name or "is_ka" in name
    ]


# --- expectations --------------------------------------------------------------------------------

ORDERS = "stage: core\ntier: large\nordered_on: [2026-04-09, 2026-05-09, 2026-06-18, 2026-07-13, 2026-09-01]\n"
USER = "contacts: [{name: A, buying_roles: [user, technical]}]"


def test_reasons_of_a_firing_play() -> None:
    assert run("P62", ORDERS, because="silence_level").passed
    assert run("P62", ORDERS, because="account.stage").passed
    assert codes(run("P62", ORDERS, because="payment_overdue")) == ["case-other-reason"]


def test_reasons_of_a_silent_play() -> None:
    silent = ORDERS + "payment_overdue: true"
    assert run("P62", silent, "silent", because="payment_overdue").passed
    assert codes(run("P62", silent, "silent", because="quiet_until")) == ["case-other-reason"]
    assert codes(run("P62", silent, "silent", because="stage")) == ["case-other-reason"]
    assert run("P62", "silence_level: silent", "silent", because="stage").passed


def test_history_silences_a_play_and_may_be_named() -> None:
    history = "history: [{code: P62, first_on: 2026-11-10, response: done, at: 2026-11-12}]"
    assert run("P62", ORDERS + history, "silent", because="cooling").passed


def test_day_and_person() -> None:
    assert run("P62", ORDERS + USER, due_on=datetime.date(2026, 11, 25), person="user").passed
    assert run("P62", ORDERS + USER, person="technical").passed
    assert codes(run("P62", ORDERS + USER, due_on=datetime.date(2026, 11, 26))) == ["case-other-day"]
    assert codes(run("P62", ORDERS + USER, person="decider")) == ["case-other-person"]


def test_a_case_with_bad_data_fails() -> None:
    problems = run("P62", ORDERS + "quiet_until: soon").problems
    assert [(one.code.partition("-")[0], one.details["column"], one.place.line) for one in problems] == [
        ("data", "quiet_until", 4)
    ]


def test_rows_of_later_days_are_no_mistake() -> None:
    assert run("P62", ORDERS + "surveys: [{surveyed_on: 2026-12-24}]").passed


def test_a_failing_case_says_why() -> None:
    result = run("P62", "stage: core\nordered_on: [2026-11-01]")
    text, hint = message(result.problems[0], "en")
    assert codes(result) == ["case-silent"] and "silence_level: ?" in text and hint


def test_what_stops_the_pipeline_is_a_failed_case(tmp_path: Path) -> None:
    bad = planted(tmp_path, SILENCE, "{{ last_product }}停单", "{{ last_produkt }}停单")
    result = run_case(bad, bad.play("P62"), case_of(ORDERS))
    assert [(one.code, one.place.line) for one in result.problems] == [
        ("template-unknown-name", line_of(tmp_path, SILENCE, "produkt"))
    ]


def test_a_planted_case_fails_at_its_place(tmp_path: Path) -> None:
    bad = planted(tmp_path, SILENCE, "    due_on: 2026-11-25", "    due_on: 2026-11-24")
    report = run_all(bad, "P62")
    assert [(one.problems[0].code, one.problems[0].place.path) for one in report.failed] == [
        ("case-other-day", (tmp_path / SILENCE).as_posix())
    ]
