"""A workspace with one planted mistake: a bundled file, changed in one place, laid over the bundled content."""

from __future__ import annotations

from pathlib import Path

from advisor.content.content import Content
from advisor.content.kept import load
from advisor.core.home import content_root

OWN = {"playbooks/retention/ask-why-orders-stopped.yaml": Path(__file__).with_name("sound_play.yaml")}
"""Files that mistakes are planted in as they once were, so that trainers may reword the bundled ones."""


def planted(workspace: Path, name: str, old: str = "", new: str = "") -> Content:
    """Lay a bundled file over with one text replaced (a new file without `old`), and load that workspace."""
    source = OWN.get(name, content_root() / name)
    plant(workspace / name, source.read_text(encoding="utf-8") if old else "", old, new)
    return load(workspace)


def plant(target: Path, source: str, old: str, new: str) -> None:
    """Write a text with one part of it replaced; without `old` the new text alone."""
    assert not old or source.count(old) >= 1, f"{target} does not hold {old!r}"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(source.replace(old, new, 1) if old else new, encoding="utf-8")


def line_of(workspace: Path, name: str, mark: str) -> int:
    """The line, from 1, in which a text first stands; a text with a line end is a whole line."""
    lines = (workspace / name).read_text(encoding="utf-8").splitlines(keepends=True)
    return next(
        number for number, line in enumerate(lines, 1) if mark in line and (not mark.endswith("\n") or line == mark)
    )
