"""Metrics: figures over many rows or the whole book, each one SELECT in `rules/metrics/*.sql`.

A metric is run once for the whole book, when somebody first asks for it. It reads the book's typed tables, the closing
periods (`closed_days`) and, as `metric_<name>`, the results of other metrics.
"""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Protocol

from advisor.core.model import UNKNOWN, AdvisorError, Origin, Place, Problem, Row, Value, known, stop
from advisor.core.vocabulary import Vocabulary, nearest
from advisor.metrics import metric_tables
from advisor.metrics.metric_needs import CLOSED, tables_needed
from advisor.metrics.metric_tables import SOURCE, QueryFailed, QueryStopped

if TYPE_CHECKING:
    from advisor.metrics.metric_tables import Connection

ACCOUNT = "account_id"
_WORD = re.compile(r'"[^"]+"|\w+')
_PLACES = Decimal("1e-9")
_SECONDS = 60.0


class Tables(Protocol):
    """What metrics need of a book."""

    @property
    def as_of(self) -> datetime.date: ...

    @property
    def tables(self) -> Mapping[str, tuple[Row, ...] | None]: ...


@dataclass(frozen=True)
class Metrics:
    """The metrics of a content.

    `files`: file name → (text, path as shown). `policy`: thresholds by name. `closed_periods`: first and last days.
    """

    files: Mapping[str, tuple[str, str]]
    policy: Mapping[str, Any]
    closed_periods: Sequence[tuple[datetime.date, datetime.date]] = ()

    def tables(self) -> dict[str, str]:
        """The table names under which metrics may be read by others, with their file names."""
        return {"metric_" + file.removesuffix(".sql"): file for file in self.files}

    @functools.cached_property
    def words(self) -> frozenset[str]:
        """Every word of their texts: names of columns are among them."""
        return frozenset(word for text, _ in self.files.values() for word in words_of(text))

    def parameters(self) -> dict[str, Any]:
        """All that a metric may ask for, but `as_of`."""
        return {f"policy_{name}": data for name, data in self.policy.items()}


@dataclass(frozen=True, slots=True)
class _Result:
    columns: tuple[str, ...]
    rows: Mapping[str | None, tuple[Any, ...]]


class MetricSource:
    """The metrics' values for the accounts of one book."""

    def __init__(self, metrics: Metrics, vocabulary: Vocabulary, book: Tables, seconds: float = _SECONDS) -> None:
        self._metrics = metrics
        self._vocabulary = vocabulary
        self._book = book
        self._seconds = seconds
        self._made: Connection | None = None
        self._loaded: set[str] = set()
        self._results: dict[str, _Result] = {}
        self._running: list[str] = []
        self._last: dict[str, tuple[str, Mapping[str, Value]]] = {}

    def value(self, file: str, account_id: str) -> Mapping[str, Value]:
        """A metric's columns for an account.

        Args: file – the metric's file name; account_id – the account. A metric that returns one row without an account
        (the portfolio) gives that row to everybody.
        Returns: values by column, without account_id and source; empty when a table that the metric needs is unknown or
        the account has no row.
        Raises: AdvisorError – the metric does not exist, fails, or takes too long.
        """
        if not self._has_needs(self._text(file)[0]):
            return {}
        last = self._last.get(file)
        if last is None or last[0] != account_id:
            last = self._last[file] = account_id, self._values(self._result(file), account_id)
        return last[1]

    def columns(self, file: str) -> tuple[str, ...]:
        """The names of all columns that a metric returns."""
        return self._result(file).columns

    def _text(self, file: str) -> tuple[str, str]:
        found = self._metrics.files.get(file)
        if found is None:
            raise stop("metric-unknown", name=file, near=nearest(file, self._metrics.files))
        return found

    def _has_needs(self, text: str) -> bool:
        entities = [self._vocabulary.by_table(table) for table in tables_needed(text)]
        return all(entity is not None and self._book.tables.get(entity.name) is not None for entity in entities)

    @staticmethod
    def _values(result: _Result, account_id: str) -> Mapping[str, Value]:
        row = result.rows.get(account_id, result.rows.get(None))
        if row is None:
            return {}
        cells = dict(zip(result.columns, row, strict=True))
        source = str(cells.pop(SOURCE, None) or "")
        cells.pop(ACCOUNT, None)
        return {column: value_of(data, source) for column, data in cells.items()}

    # --- running ---------------------------------------------------------------------------------

    @property
    def _connection(self) -> Connection:
        if self._made is None:
            self._made = metric_tables.connect()
        return self._made

    def _result(self, file: str) -> _Result:
        if file not in self._results:
            text, path = self._text(file)
            if file in self._running:
                raise stop("metric-circle", place=Place(path), metric=file, path=" → ".join([*self._running, file]))
            self._running.append(file)
            try:
                self._results[file] = self._run(file, text, Place(path))
            finally:
                self._running.pop()
        return self._results[file]

    def _run(self, file: str, text: str, place: Place) -> _Result:
        self._load(text)
        try:
            with metric_tables.time_limit(self._connection, self._seconds):
                cursor = self._execute("metric_" + file.removesuffix(".sql"), text)
                columns = tuple(metric_tables.names_of(cursor))
                rows = cursor.fetchall()
        except QueryStopped:
            raise stop("metric-slow", place=place, metric=file, seconds=f"{self._seconds:g}") from None
        except QueryFailed as error:
            at = Place(place.path, error.line) if error.line else place
            raise stop("metric-failed", place=at, metric=file, why=str(error)) from None
        return _Result(columns, _by_account(rows, columns, file, place))

    def _execute(self, table: str, text: str) -> Connection:
        """Keep the result as a table, so that other metrics can read it."""
        values = {**self._metrics.parameters(), "as_of": self._book.as_of}
        asked = {name: values[name] for name in metric_tables.parameters_of(self._connection, text) if name in values}
        select = text.rstrip().rstrip(";")  # on the same line as CREATE, so that DuckDB counts lines as the file does
        create = f"CREATE TEMP TABLE {metric_tables.quoted(table)} AS {select}"
        self._connection.execute(create, metric_tables.plain_parameters(asked))
        return self._connection.execute(f"SELECT * FROM {metric_tables.quoted(table)}")

    def _load(self, text: str) -> None:
        """Make every table that a text names: the book's, the closing periods, other metrics' results."""
        words, metrics = words_of(text), self._metrics.tables()
        for entity in self._vocabulary.entities.values():
            if entity.table in words and entity.table not in self._loaded:
                rows = self._book.tables.get(entity.name) or ()
                metric_tables.load_entity(self._connection, entity, rows, self._metrics.words)
                self._loaded.add(entity.table)
        if CLOSED in words and CLOSED not in self._loaded:
            metric_tables.load_closed(self._connection, self._metrics.closed_periods)
            self._loaded.add(CLOSED)
        for table in sorted(words & metrics.keys()):
            self._result(metrics[table])


# --- checking ------------------------------------------------------------------------------------


def check_metrics(metrics: Metrics, vocabulary: Vocabulary) -> list[Problem]:
    """Can DuckDB run the metrics on empty tables? What they may not do at all was refused when content was read."""
    source, found = MetricSource(metrics, vocabulary, _Empty()), []
    for file in metrics.files:
        try:
            source.columns(file)
        except AdvisorError as error:
            found += error.problems
    return found


class _Empty:
    """A book without a row."""

    as_of = datetime.date(2000, 1, 1)
    tables: Mapping[str, tuple[Row, ...] | None] = {}


# --- small parts ---------------------------------------------------------------------------------


def words_of(text: str) -> frozenset[str]:
    """The words of a SELECT in lower case: the tables that it reads are among them."""
    return frozenset(word.strip('"').lower() for word in _WORD.findall(text))


def _by_account(
    rows: list[tuple[Any, ...]], columns: tuple[str, ...], file: str, place: Place
) -> dict[str | None, tuple[Any, ...]]:
    if ACCOUNT not in columns:
        raise stop("sql-without-column", place=place, column=ACCOUNT)
    at = columns.index(ACCOUNT)
    found: dict[str | None, tuple[Any, ...]] = {}
    for row in rows:
        if row[at] in found:
            raise stop("metric-rows-twice", place=place, metric=file, account=row[at] or "-")
        found[row[at]] = row
    return found


def value_of(data: Any, source: str) -> Value:
    """A result's cell as a value: binary fractions as decimals, times as days."""
    if isinstance(data, float):
        data = _decimal(data)
    elif isinstance(data, datetime.datetime):
        data = data.date()
    elif isinstance(data, list):
        data = tuple(data)
    return UNKNOWN if data is None else known(data, Origin.DERIVED, source)


def _decimal(data: float) -> Decimal | None:
    """Nine places at most, and none that are only zeros."""
    exact = Decimal(repr(data))
    if not exact.is_finite():
        return None
    try:
        return Decimal(format(exact.quantize(_PLACES), "f").rstrip("0").rstrip("."))
    except InvalidOperation:
        return exact
