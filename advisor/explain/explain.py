"""Why a play is advised, why not, and the smallest change that would turn it round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from advisor.advice.advise import Advisor
from advisor.advice.suppose import suppose
from advisor.advice.wording import Printer
from advisor.content.plays import ACTIVE, Play
from advisor.core.facts import AccountFacts
from advisor.core.model import Row, Value
from advisor.core.reference import Verdict, evaluate
from advisor.core.tree import Node, Rows
from advisor.data.what_if import Assumed
from advisor.explain.explain_edits import Edit, Editor
from advisor.explain.explain_lines import Hand, Line, Teller, Words
from advisor.explain.explain_targets import Plan
from advisor.explain.explain_verify import instead, smallest
from advisor.pages.page_json import plain
from advisor.pages.page_text import WIDTH, width, wrap

MARKS = {True: "✓", False: "✗", None: "?"}
STATES = {True: "fires", False: "silent", None: "unsure"}
_STATES = {True: "holds", False: "fails", None: "unknown"}
JUDGED = frozenset({"condition", "group", "row"})


@dataclass(frozen=True, slots=True)
class Explanation:
    """One play for one subject: its verdict, the lines that led to it, and the smallest change that would turn it.

    `subject` is None where the play is about records of which none is known. `changes` are proved by trial; empty when
    nothing simple would do. `goal` is the verdict that they lead to. `note` says what holds the play back whatever its
    conditions say. `assumed` are facts that somebody supposes, `before` the state that the play has without them;
    `held` if the play is held back with them or without.
    """

    account: Row
    play: Play
    title: str
    heading: str
    subject: Row | None
    verdict: Verdict
    lines: tuple[Line, ...]
    goal: bool
    changes: tuple[Edit, ...]
    note: str = ""
    advised: bool = False
    assumed: tuple[Assumption, ...] = ()
    before: str = ""
    held: bool = False

    @property
    def state(self) -> str:
        return STATES[self.verdict]


@dataclass(frozen=True, slots=True)
class Assumption:
    """A supposed fact in words, as it is supposed, and as it really is."""

    text: str
    fact: Assumed
    was: Value


def explain(advisor: Advisor, account: Row, play: Play) -> tuple[Explanation, ...]:
    """Explain a play for an account.

    Args: advisor – the content, book and settings; account – its row; play – the play asked about.
    Returns: one explanation for each subject of the play: the account, or each of its opportunities.
    """
    facts = advisor.facts(account)
    return tuple(_explained(advisor, facts, play, row, node) for row, node in subjects(facts, play))


def explain_if(advisor: Advisor, account: Row, play: Play, texts: Sequence[str]) -> tuple[Explanation, ...]:
    """Explain a play for an account some of whose facts are supposed to be other ones.

    Args: advisor, account, play – as for `explain`; texts – assignments, `NAME=VALUE`.
    Returns: the explanations over the supposed facts; each tells these, and the state without them.
    Raises: AdvisorError – with everything that is wrong with the assignments.
    """
    supposed = suppose(advisor, account, texts, play.about)
    facts = advisor.facts(account)
    before = {row.id if row else "": _state(advisor, facts, play, row, node) for row, node in subjects(facts, play)}
    pairs = zip(supposed.told(), supposed.assumed, strict=True)
    assumed = tuple(Assumption(text, one, supposed.was(one)) for text, one in pairs)
    found = explain(supposed.advisor, supposed.account, play)
    return tuple(_compared(one, assumed, before) for one in found)


def _state(advisor: Advisor, facts: AccountFacts, play: Play, row: Row | None, node: Node) -> tuple[Verdict, bool]:
    """What the conditions say, and whether something else holds the play back."""
    verdict = evaluate(node, facts, facts.hand(row or facts.account)).verdict
    return verdict, bool(note_on(advisor, advisor.printer, facts.account, play, row, verdict))


def _compared(
    one: Explanation, assumed: tuple[Assumption, ...], before: Mapping[str, tuple[Verdict, bool]]
) -> Explanation:
    verdict, held = before.get(one.subject.id if one.subject else "", before.get("", (False, False)))
    return replace(one, assumed=assumed, before=STATES[verdict], held=held or one.held)


def subjects(facts: AccountFacts, play: Play) -> list[tuple[Row | None, Node]]:
    """What a play is judged on, each with its condition; where it is about records of which none is known, None."""
    rows = facts.rows(play.about)
    return [(row, play.when) for row in rows] if rows else [(None, Rows("some", play.about, play.when))]


def _explained(advisor: Advisor, facts: AccountFacts, play: Play, subject: Row | None, node: Node) -> Explanation:
    words = Words(facts, advisor.content.vocabulary, advisor.printer)
    hand = facts.hand(subject or facts.account)
    trace = evaluate(node, facts, hand)
    goal = trace.verdict is not True
    note = note_on(advisor, advisor.printer, facts.account, play, subject, trace.verdict)
    return Explanation(
        account=facts.account,
        play=play,
        title=advisor.printer.label(play.title),
        heading=_heading(words, play, subject),
        subject=subject,
        verdict=trace.verdict,
        lines=Teller(facts, words, hand[-1]).lines(trace, hand),
        goal=goal,
        changes=_changes(node, words, hand, goal),
        note=note,
        advised=not goal and not note,
        held=bool(note),
    )


def _heading(words: Words, play: Play, subject: Row | None) -> str:
    account = words.facts.account
    about = words.record(subject) if subject and subject is not account else ""
    day = words.word("as_of") + " " + words.printer.full_date(words.facts.as_of)
    parts = (account.text("name") or account.id, about, play.code, day)
    return words.word("join").join(part for part in parts if part)


def _changes(node: Node, words: Words, hand: Hand, goal: bool) -> tuple[Edit, ...]:
    plan = smallest(node, words.facts, hand, goal, words.vocabulary)
    return worded(plan, node, words, hand, goal) if plan else ()


def worded(plan: Plan, node: Node, words: Words, hand: Hand, goal: bool) -> tuple[Edit, ...]:
    """A proved plan in words."""
    facts, vocabulary = words.facts, words.vocabulary
    editor = Editor(words, hand, lambda whole, cell: instead(node, facts, hand, goal, vocabulary, whole, cell))
    return editor.edits(plan)


def note_on(advisor: Advisor, printer: Printer, account: Row, play: Play, subject: Row | None, verdict: Verdict) -> str:
    """Why a play is not advised whatever its conditions say: it is not in force, or the history speaks against it."""
    word, day = printer.word, advisor.settings.as_of
    if play.status != ACTIVE:
        return word(f"explain_{play.status}")
    if play.valid_from and day < play.valid_from:
        return word("explain_early", date=printer.date(play.valid_from))
    if play.valid_to and day > play.valid_to:
        return word("explain_late", date=printer.date(play.valid_to))
    if not verdict or subject is None:
        return ""
    dropped = advisor.history.dropped(account.id, play, (subject.entity, subject.id))
    if dropped is None:
        return ""
    until = printer.date(dropped.until) if dropped.until else ""
    return word("explain_dropped", why=word(f"dropped.{dropped.reason}", until=until))


# --- text ----------------------------------------------------------------------------------------


def text(explanations: tuple[Explanation, ...], printer: Printer) -> str:
    """The explanations for a terminal of 80 columns."""
    return "\n".join("\n".join(_text(one, printer)) + "\n" for one in explanations)


def _text(one: Explanation, printer: Printer) -> Iterator[str]:
    yield from wrap(headline(one, printer), WIDTH)
    yield from wrap(one.heading, WIDTH)
    yield from wrap(one.note, WIDTH)
    yield from _supposed(one, printer)
    yield ""
    for line in one.lines:
        mark = MARKS[line.verdict] if line.kind in JUDGED else "·"
        yield from _hanging("  " * line.depth + mark + " ", line.outcome + line.text)
    yield ""
    if not one.changes:
        yield from wrap(printer.word("explain_no_change"), WIDTH)
        return
    yield from wrap(printer.word(change_key(one)), WIDTH)
    for told in counted(one.changes, printer):
        yield from _hanging("→ ", told)


def counted(edits: tuple[Edit, ...], printer: Printer) -> list[str]:
    """Changes in words, equal ones once with their number."""
    times = Counter(edit.text for edit in edits)
    return [text if n == 1 else printer.word("change_times", what=text, n=n) for text, n in times.items()]


def _supposed(one: Explanation, printer: Printer) -> Iterator[str]:
    if one.assumed:
        yield from ("", printer.word("what_if.title"))
        for assumption in one.assumed:
            yield from _hanging("· ", assumption.text)
        yield from wrap(difference(one, printer), WIDTH)


def headline(one: Explanation, printer: Printer) -> str:
    """The first line: the play and whether it is advised; where it is held back, what its conditions say."""
    return printer.word(f"explain_{'held_' if one.note else ''}{one.state}", title=one.title)


def difference(one: Explanation, printer: Printer) -> str:
    """What the supposed facts change: the advice, or the conditions alone where the play is held back anyway."""
    states = "conditions" if one.held else "states"
    before, after = (printer.word(f"what_if.{states}.{state}") for state in (one.before, one.state))
    return printer.word("what_if.same" if before == after else "what_if.change", before=before, after=after)


def change_key(one: Explanation) -> str:
    head = "explain_held_change" if one.held else "explain_change"
    if not one.goal:
        return f"{head}_silent"
    return f"{head}_find" if all(edit.kind == "find" for edit in one.changes) else head


def _hanging(head: str, body: str) -> list[str]:
    lines = wrap(body, WIDTH - width(head))
    return [(head if n == 0 else " " * width(head)) + line for n, line in enumerate(lines)]


# --- json ----------------------------------------------------------------------------------------


def record(one: Explanation) -> dict[str, Any]:
    """One explanation as plain data."""
    subject = one.subject
    return {
        "account": {"id": one.account.id, "name": one.account.text("name") or one.account.id},
        "play": one.play.path,
        "code": one.play.code,
        "title": one.title,
        "subject": {"entity": one.play.about, "id": subject.id if subject else None},
        "verdict": one.verdict,
        "state": one.state,
        "advised": one.advised,
        "status": one.play.status,
        **_before(one),
        "lines": [_line(line) for line in one.lines],
        "change": {"to": one.goal, "verified": bool(one.changes), "edits": [edit_record(edit) for edit in one.changes]},
        "note": one.note,
    }


def _before(one: Explanation) -> dict[str, Any]:
    """What is supposed, and the state without it."""
    if not one.assumed:
        return {}
    return {"before": one.before, "assumed": [_assumption(assumed) for assumed in one.assumed]}


def _assumption(one: Assumption) -> dict[str, Any]:
    fact, was = one.fact, plain(one.was.data)
    where = {"entity": fact.entity, "id": fact.id, "fact": fact.field, "new": fact.new}
    return {**where, "text": one.text, **_value(fact.value), "was": was, "was_known": str(one.was.state)}


def _line(line: Line) -> dict[str, Any]:
    found = {"depth": line.depth, "kind": line.kind, "text": line.text}
    found |= {"mark": _STATES[line.verdict]} if line.kind in JUDGED else {}
    found |= {"fact": line.fact} if line.fact else {}
    found |= {"op": line.op, "limit": plain(line.limit)} if line.op else {}
    if line.kind in ("condition", "fact"):
        found |= {**_value(line.value), "shown": line.shown, "origin": str(line.value.origin)}
        found |= {"source": line.value.source, "record": line.record}
    return found


def _value(value: Value) -> dict[str, Any]:
    return {"value": plain(value.data), "known": str(value.state)}


def edit_record(edit: Edit) -> dict[str, Any]:
    """One change as plain data."""
    found: dict[str, Any] = {"kind": edit.kind, "text": edit.text, "entity": edit.entity, "id": edit.id or None}
    if edit.value is not None:
        was = plain(edit.was.data) if edit.was else None
        found |= {"fact": edit.fact, **_value(edit.value), "was": was, "derived": edit.derived}
    found |= {"facts": [edit_record(part) for part in edit.parts]} if edit.parts else {}
    found |= {"through": [edit_record(part) for part in edit.through]} if edit.through else {}
    return found
