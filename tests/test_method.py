"""The map of the method: every entry has a home that exists and a test or a reason; the page is what the map says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support import ROOT, bundled

from advisor.bench import method

ENTRIES = [f"M{n:02d}" for n in range(1, 129)]


def test_every_entry_of_the_method_is_on_the_map() -> None:
    assert list(method.load().entries) == ENTRIES


def test_every_home_exists_and_no_play_cites_an_unknown_entry() -> None:
    assert [f"{one.place} {one.code} {dict(one.details)}" for one in method.check(method.load(), bundled())] == []


def test_every_named_test_exists() -> None:
    found = {
        name
        for path in (ROOT / "tests").glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    named = {(entry.code, one.rpartition("::")[2]) for entry in method.load().entries.values() for one in entry.tests}
    assert sorted((code, one) for code, one in named if one not in found) == []


def test_reference_entries_say_what_a_trainer_makes_of_them() -> None:
    for entry in method.load().entries.values():
        if all(home.kind == "trainer" for home in entry.homes):
            assert entry.note.get("zh") and entry.note.get("en"), entry.code


def test_the_page_is_what_the_map_says() -> None:
    page = (ROOT / "docs/method.md").read_text(encoding="utf-8")
    assert page == method.page(bundled()), "write it anew: python -m advisor.bench.method"
    for code in ENTRIES:
        assert page.count(f"**{code}**") == 2


SOUND = """
M01:
  title: {zh: 一, en: One}
  homes: [play P01, derived silence_level]
  test: test_one
"""


@pytest.mark.parametrize(
    ("old", "new", "code", "near"),
    [
        ("[play P01, derived silence_level]", "[]", "method-no-home", None),
        ("play P01", "play P001", "method-unknown-home", "P01"),
        ("derived silence_level", "derived silense_level", "method-unknown-home", "silence_level"),
        ("play P01", "plays P01", "method-unknown-kind", "play"),
        ("  test: test_one\n", "", "method-no-test", None),
        (", en: One", "", "method-one-language", None),
        ("  test: test_one\n", "  tests: test_one\n", "unknown-key", "test"),
        ("M01:", "M999:", "method-unknown-entry", None),
    ],
)
def test_mistakes_in_the_map_are_named(old: str, new: str, code: str, near: str | None, tmp_path: Path) -> None:
    folder = tmp_path / "rules/method"
    folder.mkdir(parents=True)
    (folder / "m001.yaml").write_text(SOUND.replace(old, new, 1), encoding="utf-8")
    found = [one for one in method.check(method.load(tmp_path), bundled()) if one.code == code]
    assert found
    assert near is None or found[0].details["near"] == near


def test_an_entry_given_twice_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "rules/method"
    folder.mkdir(parents=True)
    for name in ("m001.yaml", "m002.yaml"):
        (folder / name).write_text(SOUND, encoding="utf-8")
    assert "method-entry-twice" in [one.code for one in method.load(tmp_path).problems]
