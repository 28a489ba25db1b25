"""Whatever engine matches: the same bytes, and the same as one account at a time."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from support import demo

from advisor.batch import inputs, store
from advisor.batch import run as batch
from advisor.batch.work import Done, Job
from advisor.match import durable_match
from advisor.pages.page_json import record


def job_of(folder: Path, engine: str = "sql") -> Job:
    advisor = demo()
    kept = store.write(
        folder / "book.duckdb", advisor.content, advisor.book.tables, advisor.settings.as_of, advisor.settings.closed
    )
    (folder / "parts").mkdir()
    return Job(kept, advisor.content, advisor.settings, folder / "parts", engine=engine)


def lines(job: Job, workers: int, size: int) -> list[str]:
    told: list[Done] = []
    batch.run(job, workers, told.append, size)
    assert sum(done.accounts for done in told) == job.store.accounts
    return merged(job, size)


def merged(job: Job, size: int) -> list[str]:
    """The records in the order of accounts."""
    inputs.write(job.store, job.content, job.folder / "inputs.parquet")
    rows = batch.parts_of(job, size).in_order(job.folder / "inputs.parquet")
    return [entry.text for entry in rows.entries()]


@pytest.fixture(scope="module")
def by_sql(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return lines(job_of(tmp_path_factory.mktemp("sql")), 1, 100)


@pytest.mark.skipif(not durable_match.available(), reason="durable-rules does not import here")
@pytest.mark.parametrize(("workers", "size"), [(1, 100), (2, 7)])
def test_rules_engine_in_worker_processes(tmp_path: Path, by_sql: list[str], workers: int, size: int) -> None:
    assert lines(job_of(tmp_path, "durable"), workers, size) == by_sql


def test_same_as_one_account_at_a_time(by_sql: list[str]) -> None:
    advisor = demo()
    found = {one["account"]["id"]: one for one in map(json.loads, by_sql)}
    for account in advisor.book.accounts():
        alone = json.loads(json.dumps(record(dataclasses.replace(advisor.advise(account), portfolio=(), problems=()))))
        beside = found.pop(account.id)
        for one in (alone, beside):
            one.pop("run"), one.pop("problems")
        assert beside == alone
    assert not found
