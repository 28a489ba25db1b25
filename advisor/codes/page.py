"""A code's page, read from the docstring of the class that stands for it.

A docstring says in its first sentence what the code means, then `Why:`, `In:` (the file of the example, with
`in place of` the line that it replaces), `Example:` (what provokes the code) and `Fix:` (what to write, or what to do).
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import ClassVar

_PART = re.compile(r"^(Why|In|Run|Example|Fix):[ ]?(.*)$", re.MULTILINE)
_PLACE = re.compile(r"(?P<file>\S+?)(?:, in place of `(?P<line>.+)`)?")
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z])")


class Code:
    """A code of the message catalogue. `tried_by` names the test that shows it where an example cannot."""

    tried_by: ClassVar[str] = ""


@dataclass(frozen=True)
class CodePage:
    """What is written of a code.

    `file` is where the example stands and `instead_of` the line there that it replaces; `run` is the command that finds
    it, `advisor check` where nothing is said. `advice` is a way out in words, `fix` the example put right.
    """

    code: str
    topic: str
    what: str
    why: str
    file: str
    instead_of: str
    run: str
    example: str
    advice: str
    fix: str
    tried_by: str = ""

    @property
    def is_command(self) -> bool:
        return self.example.startswith("advisor ")


def code_of(name: str) -> str:
    """The code that a class stands for: UnknownFact is unknown-fact."""
    return _WORD.sub("-", name).lower()


def read(kind: type[Code], topic: str) -> CodePage:
    """Read a code's page.

    Args: kind – its class; topic – the name of the module that holds it.
    Returns: the page; parts that the docstring leaves out are empty.
    """
    first, _, rest = (kind.__doc__ or "").partition("\n")
    text = f"{first.strip()}\n{textwrap.dedent(rest)}".strip()
    what, *parts = _PART.split(text)
    found = {name: f"{first}\n{rest}" for name, first, rest in zip(parts[::3], parts[1::3], parts[2::3], strict=True)}
    place = _PLACE.fullmatch(_joined(found.get("In", "")))
    advice, fix = _advice(found.get("Fix", ""))
    return CodePage(
        code_of(kind.__name__),
        topic,
        _joined(what),
        _joined(found.get("Why", "")),
        place["file"] if place else "",
        (place["line"] or "") if place else "",
        _joined(found.get("Run", "")),
        _block(found.get("Example", "")),
        advice,
        fix,
        kind.tried_by,
    )


def _joined(text: str) -> str:
    return " ".join(text.split())


def _block(text: str) -> str:
    return textwrap.dedent(text.strip("\n")).rstrip()


def _advice(text: str) -> tuple[str, str]:
    """The way out in words and as a block; a line that is indented begins the block."""
    lines = text.split("\n")
    start = next((n for n, line in enumerate(lines) if line.startswith("    ")), len(lines))
    return _joined(" ".join(lines[:start])), _block("\n".join(lines[start:]))
