"""Earlier advice made again: the same bytes with the same content, tables, day and options; else what has changed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from git_workspace import PLAY, change, commit, git, repository, write
from support import ROOT

from advisor.core.home import demo
from cli import main

ACCOUNT = "A05"  # the play of the workspace fires on it


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVISOR_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return repository(tmp_path / "team")


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--content", str(home), "--lang", "en"])


def advice(home: Path, *options: str) -> Path:
    made = run(home, "advise", *(options or (ACCOUNT,)), "--format", "json")
    assert made.exit_code == 0, made.stderr
    return write(home.parent, "record.json", made.stdout)


def said(result: Result) -> str:
    return " ".join(result.stdout.split())


@pytest.mark.parametrize(
    "options", [("A05",), ("A05", "--top", "1"), ("A07", "--all"), ("A12", "--as-of", "2026-12-01")]
)
def test_the_same_bytes(home: Path, options: tuple[str, ...]) -> None:
    result = run(home, "replay", str(advice(home, *options)))
    assert (result.exit_code, "the same bytes" in result.stdout) == (0, True), result.stdout


def test_the_record_decides_the_language(home: Path) -> None:
    made = CliRunner().invoke(main, ["advise", ACCOUNT, "--content", str(home), "--format", "json", "--lang", "zh"])
    record = write(home.parent, "record.json", made.stdout)
    assert run(home, "replay", str(record)).exit_code == 0


def test_many_records_one_a_line(home: Path) -> None:
    lines = [
        json.dumps(json.loads(advice(home, name).read_text("utf-8")), ensure_ascii=False) for name in ("A05", "A07")
    ]
    record = write(home.parent, "many.jsonl", "\n".join(lines) + "\n")
    result = run(home, "replay", str(record))
    assert result.exit_code == 0 and "2 made again: 2 byte for byte the same, 0 not" in result.stdout
    record.write_text("\n".join(lines).replace('"rank": 1,', '"rank": 9,', 1), encoding="utf-8")
    result = run(home, "replay", str(record))
    assert result.exit_code == 1 and "1 byte for byte the same, 1 not" in result.stdout
    assert "many.jsonl:1: differs" in result.stdout and "advice[0].rank: 9 → 1" in result.stdout


def test_an_earlier_revision_gives_the_same_bytes(home: Path) -> None:
    record = advice(home)
    first = git(home, "rev-parse", "--short", "HEAD")
    change(home, "urgency: 3", "urgency: 5")
    change(home, "See {{ person }}:", "Visit {{ person }}:")
    changed = run(home, "replay", str(record))
    assert changed.exit_code == 1 and "the content differs" in changed.stdout
    assert f"that content is revision {first}" in said(changed)
    commit(home, "Other words")
    again = run(home, "replay", str(record), "--against", "HEAD~1")
    assert (again.exit_code, "the same bytes" in again.stdout) == (0, True), again.stdout
    assert run(home, "replay", str(record), "--content-rev", first).exit_code == 0
    assert git(home, "status", "--short") == ""


def test_settings_of_the_revision_hold_with_it(home: Path) -> None:
    write(home, "advisor.yaml", "currency: USD\npreset: banking\nas_of: 2026-11-20\n")
    commit(home, "Settings")
    record = advice(home)
    write(home, "advisor.yaml", "currency: EUR\nas_of: 2026-11-20\n")
    commit(home, "Other settings")
    assert run(home, "replay", str(record), "--data", str(demo())).exit_code == 1
    assert run(home, "replay", str(record), "--data", str(demo()), "--against", "HEAD~1").exit_code == 0


def test_content_that_was_never_committed_is_said_to_be(home: Path) -> None:
    change(home, "urgency: 3", "urgency: 5")
    record = advice(home)
    change(home, "urgency: 5", "urgency: 4")
    result = run(home, "replay", str(record))
    assert result.exit_code == 1 and "none of the last 1 commits" in said(result)


def test_without_a_repository(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(home.parent))
    git(home, "status")
    record = advice(home)
    (home / ".git").rename(home.parent / "gone")
    change(home, "urgency: 3", "urgency: 5")
    assert "in no git repository" in said(run(home, "replay", str(record)))


@pytest.fixture
def data(home: Path) -> Iterator[Path]:
    folder = home.parent / "data"
    folder.mkdir()
    for path in demo().iterdir():
        if path.is_file():
            (folder / path.name).write_bytes(path.read_bytes())
    yield folder


def test_other_tables_are_told_from_other_content(home: Path, data: Path) -> None:
    record = advice(home, ACCOUNT, "--data", str(data))
    accounts = data / "accounts.csv"
    accounts.write_text(accounts.read_text("utf-8").replace("core", "new"), encoding="utf-8")
    result = run(home, "replay", str(record), "--data", str(data))
    assert result.exit_code == 1 and "what has changed: the tables" in said(result)
    assert "the content differs" not in result.stdout


def test_a_later_answer_in_the_history_does_not_matter_an_earlier_one_does(home: Path, data: Path) -> None:
    options = ("--data", str(data), "--history", str(home.parent / "answers.csv"))
    record = advice(home, ACCOUNT, *options)
    code = json.loads(record.read_text("utf-8"))["advice"][0]["code"]
    assert run(home, "reply", ACCOUNT, code, "done", *options, "--as-of", "2026-11-25").exit_code == 0
    assert run(home, "replay", str(record), *options).exit_code == 0
    assert run(home, "reply", ACCOUNT, code, "done", *options, "--as-of", "2026-11-19").exit_code == 0
    result = run(home, "replay", str(record), *options)
    assert result.exit_code == 1 and "the history of earlier advice" in said(result)


def test_a_record_of_a_facts_file_needs_it(home: Path) -> None:
    facts = write(
        home.parent, "facts.yaml", "as_of: 2026-11-20\naccount: {id: X1, name: X, stage: core, tier: large}\n"
    )
    made = run(home, "advise", "--facts", str(facts), "--format", "json")
    record = write(home.parent, "record.json", made.stdout)
    assert run(home, "replay", str(record), "--facts", str(facts)).exit_code == 0
    without = run(home, "replay", str(record))
    assert without.exit_code == 2 and "record-of-facts" in without.stderr


def test_another_layout_is_no_other_advice(home: Path) -> None:
    record = advice(home)
    record.write_text(json.dumps(json.loads(record.read_text("utf-8"))), encoding="utf-8")
    result = run(home, "replay", str(record))
    assert result.exit_code == 1 and "in another layout" in result.stdout


def test_a_record_from_before_options_were_noted(home: Path) -> None:
    record = advice(home, ACCOUNT, "--top", "2")
    old = json.loads(record.read_text("utf-8"))
    assert old.pop("run")["top"] == 2
    from advisor.pages.page_json import dumps

    record.write_text(dumps(old) + "\n", encoding="utf-8")
    assert run(home, "replay", str(record)).exit_code == 0


@pytest.mark.parametrize("text", ["", "{", "[]", '{"account": {}}', "{" * 5000, '{"account":{"id":"A05"},"as_of":"x"}'])
def test_what_is_no_advice_is_refused(home: Path, text: str) -> None:
    result = run(home, "replay", str(write(home.parent, "bad.json", text)))
    assert result.exit_code == 1 and "record-unreadable" in result.stderr
    missing = run(home, "replay", str(home / "none.json"))
    assert missing.exit_code == 2 and "record-unreadable" in missing.stderr


# --- the recipe ----------------------------------------------------------------------------------


def test_the_shell_recipe_of_the_documentation_runs(home: Path, tmp_path: Path) -> None:
    """Both blocks of docs/ci.md, in a repository whose change is on a branch."""
    page = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 2 and "advisor impact" in blocks[0] and "advisor replay" in blocks[1]
    git(home, "checkout", "-q", "-b", "change")
    change(home, "Check our own side first", "First check our own side")
    commit(home, "Other words")
    script = "advisor() { " + f'PYTHONPATH="{ROOT}" "{sys.executable}" "{ROOT}/cli.py" "$@"; }}\n' + "\n".join(blocks)
    script = script.replace("advise A07", f"advise {ACCOUNT}")
    done = subprocess.run(["sh", "-c", script], cwd=home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    comment = (home / "impact.md").read_text(encoding="utf-8")
    assert "<ins>First check</ins>" in comment and len(comment) <= 65_536
    assert (home / "impact.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "the same bytes" in done.stdout
    assert PLAY in git(home, "ls-files")
