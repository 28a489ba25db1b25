"""The folder of parts beside an output: what a broken run leaves, and what a later one may go on with."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from advisor.core.home import shown
from advisor.core.model import Place, stop

_KEY = "key.json"
_LOCK = "lock"


def parts_folder(out: Path) -> Path:
    """Where a run for an output keeps its parts."""
    return out.with_name(f".{out.name}.parts")


@contextmanager
def opened(out: Path, key: Mapping[str, Any], resume: bool, start: str) -> Iterator[tuple[Path, bool]]:
    """The folder of parts, held by this run alone; what is in it is of a run with the same key, or nothing.

    Args: key – all that the output depends on, by name; resume – go on with what is there; start – the file without
    which there is nothing to go on with.
    Returns: the folder, and whether there is something to go on with.
    Raises: AdvisorError – another run writes to this output, or what is there was made from something else.
    """
    folder = parts_folder(out)
    folder.mkdir(exist_ok=True)
    with _held(folder / _LOCK, out):
        going_on = resume and (folder / start).is_file() and _fits(folder, key, out)
        if not going_on:
            _clear(folder)
            write_whole(folder / _KEY, json.dumps(key))
        yield folder, going_on


def remove(folder: Path) -> None:
    """The run is through: nothing is left to go on with."""
    shutil.rmtree(folder, ignore_errors=True)


def _fits(folder: Path, key: Mapping[str, Any], out: Path) -> bool:
    try:
        old = json.loads((folder / _KEY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    changed = differing(old, json.loads(json.dumps(key)))
    if changed:
        raise stop("batch-resume-changed", 2, Place(shown(out)), changed=", ".join(changed))
    return True


def differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The names under which two keys differ."""
    return [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]


def _clear(folder: Path) -> None:
    (folder / _KEY).unlink(missing_ok=True)  # first: what else is left of a run without it is nothing to go on with
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != _LOCK:
            path.unlink()


@contextmanager
def _held(path: Path, out: Path) -> Iterator[None]:
    """A lock that ends with the process, however that ends. Where the system has none, nobody is kept out."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise stop("batch-running", 1, Place(shown(out))) from None
        yield


# --- files that are whole or not there -----------------------------------------------------------


def draft_of(path: Path) -> Path:
    """Where a file is made before it takes its name."""
    return path.with_name(f".{path.name}.draft")


def settle(*paths: Path) -> None:
    """See to it that the files that are there are on the disk, whole, even if the power fails."""
    for path in paths:
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())


def publish(draft: Path, path: Path) -> None:
    """Give a finished file its name; whatever happens, either the old file is there or the new one, whole."""
    settle(draft)
    draft.replace(path)
    _keep_names(path.parent)


def _keep_names(folder: Path) -> None:
    """Let the disk know of the new names, where the system can."""
    try:
        number = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(number)
    except OSError:
        pass
    finally:
        os.close(number)


def write_whole(path: Path, text: str) -> None:
    """Write a text file."""
    draft = draft_of(path)
    draft.write_text(text, encoding="utf-8", newline="\n")
    publish(draft, path)
