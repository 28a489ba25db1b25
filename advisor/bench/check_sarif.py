"""Problems as a SARIF 2.1.0 log, which code hosts and editors read."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from advisor import __version__
from advisor.codes.markdown import text as page_text
from advisor.codes.pages import pages, path_of
from advisor.codes.parts import parts, told, what
from advisor.core.model import Place, Problem
from advisor.messages import catalogue, message

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "SRCROOT"
_LANGUAGES = {"zh": "zh-CN", "en": "en-US"}


def log(problems: list[Problem], language: str) -> dict[str, Any]:
    """The log of one run.

    Args: problems – in their order; language – of the messages.
    Returns: plain data; the same problems give the same log, whenever and wherever it is made.
    """
    codes = sorted({problem.code for problem in problems})
    seen: Counter[str] = Counter()
    results = [_result(problem, language, codes, seen) for problem in problems]
    rules = [_rule(code, language) for code in codes]
    driver = {"name": "advisor", "version": __version__, "language": _LANGUAGES[language], "rules": rules}
    bases = {_ROOT: {"description": {"text": "The folder in which the check was run."}}}
    run = {
        "tool": {"driver": driver},
        "originalUriBaseIds": bases,
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, language: str) -> dict[str, Any]:
    """A code as a rule: what it means, and its page as help."""
    page = pages().get(code)
    if page is None:
        return {"id": code, "shortDescription": {"text": told(code, language)[0]}}
    lines = [
        part.label + "\n" * bool(part.label) + "\n".join((*part.lines, part.block)) for part in parts(page, language)
    ]
    why = page.why if language == "en" else catalogue()[code].get("why_zh", "")
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in code.split("-")),
        "shortDescription": {"text": told(code, language)[0]},
        "fullDescription": {"text": f"{what(page, language)} {why}".strip()},
        "help": {"text": "\n\n".join(line.strip() for line in lines), "markdown": page_text(page)},
        "helpUri": path_of(code),
    }


def _result(problem: Problem, language: str, codes: list[str], seen: Counter[str]) -> dict[str, Any]:
    text, hint = message(problem, language)
    found: dict[str, Any] = {
        "ruleId": problem.code,
        "ruleIndex": codes.index(problem.code),
        "level": problem.level,
        "message": {"text": "\n".join(filter(None, (text, hint)))},
    }
    if problem.place.path:
        found["locations"] = [{"physicalLocation": _location(problem.place)}]
    return {**found, "partialFingerprints": {"advisorProblem/v1": _fingerprint(problem, seen)}}


def _location(place: Place) -> dict[str, Any]:
    absolute = PurePosixPath(place.path).is_absolute()
    uri: dict[str, Any] = {"uri": ("file://" if absolute else "") + quote(place.path)}
    artifact = uri if absolute else {**uri, "uriBaseId": _ROOT}
    region = (
        {"startLine": place.line, **({"startColumn": place.column} if place.column else {})} if place.line else None
    )
    return {"artifactLocation": artifact, **({"region": region} if region else {})}


def _fingerprint(problem: Problem, seen: Counter[str]) -> str:
    """What stays the same while lines above are added: code, file and words; the how-manieth tells equal ones apart."""
    same = "\0".join((problem.code, problem.place.path, message(problem, "en")[0]))
    seen[same] += 1
    return hashlib.sha256(f"{same}\0{seen[same]}".encode()).hexdigest()[:32]
