"""What comes out, read back by other readers: the same advice in every format, and the digest's pages."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import html
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pytest
from batch_fixture import few, run, settings_of
from python_calamine import CalamineWorkbook
from support import demo

from advisor.advice.advise import Advisor
from advisor.advice.wording import Printer
from advisor.batch import digest, outputs, rows, sheets, typed
from advisor.batch.parts import Entry
from advisor.core.model import AdvisorError
from advisor.pages import portfolio, today
from advisor.pages.page import page
from advisor.pages.page_markup import html_section, md_section

ENDINGS = ("jsonl", "csv", "xlsx", "parquet")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("outputs")
    for ending in ENDINGS:
        run(made / f"advice.{ending}", language="en", digest=made / "digest" if ending == "jsonl" else None)
    return made


def records(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "advice.jsonl").read_text(encoding="utf-8").splitlines()]


def table(folder: Path) -> list[list[str]]:
    with (folder / "advice.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, strict=True))


def column(found: list[list[Any]], head: str) -> list[Any]:
    return [row[found[0].index(head)] for row in found[1:]]


# --- tables --------------------------------------------------------------------------------------


def test_csv_is_what_excel_opens(folder: Path) -> None:
    data = (folder / "advice.csv").read_bytes()
    assert data.startswith("\ufeffAccount id,Account,".encode()) and data.endswith(b"\r\n")
    steps = [(one["account"]["id"], step) for one in records(folder) for step in one["advice"]]
    found = table(folder)
    assert len(found) == len(steps) + 1 and {len(row) for row in found} == {len(rows.COLUMNS)}
    assert column(found, "Account id") == [account for account, _ in steps]
    assert column(found, "Play code") == [step["code"] for _, step in steps]
    assert column(found, "What") == [step["headline"] for _, step in steps]
    assert column(found, "What to say") == [step["words"]["message"] for _, step in steps]
    assert column(found, "Why") == ["\n".join(step["why"]) for _, step in steps]
    assert column(found, "Due") == [step["due_on"] for _, step in steps]


def test_workbook_holds_the_same(folder: Path) -> None:
    book = CalamineWorkbook.from_path(str(folder / "advice.xlsx"))
    assert book.sheet_names == ["Advice"]
    found = book.get_sheet_by_index(0).to_python()
    texts = [[_text(cell) for cell in row] for row in found]
    assert texts == table(folder)
    assert all(isinstance(day, datetime.date) for day in column(found, "Due"))


def _text(cell: Any) -> str:
    if isinstance(cell, float):
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, datetime.date) else str(cell)


def test_parquet_is_typed_and_nested(folder: Path) -> None:
    path = folder / "advice.parquet"
    kinds = {row[0]: row[1] for row in duckdb.sql(f"DESCRIBE FROM '{path}'").fetchall()}
    assert (
        kinds["as_of"] == "DATE"
        and kinds["advice"].startswith("STRUCT(rank INTEGER")
        and "due_on DATE" in (kinds["advice"])
    )
    found = duckdb.sql(f"FROM '{path}'")
    assert [_like(row) for row in found.fetchall()] == [_like(_cells(one, found.columns)) for one in records(folder)]


def _cells(record: dict[str, Any], names: list[str]) -> tuple[Any, ...]:
    owners = {row.id: row.text("owner_id") for row in demo().book.accounts()}
    return tuple({**record, "owner_id": owners[record["account"]["id"]]}[name] for name in names)


def _like(cell: Any) -> Any:
    """Dates as text, and what is not there left out, as JSON has them."""
    if isinstance(cell, dict):
        found = {name: _like(one) for name, one in cell.items() if one is not None}
        return {name: _json(one) if name in ("value", "limit") else one for name, one in found.items()}
    if isinstance(cell, list | tuple):
        return [_like(one) for one in cell]
    return cell.isoformat() if isinstance(cell, datetime.date) else cell


def _json(cell: Any) -> Any:
    try:
        return json.loads(cell) if isinstance(cell, str) else cell
    except ValueError:
        return cell


def test_no_part_of_a_record_is_left_out_of_parquet(folder: Path) -> None:
    names = {name for one in records(folder) for name in one}
    assert set(typed.STRUCTURE) == names - {"portfolio"}
    steps = {name for one in records(folder) for step in one["advice"] for name in step}
    assert set(typed.STRUCTURE["advice"][0]) == steps  # type: ignore[index]


def test_heads_in_both_languages() -> None:
    for language in ("zh", "en"):
        heads = few().words[language]["batch"]["columns"]
        assert tuple(heads) == rows.COLUMNS and len(set(heads.values())) == len(rows.COLUMNS)


# --- text that a spreadsheet would take for a formula --------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-1", "@SUM(A1)", "\tx", "\r=1", "\n=1", "\uff1d1"])
def test_no_formula_in_csv(text: str) -> None:
    assert outputs.harmless(text) == f"'{text}"


def test_harmless_cells_stay() -> None:
    assert [outputs.harmless(cell) for cell in ("a=1", "", 3, None)] == ["a=1", "", 3, None]


def test_no_formula_in_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    sheets.write(path, "Advice", ["a", "b"], [["=1+1", "http://x.example"], ["中文", 3]], tmp_path)
    book = CalamineWorkbook.from_path(str(path))
    assert book.get_sheet_by_index(0).to_python() == [["a", "b"], ["=1+1", "http://x.example"], ["中文", 3.0]]
    with zipfile.ZipFile(path) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        styles = parts.read("xl/styles.xml").decode()
    assert "<f>" not in sheet and 'quotePrefix="1"' in styles


@pytest.mark.parametrize(("number", "expected"), [(0, [1]), (4, [5]), (5, [5, 2]), (9, [5, 5, 2])])
def test_sheets_are_cut_at_the_limit(tmp_path: Path, number: int, expected: list[int]) -> None:
    path = tmp_path / "a.xlsx"
    sheets.write(path, "Advice", ["n"], ([n] for n in range(number)), tmp_path, limit=5)
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names == ["Advice", "Advice 2", "Advice 3"][: len(expected)]
    found = [book.get_sheet_by_index(n).to_python() for n in range(len(expected))]
    assert [len(rows) for rows in found] == expected
    assert [row[0] for rows in found for row in rows[1:]] == [float(n) for n in range(number)]


def test_sheets_are_cut_before_they_are_too_long_to_be_packed(tmp_path: Path) -> None:
    path, texts = tmp_path / "a.xlsx", ["a" * 300, "\u6c49" * 100, "&" * 60, "b"]
    sheets.write(path, "Advice", ["text"], ([text] for text in texts), tmp_path, size=800)
    book = CalamineWorkbook.from_path(str(path))
    found = [[row[0] for row in book.get_sheet_by_index(n).to_python()[1:]] for n in range(len(book.sheet_names))]
    assert found == [texts[:2], texts[2:]]


def test_hostile_records_stay_texts(tmp_path: Path) -> None:
    """A name with quotes, line breaks, control characters and a formula goes through a CSV and comes back."""
    name = '=HYPERLINK("x")\n"Mill", 中文\x07'
    words = few().words["en"]
    printer = Printer(words, "en", "CNY", datetime.date(2026, 11, 20))
    layout = rows.Layout(printer, few().vocabulary, {"R1": "+1"})
    step = {
        **dict.fromkeys(("headline", "code", "title", "play"), "x"), "rank": 1, "urgency": 1, "due_on": "2026-11-20",
        "first_due_on": "2026-11-20", "for": "rep", "person": {"text": "y"}, "why": [], "basis": [],
        "words": {"message": "", "ask": [], "do_not": []}, "deed": {"steps": [], "done_when": ""},
        "subject": {"id": "A", "about": None},
    }  # fmt: skip
    record = {"account": {"id": "A", "name": name}, "guards": [], "notes": [], "as_of": "2026-11-20", "advice": [step]}
    row = next(layout.rows(Entry("A", "R1", json.dumps(record))))
    assert row[1] == name.removesuffix("\x07") and row[3] == "+1"
    with (tmp_path / "a.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerow([outputs.harmless(cell) for cell in row])
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        assert next(csv.reader(file))[1] == "'" + row[1]


# --- the ending ----------------------------------------------------------------------------------


_NEAR = [("a.xls", ".xlsx"), ("a.json", ".jsonl"), ("a", ""), ("a.parqet", ".parquet")]


@pytest.mark.parametrize(("name", "near"), _NEAR)
def test_unknown_ending(tmp_path: Path, name: str, near: str) -> None:
    with pytest.raises(AdvisorError) as caught:
        run(tmp_path / name)
    problem = caught.value.problems[0]
    assert (problem.code, problem.details["near"], caught.value.exit_code) == ("batch-ending", near, 2)
    assert problem.details["known"] == ".jsonl .csv .xlsx .parquet"
    assert not list(tmp_path.iterdir())


# --- the digest ----------------------------------------------------------------------------------


def advisor() -> Advisor:
    return Advisor(few(), settings_of(demo().settings.data, "en"), demo("en").book)


@pytest.mark.parametrize("owner", ["R1", "R2"])
def test_an_owner_s_page_begins_with_today(folder: Path, owner: str) -> None:
    alone = advisor()
    entries = today.today(alone, owner)
    text = (folder / f"digest/{owner}.md").read_text(encoding="utf-8")
    head, *lines = re.sub(r"\n {3}(?=\S)", " ", today.text(entries, alone, owner)).splitlines()
    assert _letters(head) in _letters(text)
    found = [line for line in text.splitlines() if re.match(r"\d+\. ", line)]
    assert [_letters(line) for line in found] == [_letters(line) for line in lines]
    assert lines


def _letters(text: str) -> str:
    """Without what only lays out."""
    return re.sub(r"[\s\\*|_]+|\[urgent\]", "", text)


def test_then_come_the_cards_of_the_accounts_on_the_list(folder: Path) -> None:
    alone = advisor()
    found = (folder / "digest/R1.html").read_text(encoding="utf-8")
    text = (folder / "digest/R1.md").read_text(encoding="utf-8")
    accounts = dict.fromkeys(entry.account.id for entry in today.today(alone, "R1"))
    whole = {row.id: row for row in alone.book.accounts()}
    places = []
    for name in accounts:
        laid = page(_without_portfolio(alone, whole[name]), alone.printer)
        assert html_section(laid, name) in found and md_section(laid) in text
        places.append(found.index(f'<section id="{name}">'))
    assert places == sorted(places) and found.count("<section") == len(accounts)


def _without_portfolio(alone: Advisor, account: Any) -> Any:
    return dataclasses.replace(alone.advise(account), portfolio=())


def test_the_manager_s_steps_are_on_the_manager_s_page_only(folder: Path) -> None:
    lines = records(folder)
    managed = {s["headline"] for one in lines for s in one["advice"] if s["readers"] == ["manager"]}
    assert managed
    pages = {path.stem: html.unescape(path.read_text(encoding="utf-8")) for path in (folder / "digest").glob("*.html")}
    own = {name: text for name, text in pages.items() if name not in ("manager", "index")}
    assert not [(name, one) for name, text in own.items() for one in managed if one in text]
    assert [one for one in managed if one in pages["manager"]]
    laid = portfolio.laid(advisor())
    assert laid.title in pages["manager"] and laid.cards[-1].headline in pages["manager"]
    assert not [name for name, text in own.items() if laid.title in text]


def test_no_guard_s_details_in_the_digest(folder: Path) -> None:
    alone = advisor()
    lines = [line for row in alone.book.accounts() for line in alone.guards(row)]
    assert lines and all(line.detail and line.records for line in lines)
    for path in (folder / "digest").iterdir():
        text = html.unescape(path.read_text(encoding="utf-8"))
        assert not [line.code for line in lines if line.detail in text]


def test_index_leads_to_every_page(folder: Path) -> None:
    made = {path.name for path in (folder / "digest").glob("*.html")}
    found = set(re.findall(r'href="([^"]+)"', (folder / "digest/index.html").read_text(encoding="utf-8")))
    assert found | {"index.html"} == made and "manager.html" in found
    text = (folder / "digest/index.md").read_text(encoding="utf-8")
    assert {f"{Path(name).stem}.md" for name in found} == set(re.findall(r"\]\(([^)]+)\)", text))


def test_pages_of_owners_who_left_are_removed_and_other_files_stay(tmp_path: Path) -> None:
    pages = tmp_path / "digest"
    pages.mkdir()
    (pages / "notes.txt").write_text("mine")
    (pages / "R99.html").write_text("old")
    (pages / ".pages.json").write_text('["R99.html", "../../etc/x"]')
    run(tmp_path / "a.jsonl", digest=pages)
    assert (pages / "notes.txt").read_text() == "mine" and not (pages / "R99.html").exists()
    assert (pages / "R1.html").exists()


def test_names_of_files_are_safe() -> None:
    owners = ["R1", "r1", "../../etc", "CON", "index", "王 芳", "a/b", "a\\b", "a" * 300, ".", "INDEX", ""]
    names = [digest.file_name(owner) for owner in owners]
    assert names[0] == "R1" and len({name.casefold() for name in names}) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,60}", name) for name in names), names
    assert not {name.casefold() for name in names} & {"con", "index", "manager"}
