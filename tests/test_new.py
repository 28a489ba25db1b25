"""`advisor new`: what it writes passes check and test as it stands; bad names and places get a way out."""

from __future__ import annotations

from pathlib import Path

import pytest
from authoring import done, errors, run, workspace
from support import bundled, demo

from advisor.bench.case_from import of_account
from advisor.bench.cases import run_all
from advisor.bench.new_case import inserted
from advisor.core import yaml_in

P = "retention/ask-why-orders-stopped"


def test_what_is_begun_passes_check_and_test(tmp_path: Path) -> None:
    folder = workspace(tmp_path)
    done("new", "play", "our_way/call-back", "--content", folder, "--lang", "zh")
    done("new", "play", "retention/win-it", "--about", "opportunity", "--urgency", "2", "--content", folder)
    done("new", "derived", "strong_voice", "--content", folder)
    content, wrong = errors(folder)
    assert wrong == []
    own = [play for play in content.plays if (folder / "playbooks" / f"{play.path}.yaml").is_file()]
    highest = max(play.code for play in bundled().plays)
    assert sorted(play.code for play in own) == [f"P{int(highest[1:]) + n}" for n in (1, 2)]
    assert {play.status for play in own} == {"draft"} and {play.timing.urgency for play in own} == {4, 2}
    assert {case.expect for play in own for case in play.cases} == {"fires", "silent"}
    assert all(not run_all(content, play.code).failed for play in own)
    assert ("account", "strong_voice") in content.derived and content.playbooks["our_way"].title["en"]


@pytest.mark.parametrize(("lang", "word"), [("zh", "# 标题"), ("en", "# The title")])
def test_comments_are_in_the_language_asked_for(tmp_path: Path, lang: str, word: str) -> None:
    folder = workspace(tmp_path)
    done("new", "play", "our_way/call-back", "--content", folder, "--lang", lang, "--owner", "华东: 一组 # x")
    text = (folder / "playbooks/our_way/call-back.yaml").read_text(encoding="utf-8")
    assert word in text and "#zh" not in text and "#en" not in text and "__" not in text
    assert yaml_in.parse(text, "")[0].plain()["card"]["owner"] == "华东: 一组 # x"


@pytest.mark.parametrize(
    ("name", "proposal"),
    [
        ("Call Back", "our_way/call-back"),
        ("retention/Call_Back.yaml", "retention/call-back"),
        ("retention/问原因", "retention/my-play"),
        ("../../etc/x", "our_way/x"),
        ("/etc/passwd", "our_way/passwd"),
        ("retention/a/b", "retention/b"),
        ("retention/" + "x" * 80, "retention/" + "x" * 60),
        ("", "our_way/my-play"),
    ],
)
def test_a_bad_name_gets_a_good_one(tmp_path: Path, name: str, proposal: str) -> None:
    folder = workspace(tmp_path)
    before = sorted(folder.rglob("*"))
    result = run("new", "play", "--content", folder, "--", name)
    assert result.exit_code == 2 and "bad-play-name" in result.output
    assert f"advisor new play {proposal}" in result.output
    assert sorted(folder.rglob("*")) == before


def test_nothing_is_written_over(tmp_path: Path) -> None:
    folder = workspace(tmp_path)
    path = folder / "playbooks/our_way/call-back.yaml"
    path.write_text("mine", encoding="utf-8")
    assert "file-exists" in run("new", "play", "our_way/call-back", "--content", folder).output
    assert path.read_text(encoding="utf-8") == "mine"
    assert "play-exists" in run("new", "play", P, "--content", folder).output
    assert "playbook-exists" in run("new", "playbook", "retention", "--content", folder).output
    assert "fact-exists" in run("new", "derived", "stage", "--content", folder).output
    assert "my_fact" in run("new", "derived", "强", "--content", folder).output


def test_an_unknown_playbook_and_no_workspace_have_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run("new", "play", "retentoin/x", "--content", workspace(tmp_path))
    assert "did you mean 'retention'" in result.output and "advisor new playbook retentoin" in result.output
    monkeypatch.chdir(tmp_path)
    result = run("new", "play", "retention/x")
    assert result.exit_code == 2 and "advisor init DIR" in result.output


def test_a_case_is_put_in_and_nothing_else_moves(tmp_path: Path) -> None:
    folder = workspace(tmp_path)
    done("new", "play", "our_way/call-back", "--content", folder)
    path = folder / "playbooks/our_way/call-back.yaml"
    before = path.read_bytes().splitlines(keepends=True)
    done("new", "case", "call-back", "it: # odd", "--content", folder)
    after = path.read_bytes().splitlines(keepends=True)
    added = [line for line in after if line not in before]
    assert b'name: "it: # odd"' in b"".join(added)
    at = after.index(next(line for line in added if b"it: # odd" in line))
    assert after[:at] + after[at + 4 :] == before
    content, wrong = errors(folder)
    assert wrong == [] and not run_all(content, "call-back").failed
    assert "case-exists" in run("new", "case", "call-back", "it: # odd", "--content", folder).output


def test_an_account_becomes_a_case_without_names(tmp_path: Path) -> None:
    folder = workspace(tmp_path)
    fired = next(row.id for row in demo().book.accounts() if _fires(row))
    done("new", "case", "P62", "as in the book", "--from", fired, "--content", folder)
    text = (folder / f"playbooks/{P}.yaml").read_text(encoding="utf-8")
    case = text.partition("as in the book")[2].partition("\ncard:")[0]
    assert "expect: fires" in case and "stage:" in case and "name" not in case
    assert case.rstrip().endswith("because: silence_level")
    content, wrong = errors(folder)
    assert wrong == [] and not run_all(content, "P62").failed


@pytest.mark.parametrize(
    ("limit", "written", "expect"), [("90%", "0.88", "fires"), ("87.9%", "0.8788", "fires"), ("80%", "0.88", "silent")]
)
def test_numbers_are_as_round_as_the_verdict_allows(tmp_path: Path, limit: str, written: str, expect: str) -> None:
    folder = workspace(tmp_path)
    done("new", "play", "our_way/call-back", "--content", folder)
    path = folder / "playbooks/our_way/call-back.yaml"
    text = path.read_text(encoding="utf-8")
    begun = text.index("\nwhen:")
    end = text.index("\nsee:", begun)
    path.write_text(f"{text[:begun]}\nwhen:\n  on_time_ratio: less than {limit}{text[end:]}", encoding="utf-8")
    done("new", "case", "call-back", "as in the book", "--from", "A07", "--content", folder)
    case = path.read_text(encoding="utf-8").partition("as in the book")[2]
    assert f"on_time_ratio: {written}\n" in case
    assert f"expect: {expect}\n    because: on_time_ratio\n" in case


def _fires(row: object) -> bool:
    play = bundled().play("P62")
    return of_account(demo(), row, play)[0].fires  # type: ignore[arg-type]


def test_a_facts_file_becomes_a_case(tmp_path: Path) -> None:
    folder = workspace(tmp_path)
    done("new", "play", "our_way/call-back", "--content", folder)
    facts = tmp_path / "one.yaml"
    facts.write_text("account: {name: 某某, stage: core, deep_need: false}\n", encoding="utf-8")
    options = ("--facts", facts, "--as-of", "2026-11-20", "--content", folder)
    assert "stays silent" in done("new", "case", "call-back", "from facts", *options)
    assert "某某" not in (folder / "playbooks/our_way/call-back.yaml").read_text(encoding="utf-8")


def test_cases_go_behind_the_last_one_in_any_layout() -> None:
    body = ["name: b", "expect: silent"]
    crlf = "cases:\r\n- name: a\r\n  expect: fires\r\n\r\n# about the card\r\ncard: {code: X}\r\n"
    text, line = inserted(crlf, body, "x")
    assert line == 4 and text.split("\r\n")[3:5] == ["- name: b", "  expect: silent"] and "\n# about" in text
    assert inserted("card: {code: X}", body, "x")[0].endswith("cases:\n  - name: b\n    expect: silent\n")
    with pytest.raises(Exception, match="cases-in-brackets"):
        inserted("cases: [{name: a}]\n", body, "x")


@pytest.mark.parametrize(
    ("play", "account", "code"),
    [
        ("win-the-standard-with-the-engineers", "A03", "account-without-deal"),
        ("go-through-what-is-unsettled", "A03", "case-about-the-book"),
    ],
)
def test_no_case_can_be_made_of_an_account(tmp_path: Path, play: str, account: str, code: str) -> None:
    found = run("new", "case", play, "as in the book", "--from", account, "--content", workspace(tmp_path))
    assert found.exit_code == 2 and code in found.output
