"""The hash of content: the same files give the same hash wherever they lie and whatever their line ends are."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

_PATTERNS = ("rules/*.yaml", "rules/derived/*.yaml", "rules/guards/*.yaml", "rules/metrics/*.sql",
             "rules/mappings/*.yaml", "playbooks/*/*.yaml")  # fmt: skip


def digest(layers: Iterable[Path], presets: Collection[Path] = ()) -> str:
    """The hash of all files that content is made from.

    Args: layers – the folders laid over one another, lowest first; presets – those of them whose `rules/` is the folder
    itself.
    Returns: `sha256:` and the hash. A file that a later layer replaces takes no part.
    """
    return whole(parts(layers, presets))


def whole(found: Mapping[str, bytes]) -> str:
    """The hash of all files, from `parts`."""
    made = hashlib.sha256(b"".join(found[name] for name in sorted(found)))
    return f"sha256:{made.hexdigest()}"


def each(found: Mapping[str, bytes]) -> dict[str, str]:
    """The hash of each file, from `parts`."""
    return {name: hashlib.sha256(data).hexdigest()[:32] for name, data in sorted(found.items())}


def parts(layers: Iterable[Path], presets: Collection[Path] = ()) -> dict[str, bytes]:
    """What each file holds, with its name; of `rules/x.yaml` a part for each layer."""
    found: dict[str, bytes] = {}
    for number, layer in enumerate(layers):
        for name, path in _files(layer, layer in presets):
            merged = name.count("/") == 1  # rules/x.yaml is laid over key by key, others whole
            found[f"{number} {name}" if merged else name] = f"{number} {name}\0".encode() + _bytes(path) + b"\0"
    return found


def _files(layer: Path, preset: bool) -> Iterable[tuple[str, Path]]:
    above = "rules/" if preset else ""
    for pattern in _PATTERNS:
        if pattern.startswith(above):
            for path in layer.glob(pattern.removeprefix(above)):
                if path.is_file():
                    yield above + path.relative_to(layer).as_posix(), path


def _bytes(path: Path) -> bytes:
    """Git may check out other line ends than it keeps; they mean nothing in YAML and SQL."""
    try:
        return path.read_bytes().replace(b"\r\n", b"\n")
    except OSError:
        return b""
