"""The rep's page as parts: what text, markdown and HTML alike lay out. At most three cards, one visit a card."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from advisor.advice.advice import Advice, Missing, Step
from advisor.advice.wording import Printer

CARDS = 3
QUESTIONS = 3


@dataclass(frozen=True)
class Card:
    """One visit: the first line, then labelled parts. A part with nothing real to say is left out."""

    number: int
    day: str
    headline: str
    urgent: bool
    mark: str
    between: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Page:
    """One account's page."""

    title: str
    day: str
    warnings: tuple[str, ...]
    cards: tuple[Card, ...]
    closing: tuple[str, ...]
    question: str
    questions: tuple[str, ...]
    more: str
    footer: str


def page(advice: Advice, printer: Printer, everything: bool = False, reader: str = "rep") -> Page:
    """Lay out one account's advice for one kind of reader.

    Args: advice – what is to be said; everything – all cards instead of three; reader – whose steps are shown in full.
    """
    own = [step for step in advice.steps if reader in step.readers]
    visits = _visits(own)
    shown = visits if everything else visits[:CARDS]
    cards = tuple(_card(n, visit, advice, printer) for n, visit in enumerate(shown, 1))
    hidden = len(own) - sum(len(visit) for visit in shown)
    others = len(advice.steps) - len(own)
    questions = _questions(advice)
    few = not cards
    return Page(
        title=printer.word("join").join(advice.heading.values()),
        day=printer.day(advice.as_of),
        warnings=tuple(dict.fromkeys(guard.text for guard in advice.guards)) + advice.notes,
        cards=cards,
        closing=_closing(advice, printer, others, few, bool(questions), reader) + _portfolio(advice, printer, reader),
        question=printer.word("one_question", question=questions[0].question) if questions and not few else "",
        questions=tuple(_question(m.question, m.titles, printer) for m in questions[:QUESTIONS]) if few else (),
        more=printer.word("more", n=hidden) if hidden else "",
        footer=footer(advice.content, printer),
    )


def footer(content: str, printer: Printer) -> str:
    """A page's last line: the day, and which content."""
    return f"{printer.word('as_of')} {printer.full_date(printer.as_of)} · {printer.word('content')} {content[7:19]}"


def _questions(advice: Advice) -> list[Missing]:
    """What to ask, each question once: several facts of a table that nobody gave are filled by one."""
    found: dict[str, Missing] = {}
    for missing in advice.missing:
        if missing.question:
            found.setdefault(missing.question, missing)
    return list(found.values())


def _visits(steps: list[Step]) -> list[list[Step]]:
    found: dict[int, list[Step]] = {}
    for step in steps:
        found.setdefault(step.visit, []).append(step)
    return list(found.values())


def _closing(advice: Advice, printer: Printer, others: int, few: bool, asks: bool, reader: str) -> tuple[str, ...]:
    """With no step: what is known, and one deed where next to nothing is."""
    found = []
    thin = few and asks and "stage" not in advice.marks
    if few:
        found += [printer.word("almost_nothing") if thin else printer.word("nothing"), *advice.known]
    if others:
        found.append(printer.word("for_others" if reader == "rep" else "for_the_rest", n=others))
    if thin:
        found.append(printer.word("first_deed"))
    return tuple(found)


def _portfolio(advice: Advice, printer: Printer, reader: str) -> tuple[str, ...]:
    """What is to be said of the whole book stands on the pages of those whose step it is."""
    steps = [step for step in advice.portfolio if reader in step.readers]
    return tuple(printer.word("portfolio.step", headline=step.headline) for step in steps)


def _question(question: str, titles: tuple[str, ...], printer: Printer) -> str:
    use = printer.word("use", titles=str(printer.words["list"]).join(titles[:2]))
    return printer.word("question_use", question=question, use=use)


def day_of(step: Step, as_of: datetime.date, printer: Printer) -> str:
    """The card's day: today, tomorrow, by a date, or that it is past what was first set."""
    if step.first_due_on < as_of:
        return printer.word("due_overdue", date=printer.date(step.first_due_on))
    ahead = (step.due_on - as_of).days
    if ahead <= 1:
        return printer.word("due_tomorrow" if ahead else "due_today")
    return printer.word("due_by", date=printer.day(step.due_on))


def _card(number: int, visit: list[Step], advice: Advice, printer: Printer) -> Card:
    """One visit. Its first step is told whole, further ones by their first lines: a card fits a phone, JSON has all."""
    head = visit[0]
    parts = [
        ("deal", (_ended(head.about, printer),)),
        ("see", (_see(head, printer),)),
        ("say", _quoted(head.message, printer)),
        ("ask", _lines([step.ask[:2] for step in visit], printer)),
        ("do", _lines([head.steps, *(step.steps[:2] for step in visit[1:])], printer)),
        ("done_when", _lines([(step.done_when,) for step in visit], printer)),
        ("why", _lines([head.because_text, *(step.because_text[:2] for step in visit[1:])], printer)),
        ("do_not", _lines([head.do_not, *(step.do_not[:1] for step in visit[1:])], printer)),
        ("also", _lines([(step.headline,) for step in visit[1:]], printer)),
    ]
    shown = tuple((printer.word(key), lines) for key, lines in parts if any(lines))
    day = day_of(head, advice.as_of, printer)
    return Card(number, day, head.headline, head.urgency == 1, printer.word("urgent"), printer.word("between"), shown)


def _see(step: Step, printer: Printer) -> str:
    text = _ended(step.person.text, printer)
    for person in step.then:
        text += printer.word("then", who=person.text)
    if step.not_first:
        text += printer.word("not_first", who=str(printer.words["list"]).join(step.not_first))
    return text


def _quoted(message: str, printer: Printer) -> tuple[str, ...]:
    left, right = printer.words["quote"]
    return (f"{left}{message}{right}",) if message else ()


def _lines(groups: list[tuple[str, ...]], printer: Printer) -> tuple[str, ...]:
    """The lines of one part over all steps of a visit, each once and ended."""
    return tuple(dict.fromkeys(_ended(line, printer) for group in groups for line in group if line))


def _ended(text: str, printer: Printer) -> str:
    return text if not text or text[-1] in "。.？?！!" else text + printer.word("stop")
