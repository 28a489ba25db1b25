"""What an earlier run has done already: accounts whose inputs are the same get the same advice."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.advice.workspace import Settings
from advisor.batch.chunk import Matcher
from advisor.batch.folder import differing
from advisor.batch.run import spans
from advisor.batch.store import Store
from advisor.content.content import Content, with_plays
from advisor.content.plays import SUBJECTS
from advisor.core.home import shown
from advisor.core.model import Place, stop
from advisor.metrics import metric_tables
from advisor.metrics.metric_tables import literal

PER_ACCOUNT = ("data", "history", "mapping", "encoding", "content", "plays")
"""Parts of a run's key that are accounted for account by account; what else is in content is the part `rules`."""


@dataclass(frozen=True)
class Earlier:
    """An earlier run: what it depended on, what its accounts shared, and its records where they are still there."""

    key: Mapping[str, Any]
    shared: str
    records: Path | None


def earlier(path: Path) -> Earlier:
    """Read an earlier run's manifest.

    Returns: without records where those beside it are gone, or of another run that came to no manifest.
    Raises: AdvisorError – it is none.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        key, shared, run, name = found["made_from"], found["shared"], found["run"], found["records"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = getattr(error, "strerror", None) or f"{type(error).__name__} {error}"
        raise stop("batch-since-unreadable", 2, Place(shown(path)), why=why) from None
    records = path.with_name(Path(str(name)).name)
    return Earlier(key, shared, records if records.is_file() and _run_of(records) == run else None)


def _run_of(records: Path) -> str:
    """The run that records are of; empty when the file cannot be read."""
    try:
        with metric_tables.failures(), metric_tables.scratch() as connection:
            text = f"SELECT decode(value) FROM parquet_kv_metadata({literal(str(records))}) WHERE decode(key) = 'run'"
            row = connection.execute(text).fetchone()
    except metric_tables.QueryFailed:
        return ""
    return str(row[0]) if row else ""


def reasons(old: Earlier, key: Mapping[str, Any], shared: str) -> list[str]:
    """Why every account must be advised anew; empty when only those whose own inputs changed must."""
    found = [name for name in differing(old.key, json.loads(json.dumps(key))) if name not in PER_ACCOUNT]
    return found + ["shared"] * (old.shared != shared) + ["records"] * (old.records is None)


@dataclass(frozen=True)
class Changed:
    """Plays that are not what they were, are new or gone, and the accounts for which one fires or cannot be decided."""

    codes: frozenset[str]
    accounts: tuple[str, ...]

    @classmethod
    def of(
        cls, store: Store, content: Content, settings: Settings, old: Earlier, plays: Mapping[str, str]
    ) -> Changed | None:
        """Compare with an earlier run.

        Args: plays – the hash of each play, by code.
        Returns: None where all accounts may be concerned: nobody gave the table of what a play is about.
        """
        codes = frozenset(differing(old.key["plays"], plays))
        own = [play for play in content.plays if play.code in codes and play.about in SUBJECTS]
        if any(play.about not in store.given.columns for play in own):
            return None
        return cls(codes, tuple(_concerned(store, with_plays(content, own), settings)) if own else ())

    def narrowed(self, store: Store, records: Path, inputs: Path, kept: Path) -> Store:
        """The store with only the accounts that must be advised anew; the others' ids go to the file `kept`.

        An account that could not be advised is tried again, and one whose record names a play that changed.
        """
        now, then = (f"read_parquet({literal(str(path))})" for path in (inputs, records))
        codes = [json.dumps(code, ensure_ascii=False) for code in sorted(self.codes)]  # as a record holds them
        named = "".join(f" AND NOT contains(o.record, {literal(code)})" for code in codes)
        same = f"SELECT i.id FROM {now} i JOIN {then} o ON o.id = i.id AND o.input = i.input"
        same += f" WHERE o.record IS NOT NULL AND i.id NOT IN (FROM concerned){named}"
        with metric_tables.failures(), metric_tables.scratch() as connection:
            metric_tables.load(connection, "concerned", [("id", "VARCHAR", list(self.accounts))])
            connection.execute(f"COPY ({same} ORDER BY i.number) TO {literal(str(kept))} (FORMAT parquet)")
            left = f"SELECT number FROM {now} WHERE id NOT IN (SELECT id FROM read_parquet({literal(str(kept))}))"
            numbers = connection.execute(f"{left} ORDER BY number").fetchall()
        return dataclasses.replace(store, only=tuple(row[0] for row in numbers))


def _concerned(store: Store, content: Content, settings: Settings) -> Iterator[str]:
    matcher = Matcher.of(store, content, settings)
    with matcher.chunks.connection:
        for first, last in spans(store):
            matcher.see(first, last)
            found = [row for rows in matcher.verdicts().values() for row in rows.items()]
            yield from dict.fromkeys(account for (account, _), held in found if held)
