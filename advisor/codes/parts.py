"""The parts of a code's page in one language, for the terminal and for docs/codes/ alike."""

from __future__ import annotations

import functools
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from advisor.codes.page import CodePage
from advisor.core import yaml_in
from advisor.core.home import content_root
from advisor.core.model import Problem
from advisor.messages import catalogue, message

_GAP = "…"
_BLOCK = {"sql": "sql", "csv": "csv", "jsonl": "json"}


@dataclass(frozen=True)
class Part:
    """One part of a page: its heading, its lines of text, and a block to be shown as it stands."""

    label: str
    lines: tuple[str, ...] = ()
    block: str = ""
    language: str = ""


@functools.cache
def words(language: str) -> Mapping[str, Any]:
    """The words of these pages, from rules/words.yaml."""
    item, _ = yaml_in.load(content_root() / "rules/words.yaml", "rules/words.yaml")
    found: Mapping[str, Any] = item.plain()[language]["codes"]
    return found


def told(code: str, language: str) -> tuple[str, str]:
    """A code's message and its hint, with a gap where a run fills in what it found."""
    texts = catalogue()[code].values()
    names = {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}
    return message(Problem(code, details=dict.fromkeys(names - {"near"}, _GAP)), language)


def what(page: CodePage, language: str) -> str:
    """What a code means, in one sentence: the docstring's in English, the catalogue's message in Chinese."""
    return page.what if language == "en" else told(page.code, language)[0] + words(language)["stop"]


def parts(page: CodePage, language: str) -> tuple[Part, ...]:
    """A page's parts in their order.

    Args: page – of one code; language – zh or en.
    """
    text, hint = told(page.code, language)
    own = words(language)
    why = page.why if language == "en" else catalogue()[page.code].get("why_zh", "")
    advice = tuple(line for line in (page.advice if language == "en" else "", _sentence(hint, own)) if line)
    kind = "sh" if page.is_command else _BLOCK.get(page.file.rpartition(".")[2], "yaml")
    return tuple(
        part
        for part in (
            Part("", (what(page, language),)),
            Part(own["message"], (text,)) if language == "en" else Part(""),
            Part(own["why"], (why,)),
            Part(_where(page, own), (), page.example, kind),
            Part(own["fix"], advice, page.fix, kind),
        )
        if any(part.lines) or part.block
    )


def _where(page: CodePage, own: Mapping[str, Any]) -> str:
    """The heading of the example: in which file it stands, and which command finds it."""
    places = [own["example_in"].format(file=page.file)] if page.file else []
    runs = [own["example_run"].format(command=page.run)] if page.run else []
    return str(own["example"]) + "".join(places + runs)


def _sentence(hint: str, own: Mapping[str, Any]) -> str:
    """A hint stands alone here, so it begins and ends like a sentence."""
    return hint[:1].upper() + hint[1:] + ("" if hint.endswith(("?", "？")) else own["stop"]) if hint else ""
