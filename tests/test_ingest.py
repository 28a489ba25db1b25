"""Bulk ingest writes what the row reader and `store.write` write: tables, ids, problems; and it fails clearly."""

from __future__ import annotations

import csv
import datetime
import functools
import io
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from data_vocabulary import SHARED
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support import AS_OF, ROOT, bundled

from advisor.batch import store
from advisor.batch.ingest import ingest
from advisor.content.content import Content
from advisor.core.model import AdvisorError, Problem
from advisor.core.vocabulary import Vocabulary
from advisor.data import book
from advisor.data.mapping import FolderMapping, read_mapping, recognise
from advisor.messages import message
from advisor.metrics import metric_tables

Table = tuple[list[tuple[str, str]], list[tuple[Any, ...]]]
ALL = 10**9
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared sample data is not on this machine")

FIELDS = {
    "account": ("id", "name", "stage", "stage_since", "annual_sales", "sales_percentile", "listed", "accept_person"),
    "order": ("id", "account_id", "product_id", "ordered_on", "amount", "delivered_on", "is_return", "status"),
    "survey": ("id", "account_id", "surveyed_on", "topics", "expectation"),
    "interaction": ("id", "account_id", "occurred_on", "values"),
    "product": ("id", "name", "homogeneous"),
    "own": ("strong_values",),
    "price_change": ("account_id", "change_ratio"),
}


@functools.cache
def small() -> Content:
    """Bundled content cut down to a few fields, without metrics."""
    whole = bundled()
    entities = {}
    for name, wanted in FIELDS.items():
        entity = whole.vocabulary.entities[name]
        fields = {one: entity.fields[one] for one in wanted if one in entity.fields}
        entities[name] = replace(entity, fields=fields)
    return replace(whole, vocabulary=Vocabulary(entities, whole.vocabulary.choices), metrics={}, derived={})


def tables(path: Path) -> dict[str, Table]:
    """Everything in a store."""
    with metric_tables.stored(path) as connection:
        names = connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
        found = {}
        for (name,) in names:
            cursor = connection.execute(f'SELECT * FROM "{name}"')
            heads = [(str(column[0]), str(column[1])) for column in cursor.description or ()]
            found[name] = heads, cursor.fetchall()
    return found


def both(
    folder: Path, target: Path, content: Content, as_of: datetime.date = AS_OF,
    mapping: FolderMapping | None = None, **options: Any,
) -> tuple[Problem, ...]:  # fmt: skip
    """Read a folder either way and compare all that comes out; returns the problems."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    try:
        made = book.load(folder, content.vocabulary, as_of, mapping, content.cells)
    except AdvisorError as error:
        with pytest.raises(AdvisorError) as raised:
            ingest(folder, content, as_of, target / "bulk.db", mapping, told=ALL, **options)
        assert raised.value.problems == error.problems
        assert list(target.iterdir()) == []
        return tuple(error.problems)
    expected = store.write(target / "rows.db", content, made.tables, as_of)
    found, problems = ingest(folder, content, as_of, target / "bulk.db", mapping, told=ALL, **options)
    assert list(problems) == list(made.problems)
    wanted, got = tables(target / "rows.db"), tables(target / "bulk.db")
    assert got.keys() == wanted.keys()
    for name, (heads, rows) in wanted.items():
        assert got[name][0] == heads, name
        if name.startswith("metric_"):  # SQL without an order
            assert sorted(map(repr, got[name][1])) == sorted(map(repr, rows)), name
        else:
            assert got[name][1] == rows, name
    assert replace(found, path=expected.path) == expected
    assert sorted(path.name for path in target.iterdir()) == ["bulk.db", "rows.db"]
    return problems


# --- whole books ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1 << 20])
def test_the_demo_book(tmp_path: Path, size: int) -> None:
    problems = both(ROOT / "advisor" / "demo", tmp_path / "out", bundled(), small=size)
    assert problems


@needs_shared
@pytest.mark.parametrize("name", ["northwind", "maven_crm"])
def test_tables_of_other_systems(tmp_path: Path, name: str) -> None:
    mapping = recognise(SHARED / name, bundled().vocabulary)
    assert mapping is not None and mapping.as_of is not None
    both(SHARED / name, tmp_path / "out", bundled(), mapping.as_of, mapping, small=0)


@needs_shared
def test_a_broken_folder(tmp_path: Path) -> None:
    mapping = recognise(SHARED / "northwind", bundled().vocabulary)
    for one in (mapping, None):
        assert both(SHARED / "northwind_broken", tmp_path / "out", small_northwind(), AS_OF, one, small=0)


def small_northwind() -> Content:
    return replace(bundled(), metrics={}, derived={})


# --- dirty tables --------------------------------------------------------------------------------

BLANKS = ["", " ", "\u3000", "NULL", "-", "n/a", "\uff1f", "none", "\u65e0", "\uff2e\uff4f\uff4e\uff45", "null"]
IDS = ["A1", "A2", "A1#2", "A00", "A3", "7", "7.0", " 7 ", "\u7532", "O1", "O2", "O1#2", "X", "\uff11\uff0e\uff10"]
DAYS = [
    "2026-01-31", "2026-02-30", "2027-01-01", "1899-12-31", "2026/3/4", "20260304", "2026-03-04T10:00:00Z",
    "2026-03-04 23:59:59+08:00", "2026-03-04 10:00 PM", "2026\u5e743\u67084\u65e5", "soon",
    "0026-01-01", "2026-03-04 10:61:00",
]  # fmt: skip
NUMBERS = [
    "1", "-2", "+3.50", "1,234.5", "\u00a51,200", "3.8\u4e07", "35%", "1e3", "(12)", "0.1234567891", "1_000",
    "abc", "007", "2.0",
    "99999999999999999999", "\uff13\uff15", "nan", ".5", "5.", "1 000", "1e400",
]  # fmt: skip
WORDS = [
    "core",
    "Core",
    "lead",
    "yes",
    "No",
    "\u662f",
    "1",
    "0",
    "true",
    "x;y",
    "x, y",
    "['a', \"b\"]",
    "brand;service",
    "won",
]
TEXTS = [
    "Mill",
    "M\u00fcller",
    "\u6c5f\u82cf\u4e00\u5382",
    'a"b',
    'say "hi"',
    "two\nlines",
    "a,b",
    "it's",
    "e\u0301" * 3,
    "unknown",
    "tbd",
]
CELL = st.sampled_from([*BLANKS, *IDS, *DAYS, *NUMBERS, *WORDS, *TEXTS]) | st.text(
    st.sampled_from("aB1.-/: ,;\"'\t\u4e2d\u3000\xa0%#"), max_size=6
)
FAVOURED = {
    "id": st.sampled_from([*IDS, ""]), "account_id": st.sampled_from(IDS), "product_id": st.sampled_from([*IDS, "P1"]),
}  # fmt: skip


@st.composite
def records(draw: st.DrawFn, names: tuple[str, ...]) -> list[list[str]]:
    """A table with its header; a favoured cell is often one that fits."""
    picked = draw(st.lists(st.sampled_from(names), min_size=1, max_size=5, unique=True))
    cells = [st.one_of(FAVOURED[name], FAVOURED[name], CELL) if name in FAVOURED else CELL for name in picked]
    return [picked, *draw(st.lists(st.tuples(*cells).map(list), max_size=12))]


def dirty(draw: st.DrawFn) -> dict[str, list[list[str]]]:
    found = {
        small().vocabulary.entities[name].table: draw(records(FIELDS[name])) for name in FIELDS if draw(st.booleans())
    }
    accounts = draw(records(("name", *FIELDS["account"][2:])))
    ids = [["id"], *[[draw(FAVOURED["id"])] for _ in accounts[1:]]]
    return {**found, "accounts": [[*a, *b] for a, b in zip(ids, accounts, strict=True)]}


def as_csv(table: list[list[str]], quoting: Any = csv.QUOTE_MINIMAL, end: str = "\n") -> str:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=quoting, lineterminator=end).writerows(table)
    return text.getvalue()


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.composite(dirty)(), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.sampled_from(["\n", "\r\n", "\r"])
)
def test_dirty_tables(tmp_path_factory: pytest.TempPathFactory, made: dict[str, Any], quoting: Any, end: str) -> None:
    folder = tmp_path_factory.mktemp("dirty")
    for name, table in made.items():
        (folder / f"{name}.csv").write_text(as_csv(table, quoting, end), encoding="utf-8", newline="")
    both(folder, folder / "out", small(), small=0)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(st.sampled_from('ab1 ,;"\n\r\t\u4e2d\ufeff\0'), max_size=40))
@example('x, "y"\n')
@example('x,"y" \n')
@example('"x""y",z,\n\n\nq\n')
def test_any_text_as_a_file(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """However a file is cut, it is cut the same."""
    folder = tmp_path_factory.mktemp("text")
    accounts = "id,name\nA1,Mill\n" + text
    (folder / "accounts.csv").write_text(accounts, encoding="utf-8", newline="")
    both(folder, folder / "out", small(), small=0)


# --- files of other kinds ------------------------------------------------------------------------

KINDS = {
    "name": ["VARCHAR", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP", "BOOLEAN", "DECIMAL(12, 2)"],
    "stage": ["VARCHAR", "INTEGER"],
    "stage_since": ["VARCHAR", "DATE", "TIMESTAMP", "TIMESTAMPTZ", "BIGINT"],
    "annual_sales": ["VARCHAR", "DOUBLE", "FLOAT", "DECIMAL(12, 2)", "BIGINT", "HUGEINT", "BOOLEAN", "DATE"],
    "sales_percentile": ["DOUBLE", "FLOAT", "DECIMAL(38, 18)", "TINYINT"],
    "listed": ["BOOLEAN", "INTEGER", "DOUBLE", "VARCHAR"],
    "accept_person": ["INTEGER", "DOUBLE", "DECIMAL(4, 1)", "BOOLEAN"],
}
VALUES = {
    "VARCHAR": ["'core'", "'3.8'", "'2026-01-31 10:00:00+08'", "'1'", "''"],
    "DATE": ["'2026-01-31'", "'2027-05-06'", "'0099-01-01'"],
    "TIMESTAMP": ["'2026-01-31 10:11:12.5'", "'2026-01-31'", "'1850-01-01 00:00:00'"],
    "TIMESTAMPTZ": ["'2026-01-31 23:30:00-05'", "'2026-02-01 03:30:00+08'"],
    "BOOLEAN": ["true", "false"],
    "": ["0", "1", "2.5", "0.1", "123456.75", "-3", "100", "20260131"],
}


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_parquet(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("parquet")
    id_kind = data.draw(st.sampled_from(["VARCHAR", "BIGINT", "DOUBLE", "DECIMAL(9, 0)", "DECIMAL(9, 2)"]))
    kinds = {name: data.draw(st.sampled_from(kinds)) for name, kinds in KINDS.items()}
    rows = []
    for _ in range(data.draw(st.integers(1, 6))):
        cells = [f"{data.draw(st.integers(1, 4))}::{id_kind} AS id"]
        for name, kind in kinds.items():
            value = data.draw(st.sampled_from(["NULL", *VALUES.get(kind, VALUES[""])]))
            if value.lstrip("-").replace(".", "").isdigit():
                value = f"TRY_CAST({value} AS {kind})"
            cells.append(f"{value}::{kind} AS {name}")
        rows.append(f"SELECT {', '.join(cells)}")
    with metric_tables.scratch() as connection:
        connection.execute(f"COPY ({' UNION ALL '.join(rows)}) TO '{folder}/accounts.parquet' (FORMAT parquet)")
    text = "id,account_id,amount\n1,1,10\n2,2.0,20\n3,03,30\n"  # ids that are numbers there are texts here
    (folder / "orders.csv").write_text(text, encoding="utf-8")
    both(folder, folder / "out", small(), small=0)


def test_lists_and_records_in_parquet(tmp_path: Path) -> None:
    select = (
        "SELECT 'A' || i AS account_id, ['x', 'y ', NULL, 'x'] AS topics, DATE '2026-01-01' AS surveyed_on"
        " FROM range(3) t(i) UNION ALL SELECT 'A0', [], NULL UNION ALL SELECT 'A0', NULL, DATE '2026-02-01'"
    )
    nested = "SELECT 'A0' AS account_id, {'values': ['brand', 'nonsense']} AS \"interaction\", 'x' AS \"values\""
    with metric_tables.scratch() as connection:
        connection.execute(f"COPY (SELECT 'A' || i AS id FROM range(2) t(i)) TO '{tmp_path}/accounts.parquet'")
        connection.execute(f"COPY ({select}) TO '{tmp_path}/surveys.parquet'")
        connection.execute(f"COPY ({nested}) TO '{tmp_path}/interactions.parquet'")
    assert both(tmp_path, tmp_path / "out", small(), small=0)


def test_records_of_json_lines_and_parquet_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "accounts.jsonl").write_text(
        '{"id": "A1", "annual_sales": 1.5}\n{"id": 7, "listed": true}\n', encoding="utf-8"
    )
    (tmp_path / "orders.csv").write_text("id,account_id\n1,7\n2,A1\n3,A9\n", encoding="utf-8")
    (tmp_path / "surveys.parquet").write_bytes(b"no such thing")
    problems = both(tmp_path, tmp_path / "out", small(), small=0)
    assert {one.code for one in problems} == {"data-unreadable", "data-unknown-account"}


# --- another system's words and queries ----------------------------------------------------------

MAPPING = """
title: {{en: x, zh: x}}
tables:
  accounts:
    from: firms.csv
    columns: {{name: firm, id: no, stage: state, listed: quoted, annual_sales: turnover}}
    values:
      stage: {{live: core, "": regular, {word}}}
      listed: {{"on": true, "off": false}}
    constants: {{accept_person: {constant}}}
  orders:
    query: |
      SELECT d.nr AS id, d.firm AS account_id, CAST(d.day AS DATE) AS ordered_on,
        sum(TRY_CAST(d.price AS DOUBLE)) AS amount, max(d.kind) AS status
      FROM deals d GROUP BY ALL ORDER BY id
    values:
      status: {{gone: lost}}
"""


@pytest.mark.parametrize("constant", ["2", "7", "null", "none"])
@pytest.mark.parametrize("word", ["dead: exited", "'1,5': gone"])
def test_a_mapping_over_dirty_files(tmp_path: Path, constant: str, word: str) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(MAPPING.format(constant=constant, word=word), encoding="utf-8")
    mapping = read_mapping(path, small().vocabulary)
    folder = tmp_path / "data"
    folder.mkdir()
    firms = 'no,firm,turnover,state,quoted\nA1,Mill,"1,5",live,on\nA2,x\nA1,y,2,,off,z,z\n'
    firms += ',q,bad, dead ,maybe\n"A4","a\nb",3,1,on\n'
    (folder / "firms.csv").write_text(firms, encoding="utf-8")
    deals = "nr,firm,day,price,kind\n" + "".join(
        f"{n % 7},A{n % 5},2026-0{n % 9 + 1}-01,{n}.1,gone\n" for n in range(40)
    )
    (folder / "deals.csv").write_text(deals, encoding="utf-8")
    assert both(folder, tmp_path / "out", small(), mapping=mapping, small=0)


def test_a_query_that_fails(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(
        "tables:\n  accounts:\n    query: |\n      SELECT a AS id,\n        CAST(a AS DATE) AS name\n      FROM t\n",
        encoding="utf-8",
    )
    (tmp_path / "t.csv").write_text("a\nA1\n", encoding="utf-8")
    with pytest.raises(AdvisorError) as raised:
        ingest(tmp_path, small(), AS_OF, tmp_path / "s.db", read_mapping(path, small().vocabulary), small=0)
    assert [one.code for one in raised.value.problems] == ["mapping-query-failed"]


# --- many problems -------------------------------------------------------------------------------


def test_many_problems_of_a_kind_are_counted(tmp_path: Path) -> None:
    rows = "".join(f"A{n % 90},{'bad' if n % 2 else n},{n}\n" for n in range(100))
    (tmp_path / "accounts.csv").write_text("id,annual_sales,stage\n" + rows, encoding="utf-8")
    (tmp_path / "orders.csv").write_text(
        "id,account_id,product_id\n" + "".join(f",B{n},P{n}\n" for n in range(50)), encoding="utf-8"
    )
    (tmp_path / "products.csv").write_text("id\nX\n", encoding="utf-8")
    for size in (0, 1 << 20):
        store_path = tmp_path / f"{size}.db"
        _, problems = ingest(tmp_path, small(), AS_OF, store_path, told=8, small=size)
        more = {
            (one.details["of"], one.details["column"]): one.details["count"]
            for one in problems
            if one.code == "batch-more-problems"
        }
        assert more == {
            ("data-not-number", "annual_sales"): 42, ("data-unknown-choice", "stage"): 92,
            ("data-duplicate-id", "id"): 2, ("data-missing-id", "id"): 42, ("data-unknown-account", "account_id"): 42,
        }  # fmt: skip
        for code, _ in more:
            rows_told = [int(str(one.details["row"])) for one in problems if one.code == code]
            assert rows_told == sorted(rows_told)
            assert sum(one.code == code for one in problems) == 8
    assert "42 more like this" in message(next(one for one in problems if one.details.get("count") == 42), "en")[0]


def test_references_to_nothing_are_counted(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text("id\nA1\n", encoding="utf-8")
    (tmp_path / "orders.csv").write_text(
        "id,account_id,product_id\n" + "".join(f"{n},A1,P{n % 30}\n" for n in range(50)), encoding="utf-8"
    )
    (tmp_path / "products.csv").write_text("id\nP3\n", encoding="utf-8")
    _, problems = ingest(tmp_path, small(), AS_OF, tmp_path / "s.db", told=4, small=0)
    assert [(one.code, one.details["count"]) for one in problems][-2:] == [
        ("data-unknown-reference", 2),
        ("batch-more-problems", 25),
    ]


def test_a_record_of_another_account(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text("id,survey_contact_id\nA1,C2\nA2,C2\nA3,C9\n", encoding="utf-8")
    (tmp_path / "contacts.csv").write_text("id,account_id\nC1,A1\nC2,A2\n", encoding="utf-8")
    rows = "id,account_id,contact_id\nX1,A2,C1\nX2,A1,C2\nX3,A1,C1\nX4,A2,C1\n"
    (tmp_path / "complaints.csv").write_text(rows, encoding="utf-8")
    for size in (0, 1 << 20):
        _, problems = ingest(tmp_path, bundled(), AS_OF, tmp_path / f"{size}.db", small=size)
        assert [(one.code, one.place.line, one.details["value"], one.details["count"]) for one in problems] == [
            ("data-unknown-reference", 4, "C9", 1),
            ("data-reference-elsewhere", 2, "C2", 1),
            ("data-reference-elsewhere", 2, "C1", 2),
            ("data-reference-elsewhere", 3, "C2", 1),
        ]


def test_a_number_that_no_table_holds(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text(f"id,annual_sales\nA1,{'9' * 31}\nA2,5\n", encoding="utf-8")
    for size in (0, 1 << 20):
        found, problems = ingest(tmp_path, small(), AS_OF, tmp_path / f"{size}.db", small=size)
        assert [one.code for one in problems] == ["data-number-too-long"]
        assert found.accounts == 2


# --- encodings -----------------------------------------------------------------------------------

CHINESE = "A1,\u6c5f\u82cf\u7eba\u7ec7\u5382\nA2,\u5317\u65b9\u94a2\u94c1\n"


def names_of(path: Path) -> list[str]:
    return [
        row[[head for head, _ in heads].index("name")] for heads, rows in [tables(path)["t_account"]] for row in rows
    ]


def chinese() -> str:
    labels = [bundled().vocabulary.entities["account"].fields[name].label["zh"] for name in ("id", "name")]
    return "\n".join([",".join(labels), *CHINESE.split("\n")])


@pytest.mark.parametrize("size", [0, 1 << 20])
@pytest.mark.parametrize(
    ("encoding", "named", "codes"),
    [
        ("utf-8", None, []), ("utf-8-sig", None, []), ("utf-8-sig", "gbk", []), ("utf-8", "gbk", []),
        ("utf-16", None, []),
        ("gbk", None, ["data-encoding-assumed"]), ("gb18030", None, ["data-encoding-assumed"]), ("gbk", "gbk", []),
        ("utf-16-le", "utf-16-le", []), ("big5hkscs", "big5hkscs", []),
    ],
)  # fmt: skip
def test_a_chinese_file_is_recognised(
    tmp_path: Path, encoding: str, named: str | None, codes: list[str], size: int
) -> None:
    text = chinese() if encoding != "big5hkscs" else "id,name\nA1,\u6c5f\nA2,\u5317\n"
    (tmp_path / "accounts.csv").write_bytes(text.encode(encoding))
    _, problems = ingest(tmp_path, small(), AS_OF, tmp_path / "s.db", encoding=named, small=size)
    assert [one.code for one in problems] == codes
    assert names_of(tmp_path / "s.db") == [line.split(",")[1] for line in text.split("\n")[1:3]]


def test_a_file_that_is_not_in_the_encoding_named(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text("id,name\nA1,x\n", encoding="utf-8")
    (tmp_path / "orders.csv").write_bytes(b"id,account_id\n\xff\xfe\xff,A1\n")
    _, problems = ingest(tmp_path, small(), AS_OF, tmp_path / "s.db", encoding="gbk", small=0)
    assert [(one.code, one.place.line) for one in problems] == [("batch-not-encoded", 2)]
    (tmp_path / "orders.csv").write_bytes("id,account_id\nr\u00e9sum\u00e9,A1\n".encode("latin-1"))  # not Chinese
    _, problems = ingest(tmp_path, small(), AS_OF, tmp_path / "t.db", small=0)
    assert [one.code for one in problems] == ["data-not-utf8"]


def test_half_a_letter_in_a_record(tmp_path: Path) -> None:
    """Cut within an emoji, by a program that counts in halves of such letters."""
    (tmp_path / "accounts.csv").write_text("id\nA1\n", encoding="utf-8")
    lines = [
        '{"id": "K1", "account_id": "A1", "name": "x \\ud83d"}',
        '{"id": "K2", "name": "\\ud83d\\ude00", "account_id": "A1"}',
    ]
    (tmp_path / "competitors.jsonl").write_text("\n".join(lines), encoding="utf-8")
    _, problems = ingest(tmp_path, bundled(), AS_OF, tmp_path / "s.db")
    assert [(one.code, one.place.line) for one in problems] == [("data-bad-json", 1)]
    heads, rows = tables(tmp_path / "s.db")["t_competitor"]
    assert [row[[head for head, _ in heads].index("name")] for row in rows] == ["\U0001f600"]


def test_an_encoding_that_does_not_exist(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text("id\nA1\n", encoding="utf-8")
    for name in ("gkb", "base64"):
        assert failure(tmp_path, tmp_path / "s.db", encoding=name) == ["batch-unknown-encoding"]


# --- what stops it -------------------------------------------------------------------------------


def failure(folder: Path, path: Path, **options: Any) -> list[str]:
    before = sorted(path.parent.iterdir()) if path.parent.is_dir() else []
    with pytest.raises(AdvisorError) as raised:
        ingest(folder, small(), AS_OF, path, **options)
    assert (sorted(path.parent.iterdir()) if path.parent.is_dir() else []) == before
    return [one.code for one in raised.value.problems]


@pytest.mark.parametrize("size", [0, 1 << 20])
def test_folders_without_accounts(tmp_path: Path, size: int) -> None:
    folder, path = tmp_path / "data", tmp_path / "s.db"
    assert failure(folder, path, small=size) == ["data-no-folder"]
    folder.mkdir()
    assert failure(folder, path, small=size) == ["data-no-tables"]
    (folder / "orders.csv").write_text("id,account_id\n", encoding="utf-8")
    assert failure(folder, path, small=size) == ["data-no-accounts"]
    (folder / "accounts.csv").write_text("id,name\n", encoding="utf-8")
    assert failure(folder, path, small=size) == ["data-empty-accounts"]
    (folder / "accounts.csv").write_text("name\nx\n", encoding="utf-8")
    assert failure(folder, path, small=size) == ["data-no-id"]
    (folder / "accounts.csv").write_text('id,name\nA1,"x\n', encoding="utf-8")
    assert failure(folder, path, small=size) == ["data-broken-csv"]


def test_a_table_without_rows(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text("id\nA1\n", encoding="utf-8")
    (tmp_path / "orders.csv").write_text("id,account_id,amount\n", encoding="utf-8")
    assert both(tmp_path, tmp_path / "out", small(), small=0) == ()


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text("id\nA1\n", encoding="utf-8")
    assert failure(tmp_path, tmp_path / "accounts.csv" / "s.db") == ["batch-not-writable"]
    assert failure(tmp_path, Path("/proc/s.db")) == ["batch-not-writable"]


def write_many(folder: Path, rows: int) -> None:
    text = "".join(f"A{n},{n * 7919 % 1000003} firm of some length {n}\n" for n in range(rows))
    (folder / "accounts.csv").write_text("id,name\n" + text, encoding="utf-8")


def test_a_full_disk(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk's end; a process of its own, as the limit stays."""
    write_many(tmp_path, 60_000)
    script = (
        "import resource, sys; sys.path.insert(0, 'tests'); import test_ingest as t; from pathlib import Path\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))\n"
        f"assert t.failure(Path({str(tmp_path)!r}), Path({str(tmp_path / 's.db')!r}), small=0) == ['batch-no-space']"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_too_little_memory(tmp_path: Path) -> None:
    write_many(tmp_path, 60_000)
    assert failure(tmp_path, tmp_path / "s.db", memory="1MB", small=0) == ["batch-no-memory"]
