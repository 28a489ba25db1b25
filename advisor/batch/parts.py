"""What a run leaves: parts, put into the order of accounts, a few rows at a time in memory."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.batch.work import COLUMNS, ORDER
from advisor.metrics import metric_tables

if TYPE_CHECKING:
    from advisor.metrics.metric_tables import Connection

_AT_ONCE = 500
_SORTED = 50_000  # rows that are sorted in memory at a time
_FORM = "FORMAT parquet, COMPRESSION zstd"


@dataclass(frozen=True, slots=True)
class Entry:
    """One account's advice as it goes out: its id, its owner's, and the record as JSON text."""

    account: str
    owner: str
    text: str

    @property
    def record(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.text)
        return found


@dataclass(frozen=True)
class Parts:
    """What a run left: parts, and (with `old` and `kept`) the rows of an earlier run for the accounts in `kept`.

    `folder` is where the database may put what does not fit into memory; `hashes` are those of the earlier content and
    of this one. With `input`, rows stand in the order of accounts and have the hash of what each was made from.
    """

    folder: Path
    paths: tuple[Path, ...]
    old: Path | None = None
    kept: Path | None = None
    hashes: tuple[str, str] = ("", "")
    input: bool = False

    def rows(self) -> str:
        """All rows, as SQL that a FROM takes."""
        names = ", ".join([*COLUMNS, *(["input"] if self.input else [])])
        texts = [f"SELECT {names} FROM read_parquet({listed(self.paths)})"] if self.paths else []
        if self.old is not None and self.kept is not None:
            kept = f"(SELECT id FROM read_parquet({listed([self.kept])}))"
            before, now = map(metric_tables.literal, self.hashes)
            own = f"* REPLACE (replace(record, {before}, {now}) AS record)" if before != now else "*"
            old = f"(SELECT {own} FROM read_parquet({listed([self.old])}))"
            texts.append(f"SELECT {names} FROM {old} WHERE id IN {kept}")
        nothing = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in COLUMNS.items())
        return f"({' UNION ALL '.join(texts) or f'SELECT {nothing} WHERE FALSE'})"

    @contextmanager
    def opened(self) -> Iterator[Connection]:
        """A database to read them with. Raises: QueryFailed – the disk is full, or a part is broken."""
        with metric_tables.failures(), metric_tables.scratch() as connection:
            connection.execute(f"SET temp_directory = {metric_tables.literal(str(self.folder / 'spilled'))}")
            connection.execute(f"SET memory_limit = '{metric_tables.MEMORY}'")
            yield connection

    def fetched(self, text: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, a few at a time."""
        with self.opened() as connection:
            cursor = connection.execute(text)
            while rows := cursor.fetchmany(_AT_ONCE):
                yield from rows

    def in_order(self, inputs: Path) -> Parts:
        """The same rows in the order of accounts. Args: inputs – the hashes of what each was made from."""
        rows = f"SELECT r.*, i.input FROM {self.rows()} r JOIN read_parquet({listed([inputs])}) i ON i.id = r.id"
        return Parts(self.folder, self.sorted("ordered", rows, ORDER), input=True)

    def sorted(self, name: str, rows: str, order: str) -> tuple[Path, ...]:
        """Put a SELECT's rows into files that follow each other in an order of theirs.

        Rows are long, and all of them at once are more than the database may hold: where there are many, they are
        first laid into buckets that follow each other, then each bucket is sorted.
        Args: name – of the folder for the files; rows – each with an id of its own; order – as after ORDER BY.
        """
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        with self.opened() as connection:
            keys = f"SELECT id, (row_number() OVER (ORDER BY {order}) - 1) // {_SORTED} AS bucket FROM ({rows})"
            connection.execute(f"CREATE TEMP TABLE buckets AS {keys}")
            found = connection.execute("SELECT max(bucket) FROM buckets").fetchone()
            last = int(found[0] or 0) if found else 0
            if last:
                connection.execute(f"SET partitioned_write_flush_threshold = {_SORTED // 10}")
                laid = f"SELECT q.*, b.bucket FROM ({rows}) q JOIN buckets b USING (id)"
                target = metric_tables.literal(str(folder / "buckets"))
                connection.execute(f"COPY ({laid}) TO {target} ({_FORM}, PARTITION_BY (bucket))")
            return tuple(_sorted_bucket(connection, folder, n, rows, order, last) for n in range(last + 1))

    def copied(self, rows: str, path: Path, marks: str = "") -> None:
        """Write a SELECT's rows to a Parquet file.

        They go through a first file, since how rows are packed into pages depends on where they come from; read from
        one file, the same rows make the same bytes.
        Args: marks – key-value metadata, as DuckDB writes it.
        """
        first, form = path.with_name(f"{path.name}.first"), f"{_FORM}, ROW_GROUP_SIZE 10240"
        marked = f", KV_METADATA {{{marks}}}" if marks else ""
        with self.opened() as connection:
            connection.execute(f"COPY ({rows}) TO {metric_tables.literal(str(first))} ({form})")
            connection.execute(
                f"COPY (FROM read_parquet({metric_tables.literal(str(first))}))"
                f" TO {metric_tables.literal(str(path))} ({form}{marked})"
            )
        first.unlink()

    def entries(self) -> Iterator[Entry]:
        """The accounts' advice, as their rows stand; those that could not be advised are left out."""
        text = f"SELECT id, owner, record FROM {self.rows()} WHERE record IS NOT NULL"
        return (Entry(*row) for row in self.fetched(text))


def listed(paths: Sequence[Path]) -> str:
    """Files as `read_parquet` takes them."""
    return f"[{', '.join(metric_tables.literal(str(path)) for path in paths)}]"


def _sorted_bucket(connection: Connection, folder: Path, number: int, rows: str, order: str, last: int) -> Path:
    """The file with a bucket's rows in order, which takes the place of the bucket."""
    path, bucket = folder / f"{number:06d}.parquet", folder / f"buckets/bucket={number}"
    files = listed(sorted(bucket.iterdir())) if last else ""  # no pattern: a folder's name may look like one
    source = f"SELECT * FROM read_parquet({files}, hive_partitioning = false)" if last else rows
    form = f"{_FORM}, ROW_GROUP_SIZE 10240"
    connection.execute(f"COPY ({source} ORDER BY {order}) TO {metric_tables.literal(str(path))} ({form})")
    shutil.rmtree(bucket, ignore_errors=True)
    return path
