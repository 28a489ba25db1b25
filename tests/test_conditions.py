"""The shared cases of conditions, through every reader."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from advisor.content.read_conditions import read_node
from advisor.core.decide import decider
from advisor.core.reference import evaluate
from advisor.core.tree import Node
from advisor.core.yaml_in import load, parse
from advisor.match.durable_match import DurableMatcher, available
from tests.condition_fixture import AS_OF, condition, scope, subject

CASES = Path(__file__).with_name("condition_cases.yaml")
WORDS = {True: True, False: False, "unknown": None}


@dataclass(frozen=True)
class Case:
    rule: str
    about: str
    node: Node
    given: Any
    verdict: bool | None


def read_cases() -> list[tuple[str, Case]]:
    item, problems = load(CASES, CASES.name)
    assert not problems, problems
    found = []
    for entry in item.each():
        parts = entry.value
        name, about = parts["name"].value, parts["about"].value if "about" in parts else "account"
        node = condition(parts["when"], about)
        for number, pair in enumerate(parts["gives"].each(), 1):
            given, verdict = pair.plain()
            found.append((f"{name} {number}", Case(name, about, node, given, WORDS[verdict])))
    return found


ALL = read_cases()
each_case = pytest.mark.parametrize("case", [case for _, case in ALL], ids=[name for name, _ in ALL])


@cache
def matcher(about: str) -> DurableMatcher:
    """One matcher for all cases about the same kind of subject, so that every case meets every other's condition."""
    return DurableMatcher({case.rule: case.node for _, case in ALL if case.about == about}, AS_OF)


def test_enough_cases() -> None:
    assert len(ALL) >= 120
    assert len({case.rule for _, case in ALL}) == len({id(case.node) for _, case in ALL}), "a name is used twice"


@each_case
def test_reference(case: Case) -> None:
    facts, rows = subject(case.given, case.about)
    assert evaluate(case.node, facts, rows).verdict is case.verdict
    assert decider(case.node)(facts, rows)[0] is case.verdict


@pytest.mark.skipif(not available(), reason="durable-rules does not import here")
@each_case
def test_durable(case: Case) -> None:
    facts, rows = subject(case.given, case.about)
    fired = matcher(case.about).fired(facts, rows)
    assert (case.rule in fired) is (case.verdict is True)
    others = {other.rule: other.node for _, other in ALL if other.about == case.about}
    assert fired == {rule for rule, node in others.items() if evaluate(node, facts, rows).verdict is True}


# --- conditions that must be refused -------------------------------------------------------------

REFUSED = {
    "{stag: lead}": "unknown-fact",
    "{stage: leed}": "unknown-choice",
    "{stage: at least lead}": "choices-without-order",
    "{visits: more than many}": "wrong-type",
    "{visits: [1, x]}": "wrong-type",
    "{visits: {between: [1]}}": "wrong-number-of-operands",
    "{visits: {more_than: [1, 2]}}": "wrong-number-of-operands",
    "{visits: []}": "wrong-number-of-operands",
    "{visits: has 3}": "operator-does-not-fit",
    "{visits: older than 3 days}": "operator-does-not-fit",
    "{team: finance}": "operator-does-not-fit",
    "{visits: {above: 3}}": "unknown-operator",
    "{visits: $policy.fewer}": "unknown-policy",
    "{visits: $visit}": "unknown-fact",
    "{contact.influence: 3}": "unknown-fact",
    "{some contacts: {}}": "unknown-rows",
    "{some account: {}}": "unknown-rows",
    "{count contact: {where: {}}}": "count-without-number",
    "{count contact: {above: 3}}": "unknown-operator",
    "{latest contact: {influence: 3}}": "rows-without-date",
    "{last 3 order: {paid: true}}": "last-without-every",
    "{last 0 order: {every: {paid: true}}}": "last-without-every",
    "{latest order: {every: {paid: true}, amount: 3}}": "unknown-operator",
    "{not: lead}": "condition-not-mapping",
}


@pytest.mark.parametrize(("text", "code"), REFUSED.items())
def test_refused(text: str, code: str) -> None:
    item, problems = parse(f"when: {text}", "test.yaml")
    reading = scope(problems=problems)
    when = item.get("when")
    assert when is not None
    read_node(when, reading)
    assert code in {problem.code for problem in reading.problems}
