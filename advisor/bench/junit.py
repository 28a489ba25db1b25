"""Results of cases as JUnit XML, which CI systems read: one suite a play, one test a case."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree as Xml

from advisor.bench.cases import CaseResult
from advisor.core.model import Place, Problem, stop
from advisor.messages import message

# What XML 1.0 cannot hold, not even as a reference.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(results: Iterable[CaseResult], language: str) -> bytes:
    """The XML. It holds no times, so that the same results give the same bytes.

    Args: results – in the order to be told; language – of the messages.
    """
    suites: dict[str, list[CaseResult]] = {}
    for result in results:
        suites.setdefault(result.play.path, []).append(result)
    counts = _counts([one for some in suites.values() for one in some])
    root = Xml.Element("testsuites", {"name": "advisor test", **counts})
    for path, some in suites.items():
        title = some[0].play.title.get(language, "")
        name = _clean(f"{some[0].play.code} {title}".strip())
        about = {"name": name, "file": _clean(some[0].play.place.path)}
        suite = Xml.SubElement(root, "testsuite", {**about, **_counts(some)})
        for result in some:
            _case(suite, path, result, language)
    Xml.indent(root)
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _counts(results: list[CaseResult]) -> dict[str, str]:
    failed = sum(not result.passed for result in results)
    return {"tests": str(len(results)), "failures": str(failed), "errors": "0", "skipped": "0", "time": "0"}


def _case(suite: Xml.Element, path: str, result: CaseResult, language: str) -> None:
    place = result.case.place
    where = {"file": _clean(place.path), "line": str(place.line)}
    about = {"name": _clean(result.case.name), "classname": _clean(path.replace("/", ".")), "time": "0"}
    case = Xml.SubElement(suite, "testcase", {**about, **where})
    for problem in result.problems:
        text, hint = message(problem, language)
        failure = Xml.SubElement(case, "failure", message=_clean(text), type=problem.code)
        failure.text = _clean("\n".join([_line(problem, text), *([f"→ {hint}"] if hint else [])]))


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
