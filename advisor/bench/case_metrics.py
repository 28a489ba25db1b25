"""Metrics for cases: cases that vary what a metric does not read share its result, as each run takes a while."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping

from advisor.content.content import Content
from advisor.core.model import Row, Value
from advisor.data.book import Book
from advisor.metrics.metrics import Metrics, MetricSource

_WORD = re.compile(r"\w+")


class CaseMetrics:
    """All metric results of one run of cases, by what the metric reads."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.metrics = Metrics(content.metrics, content.policy)
        self._words = {file: self._read_by(file, frozenset()) for file in content.metrics}
        self._known: dict[Hashable, Mapping[str, Value]] = {}

    def of(self, book: Book) -> _BookMetrics:
        """The metrics of one case's book."""
        return _BookMetrics(self, book)

    def _read_by(self, file: str, above: frozenset[str]) -> frozenset[str]:
        """Every word of a metric's text and of those that it reads: names of tables and columns are among them."""
        if file in above:
            return frozenset()
        words = frozenset(word.lower() for word in _WORD.findall(self.content.metrics[file][0]))
        others = [other for table, other in self.metrics.tables().items() if table.lower() in words and other != file]
        return words.union(*(self._read_by(other, above | {file}) for other in others))

    def value(self, file: str, account_id: str, book: Book, source: MetricSource) -> Mapping[str, Value]:
        key = (file, account_id, book.as_of, self._reads(file, book))
        if key not in self._known:
            self._known[key] = source.value(file, account_id)
        return self._known[key]

    def _reads(self, file: str, book: Book) -> Hashable:
        words = self._words.get(file, frozenset())
        tables = self.content.vocabulary.entities
        given = {name: rows for name, rows in book.tables.items() if tables[name].table.lower() in words}
        return tuple((name, rows is None, *(_cells(row, words) for row in rows or ())) for name, rows in given.items())


def _cells(row: Row, words: frozenset[str]) -> Hashable:
    cells = tuple((name, value.state, value.data) for name, value in row.values.items() if name.lower() in words)
    return row.id, row.where, cells


class _BookMetrics:
    """One book's metrics; run only where no earlier case's will do."""

    def __init__(self, shared: CaseMetrics, book: Book) -> None:
        self._shared = shared
        self._book = book
        self._source = MetricSource(shared.metrics, shared.content.vocabulary, book)

    def value(self, file: str, account_id: str) -> Mapping[str, Value]:
        return self._shared.value(file, account_id, self._book, self._source)
