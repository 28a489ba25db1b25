"""Choices in messages: each as it is written, with its label in the reader's language."""

from __future__ import annotations

from pathlib import Path

import pytest
from overlay import planted

from advisor.bench.check import check
from advisor.content.choice_words import listed
from advisor.content.kept import load
from advisor.core.vocabulary import Choices
from advisor.messages import message

SILENCE = "playbooks/retention/ask-why-orders-stopped.yaml"


def test_a_label_that_says_the_same_is_left_out() -> None:
    choices = Choices(
        "x", {"core": {"zh": "核心", "en": "Core account"}, "not_yet": {"zh": "还没", "en": "Not yet"}, "z": {}}
    )
    assert listed(choices) == {"zh": "core（核心）、not_yet（还没）、z", "en": "core (core account), not_yet, z"}
    assert listed(choices, ["not_yet"])["zh"] == "not_yet（还没）"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [("first: [user,", "first: [usr,", "unknown-word"), ("person: user", "person: usr", "case-nobody-such")],
)
def test_a_wrong_role_is_answered_with_labels(tmp_path: Path, old: str, new: str, code: str) -> None:
    planted(tmp_path, SILENCE, old, new)
    problem = next(one for one in check(load(tmp_path)) if one.code == code)
    assert "purchaser（采购）" in message(problem, "zh")[1] and "technical, " not in message(problem, "zh")[1]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("[new, regular, core,", "[new, regular, coer,", "unknown-choice"),
        ("stage: [new, regular, core, strategic_partner]", "stage: more than core", "choices-without-order"),
    ],
)
def test_a_wrong_choice_is_answered_with_labels(tmp_path: Path, old: str, new: str, code: str) -> None:
    planted(tmp_path, SILENCE, old, new)
    (problem,) = (one for one in load(tmp_path).problems if one.code == code)
    assert "core（核心客户）、" in message(problem, "zh")[1]
    assert "core (core account), " in message(problem, "en")[1]
