"""Files in: CSV, XLSX, Parquet and JSON lines become sheets of raw cells, row by row, with nothing dropped in silence.

CSV is read with Python's own strict reader: it names the line of every odd row, where DuckDB's sniffer may turn a file
with stray commas into a single column.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from advisor.core.model import Place, Problem
from advisor.data.encodings import encoding_of
from advisor.metrics import metric_tables

_DELIMITERS = ",;\t|"


class Absent:
    """Stands where a record has no such cell at all: unknown, whatever an empty cell would mean."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = Absent()


@dataclass(slots=True)
class Sheet:
    """One table as it stands in a file. `numbers` are the rows as a spreadsheet counts them, `lines` those of the text.

    `bent` are positions of rows with more cells than the header has columns.
    """

    name: str
    path: Path
    file: str
    header: list[str]
    rows: list[list[Any]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    bent: set[int] = field(default_factory=set)
    alone: bool = True

    def place(self, position: int) -> Place:
        return Place(str(self.path), self.lines[position] if self.lines else 0)

    def number(self, position: int) -> int:
        return self.numbers[position] if self.numbers else position + 1


Found = tuple[list[Sheet], list[Problem]]


def read_file(path: Path) -> Found:
    """The sheets of one file.

    Returns: the sheets, and what is wrong with the file; a file that cannot be read has no sheet and a problem.
    """
    try:
        if path.stat().st_size == 0:
            return [], [empty_file(path)]
        return _READERS[path.suffix.lower()](path)
    except OSError as error:
        return [], [unreadable(path, error.strerror or type(error).__name__)]


def readable(path: Path) -> bool:
    """Whether the file's ending is one that is read; lock files of spreadsheets (`~$…`) are not."""
    return path.suffix.lower() in _READERS and not path.name.startswith(("~$", "."))


def empty_file(path: Path) -> Problem:
    """The problem of a file without a record."""
    return Problem("data-empty-file", Place(str(path)), "warning", {"file": path.name})


def unreadable(path: Path, why: str) -> Problem:
    """The problem of a file that cannot be opened, or is not what its ending says."""
    return Problem("data-unreadable", Place(str(path)), "warning", {"file": path.name, "why": " ".join(why.split())})


# --- CSV -----------------------------------------------------------------------------------------


def _read_csv(path: Path) -> Found:
    encoding, problem = encoding_of(path)
    noted = [problem] if problem else []
    if not encoding:
        return [], noted
    sheets, problems = _csv_sheet(path, path.read_bytes().decode(encoding))
    return sheets, noted + problems


def _csv_sheet(path: Path, text: str) -> Found:
    if not text.strip():
        return [], [empty_file(path)]
    if "\n" not in text:  # the line ends of old Macs
        text = text.replace("\r", "\n")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text), strict=True, skipinitialspace=False)
    sheet: Sheet | None = None
    problems: list[Problem] = []
    try:
        for number, line, cells in records(reader):
            if sheet is None:
                sheet = Sheet(path.stem, path, path.name, [cell.strip() for cell in cells])
            else:
                problems += _add(sheet, list(cells), number, line)
    except csv.Error as error:
        details = {"file": path.name, "why": str(error)}
        return [], [Problem("data-broken-csv", Place(str(path), reader.line_num), "warning", details)]
    return ([sheet] if sheet else []), problems


def records(reader: Any) -> Iterator[tuple[int, int, list[str]]]:
    """Records that are not blank, with their row and the line on which they begin."""
    line = 1
    for number, cells in enumerate(reader, 1):
        if any(map(str.strip, cells)):
            yield number, line, cells
        line = reader.line_num + 1


def delimiter(text: str) -> str:
    """The mark that cuts the header into most cells."""
    head = next(line for line in text.replace("\r", "\n").split("\n") if line.strip())
    counts = [len(next(csv.reader([head], delimiter=mark), [])) for mark in _DELIMITERS]
    return _DELIMITERS[counts.index(max(counts))]


def _add(sheet: Sheet, cells: list[Any], number: int, line: int) -> list[Problem]:
    """Append a record; one that does not fit the header is kept and reported."""
    width, problems = len(sheet.header), []
    while len(cells) > width and cells[-1] == "":
        cells.pop()
    if len(cells) != width:
        code = "data-too-many-cells" if len(cells) > width else "data-too-few-cells"
        details = {"file": sheet.file, "table": sheet.name, "row": number, "cells": len(cells), "columns": width}
        problems.append(Problem(code, Place(str(sheet.path), line), "warning", details))
    if len(cells) > width:
        sheet.bent.add(len(sheet.rows))
    sheet.rows.append(cells + [ABSENT] * (width - len(cells)))
    sheet.numbers.append(number)
    sheet.lines.append(line)
    return problems


# --- XLSX ----------------------------------------------------------------------------------------


def _read_xlsx(path: Path) -> Found:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        grids = [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]
    except (CalamineError, ValueError, OSError) as error:
        return [], [unreadable(path, str(error))]
    sheets = [sheet for name, grid in grids if (sheet := _grid_sheet(path, name, grid)) is not None]
    for sheet in sheets:
        sheet.alone = len(sheets) == 1
    return sheets, ([] if sheets else [empty_file(path)])


def _grid_sheet(path: Path, name: str, grid: list[list[Any]]) -> Sheet | None:
    """Cells beyond the header are notes beside the table: in a spreadsheet they move nothing."""
    numbered = [(number, row) for number, row in enumerate(grid, 1) if any(cell not in ("", None) for cell in row)]
    if not numbered:
        return None
    header = [str(cell).strip() for cell in numbered[0][1]]
    while header and not header[-1]:
        header.pop()
    sheet = Sheet(name, path, f"{path.name}#{name}", header)
    for number, row in numbered[1:]:
        sheet.rows.append(row[: len(header)] + [""] * (len(header) - len(row)))
        sheet.numbers.append(number)
    return sheet


# --- Parquet -------------------------------------------------------------------------------------


def _read_parquet(path: Path) -> Found:
    try:
        names, cells = metric_tables.read_parquet(path)
    except metric_tables.QueryFailed as error:
        return [], [unreadable(path, str(error))]
    sheet = Sheet(path.stem, path, path.name, names)
    sheet.rows = [["" if cell is None else cell for cell in row] for row in cells]
    return _flattened(sheet), []


# --- JSON lines ----------------------------------------------------------------------------------


def _read_jsonl(path: Path) -> Found:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError:
        return [], [Problem("data-not-utf8", Place(str(path), 1), "warning", {"file": path.name})]
    records: list[tuple[int, dict[str, Any]]] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        record, why = _json_record(line)
        if why:
            details = {"file": path.name, "row": number, "why": why}
            problems.append(Problem("data-bad-json", Place(str(path), number), "warning", details))
        else:
            records.append((number, flat(record)))
    if not records and not problems:
        problems.append(empty_file(path))
    return _record_sheet(path, records), problems


def _json_record(line: str) -> tuple[dict[str, Any], str]:
    try:
        record = json.loads(line, parse_float=Decimal, parse_constant=str)
    except (ValueError, RecursionError) as error:
        return {}, str(error)
    if not isinstance(record, dict):
        return {}, "not an object"
    return (record, "") if "\\ud" not in line.casefold() or _is_text(record) else ({}, "half a letter (\\ud…)")


def _is_text(record: dict[str, Any]) -> bool:
    """Whether all of it can be written down: programs that cut texts short leave halves of letters such as emoji."""
    try:
        return bool(json.dumps(record, ensure_ascii=False, default=str).encode())
    except UnicodeEncodeError:
        return False


def _record_sheet(path: Path, records: list[tuple[int, dict[str, Any]]]) -> list[Sheet]:
    header = list(dict.fromkeys(key for _, record in records for key in record))
    rows = [[record.get(key, ABSENT) for key in header] for _, record in records]
    numbers = [number for number, _ in records]
    return [Sheet(path.stem, path, path.name, header, rows, numbers, numbers)] if records else []


def flat(record: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested maps as dotted names: `{conditions: {two_way: true}}` is `{conditions.two_way: true}`."""
    found: dict[str, Any] = {}
    for key, value in record.items():
        found.update(flat(value, f"{prefix}{key}.") if isinstance(value, dict) and value else {f"{prefix}{key}": value})
    return found


def _flattened(sheet: Sheet) -> list[Sheet]:
    """A sheet whose structs have become columns."""
    if not any(isinstance(cell, dict) for row in sheet.rows[:1000] for cell in row):
        return [sheet]
    records = [flat(dict(zip(sheet.header, row, strict=True))) for row in sheet.rows]
    header: Iterable[str] = dict.fromkeys(key for record in records for key in record)
    sheet.header = list(header)
    sheet.rows = [[record.get(key, ABSENT) for key in sheet.header] for record in records]
    return [sheet]


_READERS: dict[str, Callable[[Path], Found]] = {
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".parquet": _read_parquet,
    ".xlsx": _read_xlsx,
    ".jsonl": _read_jsonl,
    ".ndjson": _read_jsonl,
}
