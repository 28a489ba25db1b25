"""Mappings: how the files and columns of another system become the canonical tables."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from advisor.core import yaml_in
from advisor.core.home import content_root
from advisor.core.model import AdvisorError, Place, Problem, stop
from advisor.core.vocabulary import Entity, Vocabulary, nearest
from advisor.core.yaml_in import Item
from advisor.metrics.sql_guard import Select, check_select

_KEYS = {"title", "as_of", "currency", "country", "language", "recognise", "tables"}
_TABLE_KEYS = {"from", "columns", "constants", "values", "query"}


@dataclass(frozen=True, slots=True, eq=False)
class TableMapping:
    """Where one canonical table comes from: a file's columns, or a query over the folder's files.

    `query_at` is where the query's text begins, None where its lines are folded.
    """

    entity: str
    place: Place
    source: str = ""
    columns: Mapping[str, Item] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    query: str = ""
    query_at: Place | None = None

    def line(self, number: int) -> Place:
        """A line of the query in the file, where the query stands there as written."""
        return Place(self.place.path, self.query_at.line + number - 1) if self.query_at else self.place


@dataclass(frozen=True, slots=True, eq=False)
class FolderMapping:
    """A mapping file. `recognise`: file → columns by which a folder of that kind is known."""

    name: str
    path: str
    tables: Mapping[str, TableMapping]
    as_of: datetime.date | None = None
    currency: str = ""
    country: str = ""
    language: str = ""
    recognise: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_mapping(path: Path, vocabulary: Vocabulary, shown: str = "") -> FolderMapping:
    """Read one mapping file, or a bundled mapping by its name; `shown` is its name in problems.

    Raises: AdvisorError with all mistakes of the file, or because there is none.
    """
    if not path.is_file():
        offered = {one.stem: one for one in _bundled_paths()}
        if path.name not in offered:
            near, known = nearest(path.name, offered), ", ".join(offered)
            raise stop("mapping-no-file", 2, Place(shown or str(path)), name=path.name, near=near, known=known)
        path, shown = offered[path.name], offered[path.name].name
    item, problems = yaml_in.load(path, shown or str(path))
    found = parse_mapping(item, path.stem, vocabulary, problems)
    if problems:
        raise AdvisorError(problems, 1)
    return found


def bundled_mappings(vocabulary: Vocabulary) -> tuple[FolderMapping, ...]:
    """The mappings that ship with the program."""
    return tuple(read_mapping(path, vocabulary, path.name) for path in _bundled_paths())


def _bundled_paths() -> list[Path]:
    return sorted((content_root() / "rules" / "mappings").glob("*.yaml"))


# --- recognising a folder ------------------------------------------------------------------------


def recognise(
    folder: Path, vocabulary: Vocabulary, mappings: Iterable[FolderMapping] | None = None
) -> FolderMapping | None:
    """The first mapping all of whose files, with their columns, are in the folder; None when there is none."""
    if not folder.is_dir():
        return None
    offered = bundled_mappings(vocabulary) if mappings is None else mappings
    return next((one for one in offered if one.recognise and _fits(folder, one)), None)


def _fits(folder: Path, mapping: FolderMapping) -> bool:
    if not all((folder / name).is_file() for name in mapping.recognise):
        return False
    return all(set(columns) <= set(_header(folder / name)) for name, columns in mapping.recognise.items())


def _header(path: Path) -> list[str]:
    """A CSV file's first line; other files are known by their names alone."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            return [cell.strip() for cell in next(csv.reader(lines), [])]
    except (OSError, csv.Error):
        return []


# --- reading a mapping file ----------------------------------------------------------------------


def parse_mapping(item: Item, name: str, vocabulary: Vocabulary, problems: list[Problem]) -> FolderMapping:
    """Read a mapping; mistakes go to `problems`."""
    _check_keys(item, _KEYS, problems)
    tables: dict[str, TableMapping] = {}
    section = item.get("tables")
    for table, body in section.items() if section else ():
        entity = vocabulary.by_table(table)
        if entity is None:
            names = [each.table for each in vocabulary.entities.values()]
            problems.append(_unknown("mapping-unknown-table", body, table, names))
        else:
            tables[entity.name] = _table(entity, body, problems)
    if not tables:
        problems.append(Problem("mapping-empty", item.here))
    texts = {key: str(found.value) for key in ("currency", "country", "language") if (found := item.get(key))}
    return FolderMapping(name, item.place.path, tables, _as_of(item, problems), **texts, recognise=_recognise(item))


def _check_keys(item: Item, known: set[str], problems: list[Problem]) -> None:
    problems += [_unknown("mapping-unknown-key", value, key, known) for key, value in item.items() if key not in known]


def _unknown(code: str, item: Item, name: str, names: Iterable[str]) -> Problem:
    known = sorted(names)
    near = nearest(name, known)
    return Problem(code, item.here, "error", {"name": name, "near": near, "known": ", ".join(known)})


def _as_of(item: Item, problems: list[Problem]) -> datetime.date | None:
    found = item.get("as_of")
    if found is None or isinstance(found.value, datetime.date):
        return found.value if found else None
    problems.append(Problem("mapping-as-of", found.here, "error", {"value": str(found.plain())}))
    return None


def _recognise(item: Item) -> dict[str, tuple[str, ...]]:
    section = item.get("recognise")
    pairs = section.items() if section else ()
    return {name: tuple(str(one.value) for one in columns.each()) for name, columns in pairs}


def _table(entity: Entity, body: Item, problems: list[Problem]) -> TableMapping:
    _check_keys(body, _TABLE_KEYS, problems)
    source, query = body.get("from"), body.get("query")
    if bool(source) == bool(query):
        problems.append(Problem("mapping-from-or-query", body.here, "error", {"table": entity.table}))
    columns = dict(_fields(entity, body, "columns", problems))
    if source and not columns:
        problems.append(Problem("mapping-no-columns", body.here, "error", {"table": entity.table}))
    constants = {name: one.plain() for name, one in _fields(entity, body, "constants", problems)}
    values = {name: one.plain() for name, one in _fields(entity, body, "values", problems) if one.is_map}
    texts = {"source": str(source.value) if source else "", "query": str(query.value) if query else ""}
    at = query.text if query else None
    return TableMapping(
        entity.name, (query or body).here, columns=columns, constants=constants, values=values, query_at=at, **texts
    )


def _fields(entity: Entity, body: Item, key: str, problems: list[Problem]) -> list[tuple[str, Item]]:
    """The entries of `columns`, `constants` or `values` whose keys are fields of the entity."""
    section = body.get(key)
    pairs = list(section.items()) if section else []
    problems += [_unknown("mapping-unknown-field", one, n, entity.fields) for n, one in pairs if n not in entity.fields]
    return [(name, one) for name, one in pairs if name in entity.fields]


def check_query(table: TableMapping, files: Iterable[str] | None = None) -> Select:
    """What a table's query reads, and what is wrong with its SQL; `files` are the names it may read (None: any).

    Not part of reading a mapping: parsing SQL costs a start that needs no query a tenth of a second.
    """
    found = check_select(table.query, table.query_at or table.place, None if files is None else list(files))
    if table.query_at:
        return found
    return replace(found, problems=tuple(problem.at(table.place) for problem in found.problems))
