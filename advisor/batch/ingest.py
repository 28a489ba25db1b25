"""Tables in: a folder becomes a store without its rows ever being Python objects; what is written equals what
`store.write` makes of the book that `data.book` reads.

Problems are those of the row reader too, but of each code and column only the first are told one by one, then how many
more there are. What is on its way lies beside the store and is removed in any case.
"""

from __future__ import annotations

import datetime
import errno
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.batch.ingest_files import SMALL, Files
from advisor.batch.ingest_links import Links
from advisor.batch.ingest_mapping import mapped
from advisor.batch.ingest_rows import Typed, Typing
from advisor.batch.store import Store, add, finish
from advisor.content.content import Content
from advisor.core.model import Place, Problem, Row, stop
from advisor.data.encodings import check_encoding
from advisor.data.linking import ACCOUNT_ID
from advisor.data.mapping import FolderMapping
from advisor.data.tables import RawTable, RawTables, read_folder
from advisor.metrics import metric_tables
from advisor.metrics.metric_tables import MEMORY, QueryFailed

if TYPE_CHECKING:
    from advisor.metrics.metric_tables import Connection

HISTORY = "history"
TOLD = 20
_SCHEMA = "work"
_ERRORS = dict.fromkeys((errno.ENOSPC, errno.EFBIG, errno.EDQUOT), "space")
_ERRORS |= dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ENOENT), "rights")
_CODES = {"space": "batch-no-space", "rights": "batch-not-writable", "memory": "batch-no-memory"}


def ingest(
    folder: Path, content: Content, as_of: datetime.date, path: Path, mapping: FolderMapping | None = None,
    encoding: str | None = None, closed: Sequence[tuple[datetime.date, datetime.date]] = (), memory: str = MEMORY,
    told: int = TOLD, small: int = SMALL, history: Sequence[Row] = (), but: Path | None = None,
) -> tuple[Store, tuple[Problem, ...]]:  # fmt: skip
    """Read a folder of tables into a store.

    Args: as_of – the day of the advice; path – the store's file, which must not be there; mapping – how to read the
    tables of another system; encoding – of CSV files that do not say theirs; closed – days on which nobody works;
    memory – what the database may use, as `2GB`; told – how many problems of a code and column are told one by one;
    small – the bytes below which a file is left to the row reader; history – more rows of that table;
    but – a file there that is no table.
    Returns: the store, and what is wrong with the data.
    Raises: AdvisorError when there is nothing that could be advised on, or the store cannot be written.
    """
    check_encoding(encoding)
    folder, path = Path(folder), Path(path)
    with _work(path) as work, _opened(path, work, memory) as connection:
        files = Files(connection, _SCHEMA, work, encoding, small)
        words, read = content.vocabulary, files.read
        raw = mapped(folder, mapping, words, files) if mapping else read_folder(folder, words, read, but)
        typing = Typing(connection, _SCHEMA, content.cells, told)
        problems = typing.told(raw.problems)
        tables = _typed(raw, typing, mapping, content, problems)
        linked = Links(typing, as_of, tables).link(words)
        given = linked.given
        if history:
            given[HISTORY] = add(connection, words.entities[HISTORY], history, given.get(HISTORY))
        store = finish(connection, path, content, given, linked.accounts, as_of, closed)
        return store, (*problems, *linked.problems)


def _typed(
    raw: RawTables, typing: Typing, mapping: FolderMapping | None, content: Content, problems: list[Problem]
) -> dict[str, Typed]:
    """Every table typed, but for those of which no row would have an account; the order is that of the files."""
    targets = {
        of.to for entity in content.vocabulary.entities.values() for of in entity.fields.values() if of.type == "ref"
    }
    tables = {}
    for name, table in raw.found.items():
        count = typing.count(table)
        place = Place(str(table.sheet.path), 1)
        details = {"file": table.sheet.file, "table": table.entity.table, "count": count}
        if table.entity.rows == "many" and not table.has(ACCOUNT_ID):
            problems.append(Problem("data-no-account-column", place, "warning", {**details, "column": ACCOUNT_ID}))
            continue
        if name in targets and "id" in table.entity.fields and not table.has("id"):
            problems.append(Problem("data-no-id-column", place, "warning", {**details, "column": "id"}))
        tables[name] = typing.table(table, _changes(table, mapping), problems)
    return tables


def _changes(table: RawTable, mapping: FolderMapping | None) -> Mapping[str, Mapping[str, Any]]:
    found = mapping.tables.get(table.entity.name) if mapping else None
    return found.values if found else {}


# --- the files on the way ------------------------------------------------------------------------


@contextmanager
def _work(path: Path) -> Iterator[Path]:
    """A folder beside the store for what is on its way."""
    work = path.with_name(path.name + ".work")
    try:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        yield work
    except (QueryFailed, OSError) as error:
        cause = error.cause if isinstance(error, QueryFailed) else _ERRORS.get(error.errno or 0, "")
        if not cause:
            raise
        why = str(error) if isinstance(error, QueryFailed) else error.strerror or ""
        raise stop(_CODES[cause], 1, Place(str(path)), file=path.name, why=why) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _opened(path: Path, work: Path, memory: str) -> Iterator[Connection]:
    """The store's database; half a store is removed."""
    with metric_tables.failures():
        connection = metric_tables.bulk(path, work, memory)
        try:
            yield connection
            metric_tables.settle(connection)
        except BaseException:
            with suppress(QueryFailed), metric_tables.failures():
                connection.close()
            for made in (path, path.with_name(path.name + ".wal")):
                made.unlink(missing_ok=True)
            raise
