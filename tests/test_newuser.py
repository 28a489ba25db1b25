"""What a new user tries in the first hour, and what broke then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import main


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ADVISOR_LANG", raising=False)


def run(*words: Any) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


# --- replying to what the page says ------------------------------------------------------------------


def test_a_step_is_answered_by_words_of_the_page() -> None:
    assert "回访薛工" in run("advise", "A05").stdout
    assert run("reply", "A05", "停单", "done").exit_code == 0
    assert "A05,P62,A05" in Path("advisor-history.csv").read_text(encoding="utf-8")
    assert "停单" not in run("advise", "A05").stdout


def test_words_of_several_steps_list_them() -> None:
    result = run("reply", "A01", "徐工", "done")
    assert result.exit_code == 2
    assert "ambiguous-step" in result.stderr and "P01 约徐工" in result.stderr
    assert not Path("advisor-history.csv").exists()


def test_a_step_that_is_not_there_lists_those_that_are() -> None:
    result = run("explain", "A05", "2", "--lang", "en")
    assert result.exit_code == 2
    assert "unknown-step" in result.stderr and "P62 See" in result.stderr


def test_later_needs_a_day_to_come() -> None:
    result = run("reply", "A05", "P62", "later", "--until", "2026-11-20")
    assert result.exit_code == 2
    assert "until-past" in result.stderr


# --- the history -------------------------------------------------------------------------------------


def test_a_history_of_json_lines_stays_one() -> None:
    assert run("reply", "A05", "P62", "done", "--history", "h.jsonl").exit_code == 0
    assert run("reply", "A05", "P66", "doing", "--history", "h.jsonl").exit_code == 0
    assert "停单" not in run("advise", "A05", "--history", "h.jsonl").stdout


def test_an_answer_goes_under_the_columns_that_are_there() -> None:
    Path("h.csv").write_text("code,response,account_id,at\n", encoding="utf-8")
    assert run("reply", "A05", "P62", "done", "--history", "h.csv").exit_code == 0
    assert Path("h.csv").read_text(encoding="utf-8").split()[-1] == "P62,done,A05,2026-11-20"
    Path("g.csv").write_text("a,b\n", encoding="utf-8")
    assert "history-columns" in run("reply", "A05", "P62", "done", "--history", "g.csv").stderr


@pytest.mark.parametrize(
    "text",
    [
        "[1,2]", "5", "null", "[" * 100_000,
        '{"account":{"id":"A05"},"as_of":"2026-11-01","advice":[1,null]}',
        '{"account":{"id":"A05"},"advice":[{"code":"P62","subject":null}]}',
    ],
)  # fmt: skip
def test_junk_in_a_history_is_no_traceback(text: str) -> None:
    Path("h.jsonl").write_text(text + "\n", encoding="utf-8")
    assert run("advise", "A05", "--history", "h.jsonl").exit_code in (0, 1)


def test_an_empty_history_is_none() -> None:
    Path("advisor-history.csv").touch()
    assert run("advise", "A05").exit_code == 0


# --- facts, tables, settings -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- {account: {id: 1}}", "data-facts-not-map"),
        ("hello", "data-facts-not-map"),
        ("as_of: x\naccount: {id: A}", "f.yaml:1:8: error bad-date"),
        ("as_of: [1]\naccount: {id: A}", "f.yaml:1:8: error bad-date"),
        ("as_of: 9999-12-31\naccount: {id: A}", "bad-date"),
    ],
)
def test_facts_of_the_wrong_shape_are_refused(text: str, code: str) -> None:
    Path("f.yaml").write_text(text, encoding="utf-8")
    result = run("advise", "--facts", "f.yaml")
    assert result.exit_code in (1, 2)
    assert code in result.stderr


def test_old_line_ends_are_read() -> None:
    Path("d").mkdir()
    Path("d/accounts.csv").write_bytes(b"id,name\rA,x\r")
    assert "x" in run("advise", "A", "--data", "d").stdout


def test_a_foreign_folder_with_an_accounts_file_is_recognised() -> None:
    Path("d").mkdir()
    files = {
        "accounts": ("account,sector,year_established,revenue,employees,office_location", "Acme,retail,1996,1,2,USA"),
        "products": ("product,series,sales_price", "MG,MG,5"),
        "sales_teams": ("sales_agent,manager,regional_office", "Ann,Bob,East"),
        "sales_pipeline": (
            "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value",
            "O1,Ann,MG,Acme,Won,10/20/2016,3/1/2017,1054",
        ),
    }
    for name, lines in files.items():
        Path(f"d/{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = run("advise", "Acme", "--data", "d", "--lang", "en")
    assert result.exit_code == 0, result.stderr
    assert "maven_crm" in result.stderr


@pytest.mark.parametrize("text", ["- a\n", "x\n"])
@pytest.mark.parametrize("name", ["advisor.yaml", "rules/facts.yaml", "rules/policy.yaml", "rules/derived/a.yaml"])
def test_a_content_file_that_is_no_mapping_is_reported(name: str, text: str) -> None:
    path = Path("w") / name
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    result = run("advise", "A05", "--content", "w")
    assert result.exit_code in (1, 2)
    assert "content-not-map" in result.stderr and Path(name).name in result.stderr


def test_a_derived_fact_that_is_a_bare_value_is_reported() -> None:
    Path("w/rules/derived").mkdir(parents=True)
    Path("w/rules/derived/a.yaml").write_text("days_since_contact: 5\n", encoding="utf-8")
    assert "derived-without-body" in run("check", "w").stdout


def test_endless_sql_is_refused_at_once() -> None:
    Path("w/rules/metrics").mkdir(parents=True)
    Path("w/rules/metrics/order_gaps.sql").write_text("SELECT " + "1+" * 200_000 + "1", encoding="utf-8")
    assert "sql-syntax" in run("check", "w").stdout


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("policy", "silence_min_order: 4\n", "warning policy-near"),
        ("policy", "silence_min_orders: four\n", "error policy-not-number"),
        ("policy", "silence_min_orders:\n", "error policy-not-number"),
        ("words", "zh:\n  seee: 见谁\n", "error unknown-key"),
        ("words", "zh:\n  see: [1]\n", "error word-wrong-form"),
        ("words", 'zh:\n  due_by: "{datum}前"\n', "error word-unknown-slot"),
    ],
)
def test_what_is_laid_over_must_fit(name: str, text: str, code: str) -> None:
    Path("w/rules").mkdir(parents=True)
    Path(f"w/rules/{name}.yaml").write_text(text, encoding="utf-8")
    assert code in run("check", "w", "--lang", "en").stdout


def test_a_number_and_a_word_may_be_changed() -> None:
    Path("w/rules").mkdir(parents=True)
    Path("w/rules/policy.yaml").write_text("silence_min_orders: 4\nmy_own_limit: 3\n", encoding="utf-8")
    Path("w/rules/words.yaml").write_text('zh:\n  see: 见谁\n  due_by: "{date}之前"\n', encoding="utf-8")
    assert run("check", "w").exit_code == 0
