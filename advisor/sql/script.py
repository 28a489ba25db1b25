"""The whole matching as one script over canonical tables, for a team to run inside its own warehouse."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from advisor.content.content import Content
from advisor.content.plays import PORTFOLIO, Play
from advisor.core.model import stop
from advisor.core.tree import Metric, Node
from advisor.core.vocabulary import Entity, Vocabulary, nearest
from advisor.data.tables import read_folder
from advisor.metrics.metric_needs import CLOSED, tables_needed
from advisor.metrics.metrics import words_of
from advisor.metrics.sql_guard import adapted
from advisor.sql.dialect import DuckDB
from advisor.sql.expressions import Expressions
from advisor.sql.relations import ACCOUNT, Given
from advisor.sql.statement import Builder, Statement

OWN = "advisor_"
_NUMBERS = ("_rid", "_aid", "_id", "_account")


@dataclass
class Script:
    """Writes the script.

    Args: columns – the fields that each of the team's tables has, by entity; a table that is missing is unknown. as_of,
    closed – the day and the closing periods; plays – those that are looked for.
    """

    content: Content
    columns: Mapping[str, Collection[str]]
    as_of: datetime.date
    closed: Sequence[tuple[datetime.date, datetime.date]]
    plays: Sequence[Play]
    dialect: DuckDB
    given: Given = field(init=False)
    _made: list[str] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.given = Given({name: self._given(name) for name in self._entities()}, self._metric_columns())

    def _entities(self) -> Iterator[str]:
        for entity in self.content.vocabulary.entities.values():
            if entity.name in self.columns or entity.name == PORTFOLIO:  # made of metrics alone
                yield entity.name

    def _given(self, name: str) -> dict[str, bool]:
        """The fields that there are; an empty cell is none where the vocabulary says so."""
        entity, there = self.content.vocabulary.entities[name], self.columns.get(name, ())
        return {one: entity.fields[one].blank == "none" for one in _recorded(entity) if one in there}

    # --- the script ------------------------------------------------------------------------------

    def text(self) -> str:
        """All statements, in order, each ended by a semicolon."""
        return "\n\n".join(f"{one};" if not one.startswith("--") else one for one in self.statements()) + "\n"

    def statements(self) -> Iterator[str]:
        """Remarks and statements; those that select are the firings, one for each kind of subject."""
        body = [one for part in (self._given_tables(), self._all_bars(), self._all_firings()) for one in part]
        clear = [f"DROP TABLE IF EXISTS {name}" for name in self._made] if self.dialect.step_by_step else []
        yield self._head()
        yield from (*clear, *body, *clear)

    @functools.cached_property
    def metrics(self) -> tuple[str, ...]:
        """The metric files that are read; where the script makes them itself, each after those that it reads."""
        read = [file for file in self.given.metrics if f"{file}:" in self._texts]
        return tuple(read if self.dialect.step_by_step else self._ordered(read))

    @functools.cached_property
    def _found(self) -> dict[str, Statement]:
        """The statement of each kind of subject."""
        found = {about: self._statement(self._nodes(about), about, about) for about in self._abouts()}
        return {about: one for about, one in found.items() if one.text}

    @functools.cached_property
    def _barring(self) -> dict[str, Statement]:
        return {entity: self._statement(nodes, entity, f"barred_{entity}") for entity, nodes in self._bars().items()}

    @functools.cached_property
    def _texts(self) -> str:
        return " ".join(one.text for one in (*self._found.values(), *self._barring.values()))

    def _abouts(self) -> list[str]:
        return list(dict.fromkeys(play.about for play in self.plays))

    def _given_tables(self) -> Iterator[str]:
        """Everything that the statements read."""
        made = () if self.dialect.step_by_step else self.metrics
        words = frozenset().union(*(words_of(self.content.metrics[file][0]) for file in made))
        read = self._read()
        if made:
            yield self._closed()
        for name, entity in self.content.vocabulary.entities.items():
            if name in self.columns and (name in read or entity.table in words):
                yield self._canonical(entity)
            elif entity.table in words:
                yield self._without_rows(entity)
        for file in made:
            yield self._metric(file)
        for name in read:
            yield from self._rows(self.content.vocabulary.entities[name])

    def _all_bars(self) -> Iterator[str]:
        for entity, one in self._barring.items():
            yield from self._bar(entity, one)

    def _all_firings(self) -> Iterator[str]:
        for about, one in self._found.items():
            yield from self._firings(about, one)

    def _nodes(self, about: str) -> dict[str, Node]:
        return {play.code: play.when for play in self.plays if play.about == about}

    def _bars(self) -> dict[str, dict[str, Node]]:
        found: dict[str, dict[str, Node]] = {}
        for guard in self.content.guards:
            for entity, node in guard.bars.items():
                if self.given.has(entity):
                    found.setdefault(entity, {})[guard.code] = node
        return found

    def _statement(self, nodes: Mapping[str, Node], about: str, name: str) -> Statement:
        reading = Expressions(self.content.vocabulary, self.content.knowledge(), self.as_of, self.given, self.dialect)
        return Builder(reading).verdicts(nodes, about).renamed(f"{OWN}{name}_")

    def _read(self) -> list[str]:
        """The entities whose rows are read, the account's first."""
        words = set(re.findall(r"\w+", self._texts))
        names = [one for one in self.given.columns if {f"in_{one}", f"all_{one}"} & words or one == ACCOUNT]
        return sorted(names, key=lambda one: one != ACCOUNT)

    def _head(self) -> str:
        tables = ", ".join(
            self.content.vocabulary.entities[name].table for name in self._read() if name in self.columns
        )
        made = ", ".join(_table_of(file) for file in self.metrics)
        lines = [
            f"Which plays fire on {self.as_of}, as SQL for {self.dialect.name}.",
            f"Content {self.content.digest}; {len(self.plays)} plays.",
            "Each SELECT gives account_id, subject_id, play: a row for each play that fires, before arbitration.",
            f"Reads the tables {tables}:",
            "columns and units as in rules/facts.yaml, lists as arrays, an unknown fact as NULL.",
        ]
        if self.dialect.step_by_step:
            lines.append("What it makes begins with advisor_ and is dropped in the end.")
            lines += [f"Must be there: {made}; `advisor sql --metrics DIR` writes them."] if made else []
        return "\n".join(f"-- {line}" for line in lines)

    # --- tables ----------------------------------------------------------------------------------

    def _table(self, name: str, body: str) -> str:
        """A table of the script's own."""
        self._made.append(self.dialect.quoted(name))
        return self.dialect.create_table(self.dialect.quoted(name), body)

    def _view(self, name: str, body: str) -> str:
        return self.dialect.create_view(self.dialect.quoted(name), body)

    def _closed(self) -> str:
        days = [
            f"SELECT {self.dialect.literal(a)} AS first_on, {self.dialect.literal(b)} AS last_on"
            for a, b in self.closed
        ]
        nothing = "SELECT CAST(NULL AS DATE) AS first_on, CAST(NULL AS DATE) AS last_on WHERE FALSE"
        return self._view(OWN + CLOSED, " UNION ALL ".join(days) or nothing)

    def _canonical(self, entity: Entity) -> str:
        """A team's table as the rules know it: all recorded fields with their types, no rows of later days."""
        there, quoted = self.columns[entity.name], self.dialect.quoted
        cells = {name: f"t.{quoted(name)}" if name in there else "NULL" for name in _recorded(entity)}
        types = {name: self.dialect.type(kind.type) for name, kind in _recorded(entity).items()}
        parts = [f"CAST({cell} AS {types[name]}) AS {quoted(name)}" for name, cell in cells.items()]
        if "id" not in _recorded(entity):
            order = ", ".join(f"t.{quoted(name)}" for name in there) or "1"
            number = f"CAST(row_number() OVER (ORDER BY {order}) AS {self.dialect.text})"
            parts.append(f"{number if entity.rows != 'single' else self.dialect.literal(entity.name)} AS id")
        parts.append(f"CAST(NULL AS {self.dialect.text}) AS source")
        where = " AND ".join(self._kept(entity)) or "TRUE"
        return self._view(OWN + entity.table, f"SELECT {', '.join(parts)} FROM {quoted(entity.table)} t WHERE {where}")

    def _without_rows(self, entity: Entity) -> str:
        """A table that the team does not have, for metrics that make do without it."""
        types = {name: self.dialect.type(kind.type) for name, kind in _recorded(entity).items()}
        cells = {**types, "id": self.dialect.text, "source": self.dialect.text}
        parts = [f"CAST(NULL AS {kind}) AS {self.dialect.quoted(name)}" for name, kind in cells.items()]
        return self._view(OWN + entity.table, f"SELECT {', '.join(parts)} WHERE FALSE")

    def _kept(self, entity: Entity) -> Iterator[str]:
        """Rows of later days are left out, and rows of nobody."""
        there, quoted = self.columns[entity.name], self.dialect.quoted
        if entity.dated in there:
            day = f"t.{quoted(entity.dated)}"
            yield f"({day} IS NULL OR {day} <= {self.dialect.literal(self.as_of)})"
        if "account_id" in there:
            accounts = quoted(self.content.vocabulary.entities[ACCOUNT].table)
            own = f"t.account_id IN (SELECT id FROM {accounts})"
            yield f"(t.account_id IS NULL OR {own})" if entity.rows == "book" else own

    def _rows(self, entity: Entity) -> Iterator[str]:
        """The views that conditions read: numbered rows, each beside its account."""
        yield self._table(f"{OWN}rows_{entity.name}", self._numbered(entity))
        rows = f"SELECT * FROM {self.dialect.quoted(f'{OWN}rows_{entity.name}')}"
        yield self._view(f"all_{entity.name}", rows)
        yield self._view(f"in_{entity.name}", self._accounts() if entity.name == ACCOUNT else rows)

    def _numbered(self, entity: Entity) -> str:
        quoted, text = self.dialect.quoted, self.dialect.text
        fields = [
            f"t.{quoted(name)}" + (f", t.{quoted(name)} IS NULL AS {quoted(name + '?')}" if none else "")
            for name, none in self.given.columns[entity.name].items()
        ]
        if entity.name not in self.columns:
            numbers = [f"{data} AS {name}" for data, name in zip(self._alone(entity), _NUMBERS, strict=True)]
            return f"SELECT {', '.join(numbers)}"
        table = f"{quoted(OWN + entity.table)} t"
        if "account_id" in self.columns[entity.name]:
            number = self.dialect.numbered("coalesce(a._rid, -1)", "t.id")
            numbers = [f"{number} AS _rid", "a._rid AS _aid", "t.id AS _id", "t.account_id AS _account"]
            table += f" LEFT JOIN {quoted(f'{OWN}rows_{ACCOUNT}')} a ON a._id = t.account_id"
        else:
            number = "CAST(row_number() OVER (ORDER BY t.id) - 1 AS BIGINT)"
            own = (number, "t.id") if entity.name == ACCOUNT else ("CAST(NULL AS BIGINT)", f"CAST(NULL AS {text})")
            numbers = [f"{number} AS _rid", f"{own[0]} AS _aid", "t.id AS _id", f"{own[1]} AS _account"]
        return f"SELECT {', '.join([*numbers, *fields])} FROM {table}"

    def _alone(self, entity: Entity) -> tuple[str, ...]:
        name, text = self.dialect.literal(entity.name), self.dialect.text
        return "CAST(0 AS BIGINT)", "CAST(NULL AS BIGINT)", name, f"CAST(NULL AS {text})"

    def _accounts(self) -> str:
        """The accounts with the metrics that facts read beside them; a metric of the whole book stands beside all."""
        quoted, kinds = self.dialect.quoted, self._kinds()
        source, picked = f"{quoted(f'{OWN}rows_{ACCOUNT}')} a", ["a.*"]
        for number, file in enumerate(one for one in self.metrics if one in self.given.metrics):
            table = f"m{number}"
            source += f" LEFT JOIN {quoted(_table_of(file))} {table} ON coalesce({table}.account_id, a._id) = a._id"
            for column in sorted(self.given.metrics[file]):
                kind = self.dialect.type(kinds[(file, column)])
                picked.append(f"CAST({table}.{quoted(column)} AS {kind}) AS {quoted(f'{file}:{column}')}")
                picked.append(f"FALSE AS {quoted(f'{file}:{column}?')}")
        return f"SELECT {', '.join(picked)} FROM {source}"

    # --- metrics ---------------------------------------------------------------------------------

    def metric_tables(self) -> dict[str, str]:
        """The tables that the script reads metrics from, by the metrics' files."""
        return {file: _table_of(file) for file in self.metrics}

    def _kinds(self) -> dict[tuple[str, str], str]:
        entities = self.content.vocabulary.entities
        return {
            (one.expr.file, one.expr.column): entities[entity].fields[name].type
            for (entity, name), one in self.content.derived.items()
            if isinstance(one.expr, Metric)
        }

    def _metric_columns(self) -> dict[str, frozenset[str]]:
        """The columns of metrics whose tables the team has."""
        found: dict[str, set[str]] = {}
        for file, column in self._kinds():
            if self._can_be_made(file):
                found.setdefault(file, set()).add(column)
        return {file: frozenset(columns) for file, columns in found.items()}

    def _can_be_made(self, file: str) -> bool:
        needed = [self.content.vocabulary.by_table(table) for table in tables_needed(self.content.metrics[file][0])]
        return all(entity is not None and entity.name in self.columns for entity in needed)

    def _ordered(self, read: Sequence[str]) -> list[str]:
        found: dict[str, None] = {}

        def add(file: str) -> None:
            words = words_of(self.content.metrics[file][0])
            for other in self.content.metrics:
                if other != file and f"metric_{other.removesuffix('.sql')}" in words:
                    add(other)
            found.setdefault(file)

        for file in read:
            add(file)
        return list(found)

    def _metric(self, file: str) -> str:
        text = self.content.metrics[file][0]
        entities = self.content.vocabulary.entities.values()
        tables = {entity.table: OWN + entity.table for entity in entities} | {CLOSED: OWN + CLOSED}
        tables |= {f"metric_{name.removesuffix('.sql')}": _table_of(name) for name in self.content.metrics}
        values = {f"policy_{name}": _constant(data) for name, data in self.content.policy.items()}
        select = adapted(text, tables, {**values, "as_of": _constant(self.as_of)}, self.dialect.name)
        return self._table(_table_of(file), select)

    # --- firings ---------------------------------------------------------------------------------

    def _bar(self, entity: str, one: Statement) -> Iterator[str]:
        """Rows that a guard keeps everybody away from are taken out of what conditions see."""
        barred, quoted = f"{OWN}barred_{entity}", self.dialect.quoted
        last = yield from self._steps(one)
        test = " OR ".join(one.columns.values())
        yield self._table(barred, f"{last[0]}SELECT row_number FROM ({last[1]}) AS b WHERE {test}")
        kept = f"_rid NOT IN (SELECT row_number FROM {quoted(barred)})"
        yield self._view(f"in_{entity}", f"SELECT * FROM {quoted(f'{OWN}rows_{entity}')} WHERE {kept}")

    def _firings(self, about: str, one: Statement) -> Iterator[str]:
        last = yield from self._steps(one)
        codes = [f"CASE WHEN {column} THEN {self.dialect.string(code)} END" for code, column in one.columns.items()]
        fired = self.dialect.kept(self.dialect.list(codes), "x IS NOT NULL")
        yield f"-- {about}: {', '.join(one.columns)}"
        yield (
            f"{last[0]}SELECT account_id, subject_id, {self.dialect.spread(fired)} AS play\n"
            f"FROM ({last[1]}) AS verdicts ORDER BY account_id, subject_id, play"
        )

    def _steps(self, one: Statement) -> Generator[str, None, tuple[str, str]]:
        """The steps of a statement as statements of their own, where the dialect wants that.

        Returns: what stands before its SELECT, and the SELECT.
        """
        last = one.last.rpartition(" ORDER BY ")[0]
        if not self.dialect.step_by_step:
            tables = ",\n".join(f"{name} AS ({body})" for name, body in one.steps.items())
            return f"WITH {tables}\n", last
        kept = one.kept()
        for name, body in one.steps.items():
            yield self._table(name, body) if name in kept else self._view(name, body)
        return "", last


# --- what to write it for ------------------------------------------------------------------------


def columns_of(vocabulary: Vocabulary, folder: Path | None, tables: str | None) -> dict[str, tuple[str, ...]]:
    """The fields that the team's tables have, by entity: those of a folder's headers, else all that can be recorded.

    Args: folder – of tables; tables – the tables' names with commas between them; without either there are all.
    Raises: AdvisorError – no such table, or none of accounts.
    """
    if folder:
        found = read_folder(folder, vocabulary).found.values()
        there = {one.entity.name: tuple(kind.name for kind in one.fields if kind is not None) for one in found}
    else:
        there = {one.name: tuple(_recorded(one)) for one in vocabulary.entities.values() if one.name != PORTFOLIO}
    if tables is not None:
        wanted = [_table_named(vocabulary, name.strip()) for name in tables.split(",") if name.strip()]
        there = {name: columns for name, columns in there.items() if name in wanted}
    if ACCOUNT not in there:
        raise stop("script-without-accounts", 2, table=vocabulary.entities[ACCOUNT].table)
    return there


def _table_named(vocabulary: Vocabulary, name: str) -> str:
    found = vocabulary.by_table(name)
    if found is None or found.name == PORTFOLIO:
        known = [one.table for one in vocabulary.entities.values() if one.name != PORTFOLIO]
        raise stop("script-unknown-table", 2, name=name, near=nearest(name, known), known=", ".join(known))
    return found.name


def plays_of(content: Content, as_of: datetime.date, wanted: Sequence[str]) -> tuple[Play, ...]:
    """The plays of these names, else all that are in force, of accounts and what belongs to them.

    Raises: AdvisorError – there is no such play, or it is about the book as a whole.
    """
    found = [content.play(name) for name in wanted]
    for play in found:
        if play.about == PORTFOLIO:
            raise stop("script-whole-book", 2, play=play.code)
    return tuple(found) or tuple(one for one in content.plays if one.about != PORTFOLIO and one.runs_on(as_of))


def _recorded(entity: Entity) -> dict[str, Any]:
    return {name: kind for name, kind in entity.fields.items() if kind.recorded}


def _table_of(file: str) -> str:
    return f"{OWN}metric_{file.removesuffix('.sql')}"


def _constant(data: Any) -> str:
    """A parameter's value in DuckDB's SQL, with no more digits than it has."""
    if isinstance(data, tuple | list):
        return f"[{', '.join(map(_constant, data))}]"
    if isinstance(data, int | Decimal) and not isinstance(data, bool):
        return format(data, "f") if isinstance(data, Decimal) else str(data)
    return DuckDB().literal(data)
