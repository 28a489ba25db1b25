"""Every trap of YAML's: found where it stands, told in both languages, and gone when the line is written as the hint says."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

from advisor.core import yaml_in
from advisor.core.model import Problem
from advisor.messages import message
from tests.overlay import planted

PLAY = "playbooks/retention/ask-why-orders-stopped.yaml"


@dataclass(frozen=True)
class Slip:
    """A text, where its slip must be found, and what is meant by it; `level` is that of the problem."""

    code: str
    text: str
    line: int
    column: int
    meant: object
    level: str = "error"


# fmt: off
# ruff: noqa: E501
SLIPS = {
    "colon in a text": Slip("yaml-colon-in-text", "headline: Call: ask\nfor: rep\n", 1, 15, {"headline": "Call: ask", "for": "rep"}),
    "colon at the end": Slip("yaml-colon-in-text", "headline: Ask this:\n", 1, 19, {"headline": "Ask this:"}),
    "colon in a list": Slip("yaml-colon-in-text", "- name: core: 80 days\n", 1, 13, [{"name": "core: 80 days"}]),
    "colon in braces": Slip("yaml-colon-in-text", "a: {b: c: d, e: 1}\n", 1, 9, {"a": {"b": "c: d", "e": 1}}),
    "comma in braces": Slip("yaml-comma-in-flow", "a: {name: a, b: c d, e}\n", 1, 20, {"a": {"name": "a", "b": "c d, e"}}),
    "Chinese colon": Slip("yaml-chinese-colon", "when:\n  stage： core\n  tier: large\n", 2, 8, {"when": {"stage": "core", "tier": "large"}}),
    "Chinese colon at the margin": Slip("yaml-chinese-colon", "a: 1\nfor：rep\nb: 2\n", 2, 4, {"a": 1, "for": "rep", "b": 2}),
    "Chinese colon alone": Slip("yaml-chinese-colon", "unless:\n  overdue： true\n", 2, 10, {"unless": {"overdue": True}}),
    "Chinese colon in braces": Slip("yaml-chinese-colon", "a: {b： c}\n", 1, 6, {"a": {"b": "c"}}),
    "Chinese comma": Slip("yaml-chinese-comma", "stage: [core，regular]\n", 1, 13, {"stage": ["core", "regular"]}),
    "Chinese list comma": Slip("yaml-chinese-comma", "stage: [老客户、新客户]\n", 1, 12, {"stage": ["老客户", "新客户"]}),
    "Chinese comma in braces": Slip("yaml-chinese-comma", "a: {b: c，d: e}\n", 1, 9, {"a": {"b": "c", "d": "e"}}),
    "Chinese quotes": Slip("yaml-chinese-quotes", "stage: “core”\n", 1, 8, {"stage": "core"}),
    "Chinese quotes around some words": Slip("yaml-chinese-quotes", "a: “within next 40 days”\n", 1, 4, {"a": "within next 40 days"}),
    "smart quotes that protect": Slip("yaml-chinese-quotes", "headline: “Call: ask”\n", 1, 11, {"headline": "Call: ask"}),
    "full-width space as indent": Slip("yaml-wide-space", "when:\n　stage: core\n  tier: large\n", 2, 1, {"when": {"stage": "core", "tier": "large"}}),
    "full-width space after the colon": Slip("yaml-wide-space", "a:　b\nc: d\n", 1, 3, {"a": "b", "c": "d"}),
    "full-width brackets": Slip("yaml-wide-bracket", "first: ［user，buyer］\n", 1, 8, {"first": ["user", "buyer"]}),
    "one full-width bracket": Slip("yaml-wide-bracket", "first: [user］\nb: 1\n", 1, 13, {"first": ["user"], "b": 1}),
    "text cut off": Slip("yaml-cut-text", "done_when: order #12 is signed\n", 1, 18, {"done_when": "order #12 is signed"}, "warning"),
    "dash without a space": Slip("yaml-dash", "first:\n  - core\n  -user\n", 3, 3, {"first": ["core", "user"]}),
    "dashes without a space": Slip("yaml-dash", "first:\n  -core\n", 2, 3, {"first": ["core"]}),
    "dash behind the key": Slip("yaml-dash", "first: - core\n", 1, 8, {"first": ["core"]}),
    "tab": Slip("yaml-tab", "when:\n\tstage: core\n", 2, 1, {"when": {"stage": "core"}}),
    "too deep": Slip("yaml-indent", "when:\n  stage: core\n   tier: large\n", 3, 4, {"when": {"stage": "core", "tier": "large"}}),
    "too shallow": Slip("yaml-indent", "when:\n    stage: core\n  tier: large\n", 3, 3, {"when": {"stage": "core", "tier": "large"}}),
    "key below a text, one space too far": Slip("yaml-indent", "a:\n  ask: |\n    x\n   do: |\n    y\n", 4, 4, {"a": {"ask": "x", "do": "y"}}),
    "text too far left": Slip("yaml-indent", "ask: |\n    x\n  y z\nb: 1\n", 3, 3, {"ask": "x\ny z", "b": 1}),
    "deeper than a value": Slip("yaml-indent", "for: rep\n  urgency: 3\n", 2, 3, {"for": "rep", "urgency": 3}),
    "quote not closed": Slip("yaml-unclosed-quote", "a: \"abc\nb: 1\nc: \"x\"\n", 1, 4, {"a": "abc", "b": 1, "c": "x"}),
    "quote not closed at the end": Slip("yaml-unclosed-quote", "a: 1\nb: 'abc\n", 2, 4, {"a": 1, "b": "abc"}),
    "closed by a Chinese quote": Slip("yaml-unclosed-quote", "a: \"core”\nb: 1\n", 1, 4, {"a": "core", "b": 1}),
    "text after a quote": Slip("yaml-text-after-quote", "a: \"He said \"hi\" to me\"\n", 1, 14, {"a": 'He said "hi" to me'}),
    "apostrophe in quotes": Slip("yaml-text-after-quote", "a: 'it's late'\n", 1, 8, {"a": "it's late"}),
    "backslash": Slip("yaml-backslash", "a: \"C:\\data\"\n", 1, 7, {"a": "C:\\data"}),
    "bracket not closed": Slip("yaml-unclosed-bracket", "for: [rep\nurgency: 3\n", 1, 6, {"for": ["rep"], "urgency": 3}),
    "brace not closed": Slip("yaml-unclosed-bracket", "a: {b: 1\nc: 2\n", 1, 4, {"a": {"b": 1}, "c": 2}),
    "a bracket too many": Slip("yaml-extra-bracket", "a: [1, 2]]\nb: 1\n", 1, 10, {"a": [1, 2], "b": 1}),
    "brackets that do not pair": Slip("yaml-extra-bracket", "a: [x, y}\nb: 1\n", 1, 9, {"a": ["x", "y"], "b": 1}),
    "no space after the colon": Slip("yaml-no-space-after-colon", "urgency:3\nfor: rep\n", 1, 8, {"urgency": 3, "for": "rep"}),
    "no space in braces": Slip("yaml-no-space-after-colon", "a: {b:c}\n", 1, 6, {"a": {"b": "c"}}),
    "no space before a brace": Slip("yaml-no-space-after-colon", "see:{first: [user]}\nb: 1\n", 1, 4, {"see": {"first": ["user"]}, "b": 1}),
    "bar forgotten": Slip("yaml-no-bar", "message:\n  {{ salutation }}, hello\n  there\n", 1, 9, {"message": "{{ salutation }}, hello\nthere\n"}),
    "bar forgotten without a word": Slip("yaml-no-bar", "steps:\n  call them\n  ask them\n", 1, 7, {"steps": "call them\nask them\n"}, "warning"),
    "slot first": Slip("yaml-slot-first", "headline: {{ person }} first\n", 1, 11, {"headline": "{{ person }} first"}),
    "nothing but a slot": Slip("yaml-slot-first", "headline: {{ person }}\n", 1, 11, {"headline": "{{ person }}"}),
    "slot first in a list": Slip("yaml-slot-first", "- {{ person }} first\n", 1, 3, ["{{ person }} first"]),
    **{
        f"begins with {char}": Slip("yaml-first-character", f"a: {char}all of them\n", 1, 4, {"a": f"{char}all of them"})
        for char in "@`%*&,"
    },
    "compared with a sign": Slip("yaml-first-character", "a: >= 5%\nb: 1\n", 1, 4, {"a": ">= 5%", "b": 1}),
    "compared with a sign and no space": Slip("yaml-first-character", "a: >5\nb: 1\n", 1, 4, {"a": ">5", "b": 1}),
    "text behind the bar": Slip("yaml-first-character", "a: |text\nb: 1\n", 1, 4, {"a": "text", "b": 1}),
}
# fmt: on


def corrected(text: str, problem: Problem) -> str:
    """The text with the line written as the hint says."""
    lines = text.split("\n")
    lines[problem.place.line - 1] = " " * int(str(problem.details["indent"])) + str(problem.details["fix"])
    return "\n".join(lines)


@pytest.mark.parametrize("name", SLIPS)
def test_a_trap_is_found_and_its_fix_works(name: str) -> None:
    slip = SLIPS[name]
    item, problems = yaml_in.parse(slip.text, "a.yaml")
    assert [(one.code, one.level, one.place.line, one.place.column) for one in problems] == [
        (slip.code, slip.level, slip.line, slip.column)
    ]
    again, none = yaml_in.parse(corrected(slip.text, problems[0]), "a.yaml")
    assert none == []
    said = _stripped(again.plain())
    assert said == _stripped(slip.meant)
    if slip.level == "error":
        assert _stripped(item.plain()) == said, "the rest of the file is read as it was meant"
    for language in ("zh", "en"):
        text, hint = message(problems[0], language)
        assert text and str(problems[0].details["fix"]) in hint and not text.startswith(slip.code)


def _stripped(value: object) -> object:
    if isinstance(value, dict):
        return {key: _stripped(one) for key, one in value.items()}
    return (
        [_stripped(one) for one in value]
        if isinstance(value, list)
        else value.strip()
        if isinstance(value, str)
        else value
    )


def test_several_traps_are_told_at_once() -> None:
    text = "for： rep\nurgency:3\nwhen:\n\tstage: [core，regular]\nheadline: {{ person }}: hi\ncard: {code: P1\nb: 1\n"
    item, problems = yaml_in.parse(text, "a.yaml")
    assert {(one.code, one.place.line) for one in problems} == {
        ("yaml-chinese-colon", 1), ("yaml-no-space-after-colon", 2), ("yaml-tab", 4), ("yaml-chinese-comma", 4),
        ("yaml-slot-first", 5), ("yaml-unclosed-bracket", 6),
    }  # fmt: skip
    assert item.plain()["when"] == {"stage": ["core", "regular"]}


SOUND = """
    for: rep               # a comment
    # another
    url: http://example.com/#top
    time: 12:30
    word: on
    note: a#b
    list: [1,2,3]
    zh: 他说：“可以，先看看”。
    quoted: “这周方便吗？”
    text: |
      Note: He said: yes
      　indented by a wide space
      stage： core，regular
      - not a list
      {{ person }} #12
    more: "a: b, c"
    window: [30 days, 60 days]
    sort: [-fit_gap]
"""


def test_what_is_sound_is_left_alone() -> None:
    assert yaml_in.parse(textwrap.dedent(SOUND), "a.yaml")[1] == []


def test_other_line_ends_and_the_byte_order_mark_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("\ufefffor: rep\r\ntext: |\r\n  one\r\n  two\r\n".encode())
    item, problems = yaml_in.load(path, "a.yaml")
    assert problems == [] and item.plain() == {"for": "rep", "text": "one\ntwo\n"}


@pytest.mark.parametrize("mark", ["\x85", "\u2028", "\u2029"])
def test_a_break_that_no_editor_counts_is_a_space(mark: str) -> None:
    item, problems = yaml_in.parse(f"a: one{mark}two\nb: ‘three’\n", "a.yaml")
    assert item.plain()["a"] == "one two"
    assert [(one.code, one.place.line) for one in problems] == [("yaml-chinese-quotes", 2)]


@pytest.mark.parametrize(
    "codec, seems", [("gb18030", "GBK"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("big5", "Big5")]
)
def test_another_encoding_is_named(codec: str, seems: str, tmp_path: Path) -> None:
    text = "for: rep\ntitle: 停單回訪，先問清原因\n" if codec == "big5" else "for: rep\ntitle: 停单回访，先问清原因\n"
    (tmp_path / "a.yaml").write_bytes(text.encode(codec))
    item, problems = yaml_in.load(tmp_path / "a.yaml", "a.yaml")
    assert item.broken and [one.code for one in problems] == ["yaml-encoding"]
    assert problems[0].place.line == (1 if seems == "UTF-16" else 2)
    if seems != "Big5":  # what is Big5 can often be read as GBK as well
        assert problems[0].details["seems"] == seems


@pytest.mark.parametrize("text, column", [("a: b\0c\n", 5), ("x: 1\na: \x07\n", 4)])
def test_an_invisible_character_is_named(text: str, column: int) -> None:
    problems = yaml_in.parse(text, "a.yaml")[1]
    assert [(one.code, one.place.column) for one in problems] == [("yaml-control-character", column)]


def test_a_number_cut_by_a_comma() -> None:
    problems = yaml_in.parse("within: [3,5 days]\nsum: [1,000, 2,000]\n", "a.yaml")[1]
    assert [(one.code, one.place.line, one.level) for one in problems][:2] == [
        ("yaml-number-comma", 1, "warning"), ("yaml-number-comma", 2, "warning"),
    ]  # fmt: skip


def test_an_unreadable_play_causes_no_other_mistakes(tmp_path: Path) -> None:
    content = planted(tmp_path, PLAY, "for: rep\n", "for: rep\n? [a\n\x07")
    assert [one.code for one in content.problems] == ["yaml-control-character"]


@pytest.mark.parametrize("old, new, code, near", [
    ("undelivered_amount: more than 0", "undelivered_amount: more than 1_000", "not-plain-number", "1000"),
    ("undelivered_amount: more than 0", "undelivered_amount: more than 0123", "not-plain-number", "123"),
    ("undelivered_amount: more than 0", "undelivered_amount: more than 1e3", "not-plain-number", "1000"),
    ("undelivered_amount: more than 0", "undelivered_amount: 12:30", "not-plain-number", ""),
    ("stage: [new, regular, core, strategic_partner]", "stage: core, regular", "choices-in-one-text", "[core, regular]"),
    ("stage: [new, regular, core, strategic_partner]", "stage: “老客户”", "choices-in-one-text", "regular"),
    ("payment_overdue: true", "payment_overdue: yes", "wrong-type", "true"),
])  # fmt: skip
def test_plain_words_where_something_else_is_wanted(old: str, new: str, code: str, near: str, tmp_path: Path) -> None:
    content = planted(tmp_path, PLAY, old, new)
    found = [one for one in content.problems if one.level == "error" and one.place.path.startswith(str(tmp_path))]
    assert [one.code for one in found] == [code]
    for language in ("zh", "en"):
        text, hint = message(found[0], language)
        assert text and near in hint


def test_yes_is_not_true_in_rules(tmp_path: Path) -> None:
    text = "own_one:\n  type: integer\n  inferred: yes\n  value: 3\n"
    content = planted(tmp_path, "rules/derived/own.yaml", "", text)
    found = [one for one in content.problems if one.code == "not-yes-no"]
    assert [(one.place.line, one.place.column) for one in found] == [(3, 3)]
    assert "inferred: true" in message(found[0], "en")[1]


def test_a_span_beyond_the_calendar(tmp_path: Path) -> None:
    content = planted(tmp_path, PLAY, "not_again_for: 30 days", "not_again_for: 99999999999 days")
    assert [one.code for one in content.problems if one.level == "error"] == ["number-too-large"]
