"""The texts of plays as a spreadsheet: a line or variant a row, Chinese and English side by side."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from advisor.bench.words_units import Block, Key, blocks
from advisor.core import yaml_in
from advisor.core.home import shown
from advisor.core.model import AdvisorError, Place, stop

COLUMNS = ("path", "code", "block", "line", "zh", "en", "base_zh", "base_en")
"""What a row holds; the last two are the texts as they were exported, hidden."""
SHEET = "plays"
_WIDTHS = {"path": 30, "code": 7, "block": 18, "line": 6, "zh": 60, "en": 60, "base_zh": 4, "base_en": 4}
_TEXTS = ("zh", "en")
_HIDDEN = ("base_zh", "base_en")
# A cell that begins so would be taken for a formula by whoever types in it next.
_FORMULA = ("=", "+", "-", "@")
_CREATED = datetime.datetime(2020, 1, 1)


def rows_of(path: str, code: str, text: str, where: str) -> Iterator[dict[str, Any]]:
    """The rows of one play's file.

    Args: path, code – the play's; text – its file; where – the file's name in problems.
    Raises: AdvisorError – the file cannot be read.
    """
    item, problems = yaml_in.parse(text, where)
    if problems:
        raise AdvisorError(problems, 1)
    found = blocks(item)
    for block in dict.fromkeys(name for name, _ in found):
        for n in range(max(len(_units(found, block, one)) for one in _TEXTS)):
            texts = {one: _text(found, block, one, n) for one in _TEXTS}
            base = {f"base_{one}": text for one, text in texts.items()}
            yield {"path": path, "code": code, "block": block, "line": n + 1, **texts, **base}


def _units(found: Mapping[Key, Block], block: str, language: str) -> Sequence[Any]:
    one = found.get((block, language))
    return one.units if one else ()


def _text(found: Mapping[Key, Block], block: str, language: str, n: int) -> str:
    units = _units(found, block, language)
    return str(units[n].text) if n < len(units) else ""


# --- the workbook --------------------------------------------------------------------------------


def write(path: Path, rows: list[dict[str, Any]], words: Mapping[str, Any]) -> None:
    """Write the workbook.

    Args: path – a file that is not there yet; rows – as `rows_of` gives them; words – the page's words for it.
    Raises: AdvisorError – wrong ending, the file is there, it cannot be written, or XlsxWriter is not installed.
    """
    if path.suffix.casefold() != ".xlsx":
        raise stop("words-ending", 2, Place(str(path)), proposal=shown(path.with_suffix(".xlsx")))
    if path.exists():
        raise stop("file-exists", 2, Place(shown(path)))
    try:
        import xlsxwriter
    except ImportError:
        raise stop("no-xlsxwriter", 2) from None
    if not path.parent.is_dir():
        raise stop("cannot-write", 2, Place(shown(path)), why=words["no_folder"])
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": SHEET, "created": _CREATED})
    _fill(book, rows, words)
    try:
        book.close()
    except (OSError, xlsxwriter.exceptions.XlsxWriterException) as error:
        raise stop("cannot-write", 2, Place(shown(path)), why=str(error)) from None


def _fill(book: Any, rows: list[dict[str, Any]], words: Mapping[str, Any]) -> None:
    sheet = book.add_worksheet(SHEET)
    plain = {"valign": "top", "text_wrap": True, "num_format": "@"}
    key = book.add_format({**plain, "font_color": "#777777", "bg_color": "#F2F2F2"})
    free = book.add_format({**plain, "locked": False})
    quoted = book.add_format({**plain, "locked": False, "quote_prefix": True})
    head = book.add_format({"bold": True, "bg_color": "#DDE6F0", "valign": "top"})
    for n, name in enumerate(COLUMNS):
        sheet.set_column(n, n, _WIDTHS[name], None, {"hidden": name in _HIDDEN})
        sheet.write_string(0, n, words["columns"][name], head)
    for number, row in enumerate(rows, 1):
        for n, name in enumerate(COLUMNS):
            text = str(row[name])
            style = (quoted if text.startswith(_FORMULA) else free) if name in _TEXTS else key
            sheet.write_number(number, n, row[name], key) if name == "line" else sheet.write_string(
                number, n, text, style
            )
    sheet.freeze_panes(1, 4)
    sheet.autofilter(0, 0, max(len(rows), 1), 5)
    sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})
    _explain(book.add_worksheet(words["how_sheet"]), words["how"], book.add_format({"text_wrap": True}))


def _explain(sheet: Any, lines: Sequence[str], style: Any) -> None:
    sheet.set_column(0, 0, 90)
    for n, line in enumerate(lines):
        sheet.write_string(n, 0, line, style)
