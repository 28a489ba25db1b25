"""`advisor batch`: every account once, in order, whatever the number of workers; a bad account stops nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from batch_fixture import FEW, SIZE, few, manifest, run
from click.testing import CliRunner
from support import SHARED, bundled, demo, needs_shared

from advisor.advice.advise import Advisor
from advisor.batch.order import order_of
from advisor.batch.run import size_of, spans
from advisor.batch.store import Store
from advisor.pages import portfolio
from advisor.pages.page_json import record
from advisor.sql.relations import Given
from cli import main


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("night") / "advice.jsonl"
    run(path, size=SIZE)
    return path


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def one_by_one() -> Advisor:
    return Advisor(few(), demo().settings, demo().book)


def plain(found: dict[str, Any]) -> dict[str, Any]:
    """A record without what a batch says once: problems, the whole book, and what it was made from."""
    return {name: part for name, part in found.items() if name not in ("problems", "portfolio", "run")}


def test_the_same_as_one_account_at_a_time(out: Path) -> None:
    advisor, found = one_by_one(), {one["account"]["id"]: plain(one) for one in records(out)}
    assert len(found) == len(advisor.book.accounts()) == 48
    for account in advisor.book.accounts():
        assert found[account.id] == plain(json.loads(json.dumps(record(advisor.advise(account)))))


def test_order_between_accounts(out: Path) -> None:
    advisor = one_by_one()
    places = {row.id: order_of(advisor.advise(row), few()) for row in advisor.book.accounts()}
    found = [one["account"]["id"] for one in records(out)]
    assert found == sorted(places, key=lambda account: places[account])
    silent = [not one["advice"] for one in records(out)]
    assert silent == sorted(silent) and any(silent) and not all(silent)


def test_two_workers_write_the_same_bytes(out: Path, tmp_path: Path) -> None:
    other = tmp_path / out.name
    run(other, workers=2, size=SIZE)
    assert other.read_bytes() == out.read_bytes()
    assert manifest(other) == manifest(out)
    assert other.with_name(f"{out.name}.records.parquet").read_bytes() == records_file(out).read_bytes()


def records_file(out: Path) -> Path:
    return out.with_name(f"{out.name}.records.parquet")


def test_nothing_is_left_beside_the_output(out: Path) -> None:
    assert {path.name for path in out.parent.iterdir()} == {
        "advice.jsonl",
        "advice.jsonl.manifest.json",
        "advice.jsonl.records.parquet",
    }


# --- the manifest --------------------------------------------------------------------------------


def test_manifest_counts(out: Path) -> None:
    found, lines = manifest(out), records(out)
    steps = [step for one in lines for step in one["advice"]]
    assert (found["accounts"], found["steps"]) == (48, len(steps))
    assert found["advised"] == sum(bool(one["advice"]) for one in lines) == 48 - found["silent"]
    assert found["by_play"] == {code: n for code in FEW if (n := sum(step["code"] == code for step in steps))}
    assert found["by_urgency"] == {str(u): n for u in range(1, 6) if (n := sum(s["urgency"] == u for s in steps))}
    assert found["content"] == bundled().digest and found["data"] == demo().book.digest
    assert found["as_of"] == "2026-11-20" and found["failed"] == {"count": 0, "accounts": []}


def test_manifest_tells_of_the_whole_book(out: Path) -> None:
    """Worked out from the store, it is what `advisor portfolio` says."""
    alone = json.loads(json.dumps(portfolio.record(one_by_one())))
    assert manifest(out)["portfolio"] == {"portfolio": alone["portfolio"], "checks": alone["checks"]}
    assert alone["portfolio"] and alone["checks"]


def test_manifest_tells_of_problems(out: Path, tmp_path: Path) -> None:
    assert manifest(out)["problems"]["by_level"] == {"note": 1, "warning": 3}
    assert manifest(out)["problems"]["first"][0]["message"]
    result = CliRunner().invoke(main, ["batch", "--out", str(tmp_path / "a.csv"), "--lang", "en", "--strict"])
    assert result.exit_code == 1
    assert "note batch-data-problems 3 problems with the data" in result.output


def test_a_bad_account_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Advisor.advise

    def advise(self: Advisor, account: Any, *more: Any, **named: Any) -> Any:
        if account.id == "A05":
            raise ZeroDivisionError("a rate of nothing")
        return real(self, account, *more, **named)

    monkeypatch.setattr(Advisor, "advise", advise)
    path = tmp_path / "advice.jsonl"
    run(path)
    found = manifest(path)
    reason = "ZeroDivisionError: a rate of nothing"
    assert found["failed"] == {"count": 1, "accounts": [{"id": "A05", "error": reason}]}
    assert "A05" not in {one["account"]["id"] for one in records(path)} and len(records(path)) == 47


def test_nothing_could_be_advised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def advise(*_: Any, **named: Any) -> Any:
        raise KeyError("all")

    monkeypatch.setattr(Advisor, "advise", advise)
    result = CliRunner().invoke(main, ["batch", "--out", str(tmp_path / "a.csv"), "--lang", "en", "--workers", "1"])
    assert result.exit_code == 1
    assert "warning batch-accounts-failed 48 accounts could not be advised, the first of them A01: KeyError" in (
        result.output
    )


# --- the command ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "phase"), [("en", "Reading tables"), ("zh", "读表")])
def test_lines_in_a_log(tmp_path: Path, language: str, phase: str) -> None:
    path = tmp_path / "advice.csv"
    result = CliRunner().invoke(main, ["batch", "--out", str(path), "--lang", language, "--workers", "1"])
    assert result.exit_code == 0, result.output
    assert result.stderr.startswith(phase)
    assert "48" in result.stdout and str(path.name) in result.stdout
    assert list(json.loads((tmp_path / "advice.csv.manifest.json").read_text())["duration"]) == [
        "tables", "figures", "matching", "writing", "total",
    ]  # fmt: skip


def test_quiet_says_nothing_of_how_far_it_is(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        main, ["batch", "--out", str(tmp_path / "a.csv"), "--quiet", "--lang", "en", "--workers", "1"]
    )
    assert result.exit_code == 0 and not result.stdout
    assert result.stderr.startswith("note batch-data-problems")


# --- other books, against SQL of their own ---------------------------------------------------------


def night_over(name: str, tmp_path: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    path = tmp_path / "advice.jsonl"
    run(path, SHARED / "data" / name, wishes={"history": tmp_path / "none.csv"})
    checks = {one["check"]: one["figures"] for one in manifest(path)["portfolio"]["checks"]}
    return records(path), checks


@needs_shared
def test_northwind(tmp_path: Path) -> None:
    """Sales, owners and who stopped ordering, against SQL over the raw tables."""
    lines, checks = night_over("northwind", tmp_path)
    raw = SHARED / "data/northwind"
    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW orders AS FROM read_csv('{raw}/orders.csv')")
    connection.execute(f"CREATE VIEW details AS FROM read_csv('{raw}/order_details.csv')")
    customers = {row[0] for row in connection.execute(f"SELECT customer_id FROM '{raw}/customers.csv'").fetchall()}
    assert {one["account"]["id"] for one in lines} == customers
    top, of, share = connection.execute("""
        WITH sold AS (SELECT customer_id, sum(unit_price * quantity * (1 - discount)) AS net
                      FROM orders JOIN details USING (order_id)
                      WHERE order_date > DATE '1998-05-06' - INTERVAL 365 DAY GROUP BY ALL),
        ranked AS (SELECT net, row_number() OVER (ORDER BY net DESC) AS n, ceil(count(*) OVER () * 0.2) AS top
                   FROM sold)
        SELECT any_value(top), count(*), sum(net) FILTER (n <= top) / sum(net) FROM ranked""").fetchall()[0]
    pareto = checks["pareto"]
    assert (pareto["pareto_sales_top"], pareto["pareto_sales_of"]) == (top, of) == (18, 88)
    assert pareto["pareto_sales_share"] == pytest.approx(share, abs=1e-6)
    ordered = {row[0] for row in connection.execute("SELECT DISTINCT customer_id FROM orders").fetchall()}
    assert {one.split()[0] for one in checks["owners"]["no_owner"]} == customers - ordered
    last = dict(
        connection.execute("SELECT customer_id, 'order ' || max_by(order_id, (order_date, order_id)) || ' '"
                           " || max(order_date) FROM orders GROUP BY ALL").fetchall()
    )  # fmt: skip
    gaps = dict(
        connection.execute("""
        SELECT customer_id, DATE '1998-05-06' - max(day) > max(gap) FROM (
            SELECT customer_id, day, day - lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap
            FROM (SELECT DISTINCT customer_id, order_date AS day FROM orders)) GROUP BY ALL""").fetchall()
    )
    stopped = {one["account"]["id"]: why["source"] for one in lines for step in one["advice"]
               for why in step["because"] if (step["code"], why["fact"]) == ("P62", "silence_level")}  # fmt: skip
    assert stopped and all(gaps[name] and last[name] == source for name, source in stopped.items())


@needs_shared
def test_maven_crm(tmp_path: Path) -> None:
    """Accounts, deals won and lost, against SQL over the raw tables."""
    lines, checks = night_over("maven_crm", tmp_path)
    raw = SHARED / "data/maven_crm"
    accounts = {row[0] for row in duckdb.sql(f"SELECT account FROM read_csv('{raw}/accounts.csv')").fetchall()}
    assert {one["account"]["name"] for one in lines} == accounts
    stages = f"SELECT deal_stage, count(*) FROM read_csv('{raw}/sales_pipeline.csv') GROUP BY ALL"
    deals = dict(duckdb.sql(stages).fetchall())
    funnel = checks["funnel"]
    assert (funnel["deals_won"], funnel["deals_lost"]) == (deals["Won"], deals["Lost"])
    assert funnel["win_ratio"] == pytest.approx(deals["Won"] / (deals["Won"] + deals["Lost"]), abs=1e-6)


def test_the_fixture_cuts_the_book_into_several_spans() -> None:
    assert 48 / SIZE > 3 and len(few().plays) == len(FEW)


@pytest.mark.parametrize(
    ("accounts", "size"),
    [(0, 1), (1, 1), (48, 48), (1_000, 1_000), (1_001, 501), (9_600, 1_200), (1_000_000, 10_000)],
)
def test_size_of_spans(tmp_path: Path, accounts: int, size: int) -> None:
    """Enough for every core, and not so many that planning takes the time; alike whatever the number of workers."""
    store = Store(tmp_path / "none", Given({}, {}), {}, accounts)
    assert size_of(store) == size
    found = spans(store, size)
    assert [number for first, last in found for number in range(first, last + 1)] == list(range(accounts))


def test_spans_of_some_accounts(tmp_path: Path) -> None:
    store = Store(tmp_path / "none", Given({}, {}), {}, 100, (3, 5, 8, 40, 41))
    assert spans(store, 2) == [(3, 5), (8, 40), (41, 41)]
