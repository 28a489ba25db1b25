"""Files of a workspace that nothing reads: a play in the wrong folder, a misspelt name, the ending .yml."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from advisor.core.home import content_root, shown
from advisor.core.model import Place, Problem
from advisor.core.vocabulary import nearest

_READ = ("playbooks/*/*.yaml", "rules/derived/*.yaml", "rules/guards/*.yaml", "rules/metrics/*.sql")
_KEPT = ("rules/mappings/", "rules/presets/", "rules/method/", "rules/scaffold/")
_ENDINGS = {".yaml", ".yml", ".sql"}


def unread_files(workspace: Path | None) -> Iterator[Problem]:
    """A warning for each content file of a workspace that lies where nothing reads it."""
    names = {path.relative_to(content_root()).as_posix() for path in (content_root() / "rules").glob("*.yaml")}
    for folder in ("playbooks", "rules") if workspace else ():
        for path in sorted((workspace or Path()).glob(f"{folder}/**/*")):
            name = path.relative_to(workspace or Path()).as_posix()
            if path.is_file() and path.suffix in _ENDINGS and not _is_read(name, names):
                near = nearest(name, names) if folder == "rules" and name.count("/") == 1 else ""
                yield Problem("content-not-read", Place(shown(path), 1, 1), "warning", {"name": name, "near": near})


def _is_read(name: str, names: set[str]) -> bool:
    """Whether a file is content; `*` stands for one folder or file alone."""
    parts = name.count("/")
    fits = any(fnmatchcase(name, pattern) and parts == pattern.count("/") for pattern in _READ)
    return fits or name in names or name.startswith(_KEPT)
