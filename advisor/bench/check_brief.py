"""What can be wrong with the texts of the account brief: names that nothing offers, languages that differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.advice.slots import row_slots
from advisor.advice.templates import check_line, slots
from advisor.content.content import Content
from advisor.content.outline import Lines, Part
from advisor.content.plays import Line
from advisor.core.model import Place, Problem
from advisor.core.vocabulary import Field, nearest


def check_brief(content: Content) -> Iterator[Problem]:
    """Every mistake in the texts of `rules/brief.yaml`."""
    for section in content.brief.sections:
        for part in section.parts:
            for words, entity in _texts(part):
                yield from _words(words, row_slots(entity, content.vocabulary, content.policy))


def check_brief_plays(content: Content) -> Iterator[Problem]:
    """Every play that the brief names and nobody wrote."""
    codes = {play.code for play in content.plays}
    for section in content.brief.sections:
        named = [(section.play, section.place)] if section.play else []
        named += [(code, part.place) for part in section.parts for code in part.plays]
        yield from (_unknown(code, place, codes) for code, place in named if code not in codes)


def _unknown(code: str, place: Place, codes: set[str]) -> Problem:
    return Problem("unknown-play-code", place, "error", {"name": code, "near": nearest(code, codes)})


def _texts(part: Part) -> Iterator[tuple[Lines, str]]:
    yield part.words, part.entity
    yield from ((column.words, part.entity) for column in part.columns)
    yield from ((check.words, "") for check in part.checks)


def _words(words: Lines, known: Mapping[str, Field | None]) -> Iterator[Problem]:
    for lines in words.values():
        for line in lines:
            yield from check_line(line, known)
    for number, pair in enumerate(zip(*words.values(), strict=False), 1):
        only = sorted(set.symmetric_difference(*map(_slots, pair)))
        if only:
            details = {"block": "brief", "number": number, "slots": ", ".join(only)}
            yield Problem("block-slots-differ", pair[-1].place, "error", details)


def _slots(line: Line) -> set[str]:
    try:
        return set(slots(line.text))
    except ValueError:
        return set()
