"""The JSON Schemas: all bundled files fit theirs, typing errors do not; the bytes are the same each time."""

from __future__ import annotations

import datetime
import functools
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from authoring import done
from jsonschema import Draft7Validator
from support import ROOT, bundled

from advisor.bench import schema
from advisor.content import read_cases, read_play, read_rules
from advisor.core import yaml_in


@functools.cache
def written() -> dict[str, str]:
    return schema.files(bundled())


@functools.cache
def validator(kind: str) -> Draft7Validator:
    found = json.loads(written()[f"{kind}.schema.json"])
    Draft7Validator.check_schema(found)
    return Draft7Validator(found)


def plain(data: Any) -> Any:
    """What an editor sees: dates are texts, numbers plain."""
    if isinstance(data, dict):
        return {key: plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [plain(value) for value in data]
    return data.isoformat() if isinstance(data, datetime.date) else float(data) if isinstance(data, Decimal) else data


def wrong(kind: str, text: str) -> list[str]:
    item, problems = yaml_in.parse(text, "")
    assert not problems
    return [error.message for error in validator(kind).iter_errors(plain(item.plain()))]


def kind_of(name: str) -> str:
    """By the editor's own table: the last pattern that fits decides."""
    for kind, patterns in schema.FILES.items():
        fits = [one for one in patterns if Path(name).match(one.removeprefix("!"))]
        if fits and not fits[-1].startswith("!"):
            return kind
    return ""


def files() -> list[str]:
    globs = ("playbooks/*/*.yaml", "rules/guards/*.yaml", "rules/derived/*.yaml", "rules/policy.yaml")
    found = [path for one in (*globs, "rules/presets/**/*.yaml") for path in ROOT.glob(one)]
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


@pytest.mark.parametrize("name", files())
def test_bundled_files_fit(name: str) -> None:
    assert wrong(kind_of(name), (ROOT / name).read_text(encoding="utf-8")) == []


def test_every_bundled_play_was_looked_at() -> None:
    assert sum(kind_of(name) == "play" for name in files()) == len(bundled().plays) >= 85


PLAY = (ROOT / "playbooks/retention/ask-why-orders-stopped.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\nurgency: 3", "\nurgancy: 3"),
        ("\nurgency: 3", "\nurgency: 7"),
        ("finish_in: 14 days", "finish_in: two weeks"),
        ("  stage: [new,", "  stag: [new,"),
        ("  stage: [new,", "  stage: [newish,"),
        ("more than 0", "bigger than 0"),
        ("{at_least: $as_of}", "{at_leest: $as_of}"),
        ("payment_overdue: true", "payment_overdue: sure"),
        ("  do_not: |", "  dont: |"),
        ("    expect: fires", "    expect: fire"),
        ("first: [user, purchaser]", "first: [usr, purchaser]"),
        ("  about: account", "  about: acount"),
        ("  - name: already left", "  - nam: already left"),
        ("  status: active", "  status: aktive"),
    ],
)
def test_a_typing_error_does_not_fit(old: str, new: str) -> None:
    assert old in PLAY and wrong("play", PLAY) == []
    assert wrong("play", PLAY.replace(old, new, 1))


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("derived", "x: {when: {stage: core}}", "x: {when: {stagge: core}}"),
        ("derived", "x: {of: order, when: {is_return: true}}", "x: {of: ordr, when: {is_return: true}}"),
        ("derived", "x: {type: days, value: {days_since: last_met_on}}", "x: {type: days}"),
        ("policy", "small_deal: 20000", "small_deal: {valu: 20000}"),
        ("advisor", "{language: zh, preset: banking, as_of: 2026-11-20}", "{langage: zh}"),
        ("advisor", "country: CN", "country: China"),
        ("playbook", "{title: {zh: 甲, en: A}, order: 3}", "{titel: {zh: 甲, en: A}}"),
        ("facts", "{account: {stage: 核心客户}, contacts: [{buying_roles: [user]}]}", "{account: {stagge: core}}"),
        ("facts", "{as_of: 2026-11-20, facts: {derived: {payment_overdue: false}}}", "{facts: {derived: {overdu: 1}}}"),
    ],
)
def test_other_files(kind: str, good: str, bad: str) -> None:
    assert wrong(kind, good) == [] and wrong(kind, bad)


def test_the_keys_are_those_that_the_readers_know() -> None:
    play = json.loads(written()["play.schema.json"])["properties"]
    assert set(play) == read_play._PLAY_KEYS and set(play["card"]["properties"]) == read_play._CARD_KEYS
    assert set(play["cases"]["items"]["properties"]) == read_cases._KEYS
    assert set(play["zh"]["properties"]) == set(read_play.BLOCKS)
    assert set(json.loads(written()["guard.schema.json"])["properties"]) == read_play._GUARD_KEYS
    derived = json.loads(written()["derived.schema.json"])["definitions"]["derived"]
    assert set(derived["properties"]) == read_rules._DERIVED_KEYS


def test_facts_and_choices_are_described_in_both_languages() -> None:
    found = json.loads(written()["play.schema.json"])["definitions"]
    stage = found["fact.account.stage"]["description"]
    assert "客户阶段" in stage and "Account stage" in stage and "choice" in stage
    assert "regular" in found["choice.stage"]["enum"] and "fact.complaint.compliance_note" not in found


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    done("schema", "--out", tmp_path / "s")
    got = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "s").iterdir()}
    assert got == written() and sum(map(len, got.values())) < 4_000_000
