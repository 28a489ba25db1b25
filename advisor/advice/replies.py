"""A rep's answer to a step: done, doing, later, wrong, not mine. Kept in the workspace's history, read by every run."""

from __future__ import annotations

import csv
import datetime
import json
from pathlib import Path

from advisor.advice.advise import Advisor
from advisor.content.plays import PORTFOLIO, Play
from advisor.core.model import Place, Row, stop
from advisor.core.vocabulary import nearest

ANSWERS = {"done": "done", "doing": "doing", "later": "snoozed", "wrong": "not_relevant", "not-mine": "not_mine"}
_COLUMNS = ("account_id", "code", "subject_id", "first_on", "last_on", "due_on", "response", "until", "because", "at")
_NEEDED = ("account_id", "code", "response", "at")


def reply(
    advisor: Advisor,
    account: Row,
    play: Play,
    answer: str,
    until: datetime.date | None,
    because: str,
    subject: str = "",
) -> Path:
    """Append an answer to the history.

    Args: advisor – the open run; account, play – what is answered; answer – one of ANSWERS; until – for "later";
    because – free text; subject – the opportunity's id, where the play is about several.
    Returns: the file that holds it.
    Raises: AdvisorError – unknown answer or opportunity, "later" without a day to come, or the file cannot be written.
    """
    if answer not in ANSWERS:
        raise stop("unknown-response", 2, name=answer, near=nearest(answer, ANSWERS))
    if answer == "later" and until is None:
        raise stop("until-missing", 2)
    if answer == "later" and until is not None and until <= advisor.settings.as_of:
        raise stop("until-past", 2, until=until, as_of=advisor.settings.as_of)
    advice = advisor.advise(account, everything=True)
    steps = [step for step in (*advice.steps, *advice.portfolio) if step.code == play.code]
    target = _subject(advisor, account, play, subject, [step.subject[1] for step in steps])
    today = advisor.settings.as_of
    step = next((step for step in steps if step.subject[1] == target or play.about == PORTFOLIO), None)
    due = step.first_due_on.isoformat() if step else ""
    past = advisor.history.past(account.id, play, target)
    first = (past.first_on or today).isoformat()
    day = until.isoformat() if until else ""
    row = (
        account.id,
        play.code,
        target,
        first,
        today.isoformat(),
        due,
        ANSWERS[answer],
        day,
        because,
        today.isoformat(),
    )
    return _append(advisor.settings.history, row)


def _subject(advisor: Advisor, account: Row, play: Play, wanted: str, fired: list[str]) -> str:
    if play.about != "opportunity":
        return account.id
    known = [row.id for row in advisor.facts(account).rows("opportunity") or ()]
    if wanted and wanted not in known:
        raise stop("unknown-subject", 2, name=wanted, near=nearest(wanted, known))
    candidates = [wanted] if wanted else (fired or known)
    if len(candidates) != 1:
        raise stop("unknown-subject", 2, name=wanted or "?", near=", ".join(candidates))
    return candidates[0]


def _append(path: Path, row: tuple[str, ...]) -> Path:
    try:
        new = not path.exists() or path.stat().st_size == 0
        path.parent.mkdir(parents=True, exist_ok=True)
        written = dict(zip(_COLUMNS, row, strict=True))
        if path.suffix in (".jsonl", ".ndjson"):
            line = json.dumps({name: cell for name, cell in written.items() if cell}, ensure_ascii=False)
            with path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
            return path
        columns = _COLUMNS if new else _header(path)
        if not set(_NEEDED) <= set(columns):
            raise stop("history-columns", 1, Place(str(path), 1), wanted=", ".join(_COLUMNS))
        with path.open("a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            if new:
                writer.writerow(columns)
            writer.writerow([written.get(name, "") for name in columns])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise stop("cannot-write", 1, Place(str(path)), why=getattr(error, "strerror", None) or error) from None
    return path


def _header(path: Path) -> tuple[str, ...]:
    """The columns that a history has already, in their order."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return tuple(cell.strip() for cell in next(csv.reader(file), []))
