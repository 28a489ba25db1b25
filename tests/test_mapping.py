"""Mappings: foreign columns, queries that may only read, and the two that ship with the program."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from data_vocabulary import SHARED, codes, folder, vocabulary, words

from advisor.core.model import AdvisorError, Place
from advisor.data import book
from advisor.data.mapping import FolderMapping, bundled_mappings, check_query, read_mapping, recognise
from advisor.data.mapping_run import apply
from advisor.metrics.sql_guard import check_select

TODAY = datetime.date(2026, 11, 20)
FILES = {
    "clients.csv": "no,title,state\n1,Alpha,old\n2,Beta,\n",
    "sales.csv": "client,day,price,pieces\n1,3/1/2026,2.50,4\n1,3/2/2026,1.00,1\n",
}
ACCOUNTS = """
tables:
  accounts:
    from: clients.csv
    columns: {id: no, name: title, stage: state}
    values: {stage: {old: regular}}
    constants: {kind: organisation}
"""
ORDERS = """
  orders:
    query: |
      SELECT row_number() OVER () AS id, client AS account_id, strptime(day, '%m/%d/%Y')::DATE AS ordered_on,
             price::DECIMAL(18, 2) * pieces::INTEGER AS amount
      FROM sales
"""


def mapping(tmp_path: Path, text: str) -> FolderMapping:
    path = tmp_path / "m.yaml"
    path.write_text(text, encoding="utf-8")
    return read_mapping(path, vocabulary(), "m.yaml")


def wrong(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(AdvisorError) as error:
        mapping(tmp_path, text)
    return codes(error.value.problems)


def test_columns_constants_and_values(tmp_path: Path) -> None:
    made = book.load(folder(tmp_path, FILES), vocabulary(), TODAY, mapping(tmp_path, ACCOUNTS + ORDERS), words())
    first, second = made.accounts()
    assert (first.text("id"), first.text("stage"), first.text("kind")) == ("1", "regular", "organisation")
    assert not second.get("stage").known
    orders = made.rows_of("order", "1")
    assert orders is not None and [row.get("amount").data for row in orders] == [Decimal("10.00"), Decimal("1.00")]
    assert made.rows_of("contact", "1") is None
    assert made.problems == ()


def test_a_missing_file_or_column_is_a_data_problem(tmp_path: Path) -> None:
    text = ACCOUNTS.replace("name: title", "name: titel") + "  reps:\n    from: people.csv\n    columns: {id: no}\n"
    tables = apply(folder(tmp_path, FILES), mapping(tmp_path, text), vocabulary())
    assert sorted(codes(tables.problems)) == ["data-no-source-column", "data-no-source-file"]
    assert next(p for p in tables.problems if p.code == "data-no-source-column").details["near"] == "title"


def test_without_the_accounts_file_it_stops(tmp_path: Path) -> None:
    text = ACCOUNTS.replace("clients.csv", "customers.csv")
    with pytest.raises(AdvisorError) as error:
        apply(folder(tmp_path, FILES), mapping(tmp_path, text), vocabulary())
    assert codes(error.value.problems) == ["data-no-source-file"]


def test_mistakes_in_a_mapping_are_named(tmp_path: Path) -> None:
    assert wrong(tmp_path, ACCOUNTS.replace("name:", "nmae:")) == ["mapping-unknown-field"]
    assert wrong(tmp_path, ACCOUNTS.replace("accounts:", "acounts:")) == ["mapping-unknown-table", "mapping-empty"]
    assert wrong(tmp_path, ACCOUNTS.replace("values:", "vals:")) == ["mapping-unknown-key"]
    assert wrong(tmp_path, "as_of: soon\n" + ACCOUNTS) == ["mapping-as-of"]
    assert wrong(tmp_path, ACCOUNTS + "    query: SELECT 1\n") == ["mapping-from-or-query"]
    with pytest.raises(AdvisorError) as error:
        read_mapping(tmp_path / "northwnd", vocabulary())
    assert error.value.problems[0].details["near"] == "northwind"


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT ago(INTERVAL 1 DAY)", "sql-clock"),
        ("SELECT setval('s', 1)", "sql-random"),
        ('SELECT * FROM "sales.csv"', "sql-file"),
        ("SELECT $as_of", "sql-unknown-parameter"),
        ("SELECT 1; SELECT 2", "sql-statements"),
        ("", "sql-statements"),
        ("DROP TABLE sales", "sql-not-select"),
        ("COPY sales TO 'x.csv'", "sql-not-select"),
        ("ATTACH 'x.db'", "sql-not-select"),
        ("SELECT FROM WHERE", "sql-syntax"),
        ("SELECT * FROM read_csv('/etc/passwd')", "sql-outside"),
        ("SELECT * FROM '/etc/passwd'", "sql-file"),
        ("SELECT * FROM glob('*')", "sql-outside"),
        ("SELECT * FROM duckdb_settings()", "sql-outside"),
        ("SELECT * FROM information_schema.tables", "sql-outside"),
        ("SELECT * FROM query('SELECT 1')", "sql-outside"),
        ("SELECT getenv('HOME')", "sql-outside"),
        ("SELECT read_text('/etc/passwd')", "sql-outside"),
        ("SELECT now()", "sql-clock"),
        ("SELECT current_date", "sql-clock"),
        ("SELECT today()", "sql-clock"),
        ("SELECT age(DATE '2020-01-01')", "sql-clock"),
        ("SELECT random()", "sql-random"),
        ("SELECT uuid()", "sql-random"),
        ("SELECT * FROM sales USING SAMPLE 5", "sql-random"),
        ("SELECT * FROM nowhere", "sql-unknown-table"),
    ],
)
def test_a_query_only_reads_the_tables(sql: str, code: str) -> None:
    assert code in codes(check_select(sql, Place("m.yaml", 3), ["sales"]).problems)


@pytest.mark.parametrize(
    "sql",
    [
        "WITH s AS (SELECT client FROM sales) SELECT count(*) FROM s, unnest([1, 2]) u, range(3)",
        "FROM sales SELECT client",
        "SELECT client FROM sales UNION ALL SELECT day FROM sales QUALIFY row_number() OVER () = 1",
    ],
)
def test_ordinary_queries_pass(sql: str) -> None:
    assert check_select(sql, Place("m.yaml", 3), ["sales"]).problems == ()


def test_the_tables_that_a_query_reads() -> None:
    sql = (
        "WITH Sales AS (SELECT * FROM sales JOIN reps USING (id)), s AS (SELECT * FROM sales) SELECT * FROM s, Clients"
    )
    assert check_select(sql, Place("m.yaml", 3)).tables == {"sales", "reps", "clients"}
    sql = "WITH RECURSIVE s AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM s WHERE n < 9) SELECT * FROM s"
    assert check_select(sql, Place("m.yaml", 3)).tables == set()
    assert check_select("SELECT (SELECT max(n) FROM a) FROM (SELECT * FROM b)", Place()).tables == {"a", "b"}


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("|\n      SELECT client,\n        now() AS id\n      FROM sales", "m.yaml:11:9"),
        ("|\n\n      SELECT client,\n        now()", "m.yaml:12:9"),
        ("|2\n      SELECT\n      now() AS id\n", "m.yaml:11:7"),
        ("SELECT now() AS id FROM sales", "m.yaml:9:19"),
        ("'SELECT now() AS id FROM sales'", "m.yaml:9:20"),
        (">\n      SELECT client,\n      now() AS id", "m.yaml:9:5"),
    ],
)
def test_a_finding_has_its_place_in_the_mapping(written: str, place: str, tmp_path: Path) -> None:
    made = mapping(tmp_path, ACCOUNTS + f"  orders:\n    query: {written}\n")
    assert [str(problem.place) for problem in check_query(made.tables["order"]).problems] == [place]


def test_a_query_of_several_lines_wants_a_bar(tmp_path: Path) -> None:
    with pytest.raises(AdvisorError) as error:
        mapping(tmp_path, ACCOUNTS + "  orders:\n    query: SELECT client,\n      now() AS id\n")
    assert codes(error.value.problems) == ["yaml-no-bar"]


def test_a_failure_has_its_line_in_the_mapping(tmp_path: Path) -> None:
    made = mapping(tmp_path, ACCOUNTS + "  orders:\n    query: |\n      SELECT client,\n        nix AS id FROM sales\n")
    with pytest.raises(AdvisorError) as error:
        apply(folder(tmp_path, FILES), made, vocabulary())
    assert str(error.value.problems[0].place) == "m.yaml:11"


def test_a_forbidden_or_failing_query_stops(tmp_path: Path) -> None:
    folder(tmp_path, FILES)
    for query, code in (
        ("SELECT now() AS id FROM sales", "sql-clock"),
        ("SELECT nix FROM sales", "mapping-query-failed"),
    ):
        text = ACCOUNTS + f"  orders:\n    query: {query}\n"
        with pytest.raises(AdvisorError) as error:
            apply(tmp_path, mapping(tmp_path, text), vocabulary())
        assert codes(error.value.problems) == [code]


def test_a_query_that_never_ends_is_stopped(tmp_path: Path) -> None:
    rows = "sales, range(1000000) a, range(1000000) b, range(1000) c"
    query = f"SELECT count(*) AS id FROM {rows} WHERE a.range + b.range < 0"
    with pytest.raises(AdvisorError) as error:
        apply(
            folder(tmp_path, FILES), mapping(tmp_path, ACCOUNTS + f"  orders:\n    query: {query}\n"), vocabulary(), 0.3
        )
    assert codes(error.value.problems) == ["mapping-query-slow"]


def test_bundled_mappings_are_sound() -> None:
    for one in bundled_mappings(vocabulary()):
        assert one.as_of and one.currency and one.country and one.language and one.recognise
        for table in one.tables.values():
            assert not table.query or check_query(table).problems == ()


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared sample data is not on this machine")
def test_northwind() -> None:
    found = recognise(SHARED / "northwind", vocabulary())
    assert found is not None and found.name == "northwind" and found.as_of is not None
    made = book.load(SHARED / "northwind", vocabulary(), found.as_of, found, words())
    assert made.problems == ()
    assert {name: len(rows) for name, rows in made.tables.items() if rows is not None} == {
        "account": 91, "contact": 91, "order": 830, "product": 77, "rep": 9,
    }  # fmt: skip
    order = made.find("order", "10248")
    assert order is not None and order.get("amount").data == Decimal("440.00")
    assert abs(sum(row.get("amount").data for row in made.tables["order"] or ()) - Decimal("1265793.04")) < 1
    assert sum(row.text("status") == "placed" for row in made.tables["order"] or ()) == 21
    account = made.find("account", "ALFKI")
    assert account is not None and (account.text("owner_id"), account.text("region")) == ("3", "Germany")
    paris = made.find("account", "PARIS")
    assert paris is not None and not paris.get("owner_id").known and made.rows_of("order", "PARIS") == ()
    rep = made.find("rep", "1")
    assert rep is not None and rep.text("manager_id") == "2"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared sample data is not on this machine")
def test_maven_crm() -> None:
    found = recognise(SHARED / "maven_crm", vocabulary())
    assert found is not None and found.name == "maven_crm" and found.as_of is not None
    made = book.load(SHARED / "maven_crm", vocabulary(), found.as_of, found, words())
    assert codes(made.problems) == ["data-without-account"]
    assert (len(made.accounts()), len(made.tables["opportunity"] or ()), len(made.aside["opportunity"])) == (
        85,
        7375,
        1425,
    )
    assert sum(row.text("product_id") == "GTX Pro" for row in made.tables["opportunity"] or ()) > 1000
