"""What can be wrong with content beyond what its readers see: `advisor check`."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from typing import Any

from advisor.advice.slots import book_slots, known_slots
from advisor.advice.templates import check_line, readings, slots
from advisor.bench.cases import without
from advisor.bench.check_brief import check_brief, check_brief_plays
from advisor.bench.lint_cards import check_cards, check_titles
from advisor.bench.lint_cases import check_cases
from advisor.bench.lint_cooldown import check_cooldown
from advisor.bench.lint_thresholds import check_thresholds
from advisor.bench.lint_units import check_units
from advisor.bench.lint_unknown import check_unknown
from advisor.bench.method import entries
from advisor.content.content import Content, with_plays
from advisor.content.follow_ups import without_follow_ups
from advisor.content.plays import Check, Guard, Line, Play
from advisor.content.read_play import BLOCKS, LANGUAGES
from advisor.core.model import Place, Problem, in_place
from advisor.core.vocabulary import nearest
from advisor.metrics.metrics import Metrics, check_metrics
from advisor.prove.claims import idle_exceptions

_MOST = {"zh": "message_most_characters", "en": "message_most_words"}
"""The thresholds of a message's length, by language."""
_SLOT_LENGTH = 4
_CODE = re.compile(r"P\d{2,3}")
_SLOT = re.compile(r"\{[^{}]*\}")
_SALUTATION = "{salutation}"
_CONDITIONS = {"when", "unless", "take"}
_LINTS = (check_cards,)
_LINTS_OF_WHOLE = (check_unknown, check_cooldown, check_cases, idle_exceptions)
"""What rests on a play's whole condition: said only where all of it could be read."""
_LINTS_TOGETHER = (check_brief_plays, check_units, check_thresholds, check_titles)
"""What looks at plays beside each other, and at nothing of their texts and cases."""


def check(content: Content) -> list[Problem]:
    """Everything that is wrong with content.

    Args: content – as loaded.
    Returns: what its readers found, and what is wrong with texts, metrics, guards and cases; by file and line.
    """
    by_file: dict[str, list[Problem]] = {}
    for one in content.problems:
        by_file.setdefault(one.place.path, []).append(one)
    found = [*content.problems, *check_rules(content)]
    for play in content.plays:
        found += check_play(play, content, by_file.get(play.place.path, ()))
    return in_order([*found, *check_together(content)])


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """By file and line, without what only follows from another of them."""
    told = without_follow_ups(list(problems))
    return in_place(told)


def check_rules(content: Content) -> list[Problem]:
    """What is wrong with all but the plays, beyond what the readers found (`content.problems`)."""
    refused = {one.place.path for one in content.problems}
    sound = {file: metric for file, metric in content.metrics.items() if metric[1] not in refused}
    found = check_metrics(Metrics(sound, content.policy), content.vocabulary)
    found += [one for guard in content.guards for one in _guard(guard)]
    found += [one for check in content.checks for one in _book_check(check, content)]
    return [*found, *check_brief(content)]


def check_play(play: Play, content: Content, known: Iterable[Problem]) -> list[Problem]:
    """What is wrong with one play by itself, beyond what its reader found (`known`)."""
    alone = with_plays(content, (play,))
    wrong = _wrong_keys(play, known)
    found = [*_texts(play, content), *_messages(play, content), *(() if "cases" in wrong else _cases(play))]
    found += _entries(play.basis, play.places.get("basis", play.place))
    lints = _LINTS if wrong & _CONDITIONS else (*_LINTS, *_LINTS_OF_WHOLE)
    return found + [one for lint in lints for one in lint(alone)]


def check_together(content: Content) -> list[Problem]:
    """What is wrong with plays beside each other; their texts and cases are not looked at."""
    codes = frozenset(play.code for play in content.plays)
    found = [one for play in content.plays for one in _others(play, codes)]
    return [*found, *(one for lint in _LINTS_TOGETHER for one in lint(content))]


def _wrong_keys(play: Play, known: Iterable[Problem]) -> set[str]:
    """The keys of a play in which its reader found an error, before its first key `when`: the file is no YAML there.

    A misspelt key is the nearest known one as well.
    """
    starts = sorted((place.line, key) for key, place in play.places.items())
    found: set[str] = set()
    for one in (one for one in known if one.level == "error"):
        above = [key for start, key in starts if start <= one.place.line][-1:] or ["when"]
        found |= {above[0].partition(".")[0], str(one.details.get("near", "")) if one.code == "unknown-key" else ""}
    return found


def problem(code: str, place: Place, level: str = "error", **details: object) -> Problem:
    """A problem of this module's own."""
    return Problem(code, place, level, details)


# --- texts ---------------------------------------------------------------------------------------


def _blocks(play: Play) -> Iterator[tuple[str, Mapping[str, tuple[Line, ...]]]]:
    """Every block with its lines by language: of the play itself, and of what it says instead in some situation."""
    for words in (play.words, *(change.words for change in play.instead)):
        for block in BLOCKS:
            yield block, {language: getattr(own, block) for language, own in words.items()}


def _texts(play: Play, content: Content) -> Iterator[Problem]:
    known: Mapping[str, Any] = known_slots(play, content.vocabulary, content.policy)
    for _, languages in _blocks(play):
        for lines in languages.values():
            for line in lines:
                yield from check_line(line, known)
    # A language that is missing as a whole has been told of by the reader.
    if all(any(getattr(words, block) for block in BLOCKS) for words in play.words.values()):
        yield from _alike(_blocks(play), known)


def _book_check(check: Check, content: Content) -> Iterator[Problem]:
    known: Mapping[str, Any] = book_slots(content.vocabulary, content.policy)
    for lines in (*check.lines.values(), *check.unknown.values()):
        for line in lines:
            yield from check_line(line, known)
    yield from _alike([(check.name, check.lines), (check.name, check.unknown)], known)
    yield from _entries(check.basis, check.place)


def _alike(blocks: Iterable[tuple[str, Mapping[str, tuple[Line, ...]]]], known: Container[str]) -> Iterator[Problem]:
    """Both languages say the same: as many lines in each block, and the same slots in each line."""
    for block, languages in blocks:
        one, other = (languages.get(language, ()) for language in LANGUAGES)
        if len(one) != len(other):
            yield problem("block-lines-differ", (other or one)[0].place, block=block, zh=len(one), en=len(other))
            continue
        for number, (first, second) in enumerate(zip(one, other, strict=True), 1):
            only = sorted(_slots(first) ^ _slots(second))
            if only and all(name in known for name in only):  # a name that nothing offers is a mistake of its own
                named = ", ".join(only)
                yield problem("block-slots-differ", second.place, block=block, number=number, slots=named)


def _slots(line: Line) -> set[str]:
    try:
        return set(slots(line.text))
    except ValueError:
        return set()


def _messages(play: Play, content: Content) -> Iterator[Problem]:
    for block, languages in _blocks(play):
        for language, lines in languages.items() if block == "message" else ():
            for line in lines:
                yield from _message(line, language, content)


def _message(line: Line, language: str, content: Content) -> Iterator[Problem]:
    texts = _readings(line)
    limits = {name: content.policy.get(name) for name in _MOST.values()}
    size, most = max((_size(text, language) for text in texts), default=0), limits.get(_MOST[language])
    if isinstance(most, int) and size > most:
        zh, en = (limits[_MOST[one]] for one in LANGUAGES)
        yield problem("message-too-long", line.place, size=size, most=most, zh=zh, en=en)
    if any(not text.startswith(_SALUTATION) for text in texts):
        yield problem("message-without-salutation", line.place)


def _readings(line: Line) -> tuple[str, ...]:
    try:
        return readings(line.text)
    except ValueError:
        return ()


def _size(text: str, language: str) -> int:
    """Characters in Chinese, words in English; a slot counts as a short name."""
    filled = _SLOT.sub("x" * _SLOT_LENGTH, text)
    return len(filled.strip()) if language == "zh" else len(filled.split())


# --- cards and cases -----------------------------------------------------------------------------


def _cases(play: Play) -> Iterator[Problem]:
    for expect in ("fires", "silent"):
        if without((play,), expect):
            yield problem("case-missing", play.places.get("cases", play.place), expect=expect)


def _entries(basis: Iterable[str], place: Place) -> Iterator[Problem]:
    known = entries()
    for entry in basis:
        if entry not in known:
            ends = {"first": known[0] if known else "", "last": known[-1] if known else ""}
            yield problem("unknown-entry", place, entry=entry, near=nearest(entry, known), **ends)


def _others(play: Play, codes: Collection[str]) -> Iterator[Problem]:
    """The other plays that a play names must be there."""
    named = [("beside", code) for code in play.beside] + [("conflicts_with", code) for code in play.conflicts_with]
    for key, code in named:
        if code not in codes:
            yet, place = _CODE.fullmatch(code), play.places.get(key, play.place)
            near = "" if yet else nearest(code, codes)
            yield problem("unknown-play-code", place, level="warning" if yet else "error", name=code, near=near)


def _guard(guard: Guard) -> Iterator[Problem]:
    for key, texts in (("rep", guard.rep), ("compliance", guard.compliance)):
        for language in LANGUAGES:
            if not texts.get(language):
                yield problem("missing-language", guard.place, language=f"{key} {language}")
