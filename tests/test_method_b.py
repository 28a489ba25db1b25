"""Entries M65 to M128 of the method, each by the test that the catalogue asks for (see rules/method/m065-m128.yaml)."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import ROOT, advised, bundled, codes, demo, opened, value

from advisor.advice.advise import Advisor
from advisor.content.plays import Play
from advisor.core import yaml_in

REGULAR = {"id": "A1", "name": "Probe", "stage": "regular"}
CORE = {**REGULAR, "stage": "core"}
VIP = {**REGULAR, "tier": "vip"}
LARGE = {**REGULAR, "tier": "large"}
SURVEYED = {"surveyed_on": "2026-11-01"}
KEY_PERSON = {"buying_roles": ["decider"], "depth": "impression", "last_contact_on": "2026-11-10"}


def about(account: dict[str, Any], **tables: Any) -> dict[str, Any]:
    return {"account": account, **tables}


def plays(account: dict[str, Any], tmp_path: Path, **tables: Any) -> list[str]:
    return codes(advised(about(account, **tables), tmp_path))


def of_account(account: dict[str, Any], name: str, tmp_path: Path, **tables: Any) -> Any:
    return value(about(account, **tables), name, tmp_path)


@functools.cache
def entries() -> dict[str, Any]:
    path = ROOT / "rules/method/m065-m128.yaml"
    item, problems = yaml_in.load(path, path.name)
    assert not problems
    return {str(key): body for key, body in item.plain().items() if key != "kinds"}


def play(code: str) -> Play:
    return bundled().play(code)


def text(code: str) -> str:
    return (ROOT / "playbooks" / f"{play(code).path}.yaml").read_text(encoding="utf-8")


def content_texts() -> Iterator[tuple[str, str]]:
    """All plays and guards as text; what is said to a rep or a customer comes from nowhere else."""
    for path in [*ROOT.glob("playbooks/*/*.yaml"), *ROOT.glob("rules/guards/*.yaml")]:
        yield path.name, path.read_text(encoding="utf-8")


def resting_on(entry: str) -> set[str]:
    return {play.code for play in bundled().plays if entry in play.basis}


def of_two(accounts: list[str], tmp_path: Path, **tables: list[str]) -> Advisor:
    """A book of tables, as lines of CSV."""
    from advisor.advice import session
    from advisor.advice.workspace import Wish

    for name, lines in {"accounts": accounts, **tables}.items():
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    wish = Wish(data=tmp_path, as_of=datetime.date(2026, 11, 20), history=tmp_path / "h.csv", language="en")
    return session.open_book(wish)


# --- who they are to us --------------------------------------------------------------------------


def test_m65_the_tier_is_reviewed_once_a_year(tmp_path: Path) -> None:
    assert "P48" in plays({**REGULAR, "tier_reviewed_on": "2025-11-01"}, tmp_path)  # 384 days ago
    assert "P48" not in plays({**REGULAR, "tier_reviewed_on": "2025-11-30"}, tmp_path)  # 355
    growing = {**REGULAR, "tier": "small", "growth_potential": 4, "credit": "good", "stage": "new"}
    assert "P51" in plays(growing, tmp_path)


def test_m66_designers_sway_others_and_owe_no_order(tmp_path: Path) -> None:
    designer = {**REGULAR, "chain_role": "consultant_designer"}
    assert of_account(designer, "sways_others", tmp_path) is True
    assert of_account({**REGULAR, "chain_role": "contractor"}, "sways_others", tmp_path) is False
    assert of_account({**REGULAR, "chain_role": "developer"}, "client_type", tmp_path) == "developer"
    days = ("2025-12-01", "2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01")
    orders = [{"ordered_on": day, "status": "delivered"} for day in days]
    assert of_account(designer, "silence_level", tmp_path, orders=orders) == "unknown"
    assert not {"P61", "P62"} & set(plays(designer, tmp_path, orders=orders))


def test_m67_raising_a_share_comes_before_finding_new(tmp_path: Path) -> None:
    from advisor.pages.today import today

    vip = {**VIP, "supply_share_ratio": 0.2}
    assert of_account(vip, "raise_share", tmp_path) is True
    assert of_account({**vip, "supply_share_ratio": 0.3}, "raise_share", tmp_path) is False
    assert of_account({**vip, "tier": "small"}, "raise_share", tmp_path) is False
    book = of_two(
        [
            "id,name,stage,tier,supply_share_ratio,supplier_review_on,objective_need,growth_potential",
            "A1,Newcomer,prospect,,,,true,5",
            "A2,Vip,regular,vip,0.2,2026-12-20,,",
        ],
        tmp_path,
    )
    order = [(entry.account.id, entry.step.code) for entry in today(book, top=50)]
    assert order.index(("A2", "P21")) < order.index(("A1", "P11"))


# --- the plan ------------------------------------------------------------------------------------

SIX = ["industry", "competition", "individual_needs", "custom_solution", "service_capability", "customer_plan"]
FOUR = ["understanding", "standing", "affinity", "management"]


def test_m68_the_missing_analysis_is_named(tmp_path: Path) -> None:
    five = [one for one in SIX if one != "service_capability"]
    assert of_account({**LARGE, "plan_sections": five}, "plan_analyses_missing", tmp_path) == ("service_capability",)
    choices = bundled().vocabulary.choices["plan_section"]
    assert choices.labels["service_capability"]["en"] == "Service-support capability"
    assert "P49" in plays({**LARGE, "plan_on": None}, tmp_path)


def test_m69_a_plan_without_affinity_is_incomplete(tmp_path: Path) -> None:
    whole = {**LARGE, "plan_sections": [*SIX, *FOUR]}
    assert of_account(whole, "plan_incomplete", tmp_path) is False
    whole["plan_sections"] = [one for one in [*SIX, *FOUR] if one != "affinity"]
    assert of_account(whole, "plan_incomplete", tmp_path) is True
    assert of_account(whole, "plan_elements_missing", tmp_path) == ("affinity",)


def test_m70_worth_and_tier_of_an_account_are_known() -> None:
    book = demo()
    row = next(row for row in book.book.accounts() if row.id == "A01")
    facts = book.facts(row)
    assert facts.value(row, "clv").known and facts.value(row, "tier").known
    assert facts.value(row, "sales_trend_ratio").known
    from advisor.pages.brief import brief

    lines = [line for chapter in brief(book, row).chapters for block in chapter.blocks for line in block.lines]
    for label in ("终身价值", "级别"):
        assert [line for line in lines if line.startswith(label)], lines


def test_m71_the_file_then_the_needs_then_the_plan(tmp_path: Path) -> None:
    thin = {**LARGE, "profile_completeness_ratio": 0.3, "plan_on": None}
    assert of_account(thin, "work_open", tmp_path, needs=[]) == ("profile", "needs", "plan")
    thin["profile_completeness_ratio"] = 0.9
    assert of_account(thin, "work_open", tmp_path, needs=[], contacts=[]) == ("profile", "needs", "plan")
    assert of_account({**thin, "plan_on": "2026-10-01"}, "work_open", tmp_path, needs=[]) == ("needs",)


def test_m72_a_key_account_without_a_service_centre(tmp_path: Path) -> None:
    assert of_account({**LARGE, "service_centre": False}, "centre_missing", tmp_path) is True
    assert of_account({**LARGE, "service_centre": True}, "centre_missing", tmp_path) is False
    assert {"P53", "P65"} <= resting_on("M72")
    assert "一个受理口" in text("P53")


def test_m73_one_line_for_each_caution(tmp_path: Path) -> None:
    sound = {**LARGE, "team": ["marketing", "finance", "management"], "motive": "cost", "goals_set": True}
    assert of_account(sound, "cautions_failed", tmp_path) == ()
    assert of_account({**sound, "team": ["marketing"]}, "cautions_failed", tmp_path) == ("joined_resources",)
    no_motive = {key: one for key, one in sound.items() if key != "motive"}
    assert of_account(no_motive, "cautions_failed", tmp_path) == ("one_to_one",)
    worst = {**no_motive, "team": ["marketing"], "goals_set": False, "industry_influence": 5, "referral_given": False}
    failed = of_account(worst, "cautions_failed", tmp_path, surveys=[{**SURVEYED, "level": "no_opinion"}])
    assert failed == tuple(bundled().vocabulary.choices["ka_caution"].labels)


def test_m74_the_functions_that_are_missing(tmp_path: Path) -> None:
    alone = {**LARGE, "team": ["marketing"]}
    missing = ("production_rd", "technical_support", "finance", "management")
    assert of_account(alone, "team_missing", tmp_path) == missing
    assert "P53" in plays(alone, tmp_path)
    assert "P53" not in plays({**alone, "tier": "small"}, tmp_path)


@pytest.mark.parametrize(
    ("known", "motive"),
    [
        ({"industry": "real_estate"}, "profit"),
        ({"industry": "房地产"}, "profit"),
        ({"chain_role": "developer"}, "profit"),
        ({"sector": "party_government"}, "convenience"),
        ({"sector": "party_government", "motive": "safety"}, "safety"),
        ({"sector": "commercial"}, "unknown"),
    ],
)
def test_m75_default_motive(known: dict[str, str], motive: str, tmp_path: Path) -> None:
    assert of_account({**LARGE, **known}, "motive", tmp_path) == motive
    fires = "P34" in plays({**LARGE, **known}, tmp_path, opportunities=[{"open": True, "solution_tailored": False}])
    assert fires is (motive != "unknown")


@pytest.mark.parametrize(("level", "fires"), [("highly_satisfied", True), ("somewhat_dissatisfied", False)])
def test_m76_only_the_highly_satisfied_are_asked_to_recommend(level: str, fires: bool, tmp_path: Path) -> None:
    found = plays({**REGULAR, "industry_influence": 4}, tmp_path, surveys=[{**SURVEYED, "level": level}], complaints=[])
    assert ("P56" in found) is fires


def test_m77_preference_ends_at_the_discount_limit(tmp_path: Path) -> None:
    all_three = ("priority", "quality", "preference")
    assert of_account({**VIP, "discount_ratio": 0.15}, "service_lines", tmp_path) == all_three
    assert of_account({**VIP, "discount_ratio": 0.16}, "service_lines", tmp_path) == ("priority", "quality")
    assert of_account({**VIP, "tier": "small"}, "service_lines", tmp_path) == ("quality",)


def test_m78_a_deep_need_at_the_core_calls_for_an_agreement(tmp_path: Path) -> None:
    assert "P57" in plays({**CORE, "deep_need": True, "strategic_agreement": False}, tmp_path)
    assert "P57" not in plays({**CORE, "deep_need": True, "strategic_agreement": True}, tmp_path)


def test_m79_a_key_account_needs_an_account_manager(tmp_path: Path) -> None:
    assert of_account({**VIP, "owner_id": None}, "owner_missing", tmp_path) is True
    assert of_account({**VIP, "owner_id": "R1"}, "owner_missing", tmp_path) is False
    assert of_account({**VIP, "tier": "small"}, "owner_missing", tmp_path) is False


def test_m80_more_than_nine_key_accounts_and_no_sponsor(tmp_path: Path) -> None:
    assert of_account(VIP, "rep.over_span", tmp_path, reps=[{"id": "R1", "ka_count": 12}]) is True
    assert of_account(VIP, "rep.over_span", tmp_path, reps=[{"id": "R1", "ka_count": 9}]) is False
    assert "P52" in plays({**VIP, "sponsor_id": None}, tmp_path)


def test_m81_words_for_key_accounts_ask_for_the_outcome() -> None:
    """Every motive has its own questions, one of them for the result; a public tender knows only the documents."""
    path = ROOT / "playbooks" / f"{play('P34').path}.yaml"
    body = yaml_in.load(path, path.name)[0].plain()
    others = [one for one in body["instead"] if "public_tender" not in one["when"]]
    for words in (body, *others):
        assert "这件事办成了" in words["zh"]["ask"] and "When this works" in words["en"]["ask"]


def test_m82_the_new_is_offered_to_those_who_trust_us(tmp_path: Path) -> None:
    from advisor.pages.today import today

    book = of_two(
        [
            "id,name,stage,tier,objective_need,growth_potential",
            "A1,Newcomer,prospect,,true,5",
            "A2,Old friend,core,large,,",
        ],
        tmp_path,
        contacts=["id,account_id,name,buying_roles,trust,last_contact_on", "C1,A2,Zhang,user,5,2026-11-15"],
        products=["id,name,is_new", "D1,Film,true"],
        offers=["account_id,product_id", "A1,D1", "A2,D1"],
    )
    order = [(entry.account.id, entry.step.code) for entry in today(book, top=50)]
    advice = {row.id: codes(book.advise(row, everything=True)) for row in book.book.accounts()}
    assert "P70" in advice["A2"] and "P70" not in advice["A1"]
    assert [account for account, _ in order].index("A2") < [account for account, _ in order].index("A1")


def test_m83_the_line_belongs_to_p27_and_not_to_p45() -> None:
    assert "P27" in resting_on("M83") and "P45" not in resting_on("M83")
    assert set(entries()["M83"]["note"]) == {"zh", "en"}


# --- keeping customers ---------------------------------------------------------------------------


def test_m84_the_range_stays_in_the_notes() -> None:
    assert "85%" in entries()["M84"]["note"]["en"]
    for name, words in content_texts():
        assert "85%" not in words and "85％" not in words, name
    profit_of_churn = {0.25, 0.85}
    assert not profit_of_churn & {float(one) for one in bundled().policy.values() if isinstance(one, float)}


def test_m85_service_before_price(tmp_path: Path) -> None:
    unhappy = [{**SURVEYED, "level": "somewhat_dissatisfied"}]
    raid = [{"move": "quoting", "price_index": 0.9, "seen_on": "2026-11-10"}]
    late = [{"kind": "supply_late", "opened_on": "2026-11-15", "closed_on": None, "root_cause": "delivery"}]
    late[0]["internal_owner"] = None
    found = plays(REGULAR, tmp_path, surveys=unhappy, competitors=raid, complaints=late)
    assert found.index("P59") < found.index("P66") and found.index("P68") < found.index("P66")
    rescue = [one for one in bundled().plays if one.path.startswith("retention/") and one.timing.urgency == 1]
    assert rescue and {one.degree for one in rescue} <= {"service", "relationship"}


def test_m86_satisfaction_before_barriers(tmp_path: Path) -> None:
    unhappy = [{**SURVEYED, "level": "somewhat_dissatisfied"}]
    found = plays({**CORE, "switching_barrier": "low"}, tmp_path, surveys=unhappy)
    assert found.index("P59") < found.index("P64")


def test_m87_survey_and_recovery(tmp_path: Path) -> None:
    assert "P58" in plays(REGULAR, tmp_path, surveys=[{"surveyed_on": "2026-05-04", "level": "no_opinion"}])  # 200 days
    assert "P59" in plays(REGULAR, tmp_path, surveys=[{**SURVEYED, "level": "somewhat_dissatisfied"}])
    assert len(bundled().vocabulary.choices["level5"].labels) == 5


def test_m88_a_loss_not_yet_analysed(tmp_path: Path) -> None:
    gone = {**REGULAR, "stage": "exited"}
    assert "P63" in plays({**gone, "churn_analysed": False}, tmp_path)
    assert "P63" not in plays({**gone, "churn_analysed": True}, tmp_path)


def test_m89_a_key_account_without_contact(tmp_path: Path) -> None:
    assert "P65" in plays(LARGE, tmp_path, contacts=[{**KEY_PERSON, "last_contact_on": "2026-09-06"}])  # 75 days
    assert "P65" not in plays(LARGE, tmp_path, contacts=[{**KEY_PERSON, "last_contact_on": "2026-10-21"}])  # 30


def test_m90_a_low_offer_is_not_matched(tmp_path: Path) -> None:
    raid = [{"move": "quoting", "price_index": 0.9, "seen_on": "2026-11-10"}]
    assert "P66" in plays(REGULAR, tmp_path, competitors=raid) and "P66" in resting_on("M90")
    words = play("P66").words["zh"]
    assert "一上来就跟着降价" in str(words.do_not) and "质量" in str(words.steps)


def test_m91_a_prospect_hears_of_the_brand(tmp_path: Path) -> None:
    prospect = {**REGULAR, "stage": "prospect"}
    assert "brand" in of_account(prospect, "values_to_send", tmp_path, interactions=[])


def test_m93_felt_late_and_measured_on_time(tmp_path: Path) -> None:
    felt = [{**SURVEYED, "level": "somewhat_dissatisfied", "topics": ["late"]}]

    def orders(late: int) -> list[dict[str, Any]]:
        on = ["2026-10-10"] * (50 - late) + ["2026-10-20"] * late
        due = {"ordered_on": "2026-10-01", "promised_on": "2026-10-12", "status": "delivered"}
        return [{**due, "id": f"S{n}", "delivered_on": day} for n, day in enumerate(on)]

    facts = about(REGULAR, surveys=felt, orders=orders(1))
    assert float(value(facts, "on_time_ratio", tmp_path)) == pytest.approx(0.98)
    assert value(facts, "felt_against_record", tmp_path) is True
    assert value(about(REGULAR, surveys=felt, orders=orders(5)), "felt_against_record", tmp_path) is False
    assert "P59" in codes(advised(facts, tmp_path))
    assert "哪一次" in text("P59") and "Which time was the worst? What day was that?" in text("P59")


def test_m94_illustrative_loss(tmp_path: Path) -> None:
    assert of_account({**REGULAR, "annual_sales": 120000}, "dissatisfied_loss", tmp_path) == 3000000
    for name, words in content_texts():
        assert "dissatisfied_loss" not in words, f"{name} shows an illustration as a figure"


def test_m96_signs_of_loyalty(tmp_path: Path) -> None:
    loyal = {**REGULAR, "sales_trend_ratio": 0.12, "referral_given": True, "suggestion_count": 2}
    assert of_account(loyal, "loyalty_signals", tmp_path) == 3
    assert of_account(REGULAR, "loyalty_signals", tmp_path) == 0
    wide = [
        {"id": f"S{n}", "ordered_on": "2026-10-01", "status": "delivered", "product_id": f"D{n}", "amount": 100}
        for n in (1, 2)
    ]
    tables = {
        "orders": wide,
        "products": [{"id": "D1", "family": "film"}, {"id": "D2", "family": "glue"}],
        "opportunities": [{"open": True, "price_pressure": False}],
    }
    assert of_account(loyal, "loyalty_signals", tmp_path, **tables) == 5


def test_m97_the_quiet_ones_are_visited(tmp_path: Path) -> None:
    days = ("2025-08-20", "2025-12-01", "2026-03-01")
    before = [{"kind": "supply_late", "opened_on": day, "closed_on": day} for day in days]
    met = [{**KEY_PERSON, "last_contact_on": "2026-11-13"}]
    falling = {**REGULAR, "sales_trend_ratio": -0.25}
    assert "P60" in plays(falling, tmp_path, complaints=before, contacts=met, surveys=[])
    growing = {**REGULAR, "sales_trend_ratio": 0.1}
    assert "P60" not in plays(growing, tmp_path, complaints=before, contacts=met, surveys=[])


@pytest.mark.parametrize(("day", "grade"), [("2026-09-02", "mild"), ("2026-09-27", "medium"), ("2026-10-12", "deep")])
def test_m99_grades_of_silence(day: str, grade: str, tmp_path: Path) -> None:
    days = ("2026-01-05", "2026-02-04", "2026-03-16", "2026-04-10", "2026-05-30", "2026-07-04")
    facts = about(REGULAR, orders=[{"ordered_on": one, "status": "delivered"} for one in days])
    advisor = opened(facts, tmp_path, as_of=datetime.date.fromisoformat(day))
    known = advisor.facts(advisor.book.accounts()[0])
    assert known.value(known.account, "silence_grade").data == grade


def test_m101_markov_is_not_implemented() -> None:
    assert not resting_on("M101")
    assert entries()["M101"]["homes"] == ["trainer note"]
    assert not [name for name in bundled().metrics if "markov" in name or "transition" in name]


def test_m102_costs_more_than_it_brings(tmp_path: Path) -> None:
    costly = {**REGULAR, "annual_gross_profit": 90000, "cost_to_serve": 120000}
    assert of_account(costly, "net_value", tmp_path) == -30000
    assert of_account(costly, "not_worth_it", tmp_path) is True
    assert "P50" in resting_on("M102")


def test_m103_three_levers_besides_the_price(tmp_path: Path) -> None:
    pressed = [{"open": True, "price_pressure": True}]
    levers = of_account(REGULAR, "opportunity.cost_levers", tmp_path, opportunities=pressed)
    assert len(levers) == 3 and "price" not in levers
    assert {"P16", "P59"} <= resting_on("M103")
    for lever in ("到货安装", "返工停机", "换错的风险"):
        assert lever in text("P16")


def test_m104_the_kind_of_salon(tmp_path: Path) -> None:
    trusting = [{**KEY_PERSON, "trust": 5}]
    new = [{"id": "D1", "is_new": True, "fits_account": True}]
    assert of_account(REGULAR, "salon_kind", tmp_path, contacts=trusting, products=new) == "new_product"
    assert of_account({**REGULAR, "stage": "prospect"}, "salon_kind", tmp_path) == "walk_in"
    assert of_account(REGULAR, "salon_kind", tmp_path) == "service"


def test_m105_the_reason_stands_behind_survey_and_recovery() -> None:
    assert {"P58", "P59"} <= resting_on("M105")
    assert set(entries()["M105"]["note"]) == {"zh", "en"}


def test_m106_a_low_barrier_at_the_core(tmp_path: Path) -> None:
    assert "P64" in plays({**CORE, "switching_barrier": "low"}, tmp_path)
    assert "P64" not in plays({**CORE, "switching_barrier": "high"}, tmp_path)


def test_m107_one_loser_makes_the_plan_not_feasible(tmp_path: Path) -> None:
    wins = {"customer": True, "shareholder": True, "staff": True}
    assert of_account({**LARGE, "plan_wins": wins}, "plan_conflict", tmp_path) is False
    assert of_account({**LARGE, "plan_wins": {**wins, "shareholder": False}}, "plan_conflict", tmp_path) is True
    assert "not feasible" in bundled().vocabulary.entities["account"].fields["plan_conflict"].label["en"]


def test_m108_the_reason_stands_behind_service_plays() -> None:
    assert {"P25", "P69"} <= resting_on("M108")
    assert "5%" in entries()["M108"]["note"]["en"]


def test_m109_below_the_example(tmp_path: Path) -> None:
    for share, low in ((0.15, True), (0.4, False)):
        reps = [{"id": "R1", "exec_customer_time_ratio": share}]
        assert of_account(VIP, "rep.exec_time_low", tmp_path, reps=reps) is low


@pytest.mark.parametrize(("hits", "band"), [(1 / 60, "below"), (1 / 40, "between"), (1 / 20, "above")])
def test_m110_between_the_two_figures(hits: float, band: str, tmp_path: Path) -> None:
    reps = [{"id": "R1", "hit_rate": round(hits, 4), "calls_per_day": 70}]
    assert of_account(VIP, "rep.hit_benchmark", tmp_path, reps=reps) == band
    assert of_account(VIP, "rep.calls_benchmark", tmp_path, reps=reps) == "between"


def test_m111_three_dated_blocks(tmp_path: Path) -> None:
    advice = advised(about({**LARGE, "plan_on": None}), tmp_path, language="en")
    step = next(one for one in advice.steps if one.code == "P49")
    shown = str(step)
    for day in ("20 Dec", "19 Jan", "18 Feb"):  # as of 20 November, plus 30, 60 and 90 days
        assert day in shown, shown


# --- people, news, reviews -----------------------------------------------------------------------


def test_m112_the_order_of_effects(tmp_path: Path) -> None:
    effects = bundled().vocabulary.choices["effect"]
    assert effects.ordered and list(effects.labels) == ["none", "noticed", "understood", "accepted"]
    bad = opened(about(REGULAR, interactions=[{"occurred_on": "2026-11-01", "effect": "delighted"}]), tmp_path)
    assert [problem.code for problem in bad.book.problems]


@pytest.mark.parametrize(
    ("closeness", "trust", "work"),
    [(1, 1, "build"), (2, 5, "build"), (3, 3, "deepen"), (3, 4, "deepen"), (5, 2, "deepen"), (4, 4, "maintain")],
)
def test_m113_build_deepen_maintain(closeness: int, trust: int, work: str, tmp_path: Path) -> None:
    person = [{**KEY_PERSON, "closeness": closeness, "trust": trust}]
    assert of_account(REGULAR, "contact.relation_work", tmp_path, contacts=person) == work


@pytest.mark.parametrize(
    ("closeness", "trust", "kind"), [(5, 2, "friend"), (2, 5, "vendor"), (5, 5, "partner"), (1, 1, "outsider")]
)
def test_m114_warm_without_trust_is_a_friend(closeness: int, trust: int, kind: str, tmp_path: Path) -> None:
    person = [{**KEY_PERSON, "closeness": closeness, "trust": trust}]
    assert of_account(REGULAR, "contact.relation_type", tmp_path, contacts=person) == kind


def test_m115_one_of_four_answers_missing(tmp_path: Path) -> None:
    known = {"product_rating": 3, "customer_satisfaction": 3, "rep_strength": 3, "relationship_depth": "impression"}
    rival = {"move": "quoting", "seen_on": "2026-11-10", **known}
    assert "P22" not in plays(REGULAR, tmp_path, competitors=[rival])
    for missing in known:
        partly = {key: one for key, one in rival.items() if key != missing}
        assert "P22" in plays(REGULAR, tmp_path, competitors=[partly]), missing


def test_m116_fourteen_of_twenty(tmp_path: Path) -> None:
    account = {
        "id": "A1", "name": "Probe", "kind": "organisation", "industry": "packaging", "region": "north",
        "sector": "commercial", "chain_role": "end_user", "company_size": "large", "credit": "good",
        "category_spend": 100, "order_pattern": "repeat",
    }  # fmt: skip
    people = [{"name": "Zhang"}, {"title": "Chief"}, {"buying_roles": ["user"]}, {"influence": 3}]
    assert float(of_account(account, "profile_filled_ratio", tmp_path, contacts=people)) == pytest.approx(0.7)
    assert of_account(account, "profile_filled_ratio", tmp_path) == "unknown"
    assert of_account(account, "profile_completeness_ratio", tmp_path, contacts=people) == "unknown"


@pytest.mark.parametrize(("source", "grade"), [("registry", "high"), ("user", "medium"), ("rumour", "low")])
def test_m117_confidence_of_a_source(source: str, grade: str, tmp_path: Path) -> None:
    talks = [{"occurred_on": "2026-11-01", "info_source": source}]
    assert of_account(REGULAR, "interaction.info_confidence", tmp_path, interactions=talks) == grade


def test_m118_price_band(tmp_path: Path) -> None:
    rivals = [{"price_index": index, "seen_on": "2026-11-01"} for index in (1.05, 0.95)]
    assert of_account(REGULAR, "price_band", tmp_path, competitors=rivals) == "0.95–1.05"


def test_m119_every_pain_point_has_a_play() -> None:
    path = ROOT / "rules/method/pain_points.yaml"
    found = yaml_in.load(path, path.name)[0].plain()
    assert sorted(found) == [f"{group}{n}" for group in "ABCD" for n in (1, 2, 3)]
    written = {one.code for one in bundled().plays if one.status == "active"}
    by_treasure: dict[str, int] = {}
    for code, pain in found.items():
        assert pain["plays"] and set(pain["plays"]) <= written, code
        assert set(pain["text"]) == {"zh", "en"} and all(pain["text"].values()), code
        by_treasure[pain["treasure"]] = by_treasure.get(pain["treasure"], 0) + 1
    assert by_treasure == {"six_steps": 3, "eight_parts": 3, "nine_characters": 3, "five_steps": 3}


def test_m120_an_idle_deal_is_taken_up_again(tmp_path: Path) -> None:
    deal = {"open": True, "psych_phase": "evaluating", "last_activity_on": "2026-10-01"}  # 50 days ago
    assert "P26" in plays(REGULAR, tmp_path, opportunities=[deal])
    assert "P46" in plays({**REGULAR, "stage": "exited"}, tmp_path)
    left = [{**KEY_PERSON, "influence": 5, "left_on": "2026-11-10"}]
    assert "P73" in plays(REGULAR, tmp_path, contacts=left)


@pytest.mark.parametrize(
    ("step", "then"), [(1, "satisfied"), (2, "added_value"), (3, "adviser"), (4, "partner"), (5, "none")]
)
def test_m121_the_next_step_of_service(step: int, then: str, tmp_path: Path) -> None:
    assert of_account({**REGULAR, "service_step": step}, "next_service_stair", tmp_path) == then


def test_m121_a_sixth_step_is_refused(tmp_path: Path) -> None:
    advisor = opened(about({**REGULAR, "service_step": 6}), tmp_path)
    assert [problem.code for problem in advisor.book.problems]
    assert of_account({**REGULAR, "service_step": 6}, "next_service_stair", tmp_path) == "unknown"


def test_m122_one_gap_is_named(tmp_path: Path) -> None:
    sound = {
        **LARGE, "tier_reviewed_on": "2026-10-01", "plan_on": "2026-10-01", "sponsor_id": "R5", "backup_owner_id": "R2",
        "team": ["marketing", "finance", "management"], "profile_completeness_ratio": 0.9, "goals_set": True,
        "process_controlled": True,
    }  # fmt: skip
    tables = {"complaints": [], "surveys": [{**SURVEYED, "level": "highly_satisfied"}], "opportunities": []}
    assert of_account(sound, "ka_gaps", tmp_path, **tables) == ()
    assert of_account({**sound, "backup_owner_id": None}, "ka_gaps", tmp_path, **tables) == ("handover",)
    assert bundled().vocabulary.choices["ka_check"].labels["handover"]["en"] == "Risk and hand-over"
    bad = {**LARGE, "tier_reviewed_on": None, "plan_on": None, "sponsor_id": None, "backup_owner_id": None}
    bad |= {"profile_completeness_ratio": 0.2, "goals_set": False, "process_controlled": False}
    assert len(of_account(bad, "ka_gaps", tmp_path, surveys=[], complaints=[])) == 8


def test_m123_six_headings_in_order(tmp_path: Path) -> None:
    assert of_account(LARGE, "plan_analyses", tmp_path) == tuple(SIX)
    labels = bundled().vocabulary.choices["plan_section"].labels
    headings = "、".join(labels[one]["zh"] for one in SIX)
    assert headings in text("P49")
    english = ", ".join(labels[one]["en"].lower() for one in SIX)
    assert english in text("P49").lower()


def test_m124_no_five_classes() -> None:
    vocabulary = bundled().vocabulary
    assert len(vocabulary.choices["tier"].labels) == 4
    assert not [name for name in vocabulary.entities["account"].fields if "class" in name]
    assert entries()["M124"]["note"]["en"]


def test_m125_five_headings_before_the_six(tmp_path: Path) -> None:
    first = of_account(LARGE, "plan_surroundings", tmp_path)
    order = list(bundled().vocabulary.choices["plan_section"].labels)
    assert len(first) == 5 and order[: len(first) + len(SIX)] == [*first, *SIX]
    outline = yaml_in.load(ROOT / "rules/brief.yaml", "brief.yaml")[0].plain()["sections"]["plan"]["parts"]
    headings = [check["title"]["en"] for part in outline for check in part.get("checks", ())]
    labels = bundled().vocabulary.choices["plan_section"].labels
    assert headings[: len(first) + len(SIX)] == [labels[one]["en"] for one in (*first, *SIX)]


def test_m126_no_lost_figures() -> None:
    sentences = re.compile(r"[^。.；;\n]*(?:思科|海尔|Cisco|Haier)[^。.；;\n]*")
    notes = [words for entry in entries().values() for words in entry.get("note", {}).values()]
    for words in [*notes, *(words for _, words in content_texts())]:
        for sentence in sentences.findall(words):
            assert not re.search(r"\d+\s*[%％]|[一二三四五六七八九十]成", sentence), sentence


def test_m127_and_m128_are_documented_only() -> None:
    for entry in ("M127", "M128"):
        assert not resting_on(entry)
        assert entries()[entry]["homes"] == ["trainer note"]
        assert set(entries()[entry]["note"]) == {"zh", "en"}


# --- the map itself ------------------------------------------------------------------------------


def test_m65_to_m128_are_all_there_with_a_test_each() -> None:
    assert list(entries()) == [f"M{n}" for n in range(65, 129)]
    for code, entry in entries().items():
        for name in entry["test"]:
            path, _, function = name.partition("::")
            assert f"def {function}(" in (ROOT / path).read_text(encoding="utf-8"), f"{code}: {name}"
        if "trainer note" in entry["homes"]:
            assert all(entry["note"].get(language) for language in ("zh", "en")), code
