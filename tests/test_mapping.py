"""Mappings: foreign columns, queries that may only read, and the two that ship with the program."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from data_vocabulary import SHARED, codes, folder, vocabulary

from advisor import book
from advisor.mapping import FolderMapping, bundled_mappings, read_mapping, recognise
from advisor.mapping_run import apply
from advisor.model import AdvisorError, Place
from advisor.sql_guard import check_select

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
    made = book.load(folder(tmp_path, FILES), vocabulary(), TODAY, mapping(tmp_path, ACCOUNTS + ORDERS))
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
        ("SELECT 1; SELECT 2", "query-one-statement"),
        ("", "query-one-statement"),
        ("DROP TABLE sales", "query-select-only"),
        ("COPY sales TO 'x.csv'", "query-select-only"),
        ("ATTACH 'x.db'", "query-select-only"),
        ("SELECT FROM WHERE", "query-syntax"),
        ("SELECT * FROM read_csv('/etc/passwd')", "query-outside"),
        ("SELECT * FROM '/etc/passwd'", "query-outside"),
        ("SELECT * FROM glob('*')", "query-outside"),
        ("SELECT * FROM duckdb_settings()", "query-outside"),
        ("SELECT * FROM information_schema.tables", "query-outside"),
        ("SELECT * FROM query('SELECT 1')", "query-outside"),
        ("SELECT getenv('HOME')", "query-outside"),
        ("SELECT read_text('/etc/passwd')", "query-outside"),
        ("SELECT now()", "query-clock"),
        ("SELECT current_date", "query-clock"),
        ("SELECT today()", "query-clock"),
        ("SELECT age(DATE '2020-01-01')", "query-clock"),
        ("SELECT random()", "query-chance"),
        ("SELECT uuid()", "query-chance"),
        ("SELECT * FROM sales USING SAMPLE 5", "query-chance"),
        ("SELECT * FROM nowhere", "query-unknown-table"),
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
    assert check_select(sql, Place("m.yaml", 3), ["sales"]).problems == []


def test_a_forbidden_or_failing_query_stops(tmp_path: Path) -> None:
    folder(tmp_path, FILES)
    for query, code in (
        ("SELECT now() AS id FROM sales", "query-clock"),
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
            assert not table.query or check_select(table.query, table.place).problems == []


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared sample data is not on this machine")
def test_northwind() -> None:
    found = recognise(SHARED / "northwind", vocabulary())
    assert found is not None and found.name == "northwind" and found.as_of is not None
    made = book.load(SHARED / "northwind", vocabulary(), found.as_of)
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
    made = book.load(SHARED / "maven_crm", vocabulary(), found.as_of)
    assert codes(made.problems) == ["data-without-account"]
    assert (len(made.accounts()), len(made.tables["opportunity"] or ()), len(made.aside["opportunity"])) == (
        85,
        7375,
        1425,
    )
    assert sum(row.text("product_id") == "GTX Pro" for row in made.tables["opportunity"] or ()) > 1000
