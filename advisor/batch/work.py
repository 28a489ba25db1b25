"""A worker process: takes spans of accounts, leaves a part file for each."""

from __future__ import annotations

import atexit
import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from advisor.advice.advice import Advice
from advisor.advice.advise import Advisor
from advisor.advice.workspace import Settings
from advisor.batch.chunk import ENGINES, Engine, opened
from advisor.batch.folder import publish
from advisor.batch.order import order_of
from advisor.batch.store import Store
from advisor.content.content import Content
from advisor.core.model import Row
from advisor.metrics import metric_tables
from advisor.pages.leaf import leaf
from advisor.pages.page_json import record

COLUMNS = {
    "silent": "INTEGER", "urgency": "INTEGER", "hours": "INTEGER", "tier": "INTEGER", "id": "VARCHAR",
    "owner": "VARCHAR", "record": "VARCHAR", "steps": "VARCHAR", "leaf": "VARCHAR", "error": "VARCHAR",
}  # fmt: skip
"""A part's columns: an account's place, whose it is, the record, its steps as CODE/URGENCY, its leaf of the digest, and
why there is none of these."""
PART = f"CREATE TABLE part ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})"
ORDER = "silent, urgency, hours, tier, id"
FAILED = 2
_AT_ONCE = 500


@dataclass(frozen=True)
class Job:
    """What every worker of a run needs to know; `engine` is "sql" or "durable", `leaves` that a digest is wanted."""

    store: Store
    content: Content
    settings: Settings
    folder: Path
    top: int = 5
    everything: bool = False
    engine: str = "sql"
    leaves: bool = False


@dataclass
class Done:
    """What a span came to."""

    first: int
    last: int
    accounts: int = 0
    advised: int = 0
    steps: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    """Accounts that could not be advised, each with the reason; the others are not stopped by them."""


_job: Job | None = None
_engine: Engine | None = None


def start(job: Job) -> None:
    """Make a process ready: the statements are compiled once."""
    global _job, _engine
    _job, _engine = job, ENGINES[job.engine].of(job.store, job.content, job.settings)


def leave() -> None:
    """Let go of the store, which another run in this process may write anew."""
    global _job, _engine
    if _engine is not None:
        _engine.chunks.connection.close()
    _job, _engine = None, None


def enter(job: Job) -> None:
    """The same for a process of its own: Ctrl-C is the parent's to answer, and no child outlives its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    atexit.register(leave)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    start(job)


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def part_of(folder: Path, first: int, last: int) -> Path:
    """Where a span's part stands once it is whole."""
    return folder / f"part-{first:09d}-{last:09d}.parquet"


def work(first: int, last: int) -> Done:
    """Advise on a span of accounts and write its part; a part is there whole or not at all."""
    assert _job is not None and _engine is not None
    return advised(_job, first, last, opened(_engine, first, last))


def advised(job: Job, first: int, last: int, accounts: Iterable[tuple[Row, Advisor]]) -> Done:
    """Advise on the accounts of a span, each with who advises on it, and write their part."""
    done = Done(first, last)
    with metric_tables.failures(), metric_tables.scratch() as connection:
        connection.execute(PART)
        rows: list[list[Any]] = []
        for row in _rows(job, accounts, done):
            rows.append(row)
            if len(rows) == _AT_ONCE:
                _insert(connection, rows)
        _insert(connection, rows)
        path = part_of(job.folder, first, last)
        draft = path.with_suffix(f".{os.getpid()}.draft")
        connection.execute(f"COPY part TO {metric_tables.literal(str(draft))} (FORMAT parquet, COMPRESSION zstd)")
        publish(draft, path)
    return done


def _insert(connection: Any, rows: list[list[Any]]) -> None:
    if rows:
        metric_tables.append(connection, "part", rows)
        rows.clear()


def _rows(job: Job, accounts: Iterable[tuple[Row, Advisor]], done: Done) -> Iterator[list[Any]]:
    for account, advisor in accounts:
        done.accounts += 1
        try:
            advice = advisor.advise(account, job.top, job.everything, unshown=job.leaves)
            row = row_of(advice, advisor, job)
        except Exception as error:  # whatever is wrong with one account, the others get their advice
            if metric_tables.interrupted(error):
                raise
            done.failed.append((account.id, f"{type(error).__name__}: {error}"))
            yield failed(account, done.failed[-1][1])
            continue
        done.advised += bool(advice.steps)
        done.steps += len(advice.top)
        yield row


def row_of(advice: Advice, advisor: Advisor, job: Job) -> list[Any]:
    """An account's row of a part."""
    line = json.dumps(record(advice), ensure_ascii=False, separators=(", ", ": "))
    steps = " ".join(f"{step.code}/{step.urgency}" for step in advice.top)
    page = leaf(advice, advisor) if job.leaves else None
    return [*order_of(advice, job.content), advice.account.text("owner_id"), line, steps, page, None]


def failed(account: Row, reason: str) -> list[Any]:
    """The row of an account that could not be advised: after all others, without a record."""
    return [FAILED, 0, 0, 0, account.id, account.text("owner_id"), None, "", None, reason]
