"""What comes out: a format by the file's ending, written from the parts a few accounts at a time."""

from __future__ import annotations

import csv
import errno
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.batch import sheets, typed
from advisor.batch.parts import Entry, Parts
from advisor.batch.rows import COLUMNS, Layout
from advisor.core.home import shown
from advisor.core.model import Place, stop
from advisor.core.vocabulary import nearest

Told = Callable[[int], None]
_PATTERN = ("*", "?")
"""In the name of a file or folder the database takes them for any letters."""
_LONGEST_NAME = 200  # in bytes, so that names made from it are not too long either


@dataclass(frozen=True)
class Target:
    """What a format's writer needs to know."""

    draft: Path
    parts: Parts
    layout: Layout
    told: Told

    def entries(self) -> Iterator[Entry]:
        """The accounts' advice, counted as it passes."""
        for entry in self.parts.entries():
            yield entry
            self.told(1)

    def rows(self) -> Iterator[list[Any]]:
        """A row per advice; accounts without any have none."""
        for entry in self.entries():
            yield from self.layout.rows(entry)


def _jsonl(target: Target) -> None:
    with target.draft.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(entry.text + "\n" for entry in target.entries())


def _csv(target: Target) -> None:
    """With a mark of its encoding, without which Excel reads Chinese as something else."""
    with target.draft.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([target.layout.heads[name] for name in COLUMNS])
        writer.writerows([harmless(cell) for cell in row] for row in target.rows())


def _xlsx(target: Target) -> None:
    heads = [target.layout.heads[name] for name in COLUMNS]
    sheets.write(target.draft, target.layout.sheet, heads, target.rows(), target.parts.folder)


def _parquet(target: Target) -> None:
    typed.write(target.draft, target.parts)


def harmless(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(sheets.FORMULA) else cell


_WRITERS: dict[str, Callable[[Target], None]] = {
    ".jsonl": _jsonl,
    ".csv": _csv,
    ".xlsx": _xlsx,
    ".parquet": _parquet,
}


def check(out: Path) -> None:
    """Stop before the work when the output could not be written.

    Raises: AdvisorError – the ending is unknown, there is no such folder, or the library for workbooks is missing.
    """
    ending = out.suffix.casefold()
    if ending not in _WRITERS:
        near = nearest(ending, _WRITERS) if ending else ""
        raise stop("batch-ending", 2, Place(shown(out)), ending=ending or out.name, known=" ".join(_WRITERS), near=near)
    if out.is_dir():
        raise stop("cannot-write", 2, Place(shown(out)), why=f"{shown(out)} is a folder")
    if not out.absolute().parent.is_dir():
        raise stop("batch-no-folder", 2, Place(shown(out)), folder=shown(out.parent))
    if any(mark in str(out.absolute()) for mark in _PATTERN):
        raise stop("batch-name-pattern", 2, Place(shown(out)), marks=" ".join(_PATTERN))
    if len(os.fsencode(out.name)) > _LONGEST_NAME:
        raise stop("cannot-write", 2, Place(shown(out)), why=os.strerror(errno.ENAMETOOLONG))
    if ending == ".xlsx":
        sheets.check()


def write(target: Target, out: Path) -> None:
    """Write the draft of an output."""
    _WRITERS[out.suffix.casefold()](target)
