"""Content in: the bundled `rules/` and `playbooks/`, with a workspace's files laid over them file by file.

`policy.yaml`, `words.yaml`, `cells.yaml` and `facts.yaml` are laid over key by key, so that a workspace need only hold
what differs.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from advisor import yaml_in
from advisor.cell_words import Words, check_cells, read_words
from advisor.facts import Knowledge
from advisor.home import content_root
from advisor.model import AdvisorError, Place, Problem, stop
from advisor.people import Picking
from advisor.plays import Guard, Play, Playbook
from advisor.read_play import read_guard, read_picking, read_play, read_playbook
from advisor.read_rules import read_derived, read_derived_fields, read_policy, read_vocabulary
from advisor.tree import Derived, Metric
from advisor.vocabulary import Vocabulary, nearest
from advisor.yaml_in import Item

_LAYERED = ("rules/policy.yaml", "rules/words.yaml", "rules/cells.yaml", "rules/facts.yaml")


@dataclass(frozen=True)
class Content:
    """Everything that trainers write, read and checked; `problems` is empty when it is sound."""

    vocabulary: Vocabulary
    policy: Mapping[str, Any]
    derived: Mapping[tuple[str, str], Derived]
    guards: tuple[Guard, ...]
    playbooks: Mapping[str, Playbook]
    plays: tuple[Play, ...]
    words: Mapping[str, Any]
    cells: Words
    metrics: Mapping[str, tuple[str, str]]
    mappings: tuple[Path, ...]
    digest: str
    picking: Picking = field(default_factory=Picking)
    problems: tuple[Problem, ...] = ()

    def knowledge(self) -> Knowledge:
        """What turns records into facts."""
        fields = [(entity.name, f) for entity in self.vocabulary.entities.values() for f in entity.fields.values()]
        refs = {(entity, f.name): f.to for entity, f in fields if f.to}
        lives = {
            (entity, f.name): (f.stale_after["date"], int(self.policy[f.stale_after["policy"]]))
            for entity, f in fields
            if f.stale_after
        }
        needs = {file: self._needed(text) for file, (text, _) in self.metrics.items()}
        return Knowledge(self.derived, refs, lives, needs)

    def _needed(self, sql: str) -> dict[str, str]:
        """The entities whose tables a metric needs (its first line says so), each with the field that dates it."""
        first = sql.lstrip("\ufeff").partition("\n")[0].removeprefix("-- needs:")
        tables = [table.strip() for table in first.split(",")]
        found = [self.vocabulary.by_table(table) for table in tables]
        return {entity.name: entity.dated or "id" for entity in found if entity}

    def play(self, wanted: str) -> Play:
        """A play by its code, its path, or the last part of its path.

        Raises: AdvisorError – there is no such play.
        """
        for play in self.plays:
            if wanted.casefold() in (play.code.casefold(), play.path, play.path.rpartition("/")[2]):
                return play
        names = [name for play in self.plays for name in (play.code, play.path, play.path.rpartition("/")[2])]
        raise stop("unknown-play", 2, name=wanted, near=nearest(wanted, names))


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


def shown(path: Path) -> str:
    """A path as the user would type it: relative to where they stand when it is below."""
    relative = os.path.relpath(path)
    return path.as_posix() if relative.startswith("..") else Path(relative).as_posix()


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


def sound(content: Content) -> Content:
    """The content, when nothing is wrong with it.

    Raises: AdvisorError – with every problem found.
    """
    if any(problem.level == "error" for problem in content.problems):
        raise AdvisorError(list(content.problems), 1)
    return content


def with_plays(content: Content, plays: Iterable[Play]) -> Content:
    """The same content with other plays."""
    return replace(content, plays=tuple(plays))
