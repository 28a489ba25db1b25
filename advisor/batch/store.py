"""The book as one DuckDB file, from which each worker reads its own accounts.

`t_<entity>` holds an entity's rows with their number, their account's number and the text that names the record;
`m_<metric>` a metric's result. All else are views: `in_<entity>` what a chunk of accounts may see.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.content.content import Content
from advisor.core.model import Place, Row, stop
from advisor.core.tree import Metric
from advisor.core.vocabulary import Entity
from advisor.metrics import metric_tables
from advisor.metrics.metric_needs import tables_needed
from advisor.metrics.metric_tables import QueryFailed, QueryStopped
from advisor.metrics.metrics import words_of
from advisor.sql.dialect import DUCKDB
from advisor.sql.load import columns_of
from advisor.sql.relations import ACCOUNT, Given

if TYPE_CHECKING:
    from advisor.metrics.metric_tables import Connection

_KEYS = ("_rid", "_aid", "_id", "_account", "_where")
SHARED = ("book", "single")
TIME_LIMIT = 3600.0  # seconds for a metric of the whole book


@dataclass(frozen=True)
class Store:
    """What a store holds: the tables with their columns, the metrics with theirs, and how many accounts.

    With `only`, advice is wanted for the accounts of these numbers alone (in order).
    """

    path: Path
    given: Given
    metric_columns: Mapping[str, tuple[str, ...]]
    accounts: int
    only: tuple[int, ...] | None = None


def write(
    path: Path, content: Content, tables: Mapping[str, Sequence[Row] | None], as_of: datetime.date,
    closed: Sequence[tuple[datetime.date, datetime.date]] = (),
) -> Store:  # fmt: skip
    """Write a book's rows and its metrics' results.

    Args: path – the file, which must not be there; tables – rows by entity, None where the table is unknown.
    """
    with metric_tables.store(path) as connection:
        given = {}
        numbers = {row.id: number for number, row in enumerate(tables.get(ACCOUNT) or ())}
        for entity in content.vocabulary.entities.values():
            rows = tables.get(entity.name)
            if rows is not None:
                given[entity.name] = write_table(connection, entity, rows, numbers)
        return finish(connection, path, content, given, len(numbers), as_of, closed)


def finish(
    connection: Connection, path: Path, content: Content, given: Mapping[str, dict[str, bool]], accounts: int,
    as_of: datetime.date, closed: Sequence[tuple[datetime.date, datetime.date]] = (),
) -> Store:  # fmt: skip
    """Add the metrics' results to a store whose tables are written.

    Args: given – the tables' columns, as `Given` has them; accounts – how many there are.
    """
    metrics = _Metrics(connection, content, given, as_of, closed).run()
    return Store(path, Given(given, _read_metrics(content, metrics)), metrics, accounts)


def add(
    connection: Connection, entity: Entity, rows: Sequence[Row], there: Mapping[str, bool] | None
) -> dict[str, bool]:
    """Add rows to a store that has its accounts, behind those of the entity that it has.

    Args: there – the columns of those; None where it has no such table.
    Returns: the columns now.
    """
    table = f'"t_{entity.name}"'
    if there is not None:
        connection.execute(f"ALTER TABLE {table} RENAME TO before_them")
    text = f'SELECT _id, _aid FROM "t_{ACCOUNT}" WHERE list_contains(?, _id)'
    ids = list({row.text("account_id") for row in rows})
    added = write_table(connection, entity, rows, dict(connection.execute(text, [ids]).fetchall()))
    if there is None:
        return added
    connection.execute(f"ALTER TABLE {table} RENAME TO added")
    last = "(SELECT coalesce(max(_rid), -1) FROM before_them)"
    both = f"FROM before_them UNION ALL BY NAME SELECT * REPLACE (_rid + 1 + {last} AS _rid) FROM added"
    connection.execute(f"CREATE TABLE {table} AS FROM ({both}) ORDER BY _aid, _rid")
    connection.execute("DROP TABLE before_them")
    connection.execute("DROP TABLE added")
    names = [name for name in entity.fields if name in there or name in added]
    return {name: there.get(name, False) or added.get(name, False) for name in names}


def with_single(store: Store, entity: str) -> Store:
    """The store with the one row, of which nothing is recorded, of an entity that the book has one of."""
    cells = f"0::BIGINT AS _rid, NULL::BIGINT AS _aid, '{entity}' AS _id, NULL::VARCHAR AS _account"
    with metric_tables.store(store.path) as connection:
        connection.execute(f"CREATE TABLE \"t_{entity}\" AS SELECT {cells}, '{entity}' AS _where")
    columns = {**store.given.columns, entity: {}}
    return replace(store, given=Given(columns, store.given.metrics))


def write_table(
    connection: Connection, entity: Entity, rows: Sequence[Row], numbers: Mapping[str, int]
) -> dict[str, bool]:
    """Write an entity's rows.

    Args: numbers – those of accounts, by id.
    Returns: the columns, as `Given` has them.
    """
    owners = [row.id if entity.name == ACCOUNT else row.text("account_id") or None for row in rows]
    columns = list(columns_of(entity, rows, numbers, owners))
    columns.append(("_where", "VARCHAR", [row.where for row in rows]))
    metric_tables.load(connection, f"load_{entity.name}", columns)
    connection.execute(f'CREATE TABLE "t_{entity.name}" AS FROM "load_{entity.name}" ORDER BY _aid, _rid')
    connection.execute(f'DROP TABLE "load_{entity.name}"')
    names = {name for name, _, _ in columns}
    return {name: f"{name}?" in names for name in entity.fields if name in names}


def _read_metrics(content: Content, made: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """The metric columns that derived facts read, as far as the metrics could be made."""
    found: dict[str, set[str]] = {}
    for one in content.derived.values():
        if isinstance(one.expr, Metric) and one.expr.column in made.get(one.expr.file, ()):
            found.setdefault(one.expr.file, set()).add(one.expr.column)
    return {file: frozenset(columns) for file, columns in found.items()}


# --- metrics -------------------------------------------------------------------------------------


class _Metrics:
    """Runs the metric files over the store's tables, each after those that it reads."""

    def __init__(
        self, connection: Connection, content: Content, given: Mapping[str, Mapping[str, bool]],
        as_of: datetime.date, closed: Sequence[tuple[datetime.date, datetime.date]],
    ) -> None:  # fmt: skip
        self.connection = connection
        self.content = content
        self.given = given
        self.values = {**{f"policy_{name}": data for name, data in content.policy.items()}, "as_of": as_of}
        self.made: dict[str, tuple[str, ...]] = {}
        metric_tables.load_closed(connection, closed)
        metric_tables.shut(connection)
        for entity in content.vocabulary.entities.values():
            self._table(entity)

    def _table(self, entity: Entity) -> None:
        """A table as metrics know it: the recorded fields, and the record's text as `source`."""
        columns = self.given.get(entity.name)
        recorded = [(name, field) for name, field in entity.fields.items() if field.recorded]
        parts = [
            f"{_quoted(name)}"
            if columns and name in columns
            else f"CAST(NULL AS {DUCKDB.type(field.type)}) AS {_quoted(name)}"
            for name, field in recorded
            if name != "id"
        ]
        parts += ["_id AS id", "_where AS source"]
        empty = ", ".join(f"CAST(NULL AS VARCHAR) AS {key}" for key in _KEYS)
        source = f'"t_{entity.name}"' if columns is not None else f"(SELECT {empty}) WHERE FALSE"
        self.connection.execute(f"CREATE TEMP VIEW {_quoted(entity.table)} AS SELECT {', '.join(parts)} FROM {source}")

    def run(self) -> dict[str, tuple[str, ...]]:
        for file in self.content.metrics:
            self._make(file)
        return {file: columns for file, columns in self.made.items() if columns}

    def _make(self, file: str) -> None:
        if file in self.made:
            return
        text, _ = self.content.metrics[file]
        tables = {f"metric_{name.removesuffix('.sql')}": name for name in self.content.metrics}
        for table, other in tables.items():
            if other != file and table in words_of(text):
                self._make(other)
        columns = self._create(file, text)  # over empty tables as well: another metric may make do without them
        self.made[file] = columns if self._has_needs(text) else ()

    def _has_needs(self, text: str) -> bool:
        found = [self.content.vocabulary.by_table(table) for table in tables_needed(text)]
        return all(entity is not None and entity.name in self.given for entity in found)

    def _create(self, file: str, text: str) -> tuple[str, ...]:
        name = f"metric_{file.removesuffix('.sql')}"
        asked = {key: self.values[key] for key in metric_tables.parameters_of(self.connection, text)}
        select = text.rstrip().rstrip(";")  # on the same line as CREATE, so that DuckDB counts lines as the file does
        with self._told(file):
            self.connection.execute(f"CREATE TABLE {_quoted(name)} AS {select}", metric_tables.plain_parameters(asked))
        return tuple(metric_tables.names_of(self.connection.execute(f"SELECT * FROM {_quoted(name)} LIMIT 0")))

    @contextmanager
    def _told(self, file: str) -> Iterator[None]:
        """What is wrong with a metric is said of it; what the machine lacks is not its fault."""
        place = Place(self.content.metrics[file][1])
        try:
            with metric_tables.time_limit(self.connection, TIME_LIMIT):
                yield
        except QueryStopped:
            raise stop("metric-slow", place=place, metric=file, seconds=f"{TIME_LIMIT:g}") from None
        except QueryFailed as error:
            if error.cause:
                raise
            raise stop("metric-failed", place=Place(place.path, error.line), metric=file, why=str(error)) from None


def export_metrics(store: Store, names: Mapping[str, str], folder: Path) -> None:
    """Write metrics' results as Parquet. Args: names – what each file becomes, by metric file."""
    folder.mkdir(parents=True, exist_ok=True)
    with metric_tables.stored(store.path) as connection:
        for file, name in names.items():
            if file in store.metric_columns:
                metric_tables.export(connection, f"metric_{file.removesuffix('.sql')}", folder / f"{name}.parquet")


def export(store: Store, spans: Sequence[tuple[int, int]], folder: Path) -> None:
    """Write everything as Parquet: the tables, the metrics' results, and `chosen`, the accounts of some spans."""
    folder.mkdir(parents=True, exist_ok=True)
    with metric_tables.stored(store.path) as connection:
        for name in store.given.columns:
            metric_tables.export(connection, f"t_{name}", folder / f"t_{name}.parquet")
        firsts, lasts = [first for first, _ in spans], [last for _, last in spans]
        metric_tables.load(connection, "spans", [("_first", "BIGINT", firsts), ("_last", "BIGINT", lasts)])
        only = list(range(store.accounts)) if store.only is None else list(store.only)
        metric_tables.load(connection, "only_these", [("_aid", "BIGINT", only)])
        connection.execute(
            "CREATE TEMP TABLE chosen AS SELECT * FROM only_these JOIN spans ON _aid BETWEEN _first AND _last"
        )
        metric_tables.export(connection, "chosen", folder / "chosen.parquet")
    export_metrics(store, {file: f"m_{file.removesuffix('.sql')}" for file in store.metric_columns}, folder)


def _quoted(name: str) -> str:
    return metric_tables.quoted(name)
