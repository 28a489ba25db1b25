"""Another system's tables: a mapping's columns and queries, without their rows passing through Python."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.batch.ingest_files import TEXT, Files, Raw, Stored, carried
from advisor.core.vocabulary import Vocabulary
from advisor.data.mapping import FolderMapping
from advisor.data.mapping_run import Database, apply, as_texts, column_names
from advisor.data.sheets import Sheet
from advisor.data.tables import RawTables
from advisor.metrics import metric_tables
from advisor.metrics.metric_tables import quoted

if TYPE_CHECKING:
    from advisor.metrics.metric_tables import Connection

TIME_LIMIT = 3600.0
_BINARY = "DOUBLE"
_TIMES = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")


def mapped(folder: Path, mapping: FolderMapping, vocabulary: Vocabulary, files: Files) -> RawTables:
    """Read a folder through a mapping; see `mapping_run.apply`. A large book's queries may take longer."""
    return apply(folder, mapping, vocabulary, TIME_LIMIT, files.read, lambda: _inside(files))


@contextmanager
def _inside(files: Files) -> Iterator[Database]:
    """Queries run in a corner of the database: their results become tables, the files' tables are views of text."""
    connection = files.connection
    found = connection.execute("SELECT current_setting('threads')").fetchone()
    connection.execute("SET enable_external_access = false")  # all files are read by now
    connection.execute("SET threads = 1")  # sums of binary fractions must not depend on the machine
    queries = _Queries(files)
    try:
        yield queries
    finally:
        connection.execute(f"SET threads = {found[0] if found else 1}")
    for kind, name in queries.made:
        connection.execute(f"DROP {kind} {quoted(name)}")


class _Queries:
    """What queries read and give, as tables."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.connection: Connection = files.connection
        self.made: list[tuple[str, str]] = []

    def time_limit(self, seconds: float) -> AbstractContextManager[object]:
        return metric_tables.time_limit(self.connection, seconds)

    def load(self, name: str, sheet: Sheet) -> None:
        """A sheet as a table of text, as the row reader makes it."""
        stored = [cell for row in sheet.rows[:1] for cell in row if isinstance(cell, Stored)]
        if stored:
            raw = stored[0].raw
            names = column_names(sheet.header)
            picked = ", ".join(f"{_text(raw, n)} AS {quoted(one)}" for n, one in enumerate(names))
            self.connection.execute(f"CREATE TEMP VIEW {quoted(name)} AS SELECT {picked} FROM {raw.table} r")
        else:
            metric_tables.load(self.connection, name, as_texts(sheet))
        self.made.append(("VIEW" if stored else "TABLE", name))

    def run(self, query: str) -> tuple[list[str], list[list[Any]]]:
        """Make a table of a query's rows; its one row here stands for them."""
        table = self.files.table()
        select = query.rstrip().rstrip(";")
        described = self.connection.execute(f"DESCRIBE {select}").fetchall()
        header, kinds = [str(name) for name, *_ in described], [str(kind) for _, kind, *_ in described]
        names = ", ".join(f"c{n}" for n in range(len(header)))
        self.connection.execute(f"CREATE TABLE {table} AS SELECT {_cast(kinds)} FROM ({select}\n) q({names})")
        found = self.connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        raw = Raw(self.connection, table, tuple(map(carried, kinds)), int(found[0]) if found else 0)
        return header, self.files.cells(raw, header)


def _cast(kinds: list[str]) -> str:
    return ", ".join(f"c{n}::{carried(kind)} AS c{n}" for n, kind in enumerate(kinds))


def _text(raw: Raw, number: int) -> str:
    """A cell as SQL sees it: as `mapping_run` writes it, an empty one as NULL."""
    cell, kind = f"r.c{number}", raw.kinds[number]
    if kind == TEXT:
        text = f"nullif({cell}, '')"
    elif kind == "BOOLEAN":
        text = f"CASE WHEN {cell} THEN 'True' WHEN NOT {cell} THEN 'False' END"
    elif kind == _BINARY:
        whole = f"{cell} = trunc({cell}) AND abs({cell}) < 1e18"
        text = f"CASE WHEN {whole} THEN CAST(CAST({cell} AS BIGINT) AS VARCHAR) ELSE CAST({cell} AS VARCHAR) END"
    elif kind in _TIMES:
        midnight = f"{cell} = date_trunc('day', {cell})"
        text = f"CASE WHEN {midnight} THEN CAST(CAST({cell} AS DATE) AS VARCHAR) ELSE CAST({cell} AS VARCHAR) END"
    else:
        text = f"CAST({cell} AS VARCHAR)"
    return f"CASE WHEN NOT r._bent THEN {text} END" if raw.numbered and number else text
