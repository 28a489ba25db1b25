"""Rows as columns of DuckDB, as the SQL reader wants them: numbered, beside their account, with a column for none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from advisor.core.cells import bare
from advisor.core.model import UNKNOWN, Row, State
from advisor.core.vocabulary import Entity
from advisor.data.rows import names_in
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
    there = names_in(rows)
    for name, field in entity.fields.items():
        cells = [bare(row, name) or UNKNOWN for row in rows] if name in there else []
        if any(cell.state is not State.UNKNOWN for cell in cells):
            yield name, DUCKDB.type(field.type), [_data(cell.data) for cell in cells]
        if any(cell.state is State.NONE for cell in cells):
            yield f"{name}?", "BOOLEAN", [cell.state is State.NONE for cell in cells]


def _data(data: Any) -> Any:
    return list(data) if isinstance(data, tuple) else data
