"""Write a made-up book to a folder, whole or not at all."""

from __future__ import annotations

import datetime
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.core import yaml_in
from advisor.core.home import content_root, shown
from advisor.core.model import AdvisorError, Place, Problem, stop
from advisor.core.vocabulary import Vocabulary
from advisor.core.yaml_in import Item
from advisor.metrics import metric_tables
from advisor.sample.dirt import Dirt
from advisor.sample.making import Maker
from advisor.sample.tables import Book

if TYPE_CHECKING:
    from advisor.metrics.metric_tables import Connection

CONTENT = "rules/sample.yaml"
FORMATS = ("parquet", "csv")
_YEARS = (1950, 2150)  # the years before lie in the book as well
_SHOWN = 5
_FIELD = 3  # how deep a field lies: tables, table, fields
_SETTINGS = """\
# A made-up book: advisor sample --accounts {accounts} --seed {seed} --dirt {dirt}
data: .
as_of: {as_of}
"""

Told = Callable[[str, int], None]


def read(workspace: Path | None) -> Item:
    """The description of the book; a workspace's own is laid over it key by key.

    Raises: AdvisorError – a file cannot be read.
    """
    item = Item({}, Place(CONTENT))
    problems: list[Problem] = []
    for layer in [content_root(), *([workspace] if workspace else [])]:
        path = layer / CONTENT
        if path.is_file():
            above, found = yaml_in.load(path, shown(path))
            problems += found
            item = _laid_over(item, above, problems) if item.is_map and item.value else above
    if any(problem.level == "error" for problem in problems):
        raise AdvisorError(problems)
    return item


def _laid_over(below: Item, above: Item, problems: list[Problem], depth: int = 0) -> Item:
    """One description over another, down to a table's fields (tables, table, fields, field), which are taken whole."""
    if depth > _FIELD or not below.is_map:
        return above
    if not above.is_map:
        problems.append(Problem("content-not-map", above.place))
        return below
    both = dict(below.value)
    for key, item in above.items():
        both[key] = _laid_over(both[key], item, problems, depth + 1) if key in both else item
    return Item(both, above.place, above.key_place)


def planned(content: Item, vocabulary: Vocabulary, accounts: int, seed: int, as_of: datetime.date | None) -> Book:
    """The tables of the book, not yet made.

    Args: as_of – the day of the book; None is the content's own.
    Raises: AdvisorError – the description is wrong, with every problem found in it.
    """
    own = content.get("as_of")
    day = as_of or (own.value if own else None)
    if not isinstance(day, datetime.date) or not _YEARS[0] <= day.year <= _YEARS[1]:
        raise stop("bad-date", 2, own.here if own and as_of is None else Place(), value=day)
    book = Book(content, vocabulary, seed, day, accounts)
    if book.problems:
        raise AdvisorError(book.problems)
    return book


def write(book: Book, folder: Path, form: str, dirt: float, told: Told = lambda table, rows: None) -> dict[str, int]:
    """Write every table, and an advisor.yaml that names the day.

    Args: form – csv or parquet; dirt – the share of odd cells; told – hears each table when it is there.
    Returns: how many rows each table has.
    Raises: AdvisorError – the folder holds something, or cannot be written, or a formula is refused.
    """
    with _draft(folder) as draft:
        rows = _write_tables(book, draft, form, dirt, told)
        settings = _SETTINGS.format(accounts=book.accounts, seed=book.seed, dirt=f"{dirt:g}", as_of=book.as_of)
        (draft / "advisor.yaml").write_text(settings, encoding="utf-8")
    return rows


def _write_tables(book: Book, draft: Path, form: str, dirt: float, told: Told) -> dict[str, int]:
    rows = {}
    connection = metric_tables.writer()
    with metric_tables.failures():
        connection.execute(f"CREATE TABLE numbers AS SELECT range AS n FROM range(1, {book.accounts + 1})")
        connection.execute(f"SET temp_directory = {metric_tables.literal(str(draft / 'spill'))}")
    odd = _dirt(book, dirt)
    for table, plan in book.plans.items():
        rows[table] = _write_table(connection, book, table, draft / f"{table}.{form}", odd)
        told(plan.entity.table, rows[table])
    connection.close()
    shutil.rmtree(draft / "spill", ignore_errors=True)
    return rows


def _write_table(connection: Connection, book: Book, table: str, path: Path, odd: Dirt | None) -> int:
    place = book.plans[table].item.here
    try:
        return metric_tables.copy(connection, book.select(table, odd), path, path.suffix[1:])
    except ValueError as error:
        raise stop("sample-circle", 1, place, table=table, name=str(error)) from None
    except metric_tables.QueryFailed as error:
        if error.cause:
            raise stop("cannot-write", 2, Place(str(path.parent)), why=str(error)) from None
        raise stop("sample-refused", 1, _refused(connection, book, table), table=table, what=str(error)) from None


def _refused(connection: Connection, book: Book, table: str) -> Place:
    """The field at which the database stops, or the table where that shows only in some row."""
    plan = book.plans[table]
    fields = plan.item.get("fields") or Item({}, plan.item.place)
    for name, item in fields.items():
        try:
            with metric_tables.failures():
                connection.execute(f"EXPLAIN {book.column(table, name)}")
        except metric_tables.QueryFailed:
            return item.here
    return plan.item.here


def _dirt(book: Book, share: float) -> Dirt | None:
    if not share:
        return None
    kinds = book.content.get("dirt") or Item({}, book.content.place)
    return Dirt(share, kinds, Maker("dirt", book.seed, book.as_of, {}, {}, []))


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """A new folder beside the wanted one, which takes its place when all went well, and is removed otherwise."""
    _refuse_used(folder)
    draft = folder.absolute().with_name(f".{folder.absolute().name}.{os.getpid()}")
    try:
        draft.mkdir(parents=True)
        yield draft
        if folder.is_dir():
            folder.rmdir()
        draft.replace(folder)
    except OSError as error:
        raise stop("cannot-write", 2, Place(str(folder)), why=error.strerror or str(error)) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _refuse_used(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise stop("not-a-folder", 2, Place(str(folder)))
    try:
        found = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    except OSError as error:
        raise stop("cannot-write", 2, Place(str(folder)), why=error.strerror or "") from None
    if found:
        named = ", ".join([*found[:_SHOWN], *(["\u2026"] if len(found) > _SHOWN else [])])
        proposal = shown(folder.absolute().with_name(f"{folder.absolute().name}-2"))
        raise stop("folder-not-empty", 2, Place(str(folder)), found=named, proposal=proposal)
