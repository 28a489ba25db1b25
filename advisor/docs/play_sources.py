"""What the trainer's pages need beside what advice needs: thresholds' labels, pain points, the method's entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from advisor.content.presets import folders
from advisor.content.read_content import merged
from advisor.content.read_rules import label
from advisor.core import yaml_in
from advisor.core.home import content_root, shown
from advisor.core.vocabulary import Label
from advisor.core.yaml_in import Item


@dataclass(frozen=True)
class Threshold:
    """A threshold as a trainer knows it."""

    label: Label
    unit: str
    origin: str


@dataclass(frozen=True)
class PainPoint:
    """What hurts, and the plays that answer it."""

    code: str
    text: Label
    plays: tuple[str, ...]
    treasure: str


@dataclass(frozen=True)
class Entry:
    """An entry of the method: what it is called, and the trainer's note."""

    title: Label
    note: Label


@dataclass(frozen=True)
class Sources:
    """Read beside the content; what there is no file for is empty."""

    thresholds: Mapping[str, Threshold] = field(default_factory=dict)
    pains: tuple[PainPoint, ...] = ()
    entries: Mapping[str, Entry] = field(default_factory=dict)

    def policies(self) -> Mapping[str, Label]:
        return {name: one.label for name, one in self.thresholds.items()}


def read_sources(workspace: Path | None = None, presets: tuple[str, ...] = ()) -> Sources:
    """Read them, the presets' and the workspace's files laid over the bundled ones key by key."""
    layers = (content_root(), *folders(presets, workspace), *([workspace] if workspace else []))
    method = _sections("rules/method/*.yaml", layers)
    return Sources(
        {name: _threshold(item) for name, item in _sections("rules/policy.yaml", layers).items()},
        tuple(_pain(code, item) for code, item in method.items() if item.get("plays")),
        {code: Entry(label(item.get("title")), label(item.get("note"))) for code, item in method.items()},
    )


def _sections(pattern: str, layers: tuple[Path, ...]) -> dict[str, Item]:
    """The mappings of some files by their keys; a bare value (a workspace's threshold) leaves the mapping below it."""
    found: dict[str, Item] = {}
    for layer in layers:
        for path in sorted(layer.glob(pattern)):
            for key, item in yaml_in.load(path, shown(path))[0].items():
                if item.is_map:
                    found[key] = merged(found[key], item) if key in found else item
    return found


def _text(item: Item, key: str) -> str:
    found = item.get(key)
    return str(found.value) if found and found.value is not None else ""


def _threshold(item: Item) -> Threshold:
    return Threshold(label(item.get("label")), _text(item, "unit"), _text(item, "origin"))


def _pain(code: str, item: Item) -> PainPoint:
    plays: Any = item.get("plays")
    return PainPoint(
        code,
        label(item.get("text")),
        tuple(str(one.value) for one in plays.each()) if plays else (),
        _text(item, "treasure"),
    )
