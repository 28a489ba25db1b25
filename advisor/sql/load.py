"""Rows as columns of DuckDB, as the SQL reader wants them: numbered, beside their account, with a column for none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from advisor.core.model import Row, State
from advisor.core.vocabulary import Entity
from advisor.metrics.metric_tables import Column
from advisor.sql.dialect import DUCKDB


def columns_of(
    entity: Entity, rows: Sequence[Row], accounts: Mapping[str, int], owners: Sequence[str | None]
) -> Iterator[Column]:
    """A table's columns: numbers, ids, then each field's data and, where it can be, whether it is none."""
    yield "_rid", "BIGINT", list(range(len(rows)))
    yield "_aid", "BIGINT", [accounts.get(owner) if owner else None for owner in owners]
    yield "_id", "VARCHAR", [row.id for row in rows]
    yield "_account", "VARCHAR", list(owners)
    for name, field in entity.fields.items():
        values = [row.get(name) for row in rows]
        if any(value.state is not State.UNKNOWN for value in values):
            yield name, DUCKDB.type(field.type), [_data(value.data) if value.known else None for value in values]
        if any(value.state is State.NONE for value in values):
            yield f"{name}?", "BOOLEAN", [value.state is State.NONE for value in values]


def _data(data: Any) -> Any:
    return list(data) if isinstance(data, tuple) else data
