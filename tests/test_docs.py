"""The documentation tells the truth: commands run, YAML parses, every command is described, links lead somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from support import ROOT

from advisor.core import yaml_in
from cli import main

PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").glob("*.md"))]
_LINE = re.compile(r"^    (advisor \S.*?)(?:\s{2,}.*)?$", re.MULTILINE)
_PLACEHOLDER = {"DIR", "FILE", "DATE", "目录", "日期", "ACCOUNT", "PLAY"}


def commands() -> list[Any]:
    """Every command once, in whatever language it is shown first."""
    found: dict[str, tuple[str, str]] = {}
    for page in PAGES:
        for line in _LINE.findall(page.read_text(encoding="utf-8")):
            found.setdefault(re.sub(r" --lang (zh|en)", "", line), (page.name, line))
    return [pytest.param(line, id=f"{name}: {line}") for name, line in found.values()]


@pytest.mark.parametrize("line", commands())
def test_commands_run(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ADVISOR_LANG", raising=False)
    words = shlex.split(line)[1:]
    if _PLACEHOLDER & set(words):
        assert words[0] in main.commands
        return
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output


def test_every_command_and_option_is_described() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8") + "".join(p.read_text(encoding="utf-8") for p in PAGES)
    for name, command in described(main):
        assert f"advisor {name.split()[0]}" in text and name.split()[-1] in text, f"README says nothing of {name}"
        assert command.help
        for option in command.params:
            assert not isinstance(option, click.Option) or option.help or option.name == "form", f"{name} {option.name}"


def described(group: click.Group, above: str = "") -> list[tuple[str, click.Command]]:
    """Every command, those of groups as `new play`."""
    found: list[tuple[str, click.Command]] = []
    for name, command in group.commands.items():
        found.append((f"{above}{name}", command))
        found += described(command, f"{name} ") if isinstance(command, click.Group) else []
    return found


def test_yaml_in_the_docs_parses() -> None:
    for page in PAGES:
        for block in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            _, problems = yaml_in.parse(block, page.name)
            assert not problems, (page.name, problems)


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} → {target}"


def test_the_readme_names_its_two_commands() -> None:
    for page in PAGES[:2]:
        lines = [
            line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("    python3 -m venv")
        ]
        assert len(lines) == 2
        assert lines[0].rstrip().split(" && ")[-1].startswith(".venv/bin/advisor advise")
        assert "pytest" in lines[1]


def test_nothing_outside_is_named() -> None:
    """No registry host and no absolute path of somebody's machine."""
    for path in [*ROOT.rglob("*.md"), *ROOT.rglob("*.py"), *ROOT.rglob("*.toml"), ROOT / ".ci/run"]:
        if ".venv" not in path.parts:
            text = path.read_text(encoding="utf-8")
            assert not re.search(
                "|".join(("pypi" + r"\.org", "python" + "hosted", "/" + "root/", "/" + r"home/\w+")), text
            ), path
