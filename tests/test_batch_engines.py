"""Whatever engine matches: the same bytes, and the same as one account at a time."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest
from batch_fixture import book, manifest, run
from click.testing import CliRunner
from overlay import planted
from support import demo

from advisor.batch import chunk, inputs, store
from advisor.batch import run as batch
from advisor.batch.work import Done, Job
from advisor.content.content import with_plays
from advisor.match import durable_match
from advisor.pages.page_json import record
from cli import main


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
    assert sum(done.accounts for done in told) == len(job.store.only or range(job.store.accounts))
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


def test_a_missing_rules_engine_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable_match, "available", lambda: False)
    result = CliRunner().invoke(main, ["batch", "--engine", "durable", "--out", str(tmp_path / "none/a.jsonl")])
    assert result.exit_code == 2 and "note no-python-engine" in result.stderr


PLAY = "playbooks/retention/ask-why-orders-stopped.yaml"


@pytest.mark.parametrize(("engine", "together"), [("sql", 1), ("durable", 1)])
def test_a_complaint_by_somebody_of_another_account(
    engine: str, together: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who else is read at the same time makes no difference: another account's contact is nobody here."""
    monkeypatch.setattr(chunk, "_AT_ONCE", together)
    team, some = tmp_path / "team", "  some complaint: {contact.influence: at least 1}\n"
    whole = planted(team, PLAY, "  stage: [new, regular, core, strategic_partner]\n  silence_level: silent\n", some)
    content = with_plays(whole, [play for play in whole.plays if play.code == "P62"])
    data, told = book(tmp_path / "book"), []
    complaints = (data / "complaints.csv").read_text(encoding="utf-8-sig")
    for contact in ("C021", "C031"):
        text = re.sub("A02,C02[12]", f"A02,{contact}", complaints)
        (data / "complaints.csv").write_text(text, encoding="utf-8")
        run(tmp_path / "a.jsonl", data, content=content, engine=engine)
        assert manifest(tmp_path / "a.jsonl")["failed"]["count"] == 0
        found = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()]
        told.append({one["account"]["id"] for one in found if one["advice"]})
    assert told[0] - told[1] == {"A02"} and told[1]


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
