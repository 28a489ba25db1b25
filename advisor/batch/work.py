"""A worker process: takes spans of accounts, leaves a part file for each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from advisor.advice.workspace import Settings
from advisor.batch.chunk import ENGINES, Engine, advise
from advisor.batch.order import order_of
from advisor.batch.store import Store
from advisor.content.content import Content
from advisor.metrics import metric_tables
from advisor.pages.page_json import record

PART = (
    "CREATE TABLE part (silent INTEGER, urgency INTEGER, hours INTEGER, tier INTEGER, id VARCHAR, owner VARCHAR,"
    " record VARCHAR)"
)
ORDER = "silent, urgency, hours, tier, id"
_AT_ONCE = 500


@dataclass(frozen=True)
class Job:
    """What every worker of a run needs to know; `engine` is "sql" or "durable"."""

    store: Store
    content: Content
    settings: Settings
    folder: Path
    top: int = 5
    everything: bool = False
    engine: str = "sql"


@dataclass
class Done:
    """What a span came to."""

    first: int
    last: int
    accounts: int = 0
    advised: int = 0
    steps: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)


_job: Job | None = None
_engine: Engine | None = None


def start(job: Job) -> None:
    """Make a process ready: the statements are compiled once."""
    global _job, _engine
    _job, _engine = job, ENGINES[job.engine].of(job.store, job.content, job.settings)


def part_of(folder: Path, first: int, last: int) -> Path:
    """Where a span's part stands once it is whole."""
    return folder / f"part-{first:09d}-{last:09d}.parquet"


def work(first: int, last: int) -> Done:
    """Advise on a span of accounts and write its part; a part is there whole or not at all."""
    assert _job is not None and _engine is not None
    done = Done(first, last)
    with metric_tables.scratch() as connection:
        connection.execute(PART)
        rows: list[list[Any]] = []
        for row in _rows(_job, _engine, first, last, done):
            rows.append(row)
            if len(rows) == _AT_ONCE:
                _insert(connection, rows)
        _insert(connection, rows)
        path = part_of(_job.folder, first, last)
        draft = path.with_suffix(".draft")
        connection.execute(f"COPY part TO '{_escaped(draft)}' (FORMAT parquet, COMPRESSION zstd)")
        draft.replace(path)
    return done


def _insert(connection: Any, rows: list[list[Any]]) -> None:
    if rows:
        metric_tables.append(connection, "part", rows)
        rows.clear()


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")


def _rows(job: Job, engine: Engine, first: int, last: int, done: Done) -> Iterator[list[Any]]:
    for advice, _ in advise(engine, first, last, job.top, job.everything):
        done.accounts += 1
        done.advised += bool(advice.steps)
        done.steps += len(advice.top)
        line = json.dumps(record(advice), ensure_ascii=False, separators=(", ", ": "))
        yield [*order_of(advice, job.content), advice.account.text("owner_id"), line]
