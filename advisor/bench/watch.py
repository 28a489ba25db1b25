"""Watching content files: which of them have changed since the last look, by their times and sizes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from advisor.core.home import content_root

_PATTERNS = ("advisor.yaml", "rules/**/*", "playbooks/*/*.yaml")
_PAUSE = 0.05
_Stamps = Mapping[Path, tuple[int, int]]


def pause() -> None:
    """Wait between two looks: short enough for a reaction while the hand is still on the keyboard."""
    time.sleep(_PAUSE)


def content_files(workspace: Path | None = None) -> list[Path]:
    """Every file that content is made of: the bundled ones, and those of a workspace."""
    layers = [content_root(), *([workspace] if workspace else [])]
    return [path for layer in layers for pattern in _PATTERNS for path in sorted(layer.glob(pattern)) if path.is_file()]


def changes(paths: Callable[[], Iterable[Path]], tick: Callable[[], None] = pause) -> Iterator[frozenset[Path]]:
    """The files that were saved, made or deleted, each time that there are some; without end.

    What counts is what changes after this call. A change is told when the next look finds nothing more, as editors save
    in several steps.

    Args: paths – the files to watch, asked for again at each look; tick – waits between two looks.
    """
    return _changes(paths, tick, _stamps(paths()))


def _changes(
    paths: Callable[[], Iterable[Path]], tick: Callable[[], None], before: _Stamps
) -> Iterator[frozenset[Path]]:
    changed: set[Path] = set()
    while True:
        tick()
        now = _stamps(paths())
        found = {path for path in {*before, *now} if before.get(path) != now.get(path)}
        before = now
        if changed and not found:
            yield frozenset(changed)
            changed = set()
        changed |= found


def _stamps(paths: Iterable[Path]) -> _Stamps:
    found: dict[Path, tuple[int, int]] = {}
    for path in paths:
        try:
            stat = path.stat()
        except OSError:  # deleted since it was listed
            continue
        found[path] = (stat.st_mtime_ns, stat.st_size)
    return found
