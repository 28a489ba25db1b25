"""What if: facts laid over a book's records before anything is made from them, so that every figure is made anew."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from advisor.content.cell_words import PLAIN, Words
from advisor.core.model import UNKNOWN, AdvisorError, Origin, Place, Problem, Row, State, Value, known
from advisor.core.vocabulary import Entity, Field, Vocabulary, nearest
from advisor.data.book import Book
from advisor.data.cells import UNKNOWN_CELL, Bad, parse
from advisor.data.linking import ACCOUNT, ACCOUNT_ID
from advisor.data.rows import record_text

_NEW = re.compile(r"new\d*")
_KEYS = ("id", ACCOUNT_ID)
_POLICY = "policy"
_LISTED = 6
_WORDS = {
    "data-unknown-choice": "what-if-unknown-choice",
    "data-not-date": "what-if-not-date",
    "data-no-such-date": "what-if-not-date",
    "data-not-yes-no": "what-if-not-yes-no",
    "data-too-low": "what-if-too-low",
    "data-too-high": "what-if-too-high",
    "data-ratio-too-high": "what-if-too-high",
    "data-not-number": "what-if-not-number",
    "data-not-integer": "what-if-not-whole",
    "data-not-days": "what-if-not-days",
    "data-not-ratio": "what-if-not-ratio",
}

Lives = Mapping[tuple[str, str], tuple[str, int]]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Assumed:
    """One supposed fact: its record, what it is supposed to be, and whether the record is one that does not exist."""

    entity: str
    id: str
    field: str
    value: Value
    new: bool = False


@dataclass(frozen=True)
class Supposition:
    """What is supposed of one account. `about` is the entity whose facts may stand bare beside the account's own."""

    book: Book
    account: Row
    vocabulary: Vocabulary
    words: Words = PLAIN
    about: str = ACCOUNT
    lives: Lives = field(default_factory=dict)

    def laid_over(self, texts: Sequence[str]) -> tuple[Book, tuple[Assumed, ...]]:
        """The book as it would be.

        Args: texts – assignments as typed: `stage=core`, `contact.C1.depth=…`, `complaint.new.kind=…`.
        Returns: a book with other tables and no metrics yet, and what was supposed.
        Raises: AdvisorError – with everything that is wrong with the assignments.
        """
        read = [self._read(text) for text in texts]
        problems = [one for one in read if isinstance(one, Problem)]
        if problems:
            raise AdvisorError(problems, 2)
        assumed = {(one.entity, one.id, one.field): one for one in read if isinstance(one, Assumed)}
        for one in (*self._dated(list(assumed.values())), *self._refreshed(list(assumed.values()))):
            assumed.setdefault((one.entity, one.id, one.field), one)
        cells: dict[Key, list[Assumed]] = {}
        for one in assumed.values():
            cells.setdefault((one.entity, one.id), []).append(one)
        tables = dict(self.book.tables)
        for entity in dict.fromkeys(entity for entity, _ in cells):
            tables[entity] = self._table(entity, {key: found for key, found in cells.items() if key[0] == entity})
        return replace(self.book, tables=tables, metrics=None), tuple(assumed.values())

    # --- one assignment --------------------------------------------------------------------------

    def _read(self, text: str) -> Assumed | Problem:
        name, mark, raw = text.partition("=")
        if not mark or not name.strip():
            return problem("what-if-no-value", name=text.strip())
        found = self._target(name.strip())
        if isinstance(found, Problem):
            return found
        entity, row_id, of = found
        value = self._value(name.strip(), entity, of, raw.strip())
        new = self._row(entity, row_id) is None
        return value if isinstance(value, Problem) else Assumed(entity.name, row_id, of.name, value, new)

    def _target(self, name: str) -> tuple[Entity, str, Field] | Problem:
        """The record and the field that a name means."""
        head, dot, rest = name.partition(".")
        if head == _POLICY and dot:
            return problem("what-if-policy", name=name)
        for bare in dict.fromkeys((self.about, ACCOUNT)):
            found = self._field(self.vocabulary.entities[bare], name)
            if found:
                return self._with_record(self.vocabulary.entities[bare], "", found, name)
        entity = self._entity(head) if dot else None
        if entity is None:
            return self._stray(name)
        for row_id, field_name in _splits(rest):
            found = self._field(entity, field_name)
            if found:
                return self._with_record(entity, row_id, found, name)
        wanted = rest.rpartition(".")[2]
        near = nearest(wanted, self._names(entity))
        return problem("what-if-unknown-fact", name=name, near=name.removesuffix(wanted) + near if near else "")

    def _with_record(self, entity: Entity, wanted: str, of: Field, name: str) -> tuple[Entity, str, Field] | Problem:
        found = self._record(entity, wanted, of)
        return found if isinstance(found, Problem) else (entity, found, of)

    def _entity(self, name: str) -> Entity | None:
        """An entity by its name, its table's, or a label; those of which the user can know nothing are left out."""
        folded = name.casefold()
        for one in self.vocabulary.entities.values():
            if folded in (one.name, one.table, *(word.casefold() for word in one.label.values())):
                return one
        return None

    def _field(self, entity: Entity, name: str) -> Field | None:
        """A field by its name or label; keys and what only guards may read cannot be supposed."""
        found, folded = entity.fields.get(name), name.casefold()
        if found is None:
            named = [f for f in entity.fields.values() if folded in (word.casefold() for word in f.label.values())]
            found = named[0] if len(named) == 1 else None
        return None if found is None or found.guarded or found.name in _KEYS else found

    def _names(self, entity: Entity) -> list[str]:
        found = [f for f in entity.fields.values() if not f.guarded and f.name not in _KEYS]
        return [f.name for f in found] + [word for f in found for word in f.label.values()]

    def _stray(self, name: str) -> Problem:
        """A name that says nothing: perhaps a fact of other records, else the nearest one."""
        for entity in self.vocabulary.entities.values():
            if entity.name not in (ACCOUNT, self.about) and self._field(entity, name):
                return self._which(entity, name)
        names = [one for bare in (self.about, ACCOUNT) for one in self._names(self.vocabulary.entities[bare])]
        dotted = [f"{one.name}.{f}" for one in self.vocabulary.entities.values() for f in self._names(one)]
        head, _, rest = name.partition(".")
        other = nearest(head, self.vocabulary.entities) if rest else ""
        near = f"{other}.{rest}" if other else nearest(name, [*names, *dotted])
        return problem("what-if-unknown-fact", name=name, near=near)

    # --- records ---------------------------------------------------------------------------------

    def _rows(self, entity: Entity) -> tuple[Row, ...]:
        return self.book.rows_of(entity.name, self.account.id) or ()

    def _row(self, entity: Entity, row_id: str) -> Row | None:
        return next((row for row in self._rows(entity) if row.id == row_id), None)

    def _record(self, entity: Entity, wanted: str, of: Field) -> str | Problem:
        """The id of the record that is meant; that of a new one, or of the only one where none is named."""
        rows = self._rows(entity)
        if entity.rows in ("one", "single"):
            only = rows[0].id if rows else entity.name
            return only if wanted in ("", only) else self._unknown_record(entity, wanted, rows)
        if not wanted:
            return rows[0].id if len(rows) == 1 else self._which(entity, of.name)
        if _NEW.fullmatch(wanted):
            return wanted
        folded = wanted.casefold()
        named = [row for row in rows if folded in (row.id.casefold(), row.text("name").casefold())]
        return named[0].id if named else self._unknown_record(entity, wanted, rows)

    def _unknown_record(self, entity: Entity, wanted: str, rows: tuple[Row, ...]) -> Problem:
        names = {text: row.id for row in rows for text in (row.id, row.text("name")) if text}
        found = {"entity": entity.name, "name": wanted, "near": nearest(wanted, names), "ids": _listed(rows)}
        return problem("what-if-unknown-record" if rows else "what-if-no-record", **found)

    def _which(self, entity: Entity, name: str) -> Problem:
        rows = self._rows(entity)
        code = "what-if-which-record" if rows else "what-if-no-record"
        first = rows[0].id if rows else "new"
        return problem(code, entity=entity.name, name=name, near="", ids=_listed(rows), first=first)

    # --- values ----------------------------------------------------------------------------------

    def _value(self, name: str, entity: Entity, of: Field, raw: str) -> Value | Problem:
        value = parse(of, raw, self.words) if raw else UNKNOWN_CELL
        if isinstance(value, Bad):
            return problem(_WORDS.get(value.code, "what-if-bad-value"), **{"near": "", **value.details, "name": name})
        if value.state is State.UNKNOWN:
            return self._made_unknown(name, of, raw)
        if value.known and of.name == entity.dated and value.data > self.book.as_of:
            return problem("what-if-later", name=name, value=value.data, as_of=self.book.as_of)
        if value.known and of.to and self.book.find(of.to, str(value.data)) is None:
            ids = [row.id for row in self.book.tables.get(of.to) or ()]
            near = nearest(str(value.data), ids)
            return problem("what-if-unknown-record", entity=of.to, name=value.data, near=near, ids=_ids(ids))
        return replace(value, origin=Origin.ASSUMED)

    def _made_unknown(self, name: str, of: Field, raw: str) -> Value | Problem:
        if raw.casefold() in self.words.none | self.words.null_words and raw.casefold() not in self.words.unknown:
            return problem("what-if-never-none", name=name, value=raw)
        if of.derived and not of.recorded:
            return problem("what-if-derived-unknown", name=name)
        return UNKNOWN

    # --- what goes with it -----------------------------------------------------------------------

    def _dated(self, assumed: list[Assumed]) -> Iterator[Assumed]:
        """A new record is of today where no other day is given."""
        for entity, row_id in dict.fromkeys((one.entity, one.id) for one in assumed if one.new):
            of = self.vocabulary.entities[entity]
            if of.dated:
                yield Assumed(entity, row_id, of.dated, known(self.book.as_of, Origin.ASSUMED), True)

    def _refreshed(self, assumed: list[Assumed]) -> Iterator[Assumed]:
        """A fact that counts only for a time is supposed to have been noted today."""
        today: datetime.date = self.book.as_of
        for one in assumed:
            date, _ = self.lives.get((one.entity, one.field), ("", 0))
            if date and one.value.known:
                yield Assumed(one.entity, one.id, date, known(today, Origin.ASSUMED), one.new)

    # --- tables ----------------------------------------------------------------------------------

    def _table(self, entity: str, cells: Mapping[Key, list[Assumed]]) -> tuple[Row, ...]:
        rows = [self._changed(row, cells.get((entity, row.id), ())) for row in self.book.tables.get(entity) or ()]
        fresh = {row_id: found for (_, row_id), found in cells.items() if self._is_new(entity, row_id)}
        return (*rows, *(self._fresh(self.vocabulary.entities[entity], row_id, fresh[row_id]) for row_id in fresh))

    def _is_new(self, entity: str, row_id: str) -> bool:
        return self.book.find(entity, row_id) is None

    def _changed(self, row: Row, assumed: Iterable[Assumed]) -> Row:
        cells = {one.field: one.value for one in assumed}
        if not cells:
            return row
        values = {name: value for name, value in {**row.values, **cells}.items() if value.state is not State.UNKNOWN}
        return replace(row, values=_sourced(values, row.where))

    def _fresh(self, entity: Entity, row_id: str, assumed: list[Assumed]) -> Row:
        cells = {one.field: one.value for one in assumed if one.value.state is not State.UNKNOWN}
        own = {"id": known(row_id), ACCOUNT_ID: known(self.account.id)}
        keys = {name: value for name, value in own.items() if name in entity.fields and entity.rows != "single"}
        date = cells.get(entity.dated)
        where = record_text(entity, row_id, date.data if date else None)
        return Row(entity.name, row_id, _sourced({**keys, **cells}, where), where)


def _sourced(values: Mapping[str, Value], where: str) -> dict[str, Value]:
    return {name: replace(value, source=value.source or where) for name, value in values.items()}


def _splits(rest: str) -> Iterator[tuple[str, str]]:
    """`C1.depth` as the field `C1.depth`, then as the field `depth` of the record `C1`, and so on."""
    parts = rest.split(".")
    for n in range(len(parts)):
        yield ".".join(parts[:n]), ".".join(parts[n:])


def _listed(rows: tuple[Row, ...]) -> str:
    return _ids([f"{row.id} {row.text('name')}".strip() for row in rows])


def _ids(found: list[str]) -> str:
    return ", ".join(found[:_LISTED]) + (" …" if len(found) > _LISTED else "")


def problem(code: str, **details: object) -> Problem:
    """A problem of this module's own: an assignment stands in no file."""
    return Problem(code, Place(), "error", details)
