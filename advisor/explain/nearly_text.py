"""What nearly fires on an account, for a terminal of 80 columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from advisor.advice.wording import Printer
from advisor.explain.explain_edits import Edit
from advisor.explain.nearly import Overview, Standing
from advisor.pages.page_text import WIDTH, hanging, wrap

_STOPS = ".\u3002"


def text(found: Overview, assumed: tuple[str, ...], printer: Printer) -> str:
    """The overview as lines of text; `assumed` are supposed facts in words."""
    lines = [*wrap(title(found, printer), WIDTH), f"{printer.word('as_of')} {printer.full_date(printer.as_of)}"]
    if assumed:
        lines += ["", printer.word("what_if.title"), *(line for one in assumed for line in hanging("· ", one))]
    for heading, standings, rest in parts(found, printer):
        lines += ["", heading]
        lines += [line for one in standings for line in _standing(one, printer)]
        lines += [f"  {rest}"] if rest else []
    lines += ["", *(line for note in notes(found, printer) for line in wrap(note, WIDTH))]
    return "\n".join(lines) + "\n"


def title(found: Overview, printer: Printer) -> str:
    return printer.word("nearly.title", account=found.name)


def parts(found: Overview, printer: Printer) -> Iterator[tuple[str, tuple[Standing, ...], str]]:
    """The lists, each with its heading and what is said at its end; what is held back only where there is any."""
    held = tuple(one for one in found.fires if one.note)
    for key, standings, cut in (
        ("fires", tuple(one for one in found.fires if not one.note), 0),
        *((("held", held, 0),) if held else ()),
        ("unsure", found.unsure, found.unsure_cut),
        ("nearly", found.nearly, found.nearly_cut),
    ):
        rest = printer.word("nearly.cut", n=cut) if cut else "" if standings else printer.word("nearly.nothing")
        yield printer.word(f"nearly.{key}", n=len(standings) + cut), standings, rest


def notes(found: Overview, printer: Printer) -> list[str]:
    """What stands at the foot."""
    far = [printer.word("nearly.far", n=found.far)] if found.far else []
    return [*far, printer.word("nearly.why", account=found.account.id)]


def called(one: Standing, printer: Printer) -> str:
    """A play's title, with the deal that it is about."""
    return printer.word("nearly.deal", title=one.title, deal=one.deal) if one.deal else one.title


def below(one: Standing, printer: Printer) -> list[str]:
    """What is told under a play: the smallest change, or the facts to find out; what else holds it back."""
    change = printer.word("explain_items").join(each(one.changes, printer))
    if not change and one.unknown:
        change = printer.word("nearly.find", facts=str(printer.words["list"]).join(one.unknown))
    return [line for line in (change, one.note) if line]


def each(edits: tuple[Edit, ...], printer: Printer) -> list[str]:
    """Changes in short, equal ones counted."""
    counted = Counter((edit.brief or edit.text).rstrip(_STOPS) for edit in edits)
    return [text if n == 1 else printer.word("change_times", what=text, n=n) for text, n in counted.items()]


def _standing(one: Standing, printer: Printer) -> list[str]:
    mark = printer.word("urgent") if one.urgency == 1 else ""
    head = f"  {one.play.code}  "
    lines = hanging(head, " ".join(part for part in (called(one, printer), mark) if part))
    arrow = " " * len(head) + "→ "
    return [*lines, *(line for told in below(one, printer) for line in hanging(arrow, told))]
