"""Why, why not, and changes that really turn a verdict."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.advice.advise import Advisor
from advisor.advice.wording import Printer
from advisor.advice.workspace import Settings
from advisor.content.content import Content
from advisor.content.kept import load
from advisor.content.plays import Play
from advisor.core import yaml_in
from advisor.core.facts import AccountFacts, Knowledge
from advisor.core.model import Row, State, Value, known
from advisor.core.reference import evaluate
from advisor.core.tree import (
    All,
    AnyOf,
    Const,
    Count,
    Derived,
    Latest,
    Leaf,
    Name,
    Node,
    Not,
    NotTrue,
    Rows,
    When,
    names,
    walk,
)
from advisor.core.vocabulary import LISTS
from advisor.data.book import from_facts
from advisor.explain.explain import Explanation, explain, record, text
from advisor.explain.explain_edits import Edit
from advisor.explain.explain_lines import Line, Teller, Words
from advisor.explain.explain_targets import Cell, Plan, of_cell
from advisor.explain.explain_verify import after, instead, smallest
from advisor.metrics.metrics import Metrics, MetricSource
from advisor.pages.page_json import dumps
from advisor.pages.page_text import width
from tests.condition_fixture import AS_OF, REFS, VOCABULARY, Shelf, row, subject
from tests.condition_strategies import Draw, account_facts, domain, nodes

SCENARIOS = Path(__file__).resolve().parents[2] / "shared/scenarios"
SEEDS = st.integers(0, 2**32)
UNKNOWN = st.sampled_from((0.0, 0.2, 0.5))
quick = settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
given_scenarios = pytest.mark.skipif(not SCENARIOS.is_dir(), reason="the shared scenarios are not here")


@cache
def content() -> Content:
    return load()


def advisor(given: Any, language: str = "en", today: datetime.date = AS_OF) -> Advisor:
    item = yaml_in.parse(given, "facts.yaml")[0] if isinstance(given, str) else given
    book = from_facts(item, content().vocabulary, today)
    book.metrics = MetricSource(Metrics(content().metrics, content().policy), content().vocabulary, book)
    return Advisor(content(), Settings(Path(), language, today), book, engine="reference")


def scenario(name: str, language: str = "en") -> Advisor:
    item, problems = yaml_in.load(SCENARIOS / f"{name}.yaml", name)
    assert not problems
    return advisor(item, language)


def explained(of: Advisor, code: str) -> Explanation:
    (found,) = explain(of, of.book.accounts()[0], of.content.play(code))
    return found


def conditions(found: Explanation) -> dict[str, Line]:
    return {line.fact: line for line in reversed(found.lines) if line.kind in ("condition", "fact")}


def changed(found: Explanation) -> dict[str, Any]:
    return {edit.fact: edit.value.data for edit in found.changes if edit.value}


# --- the change, on random trees -----------------------------------------------------------------


@quick
@given(nodes(), SEEDS, UNKNOWN)
def test_a_change_really_turns_the_verdict(node: Node, seed: int, unknown: float) -> None:
    facts, hand = account_facts(Draw(seed).tables(unknown))
    goal = evaluate(node, facts, hand).verdict is not True
    plan = smallest(node, facts, hand, goal, VOCABULARY)
    if plan is None:
        return
    tables = rewritten(facts, plan)
    turned = AccountFacts(Shelf(tables), facts.knowledge, tables["account"][0])
    assert evaluate(node, turned, turned.hand(turned.account)).verdict is goal
    assert plan.cost[0] >= 1


def rewritten(facts: AccountFacts, plan: Plan) -> dict[str, tuple[Row, ...]]:
    """The tables with the plan written into them, by other means than the explanation's own."""
    tables = {e: list(facts.rows(e) or ()) for e in VOCABULARY.entities if facts.rows(e) is not None}
    tables |= {entity: [] for entity in plan.empty}
    for one in plan.fresh.values():
        tables.setdefault(one.entity, []).append(one)
    return {e: tuple(with_cells(one, plan) for one in rows) for e, rows in tables.items()}


def with_cells(one: Row, plan: Plan) -> Row:
    cells = {cell.field: cell.value for cell in plan.changes if (cell.row.entity, cell.row.id) == (one.entity, one.id)}
    return dataclasses.replace(one, values={**one.values, **cells})


@quick
@given(nodes(depth=2), SEEDS, UNKNOWN)
def test_no_single_fact_does_what_takes_a_larger_change(node: Node, seed: int, unknown: float) -> None:
    """Where one fact compared with constants is enough, the change found is one."""
    if not all(is_plain(part) for part in walk(node)):
        return
    facts, hand = account_facts(Draw(seed).tables(unknown))
    goal = evaluate(node, facts, hand).verdict is not True
    plan = smallest(node, facts, hand, goal, VOCABULARY)
    if plan is None or plan.cost[0] > 1:
        assert not [one for one in single_changes(node, facts) if holds(node, one, facts, hand) is goal]


def is_plain(node: Node) -> bool:
    """No group without items, no order of rows, and facts compared with constants, not through references."""
    if isinstance(node, Leaf):
        straight = not node.name.via and node.name.type != "ref" and node.name.field != "id"
        return straight and all(isinstance(operand, Const) for operand in node.operands)
    return bool(node.items) if isinstance(node, All | AnyOf) else not isinstance(node, Count | Latest)


def single_changes(node: Node, facts: AccountFacts) -> Iterator[Plan]:
    for name in names(node):
        field = VOCABULARY.field(name.entity, name.field)
        assert field
        for data in domain(field):
            fits = field.type != "ratio" or 0 <= data <= 1
            for one in (facts.rows(name.entity) or ()) if fits else ():
                value = known((data,) if field.type in LISTS else data)
                yield of_cell(Cell(one, name.field, facts.value(one, name.field), value))


def holds(node: Node, plan: Plan, facts: AccountFacts, hand: tuple[Row, ...]) -> bool | None:
    return evaluate(node, *after(plan, facts, hand)).verdict


@quick
@given(nodes(), SEEDS)
def test_every_tree_can_be_told(node: Node, seed: int) -> None:
    facts, hand = account_facts(Draw(seed).tables())
    printer = Printer(content().words["en"], "en", "CNY", AS_OF)
    teller = Teller(facts, Words(facts, VOCABULARY, printer), hand[-1])
    lines = teller.lines(evaluate(node, facts, hand), hand)
    assert all(line.text and "explain_" not in line.text for line in lines)


# --- the change, on plain conditions -------------------------------------------------------------

VISITS, IDLE = Name("account", "visits", type="integer"), Name("account", "idle", type="days")
TEAM = Name("account", "team", type="choices")
STAGE, REVIEWED = Name("account", "stage", type="choice"), Name("account", "reviewed_on", type="date")


def change(node: Node, given: dict[str, Any]) -> dict[str, Any]:
    facts, hand = subject(given)
    plan = smallest(node, facts, hand, evaluate(node, facts, hand).verdict is not True, VOCABULARY)
    assert plan
    return {cell.field: cell.value.data for cell in plan.changes}


def leaf(name: Name, op: str, *limits: Any, order: tuple[str, ...] = ()) -> Leaf:
    return Leaf(name, op, tuple(Const(limit) for limit in limits), order)


def days(n: int) -> datetime.date:
    return AS_OF - datetime.timedelta(days=n)


BUSY = All((leaf(VISITS, "is", 3), leaf(IDLE, "is", 3)))


@pytest.mark.parametrize(
    ("node", "given", "expected"),
    [
        (leaf(VISITS, "at_least", 3), {"visits": 1}, {"visits": 3}),
        (leaf(VISITS, "more_than", 3), {"visits": 1}, {"visits": 4}),
        (leaf(VISITS, "more_than", 3), {"visits": 9}, {"visits": 3}),
        (leaf(VISITS, "between", 3, 5), {"visits": 9}, {"visits": 5}),
        (leaf(STAGE, "is", "lost", "lead"), {"stage": "active"}, {"stage": "lost"}),
        (leaf(REVIEWED, "older_than", 30), {"reviewed_on": AS_OF}, {"reviewed_on": days(31)}),
        (leaf(REVIEWED, "within_last", 30), {"reviewed_on": days(90)}, {"reviewed_on": days(30)}),
        (leaf(REVIEWED, "within_last", 30), {"reviewed_on": days(9)}, {"reviewed_on": days(31)}),
        (leaf(REVIEWED, "within_next", 30), {"reviewed_on": days(-9)}, {"reviewed_on": days(-31)}),
        (leaf(TEAM, "has", "finance"), {"team": ["sales"]}, {"team": ("sales", "finance")}),
        (leaf(TEAM, "lacks", "sales"), {"team": ["sales", "service"]}, {"team": ("service",)}),
        (leaf(REVIEWED, "is_none"), {"reviewed_on": AS_OF}, {"reviewed_on": None}),
        (All((leaf(VISITS, "at_least", 3), leaf(STAGE, "is", "lost"))), {"visits": 1, "stage": "lost"}, {"visits": 3}),
        (All((leaf(VISITS, "at_least", 3), leaf(VISITS, "less_than", 5))), {"visits": 9}, {"visits": 4}),
        (AnyOf((BUSY, leaf(STAGE, "is", "lost"))), {"visits": 1}, {"stage": "lost"}),
        (NotTrue(leaf(STAGE, "is", "lost")), {"stage": "lost"}, {"stage": "lead"}),
        (All((NotTrue(leaf(IDLE, "at_least", 0)), leaf(VISITS, "is", 2))), {"visits": 3}, {"visits": 2}),
        (All((NotTrue(leaf(IDLE, "is", 3)), Not(leaf(VISITS, "at_least", 3)))), {"visits": 3}, {"visits": 2}),
    ],
)  # fmt: skip
def test_targets(node: Node, given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert change(node, given) == expected


def test_the_range_of_a_field_is_kept() -> None:
    share = Name("account", "share", type="ratio")
    facts, hand = subject({"share": 1})
    assert smallest(leaf(share, "more_than", 1), facts, hand, True, VOCABULARY) is None


CONTACT = {"roles": ["user"], "influence": 2}
DECIDES = leaf(Name("contact", "roles", type="choices"), "has", "decider")
STRONG = leaf(Name("contact", "influence", type="integer"), "at_least", 4)


def planned(node: Node, given: dict[str, Any]) -> Plan:
    facts, hand = subject(given)
    found = smallest(node, facts, hand, evaluate(node, facts, hand).verdict is not True, VOCABULARY)
    assert found
    return found


def test_some_row_takes_the_nearest_row() -> None:
    rows = {"contact": [CONTACT, {"roles": ["decider"], "influence": 3}]}
    plan = planned(Rows("some", "contact", All((DECIDES, STRONG))), rows)
    assert [(cell.row.id, cell.field, cell.value.data) for cell in plan.changes] == [("contact2", "influence", 4)]


def test_some_row_without_rows_takes_a_new_one() -> None:
    plan = planned(Rows("some", "contact", All((DECIDES, STRONG))), {"contact": []})
    assert [one.entity for one in plan.fresh.values()] == ["contact"]
    assert plan.cost[0] == 3


def test_no_row_changes_every_row_that_holds_it() -> None:
    plan = planned(Rows("no", "contact", STRONG), {"contact": [{"influence": 5}, {"influence": 4}, {"influence": 1}]})
    assert {cell.row.id: cell.value.data for cell in plan.changes} == {"contact1": 3, "contact2": 3}


def test_an_unknown_table_would_have_to_be_empty() -> None:
    assert planned(Rows("no", "contact", STRONG), {}).empty == {"contact"}


def test_counts_go_to_the_nearest_number() -> None:
    rows = {"contact": [{"influence": 5}, {"influence": 4}, {"influence": 1}]}
    more = planned(Count("contact", STRONG, "at_least", (Const(3),)), rows)
    assert [(cell.row.id, cell.value.data) for cell in more.changes] == [("contact3", 4)]
    assert len(planned(Count("contact", STRONG, "at_most", (Const(0),)), rows).changes) == 2


def test_a_new_row_that_upsets_another_condition_is_completed() -> None:
    node = All((Rows("some", "contact", DECIDES), Rows("every", "contact", STRONG)))
    plan = planned(node, {"contact": []})
    assert {cell.field for cell in plan.changes} == {"roles", "influence"}


def test_a_derived_fact_goes_down_to_what_is_recorded() -> None:
    vip = Name("account", "vip", type="yes_no")
    knowledge = Knowledge({("account", "vip"): Derived("account", "vip", When(leaf(VISITS, "at_least", 5)))}, REFS, {})
    account = row("account", {"visits": 1})
    facts = AccountFacts(Shelf({"account": (account,)}), knowledge, account)
    plan = smallest(leaf(vip, "is", True), facts, (account,), True, VOCABULARY)
    assert plan
    assert {cell.field: cell.value.data for cell in plan.changes} == {"visits": 5}


def test_a_derived_fact_that_takes_more_is_told_with_what_would_do_it() -> None:
    vip = Name("account", "vip", type="yes_no")
    knowledge = Knowledge({("account", "vip"): Derived("account", "vip", When(BUSY))}, REFS, {})
    account = row("account", {"visits": 1, "idle": 1})
    facts, node = AccountFacts(Shelf({"account": (account,)}), knowledge, account), leaf(vip, "is", True)
    plan = smallest(node, facts, (account,), True, VOCABULARY)
    assert plan
    (cell,) = plan.changes
    assert (cell.field, cell.derived, cell.value.data) == ("vip", True, True)
    below = instead(node, facts, (account,), True, VOCABULARY, plan, cell)
    assert below
    assert {cell.field: cell.value.data for cell in below.changes} == {"visits": 3, "idle": 3}


# --- plays ---------------------------------------------------------------------------------------

PROSPECT = "account: {id: A1, name: Acme, stage: prospect, objective_need: true, growth_potential: 5}"


def test_a_fired_play_shows_its_leaves_with_their_records() -> None:
    found = explained(advisor(PROSPECT), "P11")
    assert found.verdict is True
    for fact in ("stage", "objective_need", "growth_potential"):
        line = conditions(found)[fact]
        assert (line.verdict, line.record, str(line.value.origin)) == (True, "account A1", "asserted")
    assert not found.goal
    assert len(found.changes) == 1


def test_a_silent_play_gives_the_smallest_change_and_it_flips() -> None:
    found = explained(advisor(PROSPECT.replace("potential: 5", "potential: 2")), "P11")
    assert (found.verdict, conditions(found)["growth_potential"].verdict) == (False, False)
    assert changed(found) == {"growth_potential": 4}
    assert found.changes[0].text == "growth potential becomes at least 4"
    assert explained(advisor(PROSPECT.replace("potential: 5", "potential: 4")), "P11").verdict is True


def test_an_unknown_fact_is_asked_for() -> None:
    found = explained(advisor(PROSPECT.replace(", growth_potential: 5", "")), "P11")
    (edit,) = found.changes
    assert (found.verdict, edit.kind, edit.fact) == (None, "find", "growth_potential")
    field = content().vocabulary.field("account", "growth_potential")
    assert field
    assert edit.text == f"{field.question['en']} The answer that would do: at least 4"


def test_an_opportunity_play_without_an_opportunity_says_so() -> None:
    unknown, empty = explained(advisor(PROSPECT), "P05"), explained(advisor(f"{PROSPECT}\nopportunities: []"), "P05")
    assert (unknown.subject, unknown.verdict, empty.subject, empty.verdict) == (None, None, None, False)
    assert unknown.lines[0].text == "some opportunity (no records of: opportunity)"
    assert empty.lines[0].text == "some opportunity (there is no opportunity)"
    assert [edit.kind for edit in empty.changes] == ["add"]
    assert {part.fact for part in empty.changes[0].parts} == {"open", "purchase_step"}


def test_every_opportunity_has_its_own_explanation() -> None:
    deals = "opportunities: [{id: O1, open: true, purchase_step: contract_review}, {id: O2, open: false}]"
    of = advisor(f"{PROSPECT}\n{deals}")
    found = explain(of, of.book.accounts()[0], of.content.play("P05"))
    assert [(one.subject and one.subject.id, one.verdict) for one in found] == [("O1", True), ("O2", False)]


def test_only_a_few_rows_are_shown() -> None:
    contacts = "contacts: [" + ", ".join(f"{{id: C{n}, depth: stranger}}" for n in range(8)) + "]"
    found = explained(advisor(f"{PROSPECT}\n{contacts}"), "P67")
    rows = [line for line in found.lines if line.kind == "row" and line.depth == 2]
    assert len(rows) == 2 + 5  # two that keep the first condition open, and five of those that do not hold the other
    assert [line.text for line in found.lines if line.kind == "more"] == ["… and 6 more", "… and 3 more"]


def test_records_are_shown_with_kind_and_date() -> None:
    complaint = "complaints: [{id: X1, opened_on: 2026-11-15, root_cause: delivery}]"
    found = explained(advisor(f"{PROSPECT}\n{complaint}"), "P68")
    assert "complaint X1 15 Nov" in [line.text for line in found.lines if line.kind == "row"]


def test_what_the_history_holds_back_is_noted() -> None:
    history = "history: [{code: P11, subject_id: A1, at: 2026-11-18, response: done}]"
    found = explained(advisor(f"{PROSPECT}\n{history}"), "P11")
    assert found.verdict is True
    assert found.note.startswith("All of it holds, but it is held back:")


def test_guarded_facts_never_appear() -> None:
    """Not even where a play should read them."""
    entity = content().vocabulary.entities["contact"]
    guarded = [field for field in entity.fields.values() if field.guarded]
    of = advisor(f"{PROSPECT}\ncontacts: [{{id: C1, demands_benefit: true, sensitive_fields: [children]}}]")
    leaves = tuple(Leaf(Name("contact", field.name, type=field.type), "is_known", ()) for field in guarded)
    play = dataclasses.replace(of.content.play("P11"), when=Rows("some", "contact", AnyOf(leaves)))
    (found,) = explain(of, of.book.accounts()[0], play)
    assert not found.changes
    shown = text((found,), of.printer) + dumps(record(found))
    assert not [field.name for field in guarded if field.name in shown or field.label["en"].lower() in shown.lower()]


# --- all plays -----------------------------------------------------------------------------------


def all_explanations(of: Advisor) -> list[tuple[Play, Explanation]]:
    account = of.book.accounts()[0]
    return [(play, one) for play in of.content.plays for one in explain(of, account, play)]


@given_scenarios
@pytest.mark.parametrize("name", ["s02", "s10"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_scenarios_read_well(name: str, language: str) -> None:
    of = scenario(name, language)
    for play, one in all_explanations(of):
        page = text((one,), of.printer)
        assert one.changes, play.code
        assert all(width(line) <= 80 for line in page.splitlines()), page
        assert not re.search(r"explain_|change_|group_|rows_|[{}]|~\d|None\b", page), page
        if language == "en":
            assert not re.search(r"[\u4e00-\u9fff]", page.replace(of.book.accounts()[0].text("name"), "")), page
        assert dumps(record(one))


@given_scenarios
@pytest.mark.parametrize("name", ["s02", "s10"])
def test_scenarios_agree_with_the_advice(name: str) -> None:
    of = scenario(name)
    advice = of.advise(of.book.accounts()[0], everything=True)
    fired = {play.code for play, one in all_explanations(of) if one.verdict}
    assert {step.code for step in advice.steps} | {drop.code for drop in advice.dropped} == fired


@given_scenarios
def test_a_scenario_with_the_change_written_into_its_file() -> None:
    of = scenario("s02")
    edits = explained(of, "P05").changes
    assert [(edit.fact, edit.value and edit.value.data) for edit in edits] == [("purchase_step", "contract_review")]
    given = (SCENARIOS / "s02.yaml").read_text(encoding="utf-8")
    given = given.replace("purchase_step: tech_standard", "purchase_step: contract_review")
    assert explained(advisor(given), "P05").verdict is True


@given_scenarios
@pytest.mark.parametrize("name", ["s02", "s10"])
def test_changes_written_into_the_records_turn_the_play(name: str) -> None:
    """Facts to set or find, derived ones asserted, on the account and its known records."""
    of = scenario(name)
    for play, one in all_explanations(of):
        for edits in ways(one.changes):
            if one.subject and all(edit.kind in ("set", "find") for edit in edits):
                again = written(of, edits)
                (account,) = again.book.accounts()
                turned = {each.subject and each.subject.id: each.verdict for each in explain(again, account, play)}
                assert turned[one.subject.id] is one.goal, (play.code, [edit.text for edit in edits])


def ways(edits: tuple[Edit, ...]) -> list[tuple[Edit, ...]]:
    """The changes as they stand, and with what brings each derived fact about in its place."""
    through = [(*edits[:n], *edit.through, *edits[n + 1 :]) for n, edit in enumerate(edits) if edit.through]
    return [edits, *through]


def written(of: Advisor, edits: tuple[Edit, ...]) -> Advisor:
    tables = dict(of.book.tables)
    for edit in edits:
        value = edit.value or Value(State.UNKNOWN)
        tables[edit.entity] = tuple(
            dataclasses.replace(one, values={**one.values, edit.fact: value}) if one.id == edit.id else one
            for one in tables[edit.entity] or ()
        )
    book = dataclasses.replace(of.book, tables=tables)
    book.metrics = MetricSource(Metrics(content().metrics, content().policy), content().vocabulary, book)
    return Advisor(of.content, of.settings, book, engine="reference")
