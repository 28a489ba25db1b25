"""Raw tables become typed ones: every cell judged, every row with an id of its own, as `data.rows` does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from advisor.batch.ingest_cells import Judge, plain
from advisor.batch.ingest_files import TEXT, Raw, Stored, StoredOrigins
from advisor.batch.ingest_ids import Ids
from advisor.content.cell_words import Words
from advisor.core.model import Place, Problem, Row, State
from advisor.core.vocabulary import Entity, Field
from advisor.data.cells import Bad
from advisor.data.rows import Origins, TypedTable, typed
from advisor.data.tables import RawTable
from advisor.metrics import metric_tables
from advisor.metrics.metric_tables import quoted
from advisor.sql.dialect import DUCKDB

if TYPE_CHECKING:
    from advisor.metrics.metric_tables import Connection

_BATCH = 20_000
_FEW_JOINS = 3
_KEYS = ("id", "account_id")


@dataclass(frozen=True, eq=False)
class Typed:
    """A table of typed rows in the database: `n`, the position in the source, `_id`, and the columns of some fields.

    `nones`: fields of which some may be known to be none, which stands in a column `name?`.
    """

    entity: Entity
    origins: Origins
    table: str
    columns: tuple[str, ...]
    nones: frozenset[str]
    rows: int

    def problem(self, code: str, position: int, details: Mapping[str, object], level: str = "warning") -> Problem:
        """A problem with a record, with file, table and row."""
        return TypedTable(self.entity, self.origins).problem(code, position, details, level)


@dataclass(frozen=True)
class Typing:
    """What typing needs: the database, the words of cells, and how many problems of a kind are told one by one."""

    connection: Connection
    schema: str
    words: Words
    most: int

    def table(self, table: RawTable, changes: Mapping[str, Mapping[str, Any]], problems: list[Problem]) -> Typed:
        """Type one table.

        Args: changes – words of another system by field; problems – where bad cells and ids are reported.
        """
        stored = [cell for cell in (table.sheet.rows[0] if table.sheet.rows else ()) if isinstance(cell, Stored)]
        if stored:
            return _Columns(self, table, stored[0].raw, changes).typed(problems)
        return self._rows(table, problems)

    def count(self, table: RawTable) -> int:
        """How many rows a table has."""
        cells = table.sheet.rows[0] if table.sheet.rows else ()
        return next((cell.raw.rows for cell in cells if isinstance(cell, Stored)), len(table.sheet.rows))

    def more(self, of: Problem, count: int) -> Problem:
        """What is said in place of problems like one that has been told often enough."""
        kept = {name: of.details[name] for name in ("file", "table", "column") if name in of.details}
        return Problem("batch-more-problems", Place(of.place.path), of.level, {**kept, "of": of.code, "count": count})

    def told(self, problems: Sequence[Problem]) -> list[Problem]:
        """Of each code and column the first problems, then how many more there are."""
        groups: dict[tuple[str, object], list[Problem]] = {}
        for problem in problems:
            groups.setdefault((problem.code, problem.details.get("column")), []).append(problem)
        dropped = {id(one) for found in groups.values() for one in found[self.most :]}
        extra = [self.more(found[-1], len(found) - self.most) for found in groups.values() if len(found) > self.most]
        return [one for one in problems if id(one) not in dropped] + extra

    # --- tables that came as rows ----------------------------------------------------------------

    def _rows(self, table: RawTable, problems: list[Problem]) -> Typed:
        """Workbooks and records: as the row reader types them."""
        own: list[Problem] = []
        found = typed(table, own, self.words)
        problems += self.told(own)
        entity, name = table.entity, f"{self.schema}.{quoted('typed_' + table.entity.name)}"
        names = [f.name for f in entity.fields.values() if table.has(f.name) or f.name == "id"]
        kinds = {one: DUCKDB.type(entity.fields[one].type) for one in names}
        columns = ["n BIGINT", "_id VARCHAR", *(f"{quoted(one)} {kinds[one]}" for one in names)]
        columns += [f"{quoted(one + '?')} BOOLEAN" for one in names]
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} ({', '.join(columns)})")
        for first in range(0, len(found.rows), _BATCH):
            rows = found.rows[first : first + _BATCH]
            metric_tables.fill(self.connection, name, list(_columns(rows, first, kinds)))
        return Typed(entity, found.origins, name, tuple(names), frozenset(names), len(found.rows))


def _columns(rows: Sequence[Row], first: int, kinds: Mapping[str, str]) -> Iterator[tuple[str, str, list[Any]]]:
    yield "n", "BIGINT", list(range(first, first + len(rows)))
    yield "_id", "VARCHAR", [row.id for row in rows]
    cells = {name: [row.get(name) for row in rows] for name in kinds}
    for name, kind in kinds.items():
        yield name, kind, [_plain(one.data) if one.known else None for one in cells[name]]
    for name in kinds:
        yield f"{name}?", "BOOLEAN", [one.state is State.NONE for one in cells[name]]


def _plain(data: Any) -> Any:
    return list(data) if isinstance(data, tuple) else data


# --- tables that came as columns -----------------------------------------------------------------


@dataclass(frozen=True)
class _Column:
    """One column's reading in SQL: `raw` is the cell (empty for a mapping's constant, which is `cell` itself),
    `present`, `blank` and `test` say whether it is there, empty, or plain, and `value` is what a plain one holds.
    """

    number: int
    of: Field
    cell: Any
    judge: Judge
    present: str
    raw: str = ""
    blank: str = ""
    test: str = ""
    value: str = ""

    @property
    def odd(self) -> str:
        """Whether the row reader must judge the cell."""
        return f"({self.present} AND NOT {self.blank} AND NOT {self.test})"


@dataclass(eq=False)
class _Columns:
    """One raw table on its way: `joins` are the tables of judged cells."""

    typing: Typing
    source: RawTable
    raw: Raw
    changes: Mapping[str, Mapping[str, Any]]
    picked: list[str] = field(default_factory=list)
    joins: list[str] = field(default_factory=list)
    nones: set[str] = field(default_factory=set)
    wrong: list[tuple[int, int, Problem]] = field(default_factory=list)
    extra: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.connection = self.typing.connection
        self.entity = self.source.entity
        origins = StoredOrigins(self.source.sheet, self.raw)
        self.found = Typed(self.entity, origins, "", (), frozenset(), self.raw.rows)

    def _name(self, kind: str, schema: str = "") -> str:
        return f"{schema or self.typing.schema}.{quoted(f'{kind}_{self.entity.name}')}"

    def typed(self, problems: list[Problem]) -> Typed:
        cells = self.source.sheet.rows[0]
        columns = [
            self._plan(number, of, cell)
            for number, (of, cell) in enumerate(zip(self.source.fields, cells, strict=True))
            if of is not None
        ]
        odd = self._odd_columns(columns)
        for column in columns:
            self._column(column, column.number in odd)
        names = [column.of.name for column in columns]
        ids = Ids(self.connection, self.entity, self._create(), self._name)
        names = ids.give(names)
        self._report_ids(ids)
        problems += [one for _, _, one in sorted(self.wrong, key=lambda found: found[:2])] + self.extra
        return replace(self.found, table=ids.view, columns=tuple(names), nones=frozenset(self.nones))

    def _create(self) -> str:
        """The columns together. Where few are joined they stay a view, which costs no writing, only planning.

        `id` is made later where the file has no column of ids.
        """
        is_view = len(self.joins) <= _FEW_JOINS
        name = self._name("typed", "temp" if is_view else self.typing.schema)
        select = f"SELECT {', '.join(['r.rowid AS n', *self.picked])} FROM {self.raw.table} r {' '.join(self.joins)}"
        self.connection.execute(f"CREATE {'TEMP VIEW' if is_view else 'TABLE'} {name} AS {select}")
        return name

    # --- one column ------------------------------------------------------------------------------

    def _plan(self, number: int, of: Field, cell: Any) -> _Column:
        """How a column's cells are to be read."""
        judge = Judge(of, self.typing.words, self.changes.get(of.name) if isinstance(cell, Stored) else None)
        present = self._present(number, cell)
        if not isinstance(cell, Stored):
            return _Column(number, of, cell, judge, present)
        raw, kind, changes = f"r.c{cell.column}", self.raw.kinds[cell.column], judge.changes
        blank = f"({raw} IS NULL OR {raw} = '')" if kind == TEXT else f"{raw} IS NULL"
        found = plain(of, self.typing.words, kind, raw)
        test = found.test
        if changes is not None:
            blank = "FALSE" if "" in changes else blank
            listed = ", ".join(DUCKDB.string(str(word)) for word in changes) or "''"
            test = f"({test} AND coalesce({raw} NOT IN ({listed}), FALSE))" if kind == TEXT else "FALSE"
        return _Column(number, of, cell, judge, present, raw, blank, test, found.value)

    def _odd_columns(self, columns: list[_Column]) -> set[int]:
        """The columns with cells that SQL does not read itself; a search ends with the first one found."""
        return {column.number for column in columns if column.raw and self._any(column.odd)}

    def _any(self, test: str) -> bool:
        return bool(self.connection.execute(f"SELECT 1 FROM {self.raw.table} r WHERE {test} LIMIT 1").fetchone())

    def _column(self, column: _Column, odd: bool) -> None:
        """Pick a column's values, and whether they are none."""
        of, number = column.of, column.number
        if not column.raw:
            self._constant(number, of, column.judge, column.cell, column.present)
            return
        if odd:
            self._judge(column)
        absent = "" if column.present == "TRUE" else f"WHEN NOT {column.present} THEN NULL "
        value = f"WHEN {column.test} THEN {column.value} ELSE {f'm{number}.v' if odd else 'NULL'} END"
        self.picked.append(f"CASE {absent}{value} AS {quoted(of.name)}")
        if of.none:
            self.nones.add(of.name)
            parts = [column.blank] if of.blank == "none" else []
            parts += [f"coalesce(m{number}.none, FALSE)"] if odd else []
            either = " OR ".join(parts) or "FALSE"
            self.picked.append(f"{column.present} AND ({either}) AS {quoted(of.name + '?')}")
        if odd:
            self._report(column)

    def _present(self, number: int, cell: Any) -> str:
        """Whether a row has the cell: short rows lack some; of bent ones only the keys at the beginning are sure."""
        if not self.raw.numbered:
            return "TRUE"
        fields, cells = self.source.fields, self.source.sheet.rows[0]
        keys = next((n for n, of in enumerate(fields) if of is None or of.name not in _KEYS), len(fields))
        if not isinstance(cell, Stored):
            return "TRUE" if number < keys else "(NOT r._bent)"
        straight = all(isinstance(one, Stored) and one.column == n for n, one in enumerate(cells[: number + 1]))
        return f"(r._present > {cell.column}{'' if number < keys and straight else ' AND NOT r._bent'})"

    def _map(self, column: _Column) -> str:
        return quoted(f"map_{self.entity.name}_{column.number}")

    def _judge(self, column: _Column) -> None:
        """Judge the distinct cells that SQL does not read itself, a batch at a time."""
        number, judge = column.number, column.judge
        odd, judged, map_ = "odd_cells", "judged_cells", self._map(column)
        select = f"SELECT DISTINCT {column.raw} AS raw FROM {self.raw.table} r WHERE {column.odd}"
        self.connection.execute(f"CREATE TEMP TABLE {odd} AS {select}")
        self.connection.execute(f"CREATE TEMP TABLE {judged} (k BIGINT, v {judge.kind}, none BOOLEAN, code VARCHAR)")
        for first in range(0, self._one(f"SELECT count(*) FROM {odd}"), _BATCH):
            span = f"rowid BETWEEN {first} AND {first + _BATCH - 1}"
            rows = self.connection.execute(f"SELECT rowid, raw FROM {odd} WHERE {span}").fetchall()
            raws = ["" if raw is None else raw for _, raw in rows]
            keys = ("k", "BIGINT", [k for k, _ in rows])
            metric_tables.fill(self.connection, judged, [keys, *judge.columns(raws)])
        both = f"SELECT o.raw, j.* EXCLUDE (k) FROM {odd} o JOIN {judged} j ON j.k = o.rowid"
        self.connection.execute(f"CREATE TEMP TABLE {map_} AS {both}")
        same = "IS NOT DISTINCT FROM" if judge.changes and "" in judge.changes else "="
        self.joins.append(f"LEFT JOIN {map_} m{number} ON m{number}.raw {same} {column.raw}")
        for name in (odd, judged):
            self.connection.execute(f"DROP TABLE {name}")

    def _one(self, text: str) -> int:
        found = self.connection.execute(text).fetchone()
        return int(found[0]) if found else 0

    def _report(self, column: _Column) -> None:
        """The first bad cells of each kind, and how many more."""
        map_ = self._map(column)
        if not self._one(f"SELECT count(*) FROM {map_} WHERE code IS NOT NULL"):
            return
        source = (
            f"FROM {self.raw.table} r JOIN {map_} m ON m.raw IS NOT DISTINCT FROM {column.raw}"
            f" WHERE m.code IS NOT NULL AND {column.odd}"
        )
        codes = self.connection.execute(f"SELECT m.code, count(*) {source} GROUP BY 1 ORDER BY 1").fetchall()
        for code, count in codes:
            rows = self.connection.execute(
                f"SELECT r.rowid, m.raw {source} AND m.code = ? ORDER BY 1 LIMIT {self.typing.most}", [code]
            ).fetchall()
            self._tell(column.number, [(n, column.judge("" if raw is None else raw)) for n, raw in rows], count)

    def _tell(self, number: int, found: list[tuple[int, Any]], count: int) -> None:
        heading = self.source.sheet.header[number]
        for position, value in found:
            if isinstance(value, Bad):
                problem = self.found.problem(value.code, position, {"column": heading, **value.details})
                self.wrong.append((position, number, problem))
        if count > len(found):
            self.extra.append(self.typing.more(self.wrong[-1][2], count - len(found)))

    def _constant(self, number: int, of: Field, judge: Judge, cell: Any, present: str) -> None:
        """A value that a mapping gives to all rows."""
        value, name = judge(cell), quoted(of.name)
        if isinstance(value, Bad):
            where = f"FROM {self.raw.table} r WHERE {present}"
            count = self._one(f"SELECT count(*) {where}")
            rows = self.connection.execute(f"SELECT rowid {where} ORDER BY 1 LIMIT {self.typing.most}").fetchall()
            self._tell(number, [(position, value) for (position,) in rows], count)
        known = not isinstance(value, Bad) and value.known
        data = DUCKDB.literal(value.data) if known and not isinstance(value, Bad) else "NULL"
        self.picked.append(f"CAST(CASE WHEN {present} THEN {data} END AS {judge.kind}) AS {name}")
        if of.none:
            self.nones.add(of.name)
            is_none = not isinstance(value, Bad) and value.state is State.NONE
            self.picked.append(f"({present} AND {is_none}) AS {quoted(of.name + '?')}")

    def _report_ids(self, ids: Ids) -> None:
        """The first rows that have been given an id, of those without one and of those that repeat one."""
        for is_repeated in (True, False):
            count, rows = ids.given(is_repeated, self.typing.most)
            for position, wanted, first, given in rows:
                details: dict[str, object] = {"column": "id", "value": wanted or "", "given": given}
                if is_repeated:
                    details["first"] = self.raw.number(first)
                code = "data-duplicate-id" if is_repeated else "data-missing-id"
                self.wrong.append((position, len(self.source.fields), self.found.problem(code, position, details)))
            if count > len(rows):
                self.extra.append(self.typing.more(self.wrong[-1][2], count - len(rows)))
