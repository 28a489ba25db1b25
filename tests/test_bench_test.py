"""`advisor test`: expectations of rank and words, coverage, JUnit, runs at each save, and the pytest plugin."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from overlay import line_of, planted
from support import ROOT, bundled

from advisor.bench import junit
from advisor.bench.case_metrics import CaseMetrics
from advisor.bench.case_watch import first_round, rounds
from advisor.bench.cases import Bench, CaseResult, run_case
from advisor.bench.coverage import Coverage, PlayCoverage, coverage
from advisor.bench.parallel import run_plays
from advisor.bench.watch import changes, content_files
from advisor.content.content import Content, with_plays
from advisor.content.kept import load
from advisor.content.plays import Case, Play
from advisor.content.read_cases import read_cases
from advisor.content.reread import reread, reread_play
from advisor.core import yaml_in
from advisor.core.home import content_root, shown
from advisor.core.model import AdvisorError, Problem
from advisor.messages import message
from advisor.pages import cases_text
from cli import main

SILENCE = "playbooks/retention/ask-why-orders-stopped.yaml"
NAME = "core account, 80 days without an order, never more than 50 before"
FIRING = """
- name: 老客户停单
  today: 2026-11-20
  given:
    stage: core
    tier: large
    ordered_on: [2026-04-09, 2026-05-09, 2026-06-18, 2026-07-13, 2026-09-01]
    contacts: [{name: 张建国, salutation: 张工, buying_roles: [user]}]
"""


def read(text: str) -> tuple[tuple[Case, ...], list[Problem]]:
    problems: list[Problem] = []
    item, found = yaml_in.parse(text, "case.yaml")
    assert not found
    return read_cases(item, bundled().vocabulary, problems), problems


def run(text: str, play: str = "P62") -> CaseResult:
    """The last of the cases written, for a bundled play."""
    cases, problems = read(text)
    assert not problems, problems
    return run_case(bundled(), bundled().play(play), cases[-1])


def fires(expected: str) -> CaseResult:
    lines = "".join(f"  {line}\n" for line in ("expect: fires", *expected.splitlines()))
    return run(FIRING + lines)


def codes(found: CaseResult | list[Problem]) -> list[str]:
    return [one.code for one in (found.problems if isinstance(found, CaseResult) else found)]


def told(result: CaseResult, language: str = "en") -> str:
    return " ".join(message(result.problems[0], language))


# --- reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "code", "near"),
    [
        ("rank: first", "case-bad-rank", None),
        ("rank: 0", "case-bad-rank", None),
        ("rank: at most", "case-bad-rank", None),
        ("rank: true", "case-bad-rank", None),
        ("says: []", "case-no-text", None),
        ("says: {zh: ''}", "case-no-text", None),
        ("says: [[a]]", "case-no-text", None),
        ("says: {cn: 停单}", "unknown-key", None),
        ("urgency: 9", "number-out-of-range", None),
        ("urgency: true", "number-out-of-range", None),
        ("due_on: soon", "bad-date", None),
        ("due_on: [2026-11-25]", "bad-date", None),
        ("person: [user, decider]", "case-one-word", None),
        ("because: {stage: core}", "case-one-word", None),
        ("change: {tier: small}", "case-change-alone", None),
        ("sayz: 停单", "unknown-key", "says"),
        ("same_as: nothing", "unknown-case", ""),
    ],
)
def test_a_mistake_in_a_case_is_told_at_its_line(line: str, code: str, near: str | None) -> None:
    text = f"- name: a\n  today: 2026-11-20\n  expect: fires\n  {line}\n"
    problems = [one for one in read(text)[1] if one.code == code]
    assert problems and problems[0].place.line == 4
    assert near is None or problems[0].details["near"] == near


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- 老客户", ["case-not-map"]),
        ("- name: a\n  today: soon\n  expect: fires", ["bad-date"]),
        ("- name: a\n  expect: fires", ["missing-key"]),
        ("- today: 2026-11-20\n  expect: fires", ["missing-key"]),
        ("- name: a\n  today: 2026-11-20", ["missing-key"]),
        ("- name: a\n  today: 2026-11-20\n  expect: fire", ["unknown-word"]),
        ("- name: a\n  today: 2026-11-20\n  given: [stage]\n  expect: fires", ["case-facts-not-map"]),
        ("- name: a\n  today: 2026-11-20\n  expect: silent\n  rank: 1\n  says: x", ["case-silent-step"] * 2),
    ],
)
def test_what_keeps_a_case_from_being_read(text: str, expected: list[str]) -> None:
    assert codes(read(text)[1]) == expected


def test_ranks_and_texts_in_all_their_forms() -> None:
    head = "- name: {}\n  today: 2026-11-20\n  expect: fires\n  rank: {}\n  says: {}\n"
    forms = [("1", "停单"), ("at most 3", "[停单, 别家]"), ("{at_most: 3}", "{zh: [停单], en: stopped}")]
    cases, problems = read("".join(head.format(n, *form) for n, form in enumerate(forms)))
    assert not problems and [case.rank for case in cases] == [(1, 1), (1, 3), (1, 3)]
    assert [[(one.language, one.text) for one in case.says] for case in cases] == [
        [("", "停单")],
        [("", "停单"), ("", "别家")],
        [("zh", "停单"), ("en", "stopped")],
    ]


def test_a_role_may_be_named_by_its_label() -> None:
    assert fires("person: user").passed and fires("person: 使用者").passed and fires("person: 张建国").passed
    assert codes(fires("person: 拍板的人")) == ["case-other-person"]


# --- expectations of a step ----------------------------------------------------------------------


def test_all_that_is_right_passes() -> None:
    assert fires("rank: 1\nurgency: 1\nsubject: A00\nsays: 不是催单\nsays_not: 优惠券\nbecause: silence_level").passed


def test_all_that_is_wrong_is_told_at_once_each_at_its_line() -> None:
    found = fires(
        "rank: 2\nurgency: 4\nsubject: O9\nsays: [催货, Nothing of this]\nsays_not: 张工\nbecause: quiet_until"
    )
    assert codes(found) == [
        "case-other-rank", "case-other-urgency", "case-other-subject", "case-not-said", "case-not-said", "case-said",
        "case-other-reason",
    ]  # fmt: skip
    assert [one.place.line for one in found.problems] == [10, 11, 12, 13, 13, 14, 15]


def test_a_wrong_rank_shows_the_ranking() -> None:
    text = told(fires("rank: 2"))
    assert "number 1 of" in text and "1 P62" in text and "2 P" in text
    zh = told(fires("rank: 2"), "zh")
    assert "排第 1" in zh and "1 P62" in zh


def test_a_rank_is_that_among_all_plays_of_the_content() -> None:
    alone = with_plays(bundled(), [bundled().play("P39")])
    case = read(FIRING + "  expect: fires\n  rank: 1\n")[0][0]
    first = [one.code for one in ranking(bundled(), "P62", case)][:2]
    assert first[0] == "P62" and first[1] == "P39"
    assert [one.code for one in ranking(alone, "P39", case)] == ["P39"]
    assert run_case(alone, alone.play("P39"), case).passed
    assert codes(run_case(bundled(), bundled().play("P39"), case)) == ["case-other-rank"]
    assert run_case(bundled(), bundled().play("P39"), replace(case, rank=(1, 2))).passed


def ranking(content: Content, code: str, case: Case) -> tuple[Any, ...]:
    bench, play = Bench(content), content.play(code)
    book, _ = bench.book(play, case)
    return bench.among_all(play, book).advise(book.accounts()[0], everything=True).steps


def test_other_plays_that_are_drafts_are_not_ranked() -> None:
    case = read(FIRING + "  expect: fires\n  rank: 1\n")[0][0]
    drafts = [one if one.code == "P39" else replace(one, status="draft") for one in bundled().plays]
    content = with_plays(bundled(), drafts)
    assert {one.code for one in ranking(content, "P62", case)} == {"P62", "P39"}


@pytest.mark.parametrize("text", ["不是催单", "not chasing an order", "NOT  chasing an order", "{zh: 不是催单}"])
def test_a_text_is_found_in_either_language(text: str) -> None:
    assert fires(f"says: {text}").passed


@pytest.mark.parametrize("text", ["{en: 不是催单}", "{zh: not chasing an order}", "停货"])
def test_a_text_is_looked_for_in_the_language_named(text: str) -> None:
    assert codes(fires(f"says: {text}")) == ["case-not-said"]


def test_a_text_that_is_not_said_shows_the_nearest_line() -> None:
    assert "不是催单，有不合适的您直说" in told(fires("says: 不是催货"))
    assert "Ask why the orders stopped" in told(fires("says: {en: orders stoped}"))


def test_a_reason_that_the_play_does_not_read_gets_the_nearest_name() -> None:
    found = fires("because: silence_levl")
    assert found.problems[0].details["near"] == "silence_level" and "did you mean 'silence_level'" in told(found)


def test_what_was_advised_before_is_a_row_of_history() -> None:
    rows = "    history: [{code: P62, first_on: 2026-11-10, response: done, at: 2026-11-12}]\n"
    assert codes(run(FIRING + rows + "  expect: fires\n")) == ["case-rests"]
    assert run(FIRING + rows + "  expect: silent\n  because: cooling\n").passed
    early = rows.replace("2026-11-1", "2026-09-1")
    assert run(FIRING + early + "  expect: fires\n").passed


def test_a_bundled_expectation_fails_when_it_is_turned_round() -> None:
    """The ranks and texts beside bundled plays are not there for nothing."""
    plays = [(play, case) for play in bundled().plays for case in play.cases if case.rank or case.says]
    assert len(plays) >= 10
    bench = Bench(bundled())
    for play, case in plays:
        turned = replace(case, rank=(7, 7), says=(), says_not=case.says)
        wrong = ["case-other-rank"] * bool(case.rank) + ["case-said"] * len(case.says)
        assert sorted(codes(bench.run(play, turned))) == sorted(wrong), play.code


# --- many cases ----------------------------------------------------------------------------------


def some(content: Content, *wanted: str) -> list[Play]:
    return [content.play(code) for code in wanted]


def test_any_number_of_jobs_gives_the_same() -> None:
    plays = some(bundled(), "P62", "P10", "P47", "P27")
    plays[0] = replace(plays[0], cases=(replace(plays[0].cases[0], rank=(9, 9)), *plays[0].cases[1:]))
    content = with_plays(bundled(), plays)
    one, three = (run_plays(content, content.plays, jobs) for jobs in (1, 3))
    assert [(r.play.code, r.case.name, r.problems, r.seen, r.marks) for r in one] == [
        (r.play.code, r.case.name, r.problems, r.seen, r.marks) for r in three
    ]
    assert [r.passed for r in one].count(False) == 1


def test_cases_share_an_advisor_without_sharing_facts() -> None:
    bench, play = Bench(bundled()), bundled().play("P62")
    order = [*play.cases, *reversed(play.cases)]
    assert all(bench.run(play, case).passed for case in order)


# --- coverage ------------------------------------------------------------------------------------


def covered(tmp_path: Path, when: str, cases: str) -> PlayCoverage:
    """What some cases show of a condition that replaces a bundled play's."""
    text = (content_root() / SILENCE).read_text(encoding="utf-8")
    head, tail = text[: text.index("when:\n")], text[text.index("see:\n") :]
    body = tail[: tail.index("cases:\n")] + "cases:\n" + cases + tail[tail.index("card:\n") :]
    content = planted(tmp_path, SILENCE, "", head + when + body)
    assert not [one for one in content.problems if one.level == "error"], content.problems
    play = content.play("P62")
    return coverage(content, [play], run_plays(content, [play])).plays[0]


def unseen(found: PlayCoverage) -> list[tuple[str, str]]:
    return [(one.text, one.verdict) for one in found.unseen]


def a_case(name: str, given: str, expect: str = "silent") -> str:
    return f"  - name: {name}\n    today: 2026-11-20\n    given: {given}\n    expect: {expect}\n"


def test_each_leaf_is_to_be_seen_true_false_and_unknown(tmp_path: Path) -> None:
    when = "when:\n  stage: [core, regular]\n  tier: is known\nunless:\n  payment_overdue: true\n"
    fired = a_case("one", "{stage: core, tier: large}", "fires")
    found = covered(tmp_path, when, fired)
    assert unseen(found) == [
        ("stage: core, regular", "false"),
        ("stage: core, regular", "unknown"),
        ("tier: is known", "false"),
        ("payment_overdue: true", "true"),
        ("payment_overdue: true", "false"),
    ]
    assert (found.seen, found.total, found.percent) == (3, 8, 37)
    assert found.expects == {"fires"} and found.stages == ("regular", "core") and found.stages_not_shown == ("regular",)
    assert [one.place.line for one in found.unseen][-1] == line_of(tmp_path, SILENCE, "  payment_overdue: true\n")
    more = a_case("two", "{stage: exited, payment_overdue: true}") + a_case("three", "{payment_overdue: false}")
    whole = covered(tmp_path, when, fired + more + a_case("four", "{stage: regular, tier: large}", "fires"))
    assert unseen(whole) == [] and whole.percent == 100 and whole.stages_not_shown == ()


def test_leaves_of_rows_are_seen_on_the_rows(tmp_path: Path) -> None:
    when = "when:\n  some contact: {trust: at least 3}\n  count complaint: {where: {kind: quality_poor}, at_least: 1}\n"
    rows = "{contacts: [{name: A, trust: 4}, {name: B, trust: 1}, {name: C}], complaints: [{kind: quality_poor}, {}]}"
    found = covered(tmp_path, when, a_case("one", rows, "fires"))
    assert ("contact.trust: at least 3", "unknown") not in unseen(found)
    assert unseen(found) == [
        ("count complaint: at least 1", "false"),
        ("count complaint: at least 1", "unknown"),
        ("complaint.kind: quality_poor", "false"),
    ]


def test_rows_among_which_the_latest_is_taken_count_as_well(tmp_path: Path) -> None:
    when = "when:\n  last 1 complaint: {where: {kind: quality_poor}, every: {closed_on: is none}}\n"
    rows = "{complaints: [{kind: quality_poor, opened_on: 2026-11-01, closed_on: none}, {kind: other}, {}]}"
    found = covered(tmp_path, when, a_case("one", rows))
    assert ("complaint.kind: quality_poor", "true") not in unseen(found)
    assert ("complaint.kind: quality_poor", "unknown") not in unseen(found)


def test_a_case_that_fails_shows_no_stage(tmp_path: Path) -> None:
    found = covered(tmp_path, "when:\n  stage: core\n", a_case("one", "{stage: core}", "silent"))
    assert found.stages_not_shown == ("core",)


def test_the_report_names_place_and_kind_of_case(tmp_path: Path) -> None:
    found = covered(tmp_path, "when:\n  stage: core\n", a_case("one", "{stage: core}", "fires"))
    for language in ("en", "zh"):
        lines = cases_text.coverage_lines(Coverage((found,)), bundled().words[language], language, True)
        place = f"{shown(tmp_path / SILENCE)}:{line_of(tmp_path, SILENCE, '  stage: core')}"
        assert any(line.startswith(place) for line in lines) and "1" in lines[0]
        assert any("stage" in line and "→" in line for line in lines)


# --- JUnit ---------------------------------------------------------------------------------------


def failing() -> list[CaseResult]:
    play = bundled().play("P62")
    case = replace(play.cases[0], name="停单 <&> \x00\x1b\ufffe 八十天", rank=(3, 3))
    content = with_plays(bundled(), [replace(play, cases=(case, *play.cases[1:3]))])
    return run_plays(content, content.plays)


def test_junit_is_well_formed_and_always_the_same() -> None:
    data = junit.junit(failing(), "zh")
    root = ElementTree.fromstring(data)
    suite = root.find("testsuite")
    assert suite is not None and root.get("tests") == suite.get("tests") == "3" and root.get("failures") == "1"
    case = suite.findall("testcase")[0]
    assert "停单 <&> " in str(case.get("name")) and case.get("file") == SILENCE and int(case.get("line") or 0) > 1
    failure = case.find("failure")
    assert failure is not None and failure.get("type") == "case-other-rank" and "排第 1" in str(failure.get("message"))
    assert SILENCE in str(failure.text) and "→" in str(failure.text)
    assert junit.junit(failing(), "zh") == data


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(AdvisorError) as caught:
        junit.write(tmp_path / "nowhere" / "junit.xml", b"")
    assert caught.value.problems[0].code == "cannot-write"


# --- the command ---------------------------------------------------------------------------------


def invoke(*words: str) -> Any:
    return CliRunner().invoke(main, ["test", *words], env={"ADVISOR_LANG": "en"})


def test_the_command_with_everything(tmp_path: Path) -> None:
    path = tmp_path / "junit.xml"
    result = invoke("--play", "P62", "--coverage", "--junit", str(path), "--format", "json")
    found = json.loads(result.stdout)
    assert result.exit_code == 0 and found["failed"] == 0 and found["passed"] == len(found["cases"])
    assert found["coverage"]["plays"][0]["code"] == "P62" and found["coverage"]["leaf"]["total"] > 10
    assert ElementTree.parse(path).getroot().get("tests") == str(found["passed"])


def test_least_coverage_decides_the_exit_code() -> None:
    assert invoke("--play", "P25", "--min-leaf", "10").exit_code == 0
    below = invoke("--play", "P25", "--min-leaf", "100")
    assert below.exit_code == 1 and "coverage-below" in below.stderr


def test_a_play_that_cannot_be_run_is_not_covered(tmp_path: Path) -> None:
    """Its file has errors: no coverage of it is told, and none is enough."""
    planted(tmp_path, SILENCE, "silence_level: silent", "silence_levl: silent")
    path = tmp_path / "junit.xml"
    words = str(tmp_path), "--play", "P62", "--coverage", "--min-leaf", "0", "--junit", str(path)
    result = invoke(*words)
    assert result.exit_code == 1 and "unknown-fact" in result.stdout and "100%" not in result.stdout
    assert "No case was run" in result.stdout and "There is no case" not in result.stdout
    assert "Coverage: no case was run" in result.stdout and ElementTree.parse(path).getroot().get("errors") == "1"
    assert "coverage-below" in invoke(str(tmp_path), "--play", "P62", "--min-leaf", "1").stderr
    found = json.loads(invoke(*words, "--format", "json").stdout)
    assert found["coverage"]["leaf"]["percent"] == 0 and len(found["not_run"]) == 1
    assert SILENCE in found["not_run"][0]


def test_plays_that_are_run_are_told_beside_one_that_is_not(tmp_path: Path) -> None:
    planted(tmp_path, SILENCE, "when:\n", "wehn:\n")
    content = load(tmp_path)
    few = replace(content, plays=content.plays[:2])
    done = first_round(few)
    text = "\n".join(cases_text.lines(done, "en"))
    assert len(done.plays) == 2 and "Cases of 2 plays" in text and "cases were not run" in text and SILENCE in text


def test_broken_content_is_told_and_fails(tmp_path: Path) -> None:
    """A play that cannot be read must not pass for one without failing cases."""
    planted(tmp_path, SILENCE, "when:\n", "wehn:\n")
    result = invoke(str(tmp_path), "--play", "P62")
    assert result.exit_code == 1 and "unknown-key" in result.stdout and "Traceback" not in result.output
    (tmp_path / SILENCE).unlink()
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/words.yaml").write_text("zh: [\n", encoding="utf-8")
    result = invoke(str(tmp_path))
    assert result.exit_code == 1 and "rules/words.yaml" in result.stdout and "Traceback" not in result.output


# --- one play read again -------------------------------------------------------------------------


def same(one: Content, other: Content) -> bool:
    def key(content: Content) -> Any:
        return (
            [(play.code, play.path, play.place, play.when, len(play.cases)) for play in content.plays],
            sorted((p.code, str(p.place), p.level) for p in content.problems),
        )

    return bool(key(one) == key(other))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("silence_level: silent", "silence_level: near"),
        ("silence_level: silent", "silense_level: silent"),
        ("code: P62", "code: P63"),
        ("when:\n", "when: [\n"),
        ("回访{{ person }}", "给{{ person }}回扣"),
        ("expect: fires", "expect: fire"),
    ],
)
def test_a_play_read_again_is_as_if_all_were_read(tmp_path: Path, old: str, new: str) -> None:
    before = planted(tmp_path, SILENCE, "urgency: 3", "urgency: 4")
    after = planted(tmp_path, SILENCE, old, new)
    found = reread(before, [tmp_path / SILENCE], tmp_path, ())
    assert same(found, after)
    (tmp_path / SILENCE).write_text((content_root() / SILENCE).read_text(encoding="utf-8"), encoding="utf-8")
    healed = reread(found, [tmp_path / SILENCE], tmp_path, ())
    assert not [one for one in healed.problems if one.level == "error"]


def test_what_is_more_than_one_play_is_read_as_a_whole(tmp_path: Path) -> None:
    content = planted(tmp_path, SILENCE, "urgency: 3", "urgency: 4")
    assert reread_play(content, content_root() / SILENCE) is None  # lies under the workspace's own
    assert reread_play(content, tmp_path / "rules/policy.yaml") is None
    assert reread_play(content, tmp_path / "playbooks/retention/playbook.yaml") is None
    (tmp_path / SILENCE).unlink()
    assert reread_play(content, tmp_path / SILENCE) is None
    assert same(reread(content, [tmp_path / SILENCE], tmp_path, ()), load(tmp_path))


# --- watching ------------------------------------------------------------------------------------


class Stop(Exception):
    pass


def ticking(*acts: Callable[[], object]) -> Callable[[], None]:
    """A wait that does one thing after another instead, and then ends the watch."""
    left: Iterator[Callable[[], object]] = iter(acts)

    def tick() -> None:
        act = next(left, None)
        if act is None:
            raise Stop
        act()

    return tick


def seen_by(paths: Callable[[], list[Path]], *acts: Callable[[], object]) -> list[set[str]]:
    found = []
    with pytest.raises(Stop):
        for changed in changes(paths, ticking(*acts)):
            found.append({path.name for path in changed})
    return found


def test_changes_are_told_when_the_saving_is_over(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text("a", encoding="utf-8")
    found = seen_by(
        lambda: sorted(tmp_path.glob("*.yaml")),
        lambda: None,
        lambda: one.write_text("", encoding="utf-8"),
        lambda: one.write_text("ab", encoding="utf-8"),
        lambda: None,
        lambda: two.write_text("b", encoding="utf-8"),
        lambda: None,
        lambda: None,
        one.unlink,
        lambda: None,
    )
    assert found == [{"one.yaml"}, {"two.yaml"}, {"one.yaml"}]


def test_what_is_watched(tmp_path: Path) -> None:
    planted(tmp_path, SILENCE, "urgency: 3", "urgency: 4")
    (tmp_path / "notes.txt").write_text("", encoding="utf-8")
    found = content_files(tmp_path)
    assert tmp_path / SILENCE in found and content_root() / "rules/facts.yaml" in found
    assert content_root() / SILENCE in found and tmp_path / "notes.txt" not in found


def test_a_save_runs_the_play_again_and_a_rule_runs_all_that_is_asked_for(tmp_path: Path) -> None:
    content = planted(tmp_path, SILENCE, "urgency: 3", "urgency: 4")
    path, other = tmp_path / SILENCE, content_root() / "playbooks/needs/settle-what-they-must-have.yaml"
    policy = tmp_path / "rules/policy.yaml"
    policy.parent.mkdir()
    metrics = CaseMetrics(content)
    assert not first_round(content, "P62", metrics=metrics).wrong

    def saves() -> Iterator[frozenset[Path]]:
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("due_on: 2026-11-25", "due_on: 2026-11-24"), encoding="utf-8")
        yield frozenset({path})
        path.write_text(text.replace("when:\n", "wehn:\n"), encoding="utf-8")
        yield frozenset({path})
        path.write_text(text, encoding="utf-8")
        yield frozenset({path})
        yield frozenset({other})  # another play: nothing to tell
        policy.write_text("silence_min_orders: 9\n", encoding="utf-8")
        yield frozenset({policy})

    found = list(rounds(content, "P62", saves(), tmp_path, (), metrics))
    assert [[play.code for play in one.plays] for one in found] == [["P62"], [], ["P62"], ["P62"]]
    assert [len(one.report.failed) > 0 for one in found] == [True, False, False, True]
    assert [set(codes(list(one.problems))) for one in found] == [set(), {"unknown-key", "missing-key"}, set(), set()]


def test_the_watch_ends_quietly(tmp_path: Path) -> None:
    planted(tmp_path, SILENCE, "urgency: 3", "urgency: 4")
    words = [sys.executable, str(ROOT / "cli.py"), "test", str(tmp_path), "--play", "P62", "--watch", "--lang", "en"]
    env = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", env=env) as run:
        assert run.stdout
        heard: list[str] = []
        for line in iter(run.stdout.readline, ""):
            heard.append(line)
            if line.startswith("Watching"):
                break
        text = (tmp_path / SILENCE).read_text(encoding="utf-8")
        (tmp_path / SILENCE).write_text(text.replace("due_on: 2026-11-25", "due_on: 2026-11-24"), encoding="utf-8")
        for line in iter(run.stdout.readline, ""):
            heard.append(line)
            if "1 failed" in line:
                break
        run.send_signal(signal.SIGINT)
        rest = run.stdout.read()
        assert run.wait() == 0 and not rest.strip(), rest
    assert any("case-other-day" in line for line in heard)


def test_watching_gives_no_report() -> None:
    for option in (["--coverage"], ["--junit", "x.xml"], ["--format", "json"]):
        result = invoke("--watch", *option)
        assert result.exit_code == 2 and "watch-alone" in result.stderr


# --- the pytest plugin ---------------------------------------------------------------------------


def pytest_run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT), "ADVISOR_LANG": "en"}
    command = [sys.executable, "-m", "pytest", "-p", "advisor.pytest_plugin", "-p", "no:cacheprovider", *words]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, encoding="utf-8", check=False)


def test_the_plugin_runs_the_check_and_every_case(tmp_path: Path) -> None:
    planted(tmp_path, SILENCE, "due_on: 2026-11-25", "due_on: 2026-11-24")
    (tmp_path / "pytest.ini").write_text("[pytest]\nadvisor_content = .\n", encoding="utf-8")
    found = pytest_run(tmp_path, "-q")
    cases = len(load(tmp_path).play("P62").cases)
    assert found.returncode == 1 and f"1 failed, {cases} passed" in found.stdout  # the check is one of them
    assert f"{SILENCE}:" in found.stdout and "case-other-day due on 2026-11-25" in found.stdout
    assert "→ due days are working days" in found.stdout and "Traceback" not in found.stdout
    one = pytest_run(tmp_path, "-q", f"{SILENCE}::buys once only")
    assert one.returncode == 0 and "1 passed" in one.stdout


def test_the_plugin_shows_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    planted(tmp_path, SILENCE, "when:\n", "wehn:\n")
    found = pytest_run(tmp_path, "-q", "--advisor", ".")
    assert found.returncode == 1 and "2 failed" in found.stdout and "did you mean 'when'" in found.stdout


def test_the_plugin_keeps_out_of_other_projects(tmp_path: Path) -> None:
    planted(tmp_path, SILENCE, "urgency: 3", "urgency: 4")
    (tmp_path / "test_own.py").write_text(
        "import sys\ndef test_own():\n    assert 'advisor.bench.cases' not in sys.modules\n", encoding="utf-8"
    )
    found = pytest_run(tmp_path, "-q")
    assert found.returncode == 0 and "1 passed" in found.stdout
    missing = pytest_run(tmp_path, "--advisor", "nowhere")
    assert missing.returncode == 4 and "there is no folder" in missing.stderr


def test_the_plugin_is_announced() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"advisor": "advisor.pytest_plugin"}
