"""The output as an Excel workbook: a row at a time, further sheets where one is full."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from advisor.core.model import stop

ROWS = 1_048_576
"""What a sheet holds, its head included."""
_CELL = 32_767
_CREATED = datetime.datetime(2020, 1, 1)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""
_WIDTH = 16


def check() -> None:
    """Stop where workbooks cannot be written."""
    try:
        import xlsxwriter  # noqa: F401
    except ImportError:
        raise stop("no-xlsxwriter", 2) from None


def write(
    path: Path, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], work: Path, limit: int = ROWS
) -> None:
    """Write a workbook.

    Args: work – a folder for what is on its way; name – the first sheet's; heads – the columns' titles; limit – how
    many rows a sheet holds, the head included.
    Raises: OSError – it cannot be written.
    """
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(path), {**options, "tmpdir": str(work)})
    book.set_properties({"title": name, "created": _CREATED})
    for number, part in enumerate(_cut(iter(rows), limit - 1), 1):
        _sheet(book, f"{name} {number}" if number > 1 else name, heads, part)
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise OSError(str(error)) from error


def _cut(rows: Iterator[Sequence[Any]], size: int) -> Iterator[Iterator[Sequence[Any]]]:
    """The rows in parts of a sheet each; one empty part where there are none."""
    first = next(rows, None)
    if first is None:
        yield iter(())
    while first is not None:
        yield _joined(first, islice(rows, size - 1))
        first = next(rows, None)


def _joined(first: Sequence[Any], others: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    yield first
    yield from others


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
