"""What a metric's SQL must have beyond what all SQL of content must: the tables that it needs, and its columns."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping

from advisor.core.model import Place, Problem
from advisor.core.vocabulary import Vocabulary, nearest
from advisor.metrics.metric_needs import CLOSED, tables_needed
from advisor.metrics.sql_guard import Select, check_select

_COLUMNS = ("account_id", "source")


def check_all(files: Mapping[str, tuple[str, str]], vocabulary: Vocabulary, policy: Collection[str]) -> list[Problem]:
    """Check all metrics of a content: `files` by name, with text and path as shown; `policy` names the thresholds."""
    tables = [entity.table for entity in vocabulary.entities.values()]
    names = (*tables, CLOSED, *(f"metric_{file.removesuffix('.sql')}" for file in files))
    parameters = ("as_of", *(f"policy_{name}" for name in policy))
    return [one for text, path in files.values() for one in _checked(text, path, names, parameters)]


@functools.lru_cache(maxsize=256)
def _checked(text: str, path: str, tables: tuple[str, ...], parameters: tuple[str, ...]) -> tuple[Problem, ...]:
    """Parsing SQL takes long, and content is often read more than once: two versions of it, a save."""
    return tuple(check_sql(text, path, tables, parameters))


def check_sql(text: str, path: str, tables: Collection[str], parameters: Collection[str]) -> list[Problem]:
    """Check one metric.

    Args: text – its SQL; path – as shown; tables – names it may read; parameters – names of `$parameters` it may use.
    Returns: what is wrong with it, in the order of the text.
    """
    top = Place(path, 1, 1)
    found = check_select(text, top, tables, parameters)
    if any(problem.code in ("sql-syntax", "sql-statements") for problem in found.problems):
        return list(found.problems)
    problems = [*_needs(text, top, tables), *found.problems, *_stars(found, tables), *_columns(found, top)]
    return sorted(problems, key=lambda problem: (problem.place.line, problem.place.column))


def _needs(text: str, top: Place, tables: Collection[str]) -> Iterator[Problem]:
    named = tables_needed(text)
    if not named:
        yield Problem("sql-without-needs", top)
    for name in named:
        if name not in tables:
            details = {"name": name, "near": nearest(name, tables), "known": ", ".join(sorted(tables))}
            yield Problem("sql-unknown-table", top, "error", details)


def _stars(found: Select, tables: Collection[str]) -> Iterator[Problem]:
    """A star over a table of the book: only the columns that some metric names are there."""
    book = {name.lower() for name in tables if not name.startswith("metric_")}
    for name, place in found.stars:
        if name.lower() in book:
            yield Problem("sql-star", place, "error", {"name": name})


def _columns(found: Select, top: Place) -> Iterator[Problem]:
    for column in _COLUMNS:
        if column not in found.columns and "*" not in found.columns:
            yield Problem("sql-without-column", top, "error", {"column": column})
