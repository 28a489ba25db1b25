"""Derived facts against the method's definitions and worked examples (methodology 7.1–7.4, 7.6), by their entries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import value

TRADING = {"id": "A1", "name": "Probe", "stage": "regular"}
GAPS = ["2026-01-05", "2026-02-04", "2026-03-16", "2026-04-10", "2026-05-30", "2026-07-04"]
MET = {"depth": "impression", "last_contact_on": "2026-11-10"}


def deal(step: str, contacts: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"account": TRADING, "opportunities": [{"open": True, "purchase_step": step, **more}]}
    return facts if contacts is None else {**facts, "contacts": contacts}


@pytest.mark.parametrize(
    ("step", "number", "stage", "roles"),
    [
        ("need_found", 1, "need_discovery", ("user",)),
        ("feasibility", 2, "need_discovery", ("user",)),
        ("project_approval", 3, "project_approval", ("approver",)),
        ("tech_standard", 4, "tech_standard", ("technical",)),
        ("tender", 5, "supplier_evaluation", ("technical", "purchaser")),
        ("evaluation", 6, "supplier_evaluation", ("technical", "purchaser")),
        ("contract_review", 7, "purchase_commitment", ("decider",)),
        ("sign_fulfil", 8, "purchase_commitment", ("decider",)),
    ],
)
def test_m13_m02_step_need_stage_and_key_roles(
    step: str, number: int, stage: str, roles: tuple[str, ...], tmp_path: Path
) -> None:
    assert value(deal(step), "opportunity.step_no", tmp_path) == number
    assert value(deal(step), "opportunity.need_stage", tmp_path) == stage
    assert value(deal(step), "opportunity.key_roles", tmp_path) == roles


@pytest.mark.parametrize(
    ("contacts", "expected"),
    [
        (None, "unknown"),
        ([], False),
        ([{"buying_roles": ["technical"], **MET}], False),
        ([{"buying_roles": ["technical"], **MET}, {"buying_roles": ["purchaser"], **MET}], True),
        ([{"buying_roles": ["technical", "purchaser"], **MET}], True),
        ([{"buying_roles": ["technical", "purchaser"], **MET, "left_on": "2026-11-01"}], False),
        ([{"buying_roles": ["technical", "purchaser"], **MET, "last_contact_on": "2026-09-21"}], True),
        ([{"buying_roles": ["technical", "purchaser"], **MET, "last_contact_on": "2026-09-20"}], False),
        ([{"buying_roles": ["technical", "purchaser"], **MET, "depth": "stranger"}], False),
        ([{"buying_roles": ["technical"], **MET}, {"buying_roles": ["purchaser"], "depth": "impression"}], "unknown"),
        ([{"buying_roles": ["technical", "purchaser"], **MET}, {"buying_roles": ["user"]}], True),
    ],
)
def test_m02_all_key_roles_must_be_covered(contacts: Any, expected: Any, tmp_path: Path) -> None:
    assert value(deal("tender", contacts), "opportunity.key_person_covered", tmp_path) == expected


@pytest.mark.parametrize(
    ("as_of", "recency", "ratio", "score", "degree", "level"),
    [
        ("2026-07-14", 10, 1 / 6, 0.2, None, "active"),
        ("2026-08-01", 28, 2 / 6, 0.56, None, "active"),
        ("2026-08-18", 45, 5 / 6, 0.9, None, "near"),
        ("2026-08-23", 50, 1, 1, 0, "silent"),
        ("2026-09-02", 60, 1, 1.2, 0.2, "silent"),
        ("2026-09-27", 85, 1, 1.7, 0.7, "silent"),
    ],
)
def test_m98_silence_worked_example(
    as_of: str, recency: int, ratio: float, score: float, degree: float | None, level: str, tmp_path: Path
) -> None:
    from datetime import date

    from support import opened

    facts = {"account": TRADING, "orders": [{"ordered_on": day, "status": "delivered"} for day in GAPS]}
    advisor = opened(facts, tmp_path, as_of=date.fromisoformat(as_of))
    known = advisor.facts(advisor.book.accounts()[0])

    def read(name: str) -> Any:
        found = known.value(known.account, name)
        return found.data if found.known else None

    assert read("recency_days") == recency
    assert read("max_gap_days") == 50
    assert float(read("rank_ratio")) == pytest.approx(ratio)
    assert float(read("silence_score")) == pytest.approx(score)
    assert (
        (read("silence_degree") is None) if degree is None else float(read("silence_degree")) == pytest.approx(degree)
    )
    assert read("silence_level") == level


def test_m66_designers_have_no_silence_level(tmp_path: Path) -> None:
    orders = [{"ordered_on": day, "status": "delivered"} for day in GAPS]
    facts = {"account": {**TRADING, "chain_role": "consultant_designer"}, "orders": orders}
    assert value(facts, "silence_level", tmp_path) == "unknown"


def test_m08_value_index_of_equal_weights(tmp_path: Path) -> None:
    names = ("brand", "technology", "service", "standard", "response", "cases", "scale")
    ours = dict(zip(names, (5, 4, 4, 3, 5, 4, 3), strict=True))
    facts = {"account": {**TRADING, "value_scores": ours}}
    assert value(facts, "value_index", tmp_path) == 4
    rival = {"value_scores": dict.fromkeys(names, 3) | {"brand": 5, "technology": 5, "service": 4, "standard": 4}}
    facts["competitors"] = [rival]
    assert float(value(facts, "value_gap", tmp_path)) == pytest.approx(4 - (5 + 5 + 4 + 4 + 3 + 3 + 3) / 7)


@pytest.mark.parametrize(
    ("kind", "need", "layer"),
    [
        ("quality_poor", "quality", "core"),
        ("price_high", "interest", "additional"),
        ("standard_low", "quality", "core"),
        ("price_change_slow", "information", "additional"),
        ("supply_late", "service", "core"),
        ("staff_service_poor", "service", "additional"),
        ("company_small", "brand", "additional"),
        ("stingy", "emotion", "additional"),
    ],
)
def test_m28_complaints_reveal_needs(kind: str, need: str, layer: str, tmp_path: Path) -> None:
    facts = {"account": TRADING, "complaints": [{"kind": kind, "opened_on": "2026-11-01"}]}
    assert value(facts, "complaint.need_kind", tmp_path) == need
    assert value(facts, "complaint.layer", tmp_path) == layer


@pytest.mark.parametrize(
    ("kind", "layer"), [("staff_service_poor", "core"), ("stingy", "additional"), ("price_high", "additional")]
)
def test_m29_three_times_in_a_year_is_core_but_not_for_price(kind: str, layer: str, tmp_path: Path) -> None:
    rows = [{"kind": kind, "opened_on": day} for day in ("2025-11-21", "2026-03-01", "2026-11-01")]
    assert value({"account": TRADING, "complaints": rows}, "complaint.layer", tmp_path) == layer


@pytest.mark.parametrize(
    ("traits", "layer"),
    [
        ({"explicit": True, "stable": True, "strategic_sign": False}, "core"),
        ({"explicit": False, "stable": False, "strategic_sign": False}, "additional"),
        ({"strategic_sign": True}, "latent"),
    ],
)
def test_m29_layer_of_a_need_from_its_traits(traits: dict[str, bool], layer: str, tmp_path: Path) -> None:
    assert value({"account": TRADING, "needs": [{"kind": "quality", **traits}]}, "need.layer", tmp_path) == layer


@pytest.mark.parametrize(("performance", "state"), [(5, "dissatisfied"), (8, "satisfied"), (9, "delighted")])
def test_m92_satisfaction_states(performance: int, state: str, tmp_path: Path) -> None:
    survey = {"surveyed_on": "2026-11-01", "expectation": 8, "performance": performance}
    assert value({"account": TRADING, "surveys": [survey]}, "satisfaction_state", tmp_path) == state


@pytest.mark.parametrize(
    ("stage", "since", "overdue"),
    [
        ("new", "2026-06-23", True),
        ("new", "2026-07-23", False),
        ("target", "2025-10-01", False),
        ("core", "2025-11-19", True),
    ],
)
def test_m39_upgrade_durations(stage: str, since: str, overdue: bool, tmp_path: Path) -> None:
    account = {"id": "A1", "name": "Probe", "stage": stage, "stage_since": since}
    assert value({"account": account}, "stage_overdue", tmp_path) == overdue


def test_m46_five_of_six_conditions_are_not_enough(tmp_path: Path) -> None:
    five = dict.fromkeys(("mutual_need", "mutual_wish", "joint_interest", "timing_method", "medium_info"), True)
    account = {**TRADING, "conditions": {**five, "two_way": False}}
    assert value({"account": account}, "upgrade_ready", tmp_path) is False
    account["conditions"]["two_way"] = True
    assert value({"account": account}, "upgrade_ready", tmp_path) is True


def test_m38_a_core_account_that_buys_on_price_is_suggested_regular(tmp_path: Path) -> None:
    facts = {"account": {"id": "A1", "name": "Probe", "stage": "core", "value_orientation": "price"}}
    assert value(facts, "stage_suggested", tmp_path) == "regular"


def test_section_6_stage_is_never_inferred_for_a_single_account(tmp_path: Path) -> None:
    orders = [{"ordered_on": day, "status": "delivered"} for day in GAPS]
    assert value({"account": {"id": "A1", "name": "Probe"}, "orders": orders}, "stage", tmp_path) == "unknown"


def test_m43_unique_values_are_the_intersection(tmp_path: Path) -> None:
    facts = {
        "account": TRADING,
        "competitors": [{"move": "quoting", "lacks_values": ["service", "brand"]}],
        "own": {"strong_values": ["service", "technical_resource"]},
    }
    assert value(facts, "unique_values", tmp_path) == 1


@pytest.mark.parametrize(("seen", "raid"), [("2026-11-01", True), ("2026-08-01", "unknown"), (None, True)])
def test_7_2_old_flags_count_as_unknown_and_undated_ones_count(seen: str | None, raid: Any, tmp_path: Path) -> None:
    rival = {"move": "trial", "price_index": 0.9, **({"seen_on": seen} if seen else {})}
    assert value({"account": TRADING, "competitors": [rival]}, "price_raid", tmp_path) == raid


@pytest.mark.parametrize(
    ("opened", "trend", "expected"),
    [
        (["2026-02-01", "2026-03-01", "2025-09-01"], -0.25, True),
        (["2026-02-01", "2026-03-01", "2025-09-01"], 0.1, False),
        (["2026-02-01", "2026-03-01", "2026-11-01"], -0.25, False),
        (["2026-02-01"], -0.25, False),
    ],
)
def test_m97_complaints_stopped(opened: list[str], trend: float, expected: bool, tmp_path: Path) -> None:
    facts = {
        "account": {**TRADING, "sales_trend_ratio": trend},
        "complaints": [{"kind": "supply_late", "opened_on": day, "closed_on": day} for day in opened],
        "contacts": [{"buying_roles": ["user"], "last_contact_on": "2026-11-14", "depth": "impression"}],
        "surveys": [],
    }
    assert value(facts, "complaint_silence", tmp_path) is expected


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        ([], "product"),
        (["product", "relationship"], "price"),
        (["product", "relationship", "price", "composite"], "none"),
    ],
)
def test_m17_next_supplier_filter(passed: list[str], expected: str, tmp_path: Path) -> None:
    assert value(deal("tender", funnel_passed=passed), "opportunity.next_filter", tmp_path) == expected


@pytest.mark.parametrize(
    ("price", "amount", "small"), [(300, None, True), (300, 19999, True), (300, 20000, False), (1000, None, False)]
)
def test_m24_small_tickets(price: int, amount: int | None, small: bool, tmp_path: Path) -> None:
    facts = deal("need_found", product_id="D1", **({"amount": amount} if amount else {}))
    facts["products"] = [{"id": "D1", "unit_price": price}]
    assert value(facts, "opportunity.small_ticket", tmp_path) is small


def test_7_2_unknown_silence_does_not_make_an_account_unhealthy(tmp_path: Path) -> None:
    assert value({"account": TRADING}, "healthy", tmp_path) is True
    facts = {"account": TRADING, "complaints": [{"kind": "quality_poor", "opened_on": "2026-11-01", "closed_on": None}]}
    assert value(facts, "healthy", tmp_path) is False


def test_m102_net_value(tmp_path: Path) -> None:
    facts = {"account": {**TRADING, "annual_gross_profit": 90000, "cost_to_serve": 120000}}
    assert value(facts, "net_value", tmp_path) == -30000


def test_m118_share_of_wallet(tmp_path: Path) -> None:
    facts = {"account": {**TRADING, "annual_sales": 2000000, "category_spend": 10000000}}
    assert float(value(facts, "share_of_wallet", tmp_path)) == pytest.approx(0.2)


def test_m87_survey_due_after_180_days_or_when_there_is_none(tmp_path: Path) -> None:
    for day, due in (("2026-05-24", False), ("2026-05-23", True)):
        assert value({"account": TRADING, "surveys": [{"surveyed_on": day}]}, "survey_due", tmp_path) is due
    assert value({"account": TRADING, "surveys": []}, "survey_due", tmp_path) is True
    assert value({"account": TRADING}, "survey_due", tmp_path) == "unknown"


def test_m40_policy_by_stage(tmp_path: Path) -> None:
    assert value({"account": {**TRADING, "stage": "new"}}, "need_policy", tmp_path) == "refuse"
    assert value({"account": TRADING}, "latent_need_policy", tmp_path) == "look_for"


def test_m41_values_still_to_be_sent(tmp_path: Path) -> None:
    talk = {"occurred_on": "2026-11-01", "values": ["brand"], "effect": "noticed"}
    facts = {"account": {**TRADING, "stage": "new"}, "interactions": [talk]}
    assert "product" in value(facts, "values_to_send", tmp_path)


def test_m45_three_talks_without_effect(tmp_path: Path) -> None:
    days = ("2026-08-01", "2026-09-01", "2026-10-01")
    for last, expected in (("noticed", True), ("understood", False)):
        effects = ("noticed", "none", last)
        talks = [{"occurred_on": d, "values": ["brand"], "effect": e} for d, e in zip(days, effects, strict=True)]
        assert value({"account": TRADING, "interactions": talks}, "transmission_ineffective", tmp_path) is expected


def test_section_6_payment_is_unknown_while_nobody_says_whether_it_was_paid(tmp_path: Path) -> None:
    order = {"ordered_on": "2026-08-01", "due_on": "2026-10-01", "amount": 100, "status": "delivered"}
    for paid, expected in (({}, "unknown"), ({"paid_on": None}, True), ({"paid_on": "2026-10-05"}, False)):
        assert value({"account": TRADING, "orders": [{**order, **paid}]}, "payment_overdue", tmp_path) == expected


def test_the_source_of_a_conclusion_is_the_record_that_decided_it(tmp_path: Path) -> None:
    from support import opened

    paid = {"id": "S1", "ordered_on": "2026-07-01", "due_on": "2026-08-01", "paid_on": "2026-08-01", "amount": 1}
    late = {"id": "S2", "ordered_on": "2026-08-01", "due_on": "2026-10-01", "paid_on": None, "amount": 1}
    advisor = opened({"account": TRADING, "orders": [paid, late]}, tmp_path)
    known = advisor.facts(advisor.book.accounts()[0])
    assert known.value(known.account, "payment_overdue").source == "order S2 2026-08-01"
