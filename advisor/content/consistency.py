"""What cannot be true at the same time (`rules/consistency.yaml`): contradictions that are a mistake in the records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from advisor.content.plays import Line
from advisor.core.facts import AccountFacts
from advisor.core.model import Place, Problem, Row
from advisor.core.tree import Node
from advisor.core.vocabulary import Label


@dataclass(frozen=True, slots=True, eq=False)
class Contradiction:
    """One contradiction: whose records, the condition, its name, and the lines to say it in (variants) by language."""

    name: str
    about: str
    when: Node
    label: Label
    message: Mapping[str, tuple[Line, ...]]
    place: Place = field(default=Place(), compare=False)


def contradicted(rules: tuple[Contradiction, ...], facts: AccountFacts) -> Iterator[tuple[Contradiction, Row]]:
    """Every contradiction that an account's records are known to hold, with the record."""
    for rule in rules:
        for row in facts.rows(rule.about) or ():
            if facts.verdict(rule.when, facts.hand(row)) is True:
                yield rule, row


def problem(rule: Contradiction, row: Row, account: Row, language: str) -> Problem:
    """The contradiction as a data problem of its account, named in one language."""
    what = rule.label.get(language) or rule.name
    details = {"record": row.where, "account": account.id, "what": what}
    return Problem("data-contradiction", level="warning", details=details)
