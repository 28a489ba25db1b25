"""Files into the database as they stand, without a table's cells ever passing through Python where DuckDB reads them
as the row reader would; a sheet of such a file has one row, of which each cell stands for a column.

A CSV file that is not plain (ragged rows, line breaks within cells, blank lines, odd quotes) is cut by Python's reader,
in batches.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.batch.ingest_scan import Scan, converted, scan
from advisor.core.model import Place, Problem
from advisor.data.encodings import encoding_of
from advisor.data.sheets import Found, Sheet, delimiter, empty_file, read_file, records, unreadable
from advisor.metrics import metric_tables

if TYPE_CHECKING:
    from advisor.metrics.metric_tables import Connection

SPACES = "".join(chr(number) for number in range(0x3001) if chr(number).isspace())
TEXT = "VARCHAR"
_SPACE_CODES = ", ".join(str(ord(space)) for space in SPACES)
SMALL = 1 << 20
"""Files of fewer bytes are left to the row reader: planning SQL for a table takes longer than reading its rows."""
PACKED = 8
"""What a byte of Parquet would be as CSV."""
_BATCH = 20_000
_LONGEST_LINE = 131_072  # Python's reader refuses longer cells
_OWN = ("utf-8-sig", "utf-16")
_GLOB = set("*?[")
_NESTED = ("STRUCT(", "MAP(", "UNION(")


@dataclass(frozen=True, eq=False)
class Raw:
    """A file's table in the database: columns c0, c1 … of some `kinds`; a row's position is its rowid.

    `numbered`: it has the columns _number, _line, _present (how many cells the row has) and _bent. `first` is the
    number of the first row where it has not; `has_lines` says that a row's line is its number.
    """

    connection: Connection
    table: str
    kinds: tuple[str, ...]
    rows: int
    first: int = 1
    numbered: bool = False
    has_lines: bool = False

    def number(self, position: int) -> int:
        """A row's number, as a spreadsheet counts them."""
        return self._stored("_number", position) if self.numbered else position + self.first

    def line(self, position: int) -> int:
        """The line on which a row begins; 0 in a file without lines."""
        if self.numbered:
            return self._stored("_line", position)
        return position + self.first if self.has_lines else 0

    def _stored(self, column: str, position: int) -> int:
        found = self.connection.execute(f"SELECT {column} FROM {self.table} WHERE rowid = {position}").fetchone()
        return int(found[0]) if found else 0


@dataclass(frozen=True)
class StoredOrigins:
    """Tells where the rows of a sheet stand whose cells are in the database."""

    sheet: Sheet
    raw: Raw

    @property
    def file(self) -> str:
        return self.sheet.file

    def place(self, position: int) -> Place:
        return Place(str(self.sheet.path), self.raw.line(position))

    def number(self, position: int) -> int:
        return self.raw.number(position)


@dataclass(frozen=True, eq=False)
class Stored:
    """In a sheet's only row: what stands for the cells of a column."""

    raw: Raw
    column: int


class Files:
    """Reads files into tables of a database; what it gives stands in for `sheets.read_file`."""

    def __init__(
        self, connection: Connection, schema: str, scratch: Path, encoding: str | None = None, small: int = SMALL
    ) -> None:  # fmt: skip
        self.connection = connection
        self.schema = schema
        self.scratch = scratch
        self.encoding = encoding
        self.small = small
        self._made = 0

    def read(self, path: Path) -> Found:
        """The sheets of one file, and what is wrong with it."""
        ending = path.suffix.lower()
        try:
            size = path.stat().st_size
            if size == 0:
                return [], [empty_file(path)]
            if ending in (".csv", ".tsv"):
                return self._csv(path)
            return self._parquet(path) if ending == ".parquet" and size * PACKED >= self.small else read_file(path)
        except OSError as error:
            return [], [unreadable(path, error.strerror or type(error).__name__)]

    def table(self) -> str:
        """The name of a new table."""
        self._made += 1
        return f"{self.schema}.raw_{self._made}"

    def sheet(self, path: Path, raw: Raw, header: list[str]) -> Sheet:
        """A sheet whose row stands for all rows."""
        return Sheet(path.stem, path, path.name, header, self.cells(raw, header))

    def cells(self, raw: Raw, header: list[str]) -> list[list[Any]]:
        """The one row, if there are any; a column without heading that holds nothing says so."""
        named = enumerate(header)
        return [[Stored(raw, n) if cell or self._has_data(raw, n) else "" for n, cell in named]] if raw.rows else []

    def _has_data(self, raw: Raw, column: int) -> bool:
        filled = f"c{column} <> ''" if raw.kinds[column] == TEXT else f"c{column} IS NOT NULL"
        return bool(self.connection.execute(f"SELECT 1 FROM {raw.table} WHERE {filled} LIMIT 1").fetchone())

    # --- Parquet ---------------------------------------------------------------------------------

    def _parquet(self, path: Path) -> Found:
        """Nested records are left to the row reader, which makes columns of their parts."""
        if _GLOB & set(str(path)):
            return read_file(path)
        path.open("rb").close()  # that this file may not be read is no fault of the database's
        try:
            with metric_tables.failures():
                columns = self.connection.execute("DESCRIBE FROM read_parquet(?)", [str(path)]).fetchall()
                if any(kind.startswith(_NESTED) and not kind.endswith("]") for _, kind, *_ in columns):
                    return read_file(path)
                raw = self._from_parquet(path, [(str(name), str(kind)) for name, kind, *_ in columns])
        except metric_tables.QueryFailed as error:
            return ([], [unreadable(path, str(error))]) if not error.cause else _again(error)
        return [self.sheet(path, raw, [str(name) for name, *_ in columns])], []

    def _from_parquet(self, path: Path, columns: list[tuple[str, str]]) -> Raw:
        kinds = [carried(kind) for _, kind in columns]
        picked = ", ".join(
            f"{metric_tables.quoted(name)}::{kind} AS c{n}" if kind != was else f"{metric_tables.quoted(name)} AS c{n}"
            for n, ((name, was), kind) in enumerate(zip(columns, kinds, strict=True))
        )
        table = self.table()
        self.connection.execute(f"CREATE TABLE {table} AS SELECT {picked} FROM read_parquet(?)", [str(path)])
        return Raw(self.connection, table, tuple(kinds), self._count(table))

    def _count(self, table: str) -> int:
        found = self.connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(found[0]) if found else 0

    # --- CSV -------------------------------------------------------------------------------------

    def _csv(self, path: Path) -> Found:
        encoding, problem = encoding_of(path, self.encoding)
        if not encoding:
            return [], [problem] if problem else []
        if path.stat().st_size < self.small and encoding in _OWN:
            return read_file(path)
        text = path
        if encoding != "utf-8-sig":
            text = self.scratch / "text.csv"
            converted(path, encoding, text)
        try:
            sheets, problems = self._cut(path, text)
        finally:
            if text is not path:
                text.unlink(missing_ok=True)
        return sheets, [*([problem] if problem else []), *problems]

    def _cut(self, path: Path, text: Path) -> Found:
        head = _first_line(text)
        if not head:
            return [], [empty_file(path)]
        mark = delimiter(head)
        shape = scan(text, mark)
        header = _header(head, mark) if shape.plain and not _GLOB & set(str(text)) else None
        raw = self._quick(path, text, mark, shape, len(header)) if header is not None else None
        if raw is None:
            return self._slow(path, text, mark, shape)
        return [self.sheet(path, raw, header or [])], []

    def _quick(self, path: Path, text: Path, mark: str, shape: Scan, width: int) -> Raw | None:
        """By DuckDB; None where it finds that the lines are not the records."""
        table, names = self.table(), [f"c{n}" for n in range(width)]
        columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
        quote = '"' if shape.quotes else ""
        select = (
            f"SELECT * FROM read_csv(?, auto_detect = false, header = false, skip = 1, delim = '{mark}', "
            f"quote = '{quote}', escape = '{quote}', columns = {{{columns}}}, strict_mode = true, "
            f"null_padding = false, ignore_errors = false, max_line_size = {_LONGEST_LINE})"
        )
        try:
            with metric_tables.failures():
                self.connection.execute(f"CREATE TABLE {table} AS {select}", [str(text)])
        except metric_tables.QueryFailed as error:
            return None if not error.cause else _again(error)
        rows = self._count(table)
        if rows != shape.lines - 1:
            self.connection.execute(f"DROP TABLE {table}")
            return None
        blank = " AND ".join(map(is_blank, names))
        found = self.connection.execute(f"SELECT 1 FROM {table} WHERE {blank} LIMIT 1").fetchone()
        raw = Raw(self.connection, table, (TEXT,) * width, rows, 2, has_lines=True)
        return self._without_blank(raw, blank) if found else raw

    def _without_blank(self, raw: Raw, blank: str) -> Raw:
        table, width = self.table(), len(raw.kinds)
        numbers = f"rowid + 2 AS _number, rowid + 2 AS _line, {width} AS _present, FALSE AS _bent"
        select = f"SELECT *, {numbers} FROM {raw.table} WHERE NOT ({blank}) ORDER BY rowid"
        self.connection.execute(f"CREATE TABLE {table} AS {select}")
        self.connection.execute(f"DROP TABLE {raw.table}")
        return Raw(raw.connection, table, raw.kinds, self._count(table), numbered=True)

    def _slow(self, path: Path, text: Path, mark: str, shape: Scan) -> Found:
        """By Python, a batch of records at a time."""
        table, problems, sheet, rows = self.table(), list[Problem](), None, 0
        with text.open(encoding="utf-8-sig", newline="" if shape.breaks else None) as file:
            reader = csv.reader(file, delimiter=mark, strict=True, skipinitialspace=False)
            try:
                for header, batch in _batches(reader):
                    if sheet is None:
                        sheet = Sheet(path.stem, path, path.name, header)
                        self._create(table, len(header))
                    rows += self._append(table, sheet, batch, problems)
            except csv.Error as error:
                details = {"file": path.name, "why": str(error)}
                return [], [Problem("data-broken-csv", Place(str(path), reader.line_num), "warning", details)]
        if sheet is None:
            return [], problems
        raw = Raw(self.connection, table, (TEXT,) * len(sheet.header), rows, numbered=True)
        return [self.sheet(path, raw, sheet.header)], problems

    def _create(self, table: str, width: int) -> None:
        columns = [f"c{n} VARCHAR" for n in range(width)]
        columns += ["_number BIGINT", "_line BIGINT", "_present INTEGER", "_bent BOOLEAN"]
        self.connection.execute(f"CREATE TABLE {table} ({', '.join(columns)})")

    def _append(self, table: str, sheet: Sheet, batch: list[Any], problems: list[Problem]) -> int:
        width, rows = len(sheet.header), []
        for number, line, cells in batch:
            while len(cells) > width and cells[-1] == "":
                cells.pop()
            count = len(cells)
            if count != width:
                code = "data-too-many-cells" if count > width else "data-too-few-cells"
                details = {"file": sheet.file, "table": sheet.name, "row": number, "cells": count, "columns": width}
                problems.append(Problem(code, Place(str(sheet.path), line), "warning", details))
            padded = cells[:width] + [None] * (width - count)
            rows.append((*padded, number, line, min(count, width), count > width))
        if rows:
            kinds = [TEXT] * width + ["BIGINT", "BIGINT", "INTEGER", "BOOLEAN"]
            columns = [("", kind, list(cells)) for kind, cells in zip(kinds, zip(*rows, strict=True), strict=True)]
            metric_tables.fill(self.connection, table, columns)
        return len(rows)


def is_blank(cell: str) -> str:
    """SQL for a text of spaces only (trimming them takes long, so it is done where a cell begins with one)."""
    return f"({cell} IS NULL OR {cell} = '' OR (ascii({cell}) IN ({_SPACE_CODES}) AND trim({cell}, '{SPACES}') = ''))"


def is_trimmed(cell: str) -> str:
    """SQL for a text that neither begins nor ends with a space."""
    return f"(ascii({cell}) NOT IN ({_SPACE_CODES}) AND ascii(right({cell}, 1)) NOT IN ({_SPACE_CODES}))"


def _again(error: Exception) -> Any:
    raise error


def carried(kind: str) -> str:
    """How a column of another type travels: times with a zone as text, fractions as Python holds them."""
    return TEXT if "WITH TIME ZONE" in kind else "DOUBLE" if kind == "FLOAT" else kind


def _first_line(text: Path) -> str:
    """The first line that is not blank."""
    with text.open(encoding="utf-8-sig") as lines:
        return next((line.rstrip("\n") for line in lines if line.strip()), "")


def _header(head: str, mark: str) -> list[str] | None:
    """The headings, None where their record goes on behind the line."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=mark, strict=True)
    try:
        return [cell.strip() for cell in next(reader)]
    except csv.Error:
        return None


def _batches(reader: Any) -> Iterator[tuple[list[str], list[Any]]]:
    """The header with each batch of records; the first batch may be empty."""
    header: list[str] | None = None
    batch: list[Any] = []
    for number, line, cells in records(reader):
        if header is None:
            header = [cell.strip() for cell in cells]
            continue
        batch.append((number, line, cells))
        if len(batch) == _BATCH:
            yield header, batch
            batch = []
    if header is not None:
        yield header, batch
