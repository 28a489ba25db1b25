"""Spark finds what the reference finds, and a batch run on Spark writes the same bytes."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from batch_fixture import FEW, few
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import ROOT, demo

pytest.importorskip("pyspark")
if shutil.which("java") is None:
    pytest.skip("there is no Java", allow_module_level=True)

from advisor.batch import spark_run
from advisor.batch.work import Job, part_of
from advisor.core.facts import AccountFacts
from advisor.core.model import AdvisorError, Row
from advisor.core.reference import Verdict, evaluate
from advisor.core.tree import Node
from advisor.core.vocabulary import Vocabulary
from advisor.metrics import metric_tables
from advisor.sql.dialect import FRACTIONS
from advisor.sql.expressions import Expressions
from advisor.sql.relations import Given
from advisor.sql.spark import SPARK
from advisor.sql.statement import Builder
from tests.condition_fixture import AS_OF, KNOWLEDGE, VOCABULARY, Shelf, subject
from tests.condition_strategies import MANY, SHARED, Draw, nodes
from tests.sql_rows import load_rows
from tests.test_batch_engines import job_of, lines, merged
from tests.test_conditions import ALL
from tests.test_sql_script import fired, printed

Tables = Mapping[str, tuple[Row, ...]]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    for name, data in {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(folder),
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "OFF",
        "spark.executorEnv.PYTHONPATH": str(ROOT),
        # A few accounts: compiling the statements would take far longer than running them.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    }.items():
        builder = builder.config(name, data)
    found = builder.getOrCreate()
    yield found
    found.stop()


# --- conditions ----------------------------------------------------------------------------------


class Books:
    """Accounts that share their tables of the whole book: one table of each kind holds the rows of all."""

    def __init__(self, session: Any, folder: Path) -> None:
        self.session = session
        self.folder = folder
        self.number = 0

    def verdicts(
        self, nodes: Mapping[str, Node], about: str, books: list[tuple[str, Tables]]
    ) -> list[dict[str, Verdict]]:
        """What Spark makes of conditions for every account, or the first row of `about`, in their order.

        Args: books – each account's id and tables.
        """
        owners: dict[int, str] = {}
        tables = defaultdict(list)
        for number, (_, one) in enumerate(books):
            for entity, rows in one.items():
                if entity not in SHARED or number == 0:
                    tables[entity] += rows
                    owners |= {id(row): "" if entity in SHARED else f"A{number:04d}" for row in rows}
        accounts = [Row("account", f"A{number:04d}", row.values) for number, row in enumerate(tables["account"])]
        given = self._load({**tables, "account": accounts}, owners)
        ids = [found for found, _ in books]
        statement = Builder(Expressions(VOCABULARY, KNOWLEDGE, AS_OF, given, SPARK)).verdicts(nodes, about)
        if not statement.text:
            return [dict.fromkeys(nodes) for _ in books]
        self.number += 1
        last = spark_run.Tables.last(self, statement.renamed(f"b{self.number}_"))  # type: ignore[arg-type]
        found: dict[str, dict[str, Verdict]] = {}
        for row in sorted(last.collect(), key=lambda row: row["row_number"]):
            found.setdefault(row["account_id"], dict(zip(nodes, list(row)[3:], strict=True)))
        assert len(ids) == len(found)
        return [found[account.id] for account in accounts]

    def _load(self, tables: Mapping[str, list[Row]], owners: Mapping[int, str]) -> Given:
        with metric_tables.scratch() as connection:
            given = load_rows(
                connection, VOCABULARY, tables, lambda row: row.id if row.entity == "account" else owners[id(row)]
            )
            self.number += 1
            view(self.session, connection, VOCABULARY, given, self.folder / str(self.number))
        return given


def view(session: Any, connection: Any, vocabulary: Vocabulary, given: Given, folder: Path) -> None:
    """The tables of a database as Spark's views."""
    folder.mkdir()
    for name in given.columns:
        path = folder / f"{name}.parquet"
        metric_tables.export(connection, f"in_{name}", path)
        rows = session.read.parquet(str(path))
        for one in vocabulary.entities[name].fields.values():
            if one.name in given.columns[name] and one.type in FRACTIONS:
                rows = rows.withColumn(one.name, rows[SPARK.quoted(one.name)].cast(SPARK.decimal))
        for prefix in ("in", "all"):
            rows.createOrReplaceTempView(f"{prefix}_{name}")


@pytest.fixture(scope="module")
def books(session: Any, tmp_path_factory: pytest.TempPathFactory) -> Books:
    return Books(session, tmp_path_factory.mktemp("books"))


def grouped() -> dict[tuple[Any, ...], list[tuple[Any, AccountFacts, tuple[Row, ...]]]]:
    """The shared cases by what they are about and by what accounts in one book must have in common."""
    found = defaultdict(list)
    for _, case in ALL:
        facts, rows = subject(case.given, case.about)
        tables = facts.book.tables  # type: ignore[attr-defined]
        common = [
            (name, repr([(row.id, sorted(row.values.items())) for row in tables[name]]))
            for name in SHARED
            if name in tables
        ]
        found[(case.about, frozenset(tables), *common)].append((case, facts, rows))
    return found


def test_all_shared_cases(books: Books) -> None:
    checked = 0
    for (about, *_), some in grouped().items():
        conditions = {f"c{number}": case.node for number, (case, _, _) in enumerate(some)}
        accounts = [("", {**facts.book.tables, "account": (facts.account,)}) for _, facts, _ in some]  # type: ignore[attr-defined]
        found = books.verdicts(conditions, about, accounts)
        for number, ((case, _, _), verdicts) in enumerate(zip(some, found, strict=True)):
            assert verdicts[f"c{number}"] is case.verdict, case
            checked += 1
    assert checked == len(ALL) >= 470


@settings(max_examples=3, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(nodes(), min_size=8, max_size=12), st.integers(0, 2**32))
def test_random_trees(books: Books, trees: list[Node], seed: int) -> None:
    common = {name: rows for name, rows in made(Draw(seed).tables(0.2)).items() if name in SHARED}
    there = [name for name in MANY if (seed + len(name)) % 4]
    accounts: list[tuple[str, Tables]] = []
    for n in range(12):
        tables = made(Draw(seed + n + 1).tables((0.0, 0.2, 0.5)[n % 3]))
        accounts.append(
            ("", {**{name: tables.get(name, ()) for name in there}, **common, "account": tables["account"]})
        )
    rules = {f"规则 {n}": tree for n, tree in enumerate(trees)}
    found = books.verdicts(rules, "account", accounts)
    for number, ((_, tables), verdicts) in enumerate(zip(accounts, found, strict=True)):
        account = Row("account", f"A{number:04d}", tables["account"][0].values)
        facts = AccountFacts(
            Shelf({name: rows for name, rows in tables.items() if name != "account"}), KNOWLEDGE, account
        )
        assert verdicts == {key: evaluate(tree, facts, facts.hand(account)).verdict for key, tree in rules.items()}


def made(tables: Mapping[str, list[dict[str, Any]]]) -> dict[str, tuple[Row, ...]]:
    return {e: tuple(Row(e, f"X{n}", cells) for n, cells in enumerate(rows, 1)) for e, rows in tables.items()}


# --- the demo book -------------------------------------------------------------------------------


def test_the_script(session: Any, tmp_path: Path) -> None:
    """As a team would run it: its own tables, the metrics from --metrics, then statement by statement."""
    advisor = demo()
    words = ["--data", str(advisor.settings.data), "--dialect", "spark", "--metrics", str(tmp_path / "metrics")]
    expected = fired(advisor, frozenset(FEW))
    text = printed(*words, *(word for code in {code for _, _, code in expected} for word in ("--play", code)))
    with metric_tables.scratch() as connection:
        for entity in advisor.content.vocabulary.entities.values():
            rows = advisor.book.tables.get(entity.name)
            if rows is not None:
                metric_tables.load_entity(connection, entity, rows, frozenset(name.lower() for name in entity.fields))
                metric_tables.export(connection, entity.table, tmp_path / f"{entity.table}.parquet")
    for path in [*tmp_path.glob("*.parquet"), *(tmp_path / "metrics").glob("*.parquet")]:
        session.read.parquet(str(path)).createOrReplaceTempView(path.stem)
    found: set[tuple[str, str, str]] = set()
    for statement in text.split(";\n"):
        body = "\n".join(line for line in statement.splitlines() if not line.startswith("--")).strip()
        if body.startswith("SELECT"):
            found |= {tuple(row) for row in session.sql(body).collect()}
        elif body:
            session.sql(body)
    assert found == expected != set()
    dropped = re.findall(r"DROP TABLE IF EXISTS `(\w+)`", text)
    assert dropped and not any(session.catalog.tableExists(name) for name in dropped)


def test_batch_writes_the_same_bytes(session: Any, tmp_path: Path) -> None:
    """Of accounts that have changed since, when a run is resumed: a part is there already."""
    jobs = {engine: chosen_job(tmp_path / engine, engine) for engine in ("sql", "spark")}
    by_sql = lines(jobs["sql"], 1, 20)
    there = part_of(jobs["sql"].folder, 22, 42)
    shutil.copy(there, jobs["spark"].folder)
    found = spark_run.run_spark(jobs["spark"], "local[2]", lambda done: None, 20)
    assert [(done.first, done.last, done.accounts, done.failed) for done in found] == [(0, 20, 20, []), (44, 47, 4, [])]
    assert merged(jobs["spark"], 20) == by_sql


def chosen_job(folder: Path, engine: str) -> Job:
    """All accounts of the demo book but every eleventh, and few plays: planning is what takes Spark long."""
    folder.mkdir()
    job = dataclasses.replace(job_of(folder, engine), content=few())
    only = tuple(number for number in range(job.store.accounts) if number % 11 != 10)
    return dataclasses.replace(job, store=dataclasses.replace(job.store, only=only))


def test_a_job_that_spark_gives_up(session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark_run, "_verdicts", lambda tables: tables.session.sql("SELECT raise_error('no')").collect())
    with pytest.raises(AdvisorError) as caught:
        spark_run.run_spark(job_of(tmp_path, "spark"), "local[2]", lambda done: None, 20)
    assert [problem.code for problem in caught.value.problems] == ["batch-spark-failed"]


def test_no_such_master(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    with pytest.raises(AdvisorError) as caught, spark_run.opened("local[2]"):
        pass
    assert [problem.code for problem in caught.value.problems] == ["batch-no-spark"]
