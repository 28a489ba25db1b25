"""What `advisor sample` says about the book that it made."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

from advisor.advice.workspace import find_workspace
from advisor.content import content_cache
from advisor.core.home import shown
from advisor.sample import write


def made(
    accounts: int,
    out: Path,
    seed: int,
    form: str,
    as_of: datetime.date | None,
    dirt: float,
    workspace: Path | None,
    language: str | None,
) -> Iterator[str]:
    """Make the book and say how many rows each table has.

    Raises: AdvisorError – as `write.planned` and `write.write` do.
    """
    layer = find_workspace(workspace)
    content = content_cache.load(layer)
    book = write.planned(write.read(layer), content.vocabulary, accounts, seed, as_of)
    rows = write.write(book, out, form, dirt)
    words = content.words[language or "zh"]["sample"]
    spoken = language or "zh"
    for table, count in rows.items():
        label = book.plans[table].entity.label.get(spoken, table)
        yield f"{count:>12,}  {table}.{form}  {label}\n"
    yield words["made"].format(folder=shown(out), as_of=book.as_of) + "\n"
