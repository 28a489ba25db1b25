"""What G01–G03 bar never reaches a rule or a rendered text: secrets planted in the tables, every output searched."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from support import bundled

from advisor.advice import session
from advisor.advice.workspace import Wish
from advisor.core.home import demo
from cli import main

PRIVATE = "QXPRIVATE"  # sensitive fields of a contact, without consent (G02)
SECRET_DAY, SECRET_ID = "2026-11-19", "QXSECRET"  # a confidential interaction (G03)
PERSON = "QXPERSON"  # a contact who asked for a benefit, and the deal with that person (G01)
OFFERED = "QXOFFERED"
MONEY = "987654"
SECRETS = (PRIVATE, SECRET_ID, MONEY)
ACCOUNTS = ("A01", "A05", "A30")
READERS = ("rep", "manager", "sponsor", "service", "finance")
FORMATS = ("text", "json", "md", "html")


def write(folder: Path, table: str, **new: str) -> None:
    """Add a row to a table, its headings widened where need be."""
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    names = list(dict.fromkeys([*rows[0], *new]))
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, names, restval="", extrasaction="ignore")
        out.writeheader()
        out.writerows([*rows, new])


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("barred") / "data"
    shutil.copytree(demo(), folder)
    for account in ACCOUNTS:
        common = {"account_id": account}
        write(folder, "contacts", id=f"K{account}", name="周平", salutation="周工", buying_roles="user",
              influence="2", depth="impression", last_contact_on="2026-10-01",
              sensitive_fields=f"{PRIVATE};{PRIVATE}2", consent_personal_data="false", **common)  # fmt: skip
        write(folder, "contacts", id=PERSON + account, name="吴" + PERSON, salutation="吴" + PERSON, influence="5",
              buying_roles="user;technical;purchaser;approver;decider", depth="psych_alliance",
              dialogue_level="shared_values", trust="5", last_contact_on="2026-11-18", demands_benefit="true",
              public_official="true", title=PERSON, **common)  # fmt: skip
        write(folder, "interactions", id=SECRET_ID + account, occurred_on=SECRET_DAY, contact_id=f"K{account}",
              channel="visit", values="history;social", effect="accepted", info_source="rumour",
              info_confidential="true", **common)  # fmt: skip
        write(folder, "interactions", id=OFFERED + account, occurred_on="2026-11-02", contact_id=PERSON + account,
              channel="visit", benefit_to_person="true", benefit_value=MONEY, **common)  # fmt: skip
    return folder


def run(data: Path, *words: str) -> str:
    result = CliRunner().invoke(main, [*words, "--data", str(data), "--history", str(data / "none.csv")])
    assert result.exit_code == 0, result.output + result.stderr
    return result.output + result.stderr


def commands() -> Iterator[tuple[str, ...]]:
    """Every command that shows facts or advice, in every format; those of other modules as far as they exist."""
    for account in ACCOUNTS[:1]:
        yield from (("advise", account, "--all", "--format", form) for form in FORMATS)
        yield from (("advise", account, "--all", "--for", reader) for reader in READERS[1:])
        yield from (("facts", account, "--format", form) for form in ("text", "json"))
    yield ("advise", ACCOUNTS[0], "--all", "--top", "90", "--format", "json", "--lang", "en")
    yield from (("today", "--top", "500", "--format", form) for form in ("text", "json"))
    for name, forms in (("brief", FORMATS[:1] + FORMATS[2:]), ("portfolio", FORMATS)):
        if name in main.commands:
            account = (ACCOUNTS[0],) if name == "brief" else ()
            yield from ((name, *account, "--format", form) for form in forms)


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_no_command_shows_what_is_barred(data: Path, words: tuple[str, ...]) -> None:
    shown = run(data, *words)
    assert not [secret for secret in SECRETS if secret in shown]
    if words[0] in ("advise", "today"):
        assert PERSON not in shown, "nobody is sent to a person under the benefit guard, and no text names that person"


def test_explaining_shows_nothing_barred(data: Path) -> None:
    """Every play of three accounts, in one open run: what `explain` prints, as text and as JSON."""
    from advisor.explain import explain
    from advisor.pages import page_json

    advisor = session.open_book(Wish(data=data, history=data / "none.csv", language="en"))
    for account in ACCOUNTS[:1]:
        row = session.find_account(advisor.book, account)
        for play in list(advisor.plays.values())[::3]:
            found = explain.explain(advisor, row, play)
            text = explain.text(found, advisor.printer) + page_json.dumps([explain.record(one) for one in found])
            assert not [secret for secret in SECRETS if secret in text], play.code


def test_only_compliance_shows_the_records(data: Path) -> None:
    shown = run(data, "compliance", ACCOUNTS[0])
    assert all(code in shown for code in ("G01", "G02", "G03"))
    assert SECRET_ID in shown and OFFERED in shown


def test_a_batch_of_all_accounts_names_nobody(data: Path) -> None:
    from advisor.pages import page_json

    advisor = session.open_book(Wish(data=data, history=data / "none.csv", language="zh"))
    for account in ACCOUNTS:
        advice = advisor.advise(session.find_account(advisor.book, account), everything=True)
        assert {guard.code for guard in advice.guards} >= {"G01", "G02", "G03"}
        text = page_json.dumps(page_json.record(advice))
        assert not [secret for secret in (*SECRETS, PERSON) if secret in text]
        assert not [step for step in advice.steps if PERSON in step.person.text]


def test_a_confidential_record_moves_no_rule(data: Path, tmp_path: Path) -> None:
    """With the confidential record and without it, every fact that rules read is the same."""
    clean = tmp_path / "clean"
    shutil.copytree(data, clean)
    path = clean / "interactions.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if SECRET_ID not in line), encoding="utf-8")
    two = [session.open_book(Wish(data=one, history=one / "none.csv")) for one in (data, clean)]
    for account in ACCOUNTS:
        verdicts = []
        for advisor in two:
            facts = advisor.facts(session.find_account(advisor.book, account))
            assert not [row for row in facts.rows("interaction") or () if SECRET_ID in row.id]
            verdicts.append([(one.play.code, one.subject, one.trace.verdict) for one in advisor.traces(facts)])
        assert verdicts[0] == verdicts[1]


def test_no_rule_and_no_text_may_read_a_guarded_fact() -> None:
    content = bundled()
    guarded = {
        f"{entity.name}.{field.name}"
        for entity in content.vocabulary.entities.values()
        for field in entity.fields.values()
        if field.guarded
    }
    assert {"contact.sensitive_fields", "interaction.info_confidential", "contact.demands_benefit"} <= guarded
    from advisor.core.tree import names as names_of

    for play in content.plays:
        assert not {str(name) for name in names_of(play.when)} & guarded, play.path
