"""Problems for programs: JSON records, and the lines that a CI of GitHub's kind turns into notes beside the code."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from advisor.codes.pages import path_of
from advisor.core.model import Problem
from advisor.messages import message

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render(problems: Iterable[Problem], language: str, form: str) -> str:
    """Problems in a format for programs.

    Args: problems – in the order in which they shall stand; language – of the messages; form – json, github or sarif.
    """
    if form == "github":
        return "".join(github(problem, language) + "\n" for problem in problems)
    if form == "sarif":
        from advisor.bench.check_sarif import log

        return dumped(log(list(problems), language))
    return dumped([record(problem, language) for problem in problems])


def dumped(data: Any) -> str:
    """JSON text with a line end, Chinese as it is."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def record(problem: Problem, language: str) -> dict[str, Any]:
    """A problem as plain data; `page` is where its code is explained."""
    text, hint = message(problem, language)
    place = {"path": problem.place.path, "line": problem.place.line, "column": problem.place.column}
    told = {"message": text, "hint": hint, "page": path_of(problem.code)}
    return {"code": problem.code, "level": problem.level, **place, **told}


def github(problem: Problem, language: str) -> str:
    """A problem as a workflow command: `::error file=…,line=…,col=…,title=code::message`."""
    text, hint = message(problem, language)
    place = problem.place
    named = {"file": place.path, "line": place.line, "col": place.column, "title": problem.code}
    parts = ",".join(f"{name}={_property(str(value))}" for name, value in named.items() if value)
    return f"::{_COMMANDS[problem.level]} {parts}::{_data(chr(10).join(filter(None, (text, hint))))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
