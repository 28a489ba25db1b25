"""What if: supposed facts take part like recorded ones, and everything wrong with them is told at once."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support import demo, opened

from advisor.advice.advise import Advisor
from advisor.advice.suppose import Supposed, suppose
from advisor.core.model import AdvisorError, Origin, Row, State, Value
from advisor.data.what_if import Supposition
from advisor.explain.explain import explain, explain_if, record, text
from cli import main

DAY = datetime.date(2026, 11, 20)


def account(advisor: Advisor, name: str = "A07") -> Row:
    found = advisor.book.find("account", name)
    assert found
    return found


def supposed(*texts: str, name: str = "A07", about: str = "account") -> Supposed:
    return suppose(demo(), account(demo(), name), texts, about)


def fact(found: Supposed, name: str) -> Value:
    return found.advisor.facts(found.account).value(found.account, name)


def codes(*texts: str, about: str = "account") -> list[str]:
    with pytest.raises(AdvisorError) as caught:
        supposed(*texts, about=about)
    assert caught.value.exit_code == 2
    return [problem.code for problem in caught.value.problems]


def near(text: str) -> str:
    with pytest.raises(AdvisorError) as caught:
        supposed(text)
    return str(caught.value.problems[0].details["near"])


# --- values --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "data"),
    [
        ("stage=core", "stage", "core"),
        ("account.stage=核心客户", "stage", "core"),
        ("客户阶段=core account", "stage", "core"),
        ("payment_overdue=否", "payment_overdue", False),
        ("undelivered_amount=38.6万", "undelivered_amount", Decimal(386000)),
        ("quiet_until=2026-12-01", "quiet_until", datetime.date(2026, 12, 1)),
        ("silence_level=沉默", "silence_level", "silent"),
    ],
)
def test_a_value_is_read_as_a_cell_is(text: str, name: str, data: Any) -> None:
    value = fact(supposed(text), name)
    assert (value.data, value.origin) == (data, Origin.ASSUMED)


def test_nothing_behind_the_sign_makes_a_fact_unknown() -> None:
    assert fact(supposed("order_pattern="), "order_pattern").state is State.UNKNOWN
    assert fact(supposed("order_pattern=未知"), "order_pattern").state is State.UNKNOWN


def test_what_is_not_on_record_may_still_be_worked_out() -> None:
    found = supposed("stage=")
    assert fact(found, "stage").origin is Origin.INFERRED
    assert found.told() == ("客户阶段：没有记录，按推算是老客户（实际：老客户）",)


def test_known_to_be_none() -> None:
    assert fact(supposed("quiet_until=none"), "quiet_until").state is State.NONE


def test_a_fact_of_a_record_by_id_or_name() -> None:
    contacts = demo().facts(account(demo())).rows("contact") or ()
    wanted = contacts[0]
    for called in (wanted.id, wanted.text("name")):
        found = supposed(f"contact.{called}.left_on=2026-11-01")
        row = found.advisor.book.find("contact", wanted.id)
        assert row and row.get("left_on").data == datetime.date(2026, 11, 1)


def test_a_new_record_is_the_accounts_and_of_today() -> None:
    rows = demo().facts(account(demo())).rows("complaint") or ()
    found = supposed("complaint.new.kind=产品质量差", "complaint.new2.kind=产品质量差")
    after = found.advisor.facts(found.account).rows("complaint") or ()
    assert len(after) == len(rows) + 2
    assert {row.get("opened_on").data for row in after if row.id.startswith("new")} == {DAY}


def test_metrics_are_computed_anew() -> None:
    """An order of today ends a silence that is computed in SQL over the orders."""
    silent = supposed(name="A05")
    before = fact(silent, "recency_days").data
    after = fact(supposed("order.new.amount=10万", name="A05"), "recency_days").data
    assert before > 30
    assert after == 0


def test_the_run_itself_stays_as_it_is() -> None:
    before = demo().facts(account(demo())).value(account(demo()), "stage")
    supposed("stage=core")
    after = demo().facts(account(demo())).value(account(demo()), "stage")
    assert before == after
    assert after.origin is Origin.ASSERTED


def test_bare_facts_of_the_plays_subject(tmp_path: Path) -> None:
    advisor = opened({"account": {"name": "X"}, "opportunities": [{"id": "O1", "open": True}]}, tmp_path)
    row = advisor.book.accounts()[0]
    found = suppose(advisor, row, ["purchase_step=need_found"], "opportunity")
    deal = found.advisor.book.find("opportunity", "O1")
    assert deal and deal.get("purchase_step").data == "need_found"


def test_a_table_that_nobody_gave_becomes_known(tmp_path: Path) -> None:
    advisor = opened({"account": {"name": "X"}}, tmp_path)
    row = advisor.book.accounts()[0]
    assert advisor.facts(row).rows("complaint") is None
    found = suppose(advisor, row, ["complaint.new.opened_on=2026-11-01"])
    assert len(found.advisor.facts(found.account).rows("complaint") or ()) == 1


# --- mistakes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("stage", "what-if-no-value"),
        ("=core", "what-if-no-value"),
        ("nosuchfact=1", "what-if-unknown-fact"),
        ("id=A99", "what-if-unknown-fact"),
        ("stage=cor", "what-if-unknown-choice"),
        ("payment_overdue=perhaps", "what-if-not-yes-no"),
        ("quiet_until=31.12.", "what-if-not-date"),
        ("undelivered_amount=much", "what-if-not-number"),
        ("policy.discount_max=0.2", "what-if-policy"),
        ("contact.C9.left_on=2026-01-01", "what-if-unknown-record"),
        ("left_on=2026-01-01", "what-if-which-record"),
        ("complaint.K9.opened_on=2026-01-01", "what-if-no-record"),
        ("order.new.ordered_on=2027-01-01", "what-if-later"),
        ("silence_level=", "what-if-derived-unknown"),
        ("owner_id=R99", "what-if-unknown-record"),
    ],
)
def test_a_mistake_is_told(text: str, code: str) -> None:
    assert codes(text) == [code]


def test_all_mistakes_at_once() -> None:
    assert codes("stage=cor", "stage=core", "foo=1", "x") == [
        "what-if-unknown-choice",
        "what-if-unknown-fact",
        "what-if-no-value",
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("stge=core", "stage"),
        ("stage=cor", "core"),
        ("contct.C1.depth=x", "contact.C1.depth"),
        ("客户阶断=1", "客户阶段"),
    ],
)
def test_the_nearest_is_named(text: str, wanted: str) -> None:
    assert near(text) == wanted


def test_what_only_guards_read_cannot_be_supposed() -> None:
    vocabulary = demo().content.vocabulary
    guarded = [(e.name, f.name) for e in vocabulary.entities.values() for f in e.fields.values() if f.guarded]
    assert guarded
    wish = Supposition(demo().book, account(demo()), vocabulary)
    for entity, name in guarded:
        with pytest.raises(AdvisorError):
            wish.laid_over([f"{entity}.{name}=1"])


# --- explaining ----------------------------------------------------------------------------------


def test_before_and_after() -> None:
    advisor, row = demo(), account(demo(), "A05")
    play = advisor.content.play("P62")
    assert explain(advisor, row, play)[0].state == "fires"
    (found,) = explain_if(advisor, row, play, ["payment_overdue=是"])
    assert (found.before, found.state) == ("fires", "silent")
    shown = text((found,), advisor.printer)
    assert "假设（不是记录里的）" in shown
    assert "假设之前会提，假设之后不提。" in shown
    told = record(found)
    assert told["before"] == "fires"
    assert told["assumed"][0]["fact"] == "payment_overdue"
    assert any(line.get("origin") == "assumed" for line in told["lines"])


def test_the_changes_that_explain_names_do_turn_the_play() -> None:
    """What `explain` says would turn a play, supposed with --set, turns it."""
    advisor, row = demo(), account(demo(), "A07")
    play = advisor.content.play("P62")
    (found,) = explain(advisor, row, play)
    values = {edit.fact: edit.value.data for edit in found.changes if edit.value}
    texts = [f"{name}={str(data).lower() if isinstance(data, bool) else data}" for name, data in values.items()]
    (after,) = explain_if(advisor, row, play, texts)
    assert (found.state, after.state) == ("silent", "fires")


def test_a_draft_says_so() -> None:
    import dataclasses

    advisor, row = demo("en"), account(demo("en"), "A05")
    play = advisor.content.play("P62")
    (draft,) = explain(advisor, row, dataclasses.replace(play, status="draft"))
    (early,) = explain(advisor, row, dataclasses.replace(play, valid_from=datetime.date(2027, 1, 1)))
    assert "draft" in draft.note and not draft.advised
    assert "1 Jan 2027" in early.note
    assert "not advised now" in text((draft,), advisor.printer)


# --- command line --------------------------------------------------------------------------------


def run(*words: str) -> Any:
    return CliRunner().invoke(main, [*words, "--history", "nowhere.csv"])


def test_advice_on_supposed_facts_says_so() -> None:
    result = run("advise", "A05", "--set", "payment_overdue=是", "--lang", "zh")
    assert result.exit_code == 0
    assert "假设之下的建议" in result.output
    plain = json.loads(CliRunner().invoke(main, ["advise", "A05", "--format", "json"]).stdout)
    changed = json.loads(run("advise", "A05", "--set", "payment_overdue=是", "--format", "json").stdout)
    assert "assumed" not in plain
    assert changed["assumed"]
    assert {one["code"] for one in plain["advice"]} != {one["code"] for one in changed["advice"]}


def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    CliRunner().invoke(main, ["advise", "A05", "--set", "stage=core"])
    assert not list(tmp_path.iterdir())


def test_a_facts_file(tmp_path: Path) -> None:
    file = tmp_path / "facts.yaml"
    file.write_text("as_of: 2026-11-20\naccount: {name: X, stage: regular}\n", encoding="utf-8")
    result = run("explain", "--facts", str(file), "P62", "--set", "silence_level=silent", "--lang", "en")
    assert result.exit_code == 0
    assert "silence level: silent (really: unknown)" in result.output


def test_html_escapes_everything(tmp_path: Path) -> None:
    file = tmp_path / "facts.yaml"
    file.write_text("as_of: 2026-11-20\naccount: {name: '<b>X</b>', stage: regular}\n", encoding="utf-8")
    for words in (["P62"], []):
        result = CliRunner().invoke(main, ["explain", "--facts", str(file), *words, "--format", "html"])
        assert result.exit_code == 0
        assert "<b>" not in result.stdout
        assert "&lt;b&gt;X" in result.stdout
        assert result.stdout.count("<ul") == result.stdout.count("</ul>")
        assert "http" not in result.stdout
