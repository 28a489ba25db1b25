"""Conditions in words of the trainer's own language are answered with the form that conditions take."""

from __future__ import annotations

import pytest
from support import bundled

from advisor.content.read_conditions import Scope, read_node
from advisor.core import yaml_in
from advisor.core.model import Problem


def near(condition: str, about: str = "account") -> tuple[str, str]:
    item, problems = yaml_in.parse(condition, "play.yaml")
    found: list[Problem] = list(problems)
    read_node(item, Scope(bundled().vocabulary, bundled().policy, (about,), found))
    (one,) = found
    return one.code, str(one.details.get("near") or one.details.get("write", ""))


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("undelivered_amount: 不少于 5", "at least 5"),
        ("undelivered_amount: 超过5万", "more than 50000"),
        ("undelivered_amount: 5万以上", "at least 50000"),
        ("days_since_contact: 超过 60天", "more than 60 days"),
        ("days_since_contact: 60天以上", "at least 60 days"),
        ("days_since_contact: 不超过2个月", "at most 2 months"),
        ("quiet_until: 最近30天", "within last 30 days"),
        ("quiet_until: 超过 60天", "older than 60 days"),
        ("on_time_ratio: 大于5%", "more than 5%"),
        ("on_time_ratio: 90%及以上", "at least 90%"),
    ],
)
def test_an_operator_in_chinese_gets_the_english_form(written: str, wanted: str) -> None:
    assert near(written) == ("unknown-operator", wanted)


def test_a_span_in_chinese_gets_the_english_unit() -> None:
    assert near("days_since_contact: 60天") == ("wrong-unit", "60 days")
    assert near("days_since_contact: 2个月") == ("wrong-unit", "2 months")


def test_words_that_are_no_operator_are_not_guessed() -> None:
    assert near("days_since_contact: 早就过了 5") == ("unknown-operator", "")
