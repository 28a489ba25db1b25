"""One account's facts in YAML or JSON: the same records as a book's tables, with the place of every value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from advisor.content.cell_words import PLAIN, Words
from advisor.core.model import Place, Problem, State, Value, known
from advisor.core.vocabulary import Entity, Field, Vocabulary, nearest
from advisor.core.yaml_in import Item
from advisor.data.cells import Bad, Reader
from advisor.data.linking import ACCOUNT, ACCOUNT_ID
from advisor.data.rows import DEFAULT_ACCOUNT_ID, Ids, TypedTable, make_row

_BESIDE = ("as_of",)
_DERIVED = "derived"


@dataclass(slots=True)
class Written:
    """The records of a facts file as origins: where each begins."""

    file: str
    places: list[Place] = field(default_factory=list)

    def place(self, position: int) -> Place:
        return self.places[position]

    def number(self, position: int) -> int:
        return position + 1


@dataclass(slots=True)
class FactsFile:
    """What a facts file says: typed tables by entity (None = not given), derived facts as they stand, problems."""

    tables: dict[str, TypedTable | None] = field(default_factory=dict)
    derived: dict[str, object] = field(default_factory=dict)
    derived_places: dict[str, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    words: Words = PLAIN


def facts_of(item: Item) -> Item:
    """The facts themselves: the document, or what it holds under `facts`."""
    inner = item.get("facts")
    return inner if inner is not None and inner.is_map else item


def read_facts(item: Item, vocabulary: Vocabulary, words: Words = PLAIN) -> FactsFile:
    """Read one account's facts.

    Args: item – the parsed document; vocabulary – which tables and fields there are; words – as in rules/cells.yaml.
    """
    found = FactsFile(words=words)
    facts = facts_of(item)
    if not facts.is_map:
        found.problems.append(Problem("data-facts-not-map", facts.here, "warning", {}))
    sections = _sections(facts, vocabulary, found)
    root = vocabulary.entities[ACCOUNT]
    _read_section(root, sections.pop(ACCOUNT, Item({}, facts.place)), "", found)
    account = found.tables[ACCOUNT]
    account_id = account.rows[0].id if account and account.rows else DEFAULT_ACCOUNT_ID
    for name, entity in vocabulary.entities.items():
        if name in sections:
            _read_section(entity, sections[name], account_id, found)
        else:
            found.tables.setdefault(name, None)
    return found


def _sections(facts: Item, vocabulary: Vocabulary, found: FactsFile) -> dict[str, Item]:
    sections: dict[str, Item] = {}
    for key, section in facts.items():
        entity = vocabulary.by_table(key)
        if key == _DERIVED:
            _take_derived(section, found)
        elif entity is not None and entity.name not in sections:
            if section.value is not None:
                sections[entity.name] = section
        elif key not in _BESIDE:
            names = [*(entity.table for entity in vocabulary.entities.values()), ACCOUNT, _DERIVED]
            found.problems.append(_unknown_key(key, section, names, "facts"))
    return sections


def _unknown_key(key: str, item: Item, names: list[str], table: str) -> Problem:
    near = nearest(key, names)
    details = {"file": item.here.path, "table": table, "key": key, "column": key, "near": near}
    return Problem("data-unknown-key", item.here, "warning", details)


def _take_derived(section: Item, found: FactsFile) -> None:
    for name, value in section.items():
        found.derived[name] = value.plain()
        found.derived_places[name] = value.place


# --- records -------------------------------------------------------------------------------------


class _Readers(Mapping[str, Reader]):
    """Readers of an entity's fields, each made when it is first needed: a facts file gives few of them."""

    def __init__(self, fields: Mapping[str, Field], words: Words) -> None:
        self._fields = fields
        self._words = words
        self._made: dict[str, Reader] = {}

    def __getitem__(self, name: str) -> Reader:
        if name not in self._made:
            self._made[name] = Reader(self._fields[name], self._words)
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


def _read_section(entity: Entity, section: Item, account_id: str, found: FactsFile) -> None:
    """An account and the singles are one mapping, the others a list of mappings; a lone one counts as a list of one."""
    origins = Written(section.place.path)
    table = TypedTable(entity, origins)
    found.tables[entity.name] = table
    readers = _Readers(entity.fields, found.words)
    records = [record for record in section.each() if _is_record(record, entity, found)]
    origins.places = [record.here for record in records]
    ids = Ids(entity, lambda: {str(key.value) for record in records if (key := record.get("id"))})
    for position, record in enumerate(records):
        values = _values(table, record, position, readers, found.problems)
        _add(table, position, values, ids, account_id, found.problems)


def _is_record(record: Item, entity: Entity, found: FactsFile) -> bool:
    if record.is_map:
        return True
    details = {"file": record.here.path, "table": entity.table, "value": str(record.plain())[:60]}
    found.problems.append(Problem("data-not-a-record", record.here, "warning", details))
    return False


def _add(
    table: TypedTable, position: int, values: dict[str, Value], ids: Ids, account_id: str, problems: list[Problem]
) -> None:
    fields, own = table.entity.fields, values.get("id")
    row_id, first = ids.take(str(own.data) if own is not None and own.known else "", position)
    if first is not None and own is not None:
        details = {"column": "id", "value": own.data, "first": first + 1, "given": row_id}
        problems.append(table.problem("data-duplicate-id", position, details))
    if "id" in fields:
        values.setdefault("id", known(row_id))
    if account_id and ACCOUNT_ID in fields and table.entity.rows == "many":
        values.setdefault(ACCOUNT_ID, known(account_id))
    table.rows.append(make_row(table.entity, row_id, values))
    table.positions.append(position)


def _values(
    table: TypedTable, record: Item, position: int, readers: _Readers, problems: list[Problem]
) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for name, cell in _flat(record, readers):
        if name not in readers:
            if cell.value is not None or not any(known_name.startswith(f"{name}.") for known_name in readers):
                problems.append(_unknown_key(name, cell, list(readers), table.entity.table))
            continue
        value = readers[name](cell.plain())
        if isinstance(value, Bad):
            details = {"column": name, **value.details}
            problems.append(table.problem(value.code, position, details).at(cell.place))
        elif value.state is not State.UNKNOWN:
            values[name] = value
    return values


def _flat(record: Item, readers: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Item]]:
    """Keys with dots for nested maps; a map is opened only where fields lie below it."""
    for key, item in record.items():
        name = f"{prefix}{key}"
        if item.is_map and name not in readers and any(one.startswith(f"{name}.") for one in readers):
            yield from _flat(item, readers, f"{name}.")
        else:
            yield name, item
