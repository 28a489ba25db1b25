"""Entries M01–M64 of the method: what the catalogue's "Test" lines ask for (rules/method/m001-m064.yaml names each)."""

from __future__ import annotations

import functools
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from metric_fixture import Shelf, figures, source
from overlay import planted
from support import AS_OF, ROOT, bundled, codes

from advisor.advice.advice import Advice, Step
from advisor.advice.advise import Advisor
from advisor.advice.workspace import Settings
from advisor.core import yaml_in
from advisor.data.asserted import assert_derived
from advisor.data.book import from_facts
from advisor.metrics.metrics import Metrics, MetricSource
from advisor.pages.page_json import dumps

ACCOUNT = {"id": "A1", "name": "Probe", "stage": "regular"}
MET = {"depth": "impression", "last_contact_on": "2026-11-10"}
USER = {"id": "C1", "name": "Wang", "buying_roles": ["user"], **MET}
DECIDER = {"id": "C2", "name": "Li", "buying_roles": ["decider"], **MET}


@functools.cache
def _advisor(text: str) -> Advisor:
    """An open run over facts, without the files: the content is read once for all tests."""
    content = bundled()
    item, _ = yaml_in.parse(text, "facts.json")
    book = assert_derived(from_facts(item, content.vocabulary, AS_OF, content.cells), content.vocabulary, content.cells)
    book.metrics = MetricSource(Metrics(content.metrics, content.policy, ()), content.vocabulary, book)
    return Advisor(content, Settings(Path(), "zh", AS_OF), book, "reference")


def run(account: dict[str, Any] | None = None, **tables: Any) -> Advisor:
    return _advisor(dumps({"account": {**ACCOUNT, **(account or {})}, **tables}))


def value(name: str, account: dict[str, Any] | None = None, **tables: Any) -> Any:
    """A fact of the account, or of the first row of another entity; "unknown" or "none" where it has no value."""
    advisor = run(account, **tables)
    facts = advisor.facts(advisor.book.accounts()[0])
    entity, _, field = name.partition(".") if name.partition(".")[0] in tables_of(advisor) else ("account", "", name)
    found = facts.value((facts.rows(entity) or ())[0], field)
    return found.data if found.known else str(found.state)


def tables_of(advisor: Advisor) -> set[str]:
    return set(advisor.content.vocabulary.entities)


def advice(account: dict[str, Any] | None = None, **tables: Any) -> Advice:
    advisor = run(account, **tables)
    return advisor.advise(advisor.book.accounts()[0], everything=True)


def fired(account: dict[str, Any] | None = None, **tables: Any) -> list[str]:
    return codes(advice(account, **tables))


def step(found: Advice, code: str) -> Step:
    return next(one for one in found.steps if one.code == code)


def deal(**values: Any) -> list[dict[str, Any]]:
    return [{"id": "O1", "open": True, **values}]


def words(code: str, block: str, language: str) -> str:
    """A block of a play as its trainer wrote it."""
    return "\n".join(line.text for line in getattr(bundled().play(code).words[language], block))


# --- 2.1 nine characters and four degrees --------------------------------------------------------


def test_m01_a_play_without_words_is_refused_by_name(tmp_path: Path) -> None:
    name = "playbooks/development/climb-the-talk-ladder.yaml"
    block = re.search(r"(?m)^  message: \|\n(?:    .*\n)+", (ROOT / name).read_text(encoding="utf-8"))
    assert block
    problems = [one for one in planted(tmp_path, name, block[0]).problems if one.code == "missing-block"]
    assert problems and problems[0].place.path.endswith(name)
    assert "message" in problems[0].details.values()


def test_m02_need_found_with_only_a_decider_met() -> None:
    tables = {"contacts": [DECIDER], "opportunities": deal(purchase_step="need_found")}
    assert value("opportunity.key_roles", **tables) == ("user",)
    found = fired(**tables)
    assert {"P01", "P02", "P03"} <= {*found}
    assert "P05" not in found


def test_m03_the_next_rung_of_the_talk_ladder() -> None:
    for level, expected in (("greeting", True), ("shared_values", False)):
        contacts = [{**USER, "dialogue_level": level}]
        assert ("P07" in fired(contacts=contacts, opportunities=deal(purchase_step="need_found"))) is expected


def test_m04_an_inferior_bid_is_mended() -> None:
    bid = {"purchase_step": "evaluation", "solution_tailored": True, "solution_status": "submitted"}
    assert "P08" in fired(opportunities=deal(**bid, solution_vs_competitor="inferior"))
    assert "P08" not in fired(opportunities=deal(**bid, solution_vs_competitor="superior"))


def test_m05_trust_without_a_need() -> None:
    contacts = [{**USER, "depth": "trust_favour"}]
    assert "P09" in fired(contacts=contacts, needs=[], opportunities=deal(purchase_step="tender"))
    assert "P09" not in fired(
        contacts=contacts, needs=[{"kind": "quality"}], opportunities=deal(purchase_step="tender")
    )


def test_m06_influence_and_the_gap_decide_whom_to_see() -> None:
    contacts = [
        {"id": "C1", "name": "Small", "influence": 2, "buying_roles": ["user"], "last_contact_on": "2026-11-15"},
        {"id": "C2", "name": "Great", "influence": 5, "buying_roles": ["user"], "last_contact_on": "2026-09-11"},
    ]
    tables = {"contacts": contacts, "opportunities": deal(purchase_step="need_found")}
    advisor = run(**tables)
    facts = advisor.facts(advisor.book.accounts()[0])
    weights = {row.id: facts.value(row, "contact_priority").data for row in facts.rows("contact") or ()}
    assert weights == {"C1": 10, "C2": 350}
    assert step(advice(**tables), "P03").person.name == "Great"


def test_m07_value_comes_before_technology() -> None:
    degrees = {play.code: play.degree for play in bundled().plays}
    assert (degrees["P13"], degrees["P04"], degrees["P06"], degrees["P17"]) == (
        "value",
        "technology",
        "relationship",
        "service",
    )


def test_m08_a_lead_in_value_is_not_answered_by_a_price_cut() -> None:
    names = ("brand", "technology", "service", "standard", "response", "cases", "scale")
    ours = {"value_scores": dict(zip(names, (5, 4, 4, 3, 5, 4, 3), strict=True))}
    rival = {"name": "Rival", "value_scores": dict(zip(names, (4, 4, 4, 3, 4, 3, 3), strict=True))}
    tables = {"competitors": [rival], "contacts": [DECIDER], "opportunities": deal(psych_phase="negotiating")}
    assert value("value_gap", ours, **tables) > 0
    found = step(advice(ours, **tables), "P16")
    assert not PRICE_CUT.search("\n".join((found.message, *found.steps)))


PRICE_CUT = re.compile(r"(?<!不)(?<!别)(?:降价|让价|便宜点)|(?:price cut|cut the price|cheaper)", re.IGNORECASE)


def test_m09_the_commitment_comes_with_a_service_annex() -> None:
    tables = {"contacts": [DECIDER], "opportunities": deal(purchase_step="contract_review", service_annex=False)}
    assert "附件" in "\n".join(step(advice(**tables), "P05").steps)
    assert "annex" in words("P05", "steps", "en")


def test_m10_no_technology_play_while_the_need_is_being_found() -> None:
    degrees = {play.code: play.degree for play in bundled().plays}
    tables = {"contacts": [USER], "opportunities": deal(purchase_step="need_found"), "interactions": []}
    assert not [code for code in fired(**tables) if degrees[code] == "technology"]
    assert "P40" in fired({"stage": "strategic_partner"}, interactions=[])


def test_m11_no_grey_share_anywhere() -> None:
    """The trainer's note of M11 itself is the only text that speaks of it."""
    vocabulary = bundled().vocabulary
    names = [f"{entity.name}.{name}" for entity in vocabulary.entities.values() for name in entity.fields]
    assert not [name for name in (*names, *bundled().policy, *bundled().metrics) if re.search(r"gr[ea]y", name)]
    for path in (*ROOT.glob("playbooks/*/*.yaml"), *ROOT.glob("rules/**/*")):
        if path.is_file() and path.parent.name != "method":
            assert not re.search(r"灰色|\bgr[ea]y (share|marketing)", path.read_text(encoding="utf-8")), path


def test_m12_a_demand_for_a_benefit_stands_first() -> None:
    found = advice(contacts=[{**USER, "demands_benefit": True}], opportunities=deal(purchase_step="need_found"))
    assert [line.code for line in found.guards] == ["G01"]
    assert found.steps and all(one.person.contact_id != "C1" for one in found.steps)


def test_m12_no_play_holds_a_banned_term() -> None:
    banned = re.compile(
        "回扣|好处费|红包|送礼|请吃|桑拿|打业务牌|线人(?!员)|摆平|购物卡|加油卡|茶水费|居间费|个人返点|控标|陪标|围标|串标|内定|标底"
    )
    english = re.compile(r"\b(kickback|bribe|gift|hospitality)s?\b", re.IGNORECASE)
    for play in bundled().plays:
        for own in play.words.values():
            for block in ("headline", "message", "ask", "if_they_say", "steps", "because"):
                for line in getattr(own, block):
                    assert not banned.search(line.text) and not english.search(line.text), (play.code, line.text)


# --- 2.2 buying process and decision psychology --------------------------------------------------


def test_m13_tender_is_step_five() -> None:
    opportunities = deal(purchase_step="tender")
    assert value("opportunity.step_no", opportunities=opportunities) == 5
    assert value("opportunity.need_stage", opportunities=opportunities) == "supplier_evaluation"


def test_m14_the_sixth_node_is_the_technical_exchange() -> None:
    opportunities = deal(sales_node=6)
    assert value("opportunity.sales_node_name", opportunities=opportunities) == "technical_exchange"
    assert value("opportunity.node_depth", opportunities=opportunities) == "trust_favour"


def test_m14_there_is_no_eleventh_node() -> None:
    opportunities = deal(sales_node=11)
    assert value("opportunity.sales_node", opportunities=opportunities) == "unknown"
    assert any("sales_node" in str(problem.details) for problem in run(opportunities=opportunities).book.problems)


def test_m15_levels_missing_and_direct_approval() -> None:
    opportunities = deal(approval_mode="three_level", levels_required=3, levels_covered=1)
    assert value("opportunity.levels_missing", opportunities=opportunities) == 2
    assert value("opportunity.approval_not_taught", opportunities=opportunities) is False
    assert "P10" in fired(opportunities=opportunities)
    opportunities = deal(approval_mode="direct", levels_required=3, levels_covered=1)
    assert value("opportunity.approval_not_taught", opportunities=opportunities) is True
    assert "P10" not in fired(opportunities=opportunities)


def test_m16_enter_before_the_window_opens() -> None:
    assert "P19" in fired(opportunities=deal(entered=False, window_opens_on="2027-01-20"))
    assert "P19" not in fired(opportunities=deal(entered=False, window_opens_on="2027-03-20"))
    assert bundled().policy["window_share_claim"] == Decimal("0.27")


def test_m17_each_filter_has_its_play() -> None:
    tables = {"opportunities": deal(purchase_step="evaluation", funnel_passed=["product", "relationship"])}
    assert value("opportunity.next_filter", **tables) == "price"
    assert "P20" in fired(**tables)


def test_m18_four_papers_for_the_supplier_review() -> None:
    found = advice({"supplier_review_on": "2026-12-30"}, contacts=[{**USER, "buying_roles": ["purchaser"]}])
    papers = step(found, "P21").steps
    assert len(papers) == 4
    for paper, mark in zip(papers, ("试用", "评价", "候选", "份额"), strict=True):
        assert mark in paper
    assert "P21" not in fired({"supplier_review_on": "2027-02-18"})


def test_m19_all_strangers_on_an_open_deal() -> None:
    strangers = [{**USER, "depth": "stranger"}, {**DECIDER, "depth": "stranger"}]
    assert "P06" in fired(contacts=strangers, opportunities=deal(purchase_step="need_found"))
    assert "P06" not in fired(contacts=[*strangers[:1], DECIDER], opportunities=deal(purchase_step="need_found"))


@pytest.mark.parametrize(
    ("phase", "expected"), [("satisfied", "P12"), ("aware", "P13"), ("negotiating", "P16"), (None, None)]
)
def test_m20_each_phase_has_its_play(phase: str | None, expected: str | None) -> None:
    six = {"P12", "P13", "P14", "P15", "P16", "P17"}
    found = six & {*fired(contacts=[USER], opportunities=deal(**({"psych_phase": phase} if phase else {})))}
    assert found == ({expected} if expected else set())


def test_m21_what_hurt_twice_is_the_first_criterion() -> None:
    kinds = ("price_high", "supply_late", "quality_poor", "supply_late")
    complaints = [{"kind": kind, "opened_on": f"2026-0{n}-01"} for n, kind in enumerate(kinds, 1)]
    assert value("suggested_criteria", complaints=complaints) == ("delivery", "price", "quality")
    assert value("suggested_criteria", complaints=[]) == ()
    assert value("suggested_criteria") == "unknown"


def test_m22_phase_and_ticket_decide_the_way_of_selling() -> None:
    for phase, price, expected in (("satisfied", 300000, "relationship"), ("choosing", 300, "transaction")):
        tables = {
            "opportunities": deal(psych_phase=phase, product_id="D1"),
            "products": [{"id": "D1", "name": "Pump", "unit_price": price}],
        }
        assert value("opportunity.sales_mode", **tables) == expected


def test_m23_a_guided_need_gives_the_edge() -> None:
    for origin, expected in (("rep_guided", "high"), ("self", "normal")):
        assert value("opportunity.competitive_edge", opportunities=deal(need_origin=origin)) == expected


def test_m24_small_tickets_get_the_fast_lane() -> None:
    products = [{"id": "D1", "name": "Seal", "unit_price": 300}]
    assert "P18" in fired(opportunities=deal(psych_phase="choosing", product_id="D1"), products=products)
    assert "P12" not in fired(opportunities=deal(psych_phase="satisfied", product_id="D1"), products=products)


def test_m25_conversion_from_step_to_step() -> None:
    shelf = Shelf().accounts("A1")
    steps = [*["need_found", "feasibility"] * 5, *["tech_standard"] * 4, "sign_fulfil"]
    for n, one in enumerate(steps):
        shelf.add("opportunity", f"O{n}", account_id="A1", open=True, purchase_step=one)
    found = [data for data in figures(source(shelf), "portfolio_funnel.sql").values() if data is not None]
    assert Decimal("0.4") in found
    assert Decimal("0.25") in found


def test_m26_two_of_the_four_and_the_gaps_named() -> None:
    contacts = [{"id": f"C{n}", "department": one} for n, one in enumerate(("finance", "purchasing", "technical"))]
    assert value("guardian_count", contacts=contacts) == 2
    assert value("guardian_gaps", contacts=contacts) == ("management", "use")
    assert value("guardian_count") == "unknown"


CASH_POOL = {
    "products": [
        {"id": "D1", "name": "Cash pool", "family": "collection"},
        {"id": "D2", "name": "Report", "family": "x"},
    ],
    "offers": [{"product_id": "D1", "account_id": "A1"}, {"product_id": "D2", "account_id": "A1"}],
}


def test_m27_the_entry_is_the_user_and_the_product_fits_the_need() -> None:
    needs = [{"kind": "information", "tag": "x"}]
    tables = {"needs": needs, "opportunities": deal(purchase_step="need_found"), **CASH_POOL}
    assert value("opportunity.key_roles", **tables) == ("user",)
    assert value("need.product_hint", **tables) == "Report"


# --- 2.3 needs -----------------------------------------------------------------------------------


def test_m30_core_needs_first_and_no_extras_for_the_new() -> None:
    core = [{"kind": "supply_late", "opened_on": "2026-11-15", "closed_on": None}]
    extra = [{"kind": "staff_service_poor", "opened_on": "2026-11-15", "closed_on": None}]
    for stage in ("target", "new", "regular", "core", "strategic_partner", "problem"):
        assert "P27" in fired({"stage": stage}, complaints=core), stage
    assert fired(complaints=core)[0] == "P27"
    assert "P28" in fired(complaints=extra)
    assert "P28" not in fired({"stage": "new"}, complaints=extra)


def test_m31_needs_are_positioned_where_none_is_on_file() -> None:
    assert "P32" in fired(needs=[])
    assert "P32" not in fired(needs=[{"kind": "quality", "layer": one} for one in ("core", "additional", "latent")])


def test_m32_file_and_needs_come_together() -> None:
    thin = {"profile_completeness_ratio": 0.5, "profile_updated_on": "2026-01-01"}
    assert {"P31", "P32"} <= {*fired(thin, needs=[])}


@pytest.mark.parametrize(
    ("ratio", "updated", "expected"),
    [(0.5, "2026-11-01", True), (0.9, "2026-05-04", True), (0.9, "2026-10-21", False)],
)
def test_m33_a_thin_or_old_file_is_completed(ratio: float, updated: str, expected: bool) -> None:
    assert ("P31" in fired({"profile_completeness_ratio": ratio, "profile_updated_on": updated})) is expected


def test_m34_the_widest_gap_in_fit() -> None:
    fits = ((0.9, 0.5), (0.6, 0.8), (0.7, 0.8))
    needs = [{"kind": "quality", "our_fit": ours, "rival_fit": theirs} for ours, theirs in fits]
    assert value("worst_fit_gap", needs=[*needs, {"kind": "service"}]) == Decimal("-0.2")
    assert value("need.fit_gap", needs=needs) == Decimal("0.4")


def test_m35_goal_problem_and_need_are_asked_for() -> None:
    step_one = {"purchase_step": "need_found"}
    assert "P33" in fired(opportunities=deal(**step_one, gpn_complete=False))
    assert "P33" in fired(opportunities=deal(**step_one, gpn={"goals": "fewer stops"}))
    assert "P33" not in fired(opportunities=deal(**step_one, gpn_complete=True))
    full = {"goals": "fewer stops", "problems": "seals", "needs": "better seals"}
    assert "P33" not in fired(opportunities=deal(**step_one, gpn=full))
    assert value("opportunity.gpn_complete", opportunities=deal(**step_one)) == "unknown"


def test_m36_a_cash_flow_need_points_at_its_product_family() -> None:
    tables = {"needs": [{"kind": "service", "tag": "collect"}], **CASH_POOL}
    assert value("need.product_family", **tables) == "collection"
    assert value("need.product_hint", **tables) == "Cash pool"


def test_m37_the_segment_test_that_failed_is_named() -> None:
    three = {"large_enough": True, "alike": True, "buying_context": True}
    failed = {"plan_segment": {**three, "reachable": False}}
    assert value("segment_failed", failed) == "reachable"
    assert value("segment_valid", failed) is False
    assert value("segment_valid", {"plan_segment": {**three, "reachable": True}}) is True
    assert value("segment_failed") == "unknown"


# --- 2.4 stages, transmission, upgrading ---------------------------------------------------------


def told(*effects: str) -> list[dict[str, Any]]:
    return [
        {"occurred_on": f"2026-{10 + n // 28:02d}-{n % 28 + 1:02d}", "values": ["brand"], "effect": effect}
        for n, effect in enumerate(effects)
    ]


def test_m42_two_of_nine_kinds_of_value_told() -> None:
    talks = [{"occurred_on": "2025-01-01", "values": ["product"]}, {"occurred_on": "2026-11-01", "values": ["brand"]}]
    assert value("value_coverage", interactions=talks) == 2
    assert len(bundled().vocabulary.choices["value9"].labels) == 9
    assert "customer_resource" in bundled().vocabulary.choices["value9"].labels


def test_m43_one_unique_value_is_enough_to_lead_with_it() -> None:
    tables = {
        "competitors": [{"name": "Rival", "move": "quoting", "lacks_values": ["service", "brand"]}],
        "own": {"strong_values": ["service", "technical_resource"]},
        "opportunities": deal(purchase_step="evaluation"),
    }
    assert value("unique_values", **tables) == 1
    assert "P23" in fired(**tables)


def test_m44_ten_visits_without_effect_are_no_transmission() -> None:
    assert value("transmission_ineffective", interactions=told(*["none"] * 10)) is True


def test_m45_after_three_talks_in_vain_the_way_is_changed() -> None:
    assert "P43" in fired(interactions=told("noticed", "none", "noticed"))
    assert "P43" not in fired(interactions=told("noticed", "none", "understood"))


def test_m46_the_missing_condition_is_named() -> None:
    five = dict.fromkeys(("mutual_need", "mutual_wish", "joint_interest", "timing_method", "medium_info"), True)
    account = {"conditions": {**five, "two_way": False}}
    assert value("conditions_missing", account) == ("two_way",)
    assert value("upgrade_ready", account) is False
    assert value("conditions_missing", {"conditions": {**five, "two_way": True}}) == ()


@pytest.mark.parametrize(("problem", "share", "expected"), [(10, "0.042", True), (7, "0.029", False)])
def test_m47_ten_of_238_are_too_many(problem: int, share: str, expected: bool) -> None:
    found = value("portfolio.problem_ratio", portfolio={"account_count": 238, "problem_count": problem})
    assert round(found, 3) == Decimal(share)
    assert (found > bundled().policy["problem_ratio_max"]) is expected


def test_m48_exit_only_where_nothing_can_be_settled() -> None:
    rejected = {"stage": "problem", "our_value_rejected": True}
    found = fired({**rejected, "reconcilable": False})
    assert "P45" in found and "P44" not in found
    found = fired({**rejected, "reconcilable": True})
    assert "P44" in found and "P45" not in found


def test_m49_extra_demands_of_a_new_account() -> None:
    assert "P30" in fired({"stage": "new", "extra_demand_open": True})
    found = fired(
        {"extra_demand_open": True}, complaints=[{"kind": "stingy", "opened_on": "2026-11-15", "closed_on": None}]
    )
    assert "P28" in found and "P30" not in found


def test_m50_a_low_offer_at_a_regular_account() -> None:
    rival = {"name": "Rival", "move": "trial", "price_index": 0.90, "seen_on": "2026-11-10"}
    assert "P66" in fired(competitors=[rival])


def test_m51_no_step_for_a_core_account_proposes_a_price_cut() -> None:
    found = advice(
        {"stage": "core", "value_orientation": "value", "discount_ratio": 0.2, "switching_barrier": "low"},
        competitors=[{"name": "Rival", "move": "quoting", "price_index": 0.8, "seen_on": "2026-11-10"}],
        opportunities=deal(psych_phase="negotiating", price_pressure=True),
        interactions=[],
    )
    assert {"P16", "P39", "P66"} <= {*codes(found)}
    for one in found.steps:
        for text in (one.headline, one.message, *one.steps):
            assert not PRICE_CUT.search(text), (one.code, text)


def test_m52_a_deep_need_leads_to_an_agreement() -> None:
    account = {"stage": "core", "deep_need": True, "strategic_agreement": False}
    assert "P57" in fired(account)
    assert "P57" not in fired({**account, "strategic_agreement": True})


def test_m53_two_of_twenty_accounts_upgraded() -> None:
    shelf = Shelf()
    for n in range(20):
        now = "regular" if n < 2 else "new"
        shelf.add("account", f"A{n:02d}", stage=now, owner_id="R1")
        shelf.add("stage_history", f"S{n}", account_id=f"A{n:02d}", stage="new", entered_on="2026-01-01")
        if n < 2:
            shelf.add("stage_history", f"T{n}", account_id=f"A{n:02d}", stage=now, entered_on="2026-10-20")
    found = figures(source(shelf), "portfolio_upgrades.sql")
    assert Decimal("0.1") in [data for data in found.values() if isinstance(data, Decimal)], found


# --- 2.5 who is a key account --------------------------------------------------------------------


def test_m54_a_key_account_by_nature_is_not_one_by_tier() -> None:
    account = {"tier": "medium", "ka_kinds": ["important"]}
    assert value("is_ka", account) is False
    assert value("ka_by_nature", account) is True
    assert value("ka_by_nature", {**account, "tier": "large"}) is False


def test_m55_sales_without_margin_are_looked_into() -> None:
    assert "P50" in fired({"sales_percentile": 0.96, "gross_margin_ratio": 0.06})
    assert "P50" not in fired({"sales_percentile": 0.4, "gross_margin_ratio": 0.5})
    shelf = Shelf()
    for n in range(10):
        shelf.add("account", f"A{n}", annual_sales=1000 - n, sales_percentile="0.4", gross_margin_ratio="0.5")
    tiers = [figures(source(shelf), "book_rank.sql", f"A{n}")["tier"] for n in range(5, 10)]
    assert not {*tiers} & {"vip", "large"}


def test_m56_kinds_of_key_account() -> None:
    account = {"sector": "education_health", "growth_potential": 5, "competitor_target": True}
    assert value("ka_kinds", account) == ("important", "strategic")
    assert value("ka_kinds", {"category_volume_percentile": 0.9, "usage_per_year": 24}) == ("economic",)
    assert value("ka_kinds", {"same_value_chain": True}) == ("group",)
    assert value("ka_kinds", {"category_volume_percentile": 0.9, "usage_per_year": 2}) == ()


def test_m57_three_of_four_make_a_candidate() -> None:
    account = {"progressive_management": True, "credit": "good", "sales_percentile": 0.5}
    tables = {"derived": {"margin_above_median": True}}
    assert value("screen_score", account, **tables) == 3
    assert value("ka_candidate", account, **tables) is True
    assert value("ka_candidate", {**account, "credit": "fair"}, **tables) is False
    assert value("screen_score", account) == "unknown"


def test_m57_the_median_of_the_book() -> None:
    shelf = Shelf()
    for n in range(11):
        shelf.add("account", f"A{n}", gross_margin_ratio=f"0.{10 + n}")
    made = source(shelf)
    found = [figures(made, "margin_rank.sql", f"A{n}")["margin_above_median"] for n in (4, 5, 6)]
    assert found == [False, False, True]


def test_m58_the_review_lists_the_four_steps_in_order() -> None:
    steps = words("P48", "steps", "zh").splitlines()
    assert [mark in line for mark, line in zip(("目标", "来源", "资料", "分析"), steps, strict=True)] == [True] * 4


def test_m59_indicators_are_shown_and_none_decides_alone() -> None:
    orders = [{"ordered_on": f"2026-0{n}-01", "amount": 100 * n, "status": "delivered"} for n in (1, 2, 6)]
    tables = {"orders": orders, "complaints": [{"kind": "other", "opened_on": "2026-09-01"}]}
    shown = ("largest_ticket", "mean_ticket", "complaint_count_year")
    assert [value(name, **tables) for name in shown] == [600, 300, 1]
    assert str(value("trading_since", **tables)) == "2026-01-01"
    assert value("tier_warnings", {"tier": "vip"}, **tables) == ("single_indicator",)
    assert "一个数" in words("P48", "do_not", "zh")


def test_m60_curry_shares_are_three_thresholds() -> None:
    shelf = Shelf()
    for n in range(1, 201):
        shelf.add("account", f"A{n}", annual_sales=1000 - n)
    cuts = {"tier_vip_cut": "0.01", "tier_large_cut": "0.05", "tier_medium_cut": "0.20"}
    made = source(shelf, changes={name: Decimal(cut) for name, cut in cuts.items()})
    tiers = [figures(made, "book_rank.sql", f"A{n}")["tier"] for n in range(1, 201)]
    assert [tiers.count(tier) for tier in ("vip", "large", "medium", "small")] == [2, 8, 30, 160]


def scorecard(**actual: int) -> dict[str, Any]:
    return {"scorecard": {quadrant: {"target": 100, "actual": done} for quadrant, done in actual.items()}}


def test_m61_present_and_potential_value() -> None:
    account = scorecard(finance=90, sales=110, customer=50, service=70)
    assert value("scorecard_present", account) == Decimal("1")
    assert value("scorecard_potential", account) == Decimal("0.6")
    assert value("scorecard_composite", account) == Decimal("0.84")
    assert value("value_quadrant", account) == "maintain"
    assert value("value_quadrant", scorecard(finance=50, sales=50, customer=90, service=90)) == "develop"
    assert value("value_quadrant", scorecard(finance=90, sales=90, customer=90, service=90)) == "invest"
    assert value("value_quadrant", scorecard(finance=50, sales=50, customer=50, service=50)) == "economise"


def test_m61_attainment_is_capped() -> None:
    assert value("sales_attained", scorecard(finance=90, sales=400, customer=50, service=70)) == Decimal("1.5")
    assert value("scorecard_present", scorecard(sales=400)) == "unknown"


def test_m62_the_review_names_the_three_standards() -> None:
    for language, marks in (("zh", ("单项指标", "金字塔", "记分卡")), ("en", ("indicator", "pyramid", "scorecard"))):
        text = words("P48", "steps", language)
        places = [text.find(mark) for mark in marks]
        assert -1 not in places and places == sorted(places)


def test_m63_favours_without_exchange() -> None:
    assert "P55" in fired({"discount_ratio": 0.22})
    assert value("tier_warnings", {"discount_ratio": 0.22}) == ("favours",)


def test_m63_each_misconception_is_warned_of() -> None:
    neglected = [{"id": "C1", "buying_roles": ["user"], "last_contact_on": "2025-01-01"}]
    assert value("tier_warnings", {"tier": "small"}, contacts=neglected) == ("small_dropped",)
    orders = [{"ordered_on": "2026-10-01", "amount": 900000, "status": "delivered"}]
    rich = {"tier": "vip", "gross_margin_ratio": 0.3}
    assert value("tier_warnings", rich, orders=orders) == ("big_ticket",)
    assert value("tier_warnings", {"tier": "large", "gross_margin_ratio": 0.06}) == ("volume_only",)
    assert value("tier_warnings", rich) == ()


def test_m63_small_accounts_keep_their_rescue() -> None:
    complaint = [{"kind": "supply_late", "opened_on": "2026-11-15", "closed_on": None}]
    assert "P27" in fired({"tier": "small"}, complaints=complaint)


def test_m64_two_of_ten_give_eighty_per_cent_as_measured() -> None:
    shelf = Shelf()
    for n, profit in enumerate((50, 30, 5, 5, 4, 2, 1, 1, 1, 1)):
        shelf.add("account", f"A{n}", annual_gross_profit=profit)
    assert figures(source(shelf), "portfolio.sql")["pareto_profit_share"] == Decimal("0.8")
