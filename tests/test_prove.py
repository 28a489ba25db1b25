"""Proof over content: formulas agree with the reference reader, and planted contradictions are found at their lines."""

from __future__ import annotations

import datetime
import functools
import json
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from condition_fixture import AS_OF, KNOWLEDGE, VOCABULARY
from condition_fixture import subject as facts_of_case
from condition_strategies import Draw, account_facts, nodes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import ROOT, bundled
from test_conditions import ALL, Case

from advisor.advice import session
from advisor.advice.advise import Advisor
from advisor.advice.workspace import Wish
from advisor.bench.case_metrics import CaseMetrics
from advisor.content import kept
from advisor.content.content import Content, with_plays
from advisor.content.read_play import read_play
from advisor.core.facts import AccountFacts
from advisor.core.model import Row, State, Value
from advisor.core.reference import Verdict, evaluate
from advisor.core.tree import Node, walk
from advisor.core.vocabulary import LISTS
from advisor.core.yaml_in import parse
from advisor.messages import message
from advisor.prove import domains, solver
from advisor.prove.claims import idle_exceptions
from advisor.prove.domains import HOLDS, NEVER, OPEN
from advisor.prove.formula import Cell, Formula, In, cells, every
from advisor.prove.regions import ANY, NONE, UNKNOWN, Region, points
from advisor.prove.report import Report, prove, record, write_witnesses
from advisor.prove.symbols import FALSE, NOT_FALSE, NOT_TRUE, TRUE, Encoder
from advisor.prove.terms import DAY, Numbers, member_cell
from cli import main

quick = settings(max_examples=80, deadline=None, database=None, suppress_health_check=list(HealthCheck))
WANTS = {TRUE: (True,), FALSE: (False,), NOT_TRUE: (False, None), NOT_FALSE: (True, None)}


# --- formulas against the reference reader -------------------------------------------------------


@dataclass(frozen=True)
class Fixture:
    """The part of content that formulas are made from, of the conditions' fixture."""

    vocabulary: Any = VOCABULARY
    derived: Any = None

    def knowledge(self) -> Any:
        return KNOWLEDGE


FIXTURE: Any = Fixture(derived={})


def region_of(value: Value, numbers: Numbers, field: Any) -> Region:
    if value.state is State.UNKNOWN:
        return UNKNOWN
    if value.state is State.NONE:
        return NONE
    return Region(points([0 if field.type in LISTS else numbers.of(value.data, field)], False))


def value_of(cell: Cell, facts: AccountFacts, hand: tuple[Row, ...]) -> Value | None:
    """What the facts say of a cell; None for cells of invented rows."""
    name, _, via = cell.row.partition(">")
    table = facts.rows(name) or ()
    row = hand[0] if name == "account" else hand[-1] if name.endswith("#0") else (table[0] if table else None)
    if "#" in name and not name.endswith("#0"):
        return None
    if row is not None and via:
        row = facts.pointed(row, via)
    return Value(State.UNKNOWN) if row is None else facts.value(row, cell.name)


def fixed(encoder: Encoder, formula: Formula, facts: AccountFacts, hand: tuple[Row, ...]) -> Formula:
    """The facts as constants: every cell that is a fact in hand is what it is."""
    found: list[Formula] = [In(DAY, Region(points([0], True)))]
    used = set(cells(formula))
    for cell, field in encoder.fields.items():
        value = value_of(cell, facts, hand)
        if value is None:
            continue
        region = region_of(value, encoder.numbers, field)
        if field.type in LISTS:
            held = {encoder.numbers.of(one, field) for one in value.data or ()}
            for member in (one for one in used if one.row == cell.row and one.name.startswith(f"{cell.name} has ")):
                number = int(member.name.rsplit(" ", 1)[-1])
                found.append(In(member_cell(cell, number), Region(points([int(number in held)], True))))
            region = replace(ANY, none=False, unknown=False) if value.known else region
        found.append(In(cell, region))
    return every(found)


def asked(node: Node, facts: AccountFacts, hand: tuple[Row, ...], want: str, ask: Any) -> str:
    """Can the node's verdict be so, with the facts as they are?"""
    numbers = Numbers(AS_OF)
    encoder = Encoder(FIXTURE, numbers)
    about = "account" if len(hand) == 1 else hand[-1].entity
    formula = encoder.finish(encoder.condition(node, about, want))
    whole = every([formula, fixed(encoder, formula, facts, hand)])

    def domain(cell: Cell) -> Region:
        return ANY if cell in encoder.fields else encoder.domain(cell)

    answer = ask(whole, domain)
    return str(answer.verdict)


def is_plain(node: Node) -> bool:
    """No rows: then the formula says it all."""
    return all(type(part).__name__ not in ("Rows", "Count", "Latest") for part in walk(node))


def agrees(node: Node, facts: AccountFacts, hand: tuple[Row, ...], ask: Any, exact: bool) -> None:
    verdict: Verdict = evaluate(node, facts, hand).verdict
    for want, verdicts in WANTS.items():
        found = asked(node, facts, hand, want, ask)
        if verdict in verdicts:
            assert found != NEVER, f"{want} holds, and the proof says that it never can"
        elif exact:
            assert found != HOLDS, f"{want} does not hold, and the proof says that it can"


@pytest.mark.parametrize("case", [case for _, case in ALL], ids=[name for name, _ in ALL])
@pytest.mark.parametrize("ask", [domains.solve, solver.solve], ids=["exact", "z3"])
def test_shared_cases(case: Case, ask: Any) -> None:
    facts, hand = facts_of_case(case.given, case.about)
    agrees(case.node, facts, hand, ask, is_plain(case.node) and case.rule not in FREE)


# Lists of texts against lists, and texts against lists of texts, stay free.
FREE: set[str] = set()


@quick
@given(nodes(), st.integers(0, 2**32))
def test_formulas_agree_with_the_reference(node: Node, seed: int) -> None:
    facts, hand = account_facts(Draw(seed).tables())
    agrees(node, facts, hand, domains.solve, False)


@quick
@given(nodes(), st.integers(0, 2**32))
def test_z3_and_the_exact_analysis_agree(node: Node, seed: int) -> None:
    facts, hand = account_facts(Draw(seed).tables())
    for want in WANTS:
        one, other = (asked(node, facts, hand, want, ask) for ask in (domains.solve, solver.solve))
        assert {one, other} != {HOLDS, NEVER}


@quick
@given(nodes(), st.integers(0, 2**32))
def test_what_fires_is_never_said_to_be_impossible(node: Node, seed: int) -> None:
    facts, hand = account_facts(Draw(seed).tables(unknown=0.1))
    encoder = Encoder(FIXTURE, Numbers(AS_OF))
    formula = encoder.finish(encoder.condition(node, "account", TRUE))
    answer = domains.solve(formula, lambda cell: ANY if cell in encoder.fields else encoder.domain(cell))
    if evaluate(node, facts, hand).verdict:
        assert answer.verdict != NEVER


# --- planted in content --------------------------------------------------------------------------

PLAY = "playbooks/retention/ask-why-orders-stopped.yaml"
SOUND = (ROOT / "tests" / "sound_play.yaml").read_text(encoding="utf-8")
HEAD, REST = SOUND.split("when:\n", 1)
TAIL = REST[REST.index("see:\n") :]


def play(when: str, code: str = "P901", extra: str = "", urgency: int = 5, other: str = "") -> str:
    """A sound play with other conditions, rarest urgency, no cases."""
    tail = TAIL[: TAIL.index("cases:\n")]
    card = f"card: {{code: {code}, about: account, lead: words, degree: value, basis: [M98], owner: T{extra}}}\n"
    head = HEAD.replace("urgency: 3\n", f"urgency: {urgency}\n", 1)
    if other:
        tail = tail.replace("    先查自家", f"    {other}先查自家").replace(
            "    Check our own", f"    {other} Check our own"
        )
    return f"{head}when:\n{when}{tail}{card}"


@functools.cache
def _alone() -> tuple[str, ...]:
    paths = sorted((ROOT / "playbooks").glob("*/*.yaml"))
    return tuple(path.relative_to(ROOT).as_posix() for path in paths if path.name != "playbook.yaml")


def workspace(folder: Path, *plays: str, grid: str = "gaps:\n") -> Path:
    """A workspace with these plays alone; an empty file takes a bundled one out."""
    for name in _alone():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("", encoding="utf-8")
    for number, text in enumerate(plays):
        (folder / f"playbooks/retention/planted-{number}.yaml").write_text(text, encoding="utf-8")
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules/prove.yaml").write_text(grid, encoding="utf-8")
    return folder


def proved(folder: Path, *plays: str, grid: str = "gaps:\n", z3: bool | None = None) -> tuple[Report, Content]:
    """These plays alone, proved with the bundled rules."""
    content, problems = bundled(), []
    found = []
    for number, text in enumerate(plays):
        item, wrong = parse(text, f"{number}.yaml")
        problems += wrong
        one = read_play(item, f"retention/planted-{number}", content.vocabulary, content.policy, problems)
        found += [one] if one else []
    assert not [one for one in problems if one.level == "error"], problems
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules/prove.yaml").write_text(grid, encoding="utf-8")
    own = with_plays(content, found)
    return prove(own, CaseMetrics(own).of, folder, z3), own


def told(report: Report) -> list[tuple[str, str, int]]:
    return [(one.code, one.level, one.place.line) for one in report.problems]


FIRST = HEAD.count("\n") + 2  # the first line below `when:`

CONTRADICTIONS = {
    "choices": ("  stage: core\n  unless: {stage: [core, regular]}\n", 2),
    "ordered choices": (
        "  survey_level: at least generally_satisfied\n  not: {survey_level: more than no_opinion}\n",
        2,
    ),
    "range": ("  growth_potential: at least 4\n  stage: core\n  any: [{growth_potential: at most 3}]\n", 2),
    "beyond the type": ("  growth_potential: more than 5\n", 1),
    "whole numbers": ("  growth_potential: {more_than: 3, less_than: 4}\n", 2),
    "ratio": ("  discount_ratio: {more_than: $policy.discount_max}\n  not: {discount_ratio: more than 10%}\n", 2),
    "dates": ("  plan_on: older than 365 days\n  any: [{plan_on: within last 30 days}]\n", 2),
    "dates of the calendar": ("  event_on: {at_least: 2026-03-01, less_than: 2026-02-01}\n", 2),
    "none and data": ("  plan_on: is none\n  any: [{plan_on: older than 30 days}]\n", 2),
    "never none": ("  stage: is none\n", 0),
    "lists": ("  team: has finance\n  unless: {team: {has_any: [finance, management]}}\n", 2),
    "some and no": ("  some contact: {influence: at least 4}\n  no contact: {influence: at least 3}\n", 2),
    "some and every": ("  some need: {layer: core}\n  every need: {layer: [latent, additional]}\n", 2),
    "a row in itself": ("  some order: {status: placed, not: {status: is not delivered}}\n", 2),
    "counts": (
        "  count need: {where: {layer: core}, at_least: 3}\n"
        "  unless: {count need: {where: {layer: core}, more_than: 1}}\n",
        2,
    ),
    "a count and none": ("  count need: {where: {layer: core}, at_least: 1}\n  no need: {layer: core}\n", 2),
    "fact against fact": (
        "  annual_sales: {less_than: $category_spend}\n  category_spend: {less_than: $annual_sales}\n",
        2,
    ),
    "three facts": (
        "  annual_sales: {less_than: $category_spend}\n  category_spend: {less_than: $own_revenue}\n"
        "  not: {annual_sales: {less_than: $own_revenue}}\n",
        3,
    ),
}


@pytest.mark.parametrize("name", [name for name, (_, lines) in CONTRADICTIONS.items() if lines])
def test_never_fires(name: str, tmp_path: Path) -> None:
    when, lines = CONTRADICTIONS[name]
    report, _ = proved(tmp_path, play(when))
    finding = report.findings[0]
    assert (finding.outcome, len(finding.lines)) == ("disproved", lines), report.problems
    assert told(report)[0] == ("prove-never-fires", "error", finding.lines[0].line)
    marks = {line for line, text in enumerate(when.splitlines(), FIRST) if text.strip() != "stage: core" or lines != 2}
    assert {line.line for line in finding.lines} <= {*marks, *range(FIRST, FIRST + 3)}


def test_contradicting_lines_are_those_that_matter(tmp_path: Path) -> None:
    when = "  stage: core\n  tier: large\n  growth_potential: at least 4\n  unless: {tier: [vip, large]}\n"
    report, _ = proved(tmp_path, play(when))
    assert [line.line for line in report.findings[0].lines] == [FIRST + 1, FIRST + 3]


POSSIBLE = {
    "touching ranges": "  growth_potential: {at_least: 3, at_most: 3}\n",
    "unknown is not blocked": "  stage: core\n  unless: {silence_level: is known}\n",
    "days": "  plan_on: older than 30 days\n  any: [{plan_on: within last 31 days}]\n",
    "two rows": "  some contact: {influence: at least 4}\n  not: {every contact: {influence: at least 4}}\n",
    "lists": "  team: has finance\n  not: {team: has management}\n",
    "count": "  count contact: {where: {depth: friend_or_more}, at_least: 2}\n".replace(
        "friend_or_more", "trust_favour"
    ),
    "latest": "  latest survey: {level: highly_satisfied}\n",
    "fact against fact": "  annual_sales: {less_than: $category_spend}\n  category_spend: {less_than: $own_revenue}\n",
    "a calendar day": "  event_on: {at_least: 2026-03-01}\n  any: [{event_on: within last 3 days}]\n",
    "rows within rows": "  some contact: {influence: at least 4, some interaction: {contact_id: $contact.id}}\n",
    "none": "  sponsor_id: is none\n",
}


@pytest.mark.parametrize("name", POSSIBLE)
def test_can_fire(name: str, tmp_path: Path) -> None:
    """Each with a situation in which `advise --facts` really advises it."""
    report, content = proved(tmp_path, play(POSSIBLE[name]))
    finding = report.findings[0]
    assert finding.outcome == "proved" and finding.witness, report.problems
    assert fired(finding.witness.text(), content, tmp_path) == ["P901"]


def fired(text: str, content: Content, folder: Path) -> list[str]:
    """What is advised on the facts, read from a file as `advise --facts` does."""
    path = folder / "witness.yaml"
    path.write_text(text, encoding="utf-8")
    advisor = session.open_facts(str(path), Wish(history=folder / "history.csv"))
    again = Advisor(content, advisor.settings, advisor.book)
    return [step.code for step in again.advise(again.book.accounts()[0], everything=True).steps]


# --- parts without effect ------------------------------------------------------------------------


def test_a_part_without_effect(tmp_path: Path) -> None:
    report, _ = proved(tmp_path, play("  growth_potential: at least 4\n  any: [{growth_potential: at least 2}]\n"))
    assert told(report) == [("prove-part-idle", "warning", FIRST + 1)]


def test_an_alternative_without_effect(tmp_path: Path) -> None:
    when = "  any:\n    - stage: [core, regular]\n    - all: [{stage: core}, {growth_potential: at least 2}]\n"
    report, _ = proved(tmp_path, play(when))
    assert ("prove-part-dead", "warning", FIRST + 2) in told(report)


def test_an_exception_without_effect(tmp_path: Path) -> None:
    report, content = proved(tmp_path, play("  stage: core\n  unless: {any: [{stage: exited}, {listed: true}]}\n"))
    assert told(report) == [("prove-unless-idle", "warning", FIRST + 1)]
    assert [(one.code, one.place.line) for one in idle_exceptions(content)] == [("prove-unless-idle", FIRST + 1)]


def test_exceptions_of_bundled_plays_all_matter() -> None:
    assert list(idle_exceptions(bundled())) == []


def test_against_a_definition(tmp_path: Path) -> None:
    """`is_ka` is made from the tier, but a record may state it."""
    report, _ = proved(tmp_path, play("  is_ka: true\n  tier: small\n  listed: true\n"))
    assert told(report) == [("prove-only-asserted", "warning", FIRST)]
    finding = report.findings[0]
    assert [line.line for line in finding.lines] == [FIRST, FIRST + 1]
    assert finding.outcome == "proved" and finding.witness
    assert finding.witness.facts["derived"] == {"is_ka": True}


# --- pairs ---------------------------------------------------------------------------------------


def test_swallowed(tmp_path: Path) -> None:
    plays = play("  stage: core\n  tier: large\n", "P901"), play("  stage: [core, regular]\n", "P902", other="再")
    report, _ = proved(tmp_path, *plays)
    assert [one.code for one in report.problems] == ["prove-swallowed"]
    assert report.problems[0].details["code"] == "P901"


@pytest.mark.parametrize("change", [{"extra": ", beside: [P902]"}, {"urgency": 4}])
def test_not_swallowed(change: dict[str, Any], tmp_path: Path) -> None:
    one = play("  stage: core\n  tier: large\n", "P901", **change)
    report, _ = proved(tmp_path, one, play("  stage: [core, regular]\n", "P902", other="再"))
    assert report.problems == ()


def test_swallowed_with_the_same_deed(tmp_path: Path) -> None:
    plays = play("  stage: core\n  tier: large\n", "P901"), play("  stage: [core, regular]\n", "P902")
    report, _ = proved(tmp_path, *plays)
    assert [(one.code, one.level) for one in report.problems] == [("prove-swallowed-same", "error")]


def test_conflict(tmp_path: Path) -> None:
    plays = (
        play("  stage: [core, regular]\n", "P901", ", conflicts_with: [P902]"),
        play("  stage: [core, new]\n", "P902", urgency=4),
    )
    report, content = proved(tmp_path, *plays)
    assert [(one.code, one.level) for one in report.problems] == [("prove-conflict", "error")]
    witness = next(one.witness for one in report.findings if one.claim == "exclusive")
    assert witness and set(fired(witness.text(), content, tmp_path)) == {"P901", "P902"}


def test_exclusive(tmp_path: Path) -> None:
    plays = (
        play("  stage: regular\n", "P901", ", conflicts_with: [P902]"),
        play("  stage: [core, new]\n", "P902", urgency=4),
    )
    report, _ = proved(tmp_path, *plays)
    assert report.problems == () and report.counts()["pairs_proved"] == 1


# --- gaps ----------------------------------------------------------------------------------------

GRID = "gaps: {grid: [stage, tier], open: need, where: {satisfied: false}, each: layer}\n"


def test_gaps(tmp_path: Path) -> None:
    report, _ = proved(
        tmp_path, play("  some need: {layer: core, satisfied: false}\n  tier: [vip, large]\n"), grid=GRID
    )
    notes = [one for one in report.problems if one.code == "prove-gap"]
    found = {one.details["value"]: one.details["where"] for one in notes}
    assert [one.level for one in notes] == ["note"] * 3
    assert "(medium, small" in str(found["core"]) and "(" not in str(found["latent"])


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ["核心", "老客户，还有4种，仅限中客户"]),
        ("en", ["core", "regular account, and 4 more, only medium"]),
    ],
)
def test_a_gap_is_told_in_words(tmp_path: Path, language: str, words: list[str]) -> None:
    report, _ = proved(
        tmp_path, play("  some need: {layer: core, satisfied: false}\n  tier: [vip, large]\n"), grid=GRID
    )
    notes = [message(one, language)[0] for one in report.problems if one.code == "prove-gap"]
    text = " ".join(notes)
    assert all(word in text for word in words) and all(len(note) < 200 for note in notes), text
    assert "strategic_partner" not in text
    assert any("strategic_partner" in record(one)["where"] for one in report.findings)


def test_silent_situations(tmp_path: Path) -> None:
    report, _ = proved(tmp_path, play("  stage: [core, regular]\n"), grid=GRID)
    silent = [one for one in report.problems if one.code == "prove-silent"]
    assert [one.level for one in silent] == ["warning"]
    where = str(silent[0].details["where"])
    assert "prospect" in where and "core" not in where


@pytest.mark.parametrize("grid", [GRID.replace("tier", "listed"), GRID.replace("layer", "layers")])
def test_a_wrong_grid(grid: str, tmp_path: Path) -> None:
    report, _ = proved(tmp_path, play("  stage: core\n"), grid=grid)
    assert [(one.code, one.level) for one in report.problems] == [("prove-grid-no-choices", "error")]


# --- what is not decided -------------------------------------------------------------------------

HARD = (
    "  annual_sales: {less_than: $category_spend}\n  category_spend: {less_than: $own_revenue}\n"
    "  own_revenue: {less_than: $annual_sales}\n"
)


def test_without_z3(tmp_path: Path) -> None:
    report, _ = proved(tmp_path, play(HARD), z3=False)
    assert report.findings[0].outcome == "undecided"
    assert {one.code for one in report.problems} == {"prove-fires-undecided", "prove-without-z3"}
    report, _ = proved(tmp_path, play(HARD), z3=True)
    assert report.findings[0].outcome == "disproved"


def test_what_stays_undecided(tmp_path: Path) -> None:
    """Sums over rows are free in a proof, so neither a contradiction nor a situation is found."""
    plays = (
        play("  stage: core\n  needs_count: is none\n", "P901", ", conflicts_with: [P902]"),
        play("  stage: core\n  tier: large\n", "P902", urgency=4),
    )
    report, _ = proved(tmp_path, *plays)
    codes = {one.code for one in report.problems}
    assert codes == {"prove-fires-undecided", "prove-conflict-undecided"}


# --- the command ---------------------------------------------------------------------------------


def test_bundled_content_is_proved() -> None:
    first, second = (CliRunner().invoke(main, ["check", "--prove", "--lang", "en"]) for _ in range(2))
    assert first.exit_code == 0, first.output
    assert f"{len(bundled().plays)} can fire, 0 never can, 0 undecided" in first.output
    assert first.output == second.output


def test_situations_are_written_and_fire(tmp_path: Path) -> None:
    content = bundled()
    report = prove(content, CaseMetrics(content).of)
    assert write_witnesses(report.findings, tmp_path / "w") >= len(content.plays)
    wanted = {play.code for play in content.plays if play.about != "portfolio"}
    for code in sorted(wanted):
        path = tmp_path / "w" / f"{code}.yaml"
        advisor = session.open_facts(str(path), Wish(history=tmp_path / "history.csv"))
        advice = advisor.advise(advisor.book.accounts()[0], everything=True)
        assert code in [step.code for step in advice.steps], path.read_text(encoding="utf-8")


def test_cases_to_paste(tmp_path: Path) -> None:
    when = "  is_ka: true\n  tier: small\n"
    folder = workspace(tmp_path, play(when))
    result = CliRunner().invoke(
        main, ["check", str(folder), "--prove", "--witness", str(tmp_path / "w"), "--lang", "en"]
    )
    pasted = result.output[result.output.index("  - name:") :].split("Proof of")[0]
    case = yaml.safe_load(pasted)[0]
    assert case["expect"] == "fires" and case["given"]["account"] == {"tier": "small"}
    text = play(when) + "cases:\n" + pasted
    found = kept.load(workspace(tmp_path / "again", text))
    assert not found.problems
    from advisor.bench.cases import run_all

    assert run_all(found).passed == 1


def test_json(tmp_path: Path) -> None:
    folder = workspace(tmp_path, play("  stage: core\n  unless: {stage: core}\n"))
    result = CliRunner().invoke(main, ["check", str(folder), "--prove", "--format", "json", "--lang", "en"])
    data = json.loads(result.stdout)
    assert result.exit_code == 1
    assert data["proof"][0]["outcome"] == "disproved" and len(data["proof"][0]["lines"]) == 2
    assert data["counts"]["disproved"] == 1


def test_content_with_errors_is_not_proved(tmp_path: Path) -> None:
    folder = workspace(tmp_path, play("  stag: core\n"))
    result = CliRunner().invoke(main, ["check", str(folder), "--prove", "--lang", "en"])
    assert result.exit_code == 1 and "prove-not-sound" in result.output


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    folder = workspace(tmp_path, play("  stage: core\n"))
    result = CliRunner().invoke(main, ["check", str(folder), "--witness", str(tmp_path / "taken"), "--lang", "en"])
    assert result.exit_code == 2 and "prove-unwritable" in result.output


# --- sets of numbers -----------------------------------------------------------------------------

BOUNDS = st.one_of(st.integers(-3, 3), st.sampled_from([Fraction(1, 2), Fraction(-5, 2)]))


@quick
@given(st.lists(st.tuples(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), BOUNDS), max_size=4), st.booleans())
def test_regions_are_sets(limits: list[tuple[str, Any]], whole: bool) -> None:
    from advisor.prove.formula import compared_numbers
    from advisor.prove.regions import compared, samples

    tried = [n for n in (Fraction(k, 4) for k in range(-16, 17)) if not whole or n.denominator == 1]
    both, either = ANY, Region()
    for op, limit in limits:
        one = Region(compared(op, limit, whole))
        both, either = both.within(Region(one.spans, True, True)), either.beside(one, whole)
    for n in tried:
        here = Region(points([n], whole))
        held = [compared_numbers(n, op, limit) for op, limit in limits]
        assert here.below(both) is all(held)
        assert here.below(either) is any(held)
        assert here.below(both.opposite(whole)) is not all(held)
    assert all(Region(points([n], whole)).below(both) for n in samples(both.spans, whole))


def test_a_day_is_within_reach() -> None:
    assert Numbers(datetime.date(2026, 11, 20)).back(
        -3, bundled().vocabulary.entities["account"].fields["plan_on"]
    ) == (datetime.date(2026, 11, 17))
    assert OPEN not in (HOLDS, NEVER)
