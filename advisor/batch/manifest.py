"""The manifest: what a run came to, beside its output; and the records that a later run may take from it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from advisor.batch.parts import Parts
from advisor.core.model import Problem
from advisor.metrics.metric_tables import literal
from advisor.pages.page_json import dumps, problem_record

SHOWN = 200
"""How many problems, and how many failed accounts, are told one by one."""


def manifest_of(out: Path) -> Path:
    return out.with_name(f"{out.name}.manifest.json")


def records_of(out: Path) -> Path:
    return out.with_name(f"{out.name}.records.parquet")


def fingerprint(key: Mapping[str, Any]) -> str:
    """One hash for all that an output depends on."""
    return f"sha256:{hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()}"


# --- what there is to count ----------------------------------------------------------------------


def counts(parts: Parts) -> dict[str, Any]:
    """Accounts, steps, by play and by urgency, and the accounts that could not be advised."""
    one = next(
        parts.fetched(
            "SELECT count(*), count(*) FILTER (steps <> ''), count(*) FILTER (record IS NOT NULL AND steps = ''),"
            f" count(error) FROM {parts.rows()}"
        )
    )
    each = f"SELECT unnest(string_split(steps, ' ')) AS step FROM {parts.rows()} WHERE steps <> ''"
    steps = dict(parts.fetched(f"SELECT step, count(*) FROM ({each}) GROUP BY step"))
    plays, urgencies = Counter[str](), Counter[str]()
    for step, number in steps.items():
        code, _, urgency = step.partition("/")
        plays[code] += number
        urgencies[urgency] += number
    bad = parts.fetched(f"SELECT id, error FROM {parts.rows()} WHERE error IS NOT NULL ORDER BY id LIMIT {SHOWN}")
    return {
        "accounts": one[0],
        "advised": one[1],
        "silent": one[2],
        "steps": sum(plays.values()),
        "by_play": dict(sorted(plays.items())),
        "by_urgency": dict(sorted(urgencies.items())),
        "failed": {"count": one[3], "accounts": [{"id": name, "error": text} for name, text in bad]},
    }


def problems(found: Iterable[Problem], language: str) -> dict[str, Any]:
    """What is wrong with the data: numbers by code, and the first ones in full."""
    shown: list[dict[str, Any]] = []
    numbers, levels = Counter[str](), Counter[str]()
    for problem in found:
        numbers[problem.code] += 1
        levels[problem.level] += 1
        if len(shown) < SHOWN:
            shown.append(problem_record(problem, language))
    return {
        "count": sum(levels.values()),
        "by_level": dict(sorted(levels.items())),
        "by_code": dict(sorted(numbers.items())),
        "first": shown,
    }


def text(record: Mapping[str, Any]) -> str:
    """The manifest's text."""
    return dumps(record) + "\n"


# --- the records that a later run may take --------------------------------------------------------


def keep(parts: Parts, draft: Path, key: str) -> None:
    """Write all rows, which are in order, with the hash of each account's inputs, for `--since`."""
    parts.copied(f"SELECT * FROM {parts.rows()}", draft, f"run: {literal(key)}")
