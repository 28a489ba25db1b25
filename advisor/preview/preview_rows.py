"""A preview as titles and rows, which text and HTML lay out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from advisor.advice.wording import Printer
from advisor.core.model import Problem
from advisor.messages import message
from advisor.preview.preview import Preview, View
from advisor.preview.spoken import LeftOut, Spoken

PLAIN, LOUD, SOFT, GONE = "", "loud", "soft", "gone"
_ENDS = ".?!\u3002\uff1f\uff01"


@dataclass(frozen=True, slots=True)
class Part:
    """One row of a language's column: its label and lines, each with how it is to be shown."""

    label: str
    lines: tuple[tuple[str, str], ...]


def heading(found: Preview, printer: Printer) -> tuple[str, str]:
    """The play's code and title; its file, status and the day."""
    play = found.play
    day = f"{printer.word('as_of')} {printer.full_date(printer.as_of)}"
    if play is None:
        return found.path, day
    title = printer.word("preview.title", code=play.code, title=printer.label(play.title))
    status = printer.word(f"preview.status.{play.status}")
    return title, printer.word("join").join([play.place.path, status, day])


def problems(found: Preview, language: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Problems of the play's own file with their hints, and the first ones of other files."""
    own = [_told(one, language) for one in found.own]
    return own, [_told(one, language)[0] for one in found.others[:3]]


def _told(problem: Problem, language: str) -> tuple[str, str]:
    text, hint = message(problem, language)
    return f"{problem.place}: {problem.level} {problem.code} {text}", hint


def title(view: View, number: int, of: int, printer: Printer) -> str:
    """A view's title in the language of the whole page."""
    name = view.title.get(printer.language) or next(iter(view.title.values()))
    return printer.word(f"preview.{view.kind}", n=number, of=of, title=name)


def below(view: View, printer: Printer) -> Iterator[str]:
    """What stands under a view's title: where the case stands, what is changed, what holds it back."""
    if view.kind == "case":
        yield str(view.place)
    if view.changed:
        yield printer.word("preview.changed", place=view.changed)
    if view.note.get(printer.language):
        yield view.note[printer.language]


def view_problems(view: View, language: str) -> list[str]:
    """What is wrong in a view, each problem with its hint."""
    return [" → ".join(part for part in _told(one, language) if part) for one in view.problems]


def reach(found: Preview, printer: Printer) -> list[str]:
    """How many accounts the play reaches, and which it nearly does."""
    reached = found.reached
    if reached is None:
        return []
    cut = reached.looked < reached.of
    lines = [
        printer.word(
            "preview.reach_cut" if cut else "preview.reach", n=reached.number, of=reached.of, looked=reached.looked
        )
    ]
    return lines + ([printer.word("preview.no_near")] if not found.accounts and not found.near else [])


def column(one: Spoken, printer: Printer) -> list[Part]:
    """One language of a view; a part with nothing to say is left out, but for the message."""
    step, word = one.step, printer.word
    see = _ended(step.person.text, printer) + "".join(word("then", who=person.text) for person in step.then)
    see += word("not_first", who=str(printer.words["list"]).join(step.not_first)) if step.not_first else ""
    pairs = tuple(line for they, we in step.if_they_say for line in _pair(they, we, printer))
    parts = [
        ("headline", [(step.headline, PLAIN), *_variant(one, "headline", printer)]),
        ("day", [(one.day, PLAIN)]),
        ("see", [(see, PLAIN)]),
        ("say", _say(one, printer)),
        ("ask", _plain(step.ask)),
        ("if_they_say", _plain(pairs)),
        ("do_not", _plain(step.do_not)),
        ("do", _plain(step.steps)),
        ("done_when", _plain((step.done_when,))),
        ("why", _plain(step.because_text)),
        ("left_out", [(_left_out(gone, printer), GONE) for gone in one.left_out]),
    ]
    return [Part(word(f"preview.{key}"), tuple((text, how) for text, how in lines if text)) for key, lines in parts]


def _ended(text: str, printer: Printer) -> str:
    return text if not text or text[-1] in _ENDS else text + printer.word("stop")


def _pair(they: str, we: str, printer: Printer) -> tuple[str, str]:
    return printer.word("preview.they", text=they), printer.word("preview.we", text=we)


def _plain(texts: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(text, PLAIN) for text in texts]


def _say(one: Spoken, printer: Printer) -> list[tuple[str, str]]:
    """The message and its variant; where there is nobody to say it to, that alone."""
    person = one.step.person
    if not (one.step.message or person.contact_id or person.name):
        return [(printer.word("preview.no_message"), SOFT)]
    return [*_message(one, printer), *_variant(one, "message", printer)]


def _message(one: Spoken, printer: Printer) -> Iterator[tuple[str, str]]:
    if not one.step.message:
        return
    left, right = printer.words["quote"]
    long = one.size > one.most
    yield f"{left}{one.step.message}{right}", PLAIN
    yield (
        printer.word("preview.too_long" if long else "preview.size", size=one.size, most=one.most),
        LOUD if long else SOFT,
    )


def _variant(one: Spoken, block: str, printer: Printer) -> Iterator[tuple[str, str]]:
    """Which variant was taken, where there is more than one."""
    taken = next(taken for taken in one.taken if taken.block == block)
    if taken.of > 1 and taken.number:
        place = printer.word("preview.at", line=taken.place.line)
        yield printer.word("preview.variant", number=taken.number, of=taken.of, place=place), SOFT
    elif not taken.number:
        yield printer.word("preview.no_variant", of=taken.of), LOUD


def _left_out(gone: LeftOut, printer: Printer) -> str:
    place = printer.word("preview.at", line=gone.place.line)
    slots = str(printer.words["list"]).join("{{ " + name + " }}" for name in gone.slots)
    return printer.word("preview.line", place=place, block=printer.word(f"preview.words.{gone.block}"), slots=slots)
