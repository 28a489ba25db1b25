"""Folders of tables: formats, headings, broken files; no row may be lost without a word."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from data_vocabulary import SHARED, codes, folder, vocabulary

from advisor.core.model import AdvisorError
from advisor.data.tables import RawTables, cells_of, read_folder

ACCOUNTS = "id,name\nA1,Alpha\n"


def read(path: Path) -> RawTables:
    return read_folder(path, vocabulary())


def stopped(path: Path) -> tuple[str, int]:
    with pytest.raises(AdvisorError) as error:
        read(path)
    return error.value.problems[0].code, error.value.exit_code


def test_headings_may_be_names_or_labels(tmp_path: Path) -> None:
    contacts = "\u5ba2\u6237\u7f16\u53f7;\u59d3\u540d;Job title\nA1;\u5f20\u4f1f;Buyer\n"
    tables = read(folder(tmp_path, {"\u5ba2\u6237.csv": "\ufeff" + ACCOUNTS, "contacts.csv": contacts}))
    assert cells_of(tables.found["contact"], 0) == {"account_id": "A1", "name": "\u5f20\u4f1f", "title": "Buyer"}
    assert tables.problems == []


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, mark: str) -> None:
    text = ACCOUNTS.replace(",", mark)
    assert cells_of(read(folder(tmp_path, {"accounts.csv": text})).found["account"], 0)["name"] == "Alpha"


def test_quoted_newlines_keep_rows_and_lines_apart(tmp_path: Path) -> None:
    tables = read(folder(tmp_path, {"accounts.csv": 'id,name\r\nA1,"Al\r\npha"\r\n\r\nA2,Beta\r\n'}))
    sheet = tables.found["account"].sheet
    assert len(sheet.rows) == 2
    assert (sheet.number(1), sheet.place(1).line) == (4, 5)


def test_an_unknown_column_is_a_note(tmp_path: Path) -> None:
    problem = read(folder(tmp_path, {"accounts.csv": "id,nme\nA1,x\n"})).problems[0]
    assert (problem.code, problem.level, problem.details["near"]) == ("data-unknown-column", "note", "name")


def test_a_row_with_stray_commas_is_kept_and_named(tmp_path: Path) -> None:
    tables = read(folder(tmp_path, {"accounts.csv": "id,name,region\nA1,Alpha, Ltd,North\nA2,Beta,South\n"}))
    problem = tables.problems[0]
    assert problem.code == "data-too-many-cells"
    assert (problem.place.line, problem.details["row"], problem.details["cells"]) == (2, 2, 4)
    assert len(tables.found["account"].sheet.rows) == 2


def test_a_short_row_is_kept_and_named(tmp_path: Path) -> None:
    assert codes(read(folder(tmp_path, {"accounts.csv": "id,name\nA1\n"})).problems) == ["data-too-few-cells"]


@pytest.mark.parametrize("text", ['"id,name"\n"C1,A1"\n', "id name\nC1 A1\n"])
def test_a_single_column_is_a_problem(tmp_path: Path, text: str) -> None:
    tables = read(folder(tmp_path, {"accounts.csv": ACCOUNTS, "contacts.csv": text}))
    assert codes(tables.problems) == ["data-one-column"]
    assert "contact" not in tables.found


def test_a_quote_that_is_never_closed_loses_no_rows_silently(tmp_path: Path) -> None:
    files = {"accounts.csv": ACCOUNTS, "contacts.csv": 'id,account_id,name\nC1,A1,"Wang\nC2,A1,Li\n'}
    tables = read(folder(tmp_path, files))
    assert codes(tables.problems) == ["data-broken-csv"]
    assert "contact" not in tables.found


def test_header_only_is_known_to_be_empty_and_no_byte_is_a_problem(tmp_path: Path) -> None:
    files = {"accounts.csv": ACCOUNTS, "orders.csv": "id,account_id\n", "contacts.csv": ""}
    tables = read(folder(tmp_path, files))
    assert tables.found["order"].sheet.rows == []
    assert codes(tables.problems) == ["data-empty-file"]


@pytest.mark.parametrize(
    ("files", "code", "exit_code"),
    [
        ({}, "data-no-tables", 1),
        ({"contacts.csv": "id,account_id\n"}, "data-no-accounts", 1),
        ({"accounts.csv": "name\nAlpha\n"}, "data-no-id", 1),
        ({"accounts.csv": "id,name\n"}, "data-empty-accounts", 1),
        ({"accounts.csv": ""}, "data-empty-file", 1),
        ({"accounts.csv": "nonsense\n1\n"}, "data-one-column", 1),
    ],
)
def test_without_accounts_there_is_nothing_to_do(
    tmp_path: Path, files: dict[str, str], code: str, exit_code: int
) -> None:
    assert stopped(folder(tmp_path, files)) == (code, exit_code)


def test_a_missing_folder(tmp_path: Path) -> None:
    assert stopped(tmp_path / "none") == ("data-no-folder", 2)
    assert stopped(folder(tmp_path, {"a.csv": ""}) / "a.csv") == ("data-not-a-folder", 2)


def test_other_encodings_and_endings_are_named(tmp_path: Path) -> None:
    folder(tmp_path, {"accounts.csv": ACCOUNTS, "orders.xls": "x", "surveys.xlsx": "no zip"})
    (tmp_path / "contacts.csv").write_bytes("id,name\nC1,r\u00e9sum\u00e9\n".encode("latin-1"))
    found = codes(read(tmp_path).problems)
    assert sorted(found) == ["data-not-utf8", "data-unread-ending", "data-unreadable"]


def test_what_a_chinese_spreadsheet_program_saves(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_bytes("id,name\nA1,\u5f20\u4f1f\n".encode("gbk"))
    tables = read(tmp_path)
    assert codes(tables.problems) == ["data-encoding-assumed"]
    assert cells_of(tables.found["account"], 0)["name"] == "\u5f20\u4f1f"


def test_the_same_table_twice(tmp_path: Path) -> None:
    tables = read(folder(tmp_path, {"accounts.csv": ACCOUNTS, "accounts.jsonl": '{"id": "B1"}\n'}))
    assert codes(tables.problems) == ["data-table-twice"]


def test_json_lines(tmp_path: Path) -> None:
    lines = '{"id": 1, "conditions": {"two_way": true}, "plan_on": null}\n\nbroken\n{"id": 2}\n'
    tables = read(folder(tmp_path, {"accounts.jsonl": lines}))
    assert codes(tables.problems) == ["data-bad-json"]
    assert tables.problems[0].place.line == 3
    assert cells_of(tables.found["account"], 0) == {"id": 1, "conditions.two_way": True, "plan_on": None}


def test_workbooks(tmp_path: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(tmp_path / "book.xlsx", {"default_date_format": "yyyy-mm-dd"})
    accounts, contacts, remarks = (book.add_worksheet(name) for name in ("accounts", "\u8054\u7cfb\u4eba", "remarks"))
    accounts.write_row(0, 0, ["id", "name", "stage_since"])
    accounts.write_row(1, 0, [7, "Alpha", datetime.date(2026, 3, 1)])
    contacts.write_row(0, 0, ["id", "account_id"])
    contacts.write_row(1, 0, ["C1", 7])
    remarks.write(0, 0, "nothing to read")
    book.close()
    tables = read(tmp_path)
    assert cells_of(tables.found["account"], 0)["stage_since"] == datetime.date(2026, 3, 1)
    assert cells_of(tables.found["contact"], 0)["account_id"] == 7
    assert codes(tables.problems) == ["data-unknown-file"]


def test_parquet(tmp_path: Path) -> None:
    import duckdb

    target = tmp_path / "accounts.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT 7 AS id, 'Alpha' AS name, TIMESTAMPTZ '2026-03-01 00:00:00+00' AS stage_since,"
            f" {{'two_way': true}} AS conditions, NULL AS plan_on) TO '{target}'"
        )
    cells = cells_of(read(tmp_path).found["account"], 0)
    assert cells["id"] == 7 and cells["conditions.two_way"] is True and cells["plan_on"] == ""
    assert str(cells["stage_since"]).startswith("2026-03-01")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared sample data is not on this machine")
def test_the_broken_northwind_loses_no_row(tmp_path: Path) -> None:
    text = (SHARED / "northwind_broken" / "customers.csv").read_text(encoding="utf-8")
    folder(tmp_path, {"accounts.csv": text.replace("customerID", "id", 1).replace("companyName", "name", 1)})
    tables = read(tmp_path)
    assert len(tables.found["account"].sheet.rows) == 91
    bent = [problem for problem in tables.problems if problem.code == "data-too-many-cells"]
    assert bent and len(bent) == len(tables.found["account"].sheet.bent)
    assert all(problem.place.line for problem in bent)
