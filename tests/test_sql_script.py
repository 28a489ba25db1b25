"""The script that `advisor sql` prints, run over canonical tables: it finds what the advisor finds."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support import AS_OF, demo

from advisor.advice import session
from advisor.advice.advise import SUBJECTS, Advisor
from advisor.advice.workspace import Wish
from advisor.core.reference import evaluate
from advisor.data.tables import files_of
from advisor.metrics import metric_tables
from cli import main

Firings = set[tuple[str, str, str]]


def printed(*words: str, day: datetime.date = AS_OF) -> str:
    found = CliRunner().invoke(main, ["sql", "--as-of", day.isoformat(), *words])
    assert found.exit_code == 0, found.output
    return found.stdout


def warehouse(advisor: Advisor) -> Any:
    """A database with the team's tables: typed columns, lists as lists, empty cells as NULL."""
    connection = metric_tables.scratch()
    for entity in advisor.content.vocabulary.entities.values():
        rows = advisor.book.tables.get(entity.name)
        if rows is not None:
            names = frozenset(name.lower() for name in entity.fields)
            metric_tables.load_entity(connection, entity, rows, names)
    return connection


def run(connection: Any, text: str) -> Firings:
    """Every statement of a script; what its SELECTs give."""
    found: Firings = set()
    for statement in connection.extract_statements(text):
        rows = connection.execute(statement).fetchall()
        if statement.query.lstrip().startswith(("WITH", "SELECT", "--")):
            found |= set(rows)
    return found


def fired(advisor: Advisor, wanted: frozenset[str] = frozenset()) -> Firings:
    plays = [play for play in advisor.plays.values() if play.about in SUBJECTS and (not wanted or play.code in wanted)]
    found = set()
    for account in advisor.book.accounts():
        facts = advisor.facts(account)
        for play in plays:
            for row in facts.rows(play.about) or ():
                if evaluate(play.when, facts, facts.hand(row)).verdict:
                    found.add((account.id, row.id, play.code))
    return found


def test_every_play_of_the_demo_book() -> None:
    advisor = demo()
    expected = fired(advisor)
    assert run(warehouse(advisor), printed("--data", str(advisor.settings.data))) == expected
    assert len({code for _, _, code in expected}) > 50


def test_some_tables_and_another_day(tmp_path: Path) -> None:
    """Tables that are missing are unknown, not empty, and so for the rows of days to come."""
    day = AS_OF - datetime.timedelta(days=90)
    for path in files_of(demo().settings.data):
        if path.stem in ("accounts", "orders", "products", "contacts"):
            shutil.copy(path, tmp_path / path.name)
    advisor = session.open_book(Wish(data=tmp_path, as_of=day, history=tmp_path / "none.csv"))
    expected = fired(advisor)
    assert expected
    text = printed("--data", str(tmp_path), "--tables", "accounts, order, products, contact", day=day)
    assert run(warehouse(advisor), text) == expected


def test_accounts_alone(tmp_path: Path) -> None:
    """Metrics that make do without the other tables are made all the same."""
    shutil.copy(demo().settings.data / "accounts.csv", tmp_path / "accounts.csv")
    advisor = session.open_book(Wish(data=tmp_path, as_of=AS_OF, history=tmp_path / "none.csv"))
    expected = fired(advisor)
    assert expected
    assert run(warehouse(advisor), printed("--data", str(tmp_path))) == expected


def test_rows_of_later_days_and_of_nobody_take_no_part() -> None:
    advisor = demo()
    connection = warehouse(advisor)
    connection.execute(
        "INSERT INTO orders BY NAME SELECT * REPLACE ('L1' AS id, DATE '2026-12-24' AS ordered_on) FROM orders"
    )
    connection.execute(
        "INSERT INTO orders BY NAME SELECT * REPLACE ('N1' AS id, 'nobody' AS account_id) FROM orders LIMIT 9"
    )
    assert run(connection, printed("--data", str(advisor.settings.data))) == fired(advisor)


def test_closing_periods_come_along(tmp_path: Path) -> None:
    """Silence is counted without them: as in the workspace's settings, so in the script."""
    (tmp_path / "advisor.yaml").write_text("closed:\n  - {from: 2026-08-20, to: 2026-11-10}\n", encoding="utf-8")
    wish = Wish(content=tmp_path, data=demo().settings.data, as_of=AS_OF, history=tmp_path / "none.csv")
    advisor = session.open_book(wish)
    expected = fired(advisor)
    assert advisor.settings.closed and expected != fired(demo())
    text = printed("--data", str(advisor.settings.data), "--content", str(tmp_path))
    assert run(warehouse(advisor), text) == expected


def test_one_play_reads_only_what_it_needs() -> None:
    advisor = demo()
    code = next(code for _, _, code in sorted(fired(advisor)))
    text = printed("--data", str(advisor.settings.data), "--play", code)
    assert code in text and str(AS_OF) in text.splitlines()[0]
    assert len(text) < len(printed("--data", str(advisor.settings.data))) / 4
    assert run(warehouse(advisor), text) == fired(advisor, frozenset({code}))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--tables", "acounts"], "script-unknown-table"),
        (["--tables", "orders"], "script-without-accounts"),
        (["--play", "nothing"], "unknown-play"),
        (["--data", "/nonexistent"], "data-no-folder"),
        (["--metrics", "out"], "script-metrics-without-data"),
    ],
)
def test_mistakes(words: list[str], code: str) -> None:
    found = CliRunner().invoke(main, ["sql", *words])
    assert found.exit_code == 2
    assert code in found.stderr and found.stdout == ""


def test_no_script_for_plays_of_the_whole_book() -> None:
    play = next(play for play in demo().content.plays if play.about == "portfolio")
    found = CliRunner().invoke(main, ["sql", "--play", play.code])
    assert found.exit_code == 2 and "script-whole-book" in found.stderr
