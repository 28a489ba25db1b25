"""A preview for the terminal: both languages side by side where it is wide enough, else one below the other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from advisor.advice.wording import Printer
from advisor.pages.page_text import WIDTH, width, wrap
from advisor.preview.preview import Preview, View
from advisor.preview.preview_rows import LOUD, SOFT, Part, below, column, heading, problems, reach, title, view_problems

WIDE = 120
_GAP = " │ "
_RULE = "─"
_OPEN = ("(", "\uff08")


def text(found: Preview, printers: dict[str, Printer], language: str, columns: int = WIDTH) -> str:
    """A preview as lines of text.

    Args: found – the preview; printers – by language, in the order of the columns; language – of titles and problems;
    columns – how wide the terminal is.
    """
    printer, wide = printers[language], columns >= WIDE
    room = columns if wide else min(columns, WIDTH)
    head, file = heading(found, printer)
    lines = [*wrap(head, room), *wrap(file, room), *_problems(found, printer, room)]
    before: list[list[Part]] = []
    for views in (found.cases, found.accounts):
        if views is found.accounts:
            lines += [line for one in reach(found, printer) for line in ("", *wrap(one, room))]
        for number, view in enumerate(views, 1):
            lines += ["", _RULE * room, *wrap(title(view, number, len(views), printer), room)]
            lines += [line for one in below(view, printer) for line in wrap(one, room)]
            lines += [line for one in view_problems(view, language) for line in _hanging("! ", one, room)]
            every = [column(one, printers[one.language]) for one in view.spoken]
            shown = _without_repeats(every, before, [printers[one.language] for one in view.spoken])
            lines += _columns(shown, room) if wide else _stacked(shown, view, printers, room)
            before = every or before
        if views is found.cases and found.play and found.reached and not views:
            lines += ["", printer.word("preview.no_cases")]
    return "\n".join([*lines, *_near(found, printer, room)]) + "\n"


def _problems(found: Preview, printer: Printer, room: int) -> Iterator[str]:
    own, others = problems(found, printer.language)
    for told, hint in own:
        yield from ("", *wrap(told, room))
        yield from _hanging("  → ", hint, room) if hint else ()
    if own and not found.reached:
        yield from ("", printer.word("preview.repair"))
    if others:
        yield from ("", *wrap(printer.word("preview.others", n=len(found.others)), room))
        for told in others:
            yield from _hanging("  ", told, room)


def _near(found: Preview, printer: Printer, room: int) -> Iterator[str]:
    for one in found.near:
        yield from ("", *wrap(printer.word("preview.near", title=one.title[printer.language]), room))
        for change in one.changes[printer.language]:
            yield from _hanging("  → ", change, room)


def _hanging(head: str, body: str, room: int) -> list[str]:
    lines = wrap(body, room - width(head))
    return [(head if n == 0 else " " * width(head)) + line for n, line in enumerate(lines)]


# --- columns -------------------------------------------------------------------------------------


def _without_repeats(every: list[list[Part]], before: list[list[Part]], printers: list[Printer]) -> list[list[Part]]:
    """Parts that stand above in the same words, in all languages, are left out; it is said that there are some."""
    if not (every and before):
        return every
    new = [n for n in range(len(every[0])) if any(own[n] != old[n] for own, old in zip(every, before, strict=True))]
    if len(new) == len(every[0]):
        return every
    rest = [Part("", ((printer.word("preview.same"), SOFT),)) for printer in printers]
    return [[*(parts[n] for n in new), one] for parts, one in zip(every, rest, strict=True)]


def _stacked(every: list[list[Part]], view: View, printers: dict[str, Printer], room: int) -> Iterator[str]:
    for one, parts in zip(view.spoken, every, strict=True):
        yield from ("", f"[{printers[one.language].word('preview.language')}]")
        for part in parts:
            yield from _part(part, room, _widest(parts))


def _columns(every: list[list[Part]], room: int) -> Iterator[str]:
    """Both languages, part by part at the same height."""
    each = (room - width(_GAP) * (len(every) - 1)) // max(len(every), 1)
    yield ""
    for parts in zip(*every, strict=True):
        cells = [_part(part, each, _widest(own)) for part, own in zip(parts, every, strict=True)]
        for line in itertools.zip_longest(*cells, fillvalue=""):
            yield _GAP.join(one + " " * (each - width(one)) for one in line).rstrip()


def _widest(parts: list[Part]) -> int:
    return max((width(part.label) for part in parts), default=0) + 2


def _part(part: Part, room: int, indent: int) -> list[str]:
    lines: list[str] = []
    for told, how in part.lines:
        bare = how != SOFT or told.startswith(_OPEN)
        marked = f"! {told}" if how == LOUD else told if bare else f"({told})"
        label = part.label if not lines else ""
        lines += _hanging(label + " " * (indent - width(label)), marked, room)
    return lines
