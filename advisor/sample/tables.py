"""The tables of a made-up book, each as one SELECT; the rows of an account follow from its number alone."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from advisor.core.model import Problem
from advisor.core.vocabulary import LISTS, Entity, Field, Vocabulary, nearest
from advisor.core.yaml_in import Item, check_keys
from advisor.sample.dirt import Dirt, clean
from advisor.sample.levels import levelled
from advisor.sample.making import Column, Maker, literal, quoted

KEYS = {"as_of", "lists", "gaps", "dirt", "tables"}
_TABLE_KEYS = {"fields", "rows", "per_account", "always"}
_ROW = 4096  # the numbers that an account's rows have for themselves
_ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Plan:
    """One table: its entity and the columns that are written and read; `chances` are what they draw."""

    entity: Entity
    item: Item
    maker: Maker
    columns: dict[str, Column]

    @property
    def written(self) -> list[str]:
        return [name for name in self.columns if not name.startswith("_")]

    @property
    def literal_rows(self) -> list[Item] | None:
        rows = self.item.get("rows")
        return rows.value if rows and rows.is_list else None


@dataclass
class Book:
    """All tables of rules/sample.yaml, with every problem found in it."""

    content: Item
    vocabulary: Vocabulary
    seed: int
    as_of: datetime.date
    accounts: int
    problems: list[Problem] = dataclasses.field(default_factory=list)
    plans: dict[str, Plan] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        check_keys(self.content, KEYS, self.problems)
        tables = self.content.get("tables") or Item({}, self.content.place)
        known = {entity.table: entity for entity in self.vocabulary.entities.values()}
        for name, item in tables.items():
            if name not in known:
                self._unknown(name, item, known)
        root = next(entity for entity in known.values() if entity.rows == "one")
        ordered = sorted(tables.items(), key=lambda one: one[0] != root.table)
        for name, item in ordered:  # the accounts come first: the others read their columns
            if name in known:
                self.plans[name] = self._plan(known[name], item)
        self._counts(self.plans[root.table])

    # --- reading -----------------------------------------------------------------------------------

    def _plan(self, entity: Entity, item: Item) -> Plan:
        check_keys(item, _TABLE_KEYS, self.problems)
        fields = item.get("fields") or Item({}, item.place)
        maker = Maker(entity.table, self.seed, self.as_of, self._lists(), self._names(entity, fields), self.problems)
        plan = Plan(entity, item, maker, {})
        always = {one.value for one in (item.get("always") or Item([], item.place)).each()}
        for name, one in fields.items():
            self._check_field(entity, name, one)
            column = maker.column(name, one)
            spared = name in always or entity.rows not in ("one", "many") or not _may_lack(entity.fields.get(name))
            plan.columns[name] = column if spared else self._gap(maker, column)
        for row in plan.literal_rows or []:
            for name, one in row.items():
                self._check_field(entity, name, Item({"value": one}, one.place))
        return plan

    def _lists(self) -> dict[str, list[str]]:
        lists = self.content.get("lists")
        return {name: [str(one.value) for one in item.each()] for name, item in (lists.items() if lists else ())}

    def _names(self, entity: Entity, fields: Item) -> dict[str, str]:
        """What formulas may read: the row's numbers, its columns, and the account's columns as account_<name>."""
        names = {"n": "_n", "j": "_j", "accounts": str(self.accounts)}
        names |= {name: quoted(name) for name, _ in fields.items()}
        root = next((plan for plan in self.plans.values() if plan.entity.rows == "one"), None)
        if entity.rows == "many" and root is not None:
            names |= {_above(name): quoted(_above(name)) for name in [*root.columns, *self._counted()]}
        if entity.rows == "one":
            names |= {name: quoted(name) for name in self._counted()}
        return names

    def _counted(self) -> list[str]:
        """The columns that hold how many rows an account has in each table."""
        tables = self.content.get("tables")
        return [f"_{name}" for name, item in (tables.items() if tables else ()) if item.get("per_account")]

    def _counts(self, root: Plan) -> None:
        share = self._share("tables")
        for name, plan in self.plans.items():
            count = plan.item.get("per_account")
            if count is not None:
                made = root.maker.column(f"_{name}", count)
                chance = root.maker.chance(f"_{name}#")
                sql = f"CASE WHEN {chance} < {share} THEN 0 ELSE CAST({made.sql} AS BIGINT) END"
                root.columns[made.name] = Column(made.name, sql, made.reads)

    def _gap(self, maker: Maker, column: Column) -> Column:
        """A field that nobody fills in at some accounts, in none of their rows."""
        chance = maker.chance(f"{column.name}#", "_n")
        sql = f"CASE WHEN {chance} >= {self._share('fields')} THEN {column.sql} END"
        return Column(column.name, sql, column.reads)

    def _share(self, name: str) -> str:
        gaps = self.content.get("gaps")
        share = gaps.get(name) if gaps else None
        return literal(share.value) if share else "0"

    # --- checks ------------------------------------------------------------------------------------

    def _unknown(self, name: str, item: Item, known: Iterable[str]) -> None:
        self.problems.append(Problem("unknown-key", item.here, "error", {"key": name, "near": nearest(name, known)}))

    def _check_field(self, entity: Entity, name: str, item: Item) -> None:
        known = entity.fields.get(name)
        if name.startswith("_"):
            return
        if known is None or not known.recorded:
            self._unknown(name, item, [one for one, of in entity.fields.items() if of.recorded])
            return
        if known.choices is None:
            return
        for place, word in _words(item):
            if word not in known.choices.labels:
                names = list(known.choices.labels)
                details = {"value": word, "name": name, "of": ", ".join(names), "near": nearest(word, names)}
                self.problems.append(Problem("unknown-choice", place.here, "error", details))

    # --- SQL ---------------------------------------------------------------------------------------

    def select(self, table: str, dirt: Dirt | None = None) -> str:
        """The rows of a table in the order of accounts. `numbers` is a table of the accounts' numbers, `n`.

        Raises: ValueError – columns read one another in a circle.
        """
        plan = self.plans[table]
        if plan.literal_rows is not None:
            return " UNION ALL ".join(self._literal(plan, row) for row in plan.literal_rows)
        rows = levelled(self._base(plan), plan.columns, plan.maker.chances, plan.written)
        if dirt is None:
            return f"SELECT {clean(plan.entity, plan.item, plan.written)} FROM ({rows})"
        return dirt.over(plan.entity, plan.item, plan.written, rows)

    def column(self, table: str, name: str) -> str:
        """The rows of a table with one of its columns and what that reads."""
        plan = self.plans[table]
        return levelled(self._base(plan), plan.columns, plan.maker.chances, [name])

    def _literal(self, plan: Plan, row: Item) -> str:
        names = list(dict.fromkeys(name for one in plan.literal_rows or [] for name, _ in one.items()))
        cells = {name: self._cell(plan, name, row.get(name)) for name in names}
        return f"SELECT {', '.join(f'{sql} AS {quoted(name)}' for name, sql in cells.items())}"

    def _cell(self, plan: Plan, name: str, item: Item | None) -> str:
        """A cell as the content has it; a date is given in days from the day of the book."""
        kind = plan.entity.fields[name].type if name in plan.entity.fields else "text"
        if item is None:
            return "NULL"
        if kind == "date" and isinstance(item.value, int):
            return f"DATE '{self.as_of.isoformat()}' + ({item.value})"
        value = ";".join(str(one.value) for one in item.each()) if kind in LISTS else item.value
        return literal(value)

    def _base(self, plan: Plan) -> str:
        if plan.entity.rows == "one":
            return f"SELECT n AS _n, n * {_ROW} AS _row FROM numbers"
        if plan.entity.rows == "many":
            return self._below(plan)
        rows = plan.item.get("rows")
        count = plan.maker.formula("rows", str(rows.value)) if rows else "0"
        return f"SELECT range AS _j, range AS _row, range AS _n FROM range(1, 1 + CAST({count} AS BIGINT))"

    def _below(self, plan: Plan) -> str:
        """The rows of accounts: as many as each has, with what the table's columns read of the account."""
        root = next(one for one in self.plans.values() if one.entity.rows == "one")
        count, read = f"_{plan.entity.table}", set().union(*(column.reads for column in plan.columns.values()))
        wanted = [name for name in root.columns if _above(name) in read]
        accounts = levelled(self._base(root), root.columns, root.maker.chances, [count, *wanted])
        picked = ", ".join(["_n", *(f"{quoted(name)} AS {quoted(_above(name))}" for name in wanted)])
        rows = f"SELECT {picked}, unnest(range(1, 1 + {quoted(count)})) AS _j FROM ({accounts})"
        return f"SELECT *, _n * {_ROW} + _j AS _row FROM ({rows})"


def _may_lack(field: Field | None) -> bool:
    """Can a field be left out altogether? Not a key, nor one where empty says that there is none."""
    return field is not None and field.name not in ("id", "account_id") and not (field.none and field.blank == "none")


def _above(name: str) -> str:
    return f"{_ACCOUNT}_{name.lstrip('_')}"


def _words(item: Item) -> Iterable[tuple[Item, str]]:
    """The choices that a field's making names, with their places."""
    for key in ("pick", "some", "value"):
        found = item.get(key) if item.is_map else item if key == "value" else None
        branches = [one for word, one in found.items() if word != "by"] if found and found.get("by") else [found]
        for one in branches:
            if one is None:
                continue
            if one.is_map:
                yield from ((weight, word) for word, weight in one.items())
            else:
                yield from ((each, str(each.value)) for each in one.each())
