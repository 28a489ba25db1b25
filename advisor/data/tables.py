"""A folder of tables: which file holds which entity, and which column which field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from advisor.core.model import AdvisorError, Place, Problem, stop
from advisor.core.vocabulary import Entity, Field, Vocabulary, nearest
from advisor.data.sheets import ABSENT, Found, Sheet, read_file, readable

_SEPARATORS = ",;\t|"


@dataclass(slots=True)
class RawTable:
    """A sheet read as an entity: `fields` stand beside the sheet's columns; None is a column that is not read."""

    entity: Entity
    sheet: Sheet
    fields: list[Field | None]

    def has(self, name: str) -> bool:
        return any(f is not None and f.name == name for f in self.fields)


@dataclass(slots=True)
class RawTables:
    """The tables of a folder by entity name, and what was wrong with its files."""

    found: dict[str, RawTable] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_folder(
    folder: Path, vocabulary: Vocabulary, read: Callable[[Path], Found] = read_file, but: Path | None = None
) -> RawTables:
    """Read a folder whose files, or sheets, are named like the entities' tables.

    Args: read – reads the sheets of one file; but – a file there that is no table of the book.
    Returns: the tables found and the data problems.
    Raises: AdvisorError when there is no folder, no table, or no accounts with ids.
    """
    tables = RawTables()
    for path in files_of(folder):
        if but is None or path.resolve() != but.resolve():
            _read_into(tables, path, vocabulary, read)
    root = next(entity for entity in vocabulary.entities.values() if entity.rows == "one")
    check_root(tables, folder, root)
    return tables


def files_of(folder: Path) -> list[Path]:
    """The folder's files in order of name; stops when it is no folder that can be listed."""
    if not folder.exists():
        raise stop("data-no-folder", 2, Place(str(folder)))
    if not folder.is_dir():
        raise stop("data-not-a-folder", 2, Place(str(folder)))
    try:
        return sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise stop("data-unreadable-folder", 2, Place(str(folder)), why=error.strerror or "") from error


def check_root(tables: RawTables, folder: Path, root: Entity) -> None:
    """Without accounts that have ids and rows there is nothing to advise: stop with the reason."""
    table = tables.found.get(root.name)
    if table is None:
        own = [replace(problem, level="error") for problem in tables.problems if _is_about(problem, root)]
        if own:
            raise AdvisorError(own, 1)
        code = "data-no-accounts" if tables.found else "data-no-tables"
        files = ", ".join(path.name for path in files_of(folder)[:8]) or "-"
        raise stop(code, 1, Place(str(folder)), folder=folder.name, table=root.table, files=files)
    place = Place(str(table.sheet.path), 1)
    if not table.has("id"):
        headings = ", ".join(table.sheet.header)
        raise stop("data-no-id", 1, place, file=table.sheet.file, columns=headings, id=_labels(root.fields["id"]))
    if not table.sheet.rows:
        raise stop("data-empty-accounts", 1, place, file=table.sheet.file)


def _is_about(problem: Problem, root: Entity) -> bool:
    return problem.level != "note" and Path(problem.place.path).stem.casefold() in _names(root)


def _labels(of: Field) -> str:
    return ", ".join(dict.fromkeys([of.name, *of.label.values()]))


# --- which file is which table -------------------------------------------------------------------


def _names(entity: Entity) -> set[str]:
    return {name.strip().casefold() for name in (entity.table, entity.name, *entity.label.values())}


def entity_of(name: str, vocabulary: Vocabulary) -> Entity | None:
    """The entity whose table, name or label is `name`."""
    folded = name.strip().casefold()
    return next((entity for entity in vocabulary.entities.values() if folded in _names(entity)), None)


def _read_into(tables: RawTables, path: Path, vocabulary: Vocabulary, read: Callable[[Path], Found]) -> None:
    entity = entity_of(path.stem, vocabulary)
    if not readable(path):
        if entity is not None and not path.name.startswith(("~$", ".")):
            tables.problems.append(_file_problem("data-unread-ending", path, "warning", ending=path.suffix or "-"))
        return
    if entity is None and path.suffix.lower() != ".xlsx":
        near = nearest(path.stem.casefold(), [each.table for each in vocabulary.entities.values()])
        tables.problems.append(_file_problem("data-unknown-file", path, "note", near=near))
        return
    sheets, problems = read(path)
    tables.problems += problems
    for sheet in sheets:
        _take(tables, sheet, _sheet_entity(sheet, entity, vocabulary), vocabulary)


def _file_problem(code: str, path: Path, level: str, **details: object) -> Problem:
    return Problem(code, Place(str(path)), level, {"file": path.name, **details})


def _sheet_entity(sheet: Sheet, by_file: Entity | None, vocabulary: Vocabulary) -> Entity | None:
    by_name = entity_of(sheet.name, vocabulary)
    return by_file or by_name if sheet.alone else by_name


def _take(tables: RawTables, sheet: Sheet, entity: Entity | None, vocabulary: Vocabulary) -> None:
    place = Place(str(sheet.path))
    if entity is None:
        near = nearest(sheet.name.casefold(), [each.table for each in vocabulary.entities.values()])
        details = {"file": sheet.file, "near": near}
        tables.problems.append(Problem("data-unknown-file", place, "note", details))
    elif entity.name in tables.found:
        details = {"file": sheet.file, "table": entity.table, "first": tables.found[entity.name].sheet.file}
        tables.problems.append(Problem("data-table-twice", place, "warning", details))
    else:
        table = read_header(sheet, entity, vocabulary, tables.problems)
        if table is not None:
            tables.found[entity.name] = table


# --- which column is which field -----------------------------------------------------------------


def read_header(sheet: Sheet, entity: Entity, vocabulary: Vocabulary, problems: list[Problem]) -> RawTable | None:
    """Match the columns to fields by name or label. None when not one column is known, which is a problem."""
    headings = _headings(entity, vocabulary)
    fields = [headings.get(_folded(cell)) for cell in sheet.header]
    place = Place(str(sheet.path), 1)
    if not any(fields):
        one = len(sheet.header) == 1
        known = ", ".join(list(entity.fields)[:6])
        details = {"file": sheet.file, "table": entity.table, "columns": ", ".join(sheet.header)[:80], "known": known}
        problems.append(Problem("data-one-column" if one else "data-no-known-column", place, "warning", details))
        return None
    _drop_repeats(sheet, entity, fields, problems)
    for column, cell in enumerate(sheet.header):
        if _folded(cell) not in headings and (cell or _has_data(sheet, column)):
            near = nearest(_folded(cell), headings)
            details = {"file": sheet.file, "table": entity.table, "column": cell or str(column + 1), "near": near}
            problems.append(Problem("data-unknown-column", place, "note", details))
    return RawTable(entity, sheet, fields)


def looks_like_one_column(sheet: Sheet) -> bool:
    """A single heading with separators inside: the file was cut by the wrong mark, or quoted as a whole."""
    return len(sheet.header) == 1 and any(mark in sheet.header[0] for mark in _SEPARATORS)


def _folded(heading: str) -> str:
    return " ".join(heading.replace("_", " ").split()).casefold()


def _headings(entity: Entity, vocabulary: Vocabulary) -> dict[str, Field]:
    """Every heading that names a field; names come before labels, and a label that two fields share names none."""
    labels = _unique((word, f) for f in entity.fields.values() for word in f.label.values())
    keys = _unique((word, f) for f in entity.fields.values() for word in _key_labels(f, vocabulary))
    return {**keys, **labels, **{_folded(f.name): f for f in entity.fields.values()}}


def _key_labels(of: Field, vocabulary: Vocabulary) -> list[str]:
    """A reference may carry the heading of the key it points to (the account's own id column)."""
    target = vocabulary.entities.get(of.to) if of.type == "ref" else None
    key = target.fields.get("id") if target else None
    return list(key.label.values()) if key else []


def _unique(pairs: Iterable[tuple[str, Field]]) -> dict[str, Field]:
    found: dict[str, Field] = {}
    shared: set[str] = set()
    for word, f in pairs:
        if found.setdefault(_folded(word), f) is not f:
            shared.add(_folded(word))
    return {word: f for word, f in found.items() if word not in shared}


def _drop_repeats(sheet: Sheet, entity: Entity, fields: list[Field | None], problems: list[Problem]) -> None:
    """Two columns for one field: the first is read, the other reported."""
    seen: dict[str, str] = {}
    for column, found in enumerate(fields):
        if found is None:
            continue
        if found.name in seen:
            fields[column] = None
            details = {
                "file": sheet.file,
                "table": entity.table,
                "column": sheet.header[column],
                "first": seen[found.name],
                "field": found.name,
            }
            problems.append(Problem("data-column-twice", Place(str(sheet.path), 1), "warning", details))
        seen.setdefault(found.name, sheet.header[column])


def _has_data(sheet: Sheet, column: int) -> bool:
    return any(row[column] != "" and row[column] is not ABSENT for row in sheet.rows)


def cells_of(table: RawTable, position: int) -> Mapping[str, Any]:
    """The raw cells of a row by field name (for tests and messages)."""
    pairs = zip(table.fields, table.sheet.rows[position], strict=True)
    return {f.name: cell for f, cell in pairs if f is not None}
