"""What a metric's SQL may not do, and that each finding has its place."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from advisor.core.model import Problem
from advisor.metrics import metric_tables
from advisor.metrics.metric_check import check_sql
from advisor.metrics.metrics import Metrics, check_metrics
from tests.metric_fixture import policy, vocabulary

GOOD = "-- needs: orders\nSELECT account_id, count(*) AS n, max(source) AS source FROM orders GROUP BY account_id"
TABLES = ("accounts", "orders", "closed_days", "metric_sales")
PARAMETERS = ("as_of", "policy_survey_days")


def check(text: str) -> list[Problem]:
    return check_sql(text, "rules/metrics/new.sql", TABLES, PARAMETERS)


def codes(text: str) -> set[str]:
    return {problem.code for problem in check(text)}


def inside(part: str) -> str:
    """An otherwise sound metric with a table expression of its own."""
    return f"-- needs: orders\nSELECT account_id, source FROM orders, {part}"


def column(part: str) -> str:
    return f"-- needs: orders\nSELECT account_id, source, {part} AS x FROM orders"


def test_a_sound_metric() -> None:
    assert check(GOOD) == []
    assert check(GOOD + ";\n-- the end") == []
    assert check(inside("metric_sales JOIN unnest([1]) AS u(n) ON TRUE")) == []
    assert check("-- needs: orders\nWITH a AS (SELECT account_id, source FROM orders) SELECT *, 1 AS n FROM a") == []
    assert check(column("$policy_survey_days + ordered_on.year()")) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (GOOD + "; SELECT 1", "sql-statements"),
        (GOOD + "; DROP TABLE orders", "sql-statements"),
        ("", "sql-statements"),
        ("-- needs: orders\nCOPY orders TO 'out.csv'", "sql-not-select"),
        ("-- needs: orders\nATTACH 'other.db'", "sql-not-select"),
        ("-- needs: orders\nPRAGMA database_list", "sql-not-select"),
        ("-- needs: orders\nSET threads = 8", "sql-not-select"),
        ("-- needs: orders\nINSTALL httpfs", "sql-not-select"),
        ("-- needs: orders\nDELETE FROM orders", "sql-not-select"),
        ("-- needs: orders\nCREATE TABLE x AS SELECT account_id, source FROM orders", "sql-not-select"),
        ("-- needs: orders\nWITH a AS (SELECT 1) INSERT INTO orders SELECT * FROM a", "sql-not-select"),
        ("-- needs: orders\nCALL pragma_version()", "sql-not-select"),
        ("-- needs: orders\nEXPLAIN SELECT 1", "sql-not-select"),
        ("-- needs: orders\nSELECT account_id, source FROM (", "sql-syntax"),
        (inside("read_csv('/etc/passwd')"), "sql-outside"),
        (inside("read_text('/etc/passwd')"), "sql-outside"),
        (inside("glob('*')"), "sql-outside"),
        (inside("(SELECT * FROM read_parquet('x.parquet')) p"), "sql-outside"),
        (inside("query('SELECT now()')"), "sql-outside"),
        (inside("duckdb_settings()"), "sql-outside"),
        (inside("test_vector_types(1)"), "sql-outside"),
        (inside("'/etc/passwd'"), "sql-file"),
        (inside("\"data.csv\""), "sql-file"),
        (inside("(SELECT * FROM '/etc/passwd') p"), "sql-file"),
        (column("(SELECT count(*) FROM 'https://example.org/a.csv')"), "sql-file"),
        (inside("information_schema.tables"), "sql-outside"),
        (inside("order"), "sql-unknown-table"),
        (inside("ordres"), "sql-unknown-table"),
        (column("now()"), "sql-clock"),
        (column("NOW()"), "sql-clock"),
        (column("\"now\"()"), "sql-clock"),
        (column("now ()"), "sql-clock"),
        (column("today()"), "sql-clock"),
        (column("current_date"), "sql-clock"),
        (column("current_timestamp"), "sql-clock"),
        (column("localtime"), "sql-clock"),
        (column("get_current_timestamp()"), "sql-clock"),
        (column("age(ordered_on)"), "sql-clock"),
        (column("random()"), "sql-random"),
        (column("uuid()"), "sql-random"),
        (column("gen_random_uuid()"), "sql-random"),
        (column("reservoir_quantile(amount, 0.5)"), "sql-random"),
        (inside("metric_sales TABLESAMPLE 10%"), "sql-random"),
        (GOOD.replace("GROUP", "USING SAMPLE 10 GROUP"), "sql-random"),
        (column("'x'.read_text()"), "sql-outside"),
        (column("current_setting('threads')"), "sql-outside"),
        (column("getenv('HOME')"), "sql-outside"),
        (column("$policy_survey_day"), "sql-unknown-parameter"),
        (column("?"), "sql-unknown-parameter"),
        ("-- needs: orders\nSELECT *, 1 AS n FROM orders", "sql-star"),
        ("-- needs: orders\nSELECT o.* FROM orders AS o", "sql-star"),
        ("-- needs: orders\nFROM orders", "sql-star"),
        (column("COLUMNS('a.*')"), "sql-outside"),
        (GOOD.replace("-- needs: orders\n", ""), "sql-without-needs"),
        (GOOD.replace("needs: orders", "needs: ordres"), "sql-unknown-table"),
        (GOOD.replace(" AS source", " AS record"), "sql-without-column"),
    ],
)  # fmt: skip
def test_refused(text: str, code: str) -> None:
    assert code in codes(text)


def test_findings_have_place_and_nearest_name() -> None:
    problem = check(column("$policy_survey_day"))[0]
    assert str(problem.place) == "rules/metrics/new.sql:2:28"
    assert problem.details == {"name": "policy_survey_day", "near": "policy_survey_days"}
    problem = check(inside("'a' x, ordres"))[-1]
    assert problem.place.line == 2 and problem.details["near"] == "orders"
    lines = check("-- needs: orders\nSELECT account_id, source,\n  now() AS a,\n  random() AS b\nFROM orders")
    assert [(p.code, p.place.line, p.place.column) for p in lines] == [("sql-clock", 3, 3), ("sql-random", 4, 3)]


def test_what_sqlglot_lets_pass_duckdb_finds() -> None:
    files = {"new.sql": (GOOD.replace("count(*)", "medain(amount)"), "rules/metrics/new.sql")}
    problem = check_metrics(Metrics(files, policy()), vocabulary())[0]
    assert (problem.code, problem.place.line) == ("metric-failed", 2)
    assert "medain" in str(problem.details["why"])


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "ATTACH '/tmp/x.db'",
        "COPY (SELECT 1) TO '/tmp/x.csv'",
        "SET enable_external_access = true",
        "SELECT * FROM TABLES_OF_PYTHON",
        "SET TimeZone = 'Asia/Tokyo'",
    ],
)
def test_the_database_itself_is_shut_off(sql: str) -> None:
    import duckdb

    TABLES_OF_PYTHON = [1]  # noqa: F841
    with pytest.raises(duckdb.Error):
        metric_tables.connect().execute(sql)


@pytest.mark.parametrize("threads", [1, 2])
def test_times_do_not_depend_on_the_machine(threads: int) -> None:
    code = (
        f"from advisor.metrics import metric_tables; c = metric_tables.connect({threads}); "
        "found = c.execute(\"SELECT TIMESTAMPTZ '2026-11-20 12:00:00+00'::VARCHAR, current_setting('threads')\"); "
        "print(*found.fetchone())"
    )
    root = Path(__file__).resolve().parents[1]
    environment = {**os.environ, "TZ": "Asia/Tokyo"}
    done = subprocess.run([sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, check=True)
    assert done.stdout.decode().strip() == f"2026-11-20 12:00:00+00 {threads}"


def functions(kind: str) -> set[str]:
    found = metric_tables.connect().execute(f"SELECT DISTINCT function_name FROM duckdb_functions() WHERE {kind}")
    return {str(name) for (name,) in found.fetchall()}


def test_whatever_duckdb_calls_changing_is_refused() -> None:
    """So that a new release's functions of time and chance do not slip through; `error` only fails."""
    names = functions("stability IN ('VOLATILE', 'CONSISTENT_WITHIN_QUERY')") - {"error"}
    assert len(names) > 20
    assert {
        name for name in names if not codes(column(f"{name}()")) & {"sql-clock", "sql-random", "sql-outside"}
    } == set()


def test_table_functions_are_refused_but_for_series() -> None:
    names = functions("function_type IN ('table', 'table_macro')") - {"range", "generate_series", "unnest"}
    assert len(names) > 20
    assert {name for name in names if "sql-outside" not in codes(inside(f"{name}('x', 1)"))} == set()
