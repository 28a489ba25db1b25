"""A YAML file's lines as a person reads them: which hold structure and which only text, where a value begins."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_BAR = re.compile(r"(?P<head> *(?:- +)*)(?:[^#]*[:\-] +)?[|>][-+]*(?P<wide>[0-9]?)[-+]* *(?:#.*)?$")
_HEAD = re.compile(r" *(?:- +)*(?:(?:[^\s:\"'\[\]{}#][^:]*?|\"[^\"]*\"|'[^']*') *:(?: +|$))?")
_PAIRS = {"[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Trap:
    """A slip that YAML reads as something else: where it is, and the lines (counted from 0) put right."""

    code: str
    line: int
    column: int
    level: str = "error"
    fixed: Mapping[int, str] = field(default_factory=dict)
    details: Mapping[str, object] = field(default_factory=dict)

    def applied(self, lines: list[str]) -> list[str]:
        """The lines with this slip put right."""
        return [self.fixed.get(number, line) for number, line in enumerate(lines)]


def indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def structure(lines: list[str]) -> list[bool]:
    """For each line whether YAML reads it: not one of a text under `|` or `>`, not a comment, not empty."""
    found, edge = [], -1  # the column from which a line belongs to the text above it
    first = False
    for line in lines:
        blank = not line.strip(" \t")
        if edge >= 0 and (blank or indent(line) >= edge):
            edge, first = (indent(line), False) if first and not blank else (edge, first)
            found.append(False)
            continue
        match = _BAR.fullmatch(line)
        edge, first = (len(match["head"]) + 1, not match["wide"]) if match else (-1, False)
        found.append(not blank and not line.lstrip().startswith("#"))
    return found


def head(line: str) -> int:
    """The column (from 0) in which a line's value begins: after dashes, a key and its colon."""
    match = _HEAD.match(line)
    return match.end() if match else 0


def above(lines: list[str], kept: list[bool], number: int) -> int:
    """The nearest line above that holds structure; -1 where there is none."""
    return next((n for n in range(number - 1, -1, -1) if kept[n]), -1)


def quoted(text: str) -> str:
    """A text as YAML holds it in quotes."""
    text = text.rstrip()
    return f"'{text.replace(chr(39), chr(39) * 2)}'" if '"' in text or "\\" in text else f'"{text}"'


def brackets(text: str) -> tuple[str, int]:
    """What is open at the end of a line, as the brackets that would close it, and where (or -1) one does not pair.

    Brackets in quotes do not count.
    """
    stack: list[str] = []
    quote = ""
    for at, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'" and (at == 0 or text[at - 1] in " [{,:("):
            quote = char
        elif char in _PAIRS:
            stack.append(_PAIRS[char])
        elif char in "]}" and (not stack or stack.pop() != char):
            return "".join(reversed(stack)), at
    return "".join(reversed(stack)), -1
