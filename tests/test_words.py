"""Texts as a spreadsheet, out and back in: unchanged is untouched, one line is one line, mistakes name their cell."""

from __future__ import annotations

import datetime
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from authoring import run
from support import ROOT, bundled

from advisor.bench.words_in import TextRow, clean, read
from advisor.bench.words_merge import Merged, merge
from advisor.bench.words_out import COLUMNS, rows_of, write
from advisor.bench.words_units import Change, changed
from advisor.core.model import AdvisorError

PATH = "retention/ask-why-orders-stopped"
WORDS = bundled().words["en"]["author"]
HEADINGS = {name: frozenset({name, WORDS["columns"][name].casefold()}) for name in COLUMNS}


def exported(folder: Path, path: str = PATH) -> list[dict[str, Any]]:
    text = (folder / f"playbooks/{path}.yaml").read_bytes().decode("utf-8")
    return list(rows_of(path, "P62", text, path))


def workspace(tmp_path: Path) -> tuple[Path, Path]:
    """A workspace with one play of its own, and the file of that play."""
    file = tmp_path / "w/playbooks" / f"{PATH}.yaml"
    file.parent.mkdir(parents=True)
    shutil.copy(ROOT / "playbooks" / f"{PATH}.yaml", file)
    return tmp_path / "w", file


def sheet(path: Path, rows: list[dict[str, Any]], header: tuple[str, ...] = COLUMNS, name: str = "other") -> Path:
    """A workbook as another program may save it: without our formats, the cells as they are typed."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"})
    table = book.add_worksheet(name)
    table.write_row(0, 0, header)
    for n, row in enumerate(rows, 1):
        for column, key in enumerate(header):
            table.write(n, column, row[key])
    book.close()
    return path


def brought(tmp_path: Path, rows: list[dict[str, Any]], force: bool = False) -> Merged:
    found = read(sheet(tmp_path / "plays.xlsx", rows), HEADINGS)
    return merge(found, bundled(), tmp_path / "w", force)


def row(rows: list[dict[str, Any]], block: str, line: int) -> dict[str, Any]:
    return next(one for one in rows if one["block"] == block and one["line"] == line)


def codes(merged: Merged) -> list[str]:
    return [f"{one.place} {one.code}" for one in merged.problems]


def test_out_and_in_without_a_change_touches_nothing(tmp_path: Path) -> None:
    rows = []
    for play in bundled().plays:
        rows += exported(ROOT, play.path)
    write(tmp_path / "all.xlsx", rows, WORDS)
    merged = merge(read(tmp_path / "all.xlsx", HEADINGS), bundled(), tmp_path / "w")
    assert merged.written == {} and codes(merged) == [] and merged.missing == 0
    assert not (tmp_path / "w").exists()


def test_the_same_texts_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path / f"{name}.xlsx", exported(ROOT), WORDS)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_one_changed_line_is_one_changed_line(tmp_path: Path) -> None:
    folder, file = workspace(tmp_path)
    before, rows = file.read_bytes(), exported(folder)
    row(rows, "ask", 1)["zh"] = "  手上的料还能用几天？_x000D_\r\n"
    merged = brought(tmp_path, rows)
    assert codes(merged) == [] and merged.written == {file: 1}
    assert file.read_bytes() == before.replace("手上的料能用到哪天？".encode(), "手上的料还能用几天？".encode())


def test_a_bundled_play_is_copied_first(tmp_path: Path) -> None:
    rows = exported(ROOT)
    row(rows, "title", 1)["en"] = 'Ask: why "stopped"? # now'
    merged = brought(tmp_path, rows)
    file = tmp_path / "w/playbooks" / f"{PATH}.yaml"
    assert merged.copied == {file} and codes(merged) == []
    assert 'en: "Ask: why \\"stopped\\"? # now"' in file.read_text(encoding="utf-8")


def test_lines_are_added_and_taken_out(tmp_path: Path) -> None:
    folder, file = workspace(tmp_path)
    rows = exported(folder)
    row(rows, "ask", 2).update(zh="一？\n二？", en="One?\nTwo?")
    row(rows, "do_not", 1).update(zh="", en="")
    row(rows, "headline", 2).update(zh="", en="")
    merged = brought(tmp_path, rows)
    text = file.read_text(encoding="utf-8")
    assert codes(merged) == [] and "    一？\n    二？\n" in text and "原因没弄清就报优惠" not in text
    assert text.count("---") == (ROOT / f"playbooks/{PATH}.yaml").read_text(encoding="utf-8").count("---") - 2
    again = file.read_bytes()
    assert codes(brought(tmp_path, rows, force=True)) == [] and file.read_bytes() == again


def test_a_conflict_shows_both_and_waits_for_force(tmp_path: Path) -> None:
    folder, file = workspace(tmp_path)
    rows = exported(folder)
    row(rows, "ask", 1)["zh"] = "表格里改的？"
    theirs = file.read_text(encoding="utf-8").replace("手上的料能用到哪天？", "文件里改的？")
    file.write_text(theirs, encoding="utf-8")
    merged = brought(tmp_path, rows)
    assert [one.code for one in merged.problems] == ["words-conflict"] and merged.written == {}
    assert (merged.problems[0].details["file"], merged.problems[0].details["sheet"]) == ("文件里改的？", "表格里改的？")
    assert brought(tmp_path, rows, force=True).written == {file: 1}
    assert file.read_text(encoding="utf-8") == theirs.replace("文件里改的？", "表格里改的？")


def _message(rows: list[dict[str, Any]]) -> None:
    row(rows, "message", 1)["zh"] = "没有称呼"


def _slot(rows: list[dict[str, Any]]) -> None:
    row(rows, "ask", 1).update(zh="{{ stagge }}？", en="{{ stagge }}?")


def _banned(rows: list[dict[str, Any]]) -> None:
    row(rows, "ask", 1)["zh"] = "给他回扣？"


def _date(rows: list[dict[str, Any]]) -> None:
    row(rows, "ask", 1)["zh"] = datetime.date(2026, 11, 20)


def _half(rows: list[dict[str, Any]]) -> None:
    row(rows, "ask", 1)["zh"] = ""


def _merged(rows: list[dict[str, Any]]) -> None:
    row(rows, "ask", 2).update(path="", block="", line="")


def _extra(rows: list[dict[str, Any]]) -> None:
    rows.append({**row(rows, "ask", 1), "line": 9, "base_zh": "", "base_en": ""})


def _stranger(rows: list[dict[str, Any]]) -> None:
    rows.append({**row(rows, "ask", 1), "path": "retention/ask-why-order-stopped", "zh": "x"})


def _elsewhere(rows: list[dict[str, Any]]) -> None:
    row(rows, "ask", 1).update(block="asks", zh="另一句？")


def _twice(rows: list[dict[str, Any]]) -> None:
    rows.append({**row(rows, "ask", 1), "zh": "另一句？"})


def _emptied(rows: list[dict[str, Any]]) -> None:
    row(rows, "done_when", 1).update(zh="", en="")


@pytest.mark.parametrize(
    ("mistake", "code", "column"),
    [
        (_message, "message-without-salutation", "E"),
        (_slot, "template-unknown-name", "E"),
        (_banned, "banned-term", "E"),
        (_date, "words-not-text", "E"),
        (_half, "words-cell-empty", "E"),
        (_merged, "words-no-key", "A"),
        (_extra, "words-extra-row", "C"),
        (_stranger, "words-unknown-play", "A"),
        (_elsewhere, "words-unknown-block", "C"),
        (_twice, "words-row-twice", "E"),
        (_emptied, "words-block-empty", ""),
    ],
)
def test_a_mistake_names_its_cell_and_nothing_is_written(
    tmp_path: Path, mistake: Callable[[list[dict[str, Any]]], None], code: str, column: str
) -> None:
    folder, file = workspace(tmp_path)
    before, rows = file.read_bytes(), exported(folder)
    mistake(rows)
    found = codes(brought(tmp_path, rows))
    assert any(one.endswith(code) and (not column or f"plays.xlsx!{column}" in one) for one in found), found
    assert file.read_bytes() == before


def _line_with(rows: list[dict[str, Any]], language: str) -> dict[str, Any]:
    """The last line of a block of several."""
    row(rows, "ask", 4)[language] += " {{ stagge }}"
    return row(rows, "ask", 4)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_bad_cell_is_named_and_the_other_rows_are_taken(tmp_path: Path, language: str) -> None:
    folder, file = workspace(tmp_path)
    before, rows = file.read_bytes(), exported(folder)
    bad = _line_with(rows, language)
    row(rows, "ask", 1).update(zh="一？\n二？", en="One?\nTwo?")
    row(rows, "ask", 2)["zh"] = "计划停了？"
    row(rows, "done_when", 1)["zh"] = datetime.date(2026, 11, 20)
    merged = brought(tmp_path, rows)
    column = {"zh": "E", "en": "F"}[language]
    at = {f"plays.xlsx!{column}{rows.index(bad) + 2} template-unknown-name"}
    assert set(codes(merged)) == at | {f"plays.xlsx!E{rows.index(row(rows, 'done_when', 1)) + 2} words-not-text"}
    assert merged.written == {file: 3} and merged.dropped == 2
    changed_text = before.replace("手上的料能用到哪天？".encode(), "一？\n    二？".encode())
    changed_text = changed_text.replace("是计划停了，还是换了规格？".encode(), "计划停了？".encode())
    assert file.read_bytes() == changed_text.replace(b"How long will the material you have last?", b"One?\n    Two?")


def test_rows_that_pass_alone_and_not_together_leave_the_others(tmp_path: Path) -> None:
    folder, file = workspace(tmp_path)
    rows = exported(folder)
    for n in range(1, 5):
        row(rows, "ask", n).update(zh="", en="")
    row(rows, "done_when", 1)["zh"] = "清楚了"
    merged = brought(tmp_path, rows)
    assert {one.code for one in merged.problems} == {"words-block-empty"}
    assert merged.written == {file: 1} and merged.dropped == 8


def test_the_import_counts_what_it_did(tmp_path: Path) -> None:
    folder, _ = workspace(tmp_path)
    rows = exported(folder)
    row(rows, "ask", 2)["zh"] = "计划停了？"
    words = "words", "import", sheet(tmp_path / "plays.xlsx", rows), "--content", folder
    assert run(*words).output.endswith(f"{len(rows)} rows read, 1 texts changed in 1 files.\n")
    row(rows, "ask", 3)["zh"] = "{{ stagge }}？"
    sheet(tmp_path / "plays.xlsx", rows)
    assert f"{len(rows)} rows read, 0 texts changed in 0 files; 1 not changed" in run(*words).output


def test_deleted_and_sorted_rows_a_number_and_curled_quotes_do_no_harm(tmp_path: Path) -> None:
    folder, file = workspace(tmp_path)
    rows = exported(folder)
    row(rows, "message", 1)["en"] = row(rows, "message", 1)["en"].replace("'", "\u2019")
    row(rows, "done_when", 1).update(zh=12.0, en=12.0)
    merged = brought(tmp_path, list(reversed(rows))[:-1])
    assert codes(merged) == [] and merged.missing == 1 and merged.written == {file: 2}
    assert 'done_when: "12"' in file.read_text(encoding="utf-8")


def test_files_that_are_no_export_are_refused(tmp_path: Path) -> None:
    (tmp_path / "w/playbooks").mkdir(parents=True)
    (tmp_path / "bad.xlsx").write_bytes(b"not a workbook")
    sheet(tmp_path / "few.xlsx", exported(ROOT)[:3], ("path", "code", "zh"))
    for name, code in (("bad.xlsx", "words-not-xlsx"), ("few.xlsx", "words-columns"), ("no.xlsx", "words-no-file")):
        result = run("words", "import", tmp_path / name, "--content", tmp_path / "w")
        assert result.exit_code and code in result.output
    assert "words-ending" in run("words", "export", tmp_path / "plays.ods").output
    assert "file-exists" in run("words", "export", tmp_path / "bad.xlsx").output


FORMS = (
    "title: {zh: 甲, en: 'it''s'}\r\nzh:\r\n  ask: one   # kept\r\n  steps: |2\r\n     a\r\n\r\n    b\r\n"
    "  do_not: >\r\n    x\r\n    y\r\n"
)


@pytest.mark.parametrize(
    ("key", "text", "old", "new"),
    [
        (("title", "en"), "he's: {x}", "'it''s'", "'he''s: {x}'"),
        (("title", "zh"), "乙, 丙", "甲", '"乙, 丙"'),
        (("ask", "zh"), "two # 2", "one ", '"two # 2" '),
        (("steps", "zh"), "c: d", "   a", "   c: d"),
    ],
)
def test_a_text_is_changed_in_its_own_form(key: tuple[str, str], text: str, old: str, new: str) -> None:
    if key == ("steps", "zh"):
        assert "c: d" in changed(FORMS, [Change(key, 0, text, "E2")], "x")
    else:
        assert changed(FORMS, [Change(key, 0, text, "E2")], "x") == FORMS.replace(old, new, 1)


def test_a_folded_text_and_an_alias_are_left_alone() -> None:
    for source in (FORMS, "zh: {do_not: &a x}\nen: {do_not: *a}\n"):
        with pytest.raises(Exception, match="words-form"):
            changed(source, [Change(("do_not", "zh"), 0, "z", "E2")], "x")


def test_what_spreadsheets_add_goes_and_formulas_stay_texts(tmp_path: Path) -> None:
    assert clean(" a\u200b \r\n\r\n_x000D_\xa0b\t") == "a\nb"
    assert clean("{% if x == \u2018deep\u2019 %}\u201c好\u201d") == "{% if x == 'deep' %}\u201c好\u201d"
    one = {"path": PATH, "code": "P62", "block": "ask", "line": 1, "zh": "=1+1", "en": "@SUM(A1)"}
    write(tmp_path / "f.xlsx", [{**one, "base_zh": "=1+1", "base_en": "@SUM(A1)"}], WORDS)
    found: list[TextRow] = read(tmp_path / "f.xlsx", HEADINGS)
    assert found[0].texts == {"zh": "=1+1", "en": "@SUM(A1)"} and found[0].cells["zh"] == "f.xlsx!E2"


def test_without_the_library_it_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(AdvisorError) as caught:
        write(tmp_path / "all.xlsx", exported(ROOT), WORDS)
    assert caught.value.problems[0].code == "no-xlsxwriter" and caught.value.exit_code == 2
