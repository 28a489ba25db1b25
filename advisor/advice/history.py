"""What was advised before and what became of it: kept due dates, cool-down, snooze, done (methodology 6.14)."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from advisor.advice.advice import Dropped
from advisor.content.plays import Play
from advisor.core.model import Row

Day = datetime.date
Key = tuple[str, str, str]
_ENDED = {"done": "done", "not_relevant": "not_relevant", "not_mine": "not_mine"}


@dataclass(frozen=True)
class Past:
    """All that is known of one play about one subject of one account."""

    first_on: Day | None = None
    last_on: Day | None = None
    due_on: Day | None = None
    response: str = ""
    responded_on: Day | None = None
    until: Day | None = None


class History:
    """Earlier advice, by account, play code and subject."""

    def __init__(
        self, rows: Iterable[Row], as_of: Day, episode_days: int, rest_days: int, shared: Collection[str] = ()
    ) -> None:
        self.as_of = as_of
        self.episode_days = episode_days
        self.rest_days = rest_days
        self.shared = shared
        self._past: dict[Key, Past] = {}
        self._noted: dict[str, list[str]] = {}
        for row in sorted(rows, key=_when):
            self._add(row)

    def _add(self, row: Row) -> None:
        account, subject = row.text("account_id"), row.text("subject_id")
        key = self._key(account, row.text("code"), subject or account)
        if _when(row) > self.as_of.isoformat():
            return
        self._noted.setdefault(key[0], []).append(repr([(name, value.data) for name, value in row.values.items()]))
        old = self._past.get(key, Past())
        self._past[key] = self._joined(old, row)

    def _key(self, account_id: str, code: str, subject_id: str) -> Key:
        """Plays about the whole book (`shared`) have one history, at whichever account it was noted."""
        return ("", code, "") if code in self.shared else (account_id, code, subject_id)

    def _joined(self, old: Past, row: Row) -> Past:
        """Lay a later record over what is known; a long pause begins anew."""
        first, last = _day(row, "first_on"), _day(row, "last_on") or _day(row, "first_on")
        gone = old.last_on and last and (last - old.last_on).days > self.episode_days
        response = row.text("response")
        return Past(
            first if gone or not old.first_on else old.first_on,
            last or old.last_on,
            _day(row, "due_on") if gone or not old.due_on else old.due_on,
            response or ("" if gone else old.response),
            (_day(row, "at") or last) if response else old.responded_on,
            _day(row, "until") if response else old.until,
        )

    def past(self, account_id: str, play: Play, subject_id: str) -> Past:
        """What is known of this step; an episode that ended long ago counts no more."""
        past = self._past.get(self._key(account_id, play.code, subject_id), Past())
        last = past.last_on or past.first_on
        stale = last and (self.as_of - last).days > self.episode_days
        return Past(response=past.response, responded_on=past.responded_on, until=past.until) if stale else past

    def digest(self, account_id: str) -> str | None:
        """The hash of all that counts for an account; None where there is nothing."""
        noted = [*self._noted.get(account_id, ()), *self._noted.get("", ())]
        return f"sha256:{hashlib.sha256(chr(10).join(noted).encode()).hexdigest()}" if noted else None

    def dropped(self, account_id: str, play: Play, subject: tuple[str, str]) -> Dropped | None:
        """Why a fired play is not shown today, if the history says so."""
        past = self.past(account_id, play, subject[1])
        if past.response == "snoozed" and past.until and past.until > self.as_of:
            return Dropped(play.code, subject, "snoozed", past.until)
        if past.response in _ENDED:
            return self._ended(play, subject, past)
        return None

    def _ended(self, play: Play, subject: tuple[str, str], past: Past) -> Dropped | None:
        """Done steps rest for their cool-down; what was judged not to fit does not come back."""
        if past.response != "done" or past.responded_on is None:
            return Dropped(play.code, subject, _ENDED[past.response])
        rest = play.not_again_for or (0 if subject[0] == "opportunity" else self.rest_days)
        if not rest:
            return Dropped(play.code, subject, "done")
        until = past.responded_on + datetime.timedelta(days=rest)
        return Dropped(play.code, subject, "cooling", until) if until > self.as_of else None


def _when(row: Row) -> str:
    days = [_day(row, name) for name in ("at", "last_on", "first_on")]
    found = next((day for day in days if day), None)
    return found.isoformat() if found else ""


def _day(row: Row, name: str) -> Day | None:
    value = row.get(name)
    return value.data if value.known and isinstance(value.data, datetime.date) else None


def from_advice(record: Mapping[str, object]) -> list[dict[str, object]]:
    """The history rows that one earlier JSON record of advice stands for."""
    account, as_of, advice = record.get("account"), record.get("as_of"), record.get("advice")
    if not isinstance(account, Mapping) or not isinstance(advice, list):
        return []
    rows = []
    portfolio = record.get("portfolio")
    for step in [*advice, *(portfolio if isinstance(portfolio, list) else [])]:
        if not isinstance(step, Mapping):
            continue
        subject = step.get("subject")
        subject = subject if isinstance(subject, Mapping) else {}
        due = step.get("first_due_on") or step.get("due_on")
        rows.append(
            {
                "account_id": account.get("id"),
                "code": step.get("code"),
                "subject_id": subject.get("id"),
                "first_on": step.get("first_on") or as_of,
                "last_on": as_of,
                "due_on": due,
            }
        )
    return rows
