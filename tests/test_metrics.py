"""The metrics' figures: the worked examples and check values of methodology 7.4 and 7.6, and their edges."""

from __future__ import annotations

import datetime
import os
import signal
import threading
from decimal import Decimal
from typing import Any

import pytest

from advisor.core.model import AdvisorError, Origin, State
from advisor.metrics.metrics import Metrics, MetricSource, check_metrics
from tests.metric_fixture import AS_OF, LONG_AGO, Shelf, day, figures, files, policy, source, vocabulary

GAPS = "order_gaps.sql"
WORKED = ("2026-01-05", "2026-02-04", "2026-03-16", "2026-04-10", "2026-05-30", "2026-07-04")


def silence(as_of: str, dates: tuple[str, ...] = WORKED, closed: Any = (), **values: Any) -> dict[str, Any]:
    shelf = Shelf(day(as_of)).accounts("A1").orders("A1", dates, **values)
    return figures(source(shelf, closed), GAPS)


def days_before(*numbers: int) -> tuple[str, ...]:
    return tuple((AS_OF - datetime.timedelta(days=n)).isoformat() for n in numbers)


# --- silence -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "recency", "ratio", "score", "degree", "band"),
    [
        ("2026-07-14", 10, "0.166666667", "0.2", None, "active"),
        ("2026-08-01", 28, "0.333333333", "0.56", None, "active"),
        ("2026-08-18", 45, "0.833333333", "0.9", None, "near"),
        ("2026-08-23", 50, "1", "1", "0", "silent"),
        ("2026-09-02", 60, "1", "1.2", "0.2", "silent"),
        ("2026-09-27", 85, "1", "1.7", "0.7", "silent"),
    ],
)
def test_worked_table(as_of: str, recency: int, ratio: str, score: str, degree: str | None, band: str) -> None:
    found = silence(as_of)
    assert (found["order_days"], found["recency_days"], found["max_gap_days"]) == (6, recency, 50)
    assert (found["rank_ratio"], found["silence_score"]) == (Decimal(ratio), Decimal(score))
    assert found["silence_degree"] == (Decimal(degree) if degree else None)
    assert found["silence_band"] == band
    assert found["gap_reached_on"] == day("2026-08-23")
    assert found["usual_gap_days"] == 35
    assert found["gap_outlier"] is False


def test_recency_between_the_bands_is_middle() -> None:
    assert silence("2026-08-05")["silence_band"] == "middle"  # 32 days: rank 3 of 6


def test_values_are_derived_and_name_the_last_order() -> None:
    shelf = Shelf().accounts("A1").orders("A1", WORKED[:5]).orders("A1", WORKED[5:], amount="38600.50", product_id="P7")
    found = source(shelf).value(GAPS, "A1")
    assert found["silence_score"].source == "order R6 2026-07-04"
    assert found["silence_score"].origin is Origin.DERIVED
    assert (found["last_order_amount"].data, found["last_product_id"].data) == (Decimal("38600.50"), "P7")
    assert found["last_order_on"].data == day("2026-07-04")
    assert {"account_id", "source"}.isdisjoint(found)


@pytest.mark.parametrize("number", [3, 4])
def test_a_few_orders_have_a_score_and_no_band(number: int) -> None:
    found = silence("2026-12-31", WORKED[:number])
    assert found["silence_score"] > 1
    assert found["silence_band"] is None and found["silence_degree"] is None


@pytest.mark.parametrize("number", [1, 2])
def test_two_orders_have_no_score(number: int) -> None:
    found = silence("2026-12-31", WORKED[:number])
    assert found["order_days"] == number and found["recency_days"] > 0
    for column in ("silence_score", "rank_ratio", "max_gap_days", "usual_gap_days", "gap_reached_on", "gap_outlier"):
        assert found[column] is None


def test_no_orders_is_known_and_says_nothing_else() -> None:
    shelf = Shelf(tables={"order": ()}).accounts("A1")
    found = figures(source(shelf), GAPS)
    assert found.pop("order_days") == 0
    assert set(found.values()) == {None}


def test_orders_of_one_day_count_once() -> None:
    assert silence("2026-08-18", (*WORKED, *WORKED)) == silence("2026-08-18")


def test_cancelled_orders_and_returns_are_left_out() -> None:
    shelf = Shelf(day("2026-08-18")).accounts("A1").orders("A1", WORKED)
    plain = figures(source(shelf), GAPS)
    shelf.orders("A1", ["2026-08-01"], status="cancelled").orders("A1", ["2026-08-02"], is_return=True)
    shelf.orders("A1", ["2026-08-03"], amount=-20).orders("A1", ["2026-08-30"])
    assert figures(source(shelf), GAPS) == plain


def test_ordered_today_is_active() -> None:
    found = silence("2026-07-04")
    assert (found["recency_days"], found["silence_score"], found["silence_band"]) == (0, 0, "active")
    assert found["rank_ratio"] == Decimal("0.166666667")


def test_three_orders_are_never_near() -> None:
    shelf = Shelf().accounts("A1").orders("A1", ["2026-01-01", "2026-01-11", "2026-01-31"])
    bands = set()
    for offset in range(40):
        shelf.as_of = day("2026-01-31") + datetime.timedelta(days=offset)
        bands.add(figures(source(shelf, changes={"silence_min_orders": 3}), GAPS)["silence_band"])
    assert bands == {"active", "middle", "silent"}


def test_a_freak_gap_is_noted() -> None:
    assert silence("2026-11-20", days_before(200, 190, 180, 170, 20, 10))["gap_outlier"] is True


def test_the_median_gap_is_rounded_to_days() -> None:
    assert silence("2026-11-20", days_before(100, 90, 79))["usual_gap_days"] == 11  # 10.5


def test_an_undated_order_could_be_the_latest() -> None:
    shelf = Shelf().accounts("A1", "A2").orders("A1", WORKED).orders("A2", WORKED)
    shelf.add("order", "R99", account_id="A1", amount=5)
    made = source(shelf)
    assert made.value(GAPS, "A1") == {}
    assert figures(made, GAPS, "A2")["order_days"] == 6


def test_unknown_orders_give_nothing() -> None:
    assert source(Shelf(tables={"order": None}).accounts("A1")).value(GAPS, "A1") == {}


@pytest.mark.parametrize(
    ("closed", "recency", "longest", "reached"),
    [
        ([], 45, 50, "2026-08-23"),
        ([("2026-07-11", "2026-07-20")], 35, 50, "2026-09-02"),  # in the recency
        ([("2026-07-11", "2026-07-15"), ("2026-07-13", "2026-07-20")], 35, 50, "2026-09-02"),  # overlapping
        ([("2026-05-01", "2026-05-20")], 45, 40, "2026-08-13"),  # in the longest gap
        ([("2026-08-24", "2026-08-31")], 45, 50, "2026-08-23"),  # after the gap is reached
        ([("2026-08-23", "2026-08-25")], 45, 50, "2026-08-26"),  # on the day it would be reached
        ([("2026-08-11", "2026-08-18")], 37, 50, "2026-08-31"),  # closed today
    ],
)
def test_closing_days_count_in_no_gap(closed: Any, recency: int, longest: int, reached: str) -> None:
    found = silence("2026-08-18", WORKED, closed)
    assert (found["recency_days"], found["max_gap_days"]) == (recency, longest)
    assert found["gap_reached_on"] == day(reached)
    on_that_day = silence(reached, WORKED, closed)
    assert on_that_day["silence_score"] == 1


def test_orders_within_one_closing_period_count_as_one_day() -> None:
    found = silence("2026-08-18", (*WORKED, "2026-07-12", "2026-07-13"), [("2026-07-11", "2026-07-20")])
    assert found["order_days"] == 7


# --- sales ---------------------------------------------------------------------------------------


def test_sales_and_their_trend() -> None:
    shelf = Shelf().accounts("A1", "A2").orders("A2", [LONG_AGO], amount=1)
    shelf.orders("A1", days_before(0, 100, 364), amount="100.10", gross_profit=20)
    shelf.orders("A1", days_before(365, 729), amount=200, gross_profit=50).orders("A1", days_before(730), amount=999)
    shelf.orders("A1", days_before(5), amount=70, status="cancelled")
    shelf.orders("A1", days_before(6), amount=30, is_return=True).orders("A1", days_before(7), amount=-5)
    found = source(shelf).value("sales.sql", "A1")
    plain = {column: value.data for column, value in found.items()}
    assert (plain["annual_sales"], plain["previous_sales"]) == (Decimal("300.30"), Decimal("400.00"))
    assert plain["sales_trend_ratio"] == Decimal("-0.24925")
    assert plain["annual_gross_profit"] == 60
    assert plain["gross_margin_ratio"] == Decimal("0.199800200")
    assert plain["margin_trend_ratio"] == Decimal("-0.0501998")
    assert (plain["usage_per_year"], plain["order_count"], plain["one_order"]) == (3, 6, False)
    assert (plain["return_count"], plain["returned_amount"]) == (2, 35)
    assert found["annual_sales"].source == "order R2 2026-11-20, order R3 2026-08-12, order R4 2025-11-21"


def test_figures_need_records_of_the_whole_period() -> None:
    shelf = Shelf().accounts("A1").orders("A1", days_before(364, 10), amount=100)
    found = figures(source(shelf), "sales.sql")
    assert found["annual_sales"] is None and found["usage_per_year"] is None and found["order_count"] == 2
    shelf.orders("A1", days_before(365), amount=100)
    found = figures(source(shelf), "sales.sql")
    assert found["annual_sales"] == 200 and found["sales_trend_ratio"] is None
    shelf.orders("A1", days_before(730), amount=100)
    assert figures(source(shelf), "sales.sql")["sales_trend_ratio"] == 1


def test_an_unknown_amount_makes_the_sum_unknown() -> None:
    shelf = Shelf().accounts("A1", "A2").orders("A1", [LONG_AGO, *days_before(10)], amount=5)
    shelf.orders("A1", days_before(20), gross_profit=1)
    found = figures(source(shelf), "sales.sql")
    assert found["annual_sales"] is None and found["annual_gross_profit"] is None
    assert figures(source(shelf), "sales.sql", "A2")["annual_sales"] == 0


def test_money_is_exact() -> None:
    shelf = Shelf().accounts("A1").orders("A1", [LONG_AGO, *days_before(*range(1, 31))], amount="0.1")
    assert str(figures(source(shelf), "sales.sql")["annual_sales"]) == "3.0"


def test_one_order() -> None:
    shelf = Shelf().accounts("A1").orders("A1", days_before(3))
    assert figures(source(shelf), "sales.sql")["one_order"] is True


# --- places in the book --------------------------------------------------------------------------


def ranked(number: int, **values: Any) -> Shelf:
    """Accounts A1 (largest sales), A2, …"""
    shelf = Shelf()
    for n in range(1, number + 1):
        shelf.add("account", f"A{n}", annual_sales=1000 - n, **values)
    return shelf


@pytest.mark.parametrize(("number", "expected"), [(200, (2, 38, 60, 100)), (12, (1, 2, 3, 6)), (10, (1, 1, 3, 5))])
def test_tier_counts(number: int, expected: tuple[int, ...]) -> None:
    made = source(ranked(number))
    tiers = [figures(made, "book_rank.sql", f"A{n}")["tier"] for n in range(1, number + 1)]
    assert tuple(tiers.count(tier) for tier in ("vip", "large", "medium", "small")) == expected
    assert tiers == sorted(tiers, key=("vip", "large", "medium", "small").index)


def test_percentiles() -> None:
    made = source(ranked(11))
    assert figures(made, "book_rank.sql", "A1")["sales_percentile"] == 1
    assert figures(made, "book_rank.sql", "A6")["sales_percentile"] == Decimal("0.5")
    assert figures(made, "book_rank.sql", "A11")["sales_percentile"] == 0


def test_a_small_book_has_no_tiers() -> None:
    shelf = ranked(9).accounts("A10", "A11")
    assert source(shelf).value("book_rank.sql", "A1") == {}


def test_composite_value() -> None:
    shelf = ranked(10)
    shelf.add("account", "A11", annual_sales=9999, growth_potential=3)
    found = figures(source(shelf), "book_rank.sql", "A11")
    assert (found["present_value"], found["potential_value"], found["composite_value"]) == (
        1,
        Decimal("0.6"),
        Decimal("0.84"),
    )


def test_a_thin_margin_caps_the_tier() -> None:
    shelf = ranked(20)
    shelf.add("account", "B1", annual_sales=5000, gross_margin_ratio="0.149")
    shelf.add("account", "B2", annual_sales=4000, gross_margin_ratio="0.15")
    made = source(shelf)
    assert [figures(made, "book_rank.sql", name)["tier"] for name in ("B1", "B2", "A1")] == ["medium", "large", "large"]
    assert figures(made, "book_rank.sql", "B1")["tier_capped"] is True


def test_ranks_use_sales_from_orders_where_none_are_asserted() -> None:
    shelf = ranked(10).accounts("A11").orders("A11", [LONG_AGO, *days_before(9)], amount=5000)
    found = source(shelf).value("book_rank.sql", "A11")
    assert found["sales_percentile"].data == 1
    assert found["sales_percentile"].source == "order R2 2026-11-11"


def test_rfm_fifths() -> None:
    shelf = Shelf().accounts("Old", *(f"A{n}" for n in range(1, 11)))
    for n in range(1, 11):
        shelf.orders(f"A{n}", days_before(*range(200 - 10 * n, 200 - 10 * n + n)), amount=n)
    shelf.tables["account"] = tuple(row for row in shelf.tables["account"] or () if row.id != "Old")
    shelf.orders("Nobody", [LONG_AGO])
    made = source(shelf)
    assert figures(made, "rfm.sql", "A10")["rfm"] == "555"
    assert figures(made, "rfm.sql", "A1")["rfm"] == "111"
    assert [figures(made, "rfm.sql", f"A{n}")["m"] for n in range(1, 11)] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_rfm_ties_share_the_lower_rank() -> None:
    shelf = Shelf().orders("Nobody", [LONG_AGO])
    for n in range(10):
        shelf.accounts(f"A{n}").orders(f"A{n}", days_before(10), amount=100)
    assert figures(source(shelf), "rfm.sql", "A3")["rfm"] == "111"


@pytest.mark.parametrize(("days", "score"), [(30, 5), (31, 4), (120, 3), (240, 2), (241, 1)])
def test_rfm_limits_in_a_small_book(days: int, score: int) -> None:
    shelf = Shelf().accounts("A1").orders("A1", days_before(days)).orders("Nobody", [LONG_AGO])
    found = figures(source(shelf), "rfm.sql")
    assert (found["r"], found["f"], found["m"], found["rfm"]) == (score, 1, None, None)


def test_rfm_shares_may_be_set() -> None:
    shelf = Shelf().accounts("A1", "A2").orders("Nobody", [LONG_AGO])
    shelf.orders("A1", days_before(5, 6), amount=30).orders("A2", days_before(5), amount=40)
    limits = tuple(Decimal(text) for text in ("0.05", "0.1", "0.2", "0.5"))
    assert figures(source(shelf, changes={"rfm_share": limits}), "rfm.sql")["rfm"] == "525"


def test_lifetime_value() -> None:
    shelf = Shelf().accounts("A1", "A2")
    for year, net in ((2026, 30000), (2027, 34000), (2028, 38400)):
        shelf.add(
            "account_year", f"Y{year}", account_id="A1", year=year, revenue=net + 15, product_cost=10, upkeep_cost=5
        )
    shelf.add("account_year", "Y1", account_id="A2", year=2026, revenue=5, product_cost=1)
    found = figures(source(shelf), "clv.sql")
    assert (found["clv"], found["net_total"], found["net_per_year"], found["years"]) == (
        Decimal("84222.39"),
        102400,
        Decimal("34133.333333333"),
        3,
    )
    assert figures(source(shelf), "clv.sql", "A2")["clv"] is None


def test_problem_ratio() -> None:
    shelf = Shelf()
    for n in range(1, 239):
        shelf.add("account", f"A{n}", stage="problem" if n <= 10 else "regular")
    shelf.add("account", "P", stage="prospect").add("account", "E", stage="exited")
    found = figures(source(shelf), "portfolio.sql", "whoever")
    assert (found["account_count"], found["problem_count"]) == (238, 10)
    assert round(found["problem_ratio"], 4) == Decimal("0.0420")
    found = figures(source(shelf.accounts("U")), "portfolio.sql")
    assert round(found["problem_ratio"], 4) == Decimal("0.0420") and found["stage_unknown_count"] == 1
    found = figures(source(Shelf().accounts("U")), "portfolio.sql")
    assert (found["account_count"], found["problem_ratio"], found["stage_unknown_count"]) == (None, None, 1)


def test_pareto_share() -> None:
    shelf = Shelf()
    for n, profit in enumerate((50, 30, 5, 5, 4, 2, 1, 1, 1, 1)):
        shelf.add("account", f"A{n}", annual_gross_profit=profit)
    found = figures(source(shelf), "portfolio.sql")
    assert found["pareto_profit_share"] == Decimal("0.8")
    assert found["pareto_sales_share"] is None


def test_key_account_counts() -> None:
    shelf = Shelf()
    for n in range(7):
        shelf.add("account", f"A{n}", tier="vip", stage="core", owner_id="R1" if n < 5 else "R2")
    shelf.add("account", "E", tier="large", stage="exited", owner_id="R1").add("account", "S", tier="small")
    found = figures(source(shelf), "portfolio.sql")
    assert (found["ka_count"], found["ka_span_max"]) == (7, 5)


# --- the source ----------------------------------------------------------------------------------


def test_bundled_metrics_are_sound() -> None:
    assert check_metrics(Metrics(files(), policy()), vocabulary()) == []


def run(sql: str, seconds: float = 60.0, **more: str) -> dict[str, Any]:
    shelf = Shelf().add("account", "A1", team=("finance", "management"), own_revenue="1.5", stage="core")
    shelf.orders("A1", WORKED)
    made = source(shelf, sql={"new.sql": sql, **{f"{name}.sql": text for name, text in more.items()}}, seconds=seconds)
    return figures(made, "new.sql")


def test_types_arrive_as_facts_have_them() -> None:
    found = run(
        "-- needs: accounts\nSELECT id AS account_id, team, own_revenue, 1/3 AS third, CAST(2 AS DOUBLE) AS two,"
        " CAST('nan' AS DOUBLE) AS nothing, TRUE AS flag, sum(1) OVER () AS whole, $as_of + INTERVAL 1 DAY AS next,"
        ' "conditions.two_way" AS two_way, source FROM accounts'
    )
    assert found == {
        "team": ("finance", "management"),
        "own_revenue": Decimal("1.5"),
        "third": Decimal("0.333333333"),
        "two": Decimal(2),
        "nothing": None,
        "flag": True,
        "whole": 1,
        "next": day("2026-11-21"),
        "two_way": None,
    }


def test_null_is_unknown() -> None:
    made = source(Shelf().accounts("A1").orders("A1", WORKED[:2]))
    assert made.value(GAPS, "A1")["silence_score"].state is State.UNKNOWN


def failing(sql: str, **more: Any) -> tuple[str, int, str]:
    with pytest.raises(AdvisorError) as caught:
        run(sql, **more)
    problem = caught.value.problems[0]
    assert problem.place.path == "rules/metrics/new.sql"
    return problem.code, problem.place.line, str(problem.details.get("why", ""))


def test_failures_are_told_with_their_place() -> None:
    code, line, why = failing("-- needs: orders\nSELECT account_id,\n  nope AS source FROM orders")
    assert (code, line) == ("metric-failed", 3) and "nope" in why
    assert failing("-- needs: orders\nSELECT account_id, source FROM orders")[0] == "metric-rows-twice"
    assert failing("-- needs: orders\nSELECT 1 AS x; DROP TABLE orders")[0] == "metric-failed"
    assert failing("-- needs: orders\nSELECT account_id, source FROM metric_new")[0] == "metric-circle"
    assert failing("-- needs: accounts\nSELECT 1 AS x FROM accounts")[0] == "sql-without-column"


ENDLESS = (
    "-- needs: accounts\nSELECT 'A1' AS account_id, count(*) AS n, '' AS source FROM range(1000000000000) r"
    " WHERE r.range % 7 = 3"
)


def test_a_metric_that_never_ends_is_stopped() -> None:
    assert failing(ENDLESS, seconds=0.2)[0] == "metric-slow"


def test_ctrl_c_within_a_metric_is_no_fault_of_the_metric() -> None:
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        timer.start()
        run(ENDLESS, seconds=60)


def test_an_unknown_metric_names_the_nearest() -> None:
    with pytest.raises(AdvisorError) as caught:
        source(Shelf()).value("order_gap.sql", "A1")
    assert caught.value.problems[0].details["near"] == GAPS


def test_a_metric_runs_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = ranked(12)
    made = source(shelf)
    made.value("book_rank.sql", "A1")
    monkeypatch.setattr(MetricSource, "_run", None)
    assert made.value("book_rank.sql", "A2")["tier"].data == "large"
