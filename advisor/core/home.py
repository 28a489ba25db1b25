"""Where the content and the demo book that ship with the program lie."""

from __future__ import annotations

import os
from pathlib import Path

_HERE = Path(__file__).resolve().parents[1]


def content_root() -> Path:
    """The folder that holds the bundled `rules/` and `playbooks/`: inside the package in a wheel, else the checkout."""
    inside = _HERE / "_content"
    return inside if inside.is_dir() else _HERE.parent


def demo() -> Path:
    """The folder of the demo book."""
    return _HERE / "demo"


def shown(path: Path) -> str:
    """A path as the user would type it: relative to where they stand when it is below."""
    relative = os.path.relpath(path)
    return path.as_posix() if relative.startswith("..") else Path(relative).as_posix()


def cache_folder() -> Path | None:
    """Where things may be kept between runs; the environment's ADVISOR_CACHE names another folder, or `off`."""
    wanted = os.environ.get("ADVISOR_CACHE", "")
    if wanted:
        return None if wanted == "off" else Path(wanted)
    base = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".cache") / "sales-playbook-advisor"
    except RuntimeError:
        return None


def keep(path: Path, data: bytes) -> None:
    """Write a file into the cache, whole or not at all; a cache that cannot be written is nobody's mistake."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_bytes(data)
        draft.replace(path)
    except OSError:
        return


def is_bundled(path: str) -> bool:
    """Does a content file ship with the program? What a workspace holds is its trainers' own."""
    try:
        parts = Path(path).resolve().relative_to(content_root().resolve()).parts
    except ValueError:
        return False
    return parts[:1] in (("rules",), ("playbooks",))
