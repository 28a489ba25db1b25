"""Content in: the bundled `rules/` and `playbooks/`, with a workspace's files laid over them file by file.

`policy.yaml`, `words.yaml`, `cells.yaml` and `facts.yaml` are laid over key by key, so that a workspace need only hold
what differs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from advisor import yaml_in
from advisor.cell_words import check_cells, read_words
from advisor.content import Content
from advisor.home import content_root, shown
from advisor.metric_check import check_all
from advisor.model import Place, Problem
from advisor.plays import Play, Playbook
from advisor.read_play import read_guard, read_picking, read_play, read_playbook
from advisor.read_rules import read_derived, read_derived_fields, read_policy, read_vocabulary
from advisor.tree import Derived, Metric
from advisor.vocabulary import Vocabulary, nearest
from advisor.yaml_in import Item

_LAYERED = ("rules/policy.yaml", "rules/words.yaml", "rules/cells.yaml", "rules/facts.yaml")


@dataclass
class _Files:
    """The content files of all layers, by their path below the layer, bundled first."""

    layers: tuple[Path, ...]
    problems: list[Problem] = field(default_factory=list)
    _hash: Any = field(default_factory=hashlib.sha256)

    def found(self, pattern: str) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for layer in self.layers:
            for path in sorted(layer.glob(pattern)):
                found[path.relative_to(layer).as_posix()] = path
        return dict(sorted(found.items()))

    def read(self, name: str, path: Path) -> Item:
        item, problems = yaml_in.load(path, shown(path))
        self.problems += problems
        self.note(name, path)
        return item

    def note(self, name: str, path: Path) -> None:
        try:
            self._hash.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
        except OSError:
            self._hash.update(name.encode())

    def layered(self, name: str) -> Item:
        item = Item({}, Place(name))
        for layer in self.layers:
            if (layer / name).is_file():
                item = merged(item, self.read(name, layer / name))
        return item

    def items(self, pattern: str) -> dict[str, Item]:
        return {name: self.read(name, path) for name, path in self.found(pattern).items()}

    def digest(self) -> str:
        return "sha256:" + str(self._hash.hexdigest())


def merged(below: Item, above: Item) -> Item:
    """Lay one mapping over another, key by key."""
    if not (below.is_map and above.is_map):
        return above
    both = dict(below.value)
    for key, item in above.items():
        both[key] = merged(both[key], item) if key in both else item
    return Item(both, above.place, above.key_place)


def load(workspace: Path | None = None) -> Content:
    """Read all content.

    Args: workspace – a folder with its own `rules/` or `playbooks/`, laid over the bundled content.
    Returns: the content with every problem found in it.
    """
    files = _Files((content_root(),) if workspace is None else (content_root(), workspace))
    problems = files.problems
    vocabulary = read_vocabulary(files.layered("rules/facts.yaml"), problems)
    policy = read_policy(files.layered("rules/policy.yaml"), problems)
    derived_files = list(files.items("rules/derived/*.yaml").values())
    vocabulary = read_derived_fields(derived_files, vocabulary, problems)
    derived = read_derived(derived_files, vocabulary, policy, problems)
    metrics = {Path(name).name: _sql(files, name, path) for name, path in files.found("rules/metrics/*.sql").items()}
    guards = [read_guard(item, vocabulary, policy, problems) for item in files.items("rules/guards/*.yaml").values()]
    playbooks, plays = _plays(files, vocabulary, policy)
    picking = read_picking(files.layered("rules/people.yaml"), vocabulary, policy, problems)
    _check_metrics(derived.values(), metrics, problems)
    problems += check_all(metrics, vocabulary, policy)
    _check_codes(plays, problems)
    return Content(
        vocabulary,
        policy,
        derived,
        tuple(sorted(guards, key=lambda guard: guard.code)),
        playbooks,
        tuple(sorted(plays, key=lambda play: play.code)),
        files.layered("rules/words.yaml").plain(),
        read_words(check_cells(files.layered("rules/cells.yaml"), problems)),
        metrics,
        tuple(files.found("rules/mappings/*.yaml").values()),
        files.digest(),
        picking,
        tuple(problems),
    )


def _sql(files: _Files, name: str, path: Path) -> tuple[str, str]:
    files.note(name, path)
    try:
        return path.read_text(encoding="utf-8"), shown(path)
    except (OSError, UnicodeDecodeError):
        files.problems.append(Problem("not-utf8", Place(shown(path), 1, 1)))
        return "", shown(path)


def _plays(files: _Files, vocabulary: Vocabulary, policy: Mapping[str, Any]) -> tuple[dict[str, Playbook], list[Play]]:
    playbooks: dict[str, Playbook] = {}
    plays: list[Play] = []
    for name, item in files.items("playbooks/*/*.yaml").items():
        _, folder, file = name.split("/")
        if file == "playbook.yaml":
            playbooks[folder] = read_playbook(item, folder)
            continue
        path = f"{folder}/{file.removesuffix('.yaml')}"
        play = read_play(item, path, vocabulary, policy, files.problems) if item.value else None
        plays += [play] if play else []
    return playbooks, plays


def _check_metrics(derived: Iterable[Derived], metrics: Mapping[str, Any], problems: list[Problem]) -> None:
    for one in derived:
        if isinstance(one.expr, Metric) and one.expr.file not in metrics:
            details = {"name": one.expr.file, "near": nearest(one.expr.file, metrics)}
            problems.append(Problem("unknown-metric", one.place, "error", details))


def _check_codes(plays: list[Play], problems: list[Problem]) -> None:
    seen: dict[str, Play] = {}
    for play in plays:
        other = seen.setdefault(play.code, play)
        if other is not play and play.code:
            problems.append(Problem("code-twice", play.place, "error", {"code": play.code, "other": other.path}))
