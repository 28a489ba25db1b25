"""A batch run on Spark: the same statements in Spark's SQL over Parquet, the same wording in Spark's tasks."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.advice.advise import Advisor
from advisor.batch import store as stores
from advisor.batch.chunk import Matched, Verdicts, compiled, not_false
from advisor.batch.run import spans
from advisor.batch.stored import Chunks, cells_of, made, metric_kinds, metric_row
from advisor.batch.work import Done, Job, advised, part_of
from advisor.content.plays import SUBJECTS
from advisor.core.model import Row, Value, stop
from advisor.data.book import Book
from advisor.sql.dialect import FRACTIONS
from advisor.sql.relations import ACCOUNT
from advisor.sql.spark import SPARK
from advisor.sql.statement import Statement

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_AT_ONCE = 200
_SHOWN = 200
_VERDICTS = "verdicts"


def run_spark(job: Job, master: str, told: Callable[[Done], None], size: int) -> list[Done]:
    """Advise on all accounts of a store, with Spark; `run.parts_of` finds the parts as after any other run.

    Args: job – what is to be done, its folder where every worker sees it; master – local[2], spark://…; told – called
    for each span in the end; size – accounts a span.
    Raises: AdvisorError – there is no PySpark, no Java or no such master.
    """
    wanted = [span for span in spans(job.store, size) if not part_of(job.folder, *span).is_file()]
    if not wanted:
        return []
    folder = job.folder / "spark"
    stores.export(job.store, wanted, folder)
    with opened(master) as session, _told_failures():
        tables = Tables(session, job, folder)
        tables.see()
        found = _worded(tables, _verdicts(tables), len(wanted))
    for done in found:
        told(done)
    return found


# --- the session ---------------------------------------------------------------------------------


def needed() -> None:
    """Stop before the work where Spark cannot be used. Raises: AdvisorError – there is no PySpark."""
    try:
        import pyspark  # noqa: F401
    except ImportError as error:
        raise stop("batch-no-spark", 2, why=str(error)) from None


@contextmanager
def opened(master: str) -> Iterator[SparkSession]:
    """A session on a master; one that is there already is used and left as it is."""
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise stop("batch-no-spark", 2, why=str(error)) from None
    there = SparkSession.getActiveSession()
    try:
        builder: Any = SparkSession.builder
        session = there or _settled(builder.master(master), master).getOrCreate()
    except (PySparkException, OSError, RuntimeError) as error:
        raise stop("batch-no-spark", 2, why=str(error).strip().partition("\n")[0]) from None
    try:
        yield session
    finally:
        if there is None:
            session.stop()


@contextmanager
def _told_failures() -> Iterator[None]:
    """A job that Spark gives up (a disk is full, an executor is lost) is told with Spark's first words."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        cause = getattr(error, "java_exception", None) or error
        raise stop("batch-spark-failed", 1, why=str(cause).strip().partition("\n")[0][:_SHOWN]) from error


def _settled(builder: Any, master: str) -> Any:
    """Settings that only a session of our own gets."""
    builder = builder.appName("advisor batch").config("spark.ui.showConsoleProgress", "false")
    builder = builder.config("spark.log.level", "ERROR").config("spark.sql.session.timeZone", "UTC")
    if master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        root = str(Path(__file__).resolve().parents[2])
        builder = builder.config("spark.executorEnv.PYTHONPATH", root).config("spark.ui.enabled", "false")
        builder = builder.config("spark.sql.shuffle.partitions", "4")
        for name in ("spark.driver.host", "spark.driver.bindAddress"):  # nobody else has business with it
            builder = builder.config(name, "127.0.0.1")
    return builder


# --- tables --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tables:
    """The run's tables in Spark: `t_<entity>`, `m_<metric>` and `chosen` as they were written."""

    session: SparkSession
    job: Job
    folder: Path

    def __post_init__(self) -> None:
        for path in sorted(self.folder.glob("*.parquet")):
            self.session.read.parquet(str(path)).createOrReplaceTempView(path.stem)

    def see(self) -> None:
        """Make the views that conditions read, without the rows that guards bar."""
        for name in self.job.store.given.columns:
            self._view(f"all_{name}", f"SELECT {self._picked(name)} FROM t_{name} t")
            self._view(f"in_{name}", self._seen(name))
        _, barred = compiled(self.job.store, self.job.content, self.job.settings, SPARK)
        for entity, one in barred.items():
            if one.text:
                test = " OR ".join(one.columns.values())
                self.last(one.renamed(f"barred_{entity}_")).where(test).createOrReplaceTempView(f"barred_{entity}")
        for entity, one in barred.items():
            if one.text:
                rows = f"{self._seen(entity)} LEFT ANTI JOIN barred_{entity} b ON b.row_number = t._rid"
                self._view(f"in_{entity}", rows)

    def _view(self, name: str, text: str) -> None:
        self.session.sql(text).createOrReplaceTempView(name)

    def _picked(self, name: str) -> str:
        """The columns of a table, decimals as Spark's SQL wants them."""
        fields = self.job.content.vocabulary.entities[name].fields
        picked = ["t._rid", "t._aid", "t._id", "t._account"]
        for cell in cells_of(self.job.store.given.columns[name]):
            of, column = fields.get(cell), f"t.{SPARK.quoted(cell)}"
            wide = of is not None and of.type in FRACTIONS
            picked.append(f"CAST({column} AS {SPARK.decimal}) AS {SPARK.quoted(cell)}" if wide else column)
        return ", ".join(picked)

    def _seen(self, name: str) -> str:
        """The rows of the accounts that advice is wanted for, the account with the metrics that facts read."""
        if self.job.content.vocabulary.entities[name].rows in stores.SHARED:
            return f"SELECT {self._picked(name)} FROM t_{name} t"
        chosen = "LEFT SEMI JOIN chosen c ON c._aid = t._aid"
        if name != ACCOUNT:
            return f"SELECT {self._picked(name)} FROM t_{name} t {chosen}"
        picked, source = self._picked(name), f"t_{name} t"
        kinds = metric_kinds(self.job.content)
        for number, (file, columns) in enumerate(sorted(self.job.store.given.metrics.items())):
            beside = f"n{number}"
            source += f" LEFT JOIN {_metric(file)} {beside} ON coalesce({beside}.account_id, t._id) = t._id"
            for column in sorted(columns):
                data = f"CAST({beside}.{SPARK.quoted(column)} AS {SPARK.type(kinds[(file, column)])})"
                picked += f", {data} AS {SPARK.quoted(f'{file}:{column}')}"
                picked += f", FALSE AS {SPARK.quoted(f'{file}:{column}?')}"
        return f"SELECT {picked} FROM {source} {chosen}"

    def last(self, statement: Statement) -> DataFrame:
        """A statement's verdicts. Steps that are read more than once are kept: Spark's plans would grow without end."""
        kept = statement.kept()
        for name, body in statement.steps.items():
            step = self.session.sql(body)
            (step.localCheckpoint(eager=False) if name in kept else step).createOrReplaceTempView(name)
        return self.session.sql(statement.last.rpartition(" ORDER BY ")[0])


def _metric(file: str) -> str:
    return SPARK.quoted(f"m_{file.removesuffix('.sql')}")


def _verdicts(tables: Tables) -> dict[str, tuple[str, ...]]:
    """A table of the verdicts on each account's subjects. Returns: the plays, in the order of their verdicts."""
    plays, _ = compiled(tables.job.store, tables.job.content, tables.job.settings, SPARK)
    parts = []
    for about, one in plays.items():
        if one.text:
            tables.last(one.renamed(f"{about}_")).createOrReplaceTempView(f"of_{about}")
            found = SPARK.list(list(one.columns.values()))
            parts.append(f"SELECT account_id, '{about}' AS about, subject_id, {found} AS found FROM of_{about}")
    tables.session.sql(" UNION ALL ".join(parts)).createOrReplaceTempView(_VERDICTS)
    return {about: tuple(one.columns) for about, one in plays.items()}


# --- wording -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """What a task needs to know: the job, rows that all accounts share, and how the rows that it gets are made."""

    job: Job
    plays: Mapping[str, tuple[str, ...]]
    shared: Mapping[str, tuple[Row, ...]]
    own: tuple[str, ...]
    metrics: Mapping[str, tuple[str, ...]]
    of_all: Mapping[str, Mapping[str, Value]]

    def spans(self, rows: Iterable[Any]) -> Iterator[Done]:
        """Write the parts of the spans whose accounts' rows these are."""
        for (first, last), some in itertools.groupby(rows, lambda row: (row["_first"], row["_last"])):
            yield advised(self.job, first, last, self._accounts(some))

    def _accounts(self, rows: Iterator[Any]) -> Iterator[tuple[Row, Advisor]]:
        """A few accounts at a time, as `chunk.opened` has them."""
        while some := list(itertools.islice(rows, _AT_ONCE)):
            advisor = self._advisor(some)
            yield from ((account, advisor) for account in advisor.book.accounts())

    def _advisor(self, rows: list[Any]) -> Advisor:
        entities, given = self.job.content.vocabulary.entities, self.job.store.given.columns
        tables: dict[str, tuple[Row, ...] | None] = {**dict.fromkeys(entities), **self.shared}
        for number, name in enumerate(self.own):
            cells = sorted(record for row in rows for record in row[f"e{number}"] or ())
            tables[name] = tuple(made(entities[name], given[name], [tuple(record[1:]) for record in cells]))
        as_of = self.job.settings.as_of
        book = Book(as_of, True, tables, metrics=self._metrics(rows), entities=entities)
        return Matched(self.job.content, self.job.settings, book, self._found(rows))

    def _metrics(self, rows: list[Any]) -> OfAccounts:
        values = {}
        for number, (file, names) in enumerate(self.metrics.items()):
            for row in rows:
                if row[f"m{number}"] is not None:
                    account, found = metric_row(names, row[f"m{number}"])
                    values[(file, account)] = found
        return OfAccounts(values, self.of_all)

    def _found(self, rows: list[Any]) -> dict[str, Verdicts]:
        found: dict[str, Verdicts] = {about: {} for about in SUBJECTS}
        for row in rows:
            for about, subject, verdicts in row["found"] or ():
                found[about][(row["_id"], subject)] = not_false(self.plays[about], verdicts)
        return found


@dataclass(frozen=True)
class OfAccounts:
    """The metrics' values of some accounts; a metric of the whole book has the same for all."""

    values: Mapping[tuple[str, str | None], Mapping[str, Value]]
    of_all: Mapping[str, Mapping[str, Value]]

    def value(self, file: str, account_id: str) -> Mapping[str, Value]:
        return self.values.get((file, account_id)) or self.of_all.get(file) or {}


def _worded(tables: Tables, plays: Mapping[str, tuple[str, ...]], number: int) -> list[Done]:
    """Each span's accounts together, with all their records, to one task each."""
    task = _task(tables, plays)
    shared = tables.session.sparkContext.broadcast(task)
    together = tables.session.sql(_together(tables, task))
    parts = together.repartition(number, "_first").sortWithinPartitions("_first", "_aid")

    def spans_of(rows: Iterator[Any]) -> Iterator[Done]:
        known: Task = shared.value
        return known.spans(rows)

    found: list[Done] = parts.rdd.mapPartitions(spans_of).collect()
    return sorted(found, key=lambda done: done.first)


def _task(tables: Tables, plays: Mapping[str, tuple[str, ...]]) -> Task:
    job, entities = tables.job, tables.job.content.vocabulary.entities
    chunks = Chunks(job.store, job.content)
    with chunks.connection:
        rows = chunks.rows(0, -1)
        metrics, whole = _columns(tables), chunks.metrics(0, -1)
        of_all = {file: whole.value(file, "") for file in job.store.metric_columns}
    own = tuple(name for name in job.store.given.columns if entities[name].rows not in stores.SHARED)
    shared = {name: found for name, found in rows.items() if found is not None and name not in own}
    return Task(job, plays, shared, own, metrics, of_all)


def _columns(tables: Tables) -> dict[str, tuple[str, ...]]:
    """The columns of each metric's result, in the order of its table."""
    return {file: tuple(tables.session.table(_metric(file)).columns) for file in tables.job.store.metric_columns}


def _together(tables: Tables, task: Task) -> str:
    """One row for each account: its records by entity, its metrics, and the verdicts on its subjects."""
    picked, joins = ["c._aid", "c._first", "c._last", "t._id"], []
    for number, name in enumerate(task.own):
        cells = ["_rid", "_id", "_where", *map(SPARK.quoted, cells_of(tables.job.store.given.columns[name]))]
        record = f"struct({', '.join(f'{cell} AS c{n}' for n, cell in enumerate(cells))})"
        one = f"SELECT _aid, collect_list({record}) AS e{number} FROM t_{name} WHERE _aid IS NOT NULL GROUP BY _aid"
        joins.append(f"LEFT JOIN ({one}) x{number} ON x{number}._aid = c._aid")
        picked.append(f"e{number}")
    for number, (file, names) in enumerate(task.metrics.items()):
        record = f"struct({', '.join(f'{SPARK.quoted(name)} AS c{n}' for n, name in enumerate(names))})"
        one = f"SELECT account_id, {record} AS m{number} FROM {_metric(file)} WHERE account_id IS NOT NULL"
        joins.append(f"LEFT JOIN ({one}) y{number} ON y{number}.account_id = t._id")
        picked.append(f"m{number}")
    found = f"SELECT account_id, collect_list(struct(about, subject_id, found)) AS found FROM {_VERDICTS}"
    joins.append(f"LEFT JOIN ({found} GROUP BY account_id) z ON z.account_id = t._id")
    return (
        f"SELECT {', '.join([*picked, 'found'])} FROM chosen c JOIN t_{ACCOUNT} t ON t._aid = c._aid {' '.join(joins)}"
    )
