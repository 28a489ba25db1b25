"""The advice as rows of a table: one a step, in the words of the language."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from advisor.advice.wording import Printer
from advisor.batch.parts import Entry
from advisor.core.vocabulary import Vocabulary

COLUMNS = (
    "account_id", "account", "owner_id", "owner", "stage", "tier", "rank", "urgency", "due_on", "first_due_on",
    "headline", "reader", "person", "message", "ask", "steps", "done_when", "do_not", "why", "warnings", "notes",
    "subject", "deal", "code", "title", "play", "basis", "as_of",
)  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Layout:
    """How rows are worded. `owners`: names by id."""

    printer: Printer
    vocabulary: Vocabulary
    owners: Mapping[str, str]

    @property
    def heads(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self.printer.words["batch"]["columns"]
        return found

    @property
    def sheet(self) -> str:
        return self.printer.word("batch.sheet")

    def rows(self, entry: Entry) -> Iterator[list[Any]]:
        """The rows of one account's advice."""
        record: dict[str, Any] = entry.record
        if record["advice"]:
            account = self._account(record, entry.owner)
            for step in record["advice"]:
                yield [_clean(cell) for cell in ({**account, **self._step(step)}[name] for name in COLUMNS)]

    def _account(self, record: Mapping[str, Any], owner: str) -> dict[str, Any]:
        account = record["account"]
        return {
            "account_id": account["id"],
            "account": account["name"],
            "owner_id": owner,
            "owner": self.owners.get(owner, ""),
            "stage": self._label("stage", account.get("stage")),
            "tier": self._label("tier", account.get("tier")),
            "warnings": _lines(guard["text"] for guard in record["guards"]),
            "notes": _lines(record["notes"]),
            "as_of": datetime.date.fromisoformat(record["as_of"]),
        }

    def _step(self, step: Mapping[str, Any]) -> dict[str, Any]:
        words, deed = step["words"], step["deed"]
        return {
            **{name: step[name] for name in ("rank", "urgency", "headline", "code", "title", "play")},
            "due_on": datetime.date.fromisoformat(step["due_on"]),
            "first_due_on": datetime.date.fromisoformat(step["first_due_on"]),
            "reader": self.printer.word(f"readers.{step['for']}"),
            "person": step["person"]["text"],
            "message": words["message"],
            "ask": _lines(words["ask"]),
            "do_not": _lines(words["do_not"]),
            "steps": _lines(deed["steps"]),
            "done_when": deed["done_when"],
            "why": _lines(step["why"]),
            "subject": step["subject"]["id"],
            "deal": step["subject"]["about"] or "",
            "basis": _lines(step["basis"]),
        }

    def _label(self, name: str, value: str | None) -> str:
        return self.printer.data(value, self.vocabulary.field("account", name)) if value else ""


def _lines(texts: Any) -> str:
    return "\n".join(texts)


def _clean(cell: Any) -> Any:
    """Control characters of records, which spreadsheets refuse."""
    return _CONTROL.sub("", cell) if isinstance(cell, str) else cell
