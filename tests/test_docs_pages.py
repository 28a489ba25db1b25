"""`advisor docs`: a page for every play in both languages, conditions in words, links that lead somewhere."""

from __future__ import annotations

import datetime
import functools
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from support import ROOT, bundled

from advisor.advice.derived_in_words import Makings
from advisor.advice.wording import Printer
from advisor.content.plays import Play
from advisor.content.read_conditions import Scope, read_node
from advisor.core import yaml_in
from advisor.core.model import Problem
from advisor.docs.docs_site import site
from advisor.docs.play_sources import Sources, read_sources
from advisor.docs.play_stages import stages
from cli import main

LANGUAGES = ("zh", "en")


class Page(HTMLParser):
    """What a page links to, offers as a target and says; unclosed elements are noted."""

    VOID = ("meta", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.texts: list[str] = []
        self.tags: set[str] = set()
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        self.links += [found["href"] or ""] if "href" in found else []
        self.ids += [found["id"] or ""] if "id" in found else []
        self.open += [] if tag in self.VOID else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


@functools.cache
def pages() -> dict[str, str]:
    return site(bundled(), read_sources())


@functools.cache
def parsed() -> dict[str, Page]:
    return {name: Page(text) for name, text in pages().items()}


@functools.cache
def makings(language: str) -> Makings:
    content = bundled()
    printer = Printer(content.words[language], language, "CNY", datetime.date.min)
    return Makings(content.vocabulary, printer, read_sources().policies())


def said(text: str, language: str, about: str = "account") -> str:
    """A condition, written in YAML, in words."""
    item, problems = yaml_in.parse(text, "condition.yaml")
    rows = ("account",) if about == "account" else ("account", about)
    found: list[Problem] = list(problems)
    scope = Scope(bundled().vocabulary, bundled().policy, rows, found, about_row=about != "account")
    node = read_node(item, scope)
    assert not found
    return makings(language).sentence(makings(language).clauses(node, rows))


def play(code: str) -> Play:
    return bundled().play(code)


# --- the pages -----------------------------------------------------------------------------------


def test_every_play_has_a_page_in_each_language() -> None:
    for one in bundled().plays:
        for language in LANGUAGES:
            page = parsed()[f"{one.code}.{language}.html"]
            assert one.title[language] in page.text
            assert page.tags.isdisjoint({"script", "img", "iframe"})


def test_pages_are_well_formed() -> None:
    for name, page in parsed().items():
        assert not page.open, name
        assert len(page.ids) == len(set(page.ids)), name


def test_all_links_lead_somewhere_within_the_folder() -> None:
    for name, page in parsed().items():
        for target in page.links:
            file, _, mark = target.partition("#")
            found = parsed().get(file or name)
            assert found is not None, (name, target)
            assert not mark or mark in found.ids, (name, target)


def test_each_page_links_to_its_other_language() -> None:
    for name, page in parsed().items():
        stem, _, rest = name.partition(".")
        if rest != "html":
            other = "en" if rest == "zh.html" else "zh"
            assert f"{stem}.{other}.html" in page.links


def test_a_page_says_what_the_play_says() -> None:
    for one in bundled().plays:
        for language in LANGUAGES:
            text = parsed()[f"{one.code}.{language}.html"].text
            words = one.words[language]
            for line in (*words.ask, *words.do_not, *words.steps):
                assert "{" in line.text or line.text in text, (one.code, language, line.text)
            assert all(case.name in text for case in one.cases)
            assert all(entry in text for entry in one.basis)


def test_no_page_names_a_guarded_fact() -> None:
    vocabulary = bundled().vocabulary
    guarded = {f.name for entity in vocabulary.entities.values() for f in entity.fields.values() if f.guarded}
    assert guarded
    for name, text in pages().items():
        assert not guarded & set(re.findall(r"[a-z]\w+", text)), name


def test_no_words_are_missing() -> None:
    """A key without a word would be printed as the key; a slot left over as braces."""
    for name, page in parsed().items():
        assert not re.search(r"\bdocs\.|\bexplain_|\{\w*\}|\{\{|\{%", page.text), name


def test_chinese_pages_have_no_english_conditions() -> None:
    for one in bundled().plays:
        rows = ("account",) if one.about != "opportunity" else ("account", one.about)
        told = makings("zh").sentence(makings("zh").clauses(one.when, rows))
        assert not re.search(r"\b(is|unless|with|more than)\b", told), told
        assert not re.search(r"[\u4e00-\u9fff]", makings("en").sentence(makings("en").clauses(one.when, rows)))


def test_output_is_the_same_every_time() -> None:
    assert site(bundled(), read_sources()) == pages()


def test_texts_are_escaped() -> None:
    content = bundled()
    words = {**content.words, "en": {**content.words["en"], "docs": {**content.words["en"]["docs"]}}}
    words["en"]["docs"]["title"] = "<b>&"
    found = site(replace(content, words=words, plays=()), Sources())
    assert "&lt;b&gt;&amp;" in found["index.en.html"]
    assert "<b>" not in found["index.en.html"]


def test_slots_are_shown_as_labels() -> None:
    assert '<mark title="usual_gap_days">通常下单间隔</mark>' in pages()["P61.zh.html"]
    assert '<mark title="person">person to see</mark>' in pages()["P61.en.html"]


def test_an_if_is_told_in_words() -> None:
    found = [text for name, page in pages().items() for text in re.findall(r'<i class="if">([^<]*)</i>', page)]
    assert found
    assert not [text for text in found if re.search(r"==|_|[\"']|\b(true|false)\b", text)]
    assert "若客户阶段是老客户：" in found
    assert "if account stage is regular account: " in found


# --- the index -----------------------------------------------------------------------------------


def test_stages_follow_from_the_condition() -> None:
    every = tuple(bundled().vocabulary.choices["stage"].labels)
    expected = {"P61": ("new", "regular", "core", "strategic_partner"), "P46": ("exited",), "P01": every}
    assert {code: stages(play(code), bundled()) for code in expected} == expected


def test_stages_see_through_derived_facts() -> None:
    """A key account is none that has left; an overdue upgrade has no limit but in three stages."""
    assert "exited" not in stages(play("P49"), bundled())
    assert set(stages(play("P41"), bundled())) <= {"new", "regular", "core"}


def test_a_play_that_fires_in_a_case_is_listed_under_that_stage() -> None:
    for one in bundled().plays:
        for case in one.cases:
            stage = case.given.get("stage")
            if case.expect == "fires" and stage is not None:
                assert stage.value in stages(one, bundled()), (one.code, case.name)


def test_the_index_lists_every_play_by_stage_and_pain_point() -> None:
    index = pages()["index.en.html"]
    for one in bundled().plays:
        assert index.count(f'href="{one.code}.en.html"') >= 3, one.code
    for pain in read_sources().pains:
        assert f'id="pain.{pain.code}"' in index
        assert all(f"pain.{pain.code}" in pages()[f"{code}.en.html"] for code in pain.plays)


# --- conditions in words -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "zh", "en"),
    [
        (
            "{stage: [regular, core], days_since_contact: more than 30 days, unless: {payment_overdue: true}}",
            "客户阶段是老客户或核心客户；多久没接触超过30天；除非：有逾期货款",
            "account stage is regular account or core account; days since last contact is more than 30 days; "
            "unless payment overdue",
        ),
        (
            "{days_since_contact: {more_than: $policy.ka_contact_days}}",
            "多久没接触超过30天（阈值“大客户最长多少天联系一次”）",
            "days since last contact is more than 30 days (threshold “Longest time without contact at a key account”)",
        ),
        ("{plan_on: is none}", "客户规划日期确知没有", "account plan dated is known to be none"),
        ("{plan_on: is not known}", "客户规划日期还不知道", "account plan dated is not known"),
        (
            "{plan_on: older than 365 days}",
            "客户规划日期离现在超过365天",
            "account plan dated is more than 365 days ago",
        ),
        (
            "{some contact: {buying_roles: has technical, depth: at least impression}}",
            "有联系人符合：（采购角色里有技术人员；关系深度至少建立印象）",
            "some contact with (buying roles include technical staff; "
            "depth of relationship is at least good impression made)",
        ),
        (
            "{count complaint: {where: {kind: supply_late}, at_least: 3}}",
            "投诉的条数至少3，只数符合这些的：抱怨类别是供应不及时",
            "the number of records of kind “complaint” is at least 3, "
            "counting those with kind of complaint is late supply",
        ),
        ("{no opportunity: {open: true}}", "没有商机符合：未结：是", "no opportunity with open: yes"),
        ("{decider_covered: false}", "不是“决策者已覆盖”", "not “decision-maker covered”"),
        (
            "{any: [{tier: vip}, {is_ka: true}]}",
            "价值等级是白金以上(VIP)，或者大客户",
            "value tier is VIP (above platinum), or key account",
        ),
        (
            "{not: {any: [{tier: vip}, {is_ka: true}]}}",
            "下面一条也不成立：（价值等级是白金以上(VIP)；大客户）",
            "none of these: (value tier is VIP (above platinum); key account)",
        ),
        ("{surely: {is_ka: true}}", "有记录证明：大客户", "on record: key account"),
    ],
    ids=range(12),
)
def test_conditions_in_words(condition: str, zh: str, en: str) -> None:
    assert (said(condition, "zh"), said(condition, "en")) == (zh, en)


def test_every_definition_can_be_told() -> None:
    for language in LANGUAGES:
        told = makings(language)
        for one in bundled().derived.values():
            if told.shown(one):
                text = told.sentence(told.definition(one))
                assert text.strip(), one.name
                assert not re.search(r"\bdocs\.|\{", text), text


def test_a_guarded_fact_is_told_nowhere() -> None:
    hidden = [one for one in bundled().derived.values() if not makings("en").shown(one)]
    assert {one.name for one in hidden} >= {"sensitive"}
    assert all(f"{one.entity}.{one.name}" not in parsed()["glossary.en.html"].ids for one in hidden)


# --- the command ---------------------------------------------------------------------------------


def test_the_command_writes_the_folder(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "pages"
    result = CliRunner().invoke(main, ["docs", "--out", str(out), "--lang", "en"])
    assert result.exit_code == 0, result.output
    assert {path.name for path in out.iterdir()} == set(pages())
    assert (out / "P61.zh.html").read_text(encoding="utf-8") == pages()["P61.zh.html"]
    assert str(out / "index.html") in result.output


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = CliRunner().invoke(main, ["docs", "--out", str(tmp_path / "file"), "--lang", "en"])
    assert result.exit_code == 2
    assert "docs-not-written" in result.output
    assert "Traceback" not in result.output


def test_a_workspace_is_told_with_its_own_thresholds(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/policy.yaml").write_text("ka_contact_days: 45\n", encoding="utf-8")
    out = tmp_path / "pages"
    result = CliRunner().invoke(main, ["docs", "--out", str(out), "--content", str(tmp_path)])
    assert result.exit_code == 0, result.output
    text = Page((out / "P65.zh.html").read_text(encoding="utf-8")).text
    assert "多久没接触超过45天（阈值“大客户最长多少天联系一次”）" in text


def test_pain_points_name_plays_that_exist() -> None:
    codes = {one.code for one in bundled().plays}
    assert (ROOT / "rules/method/pain_points.yaml").is_file()
    assert {code for pain in read_sources().pains for code in pain.plays} <= codes
