"""Results of cases as JUnit XML, which CI systems read: one suite a play, one test a case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree as Xml

from advisor.bench.cases import CaseResult
from advisor.core.model import Place, Problem, stop
from advisor.messages import message

# What XML 1.0 cannot hold, not even as a reference.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(results: Iterable[CaseResult], language: str, problems: Sequence[Problem] = ()) -> bytes:
    """The XML. It holds no times, so that the same results give the same bytes.

    Args: results – in the order to be told; language – of the messages; problems – what is wrong with the content
    itself, which keeps cases from being run.
    """
    suites: dict[str, list[CaseResult]] = {}
    for result in results:
        suites.setdefault(result.play.path, []).append(result)
    files = list(dict.fromkeys(problem.place.path for problem in problems))
    counts = _counts([one for some in suites.values() for one in some], len(files))
    root = Xml.Element("testsuites", {"name": "advisor test", **counts})
    for path in files:
        _unread(root, path, [problem for problem in problems if problem.place.path == path], language)
    for path, some in suites.items():
        title = some[0].play.title.get(language, "")
        name = _clean(f"{some[0].play.code} {title}".strip())
        about = {"name": name, "file": _clean(some[0].play.place.path)}
        suite = Xml.SubElement(root, "testsuite", {**about, **_counts(some)})
        for result in some:
            _case(suite, path, result, language)
    Xml.indent(root)
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _counts(results: list[CaseResult], errors: int = 0) -> dict[str, str]:
    tests, failed = len(results) + errors, sum(not result.passed for result in results)
    return {"tests": str(tests), "failures": str(failed), "errors": str(errors), "skipped": "0", "time": "0"}


def _unread(root: Xml.Element, path: str, problems: list[Problem], language: str) -> None:
    """A file with errors: one test that could not be run."""
    name = _clean(path or "content")
    suite = Xml.SubElement(root, "testsuite", {"name": name, "file": name, **_counts([], 1)})
    case = Xml.SubElement(suite, "testcase", name=name, classname=name, time="0", file=name)
    for problem in problems:
        _told(case, "error", problem, language)


def _case(suite: Xml.Element, path: str, result: CaseResult, language: str) -> None:
    place = result.case.place
    where = {"file": _clean(place.path), "line": str(place.line)}
    about = {"name": _clean(result.case.name), "classname": _clean(path.replace("/", ".")), "time": "0"}
    case = Xml.SubElement(suite, "testcase", {**about, **where})
    for problem in result.problems:
        _told(case, "failure", problem, language)


def _told(case: Xml.Element, kind: str, problem: Problem, language: str) -> None:
    text, hint = message(problem, language)
    found = Xml.SubElement(case, kind, message=_clean(text), type=problem.code)
    found.text = _clean("\n".join([_line(problem, text), *([f"→ {hint}"] if hint else [])]))


def _line(problem: Problem, text: str) -> str:
    place = f"{problem.place}: " if str(problem.place) else ""
    return f"{place}{problem.level} {problem.code} {text}"


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)


def write(path: Path, data: bytes) -> None:
    """Write a report's file.

    Raises: AdvisorError – it cannot be written.
    """
    try:
        path.write_bytes(data)
    except OSError as error:
        raise stop("cannot-write", 2, Place(str(path)), why=error.strerror or str(error)) from None
