"""A worker's view of a store: some accounts at a time, as views for SQL and as rows for the reference reader."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from advisor.batch.store import SHARED, Store
from advisor.content.content import Content
from advisor.core.cells import Cells
from advisor.core.model import Row, Value, known, none
from advisor.core.tree import Metric
from advisor.core.vocabulary import Entity
from advisor.metrics import metric_tables
from advisor.metrics.metric_tables import quoted
from advisor.metrics.metrics import value_of
from advisor.sql.dialect import DUCKDB
from advisor.sql.relations import ACCOUNT


def metric_kinds(content: Content) -> dict[tuple[str, str], str]:
    """The types of the facts that metrics make, by metric file and column."""
    return {
        (one.expr.file, one.expr.column): content.vocabulary.entities[entity].fields[name].type
        for (entity, name), one in content.derived.items()
        if isinstance(one.expr, Metric)
    }


class Chunks:
    """A worker's view of a store: some accounts at a time, as views for SQL and as rows for the reference reader."""

    def __init__(self, store: Store, content: Content) -> None:
        self.store = store
        self.content = content
        self.connection = metric_tables.stored(store.path)
        self.kinds = metric_kinds(content)
        self._shared: dict[str, tuple[Row, ...]] = {}
        for entity in store.given.columns:
            self.connection.execute(f'CREATE TEMP VIEW "all_{entity}" AS FROM "t_{entity}"')
        if store.only is not None:
            metric_tables.load(self.connection, "only_these", [("_aid", "BIGINT", list(store.only))])

    def _among(self, first: int, last: int) -> str:
        """The condition that a row is of an account from number `first` to `last`."""
        picked = " AND _aid IN (FROM only_these)" if self.store.only is not None else ""
        return f"_aid BETWEEN {first} AND {last}{picked}"

    def few(self, first: int, last: int, number: int) -> Iterator[tuple[int, int]]:
        """A span cut into spans of a few accounts each."""
        if self.store.only is None:
            yield from ((start, min(start + number - 1, last)) for start in range(first, last + 1, number))
            return
        found = [one for one in self.store.only if first <= one <= last]
        for start in range(0, len(found), number):
            part = found[start : start + number]
            yield part[0], part[-1]

    def see(self, first: int, last: int, barred: Mapping[str, str] | None = None) -> None:
        """Let the views show the accounts from number `first` to `last`, without the rows that guards bar."""
        for name in self.store.given.columns:
            entity = self.content.vocabulary.entities[name]
            kept = [] if entity.rows in SHARED else [self._among(first, last)]
            kept += [f"_rid NOT IN ({barred[name]})"] if barred and name in barred else []
            where = f" WHERE {' AND '.join(kept)}" if kept else ""
            text = self._accounts(first, last) if name == ACCOUNT else f'SELECT * FROM "t_{name}"{where}'
            self.connection.execute(f'CREATE OR REPLACE TEMP VIEW "in_{name}" AS {text}')

    def _accounts(self, first: int, last: int) -> str:
        """The accounts with the metrics that facts read beside them."""
        text, picked = f'"t_{ACCOUNT}" a', ["a.*"]
        for number, (file, columns) in enumerate(sorted(self.store.given.metrics.items())):
            table = quoted(f"metric_{file.removesuffix('.sql')}")
            one = self.connection.execute(f"SELECT count(*) FROM {table} WHERE account_id IS NULL").fetchone()
            on = "TRUE" if one and one[0] else f"m{number}.account_id = a._id"
            text += f" LEFT JOIN {table} m{number} ON {on}"
            for column in sorted(columns):
                kind = DUCKDB.type(self.kinds[(file, column)])
                name = quoted(f"{file}:{column}")
                picked += [
                    f"CAST(m{number}.{quoted(column)} AS {kind}) AS {name}",
                    f"FALSE AS {quoted(f'{file}:{column}?')}",
                ]
        return f"SELECT {', '.join(picked)} FROM {text} WHERE a.{self._among(first, last)}"

    # --- rows ------------------------------------------------------------------------------------

    def rows(self, first: int, last: int) -> dict[str, tuple[Row, ...] | None]:
        """The chunk's records, and those that all accounts share."""
        found: dict[str, tuple[Row, ...] | None] = dict.fromkeys(self.content.vocabulary.entities)
        for name in self.store.given.columns:
            entity = self.content.vocabulary.entities[name]
            if entity.rows in SHARED:
                if name not in self._shared:
                    self._shared[name] = tuple(self._read(entity, ""))
                found[name] = self._shared[name]
            else:
                found[name] = tuple(self._read(entity, f"WHERE {self._among(first, last)}"))
        return found

    def noted(self, codes: Collection[str]) -> tuple[Row, ...]:
        """The history of some plays, at whichever account it was noted."""
        if "code" not in self.store.given.columns.get("history", {}):
            return ()
        wanted = ", ".join(metric_tables.literal(code) for code in sorted(codes))
        return tuple(self._read(self.content.vocabulary.entities["history"], f"WHERE code IN ({wanted or 'NULL'})"))

    def _read(self, entity: Entity, where: str) -> Iterator[Row]:
        columns = self.store.given.columns[entity.name]
        picked = ", ".join(["_id", "_where", *map(quoted, cells_of(columns))])
        cursor = self.connection.execute(f'SELECT {picked} FROM "t_{entity.name}" {where} ORDER BY _rid')
        yield from made(entity, columns, cursor.fetchall())

    def metrics(self, first: int, last: int) -> ChunkMetrics:
        """The chunk's metric values."""
        return ChunkMetrics(self, first, last)


class ChunkMetrics:
    """The metrics' values for the accounts of a chunk, each file read when it is first asked for."""

    def __init__(self, chunks: Chunks, first: int, last: int) -> None:
        self.chunks = chunks
        self.span = (first, last)
        self._files: dict[str, dict[str | None, Mapping[str, Value]]] = {}

    def value(self, file: str, account_id: str) -> Mapping[str, Value]:
        if file not in self.chunks.store.metric_columns:
            return {}
        if file not in self._files:
            self._files[file] = dict(self._read(file))
        found = self._files[file]
        return found.get(account_id) or found.get(None) or {}

    def _read(self, file: str) -> Iterator[tuple[str | None, Mapping[str, Value]]]:
        table = quoted(f"metric_{file.removesuffix('.sql')}")
        first, last = self.span
        accounts = f'SELECT _id FROM "t_{ACCOUNT}" WHERE _aid BETWEEN {first} AND {last}'
        cursor = self.chunks.connection.execute(
            f"SELECT * FROM {table} WHERE account_id IS NULL OR account_id IN ({accounts})"
        )
        names = metric_tables.names_of(cursor)
        yield from (metric_row(names, row) for row in cursor.fetchall())


def cells_of(columns: Mapping[str, bool]) -> list[str]:
    """The columns that hold a table's cells: each field, and beside it whether it is none where it can be."""
    return [part for name, none_too in columns.items() for part in (name, *([f"{name}?"] if none_too else []))]


def made(entity: Entity, columns: Mapping[str, bool], rows: list[tuple[Any, ...]]) -> Iterator[Row]:
    """Records from stored rows: id, what names the record, then the cells as `cells_of` orders them."""
    names = cells_of(columns)
    ids, wheres, *cells = _by_column(rows, len(names) + 2)
    values = dict(zip(names, cells, strict=True))
    index = {name: number for number, name in enumerate(columns)}
    parts = [_values(values[name], values.get(f"{name}?")) for name in columns]
    for row_id, source, row in zip(ids, wheres, zip(*parts, strict=True) if parts else ((),) * len(ids), strict=True):
        yield Row(entity.name, row_id, Cells(index, row, source), source)


def metric_row(names: Sequence[str], row: Sequence[Any]) -> tuple[str | None, Mapping[str, Value]]:
    """A row of a metric's result: the account's id and its values."""
    cells = dict(zip(names, row, strict=True))
    source = str(cells.pop("source", None) or "")
    return cells.pop("account_id"), {name: value_of(data, source) for name, data in cells.items()}


def _by_column(rows: list[tuple[Any, ...]], width: int) -> Iterable[Sequence[Any]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _values(cells: Sequence[Any], empty: Sequence[Any] | None) -> list[Value | None]:
    """Cells as values; equal ones share one."""
    seen: dict[Any, Value | None] = {None: None}
    found = []
    for cell in cells:
        key = tuple(cell) if isinstance(cell, list) else cell
        if key not in seen:
            seen[key] = known(key)
        found.append(seen[key])
    if empty is None:
        return found
    return [_NONE if is_none else value for value, is_none in zip(found, empty, strict=True)]


_NONE = none()
