"""What was read from content files, kept between runs: the rules as one, each play by itself.

A cache that cannot be read or written is no mistake of anybody's: what is not there is read anew.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from advisor import __version__
from advisor.content.content import Content
from advisor.content.read_content import Rules, layers_of, load_rules, read_one, whole
from advisor.core import pickles
from advisor.core.garbage import without_collection
from advisor.core.home import cache_folder, keep, shown

_BUCKETS = 16
_KEPT = 8
_RULES = ("rules/**/*", "playbooks/*/playbook.yaml")
T = TypeVar("T")


def load(workspace: Path | None = None, presets: tuple[str, ...] = (), root: Path | None = None) -> Content:
    """`read_content.load`, with what has not changed since it was last read taken from the cache."""
    layers = layers_of(workspace, presets, root)
    shelf = Shelf.of("read", layers, layers[1:][: len(presets)]) if root is None else Shelf()  # for one run
    with without_collection():
        rules = replace(shelf.rules(lambda: load_rules(workspace, presets, root)), layers=layers)
        read = lambda files: {name: read_one(name, path, rules) for name, path in files.items()}
        return whole(rules, shelf.plays(rules, read).values())


@dataclass(frozen=True)
class Shelf:
    """A folder for one state of the rules; without one nothing is kept."""

    folder: Path | None = None

    @classmethod
    def of(cls, kind: str, layers: Sequence[Path], presets: Sequence[Path]) -> Shelf:
        """The shelf for what some layers hold; a layer without rules does not matter to those of the others.

        Args: kind – whose shelf it is; layers – folders of content, the bundled first; presets – those among them that
        are folders of rules.
        """
        base = cache_folder()
        if base is None:
            return cls()
        digest = hashlib.sha256(f"{program_key()} {kind}".encode())
        for layer in layers:
            patterns = ("**/*",) if layer in presets else _RULES
            paths = [path for pattern in patterns for path in sorted(layer.glob(pattern)) if path.is_file()]
            if paths or layer is layers[0]:
                # As problems name it, and where it lies.
                digest.update(f"{shown(layer)}\0{layer.resolve()}".encode() + _hash(paths))
        return cls(base / f"{kind}-{digest.hexdigest()}")

    def rules(self, read: Callable[[], T]) -> T:
        """What was made of the rules, or is made now."""
        found: T | None = self._load("rules")
        if found is None:
            found = read()
            self._keep("rules", found)
        self._tidy()
        return found

    def plays(self, rules: Rules, read: Callable[[Mapping[str, Path]], Mapping[str, T]]) -> dict[str, T]:
        """What each play's file came to, by its name; those that have changed are read anew."""
        files = rules.play_files()
        layers = [(shown(layer), layer) for layer in rules.layers]
        keys = {name: _key([(where, layer / name) for where, layer in layers]) for name in files}
        kept: dict[str, tuple[bytes, T]] = {}
        for number in range(_BUCKETS):
            kept |= self._load(f"plays-{number}") or {}
        changed = {name: path for name, path in files.items() if kept.get(name, (b"",))[0] != keys[name]}
        kept |= {name: (keys[name], one) for name, one in read(changed).items()}
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

    def _tidy(self) -> None:
        """Leave the shelves that were used last."""
        try:
            if self.folder:
                os.utime(self.folder)
                kind = self.folder.name.partition("-")[0]
                every = sorted(self.folder.parent.glob(f"{kind}-*"), key=lambda one: one.stat().st_mtime, reverse=True)
                for one in every[_KEPT:]:
                    shutil.rmtree(one, ignore_errors=True)
        except OSError:
            return


def program_key() -> str:
    """The program's own files, by their times: what another program read may mean something else."""
    digest = hashlib.sha256(f"{__version__} {sys.version}".encode())
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(f"{path.name} {path.stat().st_mtime_ns}".encode())
    return digest.hexdigest()


def _hash(paths: Iterable[Path]) -> bytes:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.digest()


def _key(paths: Iterable[tuple[str, Path]]) -> bytes:
    """A play's file in all layers: where each layer is, as problems name it, and what the file holds."""
    there = [(where, path) for where, path in paths if path.is_file()]
    return _hash(path for _, path in there) + " ".join(where for where, _ in there).encode()


def _bucket(name: str) -> int:
    return hashlib.sha256(name.encode()).digest()[0] % _BUCKETS
