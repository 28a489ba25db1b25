"""The output as an Excel workbook: a row at a time, further sheets where one is full."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from advisor.core.model import stop

ROWS = 1_048_576
"""What a sheet holds, its head included."""
BYTES = 1_400_000_000
"""What a sheet's texts may have: one of more than 2 GB cannot be packed."""
_CELL = 32_767
_CREATED = datetime.datetime(2020, 1, 1)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet take a text for a formula; a Chinese one may take the full-width signs for it as well."""
_WIDTH = 16
_MARKS = 64  # bytes around a cell's text


def check() -> None:
    """Stop where workbooks cannot be written."""
    try:
        import xlsxwriter  # noqa: F401
    except ImportError:
        raise stop("no-xlsxwriter", 2) from None


def write(
    path: Path, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], work: Path, limit: int = ROWS,
    size: int = BYTES,
) -> None:  # fmt: skip
    """Write a workbook.

    Args: work – a folder for what is on its way; name – the first sheet's; heads – the columns' titles; limit – how
    many rows a sheet holds, the head included; size – how many bytes its texts may have.
    Raises: OSError – it cannot be written.
    """
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(path), {**options, "tmpdir": str(work)})
    book.set_properties({"title": name, "created": _CREATED})
    for number, part in enumerate(_cut(rows, limit - 1, size), 1):
        _sheet(book, f"{name} {number}" if number > 1 else name, heads, part)
    try:
        book.close()
    except xlsxwriter.exceptions.XlsxWriterException as error:
        raise OSError(str(error)) from error


def _cut(rows: Iterable[Sequence[Any]], most: int, size: int) -> Iterator[Iterator[Sequence[Any]]]:
    """The rows in parts of a sheet each, by their number and their size; one empty part where there are none."""
    sheet, left, room = 0, 0, size

    def sheet_of(row: Sequence[Any]) -> int:
        nonlocal sheet, left, room
        room -= _size(row)
        if not left or room < 0:
            sheet, left, room = sheet + 1, most, size - _size(row)
        left -= 1
        return sheet

    for _, part in groupby(rows, sheet_of):
        yield part
    if not sheet:
        yield iter(())


def _size(row: Sequence[Any]) -> int:
    """The bytes that a row takes in a sheet, nearly."""
    return sum(_MARKS + len(escape(cell).encode()) if isinstance(cell, str) else _MARKS for cell in row)


def _sheet(book: Any, name: str, heads: Sequence[str], rows: Iterator[Sequence[Any]]) -> None:
    sheet = book.add_worksheet(name)
    head = book.add_format({"bold": True, "bg_color": "#DDE6F0"})
    # Text that begins like a formula is marked as text, so that editing its cell does not make it one.
    quoted = book.add_format({"quote_prefix": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.set_column(0, len(heads) - 1, _WIDTH)
    sheet.freeze_panes(1, 0)
    for column, text in enumerate(heads):
        sheet.write_string(0, column, text, head)
    number = 0
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            _cell(sheet, number, column, cell, quoted, day)
    sheet.autofilter(0, 0, max(number, 1), len(heads) - 1)


def _cell(sheet: Any, number: int, column: int, cell: Any, quoted: Any, day: Any) -> None:
    if isinstance(cell, datetime.date):
        sheet.write_datetime(number, column, datetime.datetime(cell.year, cell.month, cell.day), day)
    elif isinstance(cell, int):
        sheet.write_number(number, column, cell)
    elif cell:
        text = cell if len(cell) <= _CELL else cell[: _CELL - 1] + "…"
        sheet.write_string(number, column, text, quoted if text.startswith(FORMULA) else None)
