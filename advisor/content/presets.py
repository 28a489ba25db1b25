"""Presets: content for one trade (`rules/presets/<name>/`), laid between the bundled content and the workspace.

`advisor.yaml` names them: `preset: banking`, or a list, of which the later ones win.
"""

from __future__ import annotations

from pathlib import Path

from advisor.core import yaml_in
from advisor.core.home import content_root, shown
from advisor.core.model import AdvisorError, Place, stop
from advisor.core.vocabulary import nearest

_WHERE = "rules/presets"


def wanted(home: Path | None, root: Path | None = None) -> tuple[str, ...]:
    """The presets that the advisor.yaml of a folder names, if it has one; `root` is as in `available`.

    Raises: AdvisorError – there is no such preset.
    """
    path = home / "advisor.yaml" if home else None
    if path is None or not path.is_file():
        return ()
    item, _ = yaml_in.load(path, shown(path))
    named = item.get("preset")
    found = named.each() if named else []
    known = available(home, root)
    for one in found:
        if str(one.value) not in known:
            raise _unknown(str(one.value), known, one.here)
    return tuple(str(one.value) for one in found)


def _unknown(name: str, known: dict[str, Path], place: Place) -> AdvisorError:
    return stop("unknown-preset", 2, place, name=name, near=nearest(name, known), known=", ".join(known))


def available(workspace: Path | None = None, root: Path | None = None) -> dict[str, Path]:
    """The presets by name: those of the bundled content (or of `root` in its place), and the workspace's own."""
    layers = [root or content_root(), *([workspace] if workspace else [])]
    paths = [path for layer in layers for path in sorted((layer / _WHERE).glob("*")) if path.is_dir()]
    return {path.name: path for path in paths}


def folders(names: tuple[str, ...], workspace: Path | None = None, root: Path | None = None) -> tuple[Path, ...]:
    """The folders of presets, in the order in which they are laid over one another.

    Raises: AdvisorError – there is no such preset.
    """
    known = available(workspace, root)
    for name in names:
        if name not in known:
            raise _unknown(name, known, Place())
    return tuple(known[name] for name in names)
