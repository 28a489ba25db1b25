"""`advisor check` for programs: JSON, GitHub's lines, SARIF; what is strict; what folder is none."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from overlay import OWN, planted

from advisor.advice.workspace import find_workspace
from advisor.bench.check import check
from advisor.bench.check_formats import github, record, render
from advisor.bench.unread_files import unread_files
from advisor.core.model import Place, Problem
from advisor.messages import message
from advisor.pages.page_text import width
from cli import main

PLAY = "playbooks/retention/ask-why-orders-stopped.yaml"
ODD = Problem("unknown-key", Place("a,b:c/100%.yaml", 3, 5), "error", {"key": "50%", "near": ""})
FOLDED = Problem("cooldown-missing", Place("rules/own.yaml", 7), "warning", {"title": "X01", "days": 14})


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ADVISOR_LANG", raising=False)

    def call(*args: str) -> Result:
        return CliRunner().invoke(main, list(args))

    return call


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """A workspace with one mistake and one file that nothing reads."""
    folder = tmp_path / "team"
    text = OWN[PLAY].read_text(encoding="utf-8")
    for name, content in ((PLAY, text.replace("urgency: 3", "urgency: 9", 1)), ("playbooks/mine.yaml", "urgency: 3\n")):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


# --- one problem ---------------------------------------------------------------------------------


def test_a_record_has_fixed_names() -> None:
    made = record(ODD, "en")
    assert list(made) == ["code", "level", "path", "line", "column", "message", "hint", "page"]
    assert (made["line"], made["column"], made["page"]) == (3, 5, "docs/codes/unknown-key.md")


def test_a_github_line_is_escaped() -> None:
    line = github(ODD, "en")
    assert line.startswith("::error file=a%2Cb%3Ac/100%25.yaml,line=3,col=5,title=unknown-key::")
    assert "'50%25'" in line and "\n" not in line and "\r" not in line
    assert line.endswith("%0A" + message(ODD, "en")[1])


def test_a_github_line_leaves_out_what_is_not_known() -> None:
    assert github(FOLDED, "zh").startswith("::warning file=rules/own.yaml,line=7,title=cooldown-missing::")
    assert github(Problem("no-z", level="note"), "zh").startswith("::notice title=no-z::")


# --- SARIF ---------------------------------------------------------------------------------------


def sarif(problems: list[Problem], language: str = "en") -> dict[str, Any]:
    made: dict[str, Any] = json.loads(render(problems, language, "sarif"))
    return made


def test_a_log_holds_what_the_schema_demands() -> None:
    """The required properties of SARIF 2.1.0, and the limits that it sets."""
    log = sarif([ODD, FOLDED, ODD])
    assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-2.1.0.json")
    (one,) = log["runs"]
    rules = one["tool"]["driver"]["rules"]
    assert one["tool"]["driver"]["name"] and one["tool"]["driver"]["version"]
    assert re.fullmatch("[a-zA-Z]{2}-[A-Z]{2}", one["tool"]["driver"]["language"])
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in one["results"]:
        assert result["level"] in ("none", "note", "warning", "error")
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uriBaseId"] in one["originalUriBaseIds"]
        assert place["region"]["startLine"] >= 1 and place["region"].get("startColumn", 1) >= 1
    for rule in rules:
        assert all(rule[part]["text"] for part in ("shortDescription", "fullDescription", "help"))
        assert rule["helpUri"] == f"docs/codes/{rule['id']}.md"


def test_paths_are_uris() -> None:
    places = [Place("a b%.yaml", 1), Place("/tmp/own.yaml", 1, 1)]
    found = sarif([Problem("unknown-key", place, details={"key": "x"}) for place in places])["runs"][0]["results"]
    uris = [one["locations"][0]["physicalLocation"]["artifactLocation"] for one in found]
    assert uris == [{"uri": "a%20b%25.yaml", "uriBaseId": "SRCROOT"}, {"uri": "file:///tmp/own.yaml"}]


def test_a_fingerprint_survives_lines_above_and_tells_equal_problems_apart() -> None:
    def prints(problems: list[Problem], language: str = "en") -> list[str]:
        return [
            one["partialFingerprints"]["advisorProblem/v1"] for one in sarif(problems, language)["runs"][0]["results"]
        ]

    moved = ODD.at(Place(ODD.place.path, 30, 5))
    assert prints([ODD]) == prints([moved]) == prints([ODD], "zh")
    assert len(set(prints([ODD, ODD, FOLDED]))) == 3


def test_a_problem_without_a_place_has_no_location() -> None:
    assert "locations" not in sarif([Problem("no-facts")])["runs"][0]["results"][0]


@pytest.mark.parametrize("form", ["json", "github", "sarif"])
def test_the_same_problems_give_the_same_bytes(form: str, tmp_path: Path) -> None:
    problems = check(planted(tmp_path, PLAY, "urgency: 3", "urgancy: 9"))
    assert render(problems, "zh", form) == render(list(problems), "zh", form)
    assert "urgancy" in render(problems, "en", form)


# --- the command ---------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["json", "github", "sarif"])
def test_every_format_follows_the_language(form: str) -> None:
    problem = Problem("number-out-of-range", Place("a.yaml", 1, 1), details={"key": "urgency", "low": 1, "high": 5})
    assert "整数" in render([problem], "zh", form) and "whole number" in render([problem], "en", form)


@pytest.mark.parametrize(("form", "mark"), [("text", "→"), ("github", "::error file=team/"), ("sarif", '"results"')])
def test_the_exit_code_tells_of_errors(form: str, mark: str, run: Any, team: Path) -> None:
    result = run("check", "team", "--format", form, "--lang", "zh")
    assert result.exit_code == 1 and mark in result.stdout and "number-out-of-range" in result.stdout
    assert "整数" in result.stdout and "content-not-read" in result.stdout


def test_strict_counts_warnings_as_errors(run: Any, team: Path) -> None:
    (team / PLAY).write_text(OWN[PLAY].read_text(encoding="utf-8"), encoding="utf-8")
    plain, strict = run("check", "team"), run("check", "team", "--strict")
    assert (plain.exit_code, strict.exit_code) == (0, 1)
    assert plain.stdout == strict.stdout and "warning content-not-read" in plain.stdout


def test_a_code_s_page_fits_the_terminal(run: Any) -> None:
    for language in ("en", "zh"):
        shown = run("check", "--code", "unknown-fact", "--lang", language)
        assert shown.exit_code == 0 and "silense_level" in shown.stdout
        assert max(width(line) for line in shown.stdout.splitlines()) <= 80
    missed = run("check", "--code", "unknown-fakt", "--lang", "en")
    assert missed.exit_code == 2 and "did you mean 'unknown-fact'?" in missed.stderr


# --- what is no workspace ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "code", "near"),
    [
        ("nowhere", "no-such-folder", ""),
        ("empty", "not-a-workspace", ""),
        ("team/playbooks", "not-a-workspace", "team"),
        ("team/playbooks/retention", "not-a-workspace", "team"),
        (f"team/{PLAY}", "not-a-workspace", "team"),
    ],
)
@pytest.mark.parametrize("command", ["check", "test"])
def test_a_path_that_is_no_workspace(command: str, path: str, code: str, near: str, run: Any, team: Path) -> None:
    (team.parent / "empty").mkdir()
    result = run(command, path, "--lang", "en")
    assert result.exit_code == 2 and not result.stdout
    assert result.stderr.startswith(f"{path}: error {code} ")
    assert not near or f"did you mean '{near}'?" in result.stderr


@pytest.mark.parametrize("name", ["rules/policy.yaml", "advisor.yaml", "playbooks/own/playbook.yaml"])
def test_one_file_makes_a_workspace(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("", encoding="utf-8")
    assert find_workspace(tmp_path) == tmp_path


NEAREST = {
    "playbooks/mine.yaml": "",
    "playbooks/retention/mine.yml": "",
    "playbooks/retention/old/mine.yaml": "",
    "rules/derivd/own.yaml": "",
    "rules/metrics/deep/own.sql": "",
    "rules/polcy.yaml": "rules/policy.yaml",
}


def test_files_that_nothing_reads_are_named(tmp_path: Path) -> None:
    for name in [
        *NEAREST,
        PLAY,
        "rules/policy.yaml",
        "rules/metrics/own.sql",
        "rules/derived/own.yaml",
        "rules/note.md",
    ]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
    found = list(unread_files(tmp_path))
    assert {one.code for one in found} == {"content-not-read"} and {one.level for one in found} == {"warning"}
    assert {one.details["name"]: one.details["near"] for one in found} == NEAREST
    assert {one.place.path.removeprefix(f"{tmp_path.as_posix()}/") for one in found} == set(NEAREST)
    assert list(unread_files(None)) == []
