"""One cell: what is accepted, what is refused, and that nothing a table holds makes it fail."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from data_vocabulary import field_of, folder, vocabulary, words
from hypothesis import given
from hypothesis import strategies as st

from advisor.advice import session
from advisor.advice.workspace import Wish
from advisor.content import kept
from advisor.content.cell_words import read_words
from advisor.core.model import State, Value
from advisor.data.cells import Bad, parse

ALL_FIELDS = [f for entity in vocabulary().entities.values() for f in entity.fields.values()]


def data(entity: str, name: str, raw: object) -> Any:
    found = parse(field_of(entity, name), raw, words())
    assert isinstance(found, Value), found
    return found.data if found.known else found.state


def refused(entity: str, name: str, raw: object) -> Bad:
    found = parse(field_of(entity, name), raw, words())
    assert isinstance(found, Bad), found
    return found


@pytest.mark.parametrize("raw", ["1200.5", "1,200.50", "\uffe51,200.50", "CNY 1200.5", "1200.5\u5143", 1200.5])
def test_money_is_read_as_people_write_it(raw: object) -> None:
    assert data("account", "annual_sales", raw) == Decimal("1200.5")


def test_ten_thousands_are_multiplied() -> None:
    assert data("account", "annual_sales", "38.6\u4e07") == 386000


@pytest.mark.parametrize("raw", ["1,23", "1.200,50", "about 5", "1e999999", "9" * 60, True, "12%"])
def test_money_that_could_mean_two_things_is_refused(raw: object) -> None:
    assert refused("account", "annual_sales", raw).code == "data-not-number"


def test_a_score_of_seven_out_of_five_is_refused() -> None:
    wrong = refused("account", "growth_potential", "7")
    assert wrong.code == "data-too-high"
    assert wrong.details == {"value": "7", "maximum": "5"}


def test_whole_numbers() -> None:
    assert data("account", "growth_potential", "3.0") == 3
    assert refused("account", "growth_potential", "3.5").code == "data-not-integer"
    assert data("account", "avg_collection_days", "45 days") == 45


def test_zero_of_the_acceptance_scores_means_unknown() -> None:
    assert data("account", "accept_person", "0") is State.UNKNOWN
    assert data("account", "accept_person", 0) is State.UNKNOWN
    assert data("account", "accept_person", 2) == 2


def test_ratios() -> None:
    assert data("account", "supply_share_ratio", "35%") == Decimal("0.35")
    assert refused("account", "supply_share_ratio", "35").code == "data-ratio-too-high"
    assert refused("account", "supply_share_ratio", "-0.1").code == "data-too-low"
    assert data("account", "sales_trend_ratio", "-20%") == Decimal("-0.2")


@pytest.mark.parametrize(
    "raw",
    [
        "2026-03-01",
        "2026/3/1",
        "2026.3.1",
        "2026\u5e743\u67081\u65e5",
        "20260301",
        20260301,
        "2026-03-01 00:00:00.000",
        "2026-03-01T23:30:00+08:00",
        "2026-03-01 16:30:00+00",
        datetime.date(2026, 3, 1),
        datetime.datetime(2026, 3, 1, 9, 30),
    ],
)
def test_dates(raw: object) -> None:
    assert data("account", "stage_since", raw) == datetime.date(2026, 3, 1)


@pytest.mark.parametrize("raw", ["2026-13-40", "2026-02-30", "20261340", "0001-01-01"])
def test_days_that_do_not_exist_are_refused(raw: str) -> None:
    assert refused("account", "stage_since", raw).code == "data-no-such-date"


@pytest.mark.parametrize("raw", ["3/1/2026", "01.03.2026", "soon", 46082, 12.5, True])
def test_dates_that_could_be_another_day_are_refused(raw: object) -> None:
    assert refused("account", "stage_since", raw).code == "data-not-date"


def test_choices_go_by_value_or_label() -> None:
    for raw in ("regular", "Regular account", "REGULAR", "\u8001\u5ba2\u6237", " regular "):
        assert data("account", "stage", raw) == "regular"
    wrong = refused("account", "stage", "regulr")
    assert (wrong.code, wrong.details["near"]) == ("data-unknown-choice", "regular")


def test_a_choice_called_none_stays_a_choice() -> None:
    assert data("account", "cooperation_intent", "\u65e0") == "none"
    assert data("account", "cooperation_intent", "unknown") is State.UNKNOWN


@pytest.mark.parametrize(
    "raw",
    [
        "economic; group",
        "economic\u3001group",
        '["economic", "group"]',
        "Economic key account|group",
        ["economic", "group"],
    ],
)
def test_lists(raw: object) -> None:
    assert data("account", "ka_kinds", raw) == ("economic", "group")


def test_a_list_with_one_bad_entry_is_refused_whole() -> None:
    assert refused("account", "ka_kinds", "economic, foo").code == "data-unknown-choice"
    assert data("account", "ka_kinds", []) == ()


def test_yes_and_no() -> None:
    for raw in ("true", "Yes", "Y", "1", "\u662f", "\u6709", True, 1, 1.0):
        assert data("account", "listed", raw) is True
    for raw in ("false", "no", "0", "\u5426", "\u65e0", False, 0):
        assert data("account", "listed", raw) is False
    assert refused("account", "listed", "maybe").code == "data-not-yes-no"


def test_blank_none_and_unknown_are_three_things() -> None:
    assert data("account", "plan_on", "") is State.NONE
    assert data("order", "due_on", "") is State.UNKNOWN
    assert data("order", "due_on", None) is State.NONE
    assert data("order", "due_on", "none") is State.NONE
    assert data("order", "due_on", "NULL") is State.UNKNOWN
    assert data("account", "plan_on", "?") is State.UNKNOWN
    assert data("account", "stage", None) is State.UNKNOWN
    assert refused("account", "stage_since", "none").code == "data-not-date"


def test_ids_of_spreadsheets_match_ids_of_text() -> None:
    assert data("account", "id", 7.0) == data("contact", "account_id", "7.0") == data("account", "id", "7") == "7"
    assert data("account", "id", "007") == "007"


def test_words_come_from_content() -> None:
    french = read_words({"yes": ["oui"], "no": ["non"]})
    assert "oui" in french.yes and french.unknown


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(),
    st.dates(),
    st.datetimes(),
    st.lists(st.one_of(st.text(), st.none(), st.integers())),
    st.dictionaries(st.text(), st.text()),
    st.from_regex(r"[-+$(]?[0-9,.]{1,30}[%)eE]?[0-9]*"),
    st.from_regex(r"\d{4}[-/.]?\d{1,2}[-/.]?\d{1,2}"),
)


@given(st.sampled_from(ALL_FIELDS), anything)
def test_no_cell_makes_it_fail(field: Any, raw: object) -> None:
    found = parse(field, raw, words())
    assert isinstance(found, Bad) or found.state in State
    if isinstance(found, Bad):
        assert len(str(found.details["value"])) <= 60
    elif found.known and field.type in ("integer", "days"):
        assert type(found.data) is int


# --- a workspace's words -------------------------------------------------------------------------


def workspace(path: Path, cells: str) -> Path:
    (path / "rules").mkdir()
    (path / "rules" / "cells.yaml").write_text(cells, encoding="utf-8")
    return path


def test_a_workspace_has_words_of_its_own(tmp_path: Path) -> None:
    own = workspace(tmp_path, "yes: [oui]\nunknown: [pas connu]\n")
    tables = folder(tmp_path, {"accounts.csv": "id,name,objective_need,stage\n1,Alpha,oui,pas connu\n"})
    wish = Wish(content=own, data=tables, as_of=datetime.date(2026, 11, 20), history=tmp_path / "none.csv")
    made = session.open_book(wish).book
    assert made.problems == ()
    assert made.accounts()[0].get("objective_need").data is True and not made.accounts()[0].get("stage").known
    fields = kept.load(own).vocabulary.entities["account"].fields.values()
    derived = next(one.name for one in fields if one.derived and one.type == "yes_no" and not one.recorded)
    facts = tmp_path / "facts.yaml"
    facts.write_text(f"account: {{id: A, objective_need: oui}}\nderived: {{{derived}: oui}}\n", encoding="utf-8")
    stated = session.open_facts(str(facts), wish).book
    assert stated.problems == ()
    assert stated.accounts()[0].get("objective_need").data is stated.accounts()[0].get(derived).data is True


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("no: [non]\nyess: [oui]\n", "unknown-key", 2),
        ("yes: {oui: 1}\n", "cells-not-words", 1),
        ("yes: [[oui]]\n", "cells-not-words", 1),
        ("multipliers: [mille]\n", "cells-not-pairs", 1),
        ("multipliers: {mille: many}\n", "cells-not-pairs", 1),
    ],
)
def test_mistakes_in_words_are_named(text: str, code: str, line: int, tmp_path: Path) -> None:
    problems = kept.load(workspace(tmp_path, text)).problems
    assert [(one.code, one.place.line) for one in problems] == [(code, line)]


def test_a_lone_word_is_a_list_of_one(tmp_path: Path) -> None:
    assert kept.load(workspace(tmp_path, "yes: oui\n")).cells.yes == {"oui"}
