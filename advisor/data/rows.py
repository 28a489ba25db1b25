"""Raw tables become typed rows: every cell judged, every row kept, every row with an id of its own."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from advisor.content.cell_words import PLAIN, Words
from advisor.core.cells import Cells
from advisor.core.model import Place, Problem, Row, State, Value, known
from advisor.core.vocabulary import Entity
from advisor.data.cells import UNKNOWN_CELL, Bad, Read, Reader
from advisor.data.sheets import ABSENT, Sheet
from advisor.data.tables import RawTable

DEFAULT_ACCOUNT_ID = "A00"


class Origins(Protocol):
    """What knows where a table's rows stand."""

    @property
    def file(self) -> str: ...

    def place(self, position: int) -> Place: ...

    def number(self, position: int) -> int: ...


@dataclass(slots=True)
class TypedTable:
    """An entity's rows, in the order of their source; `positions` say which record of the source each row was."""

    entity: Entity
    origins: Origins
    rows: list[Row] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)

    def problem(self, code: str, position: int, details: Mapping[str, object], level: str = "warning") -> Problem:
        """A problem with a record, with file, table and row."""
        where = {"file": self.origins.file, "table": self.entity.table, "row": self.origins.number(position)}
        return Problem(code, self.origins.place(position), level, {**where, **details})

    def __iter__(self) -> Iterator[tuple[int, Row]]:
        return zip(self.positions, self.rows, strict=True)


class Ids:
    """Gives every row an id: its own, its own with a suffix when it is taken, or a new one."""

    def __init__(self, entity: Entity, given: Callable[[], set[str]]) -> None:
        prefix = entity.name[:1].upper()
        numbered = (f"{prefix}{number}" for number in itertools.count(1))
        self._names = itertools.chain([DEFAULT_ACCOUNT_ID] if entity.rows == "one" else [], numbered)
        self._read_given = given
        self._given: set[str] | None = None
        self._taken: dict[str, int] = {}

    def take(self, wanted: str, position: int) -> tuple[str, int | None]:
        """The row's id, and the position of the row that had it before (None when it was free)."""
        wanted = wanted or self._new()
        first = self._taken.get(wanted)
        if first is None:
            self._taken[wanted] = position
            return wanted, None
        number = 2
        while self._is_used(f"{wanted}#{number}"):
            number += 1
        self._taken[f"{wanted}#{number}"] = position
        return f"{wanted}#{number}", first

    def _new(self) -> str:
        return next(name for name in self._names if not self._is_used(name))

    def _is_used(self, name: str) -> bool:
        if self._given is None:
            self._given = self._read_given()
        return name in self._taken or name in self._given


def record_text(entity: Entity, row_id: str, date: object) -> str:
    """How reasons name the record: `order R6 2026-09-21`."""
    return f"{entity.name} {row_id} {date}" if isinstance(date, datetime.date) else f"{entity.name} {row_id}"


def names_in(rows: Iterable[Row]) -> frozenset[str]:
    """The fields of which some of the rows may hold something."""
    columns = (row.values.index if isinstance(row.values, Cells) else row.values for row in rows)
    return frozenset(name for index in {id(one): one for one in columns}.values() for name in index)


def make_row(entity: Entity, row_id: str, values: Mapping[str, Value]) -> Row:
    """A row of a few values of its own, as from a facts file."""
    dated = values.get(entity.dated)
    where = record_text(entity, row_id, dated.data if dated is not None else None)
    index = {name: number for number, name in enumerate(values)}
    return Row(entity.name, row_id, Cells(index, tuple(values.values()), where), where)


# --- tables, column by column --------------------------------------------------------------------

Column = list[Value | None]


def typed(table: RawTable, problems: list[Problem], words: Words = PLAIN) -> TypedTable:
    """Judge every cell of a table.

    Args: table – the raw cells; problems – where bad cells, missing and repeated ids are reported;
    words – as in rules/cells.yaml.
    """
    found = TypedTable(table.entity, table.sheet)
    wrong: list[tuple[int, Problem]] = []
    _blank_bent_rows(table)
    columns: dict[str, Column] = {}
    for number, of in enumerate(table.fields):
        if of is not None:
            columns[of.name] = _column(found, number, Reader(of, words), table.sheet, wrong)
    row_ids = _row_ids(found, columns, len(table.sheet.rows), wrong)
    found.rows = list(_rows(table.entity, columns, row_ids))
    found.positions = list(range(len(found.rows)))
    problems += [problem for _, problem in sorted(wrong, key=lambda pair: pair[0])]
    return found


def _rows(entity: Entity, columns: dict[str, Column], row_ids: list[str]) -> Iterator[Row]:
    index = {name: number for number, name in enumerate(columns)}
    dates = columns.get(entity.dated) or [None] * len(row_ids)
    for row_id, dated, values in zip(row_ids, dates, zip(*columns.values(), strict=True), strict=True):
        where = record_text(entity, row_id, dated.data if dated is not None else None)
        yield Row(entity.name, row_id, Cells(index, values, where), where)


def _blank_bent_rows(table: RawTable) -> None:
    """Of a row with stray separators only the keys at its beginning can be told from their neighbours."""
    leading = 0
    while leading < len(table.fields) and (of := table.fields[leading]) and of.name in ("id", "account_id"):
        leading += 1
    for position in table.sheet.bent:
        row = table.sheet.rows[position]
        row[leading:] = [ABSENT] * (len(table.fields) - leading)


def _column(found: TypedTable, number: int, read: Reader, sheet: Sheet, wrong: list[tuple[int, Problem]]) -> Column:
    """One column's values; each distinct text is judged once. A bad cell is reported and stays unknown."""
    cells = [row[number] for row in sheet.rows]
    if set(map(type, cells)) <= {str}:
        judged = {cell: read(cell) for cell in set(cells)}
        if not any(isinstance(value, Bad) for value in judged.values()):
            kept = {cell: _kept(value) for cell, value in judged.items()}
            return list(map(kept.__getitem__, cells))
        values = list(map(judged.__getitem__, cells))
    else:
        values = [UNKNOWN_CELL if cell is ABSENT else read(cell) for cell in cells]
    for position, value in enumerate(values):
        if isinstance(value, Bad):
            details = {"column": sheet.header[number], **value.details}
            wrong.append((position, found.problem(value.code, position, details)))
    return list(map(_kept, values))


def _kept(value: Read) -> Value | None:
    return value if isinstance(value, Value) and value.state is not State.UNKNOWN else None


def _row_ids(found: TypedTable, columns: dict[str, Column], count: int, wrong: list[tuple[int, Problem]]) -> list[str]:
    """Every row's id; a column of ids is made where the table has none."""
    own = columns.get("id")
    ids = Ids(found.entity, lambda: {value.data for value in own or () if value is not None})
    row_ids: list[str] = []
    for position in range(count):
        value = own[position] if own else None
        row_id, first = ids.take(str(value.data) if value is not None and value.known else "", position)
        row_ids.append(row_id)
        if first is not None and value is not None:
            details = {"column": "id", "value": value.data, "first": found.origins.number(first), "given": row_id}
            wrong.append((position, found.problem("data-duplicate-id", position, details)))
        if own is not None and value is None:
            details = {"column": "id", "value": "", "given": row_id}
            wrong.append((position, found.problem("data-missing-id", position, details)))
            own[position] = known(row_id)
    if own is None and "id" in found.entity.fields:
        columns["id"] = [known(row_id) for row_id in row_ids]
    return row_ids
