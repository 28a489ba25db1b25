"""Every problem has words in both languages, no words lie unused, and every slot is filled at the raise."""

from __future__ import annotations

import ast
import functools
import re
import string
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from advisor.core import yaml_in
from advisor.core.model import Problem
from advisor.messages import message

ROOT = Path(__file__).resolve().parent.parent
CLI = ROOT / "cli.py"
PARTS = sorted((ROOT / "advisor" / "messages").glob("*.yaml"))
CALLS = {"problem", "_problem", "Problem", "stop", "bad", "_unknown", "_file_problem", "near_code"}
FORMS = {"en", "zh", "hint_en", "hint_zh", "near_en", "near_zh", "why_zh"}
CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
CHINESE = re.compile("[\u4e00-\u9fff]")
# How many positional arguments come before a call's details; with more, the details are a mapping made elsewhere.
PLAIN = {"problem": 2, "_problem": 3, "stop": 3}
NO_DETAIL = {"place", "exit_code", "level", "code"}


# --- the code, by ast ----------------------------------------------------------------------------


@functools.cache
def sources() -> Mapping[str, ast.Module]:
    paths = [*sorted((ROOT / "advisor").rglob("*.py")), *([CLI] if CLI.exists() else [])]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) in CALLS)


def words(node: ast.AST) -> set[str]:
    """The string literals that an expression may give: itself, or the arms of a conditional one."""
    if isinstance(node, ast.IfExp):
        return words(node.body) | words(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def code_argument(call: ast.Call) -> ast.expr | None:
    named = next((each.value for each in call.keywords if each.arg == "code"), None)
    place = 1 if called(call) == "_problem" else 0
    return named or (call.args[place] if len(call.args) > place else None)


def codes(call: ast.Call) -> set[str]:
    """The codes written out in a call; `near_code(x)` may also give x-near."""
    argument = code_argument(call)
    found = words(argument) if argument else set()
    return found | {f"{code}-near" for code in found} if called(call) == "near_code" else found


def assigned(tree: ast.AST) -> Iterator[str]:
    """Codes that are first put into a variable `code`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == "code" for to in node.targets):
            yield from (word for word in words(node.value) if "-" in word)


def used() -> dict[str, str]:
    """Every code that is written out, with a place that uses it."""
    found: dict[str, str] = {}
    for path, tree in sources().items():
        found |= dict.fromkeys(assigned(tree), path)
        found |= {code: f"{path}:{call.lineno}" for call in calls(tree) for code in codes(call)}
    return found


def literals() -> set[str]:
    return {
        node.value
        for tree in sources().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


# --- the details at a raise ----------------------------------------------------------------------


def keys(node: ast.expr | None, around: ast.AST) -> set[str] | None:
    """The keys of a mapping written out here or just assigned to a name; None when they cannot be seen."""
    if isinstance(node, ast.Name):
        made = [each.value for each in ast.walk(around) if isinstance(each, ast.Assign) and _is_to(each, node.id)]
        return keys(made[0], around) if len(made) == 1 and not isinstance(made[0], ast.Name) else None
    if not isinstance(node, ast.Dict):
        return None
    found: set[str] = set()
    for key, value in zip(node.keys, node.values, strict=True):
        below = words(key) if key else keys(value, around)
        if not below:
            return None
        found |= below
    return found


def _is_to(node: ast.Assign, name: str) -> bool:
    return any(isinstance(to, ast.Name) and to.id == name for to in node.targets)


def details(call: ast.Call, around: ast.AST) -> set[str] | None:
    """The names of the details that a call passes; None when they cannot be seen."""
    if called(call) == "Problem":
        named = {each.arg: each.value for each in call.keywords}
        given = call.args[3] if len(call.args) > 3 else named.get("details")
        return keys(given, around) if given else set()
    if len(call.args) > PLAIN.get(called(call), -1) or any(each.arg is None for each in call.keywords):
        return None
    return {each.arg for each in call.keywords if each.arg and each.arg not in NO_DETAIL}


def raises() -> Iterator[tuple[str, str, set[str]]]:
    """(code, place, names of details) for every raise whose code and details can be seen."""
    for path, tree in sources().items():
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            for call in calls(function):
                given = details(call, function)
                if given is not None:
                    yield from ((code, f"{path}:{call.lineno}", given) for code in codes(call))


# --- the catalogue -------------------------------------------------------------------------------


@functools.cache
def parts() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return {path.name: yaml_in.load(path, path.name)[0].plain() for path in PARTS}


def entries() -> dict[str, Mapping[str, str]]:
    return {code: entry for part in parts().values() for code, entry in part.items()}


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


# --- tests ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PARTS, ids=lambda path: path.name)
def test_a_part_is_sound_yaml(path: Path) -> None:
    assert yaml_in.load(path, path.name)[1] == []


def test_the_parts_share_no_code() -> None:
    times = Counter(code for part in parts().values() for code in part)
    assert [code for code, number in times.items() if number > 1] == []


def test_every_code_has_words() -> None:
    known = entries()
    assert {code: place for code, place in used().items() if code not in known} == {}


@pytest.mark.skipif(not CLI.exists(), reason="the command line, which raises the codes of usage.yaml, is not written")
def test_no_words_lie_unused() -> None:
    written = literals() | set(used())
    assert [code for code in entries() if code not in written] == []


@pytest.mark.parametrize("part", [path.name for path in PARTS])
def test_both_languages_say_the_same(part: str) -> None:
    wrong = []
    for code, entry in parts()[part].items():
        pairs = [(f"{form}en", f"{form}zh") for form in ("", "hint_", "near_")]
        forms = {"en", "zh"} <= set(entry) <= FORMS and all((en in entry) == (zh in entry) for en, zh in pairs)
        same = all(slots(entry.get(en, "")) == slots(entry.get(zh, "")) for en, zh in pairs)
        if not (CODE.fullmatch(code) and forms and same):
            wrong.append(code)
    assert wrong == []


@pytest.mark.parametrize("part", [path.name for path in PARTS])
def test_texts_are_one_line_in_their_language(part: str) -> None:
    for code, entry in parts()[part].items():
        for form, text in entry.items():
            assert isinstance(text, str) and text.strip() == text and "\n" not in text, (code, form)
            assert bool(CHINESE.search(text)) == form.endswith("zh"), (code, form)


def test_every_slot_is_filled_where_the_problem_is_raised() -> None:
    known = entries()
    wrong = {}
    for code, place, given in raises():
        wanted = {name for text in known.get(code, {}).values() for name in slots(text)}
        if wanted - given:
            wrong[place] = f"{code}: {', '.join(sorted(wanted - given))}"
    assert wrong == {}


def test_the_scan_sees_raises_of_each_kind() -> None:
    """Guards the tests above against scanning nothing."""
    seen = {(code, frozenset(given)) for code, _, given in raises()}
    assert ("unknown-play", frozenset({"name", "near"})) in seen
    assert ("yaml-syntax", frozenset({"what"})) in seen
    assert ("unknown-metric", frozenset({"name", "near"})) in seen
    assert ("unknown-key", frozenset({"key", "near"})) in seen


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_message_can_be_printed(language: str) -> None:
    for code, entry in entries().items():
        text, hint = message(Problem(code, details=dict.fromkeys(["near", *slots(entry[language])], "x")), language)
        assert text and "{}" not in text + hint


def test_the_nearest_name_is_shown_only_when_there_is_one() -> None:
    far = Problem("unknown-play", details={"name": "x", "near": ""})
    near = Problem("unknown-play", details={"name": "x", "near": "P62"})
    assert "did you mean" not in message(far, "en")[1]
    assert message(near, "en")[1].startswith("did you mean 'P62'? ")


def test_braces_of_templates_are_printed_as_they_are_written() -> None:
    hint = message(Problem("template-not-allowed", details={"what": "for"}), "en")[1]
    assert "{{ name }}" in hint and "{% if name %}" in hint
