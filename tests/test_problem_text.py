"""Problems as lines: one each for programs, broken at the terminal's width for people."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from overlay import planted
from support import ROOT

from advisor.core.model import Place, Problem
from advisor.pages.page_text import width
from advisor.pages.problem_text import problem_lines

SILENCE = "playbooks/retention/ask-why-orders-stopped.yaml"
PROBLEM = Problem("unknown-fact", Place(f"/a/long/place/of/some/team/{SILENCE}", 12, 3), "error", {"name": "x" * 30})


def test_without_a_terminal_a_problem_is_one_line_and_its_way_out_another() -> None:
    first, second = problem_lines(PROBLEM, "zh")
    assert first.startswith(str(PROBLEM.place)) and second.startswith("  → ")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("columns", [50, 80])
def test_on_a_terminal_lines_are_broken_and_say_the_same(language: str, columns: int) -> None:
    lines, whole = problem_lines(PROBLEM, language, columns), problem_lines(PROBLEM, language)
    assert all(width(line) <= max(columns, width(str(PROBLEM.place)) + 2) for line in lines) and len(lines) > 2
    assert "".join("".join(lines).split()) == "".join("".join(whole).split())
    starts = [line.startswith(("/a/", "  → ", "    ")) for line in lines]
    assert all(starts) and sum(not line.startswith("    ") for line in lines) == 2


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no terminals to make here")
def test_the_check_looks_where_it_prints(tmp_path: Path) -> None:
    planted(tmp_path, SILENCE, "silence_level: silent", "silence_levl: silent")
    command = [sys.executable, str(ROOT / "cli.py"), "check", str(tmp_path), "--lang", "zh"]
    ours, theirs = os.openpty()
    place = {**os.environ, "COLUMNS": "60"}
    subprocess.run(command, stdout=theirs, stderr=subprocess.DEVNULL, env=place, cwd=tmp_path, check=False)
    os.close(theirs)
    shown, part = b"", b" "
    while part:
        try:
            part = os.read(ours, 65536)
        except OSError:
            part = b""
        shown += part
    piped = subprocess.run(command, capture_output=True, env=place, cwd=tmp_path, check=False)
    lines = shown.decode("utf-8").replace("\r\n", "\n").splitlines()
    assert "\n    " in shown.decode("utf-8").replace("\r\n", "\n")
    assert all(width(line) <= 60 or "/" in line for line in lines)
    assert [line for line in piped.stdout.decode("utf-8").splitlines() if line.startswith("    ")] == []
