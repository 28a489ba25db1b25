"""The book: typed rows, links between them, and one account given as facts."""

from __future__ import annotations

import datetime
import time
from decimal import Decimal
from pathlib import Path

import pytest
from data_vocabulary import codes, folder, vocabulary, words

from advisor.core import yaml_in
from advisor.core.model import Origin, Problem, State
from advisor.data.book import Book, from_facts, load

TODAY = datetime.date(2026, 11, 20)
ACCOUNTS = "id,name,stage\n7,Alpha,regular\n8,Beta,core\n"


def loaded(path: Path, files: dict[str, str]) -> Book:
    return load(folder(path, files), vocabulary(), TODAY, words=words())


def given(text: str) -> Book:
    item, problems = yaml_in.parse(text, "facts.yaml")
    assert problems == []
    return from_facts(item, vocabulary(), TODAY, words())


def only(book: Book) -> Problem:
    assert len(book.problems) == 1, book.problems
    return book.problems[0]


def test_rows_are_typed_and_know_their_record(tmp_path: Path) -> None:
    book = loaded(
        tmp_path, {"accounts.csv": ACCOUNTS, "orders.csv": "id,account_id,ordered_on,amount\nR6,7.0,2026-09-21,12\n"}
    )
    (order,) = book.rows_of("order", "7") or ()
    assert order.where == "order R6 2026-09-21"
    assert (order.get("amount").data, order.get("amount").source) == (Decimal(12), order.where)
    assert order.get("amount").origin is Origin.ASSERTED
    assert book.in_book and book.problems == ()
    assert book.rows_of("order", "8") == () and book.rows_of("contact", "7") is None
    assert book.find("account", "8") is book.accounts()[1]


def test_a_bad_cell_is_unknown_and_named(tmp_path: Path) -> None:
    book = loaded(tmp_path, {"accounts.csv": "id,stage,growth_potential\n7,regulr,3\n"})
    problem = only(book)
    assert (problem.code, problem.place.line) == ("data-unknown-choice", 2)
    assert problem.details["file"] == "accounts.csv"
    shown = {name: problem.details[name] for name in ("table", "row", "column", "value", "near")}
    assert shown == {"table": "accounts", "row": 2, "column": "stage", "value": "regulr", "near": "regular"}
    assert "stage" not in book.accounts()[0].values and book.accounts()[0].get("growth_potential").data == 3


def test_a_repeated_id_keeps_both_rows(tmp_path: Path) -> None:
    book = loaded(tmp_path, {"accounts.csv": ACCOUNTS + "7,Gamma,core\n"})
    assert only(book).code == "data-duplicate-id"
    assert [row.id for row in book.accounts()] == ["7", "8", "7#2"]


def test_a_missing_id_is_given(tmp_path: Path) -> None:
    contacts = "id,account_id\nC1,7\n,7\n"
    book = loaded(
        tmp_path, {"accounts.csv": ACCOUNTS, "contacts.csv": contacts, "promises.csv": "account_id,what\n7,x\n"}
    )
    assert codes(book.problems) == ["data-missing-id"]
    assert [row.id for row in book.rows_of("contact", "7") or ()] == ["C1", "C2"]
    assert [row.text("id") for row in book.rows_of("promise", "7") or ()] == ["P1"]


def test_rows_of_unknown_accounts_are_set_aside_and_counted(tmp_path: Path) -> None:
    book = loaded(tmp_path, {"accounts.csv": ACCOUNTS, "contacts.csv": "id,account_id\nC1,9\nC2,9\nC3,7\nC4,\n"})
    assert [(p.code, p.details["count"], p.place.line) for p in book.problems] == [
        ("data-unknown-account", 2, 2),
        ("data-without-account", 1, 5),
    ]
    assert [row.id for row in book.aside["contact"]] == ["C1", "C2", "C4"]
    assert [row.id for row in book.tables["contact"] or ()] == ["C3"]


def test_a_reference_to_nothing_is_a_note(tmp_path: Path) -> None:
    files = {
        "accounts.csv": ACCOUNTS,
        "products.csv": "id\nP1\n",
        "orders.csv": "id,account_id,product_id\nR1,7,P9\nR2,7,P1\n",
    }
    problem = only(loaded(tmp_path, files))
    assert (problem.code, problem.level, problem.details["value"]) == ("data-unknown-reference", "note", "P9")


def test_later_rows_are_left_out_with_a_warning(tmp_path: Path) -> None:
    orders = "id,account_id,ordered_on\nR1,7,2026-11-20\nR2,7,2026-11-21\nR3,8,2027-01-01\n"
    book = loaded(tmp_path, {"accounts.csv": ACCOUNTS, "orders.csv": orders})
    problem = only(book)
    assert (problem.code, problem.level, problem.details["count"]) == ("data-later-rows", "warning", 2)
    assert [row.id for row in book.tables["order"] or ()] == ["R1"]


def test_a_row_with_stray_commas_keeps_its_keys_only(tmp_path: Path) -> None:
    contacts = "id,account_id,name,influence\nC1,7,Wang, Wei,5\n"
    book = loaded(tmp_path, {"accounts.csv": ACCOUNTS, "contacts.csv": contacts})
    (contact,) = book.rows_of("contact", "7") or ()
    assert set(contact.values) == {"id", "account_id"}
    assert codes(book.problems) == ["data-too-many-cells"]


def test_a_table_without_accounts_is_unknown(tmp_path: Path) -> None:
    book = loaded(tmp_path, {"accounts.csv": ACCOUNTS, "orders.csv": "id,amount\nR1,5\n"})
    assert codes(book.problems) == ["data-no-account-column"]
    assert book.rows_of("order", "7") is None


def test_products_come_through_offers(tmp_path: Path) -> None:
    files = {"accounts.csv": ACCOUNTS, "products.csv": "id,name\nP1,x\nP2,y\n"}
    book = loaded(tmp_path, files)
    assert len(book.rows_of("product", "7") or ()) == 2
    book = loaded(tmp_path, files | {"offers.csv": "account_id,product_id\n7,P2\n"})
    (product,) = book.rows_of("product", "7") or ()
    assert (product.id, product.get("fits_account").data, product.get("fits_account").source) == (
        "P2",
        True,
        "offer O1",
    )
    assert book.rows_of("product", "8") == ()
    assert "fits_account" not in (book.find("product", "P2") or product).values


def test_price_changes_concern_one_account_or_all(tmp_path: Path) -> None:
    changes = "account_id,family\n7,x\n,y\n8,z\n"
    book = loaded(tmp_path, {"accounts.csv": ACCOUNTS, "price_changes.csv": changes})
    assert [row.text("family") for row in book.rows_of("price_change", "7") or ()] == ["x", "y"]
    assert [row.text("family") for row in book.rows_of("price_change", "8") or ()] == ["y", "z"]


def test_facts_of_one_account() -> None:
    book = given(
        """
facts:
  account: {stage: regular, conditions: {two_way: true}, plan_on: null, stage_since: null}
  contacts: [{influence: 4}]
  orders: []
  products: [{id: P1, fits_account: true}]
  own: {strong_values: [product]}
  derived: {payment_overdue: true}
as_of: 2026-11-20
"""
    )
    (account,) = book.accounts()
    assert (account.id, account.text("stage"), account.where) == ("A00", "regular", "account A00")
    assert account.get("conditions.two_way").data is True
    assert account.get("plan_on").state is State.NONE and account.get("stage_since").state is State.UNKNOWN
    assert [(row.id, row.text("account_id")) for row in book.rows_of("contact", "A00") or ()] == [("C1", "A00")]
    assert book.rows_of("order", "A00") == () and book.rows_of("complaint", "A00") is None
    assert len(book.rows_of("product", "A00") or ()) == len(book.rows_of("own", "A00") or ()) == 1
    assert book.derived_facts == {"payment_overdue": True} and not book.in_book
    assert book.problems == ()


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("account:\n  growth_potential: 7\n", "data-too-high", "facts.yaml:2:21"),
        ("account:\n  stge: new\n", "data-unknown-key", "facts.yaml:2:3"),
        ("acount: {}\n", "data-unknown-key", "facts.yaml:1:1"),
        ("contacts: [5]\n", "data-not-a-record", "facts.yaml:1:12"),
        ("contacts:\n  - {id: C1}\n  - {id: C1}\n", "data-duplicate-id", "facts.yaml:3:5"),
        ("contacts:\n  - {account_id: B}\n", "data-unknown-account", "facts.yaml:2:5"),
        ("account:\n  stage_since: '2026-13-40'\n", "data-no-such-date", "facts.yaml:2:16"),
        ("orders:\n  - ordered_on: 2027-01-01\n", "data-later-rows", "facts.yaml:2:5"),
    ],
)
def test_problems_of_facts_have_line_and_column(text: str, code: str, place: str) -> None:
    problem = only(given(text))
    assert (problem.code, str(problem.place)) == (code, place)


def test_facts_as_json() -> None:
    book = given('{"account": {"id": "A1", "annual_sales": 386000.5}, "contacts": [{"buying_roles": ["user"]}]}')
    assert book.accounts()[0].get("annual_sales").data == Decimal("386000.5")
    assert (book.rows_of("contact", "A1") or ())[0].get("buying_roles").data == ("user",)


def test_no_facts_at_all() -> None:
    for text in ("", "[1, 2]", "just text"):
        assert [row.id for row in given(text).accounts()] == ["A00"]


def test_a_large_book_is_read_in_seconds(tmp_path: Path) -> None:
    accounts = "id,name,stage\n" + "".join(f"A{n},Name {n},regular\n" for n in range(10_000))
    orders = "id,account_id,ordered_on,amount\n"
    orders += "".join(f"R{n},A{n % 10_000},2026-0{n % 9 + 1}-1{n % 9},{n}\n" for n in range(120_000))
    folder(tmp_path, {"accounts.csv": accounts, "orders.csv": orders})
    start = time.process_time()
    book = load(tmp_path, vocabulary(), TODAY, words=words())
    assert len(book.rows_of("order", "A1") or ()) == 12
    assert time.process_time() - start < 12
