"""Why a play is advised, why not, and the smallest change that would turn it round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from advisor.advice.advise import Advisor
from advisor.advice.wording import Printer
from advisor.content.plays import Play
from advisor.core.facts import AccountFacts
from advisor.core.model import Row, Value
from advisor.core.reference import Verdict, evaluate
from advisor.core.tree import Node, Rows
from advisor.explain.explain_edits import Edit, Editor
from advisor.explain.explain_lines import Hand, Line, Teller, Words
from advisor.explain.explain_verify import instead, smallest
from advisor.pages.page_json import plain
from advisor.pages.page_text import WIDTH, width, wrap

_MARKS = {True: "✓", False: "✗", None: "?"}
_VERDICTS = {True: "fires", False: "silent", None: "unsure"}
_STATES = {True: "holds", False: "fails", None: "unknown"}
_JUDGED = frozenset({"condition", "group", "row"})


@dataclass(frozen=True, slots=True)
class Explanation:
    """One play for one subject: its verdict, the lines that led to it, and the smallest change that would turn it.

    `subject` is None where the play is about records of which none is known. `changes` are proved by trial; empty when
    nothing simple would do. `goal` is the verdict that they lead to. `note` says what else holds the play back.
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


def explain(advisor: Advisor, account: Row, play: Play) -> tuple[Explanation, ...]:
    """Explain a play for an account.

    Args: advisor – the content, book and settings; account – its row; play – the play asked about.
    Returns: one explanation for each subject of the play: the account, or each of its opportunities.
    """
    facts = advisor.facts(account)
    rows = facts.rows(play.about)
    if rows:
        return tuple(_explained(advisor, facts, play, row, play.when) for row in rows)
    return (_explained(advisor, facts, play, None, Rows("some", play.about, play.when)),)


def _explained(advisor: Advisor, facts: AccountFacts, play: Play, subject: Row | None, node: Node) -> Explanation:
    words = Words(facts, advisor.content.vocabulary, advisor.printer)
    hand = facts.hand(subject or facts.account)
    trace = evaluate(node, facts, hand)
    goal = trace.verdict is not True
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
        note=_note(advisor, facts.account, play, subject) if subject and not goal else "",
    )


def _heading(words: Words, play: Play, subject: Row | None) -> str:
    account = words.facts.account
    about = words.record(subject) if subject and subject is not account else ""
    day = words.word("as_of") + " " + words.facts.as_of.isoformat()
    parts = (account.text("name") or account.id, about, play.code, day)
    return words.word("join").join(part for part in parts if part)


def _changes(node: Node, words: Words, hand: Hand, goal: bool) -> tuple[Edit, ...]:
    facts, vocabulary = words.facts, words.vocabulary
    plan = smallest(node, facts, hand, goal, vocabulary)
    if plan is None:
        return ()
    editor = Editor(words, hand, lambda whole, cell: instead(node, facts, hand, goal, vocabulary, whole, cell))
    return editor.edits(plan)


def _note(advisor: Advisor, account: Row, play: Play, subject: Row) -> str:
    """What the history says against a play that fires."""
    dropped = advisor.history.dropped(account.id, play, (subject.entity, subject.id))
    if dropped is None:
        return ""
    until = advisor.printer.date(dropped.until) if dropped.until else ""
    why = advisor.printer.word(f"dropped.{dropped.reason}", until=until)
    return advisor.printer.word("explain_dropped", why=why)


# --- text ----------------------------------------------------------------------------------------


def text(explanations: tuple[Explanation, ...], printer: Printer) -> str:
    """The explanations for a terminal of 80 columns."""
    return "\n".join("\n".join(_text(one, printer)) + "\n" for one in explanations)


def _text(one: Explanation, printer: Printer) -> Iterator[str]:
    yield from wrap(printer.word(f"explain_{_VERDICTS[one.verdict]}", title=one.title), WIDTH)
    yield from wrap(one.heading, WIDTH)
    yield ""
    for line in one.lines:
        mark = _MARKS[line.verdict] if line.kind in _JUDGED else "·"
        yield from _hanging("  " * line.depth + mark + " ", line.text)
    if one.note:
        yield from ("", *wrap(one.note, WIDTH))
    yield ""
    if not one.changes:
        yield from wrap(printer.word("explain_no_change"), WIDTH)
        return
    yield from wrap(printer.word(_change_key(one)), WIDTH)
    for edit, number in Counter(edit.text for edit in one.changes).items():
        yield from _hanging("→ ", edit if number == 1 else printer.word("change_times", what=edit, n=number))


def _change_key(one: Explanation) -> str:
    if not one.goal:
        return "explain_change_silent"
    return "explain_change_find" if all(edit.kind == "find" for edit in one.changes) else "explain_change"


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
        "state": _VERDICTS[one.verdict],
        "lines": [_line(line) for line in one.lines],
        "change": {"to": one.goal, "verified": bool(one.changes), "edits": [_edit(edit) for edit in one.changes]},
        "note": one.note,
    }


def _line(line: Line) -> dict[str, Any]:
    found = {"depth": line.depth, "kind": line.kind, "text": line.text}
    found |= {"mark": _STATES[line.verdict]} if line.kind in _JUDGED else {}
    found |= {"fact": line.fact} if line.fact else {}
    found |= {"op": line.op, "limit": plain(line.limit)} if line.op else {}
    if line.kind in ("condition", "fact"):
        found |= {**_value(line.value), "shown": line.shown, "origin": str(line.value.origin)}
        found |= {"source": line.value.source, "record": line.record}
    return found


def _value(value: Value) -> dict[str, Any]:
    return {"value": plain(value.data), "known": str(value.state)}


def _edit(edit: Edit) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": edit.kind, "text": edit.text, "entity": edit.entity, "id": edit.id or None}
    if edit.value is not None:
        was = plain(edit.was.data) if edit.was else None
        found |= {"fact": edit.fact, **_value(edit.value), "was": was, "derived": edit.derived}
    found |= {"facts": [_edit(part) for part in edit.parts]} if edit.parts else {}
    found |= {"through": [_edit(part) for part in edit.through]} if edit.through else {}
    return found
