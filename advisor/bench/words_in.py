"""A spreadsheet of texts, in: its rows, each cell cleaned of what spreadsheets do to texts, with its address."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.bench.words_out import COLUMNS
from advisor.core.model import AdvisorError, Place, Problem, stop
from advisor.data.sheets import Sheet, read_file

LANGUAGES = ("zh", "en")
_ERROR = re.compile(r"#(NAME\?|REF!|VALUE!|N/A|DIV/0!|NULL!|NUM!)")
_RETURN = re.compile(r"_x000[dD]_")
_UNSEEN = re.compile("[\u200b-\u200d\ufeff\x00-\x08\x0b-\x1f\x7f]")
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_STRAIGHT = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")


@dataclass(frozen=True, slots=True)
class TextRow:
    """One row: which unit of which play it is, its texts now and as exported, and the addresses of its cells."""

    path: str
    block: str
    number: int
    texts: Mapping[str, str]
    base: Mapping[str, str]
    cells: Mapping[str, str]
    problems: tuple[Problem, ...] = ()

    @property
    def key(self) -> tuple[str, str, int]:
        return self.path, self.block, self.number


def read(path: Path, headings: Mapping[str, frozenset[str]]) -> list[TextRow]:
    """The rows of a workbook.

    Args: path – the file; headings – what each column may be called, by its name.
    Raises: AdvisorError – it is no workbook, or no sheet of it has the columns.
    """
    if not path.is_file():
        raise stop("words-no-file", 2, Place(str(path)))
    if path.suffix.casefold() != ".xlsx":
        raise stop("words-ending", 2, Place(str(path)), proposal=f"{path.stem}.xlsx")
    sheets, problems = read_file(path)
    if not sheets:
        why = next((str(one.details.get("why", "")) for one in problems), "")
        raise stop("words-not-xlsx", 1, Place(str(path)), why=why)
    placed = [(sheet, _columns(sheet, headings)) for sheet in sheets]
    sheet, columns = max(placed, key=lambda one: len(one[1]))
    missing = [sorted(headings[name])[0] for name in COLUMNS if name not in columns and name != "code"]
    if missing:
        raise stop("words-columns", 1, Place(f"{path.name}#{sheet.name}"), missing=", ".join(missing))
    return [_row(sheet, n, columns, path.name) for n in range(len(sheet.rows))]


def _columns(sheet: Sheet, headings: Mapping[str, frozenset[str]]) -> dict[str, int]:
    titles = [title.strip().casefold() for title in sheet.header]
    places = {name: [n for n, title in enumerate(titles) if title in words] for name, words in headings.items()}
    return {name: found[0] for name, found in places.items() if found}


def _row(sheet: Sheet, n: int, columns: Mapping[str, int], name: str) -> TextRow:
    raw = sheet.rows[n]
    cells = {one: f"{name}!{_letters(column)}{sheet.number(n)}" for one, column in columns.items()}
    problems: list[Problem] = []
    said = {one: _said(raw[columns[one]], cells[one], problems) for one in LANGUAGES}
    base = {one: clean(str(raw[columns[f"base_{one}"]])) for one in LANGUAGES}
    texts = {one: _quotes(said[one], base[one], one) for one in LANGUAGES}
    number = str(raw[columns["line"]]).strip().removesuffix(".0")
    if not number.isascii() or not number.isdecimal():
        number = "0"
    keys = [str(raw[columns[one]]).strip() for one in ("path", "block")]
    return TextRow(keys[0], keys[1], int(number), texts, base, cells, tuple(problems))


def _letters(column: int) -> str:
    """The letters of a column: 0 is A, 26 is AA."""
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def _said(cell: Any, address: str, problems: list[Problem]) -> str:
    """A cell's text; a number is its digits, a date or a formula's error is a problem."""
    if isinstance(cell, bool | datetime.date | datetime.time | datetime.timedelta):
        problems.append(Problem("words-not-text", Place(address), "error", {"value": str(cell)}))
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = clean(str(cell if cell is not None else ""))
    if _ERROR.fullmatch(text):
        problems.append(Problem("words-not-text", Place(address), "error", {"value": text}))
    return text


def clean(text: str) -> str:
    """A text without what spreadsheets add: carriage returns, blanks at the ends, empty lines, unseen characters."""
    text = _RETURN.sub("", text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").replace("\xa0", " ")
    lines = [line.strip() for line in _UNSEEN.sub("", text).replace("\u2028", "\n").split("\n")]
    return _TAG.sub(lambda tag: tag[0].translate(_STRAIGHT), "\n".join(line for line in lines if line))


def _quotes(text: str, base: str, language: str) -> str:
    """English quotes that the spreadsheet has curled are straight again, unless they were curled before."""
    curled = any(mark in base for mark in "\u2018\u2019\u201c\u201d")
    return text if language != "en" or curled else text.translate(_STRAIGHT)


def checked(rows: list[TextRow]) -> list[Problem]:
    """What is wrong with rows as such: a row twice with other texts, one language emptied, a row without its key."""
    problems = [problem for row in rows for problem in row.problems]
    seen: dict[tuple[str, str, int], TextRow] = {}
    for row in rows:
        problems += _odd(row)
        other = seen.setdefault(row.key, row)
        if other is not row and other.texts != row.texts and row.path:
            details = {"first": other.cells["zh"], "block": row.block, "line": row.number}
            problems.append(Problem("words-row-twice", Place(row.cells["zh"]), "error", details))
    return problems


def _odd(row: TextRow) -> list[Problem]:
    if not (row.path and row.block and row.number):
        said = any(row.texts.values())
        return [Problem("words-no-key", Place(row.cells["path"]), "error", {})] if said else []
    empty = [one for one in LANGUAGES if row.base[one] and not row.texts[one]]
    if len(empty) == 1 and not any(problem.code == "words-not-text" for problem in row.problems):
        return [Problem("words-cell-empty", Place(row.cells[empty[0]]), "error", {"was": row.base[empty[0]]})]
    return []


def refuse(problems: list[Problem]) -> AdvisorError:
    """The problems as an error to be raised."""
    return AdvisorError(problems, 1)
