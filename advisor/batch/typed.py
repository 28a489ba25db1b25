"""The output as Parquet, typed and nested: the record's own structure, dates as dates."""

from __future__ import annotations

import json
from pathlib import Path

from advisor.batch.parts import Parts
from advisor.metrics.metric_tables import literal

_TEXT = "VARCHAR"
_TEXTS = [_TEXT]
_PERSON = dict.fromkeys(("role", "contact_id", "name", "salutation", "text"), _TEXT)
_REASON = {"fact": _TEXT, "op": _TEXT, "value": "JSON", "limit": "JSON", "source": _TEXT}
_WORDS = {"message": _TEXT, "ask": _TEXTS, "if_they_say": [{"they": _TEXT, "we": _TEXT}], "do_not": _TEXTS}
_STEP = {
    "rank": "INTEGER",
    **dict.fromkeys(("play", "code", "title", "headline", "for"), _TEXT),
    "readers": _TEXTS,
    "urgency": "INTEGER",
    "visit": "INTEGER",
    "subject": dict.fromkeys(("entity", "id", "about"), _TEXT),
    "person": _PERSON,
    "then": [_PERSON],
    "not_first": _TEXTS,
    "words": _WORDS,
    "deed": {"steps": _TEXTS, "done_when": _TEXT},
    "due_on": "DATE",
    "first_due_on": "DATE",
    "why": _TEXTS,
    "because": [_REASON],
    "basis": _TEXTS,
}
_DROPPED = {"code": _TEXT, "subject": {"entity": _TEXT, "id": _TEXT}, "reason": _TEXT, "until": "DATE"}
_PLACE = {"path": _TEXT, "line": "INTEGER", "column": "INTEGER", "message": _TEXT, "hint": _TEXT}
STRUCTURE = {
    "account": dict.fromkeys(("id", "name", "stage", "tier"), _TEXT),
    "as_of": "DATE",
    "content": _TEXT,
    "lang": _TEXT,
    "run": {"top": "INTEGER", "all": "BOOLEAN", "from": _TEXT, "data": _TEXT, "history": _TEXT},
    "guards": [{"code": _TEXT, "text": _TEXT}],
    "advice": [_STEP],
    "dropped": [_DROPPED],
    "missing": [{"fact": _TEXT, "could_unlock": _TEXTS, "question": _TEXT}],
    "notes": _TEXTS,
    "problems": [{"code": _TEXT, "level": _TEXT, **_PLACE}],
}
"""A record's types. What is said of the whole book stands in the manifest; a reason's value is of any type: JSON."""


def write(path: Path, parts: Parts) -> None:
    """Write the file. Raises: QueryFailed – the disk is full, say."""
    typed = f"from_json(record, {literal(json.dumps(STRUCTURE))})"
    parts.copied(f"SELECT owner AS owner_id, unnest({typed}) FROM {parts.rows()} WHERE record IS NOT NULL", path)
