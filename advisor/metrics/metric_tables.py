"""Typed tables in DuckDB: what SELECTs read. The only module that knows DuckDB, and it knows nothing of metrics."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.core.model import Row, State
from advisor.core.vocabulary import LISTS, Entity, Field
from advisor.metrics.metric_needs import CLOSED

if TYPE_CHECKING:
    import duckdb

    Connection = duckdb.DuckDBPyConnection

SOURCE = "source"
MEMORY = "2GB"  # what a database of a whole book may hold at a time

_KEYS = ("id", "account_id")
_DECIMALS = frozenset({"number", "ratio", "money"})
_TYPES = {"yes_no": "BOOLEAN", "integer": "BIGINT", "days": "BIGINT", "date": "DATE"}
_MAX_SCALE = 12
# What a time means must not depend on the machine; GLOBAL, since each cursor is a session of its own.
_SETTINGS = (
    "SET GLOBAL TimeZone = 'UTC'",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET python_enable_replacements = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
_SHOWN = 200  # of a message, which may hold a column's data
_LINE = re.compile(r"\bLINE (\d+):")
_OF_MACHINE = ("IOException", "OutOfMemoryException", "FatalException", "InternalException", "TransactionException")
_CAUSES = {
    "memory": ("Out of Memory", "failed to allocate", "could not allocate", "failed to pin"),
    "space": ("No space left", "File too large", "Disk quota", "max_temp_directory_size"),
    "rights": ("Permission denied", "Read-only file system", "Cannot open file", "Operation not permitted"),
}

Column = tuple[str, str, list[Any]]


class QueryFailed(Exception):
    """The database refuses a statement or fails in it.

    `line` of the statement is 0 when it is not known; `cause` says what the machine lacks, if that is why.
    """

    def __init__(self, error: Exception) -> None:
        first = str(error).strip().partition("\n")[0]
        super().__init__(first[:_SHOWN] or type(error).__name__)
        found = _LINE.search(str(error))
        self.line = int(found.group(1)) if found else 0
        self.cause = _cause(error)


def _cause(error: Exception) -> str:
    """What the machine lacks: `space`, `rights`, `memory`; empty when that is not what went wrong."""
    if type(error).__name__ not in _OF_MACHINE:
        return ""
    return next((cause for cause, words in _CAUSES.items() if any(word in str(error) for word in words)), "")


class QueryStopped(QueryFailed):
    """A statement was interrupted because its time was over."""


# --- connections ---------------------------------------------------------------------------------


def connect(threads: int = 1) -> Connection:
    """An empty place for temporary tables, which can reach no file, no network and no Python variable, and stays so.

    Args: threads – one where sums of binary fractions must come out the same on every machine.
    """
    return _database(os.getpid(), threads).cursor()


@cache
def _database(process: int, threads: int) -> Connection:
    """One database in memory a process, since opening one takes longer than a metric; a fork must not share it."""
    return _opened(threads)


def _opened(threads: int, readable: Path | None = None) -> Connection:
    import duckdb

    connection = duckdb.connect(":memory:", config={"threads": threads})
    if readable is not None:
        connection.execute(f"SET allowed_paths = [{literal(str(readable))}]")
    shut(connection)
    return connection


def shut(connection: Connection) -> None:
    """From now on a database reaches no file but its own, no network and no Python variable."""
    for setting in _SETTINGS:
        connection.execute(setting)


def store(path: Path) -> Connection:
    """A database file to be written, with as many threads as the machine has."""
    import duckdb

    return duckdb.connect(str(path))


def bulk(path: Path, work: Path, memory: str) -> Connection:
    """A database file to be written from large tables, with a second one for what is on its way (schema `work`).

    Args: work – a folder for the second file and for what does not fit into `memory` (as `2GB`).
    """
    connection = store(path)
    try:
        connection.execute(f"SET memory_limit = {literal(memory)}")
        connection.execute(f"SET temp_directory = {literal(str(work / 'spilled'))}")
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        connection.execute(f"ATTACH {literal(str(work / 'work.db'))} AS work")
    except Exception:
        connection.close()
        raise
    return connection


def settle(connection: Connection) -> None:
    """Write all that is pending of a `bulk` database, nothing of what was on its way, and close."""
    connection.execute("CHECKPOINT")
    connection.close()


def stored(path: Path, memory: str = MEMORY, threads: int = 1) -> Connection:
    """A database file to be read, by any number of processes at once.

    Args: memory – what a process may hold of it at a time; what its queries need beyond that goes to disk.
    """
    import duckdb

    spilled = f"{path}.{os.getpid()}.spilled"
    config: dict[str, Any] = {"threads": threads, "memory_limit": memory, "temp_directory": spilled}
    return duckdb.connect(str(path), read_only=True, config=config)


def scratch() -> Connection:
    """An empty database in memory that may write files, of one thread."""
    import duckdb

    return duckdb.connect(":memory:", config={"threads": 1})


def writer(memory: str = "1GB", threads: int = 2) -> Connection:
    """An empty database in memory whose SELECTs are written to files (see `copy`); more than `memory` goes to disk."""
    import duckdb

    return duckdb.connect(":memory:", config={"threads": threads, "memory_limit": memory})


def copy(connection: Connection, select: str, path: Path, form: str) -> int:
    """Write the rows of a SELECT to a file, in their order.

    Args: form – csv or parquet.
    Returns: how many rows there are.
    Raises: QueryFailed – the SELECT is refused, or the file cannot be written.
    """
    how = "FORMAT csv, HEADER" if form == "csv" else "FORMAT parquet, COMPRESSION zstd"
    with failures():
        done = connection.execute(f"COPY ({select}) TO {literal(str(path))} ({how})").fetchone()
    return int(done[0]) if done else 0


def append(connection: Connection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    """Add rows to a table; columns travel as lists."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    picked = ", ".join(f"unnest($c{number})" for number in range(len(columns)))
    values = {f"c{number}": column for number, column in enumerate(columns)}
    connection.execute(f"INSERT INTO {quoted(table)} SELECT {picked}", values)


def export(connection: Connection, table: str, path: Path) -> None:
    """Write a table as Parquet; whole numbers beyond 64 bits as decimals, since Parquet would round them."""
    described = connection.execute(f"DESCRIBE {quoted(table)}").fetchall()
    picked = [
        f"CAST({quoted(name)} AS DECIMAL(38, 0)) AS {quoted(name)}" if kind == "HUGEINT" else quoted(name)
        for name, kind, *_ in described
    ]
    text = f"SELECT {', '.join(picked)} FROM {quoted(table)}"
    connection.execute(f"COPY ({text}) TO {literal(str(path))} (FORMAT parquet)")


@contextmanager
def failures(also: tuple[type[Exception], ...] = (ImportError, ValueError)) -> Iterator[None]:
    """Turn what the database raises into QueryStopped and QueryFailed. Args: also – what else counts as a failure."""
    import duckdb

    kinds: tuple[type[Exception], ...] = (duckdb.Error, *also)
    try:
        yield
    except duckdb.InterruptException as error:
        raise QueryStopped(error) from error
    except kinds as error:
        raise QueryFailed(error) from error


def interrupted(error: BaseException) -> bool:
    """Whether a statement failed because somebody wants to stop."""
    import duckdb

    plain = isinstance(error, RuntimeError) and str(error) == "Query interrupted"  # how Ctrl-C comes out of a query
    return plain or isinstance(error, duckdb.InterruptException | QueryStopped)


@contextmanager
def time_limit(connection: Connection, seconds: float) -> Iterator[None]:
    """Interrupt what the connection does after `seconds`; failures are told as by `failures`.

    Raises: QueryStopped – the time was over; KeyboardInterrupt – it was stopped by Ctrl-C.
    """
    over = threading.Event()

    def stop() -> None:
        over.set()
        connection.interrupt()

    timer = threading.Timer(seconds, stop)
    timer.start()
    try:
        with failures():
            yield
    except (QueryStopped, RuntimeError) as error:
        if over.is_set() or not interrupted(error):
            raise
        raise KeyboardInterrupt from None
    finally:
        timer.cancel()
        timer.join()  # a thread still ending while Python exits can bring the process down


def parameters_of(connection: Connection, text: str) -> set[str]:
    """The names of a SELECT's parameters.

    Raises: ValueError – the text is not exactly one SELECT.
    """
    import duckdb

    statements = connection.extract_statements(text)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise ValueError("not exactly one SELECT")
    return set(statements[0].named_parameters)


def plain_parameters(values: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as DuckDB takes them: lists, not tuples."""
    return {name: list(data) if isinstance(data, tuple) else data for name, data in values.items()}


def names_of(cursor: Connection) -> list[str]:
    """The names of a result's columns."""
    return [str(column[0]) for column in cursor.description or ()]


def read_parquet(path: Path) -> tuple[list[str], list[tuple[Any, ...]]]:
    """A Parquet file's columns and rows, read where this file alone can be reached.

    Times with a zone come as text: DuckDB would need a further library to make them objects.
    Raises: QueryFailed – the file cannot be read.
    """
    with failures(), _opened(2, path) as connection:
        described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
        zoned = {name for name, kind, *_ in described if "WITH TIME ZONE" in kind}
        names = [str(name) for name, *_ in described]
        picked = [f"{quoted(n)}::VARCHAR AS {quoted(n)}" if n in zoned else quoted(n) for n in names]
        rows = connection.execute(f"SELECT {', '.join(picked)} FROM read_parquet(?)", [str(path)]).fetchall()
    return names, rows


# --- tables --------------------------------------------------------------------------------------


def literal(text: str) -> str:
    """A text as it stands in a statement."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def load_entity(connection: Connection, entity: Entity, rows: Sequence[Row], wanted: frozenset[str]) -> None:
    """Create an entity's table from its rows.

    Args: wanted – lower-case names of the columns that anybody reads. Keys and source always come along.
    """
    recorded = [name for name, field in entity.fields.items() if field.recorded]  # a metric makes the others
    names = [name for name in recorded if name in _KEYS or name.lower() in wanted]
    columns = [_column(entity.fields[name], _cells(rows, name)) for name in names]
    if "id" not in entity.fields:
        columns.append(("id", "VARCHAR", [row.id for row in rows]))
    if SOURCE not in entity.fields:
        columns.append((SOURCE, "VARCHAR", [row.where for row in rows]))
    load(connection, entity.table, columns)


def load_closed(connection: Connection, periods: Sequence[tuple[Any, Any]]) -> None:
    """Create the table of closing periods, both ends included."""
    firsts, lasts = [first for first, _ in periods], [last for _, last in periods]
    load(connection, CLOSED, [("first_on", "DATE", firsts), ("last_on", "DATE", lasts)])


def load(connection: Connection, table: str, columns: Sequence[Column]) -> None:
    """Create a table from columns; each travels as one list parameter, which is the quickest way in without a file."""
    numbered = list(enumerate(columns))
    parts = [f"unnest($c{n}::{_carried(kind)}[])::{kind} AS {quoted(name)}" for n, (name, kind, _) in numbered]
    values = {f"c{n}": data for n, (_, _, data) in numbered}
    connection.execute(f"CREATE TEMP TABLE {quoted(table)} AS SELECT {', '.join(parts)}", values)


def fill(connection: Connection, table: str, columns: Sequence[Column]) -> None:
    """Add rows to a table (its name as SQL has it), given as its columns in order."""
    parts = [f"unnest($c{n}::{_carried(kind)}[])::{kind}" for n, (_, kind, _) in enumerate(columns)]
    values = {f"c{n}": data for n, (_, _, data) in enumerate(columns)}
    connection.execute(f"INSERT INTO {table} SELECT {', '.join(parts)}", values)


def _carried(kind: str) -> str:
    """Decimals travel as text, so that none of them passes through a binary fraction."""
    return "VARCHAR" if kind.startswith("DECIMAL") else kind


def _cells(rows: Sequence[Row], name: str) -> list[Any]:
    if name == "id":
        return [row.id for row in rows]
    found = [row.values.get(name) for row in rows]
    return [None if value is None or value.state is not State.KNOWN else value.data for value in found]


def _column(field: Field, cells: list[Any]) -> Column:
    if field.type in _DECIMALS:
        return _decimals(field.name, cells)
    if field.type in LISTS:
        return field.name, "VARCHAR[]", [cell if cell is None else list(cell) for cell in cells]
    return field.name, _TYPES.get(field.type, "VARCHAR"), cells


def _decimals(name: str, cells: list[Any]) -> Column:
    """As many places as the most exact cell has, so that sums are exact and print as the records do."""
    texts = [cell if cell is None else format(Decimal(cell), "f") for cell in cells]
    parts = [text.lstrip("-").partition(".") for text in texts if text is not None]
    scale = min(max((len(part[2]) for part in parts), default=2), _MAX_SCALE)
    whole = max((len(part[0]) for part in parts), default=1)
    width = 18 if whole + scale <= 18 else 38
    return name, f"DECIMAL({width}, {scale})", texts
