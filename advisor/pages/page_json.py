"""Advice as JSON (design section 7): fixed names, dates as ISO text, decimals as numbers, guard details left out."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Any

from advisor.advice.advice import Advice, Dropped, Missing, Person, Reason, Step
from advisor.core.model import Problem
from advisor.messages import message


def record(advice: Advice) -> dict[str, Any]:
    """One account's advice as plain data."""
    return {
        "account": {"id": advice.account.id, "name": advice.heading["name"], **advice.marks},
        "as_of": advice.as_of.isoformat(),
        "content": advice.content,
        "lang": advice.language,
        "run": dict(advice.run),
        "guards": [{"code": guard.code, "text": guard.text} for guard in advice.guards],
        "advice": [_step(step) for step in advice.top],
        "dropped": [_dropped(one) for one in advice.dropped],
        "missing": [_missing(one) for one in advice.missing],
        "portfolio": [portfolio_record(step) for step in advice.portfolio],
        "notes": list(advice.notes),
        "problems": [problem_record(problem, advice.language) for problem in advice.problems],
    }


def portfolio_record(step: Step) -> dict[str, Any]:
    """A step about the whole book, in short: what to do, and why."""
    days = {"due_on": step.due_on.isoformat(), "first_due_on": step.first_due_on.isoformat()}
    return {"code": step.code, "text": " | ".join((step.headline, *step.because_text)), "for": step.readers[0], **days}


def problem_record(problem: Problem, language: str) -> dict[str, Any]:
    """A problem as plain data, with its message."""
    text, hint = message(problem, language)
    place = {"path": problem.place.path, "line": problem.place.line, "column": problem.place.column}
    return {"code": problem.code, "level": problem.level, **place, "message": text, "hint": hint}


def _step(step: Step) -> dict[str, Any]:
    return {
        "rank": step.rank,
        "play": step.play,
        "code": step.code,
        "title": step.title,
        "headline": step.headline,
        "for": step.readers[0],
        "readers": list(step.readers),
        "urgency": step.urgency,
        "visit": step.visit,
        "subject": {"entity": step.subject[0], "id": step.subject[1], "about": step.about or None},
        "person": _person(step.person),
        "then": [_person(person) for person in step.then],
        "not_first": list(step.not_first),
        "words": {
            "message": step.message,
            "ask": list(step.ask),
            "if_they_say": [{"they": they, "we": we} for they, we in step.if_they_say],
            "do_not": list(step.do_not),
        },
        "deed": {"steps": list(step.steps), "done_when": step.done_when},
        "due_on": step.due_on.isoformat(),
        "first_due_on": step.first_due_on.isoformat(),
        "why": list(step.because_text),
        "because": [_reason(reason) for reason in step.because],
        "basis": list(step.basis),
    }


def _person(person: Person) -> dict[str, Any]:
    return {
        "role": person.role or None,
        "contact_id": person.contact_id or None,
        "name": person.name or None,
        "salutation": person.salutation or None,
        "text": person.text,
    }


def _reason(reason: Reason) -> dict[str, Any]:
    names = ("fact", "op", "value", "limit", "source")
    return {name: plain(getattr(reason, name)) for name in names}


def _dropped(one: Dropped) -> dict[str, Any]:
    found = {"code": one.code, "subject": {"entity": one.subject[0], "id": one.subject[1]}}
    reason = "below the cut" if one.reason == "below_cut" else one.reason.replace("_", " ")
    return {**found, "reason": reason, **({"until": one.until.isoformat()} if one.until else {})}


def _missing(one: Missing) -> dict[str, Any]:
    return {"fact": one.fact, "could_unlock": list(one.could_unlock), "question": one.question}


def plain(data: Any) -> Any:
    """Data as JSON knows it: dates as text, whole decimals as integers, others as numbers."""
    if isinstance(data, datetime.date):
        return data.isoformat()
    if isinstance(data, Decimal):
        return int(data) if data == data.to_integral_value() else float(data)
    if isinstance(data, tuple | list):
        return [plain(one) for one in data]
    return data


def dumps(data: Any, indent: int | None = 2) -> str:
    """JSON text, Chinese as it is."""
    return json.dumps(data, ensure_ascii=False, indent=indent, default=plain)
