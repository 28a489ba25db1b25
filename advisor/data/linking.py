"""Rows of one book among each other: whose they are, what they point to, and which lie in the future."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from advisor.core.cells import data_of
from advisor.core.model import Problem, Row
from advisor.data.rows import TypedTable

ACCOUNT = "account"
ACCOUNT_ID = "account_id"


@dataclass(slots=True)
class Linked:
    """The rows that take part, those kept aside, and why."""

    tables: dict[str, tuple[Row, ...] | None] = field(default_factory=dict)
    aside: dict[str, tuple[Row, ...]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def link(tables: Mapping[str, TypedTable | None], as_of: datetime.date) -> Linked:
    """Leave out later rows, set rows of unknown accounts aside, and report references to nothing.

    Args: tables – entity → rows, None where the table is not given; as_of – the day of the advice.
    """
    linked = Linked()
    root = tables.get(ACCOUNT)
    accounts = {row.id for row in root.rows} if root else set()
    for name, table in tables.items():
        if table is None:
            linked.tables[name] = None
            continue
        _leave_out_later(table, as_of, linked)
        if ACCOUNT_ID in table.entity.fields:
            _set_aside(table, accounts, linked)
        _keep_one(table, linked)
        linked.tables[name] = tuple(table.rows)
    for table in tables.values():
        if table is not None:
            _check_references(table, tables, linked)
    return linked


def _keep(table: TypedTable, kept: list[tuple[int, Row]]) -> None:
    table.positions = [position for position, _ in kept]
    table.rows = [row for _, row in kept]


def _leave_out_later(table: TypedTable, as_of: datetime.date, linked: Linked) -> None:
    dated = table.entity.dated
    if not dated:
        return
    later = {position: row for position, row in table if _after(data_of(row, dated), as_of)}
    if not later:
        return
    first = next(iter(later))
    details = {"count": len(later), "as_of": as_of, "column": dated, "value": data_of(later[first], dated)}
    linked.problems.append(table.problem("data-later-rows", first, details))
    _keep(table, [(position, row) for position, row in table if position not in later])


def _after(date: object, as_of: datetime.date) -> bool:
    return isinstance(date, datetime.date) and date > as_of


def _set_aside(table: TypedTable, accounts: set[str], linked: Linked) -> None:
    """A row that is nobody's cannot be advised on; in a table of the whole book it concerns everyone."""
    shared = table.entity.rows == "book"
    kept: list[tuple[int, Row]] = []
    strays: dict[str, list[tuple[int, Row]]] = {}
    for position, row in table:
        account_id = data_of(row, ACCOUNT_ID) or ""
        if account_id in accounts or (shared and not account_id):
            kept.append((position, row))
        else:
            strays.setdefault(account_id, []).append((position, row))
    if not strays:
        return
    for account_id, rows in strays.items():
        code = "data-unknown-account" if account_id else "data-without-account"
        details = {"column": ACCOUNT_ID, "value": account_id, "count": len(rows)}
        linked.problems.append(table.problem(code, rows[0][0], details))
    linked.aside[table.entity.name] = tuple(row for rows in strays.values() for _, row in rows)
    _keep(table, kept)


def _keep_one(table: TypedTable, linked: Linked) -> None:
    if table.entity.rows == "single" and len(table.rows) > 1:
        second = table.positions[1]
        linked.problems.append(table.problem("data-one-row-only", second, {"count": len(table.rows) - 1}))
        linked.aside[table.entity.name] = tuple(table.rows[1:])
        _keep(table, list(table)[:1])


def _check_references(table: TypedTable, tables: Mapping[str, TypedTable | None], linked: Linked) -> None:
    """One note for each record that is missing, or another account's, with the first row that points to it."""
    for name, of in table.entity.fields.items():
        target = tables.get(of.to) if of.type == "ref" and name != ACCOUNT_ID else None
        if target is None:
            continue
        owners = {row.id: _account_of(row) for row in target.rows}
        wrong: dict[str, dict[str, list[int]]] = {"data-unknown-reference": {}, "data-reference-elsewhere": {}}
        for position, row in table:
            value, own = data_of(row, name), _account_of(row)
            if value is not None and value not in owners:
                wrong["data-unknown-reference"].setdefault(value, []).append(position)
            elif value is not None and own and owners[value] and owners[value] != own:
                wrong["data-reference-elsewhere"].setdefault(value, []).append(position)
        for code, found in wrong.items():
            for wanted, positions in found.items():
                details = {"column": name, "value": wanted, "target": target.entity.table, "count": len(positions)}
                linked.problems.append(table.problem(code, positions[0], details, "note"))


def _account_of(row: Row) -> str:
    return row.id if row.entity == ACCOUNT else str(data_of(row, ACCOUNT_ID) or "")
