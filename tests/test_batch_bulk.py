"""A book read in bulk gives the same night as one read record by record."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from batch_fixture import few, manifest, run
from click.testing import CliRunner

from advisor.advice import session
from advisor.advice.workspace import Wish
from advisor.batch import nightly, store
from advisor.core.home import demo
from advisor.metrics import metric_tables
from advisor.pages.page_json import record
from cli import main


def lines(out: Path, *more: str) -> bytes:
    result = CliRunner().invoke(main, ["batch", "--out", str(out), "--workers", "1", "--quiet", *more])
    assert result.exit_code == 0, result.output
    return out.read_bytes()


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Record by record."""
    return lines(tmp_path_factory.mktemp("one") / "one.jsonl", "--data", str(demo()))


def test_in_bulk_as_record_by_record(one: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(nightly, "IN_BULK", 0)
    assert lines(tmp_path / "two.jsonl", "--data", str(demo())) == one


ANSWERS = """account_id,code,subject_id,first_on,last_on,response,at
A05,P62,,2026-11-01,2026-11-19,done,2026-11-19
A01,P41,,2026-11-01,2026-11-19,done,2026-11-19
nobody,P41,,2026-11-01,2026-11-19,done,2026-11-19
"""


def test_in_bulk_with_a_history(one: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers lie beside the tables, where they are read once."""
    monkeypatch.chdir(tmp_path)
    data = Path(shutil.copytree(demo(), tmp_path / "book"))
    (data / "history.csv").write_text(ANSWERS, encoding="utf-8")
    answered = lines(tmp_path / "answered.jsonl", "--data", "book")
    monkeypatch.setattr(nightly, "IN_BULK", 0)
    assert lines(tmp_path / "two.jsonl", "--data", "book") == answered != one


TOLD = """account_id,code,last_on,response,because
A05,P63,2026-11-18,later,in January
A02,P41,2026-11-18,done,
"""


@pytest.mark.parametrize("told", [ANSWERS, TOLD])
def test_in_bulk_with_a_history_and_more_answers(told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers from elsewhere stand behind those among the tables; neither need have all columns."""
    monkeypatch.chdir(tmp_path)
    data = Path(shutil.copytree(demo(), tmp_path / "book"))
    (data / "history.csv").write_text(ANSWERS if told == TOLD else TOLD, encoding="utf-8")
    (tmp_path / "more.csv").write_text(told, encoding="utf-8")
    alone = lines(tmp_path / "alone.jsonl", "--data", "book")
    answered = lines(tmp_path / "answered.jsonl", "--data", "book", "--history", "more.csv")
    monkeypatch.setattr(nightly, "IN_BULK", 0)
    assert lines(tmp_path / "two.jsonl", "--data", "book", "--history", "more.csv") == answered != alone


def test_accounts_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All other tables are missing, and with them the metrics that other metrics would read."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "book").mkdir()
    for name in ("accounts.csv", "advisor.yaml"):
        shutil.copy(demo() / name, tmp_path / "book")
    run(tmp_path / "one.jsonl", Path("book"))
    monkeypatch.setattr(nightly, "IN_BULK", 0)
    run(tmp_path / "two.jsonl", Path("book"))
    found = (tmp_path / "one.jsonl").read_text(encoding="utf-8")
    assert (tmp_path / "two.jsonl").read_text(encoding="utf-8") == found
    advised = {one["account"]["id"]: one["advice"] for one in map(json.loads, found.split("\n")[:-1])}
    advisor = session.open_book(Wish(data=Path("book"), language="zh"), few())
    alone = {account.id: record(advisor.advise(account))["advice"] for account in advisor.book.accounts()}
    assert advised == json.loads(json.dumps(alone)) and any(alone.values())


LONG = {
    "orders.csv": ("amount", ["1E30", "9" * 17, "9" * 17, "62220212345678901234"]),
    "complaints.csv": ("rounds_of_talks", ["62220212345678901234"]),
    "account_years.csv": ("revenue", ["1" + "0" * 27]),
}


@pytest.mark.parametrize("in_bulk", [0, nightly.IN_BULK])
def test_numbers_that_are_none(in_bulk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody's card number in a column of figures stops nobody; sums of the longest numbers can be made."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(nightly, "IN_BULK", in_bulk)
    book = Path(shutil.copytree(demo(), tmp_path / "book"))
    for name, (column, cells) in LONG.items():
        head, *rows = csv.reader((book / name).read_text(encoding="utf-8-sig").splitlines())
        for row, cell in zip(rows, cells, strict=False):
            row[head.index(column)] = cell
        with (book / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *rows])
    run(tmp_path / "a.jsonl", book)
    found = manifest(tmp_path / "a.jsonl")
    assert found["accounts"] == 48 and found["failed"]["count"] == 0
    assert found["problems"]["by_code"]["data-number-too-long"] == 4


def test_a_named_encoding(one: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "book").mkdir()
    for path in demo().glob("*.csv"):
        text = path.read_text(encoding="utf-8-sig")
        (tmp_path / "book" / path.name).write_bytes(text.encode("gb18030"))
    (tmp_path / "book/advisor.yaml").write_text("as_of: 2026-11-20\n", encoding="utf-8")
    assert lines(tmp_path / "two.jsonl", "--data", "book", "--encoding", "gb18030") == one


def metric(home: Path, select: str) -> Path:
    path = home / "rules/metrics/own.sql"
    path.parent.mkdir(parents=True)
    path.write_text(
        f"-- needs: accounts\nSELECT id AS account_id,\n  {select} AS n, '' AS source FROM accounts\n", encoding="utf-8"
    )
    return home


@pytest.mark.parametrize("in_bulk", [0, nightly.IN_BULK])
def test_a_metric_that_fails_is_named(in_bulk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nightly, "IN_BULK", in_bulk)
    home = metric(tmp_path, "CAST(name AS BIGINT)")
    result = CliRunner().invoke(main, ["batch", "--content", str(home), "--out", str(tmp_path / "a.csv")])
    assert result.exit_code == 1 and "own.sql:" in result.output and "metric-failed" in result.output


def test_a_metric_that_never_ends_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "TIME_LIMIT", 3.0)
    home = metric(
        tmp_path, "(SELECT count(*) FROM range(1000000) r, range(1000000) s WHERE (r.range + s.range) % 7 = 3)"
    )
    result = CliRunner().invoke(main, ["batch", "--content", str(home), "--out", str(tmp_path / "a.csv")])
    assert result.exit_code == 1 and "own.sql" in result.output and "metric-slow" in result.output


def test_metrics_reach_no_file_but_the_book(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    with metric_tables.store(tmp_path / "book.duckdb") as connection:
        metric_tables.shut(connection)
        with pytest.raises(metric_tables.QueryFailed), metric_tables.failures():
            connection.execute(f"SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')")
