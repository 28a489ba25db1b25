"""Terms that no content may use (methodology 4.2, `rules/lint.yaml`), looked for in every text of every content file.

What is not to be done may be named: in a play's `do_not` block, in guards, and where the lint file itself allows it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from advisor.core.model import Place, Problem
from advisor.core.yaml_in import Item

_MAY_NAME = ("do_not",)
_FREE_FILES = ("rules/guards/", "rules/lint.yaml")
_GAP = "[ \u3000\u200b-\u200d\ufeff]*"


@dataclass(frozen=True, slots=True)
class Term:
    """A term: `write` says what to write instead; `but_not` are words that only look like it."""

    word: str
    language: str
    write: str
    level: str
    but_not: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What a text must hold to be worth a closer look."""
        return self.word.split()[0].casefold() if self.word.isascii() else self.word[0]

    def pattern(self) -> re.Pattern[str]:
        """English as whole words, in the usual endings; Chinese anywhere, however its characters are spaced."""
        if self.word.isascii():
            words = r"[\s-]+".join(re.escape(part) for part in self.word.split())
            return re.compile(rf"\b{words}(?:s|es|d|ed|ing)?\b", re.IGNORECASE)
        return re.compile(_GAP.join(re.escape(char) for char in self.word))


@dataclass(frozen=True, slots=True)
class Lint:
    """All terms, and the keys (`file: dotted.key`) that may name them."""

    terms: tuple[Term, ...] = ()
    allowed_in: tuple[str, ...] = ()


def added(layers: list[Lint]) -> Lint:
    """The terms of all layers. Later layers may add terms; what is banned below them stays banned, and everywhere."""
    terms: dict[str, Term] = {}
    for lint in layers:
        terms = {**{term.word: term for term in lint.terms}, **terms}
    return Lint(tuple(terms.values()), layers[0].allowed_in if layers else ())


def check_terms(lint: Lint, files: dict[str, list[Item]]) -> list[Problem]:
    """Every banned term in the texts of content files.

    Args: lint – the terms; files – the documents by file name below the layer, of every layer.
    Returns: one problem for each place, with the term and what to write instead.
    """
    patterns = _patterns(lint.terms)
    free = tuple(tuple(one.replace(": ", ":").split(":")) for one in lint.allowed_in)
    found = []
    for name, documents in files.items():
        if name.startswith(_FREE_FILES):
            continue
        keys = tuple(one[1] for one in free if one[0] == name and len(one) == 2)
        for item in documents:
            found += [problem for text in _texts(item, "", keys) for problem in _in(text, patterns)]
    return found


def _texts(item: Item, path: str, free: tuple[str, ...]) -> Iterator[Item]:
    """Every text of a document but those that may name what is banned; keys are texts of no reader's."""
    if path in free:
        return
    if item.is_map:
        for key, inner in item.items():
            if key not in _MAY_NAME:
                yield from _texts(inner, f"{path}.{key}" if path else key, free)
    elif item.is_list:
        for inner in item.value:
            yield from _texts(inner, path, free)
    elif isinstance(item.value, str):
        yield item


class _Patterns:
    """The terms' patterns, behind one look that tells most texts to be harmless."""

    def __init__(self, terms: tuple[Term, ...]) -> None:
        self.patterns = [(term.key, term, term.pattern()) for term in terms]
        self.any = re.compile("|".join(sorted({re.escape(key) for key, _, _ in self.patterns})) or "(?!)")

    def worth_trying(self, text: str) -> Iterator[tuple[Term, re.Pattern[str]]]:
        """The terms that may stand in a text."""
        folded = text.casefold()
        found = bool(self.any.search(folded))
        return ((term, pattern) for key, term, pattern in self.patterns if key in folded) if found else iter(())


@functools.lru_cache(maxsize=4)
def _patterns(terms: tuple[Term, ...]) -> _Patterns:
    return _Patterns(terms)


def _in(item: Item, patterns: _Patterns) -> Iterator[Problem]:
    text = str(item.value)
    for term, pattern in patterns.worth_trying(text):
        for match in pattern.finditer(text):
            if not _looks_like(term, text, match.start(), match.end()):
                details = {"term": match.group(), "write": term.write}
                yield Problem("banned-term", place_of(item, text, match.start()), term.level, details)


def _looks_like(term: Term, text: str, start: int, end: int) -> bool:
    """Is the match only a part of a harmless word?"""
    for word in term.but_not:
        first = text.find(word, max(0, start - len(word)), end + len(word))
        if 0 <= first <= start and end <= first + len(word):
            return True
    return False


def place_of(item: Item, text: str, at: int) -> Place:
    """Where a character of a text stands in its file; of a folded text only its beginning is known."""
    if item.text is None:
        return item.place
    line = text.count("\n", 0, at)
    column = at - (text.rfind("\n", 0, at) + 1)
    return replace(item.text, line=item.text.line + line, column=item.text.column + column)
