"""The kept results of `advisor check` are those of a fresh one, whatever has changed in between."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from overlay import planted

from advisor.bench import check_files
from advisor.bench.check import check
from advisor.content.content import Content
from advisor.content.kept import load as from_cache
from advisor.content.read_content import load
from advisor.core.model import Problem

PLAY = "playbooks/retention/ask-why-orders-stopped.yaml"
OTHER = "playbooks/retention/another.yaml"


def kept(workspace: Path) -> list[tuple[str, str, str]]:
    return sorted(map(told, check_files.check_files(workspace).problems))


def told(problem: Problem) -> tuple[str, str, str]:
    return str(problem.place), problem.code, str(sorted(problem.details.items()))


def content(found: Content) -> tuple[object, ...]:
    """All of it that can be told apart."""
    return found.digest, sorted(map(told, found.problems)), repr(found.plays), repr(found.derived), found.policy


def test_kept_results_follow_every_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVISOR_CACHE", str(tmp_path / "cache"))
    team = tmp_path / "team"
    planted(team, PLAY, "silence_level: silent", "silence_levle: silent")
    seen = []

    def same() -> None:
        found, read = kept(team), load(team)
        assert found == sorted(map(told, check(read)))
        assert kept(team) == found, "kept results are not those just found"
        assert content(from_cache(team)) == content(read)
        seen.append(found)

    same()
    file = team / PLAY
    file.write_text(file.read_text(encoding="utf-8").replace("silence_levle", "silence_level"), encoding="utf-8")
    shutil.copy(file, team / OTHER)  # a second play with the same code and title
    same()
    (team / "rules").mkdir()
    (team / "rules/policy.yaml").write_text("message_most_characters: 5\nnobody_reads_this: 3\n", encoding="utf-8")
    same()
    text = (team / OTHER).read_text(encoding="utf-8")
    (team / OTHER).write_text(text.replace("stage: [new", "nobody_reads_this: 1\n  stage: [new"), encoding="utf-8")
    same()
    (team / OTHER).unlink()
    file.write_text("title: [\n", encoding="utf-8")
    same()
    file.unlink()
    (team / "rules/policy.yaml").unlink()
    same()
    assert len({tuple(found) for found in seen}) == len(seen)
    assert seen[-1] == []


def test_several_processes_find_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVISOR_CACHE", "off")
    planted(tmp_path, PLAY, "silence_level: silent", "silence_levle: silent")
    alone = kept(tmp_path)
    monkeypatch.setattr(check_files, "_WORTH_A_PROCESS", 20)
    assert kept(tmp_path) == alone


def test_a_damaged_cache_is_nobodys_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVISOR_CACHE", str(tmp_path / "cache"))
    team = tmp_path / "team"
    planted(team, PLAY, "silence_level: silent", "silence_levle: silent")
    found = kept(team)
    for path in (tmp_path / "cache").rglob("*.pickle"):
        path.write_bytes(b"no pickle")
    assert kept(team) == found


def test_two_workspaces_that_are_called_alike_are_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVISOR_CACHE", str(tmp_path / "cache"))
    for number, slip in enumerate(["silence_levle: silent", "silence_level: silnet"]):
        (tmp_path / str(number)).mkdir()
        monkeypatch.chdir(tmp_path / str(number))
        planted(Path("team"), PLAY, "silence_level: silent", slip)
        assert [one.code for one in check_files.check_files(Path("team")).problems] == [
            "unknown-choice" if number else "unknown-fact"
        ]
