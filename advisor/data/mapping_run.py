"""Applying a mapping: the files of a folder, through its columns and queries, into raw canonical tables."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from advisor.core.model import AdvisorError, Place, Problem, stop
from advisor.core.vocabulary import Entity, Field, Vocabulary, nearest
from advisor.data.mapping import FolderMapping, TableMapping, check_query
from advisor.data.sheets import ABSENT, Found, Sheet, read_file, readable
from advisor.data.tables import RawTable, RawTables, check_root, files_of, looks_like_one_column, read_header
from advisor.metrics import metric_tables
from advisor.metrics.metric_tables import QueryFailed, QueryStopped

if TYPE_CHECKING:
    from advisor.metrics.metric_tables import Connection

TIME_LIMIT = 60.0


@dataclass(slots=True)
class _Folder:
    """The folder's sheets, read when first asked for."""

    paths: dict[str, Path]
    read: Callable[[Path], Found] = read_file
    problems: list[Problem] = field(default_factory=list)
    _sheets: dict[Path, list[Sheet]] = field(default_factory=dict)

    def sheets(self, path: Path) -> list[Sheet]:
        if path not in self._sheets:
            sheets, problems = self.read(path)
            broken = [sheet for sheet in sheets if looks_like_one_column(sheet)]
            self.problems += problems + [_one_column(sheet) for sheet in broken]
            self._sheets[path] = [sheet for sheet in sheets if sheet not in broken]
        return self._sheets[path]

    def by_source(self, source: str) -> Sheet | None:
        """`customers.csv`, or `book.xlsx#customers` for one sheet of several."""
        name, _, inner = source.partition("#")
        path = self.paths.get(name)
        sheets = self.sheets(path) if path else []
        return next((sheet for sheet in sheets if not inner or sheet.name == inner), None)

    def by_name(self) -> dict[str, Path]:
        """The files by the names that queries call them: without ending, in lower case."""
        return {path.stem.lower(): path for path in reversed(self.paths.values())}


def _one_column(sheet: Sheet) -> Problem:
    details = {"file": sheet.file, "table": sheet.name, "columns": sheet.header[0][:80], "known": ""}
    return Problem("data-one-column", Place(str(sheet.path), 1), "warning", details)


class Database(Protocol):
    """Where queries run: it takes the sheets that they read, and gives a query's columns and rows."""

    def load(self, name: str, sheet: Sheet) -> None: ...

    def run(self, query: str) -> tuple[list[str], list[list[Any]]]: ...

    def time_limit(self, seconds: float) -> AbstractContextManager[object]: ...


class _Memory:
    """A database in memory, which all rows pass through."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def load(self, name: str, sheet: Sheet) -> None:
        metric_tables.load(self.connection, name, as_texts(sheet))

    def run(self, query: str) -> tuple[list[str], list[list[Any]]]:
        result = self.connection.execute(query)
        header = metric_tables.names_of(result)
        return header, [["" if cell is None else cell for cell in row] for row in result.fetchall()]

    def time_limit(self, seconds: float) -> AbstractContextManager[object]:
        return metric_tables.time_limit(self.connection, seconds)


@contextmanager
def _in_memory() -> Iterator[Database]:
    with metric_tables.connect(threads=1) as connection:
        yield _Memory(connection)


def apply(
    folder: Path, mapping: FolderMapping, vocabulary: Vocabulary, time_limit: float = TIME_LIMIT,
    read: Callable[[Path], Found] = read_file,
    database: Callable[[], AbstractContextManager[Database]] = _in_memory,
) -> RawTables:  # fmt: skip
    """Read a folder through a mapping.

    Args: time_limit – seconds that all queries together may take; read – reads the sheets of one file; database –
    opens what queries run in.
    Returns: canonical raw tables and the data problems; tables that the mapping does not name are unknown.
    Raises: AdvisorError for a query that is not allowed or fails, and when there are no accounts.
    """
    source = _Folder({path.name: path for path in files_of(folder) if readable(path)}, read)
    tables = RawTables()
    for name, table in mapping.tables.items():
        if table.source:
            found = _from_file(table, vocabulary.entities[name], source, vocabulary)
            if found is not None:
                tables.found[name] = found
    queries = [table for table in mapping.tables.values() if table.query]
    if queries:
        with database() as opened:
            _run_queries(queries, mapping, source, vocabulary, tables, time_limit, opened)
    tables.problems += source.problems
    root = next(entity for entity in vocabulary.entities.values() if entity.rows == "one")
    if root.name not in tables.found and (why := [one for one in tables.problems if one.level != "note"]):
        raise AdvisorError([replace(problem, level="error") for problem in why], 1)
    check_root(tables, folder, root)
    return tables


# --- columns of a file ---------------------------------------------------------------------------


def _from_file(table: TableMapping, entity: Entity, source: _Folder, vocabulary: Vocabulary) -> RawTable | None:
    if table.source.partition("#")[0] not in source.paths:
        details = {"file": table.source, "table": entity.table, "near": nearest(table.source, source.paths)}
        source.problems.append(Problem("data-no-source-file", table.place, "warning", details))
        return None
    sheet = source.by_source(table.source)
    if sheet is None:
        return None
    columns: list[tuple[str, int]] = []
    for name, item in table.columns.items():
        wanted = str(item.value)
        if wanted in sheet.header:
            columns.append((name, sheet.header.index(wanted)))
            continue
        details = {"file": sheet.file, "table": entity.table, "column": wanted, "near": nearest(wanted, sheet.header)}
        source.problems.append(Problem("data-no-source-column", item.here, "warning", details))
    return _picked(table, entity, sheet, columns)


def _picked(table: TableMapping, entity: Entity, sheet: Sheet, columns: list[tuple[str, int]]) -> RawTable:
    """The mapped columns in the order of the file, then the constants."""
    columns = sorted(columns, key=lambda column: column[1])
    fields: list[Field | None] = [entity.fields[name] for name, _ in columns]
    fields += [entity.fields[name] for name in table.constants]
    changes = [(number, table.values.get(name)) for name, number in columns]
    constant = list(table.constants.values())
    rows = [[_changed(row[number], change) for number, change in changes] + constant for row in sheet.rows]
    header = [sheet.header[number] for _, number in columns] + list(table.constants)
    leading = next((n for n, (_, number) in enumerate(columns) if n != number), len(columns))
    for position in sheet.bent:
        rows[position][leading : len(columns)] = [ABSENT] * (len(columns) - leading)
    picked = Sheet(sheet.name, sheet.path, sheet.file, header, rows, sheet.numbers, sheet.lines, set(sheet.bent))
    return RawTable(entity, picked, fields)


def _changed(cell: Any, change: Mapping[str, Any] | None) -> Any:
    return cell if change is None else change.get(str(cell).strip(), cell)


# --- queries -------------------------------------------------------------------------------------


def _run_queries(
    queries: list[TableMapping], mapping: FolderMapping, source: _Folder, vocabulary: Vocabulary, tables: RawTables,
    time_limit: float, database: Database,
) -> None:  # fmt: skip
    reads = _checked(queries, source)
    loaded = _load(database, sorted(frozenset().union(*reads.values())), source)
    for table in queries:
        if reads[table.entity] <= loaded:
            _run(database, table, mapping, vocabulary, tables, time_limit)


def _checked(queries: list[TableMapping], source: _Folder) -> dict[str, frozenset[str]]:
    """What each query reads; stops when one is not allowed. Tables that the folder lacks are data problems."""
    reads: dict[str, frozenset[str]] = {}
    problems: list[Problem] = []
    files = source.by_name()
    for table in queries:
        checked = check_query(table)
        reads[table.entity] = checked.tables
        problems += checked.problems
        for name in sorted(reads[table.entity] - set(files)):
            details = {"file": name, "table": table.entity, "near": nearest(name, files)}
            source.problems.append(Problem("data-no-source-file", table.place, "warning", details))
    if problems:
        raise AdvisorError(problems, 1)
    return reads


def _load(database: Database, names: Iterable[str], source: _Folder) -> set[str]:
    """Materialise the files that queries read; a file that cannot be read is left out, its problem is kept."""
    files, loaded = source.by_name(), set()
    for name in names:
        sheets = source.sheets(files[name]) if name in files else []
        if sheets:
            database.load(name, sheets[0])
            loaded.add(name)
    return loaded


def as_texts(sheet: Sheet) -> list[metric_tables.Column]:
    """A sheet as columns of text: what is a number or a date, the query says."""
    columns = column_names(sheet.header)
    cells = [[_as_text(row[n], n, p in sheet.bent) for p, row in enumerate(sheet.rows)] for n in range(len(columns))]
    return [(column, "VARCHAR", texts) for column, texts in zip(columns, cells, strict=True)]


def column_names(header: list[str]) -> list[str]:
    """The names of a sheet's columns for queries: one without a heading has its number, a repeated one a suffix."""
    names: list[str] = []
    for number, cell in enumerate(header, 1):
        name = cell or f"column_{number}"
        while name.lower() in (taken.lower() for taken in names):
            name += "_2"
        names.append(name)
    return names


def _as_text(cell: Any, column: int, bent: bool) -> str | None:
    """A cell as SQL sees it; of a row with stray separators only the first cell is sure to stand where it belongs."""
    if cell is ABSENT or cell is None or cell == "" or (bent and column):
        return None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.datetime) and not cell.time():
        return str(cell.date())
    return str(cell)


def _run(
    database: Database, table: TableMapping, mapping: FolderMapping, vocabulary: Vocabulary, tables: RawTables,
    time_limit: float,
) -> None:  # fmt: skip
    entity = vocabulary.entities[table.entity]
    try:
        with database.time_limit(time_limit):
            header, rows = database.run(table.query)
    except QueryStopped as error:
        raise stop("mapping-query-slow", 1, table.place, table=entity.table) from error
    except QueryFailed as error:
        at = table.line(error.line) if error.line else table.place
        raise stop("mapping-query-failed", 1, at, table=entity.table, why=str(error)) from error
    sheet = Sheet(entity.table, Path(mapping.path), f"{mapping.name}: {entity.table}", header, rows)
    found = read_header(sheet, entity, vocabulary, tables.problems)
    if found is not None:
        tables.found[entity.name] = _with_changes(found, table)


def _with_changes(found: RawTable, table: TableMapping) -> RawTable:
    """A query's rows with the mapping's words and constants."""
    changes = [table.values.get(f.name) if f else None for f in found.fields]
    constant = list(table.constants.values())
    sheet = found.sheet
    sheet.rows = [[_changed(cell, change) for cell, change in zip(row, changes, strict=True)] for row in sheet.rows]
    sheet.rows = [row + constant for row in sheet.rows]
    sheet.header = sheet.header + list(table.constants)
    found.fields += [found.entity.fields[name] for name in table.constants]
    return found
