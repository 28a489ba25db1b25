"""Ids for the rows of a table in the database: those of `data.rows.Ids`, touching only rows that need another one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from advisor.core.vocabulary import Entity
from advisor.data.rows import DEFAULT_ACCOUNT_ID
from advisor.metrics.metric_tables import quoted
from advisor.sql.dialect import DUCKDB

if TYPE_CHECKING:
    from advisor.metrics.metric_tables import Connection

_SUFFIX = "#[0-9]+$"


class Ids:
    """Gives every row of a table an id. `named` makes the names of tables that are needed on the way."""

    def __init__(self, connection: Connection, entity: Entity, table: str, named: Callable[[str], str]) -> None:
        self.connection = connection
        self.entity = entity
        self.table = table
        self.named = named
        self.view = f"temp.{quoted('rows_' + entity.name)}"
        self._prefix = DUCKDB.string(entity.name[:1].upper())
        self._has_given = False

    def give(self, names: list[str]) -> list[str]:
        """Make a view of the table that has `_id`.

        Args: names – the table's columns; those of the view are returned.
        """
        if "id" not in names:
            made = "id" in self.entity.fields
            source = f"(SELECT *, {self._name('n')} AS _id FROM {self.table})"
            self._see(f"SELECT *{', _id AS id' if made else ''} FROM {source}")
            return [*names, *(["id"] if made else [])]
        self._has_given = self._repeated() | self._missing()
        if self._has_given:
            self._see(
                "SELECT t.* REPLACE (coalesce(t.id, g.given) AS id), coalesce(g.given, t.id) AS _id"
                f" FROM {self.table} t LEFT JOIN {self.named('given')} g ON g.n = t.n"
            )
        else:
            self._see(f"SELECT *, id AS _id FROM {self.table}")
        return names

    def given(self, is_repeated: bool, most: int) -> tuple[int, list[tuple[Any, ...]]]:
        """Rows with a new id, because theirs was taken or because they had none.

        Returns: how many, and of the first ones the position, the id wanted, the position of who has it, the new one.
        """
        if not self._has_given:
            return 0, []
        source = f"FROM {self.named('given')} WHERE wanted IS {'NOT ' if is_repeated else ''}NULL"
        rows = self.connection.execute(f"SELECT n, wanted, first, given {source} ORDER BY n LIMIT {most}").fetchall()
        return self._count(source), rows

    def _see(self, select: str) -> None:
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {self.view} AS {select}")

    def _make(self, kind: str, select: str) -> str:
        self.connection.execute(f"CREATE OR REPLACE TABLE {self.named(kind)} AS {select}")
        return self.named(kind)

    def _count(self, source: str) -> int:
        found = self.connection.execute(f"SELECT count(*) {source}").fetchone()
        return int(found[0]) if found else 0

    def _name(self, number: str) -> str:
        """The new name with a number counted from 0; the accounts' first one is special."""
        if self.entity.rows != "one":
            return f"{self._prefix} || ({number} + 1)"
        return f"CASE WHEN {number} = 0 THEN '{DEFAULT_ACCOUNT_ID}' ELSE {self._prefix} || {number} END"

    # --- repeated ids ----------------------------------------------------------------------------

    def _repeated(self) -> bool:
        """Each row whose id an earlier row has gets the first suffix that no row uses; whether there are any."""
        grouped = f"SELECT id, min(n) AS first FROM {self.table} WHERE id IS NOT NULL GROUP BY id HAVING count(*) > 1"
        twice = self._make("twice", grouped)
        if not self._count(f"FROM {twice}"):
            self._make("given", "SELECT 0 AS n, '' AS wanted, 0 AS first, '' AS given WHERE FALSE")
            return False
        later = self._make(
            "later",
            "SELECT t.n, t.id, w.first, row_number() OVER (PARTITION BY t.id ORDER BY t.n) AS place"
            f" FROM {self.table} t JOIN {twice} w ON w.id = t.id WHERE t.n <> w.first",
        )
        base = f"regexp_replace(t.id, '{_SUFFIX}', '')"
        used = self._make(
            "used",
            f"SELECT t.id AS name, {base} AS id FROM {self.table} t WHERE regexp_matches(t.id, '{_SUFFIX}')"
            f" AND {base} IN (SELECT id FROM {twice}) GROUP BY ALL",
        )
        numbers = (
            "SELECT c.id, unnest(range(2, c.most + 2 + coalesce(u.number, 0))) AS number"
            f" FROM (SELECT id, max(place) AS most FROM {later} GROUP BY id) c"
            f" LEFT JOIN (SELECT id, count(*) AS number FROM {used} GROUP BY id) u ON u.id = c.id"
        )
        free = (
            "SELECT id, name, row_number() OVER (PARTITION BY id ORDER BY number) AS place"
            f" FROM (SELECT id, number, id || '#' || number AS name FROM ({numbers}))"
            f" WHERE name NOT IN (SELECT name FROM {used})"
        )
        joined = f"FROM {later} l JOIN ({free}) f ON f.id = l.id AND f.place = l.place"
        self._make("given", f"SELECT l.n, l.id AS wanted, l.first, f.name AS given {joined}")
        return True

    # --- missing ids -----------------------------------------------------------------------------

    def _missing(self) -> bool:
        """Rows without an id get the names that no row has, in order; whether there are any."""
        count = self._count(f"FROM {self.table} WHERE id IS NULL")
        if not count:
            return False
        own = self._make("own", f"SELECT DISTINCT id FROM {self.table} WHERE starts_with(id, {self._prefix})")
        offered = (
            f"SELECT number, {self._name('number')} AS name FROM range({count + self._count(f'FROM {own}')}) t(number)"
        )
        free = (
            f"SELECT name, row_number() OVER (ORDER BY number) AS place FROM ({offered}) o"
            f" WHERE name NOT IN (SELECT id FROM {own})"
        )
        rows = f"SELECT n, row_number() OVER (ORDER BY n) AS place FROM {self.table} WHERE id IS NULL"
        self.connection.execute(
            f"INSERT INTO {self.named('given')} SELECT l.n, NULL, NULL, f.name"
            f" FROM ({rows}) l JOIN ({free}) f ON f.place = l.place"
        )
        return True
