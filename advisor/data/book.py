"""The book: every record of every account, typed, linked and indexed."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from advisor.content.cell_words import PLAIN, Words
from advisor.core.cells import data_of
from advisor.core.garbage import without_collection
from advisor.core.model import Place, Problem, Row, Value, known
from advisor.core.vocabulary import Entity, Vocabulary
from advisor.core.yaml_in import Item
from advisor.data.linking import ACCOUNT, ACCOUNT_ID, link
from advisor.data.rows import TypedTable, typed
from advisor.data.tables import RawTables, read_folder

if TYPE_CHECKING:
    from advisor.data.mapping import FolderMapping

Rows = tuple[Row, ...]


class MetricSource(Protocol):
    """What computed the metric files: the values of one account by column."""

    def value(self, file: str, account_id: str) -> Mapping[str, Value]: ...


@dataclass
class Book:
    """All records that advice is made from. `tables`: entity → rows, None where the table was not given.

    `aside` holds rows that take no part (of an unknown account), `derived_facts` what a facts file asserts under
    `derived`, as written there. `digest` is the hash of what it was read from.
    """

    as_of: datetime.date
    in_book: bool
    tables: Mapping[str, Rows | None]
    problems: tuple[Problem, ...] = ()
    metrics: MetricSource | None = None
    entities: Mapping[str, Entity] = field(default_factory=dict)
    aside: Mapping[str, Rows] = field(default_factory=dict)
    derived_facts: dict[str, object] = field(default_factory=dict)
    derived_places: dict[str, Place] = field(default_factory=dict)
    digest: str = ""

    def __post_init__(self) -> None:
        self._by_id: dict[str, dict[str, Row]] = {}
        self._by_account: dict[str, dict[str, Rows]] = {}
        self._through: dict[tuple[str, str], Rows] = {}

    def accounts(self) -> Rows:
        """All accounts, in the order of their table."""
        return self.tables.get(ACCOUNT) or ()

    def find(self, entity: str, row_id: str) -> Row | None:
        """The record with that id; the first one when the id was given twice."""
        if entity not in self._by_id:
            self._by_id[entity] = {row.id: row for row in self.tables.get(entity) or ()}
        return self._by_id[entity].get(row_id)

    def metric(self, file: str, account_id: str) -> Mapping[str, Value]:
        """One account's values of a metric file; empty before metrics are computed."""
        return self.metrics.value(file, account_id) if self.metrics else {}

    def rows_of(self, entity: str, account_id: str) -> Rows | None:
        """The rows of an entity that concern an account; None when the table is unknown."""
        table = self.tables.get(entity)
        if table is None:
            return None
        of = self.entities.get(entity)
        kind = of.rows if of else "many"
        if kind == "one":
            own = self.find(entity, account_id)
            return (own,) if own else ()
        if of is not None and of.through and self.tables.get(str(of.through.get("entity"))) is not None:
            return self._rows_through(of, account_id)
        return table if kind == "single" or not self._is_owned(of) else self._owned(entity, kind, account_id)

    def _is_owned(self, of: Entity | None) -> bool:
        return of is None or ACCOUNT_ID in of.fields

    def _owned(self, entity: str, kind: str, account_id: str) -> Rows:
        index = self._index(entity)
        own = index.get(account_id, ())
        shared = index.get("", ()) if kind == "book" else ()
        return own + shared if not own or not shared else self._in_order(entity, {*own, *shared})

    def _index(self, entity: str) -> dict[str, Rows]:
        if entity not in self._by_account:
            lists: dict[str, list[Row]] = {}
            for row in self.tables.get(entity) or ():
                lists.setdefault(data_of(row, ACCOUNT_ID) or "", []).append(row)
            self._by_account[entity] = {account_id: tuple(rows) for account_id, rows in lists.items()}
        return self._by_account[entity]

    def _in_order(self, entity: str, wanted: set[Row]) -> Rows:
        return tuple(row for row in self.tables.get(entity) or () if row in wanted)

    def _rows_through(self, of: Entity, account_id: str) -> Rows:
        """Rows that another table ties to the account (products by its offers), with what that makes known of them."""
        key = (of.name, account_id)
        if key not in self._through:
            pairs = self._owned(str(of.through["entity"]), "many", account_id)
            targets = {pair.text(f"{of.name}_id"): pair for pair in pairs}
            found = [(row, pair) for row_id, pair in targets.items() if (row := self.find(of.name, row_id))]
            self._through[key] = tuple(_with(row, of.through.get("sets") or {}, pair) for row, pair in found)
        return self._through[key]


def _with(row: Row, sets: Mapping[str, object], pair: Row) -> Row:
    added = {name: replace(known(data), source=pair.where) for name, data in sets.items()}
    return replace(row, values={**row.values, **added})


# --- making one ----------------------------------------------------------------------------------


def load(
    folder: Path,
    vocabulary: Vocabulary,
    as_of: datetime.date,
    mapping: FolderMapping | None = None,
    words: Words = PLAIN,
    but: Path | None = None,
) -> Book:
    """Read a folder of tables.

    Args: folder – the tables; mapping – how to read those of another system; words – as in rules/cells.yaml; but – a
    file there that is no table, such as the history of answers.
    Returns: the book with all data problems found.
    Raises: AdvisorError when there is nothing that could be advised on.
    """
    folder = Path(folder)
    with without_collection():
        raw = _mapped(folder, mapping, vocabulary) if mapping else read_folder(folder, vocabulary, but=but)
        problems = list(raw.problems)
        linked = link(_typed(raw, vocabulary, problems, words), as_of)
    every = (*problems, *linked.problems)
    return Book(as_of, True, linked.tables, every, entities=vocabulary.entities, aside=linked.aside)


def _mapped(folder: Path, mapping: FolderMapping, vocabulary: Vocabulary) -> RawTables:
    from advisor.data.mapping_run import apply

    return apply(folder, mapping, vocabulary)


def _typed(
    raw: RawTables, vocabulary: Vocabulary, problems: list[Problem], words: Words
) -> dict[str, TypedTable | None]:
    tables: dict[str, TypedTable | None] = dict.fromkeys(vocabulary.entities)
    targets = {of.to for entity in vocabulary.entities.values() for of in entity.fields.values() if of.type == "ref"}
    for name, table in raw.found.items():
        place = Place(str(table.sheet.path), 1)
        details = {"file": table.sheet.file, "table": table.entity.table, "count": len(table.sheet.rows)}
        if table.entity.rows == "many" and not table.has(ACCOUNT_ID):
            problems.append(Problem("data-no-account-column", place, "warning", {**details, "column": ACCOUNT_ID}))
            continue
        if name in targets and "id" in table.entity.fields and not table.has("id"):
            problems.append(Problem("data-no-id-column", place, "warning", {**details, "column": "id"}))
        tables[name] = typed(table, problems, words)
    return tables


def from_facts(item: Item, vocabulary: Vocabulary, as_of: datetime.date, words: Words = PLAIN) -> Book:
    """One account given as YAML or JSON facts.

    Returns: a book of one account; tables that are not given are unknown.
    """
    from advisor.data.facts_file import read_facts

    facts = read_facts(item, vocabulary, words)
    linked = link(facts.tables, as_of)
    book = Book(as_of, False, linked.tables, (*facts.problems, *linked.problems), entities=vocabulary.entities)
    book.aside, book.derived_facts, book.derived_places = linked.aside, facts.derived, facts.derived_places
    return book
