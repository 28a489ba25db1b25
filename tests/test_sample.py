"""The made-up book: the same for the same seed, whatever its size; whole where clean, odd where dirty; plausible."""

from __future__ import annotations

import csv
import datetime
import itertools
import statistics
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support import bundled

from advisor.advice import session
from advisor.advice.advise import Advisor
from advisor.advice.workspace import Wish
from advisor.core.model import AdvisorError
from advisor.metrics import metric_tables
from advisor.sample import write
from advisor.sample.tables import Book
from cli import main

AS_OF = datetime.date(2026, 11, 20)
Rows = list[dict[str, str]]


def planned(accounts: int, seed: int = 1, as_of: datetime.date | None = None) -> Book:
    return write.planned(write.read(None), bundled().vocabulary, accounts, seed, as_of)


def made(folder: Path, accounts: int, form: str = "csv", dirt: float = 0, seed: int = 1) -> Path:
    write.write(planned(accounts, seed), folder, form, dirt)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}


def rows(folder: Path, table: str) -> Rows:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def opened(folder: Path) -> Advisor:
    return session.open_book(Wish(data=folder, language="zh", history=folder / "history.csv"))


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean book of 400 accounts."""
    return made(tmp_path_factory.mktemp("sample") / "book", 400)


# --- chance --------------------------------------------------------------------------------------


def test_the_same_seed_makes_the_same_bytes(tmp_path: Path) -> None:
    first = files(made(tmp_path / "a", 60, dirt=0.05))
    assert first == files(made(tmp_path / "b", 60, dirt=0.05))
    other = files(made(tmp_path / "c", 60, dirt=0.05, seed=2))
    assert [name for name in first if first[name] == other[name]] == ["own.csv", "price_changes.csv", "products.csv"]


@pytest.mark.parametrize("dirt", [0, 0.1])
def test_an_account_is_the_same_in_a_book_of_any_size(tmp_path: Path, dirt: float) -> None:
    small, large = files(made(tmp_path / "small", 50, dirt=dirt)), files(made(tmp_path / "large", 700, dirt=dirt))
    assert [name for name in small if not large[name].startswith(small[name])] == []
    assert len(large["accounts.csv"].splitlines()) == 701


def test_parquet_holds_the_same_as_csv_with_types(tmp_path: Path) -> None:
    clean, text = made(tmp_path / "parquet", 50, "parquet"), made(tmp_path / "csv", 50)
    names, cells = metric_tables.read_parquet(clean / "orders.parquet")
    told = [dict(zip(names, row, strict=True)) for row in cells]
    assert {type(row["ordered_on"]) for row in told} == {datetime.date}
    assert [{name: _told(cell) for name, cell in row.items()} for row in told] == rows(text, "orders")


def _told(cell: object) -> str:
    return "" if cell is None else str(cell).lower() if isinstance(cell, bool) else str(cell)


def test_dirty_parquet_holds_text(tmp_path: Path) -> None:
    dirty, text = made(tmp_path / "parquet", 50, "parquet", 0.1), made(tmp_path / "csv", 50, dirt=0.1)
    names, cells = metric_tables.read_parquet(dirty / "orders.parquet")
    assert [dict(zip(names, map(_told, row), strict=True)) for row in cells] == rows(text, "orders")


# --- clean and dirty -----------------------------------------------------------------------------


def test_the_reader_finds_nothing_wrong_with_a_clean_book(book: Path) -> None:
    advisor = opened(book)
    assert [problem for problem in advisor.book.problems if problem.level != "note"] == []
    assert advisor.settings.as_of == AS_OF
    assert len(advisor.book.accounts()) == 400


def test_relations_of_a_clean_book_hold(book: Path) -> None:
    accounts = {row["id"] for row in rows(book, "accounts")}
    contacts = {row["id"]: row["account_id"] for row in rows(book, "contacts")}
    reps = {row["id"] for row in rows(book, "reps")}
    products = {row["id"] for row in rows(book, "products")}
    assert {row["owner_id"] for row in rows(book, "accounts")} <= reps | {""}
    for path in book.glob("*.csv"):
        found = rows(book, path.stem)
        assert len({row["id"] for row in found if "id" in row}) in (0, len(found)), path.stem
        assert {row["account_id"] for row in found if "account_id" in row} <= accounts
        assert {row["product_id"] for row in found if "product_id" in row} <= products | {""}
        assert [
            row for row in found if row.get("contact_id") and contacts[row["contact_id"]] != row["account_id"]
        ] == []


def test_dirt_is_made_and_reported(tmp_path: Path) -> None:
    clean, dirty = made(tmp_path / "clean", 120), made(tmp_path / "dirty", 120, dirt=0.1)
    pairs = [
        (a, b) for name in files(clean) for a, b in zip(rows(clean, name[:-4]), rows(dirty, name[:-4]), strict=True)
    ]
    filled = [(cell, b[name]) for a, b in pairs for name, cell in a.items() if cell]
    assert 0.05 < sum(a != b for a, b in filled) / len(filled) < 0.11
    assert [name for a, b in pairs for name, cell in a.items() if not cell and b[name]] == []
    found = Counter(problem.code for problem in opened(dirty).book.problems)
    wanted = {"data-unknown-choice", "data-not-date", "data-no-such-date", "data-not-number", "data-not-integer"}
    assert wanted | {"data-unknown-account", "data-duplicate-id", "data-not-yes-no"} <= found.keys()


# --- plausible -----------------------------------------------------------------------------------


def test_every_stage_has_its_share_and_some_facts_are_missing(book: Path) -> None:
    accounts = rows(book, "accounts")
    stages = Counter(row["stage"] for row in accounts)
    assert stages.keys() == bundled().vocabulary.choices["stage"].labels.keys()
    assert stages.most_common(1)[0][0] == "regular"
    assert 0.02 < stages["exited"] / len(accounts) < 0.2
    lacking = [name for name in accounts[0] if any(not row[name] for row in accounts)]
    assert "name" not in lacking and len(lacking) > 50
    for table in ("contacts", "surveys", "competitors"):
        assert 0 < len({row["account_id"] for row in rows(book, table)}) < len(accounts)


def test_orders_are_plausible(book: Path) -> None:
    stage = {row["id"]: row["stage"] for row in rows(book, "accounts")}
    orders = rows(book, "orders")
    assert 8 < len(orders) / len(stage) < 17
    assert max(day(row["ordered_on"]) for row in orders) <= AS_OF
    gone = [day(row["ordered_on"]) for row in orders if stage[row["account_id"]] == "exited"]
    assert gone and max(gone) < AS_OF - datetime.timedelta(60)
    assert not [row for row in orders if stage[row["account_id"]] in ("prospect", "target")]
    assert not [row for row in orders if row["delivered_on"] and day(row["delivered_on"]) < day(row["ordered_on"])]
    stale = [row for row in orders if row["status"] == "placed" and day(row["ordered_on"]) < day("2026-10-01")]
    assert stale == []


def test_a_few_accounts_buy_most(book: Path) -> None:
    bought: Counter[str] = Counter()
    for row in rows(book, "orders"):
        bought[row["account_id"]] += int(row["amount"])
    values = [value for _, value in bought.most_common()]
    assert 0.6 < sum(values[: len(values) // 5]) / sum(values) < 0.95
    assert statistics.mean(values) > 1.5 * statistics.median(values)


def test_rhythms_are_steady_and_unsteady_and_some_stopped(book: Path) -> None:
    stage = {row["id"]: row["stage"] for row in rows(book, "accounts")}
    days: dict[str, list[datetime.date]] = {}
    for row in rows(book, "orders"):
        days.setdefault(row["account_id"], []).append(day(row["ordered_on"]))
    gaps = {name: [(b - a).days for a, b in itertools.pairwise(on)] for name, on in days.items() if len(on) > 8}
    spread = [statistics.pstdev(found) / statistics.mean(found) for found in gaps.values() if statistics.mean(found)]
    assert min(spread) < 0.15 and max(spread) > 0.4
    regular = [name for name in gaps if stage[name] == "regular"]
    silent = [name for name in regular if (AS_OF - days[name][-1]).days > 2 * max(gaps[name])]
    assert 0.02 < len(silent) / len(regular) < 0.3


def test_days_come_in_order(book: Path) -> None:
    for row in rows(book, "complaints"):
        assert day(row["opened_on"]) <= AS_OF
        assert not row["closed_on"] or day(row["opened_on"]) <= day(row["closed_on"]) <= AS_OF
    history: dict[str, list[dict[str, str]]] = {}
    for row in rows(book, "stage_history"):
        history.setdefault(row["account_id"], []).append(row)
    for row in rows(book, "accounts"):
        steps = history.get(row["id"], [])
        entered = [step["entered_on"] for step in steps]
        assert entered == sorted(entered)
        assert not steps or steps[-1]["stage"] == row["stage"]
        assert not steps or not row["stage_since"] or entered[-1] == row["stage_since"]


def test_open_deals_stand_at_every_buying_step(book: Path) -> None:
    open_ones = [row for row in rows(book, "opportunities") if row["open"] == "true"]
    steps = bundled().vocabulary.choices["step8"].labels.keys()
    assert {row["purchase_step"] for row in open_ones} - {""} == steps
    assert not [row for row in open_ones if row["result"] or row["closed_on"]]


def test_many_plays_fire_and_not_everybody_needs_advice(book: Path) -> None:
    advisor = opened(book)
    advice = [advisor.advise(row, everything=True) for row in advisor.book.accounts()[:70]]
    assert len({step.code for one in advice for step in one.steps}) >= 45
    counts = [len(one.steps) for one in advice]
    assert 2 < statistics.mean(counts) < 9


# --- the description, and the command --------------------------------------------------------------


def test_the_description_names_only_what_exists() -> None:
    assert planned(1).problems == []


@pytest.mark.parametrize(
    ("own", "code"),
    [
        ("tables: {account: {fields: {}}}", "unknown-key"),
        ("tables: {accounts: {fields: {regionn: {value: x}}}}", "unknown-key"),
        ("tables: {accounts: {fields: {stage: {pick: {cor: 1}}}}}", "unknown-choice"),
        ("tables: {accounts: {fields: {stage: {pick: {core: often}}}}}", "sample-figure"),
        ("tables: {accounts: {fields: {team: {some: {by: tier, vip: {markting: 0.5}}}}}}", "unknown-choice"),
        ("tables: {accounts: {fields: {team: {some: {by: tierr, vip: {finance: 0.5}}}}}}", "unknown-key"),
        ("tables: {accounts: {fields: {region: {text: '{regionen}'}}}}", "unknown-key"),
        ("tables: {accounts: {fields: {region: {known: 0.5}}}}", "missing-key"),
        ("tables: {accounts: {fields: {region: {formula: 'upper('}}}}", "sample-refused"),
        ("tables: {accounts: {fields: {name: {formula: _a}, _a: {formula: _b}, _b: {formula: _a}}}}", "sample-circle"),
        ("as_of: soon", "bad-date"),
        ("tables: {orders: [1]}", "content-not-map"),
        ("lists: 2", "content-not-map"),
        ("tabels: {}", "unknown-key"),
    ],
)
def test_a_wrong_description_is_told(tmp_path: Path, own: str, code: str) -> None:
    (tmp_path / "own/rules").mkdir(parents=True)
    (tmp_path / "own/rules/sample.yaml").write_text(own, encoding="utf-8")
    with pytest.raises(AdvisorError) as raised:
        found = write.planned(write.read(tmp_path / "own"), bundled().vocabulary, 5, 1, None)
        write.write(found, tmp_path / "out", "csv", 0)
    assert code in [problem.code for problem in raised.value.problems]
    assert [path.name for path in tmp_path.iterdir()] == ["own"]


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["sample", *words])


def test_the_command_makes_a_book_that_others_read(tmp_path: Path) -> None:
    words = ("--as-of", "2025-03-01", "--dirt", "0", "--lang", "en")
    result = run("--accounts", "12", "--out", str(tmp_path / "book"), *words)
    assert result.exit_code == 0 and "12  accounts.parquet  Account" in result.output
    advice = CliRunner().invoke(main, ["advise", "A3", "--data", str(tmp_path / "book"), "--lang", "en"])
    assert advice.exit_code == 0
    assert "as_of: 2025-03-01" in (tmp_path / "book/advisor.yaml").read_text(encoding="utf-8")
    names, orders = metric_tables.read_parquet(tmp_path / "book/orders.parquet")
    assert day("2025-02-01") < max(row[names.index("ordered_on")] for row in orders) <= day("2025-03-01")


def test_a_used_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    result = run("--accounts", "5", "--out", str(tmp_path), "--lang", "en")
    assert result.exit_code == 2 and "not empty: notes.txt" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    below = run("--accounts", "5", "--out", str(tmp_path / "notes.txt/book"), "--lang", "en")
    assert below.exit_code == 2 and "cannot be written" in below.output
    file = run("--accounts", "5", "--out", str(tmp_path / "notes.txt"), "--lang", "en")
    assert file.exit_code == 2 and "a file, not a folder" in file.output


@pytest.mark.parametrize(
    "words", [("--accounts", "0"), ("--accounts", "5", "--format", "xml"), ("--accounts", "5", "--dirt", "2")]
)
def test_odd_options_are_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    result = run(*words, "--out", str(tmp_path / "book"))
    assert result.exit_code == 2 and "Invalid value" in result.output
    assert not (tmp_path / "book").exists()
