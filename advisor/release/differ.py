"""The difference of two texts word by word (Chinese: character by character), line by line."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

SAME, OLD, NEW = "same", "old", "new"
_TOKEN = re.compile(r"[^\W_\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+|\s+|.", re.DOTALL)
_LEAST_IN_COMMON = 0.35
_LEAST_BETWEEN = 2


class Part(NamedTuple):
    """A stretch of text that is the same, only in the old one, or only in the new one."""

    kind: str
    text: str


Line = tuple[Part, ...]


def lines(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[Line, ...]:
    """The lines that differ, each with its parts marked; lines that stay are left out."""
    found: list[Line] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            found += [words(*pair) for pair in zip_longest(old[a:b], new[c:d], fillvalue="")]
    return tuple(found)


def words(old: str, new: str) -> Line:
    """Two texts as one line. Texts with little in common are shown whole, one behind the other."""
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if not old or not new or matcher.ratio() < _LEAST_IN_COMMON:
        return tuple(part for part in (Part(OLD, old), Part(NEW, new)) if part.text)
    codes = matcher.get_opcodes()
    found: list[tuple[str, str, str]] = []
    for number, (tag, i, j, k, m) in enumerate(codes):
        left, right = "".join(a[i:j]), "".join(b[k:m])
        inside = 0 < number < len(codes) - 1
        if tag == "equal" and not (inside and len(left.strip()) < _LEAST_BETWEEN):
            found.append((SAME, left, right))
        elif found and found[-1][0] != SAME:
            found[-1] = ("", found[-1][1] + left, found[-1][2] + right)
        else:
            found.append(("", left, right))
    return tuple(part for one in found for part in _parts(*one) if part.text)


def _parts(kind: str, left: str, right: str) -> tuple[Part, ...]:
    return (Part(SAME, left),) if kind else (Part(OLD, left), Part(NEW, right))
