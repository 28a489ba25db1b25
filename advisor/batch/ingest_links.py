"""Typed tables become the store's: whose each row is, what it points to, which rows take no part, as `data.linking`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from advisor.batch.ingest_rows import Typed, Typing
from advisor.core.model import Problem
from advisor.core.vocabulary import Vocabulary
from advisor.data.linking import ACCOUNT, ACCOUNT_ID
from advisor.metrics.metric_tables import quoted
from advisor.sql.dialect import DUCKDB

if TYPE_CHECKING:
    from advisor.metrics.metric_tables import Connection


@dataclass(frozen=True)
class Linked:
    """The tables written, as `Given.columns` has them, and what was found on the way."""

    given: dict[str, dict[str, bool]]
    problems: list[Problem]
    accounts: int


@dataclass
class Links:
    """Links the tables of one book. `kept`: the condition by which a table's rows take part, empty for all."""

    typing: Typing
    as_of: datetime.date
    tables: Mapping[str, Typed]
    problems: list[Problem] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection: Connection = self.typing.connection
        self.accounts = f"{self.typing.schema}.linked_accounts"

    def link(self, vocabulary: Vocabulary) -> Linked:
        """Write `t_<entity>` for every table, in the vocabulary's order."""
        in_order = [self.tables[name] for name in vocabulary.entities if name in self.tables]
        for table in in_order:
            if table.entity.name == ACCOUNT:
                self._number_accounts(table)
        given = {}
        for table in in_order:
            self._leave_out_later(table)
            if ACCOUNT_ID in table.entity.fields:
                self._set_aside(table)
            self._keep_one(table)
            given[table.entity.name] = self._write(table)
        for table in in_order:
            self._check_references(table, given)
        return Linked(given, self.problems, self._one(f'SELECT count(*) FROM "t_{ACCOUNT}"'))

    # --- which rows take part --------------------------------------------------------------------

    def _one(self, text: str) -> int:
        found = self.connection.execute(text).fetchone()
        return int(found[0]) if found and found[0] is not None else 0

    def _source(self, table: Typed) -> str:
        """The rows that take part so far, each beside its account where it has one."""
        owner = f" LEFT JOIN {self.accounts} a ON a._id = t.account_id" if ACCOUNT_ID in table.columns else ""
        return f"FROM {table.table} t{owner} WHERE {self.kept.get(table.entity.name) or 'TRUE'}"

    def _also(self, table: Typed, test: str) -> None:
        before = self.kept.get(table.entity.name)
        self.kept[table.entity.name] = f"{before} AND {test}" if before else test

    def _number_accounts(self, table: Typed) -> None:
        """All accounts with their numbers; one whose day lies ahead has none, though its rows have their account."""
        dated = table.entity.dated
        later = f"coalesce(t.{quoted(dated)} > {self._day}, FALSE)" if dated in table.columns else "FALSE"
        number = "CASE WHEN NOT later THEN row_number() OVER (PARTITION BY later ORDER BY n) - 1 END"
        select = f"SELECT _id, {number} AS _aid FROM (SELECT _id, n, {later} AS later FROM {table.table} t)"
        self.connection.execute(f"CREATE OR REPLACE TABLE {self.accounts} AS {select}")

    @property
    def _day(self) -> str:
        return DUCKDB.literal(self.as_of)

    def _leave_out_later(self, table: Typed) -> None:
        dated = table.entity.dated
        if dated not in table.columns or table.entity.fields[dated].type != "date":
            return
        later = f"t.{quoted(dated)} > {self._day}"
        found = self.connection.execute(f"SELECT count(*), min(t.n) FROM {table.table} t WHERE {later}").fetchone()
        count, first = found or (0, None)
        if not count:
            return
        value = self.connection.execute(f"SELECT {quoted(dated)} FROM {table.table} WHERE n = {first}").fetchone()
        details = {"count": count, "as_of": self.as_of, "column": dated, "value": value[0] if value else ""}
        self.problems.append(table.problem("data-later-rows", first, details))
        self._also(table, f"coalesce({later}, FALSE) = FALSE")

    def _set_aside(self, table: Typed) -> None:
        """A row that is nobody's cannot be advised on; in a table of the whole book it concerns everyone."""
        shared = table.entity.rows == "book"
        if ACCOUNT_ID not in table.columns:
            if not shared:
                self._aside_all(table)
            return
        mine = f"(a._id IS NOT NULL{' OR t.account_id IS NULL' if shared else ''})"
        source = f"{self._source(table)} AND NOT {mine}"
        found = f"SELECT t.account_id, min(t.n), count(*) {source}"
        nobody = self.connection.execute(f"{found} AND t.account_id IS NULL GROUP BY 1").fetchall()
        unknown = self.connection.execute(
            f"{found} AND t.account_id IS NOT NULL GROUP BY 1 ORDER BY 2 LIMIT {self.typing.most}"
        ).fetchall()
        if not nobody and not unknown:
            return
        for account_id, first, count in sorted([*nobody, *unknown], key=lambda row: row[1]):
            self._stray(table, account_id or "", first, count)
        if len(unknown) == self.typing.most:
            rest = self._one(f"SELECT count(DISTINCT t.account_id) {source}") - len(unknown)
            last = table.problem("data-unknown-account", unknown[-1][1], {"column": ACCOUNT_ID})
            self.problems += [self.typing.more(last, rest)] if rest else []
        self._also(table, mine)

    def _aside_all(self, table: Typed) -> None:
        count = self._one(f"SELECT count(*) {self._source(table)}")
        if count:
            self._stray(table, "", self._one(f"SELECT min(t.n) {self._source(table)}"), count)
            self._also(table, "FALSE")

    def _stray(self, table: Typed, account_id: str, first: int, count: int) -> None:
        code = "data-unknown-account" if account_id else "data-without-account"
        details = {"column": ACCOUNT_ID, "value": account_id, "count": count}
        self.problems.append(table.problem(code, first, details))

    def _keep_one(self, table: Typed) -> None:
        if table.entity.rows != "single":
            return
        rows = self.connection.execute(f"SELECT t.n {self._source(table)} ORDER BY 1 LIMIT 2").fetchall()
        if len(rows) > 1:
            count = self._one(f"SELECT count(*) {self._source(table)}")
            self.problems.append(table.problem("data-one-row-only", rows[1][0], {"count": count - 1}))
            self._also(table, f"t.n = {rows[0][0]}")

    # --- writing ---------------------------------------------------------------------------------

    def _write(self, table: Typed) -> dict[str, bool]:
        """The table as `store.write` has it: numbered, ordered by account, with the columns that say anything."""
        entity, source = table.entity, self._source(table)
        fields = [name for name in entity.fields if name in table.columns]
        rid = "t.n" if not self.kept.get(entity.name) else "row_number() OVER (ORDER BY t.n) - 1"
        owner, number = ("t.account_id", "a._aid") if ACCOUNT_ID in table.columns else ("NULL", "NULL")
        if entity.name == ACCOUNT:
            owner, number = "t._id", rid
        picked = [f"CAST({rid} AS BIGINT) AS _rid", f"CAST({number} AS BIGINT) AS _aid", "t._id AS _id"]
        picked.append(f"CAST({owner} AS VARCHAR) AS _account")
        said = self._said(f"{table.table} t", "t.", [(name, name in table.nones) for name in fields])
        for name, (_, none) in said.items():
            picked.append(f"t.{quoted(name)}")
            if none:
                picked.append(f"t.{quoted(name + '?')}")
        picked.append(f"{self._record_text(table)} AS _where")
        order = "_rid" if owner == "NULL" else "_aid, _rid"
        target = f'"t_{entity.name}"'
        self.connection.execute(f"CREATE TABLE {target} AS SELECT {', '.join(picked)} {source} ORDER BY {order}")
        return {name: none for name, (_, none) in self._kept_columns(table, target, said).items()}

    def _said(self, source: str, at: str, fields: list[tuple[str, bool]]) -> dict[str, tuple[bool, bool]]:
        """Of which fields any row says what they are, and of which any says that they are none."""
        found = {}
        for name, can_be_none in fields:
            known = self._any(source, f"{at}{quoted(name)} IS NOT NULL")
            none = can_be_none and self._any(source, f"{at}{quoted(name + '?')}")
            if known or none:
                found[name] = known, none
        return found

    def _any(self, source: str, test: str) -> bool:
        return bool(self.connection.execute(f"SELECT 1 FROM {source} WHERE {test} LIMIT 1").fetchone())

    def _kept_columns(
        self, table: Typed, target: str, said: dict[str, tuple[bool, bool]]
    ) -> dict[str, tuple[bool, bool]]:
        """Drop the columns of which only rows spoke that take no part."""
        if not self.kept.get(table.entity.name):
            return said
        left = self._said(target, "", [(name, none) for name, (_, none) in said.items()])
        for name, (_, none) in said.items():
            gone = [name] if name not in left else []
            gone += [f"{name}?"] if none and not left.get(name, (False, False))[1] else []
            for column in gone:
                self.connection.execute(f"ALTER TABLE {target} DROP COLUMN {quoted(column)}")
        return left

    def _record_text(self, table: Typed) -> str:
        """How reasons name a record, as `data.rows.record_text`."""
        dated, text = table.entity.dated, f"{DUCKDB.string(table.entity.name + ' ')} || t._id"
        if dated in table.columns and table.entity.fields[dated].type == "date":
            text += f" || coalesce(' ' || CAST(t.{quoted(dated)} AS VARCHAR), '')"
        return text

    # --- references ------------------------------------------------------------------------------

    def _check_references(self, table: Typed, given: Mapping[str, Mapping[str, bool]]) -> None:
        """A note for each record that is missing, or another account's, with the first row that points to it."""
        for name, of in table.entity.fields.items():
            if of.type != "ref" or name == ACCOUNT_ID or of.to not in given or name not in given[table.entity.name]:
                continue
            column = f"t.{quoted(name)}"
            source, position = self._source(table), "t.n"
            if not self.kept.get(table.entity.name):  # then a row's position is its number
                source, position = f'FROM "t_{table.entity.name}" t WHERE TRUE', "t._rid"
            there = f'EXISTS (SELECT 1 FROM "t_{of.to}" x WHERE x._id = {column}'
            wrong = {"data-unknown-reference": f"NOT {there})"}
            if own := self._account_of(table):
                wrong["data-reference-elsewhere"] = f"{there} AND x._account <> {own})"
            for code, test in wrong.items():
                rows = f"{source} AND {column} IS NOT NULL AND {test}"
                details = {"column": name, "target": self._target(of.to)}
                self._note_references(table, code, rows, column, position, details)

    def _note_references(
        self, table: Typed, code: str, rows: str, column: str, position: str, details: Mapping[str, Any]
    ) -> None:
        """A note for each record that `column` names in some rows."""
        found = self.connection.execute(
            f"SELECT {column}, min({position}), count(*) {rows} GROUP BY 1 ORDER BY 2 LIMIT {self.typing.most}"
        ).fetchall()
        for wanted, first, count in found:
            self.problems.append(table.problem(code, first, {**details, "value": wanted, "count": count}, "note"))
        if len(found) == self.typing.most:
            rest = self._one(f"SELECT count(DISTINCT {column}) {rows}") - len(found)
            if rest:
                self.problems.append(self.typing.more(self.problems[-1], rest))

    def _account_of(self, table: Typed) -> str:
        """SQL for the account that a row belongs to; empty where a table's rows belong to none."""
        if table.entity.name == ACCOUNT:
            return "t._id"
        return f"t.{quoted(ACCOUNT_ID)}" if ACCOUNT_ID in table.columns else ""

    def _target(self, name: str) -> str:
        return self.tables[name].entity.table
