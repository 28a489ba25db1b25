"""`advisor check` over files: what was found in a file that has not changed since is kept between runs.

The rules stand for all: where one of them has changed, everything is read anew, by as many processes as pay.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from advisor.bench.check import check_play, check_rules, check_together, in_order
from advisor.content.content import Content, with_plays
from advisor.content.kept import Shelf
from advisor.content.plays import Play
from advisor.content.read_content import Rules, check_codes, layers_of, load_rules, read_one, still_unread
from advisor.core.garbage import without_collection
from advisor.core.model import Problem

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
    with without_collection():
        return _checked(workspace, presets)


def _checked(workspace: Path | None, presets: tuple[str, ...]) -> Checked:
    layers = layers_of(workspace, presets)
    shelf = Shelf.of("check", layers, layers[1:][: len(presets)])
    rules, problems = shelf.rules(lambda: _rules_checked(workspace, presets))
    rules = replace(rules, layers=layers)
    found = shelf.plays(rules, lambda files: _read(files, rules))
    plays = [one.play for one in found.values() if one.play]
    every = [*rules.content.problems, *problems, *(one for each in found.values() for one in each.problems)]
    check_codes(plays, every)
    every += still_unread(rules, (one.words for one in found.values()))
    every += check_together(with_plays(rules.content, sorted(plays, key=lambda play: play.code)))
    return Checked(tuple(in_order(every)), rules.content, len(plays))


def _rules_checked(workspace: Path | None, presets: tuple[str, ...]) -> tuple[Rules, tuple[Problem, ...]]:
    rules = load_rules(workspace, presets)
    return rules, tuple(check_rules(rules.content))


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
    with without_collection():
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
