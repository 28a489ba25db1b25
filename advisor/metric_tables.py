"""Typed tables in DuckDB: what the metrics' SELECTs read. Knows DuckDB, and nothing of metrics."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from advisor.model import Row, State
from advisor.vocabulary import LISTS, Entity, Field

if TYPE_CHECKING:
    import duckdb

SOURCE = "source"
CLOSED = "closed_days"
_KEYS = ("id", "account_id")
_DECIMALS = frozenset({"number", "ratio", "money"})
_TYPES = {"yes_no": "BOOLEAN", "integer": "BIGINT", "days": "BIGINT", "date": "DATE"}
_MAX_SCALE = 12
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": "2",
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    "lock_configuration": "true",
}

Column = tuple[str, str, list[Any]]


def connect() -> duckdb.DuckDBPyConnection:
    """An empty place for temporary tables, which can reach no file, no network and no Python variable, and stays so."""
    return _database(os.getpid()).cursor()


@cache
def _database(process: int) -> duckdb.DuckDBPyConnection:
    """One database in memory a process, since opening one takes longer than a metric; a fork must not share it."""
    import duckdb

    return duckdb.connect(":memory:", config=_SETTINGS)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def load_entity(
    connection: duckdb.DuckDBPyConnection, entity: Entity, rows: Sequence[Row], wanted: frozenset[str]
) -> None:
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


def load_closed(connection: duckdb.DuckDBPyConnection, periods: Sequence[tuple[Any, Any]]) -> None:
    """Create the table of closing periods, both ends included."""
    firsts, lasts = [first for first, _ in periods], [last for _, last in periods]
    load(connection, CLOSED, [("first_on", "DATE", firsts), ("last_on", "DATE", lasts)])


def load(connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[Column]) -> None:
    """Create a table from columns; each travels as one list parameter, which is the quickest way in without a file."""
    numbered = list(enumerate(columns))
    parts = [f"unnest($c{n}::{_carried(kind)}[])::{kind} AS {quoted(name)}" for n, (name, kind, _) in numbered]
    values = {f"c{n}": data for n, (_, _, data) in numbered}
    connection.execute(f"CREATE TEMP TABLE {quoted(table)} AS SELECT {', '.join(parts)}", values)


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


@contextmanager
def time_limit(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupt what the connection does after `seconds`; it then raises duckdb.InterruptException."""
    timer = threading.Timer(seconds, connection.interrupt)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()  # a thread still ending while Python exits can bring the process down


def plain_parameters(values: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as DuckDB takes them: lists, not tuples."""
    return {name: list(data) if isinstance(data, tuple) else data for name, data in values.items()}
