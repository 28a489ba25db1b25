"""Banned terms, in: `rules/lint.yaml`."""

from __future__ import annotations

from advisor.content.lint import Lint, Term
from advisor.content.read_play import LANGUAGES
from advisor.core.model import Problem
from advisor.core.vocabulary import nearest
from advisor.core.yaml_in import Item, check_keys

_LEVELS = {"banned": "error", "ask": "warning"}


def read_lint(item: Item, problems: list[Problem]) -> Lint:
    """Read `rules/lint.yaml`: terms by language, and the places that may name them."""
    check_keys(item, {*LANGUAGES, "allowed_in"}, problems)
    terms = [_term(word, spec, lang, problems) for lang in LANGUAGES for word, spec in _section(item, lang)]
    allowed = item.get("allowed_in")
    return Lint(tuple(terms), tuple(str(one.value) for one in (allowed.each() if allowed else [])))


def _section(item: Item, key: str) -> list[tuple[str, Item]]:
    section = item.get(key)
    return list(section.items()) if section else []


def _term(word: str, spec: Item, language: str, problems: list[Problem]) -> Term:
    """A term gives what to write instead; a mapping may add `level` and words that only look like the term."""
    check_keys(spec, {"write", "level", "but_not"}, problems)
    instead, level, but_not = spec.get("write"), spec.get("level"), spec.get("but_not")
    named = str(level.value) if level else "banned"
    if level and named not in _LEVELS:
        details = {"value": named, "key": "level", "known": ", ".join(_LEVELS), "near": nearest(named, _LEVELS)}
        problems.append(Problem("unknown-word", level.here, "error", details))
    return Term(
        word,
        language,
        str(instead.value if instead else spec.plain() or ""),
        _LEVELS.get(named, "error"),
        tuple(str(one.value) for one in (but_not.each() if but_not else [])),
    )
