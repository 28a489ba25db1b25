"""Content as the program holds it: everything that trainers write, read and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from advisor.content.cell_words import Words
from advisor.content.consistency import Contradiction
from advisor.content.follow_ups import without_follow_ups
from advisor.content.lint import Lint
from advisor.content.outline import Outline
from advisor.content.people import Picking
from advisor.content.plays import Check, Guard, Play, Playbook
from advisor.core.facts import Knowledge
from advisor.core.model import AdvisorError, Problem, in_place
from advisor.core.tree import Derived
from advisor.core.vocabulary import Vocabulary, nearest
from advisor.metrics.metric_needs import tables_needed


@dataclass(frozen=True)
class Content:
    """Everything that trainers write, read and checked; `problems` is empty when it is sound.

    `digest` is the hash of all files, `files` has that of each.
    """

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
    checks: tuple[Check, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    brief: Outline = field(default_factory=Outline)
    lint: Lint = field(default_factory=Lint)
    units: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

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
        """The entities whose tables a metric needs, each with the field that dates it."""
        found = [self.vocabulary.by_table(table) for table in tables_needed(sql)]
        return {entity.name: entity.dated or "id" for entity in found if entity}

    def play(self, wanted: str) -> Play:
        """A play by its code, its path, or the last part of its path.

        Raises: AdvisorError – there is no such play; with what is wrong in files that could not be read as plays,
        of which it may be one.
        """
        for play in self.plays:
            if wanted.casefold() in (play.code.casefold(), play.path, play.path.rpartition("/")[2]):
                return play
        names = [name for play in self.plays for name in (play.code, play.path, play.path.rpartition("/")[2])]
        lost = self._unread_plays()
        near = "" if lost else nearest(wanted, names)
        raise AdvisorError([*lost, Problem("unknown-play", level="error", details={"name": wanted, "near": near})], 2)

    def _unread_plays(self) -> list[Problem]:
        """What is wrong with the files in which no play could be read."""
        read = {play.place.path for play in self.plays}
        wrong = [one for one in self.problems if one.level == "error" and one.place.path not in read]
        return [one for one in wrong if Path(one.place.path).parent.parent.name == "playbooks"]


def sound(content: Content) -> Content:
    """The content, when nothing is wrong with it.

    Raises: AdvisorError – with every problem found.
    """
    if any(problem.level == "error" for problem in content.problems):
        raise AdvisorError(in_place(without_follow_ups(list(content.problems))), 1)
    return content


def with_plays(content: Content, plays: Iterable[Play]) -> Content:
    """The same content with other plays."""
    return replace(content, plays=tuple(plays))
