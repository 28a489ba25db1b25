"""Rows in memory as the tables that the SQL reader reads: without a store, for a few accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from advisor.core.facts import Source
from advisor.core.model import UNKNOWN, Row, State
from advisor.core.vocabulary import Vocabulary
from advisor.metrics.metric_tables import Column, load
from advisor.sql.dialect import DUCKDB
from advisor.sql.load import columns_of
from advisor.sql.relations import ACCOUNT, Given


def owner(row: Row) -> str:
    """The id of the account that a row belongs to; empty when it belongs to none."""
    return row.id if row.entity == ACCOUNT else row.text("account_id")


def load_rows(
    connection: Any, vocabulary: Vocabulary, tables: Mapping[str, Sequence[Row] | None],
    owned_by: Callable[[Row], str] = owner, metrics: Mapping[str, Iterable[tuple[str, str]]] | None = None,
    source: Source | None = None,
) -> Given:  # fmt: skip
    """Create `in_<entity>` for every table that there is.

    Args: tables – rows by entity; None, or no entry, is an unknown table. owned_by – tells a row's account. metrics –
    the columns of metric files that come along, with their types; source – has their values.
    Returns: what has been loaded.
    """
    numbers = {row.id: number for number, row in enumerate(tables.get(ACCOUNT) or ())}
    given = {}
    for entity in vocabulary.entities.values():
        rows = tables.get(entity.name)
        if rows is not None:
            columns = list(columns_of(entity, rows, numbers, [owned_by(row) or None for row in rows]))
            if entity.name == ACCOUNT and metrics and source:
                columns += _metrics(rows, metrics, source)
            load(connection, f"in_{entity.name}", columns)
            connection.execute(f'CREATE TEMP VIEW "all_{entity.name}" AS FROM "in_{entity.name}"')
            names = {name for name, _, _ in columns}
            given[entity.name] = {name: f"{name}?" in names for name in entity.fields if name in names}
    return Given(given, {file: frozenset(name for name, _ in columns) for file, columns in (metrics or {}).items()})


def _metrics(
    accounts: Sequence[Row], metrics: Mapping[str, Iterable[tuple[str, str]]], source: Source
) -> Iterator[Column]:
    for file, columns in metrics.items():
        results = [source.metric(file, row.id) for row in accounts]
        for name, kind in columns:
            values = [result.get(name, UNKNOWN) for result in results]
            yield f"{file}:{name}", DUCKDB.type(kind), [_data(value.data) if value.known else None for value in values]
            yield f"{file}:{name}?", "BOOLEAN", [value.state is State.NONE for value in values]


def _data(data: Any) -> Any:
    return list(data) if isinstance(data, tuple) else data
