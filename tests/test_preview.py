"""A play before its release: cases and accounts, both languages, what was left out, and a new look after each save."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support import AS_OF, ROOT

from advisor.advice.workspace import Wish
from advisor.core.model import AdvisorError
from advisor.pages.page_text import width
from advisor.preview import preview_html, preview_text
from advisor.preview.preview import Preview, Previewer
from cli import main

PLAY = "ask-why-orders-stopped"
SOURCE = ROOT / "playbooks" / "retention" / f"{PLAY}.yaml"


_SHARED: dict[Path, Previewer] = {}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a copy of one play, and an open preview of it."""
    folder = tmp_path_factory.mktemp("team")
    path = folder / "playbooks" / "retention" / SOURCE.name
    path.parent.mkdir(parents=True)
    shutil.copy(SOURCE, path)
    _SHARED[path] = opened(path)
    return path


@pytest.fixture
def file(workspace: Path) -> Iterator[Path]:
    """The play's file, which is as it was before when the test is over."""
    before = workspace.read_text(encoding="utf-8")
    yield workspace
    workspace.write_text(before, encoding="utf-8")


def opened(file: Path, wanted: str = "P62") -> Previewer:
    folder = file.parents[2]
    return Previewer(Wish(content=folder, as_of=AS_OF, language="zh", history=folder / "none.csv"), wanted)


def bench(file: Path) -> Previewer:
    """The open preview, with the file as it is now."""
    _SHARED[file].saved({file})
    return _SHARED[file]


def changed(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def shown(found: Preview, of: Previewer, columns: int = 130) -> str:
    return preview_text.text(found, of.printers, of.language, columns)


# --- what is shown -------------------------------------------------------------------------------


def test_every_firing_case_and_up_to_three_accounts(file: Path) -> None:
    of = bench(file)
    found = of.preview()
    play = of.play
    assert play and found.reached
    assert [view.title["zh"] for view in found.cases] == [case.name for case in play.cases if case.expect == "fires"]
    assert len(found.accounts) == min(3, found.reached.number)
    assert all([one.language for one in view.spoken] == ["zh", "en"] for view in (*found.cases, *found.accounts))
    assert not found.own and not found.others


def test_the_accounts_are_those_that_advise_finds(file: Path) -> None:
    of = bench(file)
    found = of.preview()
    advisor = of.reach.advisor
    firing = set()
    for account in advisor.book.accounts():
        facts = advisor.facts(account)
        assert of.play
        firing |= {account.id for one in of.reach._tried(of.play, facts) if one.trace.verdict}
    assert found.reached and found.reached.number == len(firing)
    assert {view.spoken[0].step.subject[1] for view in found.accounts} <= firing


def test_a_slot_that_nobody_knows_is_told_with_its_line(file: Path) -> None:
    found = bench(file).preview()
    gone = found.cases[0].spoken[0].left_out
    lines = file.read_text(encoding="utf-8").splitlines()
    assert gone
    for one in gone:
        assert all(f"{{{{ {slot} }}}}" in lines[one.place.line - 1] for slot in one.slots)
    because = next(one for one in gone if one.block == "because")
    assert set(because.slots) == {"last_product", "last_order_amount"}


def test_which_variant_was_taken_and_how_long_it_is(file: Path) -> None:
    of = bench(file)
    zh, en = of.preview().cases[0].spoken
    taken = next(one for one in zh.taken if one.block == "message")
    assert (taken.number, taken.of) == (2, 3)
    assert zh.size == len(zh.step.message) and zh.most == 90
    assert en.size == len(en.step.message.split()) and en.most == 60


def test_nobody_to_see_is_said_once(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    start = text.index("      contacts:\n")
    file.write_text(text[:start] + text[text.index("    expect: fires", start) :], encoding="utf-8")
    of = bench(file)
    rows = shown(of.preview(), of).splitlines()
    first = next(n for n, line in enumerate(rows) if "没有可找的人" in line)
    assert rows[first + 1].startswith("问 ")


def test_too_long_a_message_is_marked(file: Path) -> None:
    changed(file, "订的那批货，一直想问问", "订的那批货，" + "很长很长" * 20 + "一直想问问")
    of = bench(file)
    assert re.search(r"! 太长：1\d\d字，最多90字", shown(of.preview(), of))


def test_fewer_than_three_accounts_show_the_nearest_with_its_change(file: Path) -> None:
    of = bench(file)
    found = of.preview()
    assert found.reached and found.reached.number < 3
    assert len(found.near) == 3 - found.reached.number
    assert all(one.changes["zh"] and one.changes["en"] for one in found.near)


def test_a_draft_is_shown_like_any_other(file: Path) -> None:
    changed(file, "status: active", "status: draft")
    of = bench(file)
    found = of.preview()
    assert found.accounts
    assert "草稿" in shown(found, of)


def test_a_case_that_does_not_fire_says_so(file: Path) -> None:
    changed(file, "stage: [new, regular, core, strategic_partner]", "stage: [prospect]")
    found = bench(file).preview()
    assert [one.code for one in found.cases[0].problems] == ["preview-case-silent"]


@pytest.mark.parametrize("code", ["P47", "P10", "P80"])
def test_plays_about_other_things(code: str) -> None:
    """About the whole book, about deals, with rows taken."""
    of = Previewer(Wish(as_of=AS_OF, language="en", history=Path("none.csv")), code)
    found = of.preview()
    assert found.cases and all(view.spoken for view in found.cases), [view.problems for view in found.cases]
    assert shown(found, of)


# --- layout --------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [80, 120, 160])
def test_no_line_is_wider_than_the_terminal(file: Path, columns: int) -> None:
    of = bench(file)
    lines = shown(of.preview(), of, columns).splitlines()
    assert max(width(line) for line in lines if str(file) not in line) <= columns
    assert any(" │ " in line for line in lines) is (columns >= 120)


def test_html_is_whole_and_escaped(file: Path) -> None:
    changed(file, "原因没弄清就报优惠", "<script>alert(1)</script>")
    of = bench(file)
    page = preview_html.page(of.preview(), of.printers, "zh")
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert page.count("<article") == page.count("</article>") > 0
    assert 'lang="en"' in page and "http" not in page


# --- mistakes ------------------------------------------------------------------------------------


def test_errors_in_other_files_do_not_matter(file: Path) -> None:
    other = file.with_name("another.yaml")
    other.write_text("title: x\nwhen: {nosuchfact: 1}\n", encoding="utf-8")
    of = opened(file)
    found = of.preview()
    other.unlink()
    assert found.accounts and found.others and not found.own
    assert f"别的文件里还有{len(found.others)}处错误" in shown(found, of)


def test_errors_in_the_plays_own_file_are_shown_as_check_would(file: Path) -> None:
    changed(file, "silence_level: silent", "silence_levl: silent")
    of = bench(file)
    found = of.preview()
    assert [one.code for one in found.own if one.level == "error"]
    assert not found.accounts
    text = shown(found, of)
    assert "silence_level" in text
    lines = file.read_text(encoding="utf-8").splitlines()
    assert ["silence_levl" in lines[one.place.line - 1] for one in found.own] == [True]


def test_a_file_that_is_no_yaml_at_all(file: Path) -> None:
    changed(file, "when:", "when")
    for of in (bench(file), opened(file)):
        found = of.preview()
        assert found.play is None
        assert [one.code for one in found.own] == ["yaml-syntax"]


def test_no_such_play() -> None:
    with pytest.raises(AdvisorError):
        Previewer(Wish(as_of=AS_OF), "P99x")


def test_a_mistake_in_a_case_is_shown_in_its_place(file: Path) -> None:
    changed(file, "tier: large", "teir: large")
    found = bench(file).preview()
    problems = [one for view in found.cases for one in view.problems] + list(found.own)
    assert any(one.details.get("near") == "tier" for one in problems)


# --- watching ------------------------------------------------------------------------------------


def test_a_save_is_taken_up_and_the_rest_kept(file: Path) -> None:
    of = bench(file)
    of.preview()
    book, facts = of.reach.advisor.book, dict(of.reach._facts)
    changed(file, "原因写清，下一步有日期", "原因写清楚了")
    assert of.saved({file})
    assert of.preview().cases[0].spoken[0].step.done_when == "原因写清楚了"
    assert of.reach.advisor.book is book
    assert all(of.reach._facts[name] is one for name, one in facts.items())


def test_a_changed_condition_is_tried_on_the_accounts_anew(file: Path) -> None:
    of = bench(file)
    before = of.preview().reached
    changed(file, "  stage: [new, regular, core, strategic_partner]\n  silence_level: silent", "  stage: [regular]")
    of.saved({file})
    after = of.preview().reached
    assert before and after and after.number > before.number


def test_another_plays_save_is_no_reason_to_show_it_again(file: Path) -> None:
    of = bench(file)
    assert not of.saved({file.with_name("another.yaml")})


def test_changed_rules_are_read_again(file: Path) -> None:
    of = opened(file)
    of.preview()
    words = file.parents[2] / "rules" / "words.yaml"
    words.parent.mkdir()
    words.write_text("zh: {preview: {say: 话术}}\n", encoding="utf-8")
    assert of.saved({words})
    assert "话术" in shown(of.preview(), of)
    words.unlink()


def test_broken_and_mended_again(file: Path) -> None:
    of = bench(file)
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole.replace("when:", "when", 1), encoding="utf-8")
    assert of.saved({file})
    assert of.preview().play is None
    file.write_text(whole, encoding="utf-8")
    assert of.saved({file})
    assert of.preview().accounts


@pytest.mark.skipif(sys.platform == "win32", reason="reads a pipe without blocking")
def test_on_the_command_line_it_shows_each_save(file: Path) -> None:
    words = [sys.executable, str(ROOT / "cli.py"), "preview", "P62", "--watch", "--content", str(file.parents[2])]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment) as process:
        try:
            _wait(process, "存盘就会重新显示")
            changed(file, "原因写清，下一步有日期", "原因全写清了")
            assert "原因全写清了" in _wait(process, "存盘就会重新显示")
        finally:
            process.terminate()


def _wait(process: Any, mark: str) -> str:
    os.set_blocking(process.stdout.fileno(), False)
    seen, end = b"", time.monotonic() + 60
    while mark not in seen.decode("utf-8", "ignore"):
        assert time.monotonic() < end and process.poll() is None, seen.decode("utf-8", "ignore")
        seen += process.stdout.read() or b""
        time.sleep(0.01)
    return seen.decode("utf-8")


def test_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["preview", PLAY, "--lang", "en", "--as-of", "2026-11-20"])
    assert result.exit_code == 0
    assert "It would reach" in result.stdout
    page = CliRunner().invoke(main, ["preview", "P62", "--format", "html", "--out", "p.html"])
    assert page.exit_code == 0
    assert (tmp_path / "p.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    missing = CliRunner().invoke(main, ["preview", "P999"])
    assert missing.exit_code == 2 and "Traceback" not in missing.output
