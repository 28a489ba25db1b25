"""Derived facts that somebody states outright, under `derived` in a facts file: they win over what we make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from advisor.content.cell_words import PLAIN, Words
from advisor.content.plays import SUBJECTS
from advisor.core.model import Place, Problem, Row, State, Value
from advisor.core.vocabulary import Field, Vocabulary, nearest
from advisor.data.book import Book
from advisor.data.cells import Bad, parse


def assert_derived(book: Book, vocabulary: Vocabulary, words: Words = PLAIN) -> Book:
    """Put the derived facts that a facts file states into the rows that they are about.

    Args: book – as read, before metrics are attached; vocabulary – the names and types of derived facts; words –
    as in rules/cells.yaml.
    Returns: the book with facts of the account in its row, facts of an opportunity in each of its opportunities' rows,
    and a problem for every unknown name and every value that cannot be read.
    """
    if not book.derived_facts:
        return book
    problems: list[Problem] = []
    found: dict[str, dict[str, Value]] = {entity: {} for entity in SUBJECTS}
    for name, raw in book.derived_facts.items():
        place = book.derived_places.get(name, Place())
        entity = next((one for one in SUBJECTS if _derived(vocabulary, one).get(name)), "")
        value = _value(_derived(vocabulary, entity)[name], raw, place, words, problems) if entity else None
        if not entity:
            problems.append(_unknown(name, place, vocabulary))
        elif value is not None and value.state is not State.UNKNOWN:
            found[entity][name] = value
    tables = {**book.tables, **{entity: _with(book.tables.get(entity), added) for entity, added in found.items()}}
    return replace(book, tables=tables, problems=(*book.problems, *problems))


def _derived(vocabulary: Vocabulary, entity: str) -> dict[str, Field]:
    known = vocabulary.entities.get(entity)
    return {name: field for name, field in known.fields.items() if field.derived} if known else {}


def _unknown(name: str, place: Place, vocabulary: Vocabulary) -> Problem:
    near = nearest(name, [one for entity in SUBJECTS for one in _derived(vocabulary, entity)])
    code = "data-unknown-key-near" if near else "data-unknown-key"
    details = {"file": place.path, "table": "derived", "key": name, "column": name, "near": near}
    return Problem(code, place, "warning", details)


def _value(field: Field, raw: object, place: Place, words: Words, problems: list[Problem]) -> Value | None:
    value = parse(field, raw, words)
    if isinstance(value, Bad):
        details = {"file": place.path, "table": "derived", "row": 1, "column": field.name, **value.details}
        problems.append(Problem(value.code, place, "warning", details))
        return None
    return value


def _with(rows: Iterable[Row] | None, added: Mapping[str, Value]) -> tuple[Row, ...] | None:
    if rows is None:
        return None
    return tuple(_row(row, added) if added else row for row in rows)


def _row(row: Row, added: Mapping[str, Value]) -> Row:
    stated = {name: replace(value, source=row.where) for name, value in added.items()}
    return replace(row, values={**row.values, **stated})
