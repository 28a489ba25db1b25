"""A play as it speaks in one language in one situation, with what it left out and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from advisor.advice.advice import Step
from advisor.advice.render import Hand, Steps
from advisor.advice.slots import Slots
from advisor.advice.templates import needed, render
from advisor.advice.wording import Printer
from advisor.content.people import Picked
from advisor.content.plays import Line, Play, Timing, Words
from advisor.core.model import Place
from advisor.core.reference import Trace
from advisor.pages.page import day_of

MOST = {"zh": 90, "en": 60}
_VARIANTS = ("headline", "message", "done_when", "nobody_known")
_NOBODY = "nobody_known"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line that could not be said: its place, and the slots of which nothing is known."""

    block: str
    place: Place
    text: str
    slots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """Which variant of a block was taken: its number, of how many, and where it stands; 0 where none could be."""

    block: str
    number: int
    of: int
    place: Place


@dataclass(frozen=True, slots=True)
class Spoken:
    """One step in one language. `size` is the message's length against `most`: characters in Chinese, words else."""

    language: str
    step: Step
    day: str
    size: int
    most: int
    taken: tuple[Taken, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True)
class _Maker(Steps):
    """Makes steps, and keeps the play as adapted and the slots that they were made with."""

    used: list[tuple[Play, Slots]] = field(default_factory=list)

    def worded(
        self, play: Play, hand: Hand, trace: Trace, picked: Picked, timing: Timing, days: tuple[object, object],
        slots: Slots,
    ) -> Step:  # fmt: skip
        self.used.append((play, slots))
        return super().worded(play, hand, trace, picked, timing, days, slots)  # type: ignore[arg-type]


def spoken(maker: Steps, printer: Printer, play: Play, hand: Hand, trace: Trace) -> Spoken:
    """What a play says in a language.

    Args: maker – of the account's steps, in whatever language; printer – of the language wanted; play, hand, trace –
    what fired, for whom, and its proof.
    Raises: AdvisorError – a line is no template, or reads a name that does not exist.
    """
    own = {one.name: getattr(maker, one.name) for one in fields(Steps)}
    speaking = _Maker(**{**own, "printer": printer})
    today = speaking.facts.as_of
    step = speaking.step(play, hand, trace, (today, None))
    adapted, slots = speaking.used[-1]
    words = adapted.words[printer.language]
    blocks = [one.name for one in fields(Words) if one.name != _NOBODY or not step.person.contact_id]
    return Spoken(
        printer.language,
        step,
        day_of(step, today, printer),
        length(step.message, printer.language),
        MOST[printer.language],
        tuple(_taken(block, getattr(words, block), slots) for block in blocks if block in _VARIANTS[:2]),
        tuple(one for block in blocks for one in _left_out(block, getattr(words, block), slots)),
    )


def length(text: str, language: str) -> int:
    """Characters of a Chinese text, words of another."""
    return len(text.strip()) if language == "zh" else len(text.split())


def _taken(block: str, lines: tuple[Line, ...], slots: Slots) -> Taken:
    for number, line in enumerate(lines, 1):
        if render(line, slots.look):
            return Taken(block, number, len(lines), line.place)
    return Taken(block, 0, len(lines), Place())


def _left_out(block: str, lines: tuple[Line, ...], slots: Slots) -> Iterator[LeftOut]:
    """Lines with a slot of which nothing is known; of variants, those before the one that was taken."""
    for line in lines:
        text = render(line, slots.look)
        if text is None:
            yield LeftOut(block, line.place, line.text, tuple(_unknown(line, slots)))
        elif text and block in _VARIANTS:
            return


def _unknown(line: Line, slots: Slots) -> Iterator[str]:
    for name in needed(line.text):
        slot = slots.look(name)
        if slot is None or not slot.value.known or slot.text == "":
            yield name
