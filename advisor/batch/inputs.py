"""What each account's advice is made from, as a hash: its records, its metrics, and what all accounts share."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.batch.store import SHARED, Store
from advisor.content.content import Content
from advisor.core.tree import Metric
from advisor.metrics import metric_tables
from advisor.metrics.metric_tables import literal, quoted
from advisor.sql.relations import ACCOUNT

if TYPE_CHECKING:
    from advisor.metrics.metric_tables import Connection

_AT_ONCE = 50_000
_SPAN = "BETWEEN $first AND $last"


def write(store: Store, content: Content, path: Path) -> str:
    """Write a Parquet file with each account's number, id and hash.

    Returns: the hash of what all accounts share; where it differs, everything may.
    Raises: QueryFailed – the database lacks space or memory.
    """
    with metric_tables.failures(), metric_tables.stored(store.path, threads=os.cpu_count() or 1) as connection:
        connection.execute("CREATE TEMP TABLE made (number BIGINT, id VARCHAR, input VARCHAR)")
        for first in range(0, store.accounts, _AT_ONCE):  # all rows' hashes at once would not fit into memory
            span = {"first": first, "last": first + _AT_ONCE - 1}
            connection.execute(f"INSERT INTO made {_of_span(store, content)}", span)
        form = "FORMAT parquet, COMPRESSION zstd"
        connection.execute(f"COPY (FROM made ORDER BY number) TO {literal(str(path))} ({form})")
        return _shared(connection, store, content)


def _of_span(store: Store, content: Content) -> str:
    """A SELECT of the number, id and hash of each account of a span."""
    parts = " UNION ALL ".join([*_records(store, content), *_metrics(store)])
    hashed = "md5(string_agg(p.part || p.hash, '' ORDER BY p.part)) AS input"
    accounts = f'(SELECT _aid, _id FROM "t_{ACCOUNT}" WHERE _aid {_SPAN})'
    of = f"FROM {accounts} a JOIN ({parts}) p ON p.number = a._aid"
    return f"SELECT a._aid AS number, a._id AS id, {hashed} {of} GROUP BY ALL"


def _records(store: Store, content: Content) -> Iterator[str]:
    """For each table, a SELECT of its accounts' numbers and the hash of their rows."""
    for name in store.given.columns:
        if content.vocabulary.entities[name].rows not in SHARED:
            rows = f'SELECT _aid AS number, _rid, {_row(store, name)} AS hash FROM "t_{name}" WHERE _aid {_SPAN}'
            yield _folded(name, rows, "_rid")


def _metrics(store: Store) -> Iterator[str]:
    for file in sorted(store.given.metrics):
        table = quoted(f"metric_{file.removesuffix('.sql')}")
        hashed = _hashed(_columns(store, file))
        made = f"(SELECT account_id, {hashed} AS hash FROM {table})"
        of = f'm JOIN "t_{ACCOUNT}" a ON a._id = m.account_id WHERE a._aid {_SPAN}'
        rows = f"SELECT a._aid AS number, m.hash FROM {made} {of}"
        yield _folded(file, rows, "hash")


def _folded(part: str, rows: str, order: str) -> str:
    folded = f"md5(string_agg(hash, '' ORDER BY {order})) AS hash"
    return f"(SELECT number, {literal(part)} AS part, {folded} FROM ({rows}) GROUP BY number)"


def _row(store: Store, name: str) -> str:
    """A row's hash: its id, where it stands, and all that is known of it, whatever other columns there are."""
    columns = store.given.columns[name]
    names = [part for one, none in columns.items() for part in (one, *([f"{one}?"] if none else []))]
    return _hashed(["_id", "_where", *names])


def _hashed(columns: list[str]) -> str:
    """Each known cell with its name and its length, so that no two rows read alike."""
    cells = [
        f"coalesce({literal(name)} || length({_text(name)}) || ':' || {_text(name)}, '')" for name in sorted(columns)
    ]
    return f"md5({' || '.join(cells)})"


def _text(name: str) -> str:
    """A cell as text; as JSON, in which lists are unmistakable, and FALSE of a none column as nothing."""
    one = f"nullif({quoted(name)}, FALSE)" if name.endswith("?") else quoted(name)
    return f"CAST(to_json({one}) AS VARCHAR)"


def _columns(store: Store, file: str) -> list[str]:
    """The columns of a metric that facts read, and the one that names the records behind them."""
    return [*store.given.metrics[file], *(["source"] if "source" in store.metric_columns[file] else [])]


# --- what all accounts share ---------------------------------------------------------------------


def _shared(connection: Connection, store: Store, content: Content) -> str:
    """Which tables there are, those that belong to nobody, and the metrics of the whole book that accounts read."""
    made = hashlib.sha256(repr([sorted(store.given.columns), sorted(store.metric_columns)]).encode())
    for name in sorted(store.given.columns):
        if content.vocabulary.entities[name].rows in SHARED:
            rows = f'SELECT {_row(store, name)} AS hash, _rid AS place FROM "t_{name}"'
            made.update(_whole(connection, rows))
    for file in sorted(_of_the_book(store, content)):
        table = quoted(f"metric_{file.removesuffix('.sql')}")
        hashed = _hashed(_columns(store, file))
        made.update(_whole(connection, f"SELECT {hashed} AS hash, 0 AS place FROM {table} WHERE account_id IS NULL"))
    return f"sha256:{made.hexdigest()}"


def _whole(connection: Connection, rows: str) -> bytes:
    found = connection.execute(f"SELECT md5(string_agg(hash, '' ORDER BY place, hash)) FROM ({rows})").fetchone()
    return repr(found).encode()


def _of_the_book(store: Store, content: Content) -> set[str]:
    """The metric files whose row for the whole book an account's facts may read.

    The portfolio's own facts are not among an account's, unless something about accounts names one of them.
    """
    entities = content.vocabulary.entities
    measured = [(entity, one.expr.file) for (entity, _), one in content.derived.items() if isinstance(one.expr, Metric)]
    single = {entity for entity, _ in measured if entities[entity].rows == "single"}
    if _named(single, content):
        return set(store.given.metrics)
    return {file for entity, file in measured if entity not in single} & set(store.given.metrics)


def _named(single: set[str], content: Content) -> bool:
    """Whether anything about accounts names a fact of the book as a whole."""
    things = [repr(play) for play in content.plays if play.about not in single]
    things += [repr(one) for (entity, _), one in content.derived.items() if entity not in single]
    things += [repr(content.guards), repr(content.contradictions), repr(content.picking)]
    marks = [mark for name in single for mark in (f"entity='{name}'", f"'{name}.", f'"{name}.', f"about='{name}'")]
    return any(mark in thing for thing in things for mark in marks)
