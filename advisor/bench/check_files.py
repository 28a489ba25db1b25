"""`advisor check` over files: what was found in a file that has not changed since is kept between runs.

The rules stand for all: where one of them has changed, everything is read anew, by as many processes as pay.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import pickle
import shutil
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from advisor.bench.check import check_play, check_rules, check_together, in_order
from advisor.content.content import Content, with_plays
from advisor.content.content_cache import program_key
from advisor.content.plays import Play
from advisor.content.read_content import Rules, check_codes, load_rules, read_one, still_unread
from advisor.core import pickles
from advisor.core.home import cache_folder, content_root, keep, shown
from advisor.core.model import Problem

_BUCKETS = 16
_KEPT = 4
_WORTH_A_PROCESS = 150


@dataclass(frozen=True)
class Checked:
    """The result: every problem by file and line, the rules, and how many plays there are."""

    problems: tuple[Problem, ...]
    content: Content
    plays: int


@dataclass(frozen=True)
class _Found:
    """What one play's file came to; the play without its texts and cases, which nothing beside it looks at."""

    play: Play | None
    problems: tuple[Problem, ...]
    words: frozenset[str]


def check_files(workspace: Path | None = None, presets: tuple[str, ...] = ()) -> Checked:
    """Check content as it lies on disk.

    Args: as of `read_content.load`.
    Returns: the same problems as `check(load(…))` finds.
    """
    cache = _Cache.of(workspace, presets)
    rules, problems = cache.rules() or (None, ())
    if rules is None:
        rules = load_rules(workspace, presets)
        problems = tuple(check_rules(rules.content))
        cache.keep_rules((rules, problems))
    files = rules.play_files()
    found = cache.plays(files, rules)
    plays = [one.play for one in found.values() if one.play]
    every = [*rules.content.problems, *problems, *(one for each in found.values() for one in each.problems)]
    check_codes(plays, every)
    every += still_unread(rules, (one.words for one in found.values()))
    every += check_together(with_plays(rules.content, sorted(plays, key=lambda play: play.code)))
    return Checked(tuple(in_order(every)), rules.content, len(plays))


def _find(name: str, path: Path, rules: Rules) -> _Found:
    one = read_one(name, path, rules)
    problems = list(one.problems)
    if one.play:
        problems += check_play(one.play, replace(rules.content, problems=()), problems)
    return _Found(_thin(one.play) if one.play else None, tuple(problems), one.words)


def _thin(play: Play) -> Play:
    return replace(play, words={}, cases=(), instead=tuple(replace(one, words={}) for one in play.instead))


# --- several processes ---------------------------------------------------------------------------

_rules: list[Rules] = []


def _start(rules: Rules) -> None:
    _rules[:] = [rules]


def _find_all(files: Sequence[tuple[str, Path]]) -> list[_Found]:
    return [_find(name, path, _rules[0]) for name, path in files]


def _read(files: Mapping[str, Path], rules: Rules) -> dict[str, _Found]:
    jobs = min(os.cpu_count() or 1, len(files) // _WORTH_A_PROCESS)
    every = list(files.items())
    if jobs < 2:
        _start(rules)
        return dict(zip(files, _find_all(every), strict=True))
    spawn = multiprocessing.get_context("spawn")  # the rules' metrics have started a database's threads
    with ProcessPoolExecutor(jobs, spawn, _start, (rules,)) as pool:
        parts = list(pool.map(_find_all, [every[n::jobs] for n in range(jobs)]))
    return {name: one for n, part in enumerate(parts) for (name, _), one in zip(every[n::jobs], part, strict=True)}


# --- kept ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Cache:
    """A folder for one state of the rules; without one nothing is kept."""

    folder: Path | None

    @classmethod
    def of(cls, workspace: Path | None, presets: tuple[str, ...]) -> _Cache:
        base = cache_folder()
        if base is None:
            return cls(None)
        digest = hashlib.sha256(f"{program_key()} {presets}".encode())
        for layer in (content_root(), *([workspace] if workspace else [])):
            digest.update(f"{shown(layer)}\0{layer.resolve()}".encode())  # as problems name it, and where it lies
            for pattern in ("rules/**/*", "playbooks/*/playbook.yaml"):
                digest.update(_hash(path for path in sorted(layer.glob(pattern)) if path.is_file()))
        return cls(base / f"check-{digest.hexdigest()}")

    def rules(self) -> tuple[Rules, tuple[Problem, ...]] | None:
        found: tuple[Rules, tuple[Problem, ...]] | None = self._load("rules")
        return found

    def keep_rules(self, data: tuple[Rules, tuple[Problem, ...]]) -> None:
        if self.folder:
            self._tidy(self.folder.parent)
        self._keep("rules", data)

    def plays(self, files: Mapping[str, Path], rules: Rules) -> dict[str, _Found]:
        """What each file came to, read anew where it has changed."""
        keys = {name: _hash(layer / name for layer in rules.layers if (layer / name).is_file()) for name in files}
        kept: dict[str, tuple[bytes, _Found]] = {}
        for number in range(_BUCKETS):
            kept |= self._load(f"plays-{number}") or {}
        changed = {name: path for name, path in files.items() if kept.get(name, (b"",))[0] != keys[name]}
        kept |= {name: (keys[name], one) for name, one in _read(changed, rules).items()}
        for number in {_bucket(name) for name in changed}:
            self._keep(f"plays-{number}", {name: kept[name] for name in files if _bucket(name) == number})
        return {name: kept[name][1] for name in files}

    def _load(self, name: str) -> Any:
        try:
            return pickle.loads((self.folder / f"{name}.pickle").read_bytes()) if self.folder else None
        except Exception:  # whatever a damaged file makes pickle raise, all is read anew
            return None

    def _keep(self, name: str, data: object) -> None:
        if self.folder:
            keep(self.folder / f"{name}.pickle", pickles.dumps(data))

    def _tidy(self, base: Path) -> None:
        try:
            old = sorted(base.glob("check-*"), key=lambda one: one.stat().st_mtime, reverse=True)[_KEPT - 1 :]
        except OSError:
            return
        for one in old:
            shutil.rmtree(one, ignore_errors=True)


def _hash(paths: Iterable[Path]) -> bytes:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.digest()


def _bucket(name: str) -> int:
    return hashlib.sha256(name.encode()).digest()[0] % _BUCKETS
