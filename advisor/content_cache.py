"""Parsed content kept between runs, by the hash of all that it was made from, without cases: only tests read those.

A cache that cannot be read or written is no mistake of anybody's: content is then parsed as usual.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
from dataclasses import replace
from pathlib import Path

from advisor import __version__, content
from advisor.content import Content
from advisor.home import content_root

_KEPT = 8


def load(workspace: Path | None = None) -> Content:
    """The content without its plays' cases, from the cache where nothing has changed since.

    Args: workspace – as in `content.load`. The environment's ADVISOR_CACHE names another cache folder, or `off`.
    """
    folder = _folder()
    if folder is None:
        return _without_cases(content.load(workspace))
    path = folder / f"{_key(workspace)}.pickle"
    found = _read(path)
    if found is None:
        found = _without_cases(content.load(workspace))
        if not found.problems:
            _write(path, found)
    return found


def _without_cases(found: Content) -> Content:
    return content.with_plays(found, (replace(play, cases=()) for play in found.plays))


def _folder() -> Path | None:
    wanted = os.environ.get("ADVISOR_CACHE", "")
    if wanted == "off":
        return None
    if wanted:
        return Path(wanted)
    base = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".cache") / "sales-playbook-advisor"
    except RuntimeError:
        return None


def _key(workspace: Path | None) -> str:
    """Content files by their bytes; the program's own files by their times, which is quicker and only matters to us."""
    digest = hashlib.sha256(f"{__version__} {sys.version}".encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(f"{path.name} {path.stat().st_mtime_ns}".encode())
    for layer in [content_root(), *([workspace] if workspace else [])]:
        digest.update(content.shown(layer).encode())
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
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_bytes(pickle.dumps(found, pickle.HIGHEST_PROTOCOL))
        draft.replace(path)
        old = sorted(path.parent.glob("*.pickle"), key=lambda one: one.stat().st_mtime, reverse=True)[_KEPT:]
        for one in old:
            one.unlink()
    except OSError:
        return
