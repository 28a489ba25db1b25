"""Problems that are only what another mistake brings about: one misspelt word is told once."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.core.model import Problem

_MISSING = {"missing-key": "key", "missing-block": "block", "missing-language": "language"}


def without_follow_ups(problems: Sequence[Problem]) -> list[Problem]:
    """Leave out what follows from another problem of the same file, which stays.

    That is: a key that is missing because it is misspelt; a block that has no lines in one language because it is
    missing there; a day that is unreadable and therefore empty.
    """
    gone = _misspelt(problems)
    lost = {(one.place.path, _missing(one)) for one in problems if one.code == "missing-block"}
    lost |= {(one.place.path, str(one.details.get("near"))) for one in problems if one.code == "unknown-key"}
    days = {(one.place.path, one.place.line) for one in problems if one.code == "bad-date" and one.details.get("value")}
    gone |= {
        n
        for n, one in enumerate(problems)
        if (one.code == "block-lines-differ" and (one.place.path, str(one.details.get("block"))) in lost)
        or (one.code == "bad-date" and not one.details.get("value") and (one.place.path, one.place.line) in days)
    }
    return [one for n, one in enumerate(problems) if n not in gone]


def _misspelt(problems: Sequence[Problem]) -> set[int]:
    """Which problems of something missing belong to a misspelt key: the last ones above it, in the same mapping."""
    missing: dict[tuple[str, str], dict[int, set[int]]] = {}
    for n, one in enumerate(problems):
        if one.code in _MISSING:
            missing.setdefault((one.place.path, _missing(one)), {}).setdefault(one.place.line, set()).add(n)
    found: set[int] = set()
    for wrong in (one for one in problems if one.code == "unknown-key" and one.details.get("near")):
        lines = missing.get((wrong.place.path, str(wrong.details["near"])), {})
        above = [line for line in lines if line <= wrong.place.line]
        found |= lines[max(above)] if above else set()
    return found


def _missing(problem: Problem) -> str:
    """What is missing: `title` where it is its text in one language."""
    return str(problem.details.get(_MISSING[problem.code], "")).partition(" ")[0]
