"""Content as bad as it comes: never a traceback, never a hang, always a place.

A thousand files, each a bundled one with its lines or bytes mangled, go through the readers and checks of their kind.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.advice.workspace import Wish, resolve
from advisor.bench.check import check
from advisor.content.cell_words import check_cells, read_words
from advisor.content.content import Content
from advisor.content.lint import check_terms
from advisor.content.overlay_check import check_overlays
from advisor.content.presets import wanted
from advisor.content.read_brief import read_brief
from advisor.content.read_consistency import read_consistency
from advisor.content.read_content import load
from advisor.content.read_lint import read_lint
from advisor.content.read_play import read_guard, read_picking, read_play, read_playbook
from advisor.content.read_portfolio import read_checks
from advisor.content.read_rules import read_derived, read_derived_fields, read_policy, read_vocabulary
from advisor.core import yaml_in
from advisor.core.model import AdvisorError, Problem
from advisor.core.yaml_in import Item
from advisor.data import book as books
from advisor.data.asserted import assert_derived
from advisor.data.mapping import read_mapping
from advisor.messages import message
from tests.support import ROOT, bundled

DAY = datetime.date(2026, 11, 20)
NAME = "mangled.yaml"
Reader = Callable[[Item, list[Problem]], object]


# --- what reads a file of each kind --------------------------------------------------------------


@functools.cache
def bare() -> Content:
    """The bundled content without plays, guards, metrics and outlines, for one part at a time to be checked in."""
    from advisor.content.outline import Outline

    return dataclasses.replace(bundled(), plays=(), guards=(), metrics={}, checks=(), brief=Outline(), problems=())


def _play(item: Item, problems: list[Problem]) -> None:
    content = bare()
    play = read_play(item, "fuzz/play", content.vocabulary, content.policy, problems)
    problems += check_terms(bundled().lint, {"playbooks/fuzz/play.yaml": [item]})
    problems += check(dataclasses.replace(content, plays=(play,) if play else ()))


def _guard(item: Item, problems: list[Problem]) -> None:
    guard = read_guard(item, bare().vocabulary, bare().policy, problems)
    problems += check(dataclasses.replace(bare(), guards=(guard,)))


def _derived(item: Item, problems: list[Problem]) -> None:
    vocabulary = read_derived_fields([item], bare().vocabulary, problems)
    derived = read_derived([item], vocabulary, bare().policy, problems)
    problems += check(dataclasses.replace(bare(), vocabulary=vocabulary, derived=derived))


def _facts_yaml(item: Item, problems: list[Problem]) -> None:
    read_vocabulary(item, problems)


def _overlay(name: str) -> Reader:
    def read(item: Item, problems: list[Problem]) -> None:
        below = yaml_in.load(ROOT / name, name)[0]
        problems += check_overlays({name: [below, item]})
        if name.endswith("policy.yaml"):
            read_policy(item, problems)

    return read


def _brief(item: Item, problems: list[Problem]) -> None:
    outline = read_brief(item, bare().vocabulary, bare().policy, problems)
    problems += check(dataclasses.replace(bare(), brief=outline))


def _portfolio(item: Item, problems: list[Problem]) -> None:
    checks = read_checks(item, bare().vocabulary, bare().policy, problems)
    problems += check(dataclasses.replace(bare(), checks=checks))


def _lint(item: Item, problems: list[Problem]) -> None:
    terms = read_lint(item, problems)
    check_terms(terms, {"rules/words.yaml": [yaml_in.parse("a: text of any kind", NAME)[0]]})


def _people(item: Item, problems: list[Problem]) -> None:
    read_picking(item, bare().vocabulary, bare().policy, problems)


def _cells(item: Item, problems: list[Problem]) -> None:
    read_words(check_cells(item, problems))


def _consistency(item: Item, problems: list[Problem]) -> None:
    found = read_consistency(item, bare().vocabulary, bare().policy, problems)
    problems += check(dataclasses.replace(bare(), contradictions=found))


def _playbook(item: Item, problems: list[Problem]) -> None:
    read_playbook(item, "fuzz")


def _facts(item: Item, problems: list[Problem]) -> None:
    book = books.from_facts(item, bare().vocabulary, DAY, bare().cells)
    problems += assert_derived(book, bare().vocabulary, bare().cells).problems


# ruff: noqa: E501
FACTS = """
as_of: 2026-11-20
account: {id: A1, name: x, stage: core, tier: large, payment_overdue: false}
contacts:
  - {id: C1, name: 李总, buying_roles: [decider], trust: 4, last_met_on: 2026-10-01}
orders:
  - {id: O1, ordered_on: 2026-09-01, amount: 3000.5}
derived: {silence_level: silent}
"""
KINDS: dict[str, tuple[str, Reader]] = {
    "play": ("playbooks/retention/ask-why-orders-stopped.yaml", _play),
    "another play": ("playbooks/buying_process/win-an-open-tender-on-value.yaml", _play),
    "play with rows": ("playbooks/everyday/say-first-that-a-promise-is-late.yaml", _play),
    "guard": ("rules/guards/personal-data.yaml", _guard),
    "derived": ("rules/derived/people.yaml", _derived),
    "more derived": ("rules/derived/deals.yaml", _derived),
    "facts": ("rules/facts.yaml", _facts_yaml),
    "policy": ("rules/policy.yaml", _overlay("rules/policy.yaml")),
    "words": ("rules/words.yaml", _overlay("rules/words.yaml")),
    "brief": ("rules/brief.yaml", _brief),
    "portfolio": ("rules/portfolio.yaml", _portfolio),
    "lint": ("rules/lint.yaml", _lint),
    "people": ("rules/people.yaml", _people),
    "cells": ("rules/cells.yaml", _cells),
    "consistency": ("rules/consistency.yaml", _consistency),
    "playbook": ("playbooks/retention/playbook.yaml", _playbook),
    "facts file": ("", _facts),
}


# --- mangling ------------------------------------------------------------------------------------

VALUES = (
    "", "null", "~", "[]", "{}", "[a, [b, [c]]]", "{a: {b: c}}", "3", "-1", "true", "1.5", "9" * 29, "9" * 6000,
    "99999999999 days", "999999999 days", "0001-01-01", "9999-12-31", "2026-13-45", "text", "'", '"', "| ", "[", "}",
    "$policy.", "$", "$a.b.c", "$as_of", "between and", "between 1 and 2", "more than ", "at least 9" + "9" * 5000,
    "has any of ，，", "is not known", "\x00", "\x07", "\ud800", "\ufeff", "\u2028", "𝒳" * 50, "　", "x" * 60000,
    '"\\0"', '"\\ud800"', "{{ a }}", "'{{ " + "(" * 400 + "'", "'" + "{% if a %}" * 300 + "'", "'{{ a.b.c.d }}'",
    "'{% if a and " + "a and " * 600 + "a %}x{% endif %}'", "&a [*a]", "*nobody", "!!python/object:os.system x",
    "{latest: x}", "{more_than: {at_least: 1}}", "[[[[[[[[]]]]]]]]", "{? [a] : b}", "count", "account.stage", "last 999999999999 order",
)  # fmt: skip
LINES = (
    "\t", "  - ", "a: b", "- a", "…", "%YAML 9.9", "---", "...", "? [a]", "<<: *a", "key_account: 3", "see: 5", "cases: 3", "by: {a: b}",
    "before: {days: x}", "instead: text", "take: [a]", "take: {complaint: {latest: [a]}}", "zh: [a]", "title: 5",
    "not_again_for: 99999999999 days", "card: {code: [a], basis: {a: b}, beside: [[a]], status: {}}", "when: 5",
    "when: {some contact: 3}", "when: {count order: {where: 3}}", "when: {last 99999999999 order: {every: {}}}",
    "for: {a: b}", "urgency: true", "  given: [a]", "    type: [x]", "sections: [a]", "  value: {max: [a]}",
    "  by: 3", "  table: {by: stage, rows: [a]}", "  cases: [a, {when: 3, value: {}}]", "entities: {account: 3}",
)  # fmt: skip
place = st.floats(0, 0.999)
STEP = st.one_of(
    st.tuples(st.sampled_from(["drop", "double", "swap", "deeper", "shallower", "cut", "tab"]), place, place),
    st.tuples(st.just("value"), place, st.sampled_from(VALUES)),
    st.tuples(st.just("key"), place, st.sampled_from(VALUES)),
    st.tuples(st.just("block"), place, st.sampled_from(VALUES)),
    st.tuples(st.just("top"), place, st.sampled_from(LINES)),
    st.tuples(st.just("line"), place, st.sampled_from(LINES)),
    st.tuples(st.just("bytes"), place, st.binary(min_size=1, max_size=6)),
)


def mangled(text: str, steps: list[tuple[str, float, Any]]) -> bytes:
    """The file after some mishaps; places are told as a part of its length."""
    lines = text.splitlines()
    ends: list[tuple[str, float, Any]] = []
    for how, where, what in steps:
        at = int(where * len(lines))
        if how in ("bytes", "cut"):
            ends.append((how, where, what))
        elif lines:
            lines = _blocks(how, at, what, lines)
    data = "\n".join(lines).encode("utf-8", "surrogatepass")
    for how, where, what in ends:
        at = int(where * len(data))
        data = data[:at] + (what + data[at:] if how == "bytes" else b"")
    return data


def _blocks(how: str, at: int, what: Any, lines: list[str]) -> list[str]:
    """One mishap to a line, or to what hangs below a key."""
    if how == "top":
        at = next((n for n, line in enumerate(lines) if line.split(":")[0] == what.split(":")[0]), len(lines))
    if how in ("block", "top"):
        end = at + 1
        while end < len(lines) and len(lines[end]) - len(lines[end].lstrip()) > _deep(
            lines[at] if at < len(lines) else ""
        ):
            end += 1
        new = what if how == "top" else lines[at].partition(":")[0] + f": {what}"
        return [*lines[:at], new, *lines[end:]]
    return [*lines[:at], *_line(how, lines[at], what, lines), *lines[at + 1 :]]


def _deep(line: str) -> int:
    return len(line) - len(line.lstrip())


def _line(how: str, line: str, what: Any, lines: list[str]) -> list[str]:
    start = line[: len(line) - len(line.lstrip())]
    key, colon, value = line.partition(": ")
    if how == "swap":
        return [lines[int(what * len(lines))]]
    if how == "value":
        return [f"{key}: {what}" if colon else f"{line} {what}"]
    return {
        "drop": [], "double": [line, line], "deeper": ["  " + line], "shallower": [line[1:]], "tab": ["\t" + line],
        "key": [f"{start}{what}: {value}"], "line": [line, f"{start}{what}"],
    }[how]  # fmt: skip


@functools.cache
def source(kind: str) -> str:
    """The bundled file; of the two long ones their beginning, which holds every form there is."""
    name = KINDS[kind][0]
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines() if name else FACTS.splitlines()
    return "\n".join(lines[:250])


def told(problems: list[Problem]) -> None:
    """Every problem has a place in the file, and words in both languages that fit a screen."""
    for problem in problems:
        assert problem.place.path, problem
        assert problem.place.line or problem.code in ("unreadable", "yaml-too-large"), problem
        for language in ("zh", "en"):
            text, hint = message(problem, language)
            assert text and len(text) + len(hint) < 6000


@settings(max_examples=930, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(KINDS)), st.lists(STEP, min_size=1, max_size=3))
def test_a_mangled_file_gives_problems_with_places(kind: str, steps: list[tuple[str, float, Any]]) -> None:
    item, problems = yaml_in.read(mangled(source(kind), steps), NAME)
    if not item.is_map:
        item = Item({}, item.place)
    try:
        KINDS[kind][1](item, problems)
    except AdvisorError as error:
        problems += error.problems
    told(problems)


# --- whole folders -------------------------------------------------------------------------------


SMALL = (
    "rules/people.yaml", "rules/cells.yaml", "rules/policy.yaml", "rules/guards/personal-data.yaml",
    "rules/derived/people.yaml", "playbooks/retention/playbook.yaml", "playbooks/retention/ask-why-orders-stopped.yaml",
)  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A content folder of a few files, with the vocabulary as it is."""
    folder = tmp_path_factory.mktemp("small")
    for name in ("rules/facts.yaml", *SMALL):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((ROOT / name).read_bytes())
    return folder


@settings(max_examples=30, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SMALL), st.lists(STEP, min_size=1, max_size=3))
def test_a_workspace_with_a_mangled_file_is_checked(
    small: Path, name: str, steps: list[tuple[str, float, Any]]
) -> None:
    workspace = small.parent / "workspace"
    target = workspace / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(mangled((ROOT / name).read_text(encoding="utf-8"), steps))
    try:
        told(check(load(workspace, root=small)))
    finally:
        target.unlink()


SETTINGS = "data: data\nas_of: 2026-11-20\nlanguage: en\ncurrency: CNY\nclosed:\n  - {from: 2026-02-10, to: 2026-02-25}\npreset: banking\nhistory: h.csv\n"
MAPPING = (ROOT / "rules/mappings/northwind.yaml").read_text(encoding="utf-8")


@settings(max_examples=40, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(["advisor.yaml", "mapping.yaml"]), st.lists(STEP, min_size=1, max_size=3))
def test_mangled_settings_and_mappings_stop_the_run_in_words(
    small: Path, name: str, steps: list[tuple[str, float, Any]]
) -> None:
    home = small.parent / "home"
    home.mkdir(exist_ok=True)
    (home / name).write_bytes(mangled(SETTINGS if name == "advisor.yaml" else MAPPING, steps))
    try:
        if name == "mapping.yaml":
            read_mapping(home / name, bare().vocabulary)
        else:
            wanted(home)
            resolve(Wish(content=home, today=DAY), bare().vocabulary, home)
    except AdvisorError as error:
        told(error.problems)


# --- what would hurt the machine -----------------------------------------------------------------

BOMBS: dict[str, tuple[str, str]] = {
    "a billion laughs": (
        "'a0: &a0 [x, x]\\n' + ''.join(f'a{n}: &a{n} [{\", \".join([f\"*a{n - 1}\"] * 9)}]\\n' for n in range(1, 12))",
        "yaml-aliases",
    ),
    "a loop": ("'a: &a [1, *a]'", "yaml-alias-loop"),
    "a loop of mappings": ("'a: &a {b: *a}'", "yaml-alias-loop"),
    "ten million characters": ("'a: ' + 'x' * 10_000_000", "yaml-too-large"),
    "a long text": ("'a: ' + 'x' * 1_000_000", "yaml-text-too-long"),
    "a long key": ("'x' * 900 + 'y' * 100 + 'z: 1'", "yaml-text-too-long"),
    "brackets": ("'a: ' + '[' * 10_000", "yaml-too-large"),
    "a million brackets": ("'[' * 1_000_000", "yaml-too-large"),
    "brackets that close": ("'[' * 10_000 + ']' * 10_000", "yaml-too-large"),
    "braces": ("'{a: ' * 10_000", "yaml-too-large"),
    "dashes": ("'- ' * 100_000", "yaml-too-large"),
    "steps": ("'\\n'.join(' ' * n + 'a:' for n in range(2_000))", "yaml-too-large"),
    "slots": ("'a: \"' + '{{ a }}' * 5_000 + '\"'", ""),
    "entries": ("'a:\\n' + '- x\\n' * 300_000", "yaml-too-large"),
    "errors": ("'a: [\\n' * 5_000", "yaml-too-large"),
    "colons": ("'a: b: c\\n' * 20_000", "yaml-colon-in-text"),
}
CHILD = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
resource.setrlimit(resource.RLIMIT_CPU, (100, 100))
from advisor.core.yaml_in import read
for name, text in {made}:
    item, problems = read(text.encode(), "bomb.yaml")
    placed = all(one.place.line for one in problems)
    print(name, "|", *(sorted({{one.code for one in problems}}) or ["none"]), "|", placed)
"""


def test_no_file_hurts_the_machine() -> None:
    made = "[" + ", ".join(f"({name!r}, {text})" for name, (text, _) in BOMBS.items()) + "]"
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(CHILD).format(made=made)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    found = {line.split(" | ")[0]: line.split(" | ")[1:] for line in run.stdout.splitlines()}
    assert set(found) == set(BOMBS)
    for name, (_, code) in BOMBS.items():
        codes, placed = found[name]
        assert code in codes.split() or not code, (name, codes)
        assert placed == "True"


def test_values_may_be_referred_to() -> None:
    item, problems = yaml_in.parse(
        "base: &b {stage: core, tier: large}\ngiven:\n  <<: *b\n  tier: small\nalso: *b\n", NAME
    )
    assert problems == []
    assert item.plain()["given"] == {"stage": "core", "tier": "small"}
    assert item.plain()["also"] == {"stage": "core", "tier": "large"}
