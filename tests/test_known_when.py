"""What is surely known when a condition holds, and which texts can then be said."""

from __future__ import annotations

import pytest
from support import bundled

from advisor.advice.templates import needed
from advisor.bench.known_when import KnownWhen
from advisor.content.read_conditions import Scope, read_node
from advisor.core.model import Problem
from advisor.core.tree import Node
from advisor.core.yaml_in import parse

SURE = {
    "{stage: core}": {"stage"},
    "{stage: is known}": {"stage"},
    "{plan_on: is none}": set(),
    "{stage: core, tier: large}": {"stage", "tier"},
    "{stage: core, unless: {tier: large}}": {"stage"},
    "{surely: {stage: core}}": {"stage"},
    "{is_ka: true}": {"is_ka", "tier"},  # a key account is so by its tier
    "{not: {is_ka: true}}": {"is_ka"},  # not one by its tier, or by having left
    "{not: {credit: good}}": {"credit"},
    "{not: {plan_on: older than 365 days}}": set(),  # true as well where there is known to be no plan
    "{any: [{stage: core}, {stage: new, tier: large}]}": {"stage"},
    "{any: [{stage: core}, {tier: large}]}": set(),
    "{days_since_contact: more than 45 days}": {"days_since_contact", "last_met_on"},  # made of the day
    "{some opportunity: {amount: more than $annual_sales}}": {"annual_sales"},
    "{no opportunity: {open: true}}": set(),
    "{count complaint: {where: {kind: supply_late}, at_least: 3}}": set(),
    "{annual_sales: more than $expected_sales}": {"annual_sales", "expected_sales"},
}


def node(text: str) -> Node:
    problems: list[Problem] = []
    content = bundled()
    found = read_node(parse(text, "test.yaml")[0], Scope(content.vocabulary, content.policy, ("account",), problems))
    assert problems == []
    return found


@pytest.mark.parametrize(("text", "sure"), SURE.items())
def test_what_is_surely_known(text: str, sure: set[str]) -> None:
    worlds = KnownWhen(bundled()).worlds(node(text))
    always = frozenset.intersection(*worlds)
    assert sure <= {one[1] for one in always if isinstance(one, tuple)}
    asked = {"stage", "credit", "plan_on", "annual_sales", "expected_sales"}
    assert {one[1] for one in always if isinstance(one, tuple)} & asked == sure & asked


def test_a_way_to_hold_is_a_world_of_its_own() -> None:
    worlds = KnownWhen(bundled()).worlds(node("{any: [{stage: core}, {annual_sales: more than 0}]}"))
    assert {frozenset(one[1] for one in world if isinstance(one, tuple)) for world in worlds} == {
        frozenset({"stage"}),
        frozenset({"annual_sales"}),
    }


@pytest.mark.parametrize(
    ("text", "names"),
    {
        "{{ a }}, {{ b.c }}": ("a", "b.c"),
        "{% if a %}{{ a }}{% else %}{{ b }}{% endif %}": ("b",),
        "{% if a == 'x' %}{{ a }} {{ c }}{% endif %}": ("c",),
        "{% if a and b %}{{ a }} {{ b }}{% endif %}": (),
        "{% if a or b %}{{ a }}{% endif %}": ("a",),
        "{% if not a %}none{% else %}{{ a }}{% endif %}": (),
        "{% if a %}x{% elif b %}{{ a }} {{ b }}{% endif %}": ("a",),
    }.items(),
)
def test_what_a_line_needs(text: str, names: tuple[str, ...]) -> None:
    assert needed(text) == names
