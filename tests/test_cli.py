"""The command line as a user meets it: right answers, and one line with a way out for each mistake."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support import ROOT, SHARED, needs_shared

from cli import main

BIN_DEMO = ROOT / "advisor" / "demo"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command from an empty folder, so that no history is left in the checkout."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ADVISOR_LANG", raising=False)

    def call(*args: str, **options: Any) -> Result:
        return CliRunner().invoke(main, list(args), **options)

    return call


def refused(result: Result, code: str, exit_code: int) -> str:
    assert result.exit_code == exit_code, result.output
    assert code in result.stderr
    assert "Traceback" not in result.stderr
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.stderr


# --- what works ----------------------------------------------------------------------------------


def test_advise_prints_a_page_of_eighty_columns(run: Any) -> None:
    from advisor.pages.page_text import width

    for language in ("zh", "en"):
        result = run("advise", "A01", "--lang", language)
        assert result.exit_code == 0, result.stderr
        assert max(width(line) for line in result.stdout.splitlines()) <= 80
        assert "①" in result.stdout


def test_json_goes_alone_to_standard_output(run: Any) -> None:
    result = run("advise", "A11", "--format", "json")
    record = json.loads(result.stdout)
    assert record["account"]["id"] == "A11" and record["as_of"] == "2026-11-20"
    assert record["content"].startswith("sha256:")
    fixed = "account as_of content lang guards advice dropped missing portfolio problems"
    assert set(fixed.split()) <= set(record)


def test_json_has_the_fixed_names(run: Any) -> None:
    record = json.loads(run("advise", "A05", "--format", "json").stdout)
    step = record["advice"][0]
    fixed = "rank play code title headline for urgency visit subject person words deed due_on because basis"
    assert set(fixed.split()) <= set(step)
    assert set(step["person"]) >= {"role", "contact_id", "name", "salutation", "text"}
    assert set(step["words"]) >= {"message", "ask", "if_they_say", "do_not"}
    assert set(step["because"][0]) == {"fact", "op", "value", "limit", "source"}


def test_a_name_or_a_part_of_it_finds_the_account(run: Any) -> None:
    by_id = run("advise", "A05").stdout
    name = by_id.splitlines()[0].split(" · ")[0]
    assert run("advise", name).stdout == by_id
    assert run("advise", name[2:]).stdout == by_id


def test_formats(run: Any) -> None:
    assert run("advise", "A05", "--format", "md").stdout.startswith("# ")
    page = run("advise", "A05", "--format", "html").stdout
    assert page.startswith("<!doctype html>") and "http" not in page


def test_today_has_one_line_an_account_and_person(run: Any) -> None:
    result = run("today", "--owner", "R1", "--format", "json")
    rows = json.loads(result.stdout)
    assert 0 < len(rows) <= 7
    pairs = [(row["account"]["id"], row["person"]) for row in rows]
    assert len(pairs) == len(set(pairs))


def test_reply_is_heeded_and_says_where_it_is_kept(run: Any, tmp_path: Path) -> None:
    step = json.loads(run("advise", "A05", "--format", "json").stdout)["advice"][0]
    said = run("reply", "A05", step["code"], "done")
    assert said.exit_code == 0, said.stderr
    assert "advisor-history.csv" in said.stdout
    after = json.loads(run("advise", "A05", "--format", "json", "--all").stdout)
    assert step["code"] not in [one["code"] for one in after["advice"]]
    assert step["code"] in [one["code"] for one in after["dropped"]]


def test_explain_and_facts_and_compliance(run: Any) -> None:
    assert "✓" in run("explain", "A05", "P62").stdout
    assert json.loads(run("explain", "A05", "P61", "--format", "json").stdout)
    rows = json.loads(run("facts", "A05", "--format", "json").stdout)
    assert {row["origin"] for row in rows} >= {"asserted", "derived", "unknown"}
    assert run("compliance", "A05").exit_code == 0


def test_language_flag_environment_default(run: Any) -> None:
    assert json.loads(run("advise", "A05", "--format", "json").stdout)["lang"] == "zh"
    english = run("advise", "A05", "--format", "json", env={"ADVISOR_LANG": "en"})
    assert json.loads(english.stdout)["lang"] == "en"
    both = run("advise", "A05", "--format", "json", "--lang", "zh", env={"ADVISOR_LANG": "en"})
    assert json.loads(both.stdout)["lang"] == "zh"


def test_facts_from_standard_input(run: Any) -> None:
    account = "{id: A1, name: Probe, stage: prospect, objective_need: true, growth_potential: 5}"
    text = f"as_of: 2026-11-20\nfacts:\n  account: {account}\n"
    record = json.loads(run("advise", "--facts", "-", "--format", "json", input=text).stdout)
    assert record["advice"][0]["code"] == "P11"


def test_the_manager_has_a_page_of_their_own(run: Any) -> None:
    rep, manager = run("advise", "A05", "--all"), run("advise", "A05", "--all", "--for", "manager")
    assert rep.exit_code == manager.exit_code == 0
    assert rep.stdout != manager.stdout


# --- what goes wrong -----------------------------------------------------------------------------


def test_unknown_account_names_the_nearest(run: Any) -> None:
    assert "A05" in refused(run("advise", "A055", "--lang", "en"), "unknown-account", 2)


def test_ambiguous_account_lists_those_it_could_be(run: Any) -> None:
    assert "A01" in refused(run("advise", "浙江"), "ambiguous-account", 2)


def test_no_account(run: Any) -> None:
    refused(run("advise"), "no-account-given", 2)


def test_missing_data_folder(run: Any) -> None:
    refused(run("advise", "A01", "--data", "nowhere"), "data-no-folder", 2)


def test_folder_without_tables(run: Any, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = run("advise", "A01", "--data", "empty")
    assert result.exit_code in (1, 2) and "empty" in result.stderr


def demo_copy(tmp_path: Path) -> Path:
    target = tmp_path / "book"
    shutil.copytree(BIN_DEMO, target)
    return target


def test_empty_table_is_reported_and_the_rest_goes_on(run: Any, tmp_path: Path) -> None:
    book = demo_copy(tmp_path)
    (book / "orders.csv").write_text("", encoding="utf-8")
    result = run("advise", "A05", "--data", str(book), "--format", "json")
    assert result.exit_code == 0
    assert any("orders" in problem["path"] for problem in json.loads(result.stdout)["problems"])


def test_accounts_without_an_id_column(run: Any, tmp_path: Path) -> None:
    book = demo_copy(tmp_path)
    lines = (book / "accounts.csv").read_text(encoding="utf-8").splitlines()
    (book / "accounts.csv").write_text(
        "\n".join([lines[0].replace("id,", "nothing,", 1), *lines[1:]]), encoding="utf-8"
    )
    result = run("advise", "A05", "--data", str(book))
    assert result.exit_code in (1, 2) and "accounts.csv" in result.stderr


def test_bad_cells_are_listed_with_their_place(run: Any, tmp_path: Path) -> None:
    book = demo_copy(tmp_path)
    path = book / "contacts.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    column = lines[0].split(",").index("influence")
    cells = lines[1].split(",")
    cells[column] = "7"
    path.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]), encoding="utf-8")
    record = json.loads(run("advise", "A01", "--data", str(book), "--format", "json").stdout)
    found = [problem for problem in record["problems"] if "contacts.csv" in problem["path"]]
    assert any("7" in problem["message"] and problem["line"] == 2 for problem in found)


def test_strict_fails_on_data_problems(run: Any) -> None:
    assert run("advise", "A05", "--strict").exit_code == 1


def test_broken_yaml_facts(run: Any, tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text("account: {id: [}\n", encoding="utf-8")
    assert "f.yaml:1:" in refused(run("advise", "--facts", "f.yaml"), "yaml-extra-bracket", 1)


def test_missing_facts_file(run: Any) -> None:
    refused(run("advise", "--facts", "none.yaml"), "facts-unreadable", 2)


def test_bad_date_flag(run: Any) -> None:
    result = run("advise", "A05", "--as-of", "2026-13-40")
    assert result.exit_code == 2 and "YYYY-MM-DD" in result.stderr


def test_unknown_play_and_owner(run: Any) -> None:
    refused(run("explain", "A05", "P6x"), "unknown-step", 2)
    refused(run("today", "--owner", "R99"), "unknown-owner", 2)


def test_unwritable_history(run: Any) -> None:
    refused(run("reply", "A05", "P62", "done", "--history", "/proc/history.csv"), "cannot-write", 1)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "team"
    shutil.copytree(ROOT / "playbooks" / "retention", folder / "playbooks" / "retention")
    return folder


PLAY = "playbooks/retention/ask-why-orders-stopped.yaml"


@pytest.mark.parametrize(
    ("old", "new", "code", "near"),
    [
        ("urgency: 3", "urgncy: 3", "unknown-key", "urgency"),
        ("silence_level:", "silence_levl:", "unknown-fact", "silence_level"),
        ("silent", "silnt", "unknown-choice", "silent"),
        ("degree: relationship", "degree: relation", "unknown-word", "relationship"),
        ("urgency: 3\n", "urgency: 3\nurgency: 2\n", "yaml-duplicate-key", ""),
        ("\nzh:\n", "\nzn:\n", "unknown-key", "mean 'zh'"),
        ("finish_in: 14 days", "finish_in: soon", "bad-span", ""),
        ("finish_in: 14 days", "finish_in: 14天", "bad-span", "14 days"),
        ("finish_in: 14 days", "finish_in: 3个工作日", "bad-span", "3 working days"),
        ("finish_in: 14 days", "finish_in: 2 Weeks", "bad-span", "14 days"),
    ],
)
def test_a_mistake_in_a_play_stops_every_run(
    run: Any, workspace: Path, old: str, new: str, code: str, near: str
) -> None:
    path = workspace / PLAY
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    for command in (("advise", "A05", "--content", str(workspace)), ("check", str(workspace))):
        result = run(*command, "--lang", "en")
        assert result.exit_code == 1
        output = result.stdout + result.stderr
        assert code in output and "ask-why-orders-stopped.yaml:" in output and near in output


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ("{{ salutation }} {{ last_produkt }}?", "template-unknown-name"),
        ("{% for x in account %}{{ x }}{% endfor %}", "template-not-allowed"),
        ("{{ account.__class__ }}", "template-not-allowed"),
        ("{{ account.upper() }}", "template-not-allowed"),
    ],
)
def test_a_template_that_reaches_too_far(run: Any, workspace: Path, bad: str, code: str) -> None:
    path = workspace / PLAY
    text = path.read_text(encoding="utf-8")
    head, _, rest = text.partition("  ask: |\n")
    path.write_text(head + "  ask: |\n    " + bad + "\n" + rest, encoding="utf-8")
    checked = run("check", str(workspace), "--lang", "en")
    assert checked.exit_code == 1 and code in checked.stdout
    refused(run("advise", "A05", "--content", str(workspace)), code, 1)


def test_a_workspace_overrides_one_threshold(run: Any, tmp_path: Path) -> None:
    folder = tmp_path / "team"
    (folder / "rules").mkdir(parents=True)
    (folder / "rules/policy.yaml").write_text("silence_min_orders: 99\n", encoding="utf-8")
    assert "P62" in run("advise", "A05", "--format", "json").stdout
    record = json.loads(
        run("advise", "A05", "--format", "json", "--content", str(folder), "--data", str(BIN_DEMO)).stdout
    )
    assert "P62" not in [step["code"] for step in record["advice"]]


def test_check_and_test_of_the_bundled_content(run: Any) -> None:
    assert run("check").exit_code == 0
    assert run("test").exit_code == 0


# --- real input ----------------------------------------------------------------------------------


@needs_shared
@pytest.mark.parametrize("account", ["ALFKI", "PARIS", "Mère Paillarde", "CENTC"])
def test_northwind(run: Any, account: str) -> None:
    result = run("advise", account, "--data", str(SHARED / "data/northwind"), "--lang", "en")
    assert result.exit_code == 0, result.stderr
    assert "northwind" in result.stderr


@needs_shared
def test_northwind_a_buyer_who_stopped_is_asked_why(run: Any) -> None:
    data = ("--data", str(SHARED / "data/northwind"))
    stopped = json.loads(run("advise", "Mère Paillarde", "--format", "json", *data).stdout)
    assert stopped["advice"][0]["code"] == "P62" and stopped["as_of"] == "1998-05-06"
    never = json.loads(run("advise", "PARIS", "--format", "json", *data).stdout)
    assert [step["code"] for step in never["advice"]] == ["P31"]


@needs_shared
def test_broken_northwind_loses_nothing(run: Any) -> None:
    result = run("advise", "ALFKI", "--data", str(SHARED / "data/northwind_broken"), "--lang", "en")
    assert "Traceback" not in result.stderr and "customers.csv" in result.stderr


def test_control_characters_in_records_do_not_reach_the_terminal(run: Any) -> None:
    text = 'account: {id: A1, name: "Evil\\e[2J Co", stage: prospect, objective_need: true, growth_potential: 5}\n'
    result = run("advise", "--facts", "-", "--as-of", "2026-11-20", input=text)
    assert "Co" in result.stdout and "\x1b" not in result.stdout
