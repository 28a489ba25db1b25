"""Opening a run: content, settings, book and history put together into an Advisor."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from advisor.advice.advise import Advisor
from advisor.advice.history import from_advice
from advisor.advice.workspace import Settings, Wish, find_workspace, presets, resolve
from advisor.content import content_cache
from advisor.content.cell_words import Words
from advisor.content.content import Content, sound
from advisor.content.plays import PORTFOLIO
from advisor.core import yaml_in
from advisor.core.model import AdvisorError, Place, Problem, Row, Value, stop
from advisor.core.vocabulary import Vocabulary, nearest
from advisor.core.yaml_in import Item
from advisor.data import book as books
from advisor.data.book import Book
from advisor.data.cells import Reader
from advisor.data.sheets import read_file
from advisor.data.tables import files_of
from advisor.metrics.metrics import Metrics, MetricSource


def open_content(wish: Wish) -> Content:
    """Read the content that a run uses.

    Raises: AdvisorError – something is wrong with it.
    """
    return sound(content_cache.load(find_workspace(wish.content), presets(wish)))


def open_book(wish: Wish, content: Content | None = None) -> Advisor:
    """Open a run over a folder of tables, with the content that the wish names unless another is given.

    Raises: AdvisorError – content, settings or data are wrong.
    """
    content = content or open_content(wish)
    settings = resolve(wish, content.vocabulary, find_workspace(wish.content))
    book = open_tables(content, settings)
    book.digest = digest_of_tables(settings)
    return Advisor(content, settings, book)


def open_tables(content: Content, settings: Settings) -> Book:
    """The book of the settings' tables and history.

    Raises: AdvisorError – there is nothing that could be advised on.
    """
    data, history = settings.data, settings.history
    book = books.load(data, content.vocabulary, settings.as_of, settings.mapping, content.cells, history)
    return ready(content, settings, book)


def open_facts(source: str, wish: Wish, content: Content | None = None) -> Advisor:
    """Open a run over one account's facts, from a YAML or JSON file or standard input (`-`)."""
    from advisor.data.asserted import assert_derived

    content = content or open_content(wish)
    item = _facts_item(source)
    as_of = wish.as_of or _facts_day(item)
    settings = resolve(dataclasses.replace(wish, as_of=as_of), content.vocabulary, find_workspace(wish.content))
    book = books.from_facts(item, content.vocabulary, settings.as_of, content.cells)
    if not book.accounts():
        raise stop("no-facts", 1, item.place)
    book.digest = digest_of(repr(item.plain()).encode())
    return Advisor(content, settings, ready(content, settings, assert_derived(book, content.vocabulary, content.cells)))


def _facts_day(item: Item) -> datetime.date | None:
    given = item.get("as_of")
    if given is None or given.value is None or isinstance(given.value, datetime.date):
        return given.value if given else None
    raise stop("bad-date", 2, given.place, value=given.plain())


def _facts_item(source: str) -> Item:
    name = "<stdin>" if source == "-" else source
    try:
        data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except (OSError, ValueError) as error:
        raise stop("facts-unreadable", 2, Place(name), why=getattr(error, "strerror", "") or str(error)) from None
    item, problems = yaml_in.read(data, name)
    if any(problem.level == "error" for problem in problems):
        raise AdvisorError(problems, 1)
    if not item.is_map:
        raise stop("data-facts-not-map", 1, item.place)
    return item


def ready(content: Content, settings: Settings, book: Book) -> Book:
    """The book with the history laid in, and with what computes its metrics."""
    rows, problems = read_history(settings.history, content.vocabulary, content.cells)
    tables = dict(book.tables)
    if book.in_book and not tables.get(PORTFOLIO):  # its figures are made from the accounts
        tables[PORTFOLIO] = (Row(PORTFOLIO, PORTFOLIO, {}, PORTFOLIO),)
    if rows:
        tables["history"] = (*(tables.get("history") or ()), *rows)
    book = dataclasses.replace(book, tables=tables, problems=(*book.problems, *problems))
    book.metrics = MetricSource(Metrics(content.metrics, content.policy, settings.closed), content.vocabulary, book)
    return book


def digest_of_tables(settings: Settings) -> str:
    """The hash of the data folder's files; the history grows with every answer and is not one of them."""
    made = hashlib.sha256()
    for path in files_of(settings.data):
        if path.resolve() != settings.history.resolve():
            made.update(hashlib.sha256(path.name.encode()).digest())
            made.update(_of_file(path))
    return f"sha256:{made.hexdigest()}"


def digest_of_history(settings: Settings) -> str | None:
    """The hash of the history's file; None when there is none, or none that can be read, which reading it will tell."""
    try:
        found = settings.history.is_file()
    except OSError:
        return None
    return f"sha256:{hashlib.sha256(_of_file(settings.history)).hexdigest()}" if found else None


def _of_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return hashlib.sha256().digest()


def digest_of(data: bytes) -> str:
    """The hash of some bytes."""
    return f"sha256:{hashlib.sha256(hashlib.sha256(data).digest()).hexdigest()}"


# --- history -------------------------------------------------------------------------------------


def read_history(path: Path, vocabulary: Vocabulary, words: Words) -> tuple[list[Row], list[Problem]]:
    """Earlier advice: a CSV table `history`, or JSON lines as `advise --format json` and `batch` write them."""
    try:
        if not path.is_file() or not path.stat().st_size:
            return [], []
    except OSError as error:
        raise stop("history-unreadable", 1, Place(str(path)), why=error.strerror or str(error)) from None
    records = _json_records(path) if path.suffix in (".jsonl", ".ndjson", ".json") else _csv_records(path)
    problems: list[Problem] = []
    readers = {name: Reader(field, words) for name, field in vocabulary.entities["history"].fields.items()}
    rows = [_row(n, record, path, readers, problems) for n, record in enumerate(records, 1)]
    return rows, problems


def _json_records(path: Path) -> Iterable[dict[str, Any]]:
    """Of each line only what history holds is kept: a night's output may be longer than the memory."""
    found: list[dict[str, Any]] = []
    try:
        with path.open(encoding="utf-8", newline="\n") as file:  # other line ends may stand within a text
            for text in [file.read()] if path.suffix == ".json" else file:
                record = json.loads(text) if text.strip() else {}
                if not isinstance(record, dict):
                    raise ValueError(f"{str(record)[:40]} ≠ {{…}}")
                found += from_advice(record) if "advice" in record else [record] * bool(record)
    except (OSError, ValueError, RecursionError) as error:
        raise stop("history-unreadable", 1, Place(str(path)), why=str(error)) from None
    return found


def _csv_records(path: Path) -> Iterable[dict[str, Any]]:
    sheets, problems = read_file(path)
    if not sheets:
        raise AdvisorError(problems, 1)
    return [dict(zip(sheet.header, row, strict=False)) for sheet in sheets for row in sheet.rows]


def _row(n: int, record: dict[str, Any], path: Path, readers: dict[str, Reader], problems: list[Problem]) -> Row:
    values: dict[str, Value] = {}
    for name, reader in readers.items():
        raw = record.get(name)
        if raw in (None, ""):
            continue
        found = reader(raw)
        if isinstance(found, Value):
            values[name] = found
        else:
            details = {"file": path.name, "table": "history", "row": n + 1, "column": name, **found.details}
            problems.append(Problem(found.code, Place(str(path), n + 1), "warning", details))
    return Row("history", f"{path.name}:{n}", values, f"history {n}")


# --- finding an account --------------------------------------------------------------------------


def find_account(book: Book, wanted: str) -> Row:
    """The account with that id or name, or the only one whose name holds it.

    Raises: AdvisorError – no such account, or several.
    """
    accounts = book.accounts()
    exact = [row for row in accounts if wanted in (row.id, row.text("name"))]
    folded = wanted.casefold()
    near = exact or [row for row in accounts if folded in row.text("name").casefold() or folded == row.id.casefold()]
    if len(near) == 1 or (exact and wanted == exact[0].id):
        return near[0]
    if near:
        found = ", ".join(f"{row.id} {row.text('name')}" for row in near[:5])
        raise stop("ambiguous-account", 2, name=wanted, found=found + (" …" if len(near) > 5 else ""))
    names = {text: row for row in accounts for text in (row.id, row.text("name")) if text}
    best = names.get(nearest(wanted, names))
    raise stop("unknown-account", 2, name=wanted, near=f"{best.id} {best.text('name')}" if best else "")
