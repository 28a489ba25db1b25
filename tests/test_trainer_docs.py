"""The trainer's page is true: its commands run, in its order, with its files, from an empty folder to a commit."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from support import ROOT

from cli import main

PAGES = ["trainer.md", "trainer.zh-CN.md"]
_BLOCK = re.compile(r"(?:\*\*`(?P<path>[^`]+)`\*\*\n\n)?```(?P<kind>sh|yaml)\n(?P<body>.*?)```|<!-- the test does this edit: (?P<old>.+?) → (?P<new>.+?) -->", re.DOTALL)  # fmt: skip  # noqa: E501
_GIT = ("-c", "user.name=Trainer", "-c", "user.email=trainer@example.com")


class Reader:
    """Somebody who does what the page says."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.patch = monkeypatch
        self.written = Path()
        self.printed: dict[str, str] = {}

    def run(self, line: str) -> None:
        words = shlex.split(line)
        self.patch.chdir(self.folder)
        if words[0] == "cd":
            self.folder = self.folder / words[1]
        elif words[0] == "git":
            subprocess.run(["git", *_GIT, *words[1:]], check=True, capture_output=True, cwd=self.folder)
        else:
            result = CliRunner().invoke(main, words[1:], catch_exceptions=False)
            assert result.exit_code == 0, f"{line}\n{result.output}"
            self.printed[line] = result.output

    def write(self, path: str, text: str) -> None:
        self.written = self.folder / path
        assert self.written.is_file(), f"{path} should be there before it is filled in"
        self.written.write_text(text, encoding="utf-8")

    def edit(self, old: str, new: str) -> None:
        text = self.written.read_text(encoding="utf-8")
        assert text.count(old) == 1
        self.written.write_text(text.replace(old, new), encoding="utf-8")


def test_both_pages_say_the_same() -> None:
    """One language is followed below; the other has the same commands and the same play."""

    def said(page: str) -> list[str]:
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        blocks = [
            "".join(block[part] or "" for part in ("path", "kind", "body", "old", "new"))
            for block in _BLOCK.finditer(text)
        ]
        return [re.sub(r"--lang (zh|en)|-m \".*\"|owner:? .*|--owner \".*?\"", "", block) for block in blocks]

    assert said(PAGES[0]) == said(PAGES[1])


def test_the_page_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = PAGES[1]
    monkeypatch.delenv("ADVISOR_LANG", raising=False)
    reader = Reader(tmp_path, monkeypatch)
    for block in _BLOCK.finditer((ROOT / "docs" / page).read_text(encoding="utf-8")):
        if block["old"]:
            reader.edit(block["old"], block["new"])
        elif block["kind"] == "yaml":
            reader.write(block["path"], block["body"])
        else:
            for line in block["body"].splitlines():
                reader.run(line)
    printed = {line.partition(" --lang")[0]: text for line, text in reader.printed.items()}
    impact = printed["advisor impact --against HEAD"]
    for account in ("武汉江浣日化", "嘉兴湖桨纸塑", "浙江天穗食品集团"):
        assert account in impact, impact
    assert "5" in printed["advisor test --play P86"]
