"""What can be seen of cases without running them: facts that nobody knows, reasons that the play never reads."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.bench.case_facts import facts_of_case
from advisor.content.choice_words import listed
from advisor.content.content import Content
from advisor.content.plays import Case, Play
from advisor.core.model import Place, Problem
from advisor.core.tree import Count, Latest, Node, Rows, names, walk
from advisor.core.vocabulary import nearest

_HISTORY = "history"  # with it, what became of earlier advice can be the reason as well
_PEOPLE = ("id", "name", "salutation")


def check_cases(content: Content) -> Iterator[Problem]:
    """Every such mistake in the cases of all plays, each place once: `same_as` repeats what an earlier case gives."""
    for play in content.plays:
        told: set[tuple[str, Place]] = set()
        reads = _reads(play.when)
        for case in play.cases:
            for problem in (*_given(play, case, content), *_because(case, reads), *_person(case, content)):
                if (problem.code, problem.place) not in told:
                    told.add((problem.code, problem.place))
                    yield problem


def _given(play: Play, case: Case, content: Content) -> list[Problem]:
    return facts_of_case(play, case, content.vocabulary)[1]


def _reads(node: Node) -> set[str]:
    """The names that a case may give as its reason: as blame.named, for the whole condition."""
    found: set[str] = set()
    for part in walk(node):
        if isinstance(part, Rows | Count | Latest):
            found |= {part.entity, f"count {part.entity}"}
    for name in names(node):
        found |= {name.field, str(name)}
    return found


def _because(case: Case, reads: set[str]) -> Iterator[Problem]:
    if case.because and case.because not in reads and not case.given.get(_HISTORY):
        details = {"name": case.because, "near": nearest(case.because, reads), "known": ", ".join(_short(reads))}
        yield Problem("case-reason-not-read", case.where("because"), "error", details)


def _short(reads: set[str]) -> list[str]:
    return sorted(name for name in reads if "." not in name and " " not in name)


def _person(case: Case, content: Content) -> Iterator[Problem]:
    """Whom to see is named by role, or as a contact that the case gives."""
    field = content.vocabulary.field("contact", "buying_roles")
    choices = field.choices if field else None
    roles = tuple(choices.labels) if choices else ()
    given = case.given.get("contacts")
    rows = given.each() if given else []
    known = {str(one.value) for row in rows for key in _PEOPLE if (one := row.get(key))}
    if case.person and case.person not in {*roles, *known}:
        near = nearest(case.person, {*roles, *known})
        details = {"name": case.person, "known": listed(choices) if choices else "", "near": near}
        yield Problem("case-nobody-such", case.where("person"), "error", details)
