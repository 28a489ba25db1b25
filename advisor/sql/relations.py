"""Whose facts stand where: one relation for each kind of row that a condition can have in hand.

Every relation has a row number `_rid` and the number `_aid` of its account. It grows level by level: a level adds the
facts that can be made of what lower levels hold, of any relation. Each level is one common table expression.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from advisor.core.vocabulary import Entity, Vocabulary
from advisor.sql.dialect import DuckDB
from advisor.sql.terms import Term

ACCOUNT = "account"


@dataclass(frozen=True)
class Given:
    """The tables that there are: for each entity its columns, and those of them that can be none.

    `metrics` are the columns of each metric's result. An entity that is missing is an unknown table.
    """

    columns: Mapping[str, Mapping[str, bool]]
    metrics: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def has(self, entity: str) -> bool:
        return entity in self.columns


@dataclass
class Relation:
    """Rows of one entity, each beside its account. `on` says how it joins the relations in `needs`.

    `start` is what it is made of at its first level, `columns` are the facts that it has there and whether each can be
    none. `added` are columns by level, `joins` what those need joined.
    """

    alias: str
    entity: str
    start: str
    columns: Mapping[str, bool] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    on: str = ""
    base_level: int = 0
    reads: frozenset[str] = frozenset()
    added: dict[int, dict[str, Term]] = field(default_factory=dict)
    joins: dict[int, list[str]] = field(default_factory=dict)

    def add(self, name: str, value: Term) -> Term:
        """A new column, made of an expression; what reads it comes one level later."""
        level = max(value.level, self.base_level) + 1
        self.added.setdefault(level, {})[name] = value
        return Term(f"{self.alias}.{name}", level, frozenset({self.alias}))

    def column(self, name: str) -> Term:
        """A column that is there from the first level on."""
        return Term(f"{self.alias}.{name}", self.base_level, frozenset({self.alias}))

    def levels(self) -> list[int]:
        return sorted({self.base_level, *self.added, *self.joins})

    def at(self, level: int) -> str:
        """The name of the relation as it stands at a level."""
        return f"{self.alias}_{max((one for one in self.levels() if one <= level), default=self.base_level)}"


class Relations:
    """All relations that one statement needs, made when they are first asked for."""

    def __init__(self, vocabulary: Vocabulary, given: Given, dialect: DuckDB) -> None:
        self.vocabulary = vocabulary
        self.given = given
        self.dialect = dialect
        self.by_key: dict[tuple[str, ...], Relation] = {}
        self.by_alias: dict[str, Relation] = {}
        self.account = self._new((ACCOUNT,), ACCOUNT, f"SELECT * FROM {self.table(ACCOUNT)}", on="")

    def table(self, entity: str) -> str:
        """The rows of an entity that are looked at, of the accounts in hand."""
        return self.dialect.quoted(f"in_{entity}")

    def whole(self, entity: str) -> str:
        """All rows of an entity: what is pointed to may be anybody's."""
        return self.dialect.quoted(f"all_{entity}")

    def _new(
        self, key: tuple[str, ...], entity: str, start: str, sets: Mapping[str, bool] | None = None, **more: object
    ) -> Relation:
        columns = {**self.given.columns.get(entity, {}), **(sets or {})}
        found = Relation(f"r{len(self.by_key)}", entity, start, columns, **more)  # type: ignore[arg-type]
        self.by_key[key] = self.by_alias[found.alias] = found
        return found

    def rows(self, entity: str, hand: tuple[Relation, ...] = ()) -> Relation | None:
        """The rows of an entity that concern each account; None where the table is unknown.

        Rows that are looked at beside others of their kind are a relation of their own.
        """
        if not self.given.has(entity):
            return None
        key = ("rows", entity, str(sum(one.entity == entity for one in hand)))
        if key not in self.by_key:
            of = self.vocabulary.entities[entity]
            sets = dict.fromkeys(of.through.get("sets") or {}, False) if self._is_tied(of) else {}
            self._new(key, entity, self._start(of), sets, needs=(self.account.alias,), on="{0}._rid = {self}._aid")
        return self.by_key[key]

    def _is_tied(self, of: Entity) -> bool:
        """Is there a table that ties these rows to accounts?"""
        return self.given.has(str(of.through.get("entity", "")))

    def _start(self, of: Entity) -> str:
        table, accounts = self.table(of.name), self.table(ACCOUNT)
        if self._is_tied(of):
            return self._through(of, str(of.through["entity"]))
        if "account_id" in of.fields and of.rows != "book":
            return f"SELECT * FROM {table} WHERE _aid IS NOT NULL"
        shared = "t._account IS NULL OR t._account = a._id" if "account_id" in of.fields else "TRUE"
        number = self.dialect.numbered("a._rid", "t._rid")
        inner = ", ".join(f"t.{name}" for name in self._inner(of.name))
        return f"SELECT {number} AS _rid, a._rid AS _aid, {inner} FROM {accounts} a JOIN {table} t ON {shared}"

    def _inner(self, entity: str) -> list[str]:
        """A table's columns but its numbers."""
        found = ["_id", "_account"]
        for name, can_be_none in self.given.columns[entity].items():
            found += [self.dialect.quoted(name), *([self.dialect.quoted(f"{name}?")] if can_be_none else [])]
        return found

    def _through(self, of: Entity, through: str) -> str:
        """Rows that another table ties to the account; the pair makes some of their facts known."""
        sets = of.through.get("sets") or {}
        hidden = {self.dialect.quoted(name) for one in sets for name in (one, f"{one}?")}
        kept = [f"t.{name}" for name in self._inner(of.name) if name not in hidden]
        kept += [f"{self.dialect.literal(data)} AS {self.dialect.quoted(name)}" for name, data in sets.items()]
        pairs = (
            f"SELECT _aid, {self.dialect.quoted(of.name + '_id')} AS target, min(_rid) AS first "
            f"FROM {self.table(through)} WHERE _aid IS NOT NULL GROUP BY 1, 2"
        )
        number = self.dialect.numbered("p._aid", "p.first")
        return (
            f"SELECT {number} AS _rid, p._aid AS _aid, {', '.join(kept)} "
            f"FROM ({pairs}) p JOIN {self.table(of.name)} t ON t._id = p.target"
        )

    def pointed(self, base: Relation, name: str, target: str, link: Term) -> Relation | None:
        """For each row of a relation the row that its field points to: none where it is another account's."""
        if not self.given.has(target):
            return None
        key = ("pointed", base.alias, name)
        if key not in self.by_key:
            inner = ", ".join(f"t.{one}" for one in self._inner(target))
            own = f"{base.alias}._aid"
            start = (
                f"SELECT {base.alias}._rid AS _rid, {own} AS _aid, {inner} FROM {{from}} "
                f"LEFT JOIN {self.whole(target)} t ON t._id = {link} AND coalesce(t._aid, {own}) = {own}"
            )
            self._new(
                key, target, start, needs=(base.alias,), on="{self}._rid = {0}._rid", base_level=link.level,
                reads=link.reads | {base.alias},
            )  # fmt: skip
        return self.by_key[key]

    def single(self, entity: str) -> Relation | None:
        """The one row that the whole book has of an entity, beside every account."""
        if not self.given.has(entity):
            return None
        key = ("single", entity)
        if key not in self.by_key:
            inner = ", ".join(f"t.{one}" for one in self._inner(entity))
            start = (
                f"SELECT a._rid AS _rid, a._rid AS _aid, {inner} FROM {self.table(ACCOUNT)} a "
                f"LEFT JOIN (SELECT * FROM {self.table(entity)} WHERE _rid = 0) t ON TRUE"
            )
            self._new(key, entity, start, needs=(self.account.alias,), on="{self}._rid = {0}._rid")
        return self.by_key[key]

    def pair(self, first: Relation, second: Relation) -> Relation:
        """Every two rows of one account, for conditions within conditions."""
        key = ("pair", first.alias, second.alias)
        if key not in self.by_key:
            level = max(first.base_level, second.base_level)
            order = f"{first.alias}._rid, {second.alias}._rid"
            start = (
                f"SELECT {self.dialect.numbered(f'{first.alias}._aid', order)} AS _rid, "
                f"{first.alias}._aid AS _aid, {first.alias}._rid AS _k0, {second.alias}._rid AS _k1 FROM {{from}}"
            )
            self._new(
                key, "", start, needs=(first.alias, second.alias),
                on="{self}._k0 = {0}._rid AND {self}._k1 = {1}._rid", base_level=level,
                reads=frozenset({first.alias, second.alias}),
            )  # fmt: skip
        return self.by_key[key]

    # --- joining ---------------------------------------------------------------------------------

    def source(self, drivers: tuple[Relation, ...], reads: frozenset[str], level: int) -> str:
        """A FROM clause: the drivers side by side within their account, and whatever else is read beside them."""
        done: list[str] = []
        text = ""
        for one in drivers:
            text += f" JOIN {one.at(level)} {one.alias} ON {one.alias}._aid = {done[0]}._aid" if done else (
                f"{one.at(level)} {one.alias}"
            )  # fmt: skip
            done.append(one.alias)
        for alias in sorted(reads, key=lambda alias: int(alias[1:])):
            text += self._join(alias, done, level)
        return text

    def _join(self, alias: str, done: list[str], level: int) -> str:
        if alias in done:
            return ""
        one = self.by_alias[alias]
        text = "".join(self._join(need, done, level) for need in one.needs)
        own = one is self.account
        on = f"{alias}._rid = {done[0]}._aid" if own else one.on.format(*one.needs, self=alias)
        done.append(alias)
        return f"{text} JOIN {one.at(level)} {alias} ON {on}"
