"""Parsed content kept between runs, by the hash of all that it was made from, without cases: only tests read those.

A cache that cannot be read or written is no mistake of anybody's: content is then parsed as usual.
"""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import replace
from pathlib import Path

from advisor.content import kept
from advisor.content.content import Content, with_plays
from advisor.content.kept import program_key
from advisor.core import pickles
from advisor.core.home import cache_folder, content_root, keep, shown

_KEPT = 8


def load(
    workspace: Path | None = None, presets: tuple[str, ...] = (), root: Path | None = None, called: str = ""
) -> Content:
    """The content without its plays' cases, from the cache where nothing has changed since.

    Args: workspace, presets, root – as in `read_content.load`; called – what the content is known by when its folders
    are temporary. The environment's ADVISOR_CACHE names another cache folder, or `off`.
    """
    folder = cache_folder()
    if folder is None:
        return _without_cases(_parse(workspace, presets, root))
    path = folder / f"{_key(workspace, presets, root, called)}.pickle"
    found = _read(path)
    if found is None:
        found = _without_cases(_parse(workspace, presets, root))
        if not found.problems:
            _write(path, found)
    return found


def _parse(workspace: Path | None, presets: tuple[str, ...], root: Path | None) -> Content:
    return kept.load(workspace, presets, root)


def _without_cases(found: Content) -> Content:
    return with_plays(found, (replace(play, cases=()) for play in found.plays))


def _key(workspace: Path | None, presets: tuple[str, ...] = (), root: Path | None = None, called: str = "") -> str:
    digest = hashlib.sha256(f"{program_key()} {presets}".encode())
    for layer in [root or content_root(), *([workspace] if workspace else [])]:
        digest.update((called or shown(layer)).encode())
        for pattern in ("rules/**/*", "playbooks/*/*.yaml"):
            for path in sorted(layer.glob(pattern)):
                if path.is_file():
                    digest.update(path.relative_to(layer).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _read(path: Path) -> Content | None:
    try:
        found = pickle.loads(path.read_bytes())
    except Exception:  # whatever a damaged or foreign file makes pickle raise, the content is parsed anew
        return None
    return found if isinstance(found, Content) else None


def _write(path: Path, found: Content) -> None:
    keep(path, pickles.dumps(found))
    try:
        for one in sorted(path.parent.glob("*.pickle"), key=lambda one: one.stat().st_mtime, reverse=True)[_KEPT:]:
            one.unlink()
    except OSError:
        return
