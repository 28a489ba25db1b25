"""What a new user tries in the first hour, and what broke then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import main


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ADVISOR_LANG", raising=False)


def run(*words: Any) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


# --- replying to what the page says ------------------------------------------------------------------


def test_a_step_is_answered_by_words_of_the_page() -> None:
    assert "回访薛工" in run("advise", "A05").stdout
    assert run("reply", "A05", "停单", "done").exit_code == 0
    assert "A05,P62,A05" in Path("advisor-history.csv").read_text(encoding="utf-8")
    assert "停单" not in run("advise", "A05").stdout


def test_words_of_several_steps_list_them() -> None:
    result = run("reply", "A01", "徐工", "done")
    assert result.exit_code == 2
    assert "ambiguous-step" in result.stderr and "P01 约徐工" in result.stderr
    assert not Path("advisor-history.csv").exists()


def test_a_step_that_is_not_there_lists_those_that_are() -> None:
    result = run("explain", "A05", "2", "--lang", "en")
    assert result.exit_code == 2
    assert "unknown-step" in result.stderr and "P62 See" in result.stderr


def test_later_needs_a_day_to_come() -> None:
    result = run("reply", "A05", "P62", "later", "--until", "2026-11-20")
    assert result.exit_code == 2
    assert "until-past" in result.stderr
