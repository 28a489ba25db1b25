"""Banned terms (methodology 4.2): found in every text of both languages, with place, term and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from overlay import planted
from support import bundled

from advisor.bench.check import check
from advisor.content.kept import load
from advisor.content.lint import Lint, Term, check_terms
from advisor.content.read_lint import read_lint
from advisor.core import yaml_in
from advisor.core.home import content_root
from advisor.core.model import Problem
from cli import main

METHOD = [
    "回扣",
    "好处费",
    "红包",
    "送礼",
    "请吃",
    "桑拿",
    "打业务牌",
    "线人",
    "摆平",
    "打点",
    "购物卡",
    "加油卡",
    "茶水费",
    "居间费",
    "个人返点",
    "控标",
    "陪标",
    "围标",
    "串标",
    "内定",
    "标底",
    "kickback",
    "bribe",
    "gift",
    "hospitality",
]
PLAY = "playbooks/retention/ask-why-orders-stopped.yaml"


def banned(problems: tuple[Problem, ...] | list[Problem]) -> list[Problem]:
    return [one for one in problems if one.code == "banned-term"]


def lint() -> Lint:
    return read_lint(yaml_in.load(content_root() / "rules/lint.yaml", "lint.yaml")[0], [])


def terms() -> list[Term]:
    return list(lint().terms)


def found(text: str, name: str = "playbooks/x/y.yaml") -> list[tuple[int, int, str, str]]:
    item, problems = yaml_in.parse(text, "y.yaml")
    assert not problems
    hits = check_terms(lint(), {name: [item]})
    return [(hit.place.line, hit.place.column, str(hit.details["term"]), hit.level) for hit in hits]


def test_the_bundled_content_is_clean() -> None:
    assert not banned(bundled().problems)


@pytest.mark.parametrize("term", terms(), ids=lambda term: term.word)
def test_every_term_is_found_and_has_a_way_out(term: Term) -> None:
    assert term.write, "say what to write instead"
    assert [
        one[2] for one in found(f"zh: 我们先{term.word}再说\n" if not term.word.isascii() else f"en: a {term.word}.\n")
    ]


@pytest.mark.parametrize("word", METHOD)
def test_the_method_s_list_is_banned(word: str) -> None:
    assert [one for one in terms() if one.word == word and one.level == "error"]


@pytest.mark.parametrize("word", ["返利", "返点", "rebate"])
def test_a_contractual_rebate_is_a_warning(word: str) -> None:
    assert {one[3] for one in found(f"zh: 按合同{word}\n" if not word.isascii() else f"en: the {word} agreed\n")} == {
        "warning"
    }


@pytest.mark.parametrize(
    "text",
    ["找产线人员问", "范围标准", "周围标识", "请客户签字", "请客户经理写下", "室内定制", "一周内定下来", "目标底线"],
)
def test_words_that_only_look_like_a_term_pass(text: str) -> None:
    assert found(f"zh: {text}\n") == []


def test_a_look_alike_beside_the_real_term_does_not_hide_it() -> None:
    assert [one[2] for one in found("zh: 产线人员里找线人\n")] == ["线人"]


@pytest.mark.parametrize("text", ["Gifts", "GIFT", "gifted", "bribed", "kickbacks", "wine and  dine", "off-the-books"])
def test_english_in_any_case_and_ending(text: str) -> None:
    assert found(f"en: some {text} here\n")


@pytest.mark.parametrize("text", ["giftless", "tribes", "shift", "the mailbox"])
def test_parts_of_english_words_pass(text: str) -> None:
    assert found(f"en: some {text} here\n") == []


@pytest.mark.parametrize("text", ["回 扣", "回\u200b扣", "回\u3000扣"])
def test_spaced_characters_do_not_hide_a_term(text: str) -> None:
    assert found(f'zh: "先谈{text}"\n')


def test_places_are_those_of_the_characters() -> None:
    assert found("zh:\n  message: |\n    您好\n    先送礼再谈\n")[0][:2] == (4, 6)
    assert found("zh:\n  title: 好处费\n")[0][:2] == (2, 10)
    assert found('en:\n  - x: "a gift"\n')[0][:2] == (2, 11)


def test_do_not_may_name_it_and_nothing_else() -> None:
    assert found("zh:\n  do_not: |\n    别送礼\n  message: 好\n") == []
    assert found("zh:\n  steps: |\n    送礼\n") != []
    assert found("x: 送礼\n", "rules/guards/own.yaml") == []
    assert found("hospitality_limit: {label: {en: gifts}}\n", "rules/policy.yaml") == []
    assert found("other: {label: {en: gifts}}\n", "rules/policy.yaml") != []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rules/words.yaml", "zh:\n  greeting: 先送礼\n"),
        ("rules/policy.yaml", "plan_days:\n  label: {zh: 红包, en: days}\n"),
        (
            "rules/facts.yaml",
            "entities:\n  account:\n    fields:\n      stage:\n        label: {zh: 线人, en: Stage}\n",
        ),
        ("rules/derived/own.yaml", "own_fact:\n  label: {zh: 事, en: A bribe}\n  when: {stage: core}\n"),
        ("playbooks/retention/playbook.yaml", "title: {zh: 打点, en: x}\nabout: {zh: 一, en: y}\norder: 1\n"),
        ("rules/anything/notes.yaml", "note: 请吃一顿\n"),
    ],
)
def test_every_kind_of_content_is_looked_at(tmp_path: Path, name: str, text: str) -> None:
    hits = banned(planted(tmp_path, name, new=text).problems)
    assert hits and all(one.level == "error" and name in one.place.path for one in hits)


@pytest.mark.parametrize(
    "block", ["headline", "message", "ask", "if_they_say", "steps", "done_when", "nobody_known", "because"]
)
@pytest.mark.parametrize(("language", "term"), [("zh", "红包"), ("en", "kickback")])
def test_every_block_of_a_play_in_both_languages(block: str, language: str, term: str) -> None:
    text = (Path(__file__).with_name("sound_play.yaml")).read_text(encoding="utf-8")
    lines = text.splitlines()
    start = lines.index(f"{language}:")
    at = next(n for n in range(start, len(lines)) if lines[n].startswith(f"  {block}:"))
    if lines[at].rstrip().endswith("|"):
        lines[at + 1] += f" {term}"
    else:
        lines[at] += f" {term}"
    hits = found("\n".join(lines) + "\n", PLAY)
    assert [(one[2], one[0]) for one in hits] == [(term, next(n for n, x in enumerate(lines, 1) if term in x))]


def test_check_prints_it_and_fails(tmp_path: Path) -> None:
    planted(tmp_path, "rules/words.yaml", new="zh:\n  greeting: 先送礼\n")
    run = CliRunner().invoke(main, ["check", str(tmp_path), "--lang", "zh"])
    assert run.exit_code == 1
    assert "words.yaml:2:14" in run.output and "送礼" in run.output and "改写成" in run.output


def test_a_warning_does_not_fail_the_check(tmp_path: Path) -> None:
    content = planted(tmp_path, "rules/words.yaml", new="zh:\n  greeting: 按合同返利\n")
    assert [one.level for one in check(content) if one.code == "banned-term"] == ["warning"]


def test_a_workspace_adds_terms_and_takes_none_away(tmp_path: Path) -> None:
    own = "zh:\n  回扣: {write: 随便, level: ask}\n  包办: {write: 写明谁做}\n"
    own += "allowed_in: ['rules/words.yaml: zh.greeting']\n"
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/lint.yaml").write_text(own, encoding="utf-8")
    (tmp_path / "rules/words.yaml").write_text("zh:\n  greeting: 回扣包办\n", encoding="utf-8")
    hits = {str(one.details["term"]): one.level for one in banned(load(tmp_path).problems)}
    assert hits == {"回扣": "error", "包办": "error"}


def test_an_unknown_level_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/lint.yaml").write_text("zh:\n  包办: {write: 写明, level: bann}\n", encoding="utf-8")
    (problem,) = [one for one in load(tmp_path).problems if one.code == "unknown-word"]
    assert problem.details["near"] == "banned" and problem.place.line == 2
