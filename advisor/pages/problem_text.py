"""A problem as lines: whole where another program reads them, broken at the terminal's width where a person does."""

from __future__ import annotations

from advisor.core.model import Problem
from advisor.messages import message
from advisor.pages.page_text import width, wrap

_FURTHER = "    "
_ARROW = "  → "
_LEAST = 40


def problem_lines(problem: Problem, language: str, columns: int | None = None) -> list[str]:
    """A problem as a line and, where there is a way out, a second one.

    Args: problem, language – what is told, and in which language; columns – the terminal's, None where there is none:
    then neither line is broken.
    """
    text, hint = message(problem, language)
    place = f"{problem.place}: " if str(problem.place) else ""
    return [
        *_folded("", f"{place}{problem.level} {problem.code} {text}", columns),
        *(_folded(_ARROW, hint, columns) if hint else []),
    ]


def _folded(head: str, text: str, columns: int | None) -> list[str]:
    """A text behind a head, its further lines indented; a place or word longer than a line stays whole."""
    if columns is None:
        return [head + text]
    room = max(columns, _LEAST) - width(_FURTHER)
    first, *rest = text.split("\n")
    lines = [line for part in (first, *rest) for line in wrap(part, room)]
    return [(head if n == 0 else _FURTHER) + line for n, line in enumerate(lines)]
