"""Shared by the tests of what begins new content: the command line, and workspaces made by it."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result
from support import bundled

from advisor.bench.check import check
from advisor.content.content import Content
from advisor.content.kept import load
from cli import main

NEW = ("new", "play")


def run(*words: str | Path) -> Result:
    """A command as a user types it; whatever it does, it never ends in a traceback."""
    result = CliRunner().invoke(main, [str(word) for word in words], env={"ADVISOR_LANG": "en"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def done(*words: str | Path) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.output


def workspace(tmp_path: Path) -> Path:
    """A small workspace: a playbook of the team's own."""
    folder = tmp_path / "team"
    (folder / "playbooks").mkdir(parents=True)
    done("new", "playbook", "our_way", "--content", folder)
    return folder


def errors(folder: Path) -> tuple[Content, list[str]]:
    """The workspace's content, and the codes of the errors that the check finds in it and not in the bundled one."""
    content = load(folder)
    known = {(one.code, one.place.path) for one in check(bundled())}
    found = [one for one in check(content) if one.level == "error" and (one.code, one.place.path) not in known]
    return content, [f"{one.place} {one.code}" for one in found]
