"""Properties of the condition tree, and that its readers agree on whatever tree and facts there may be."""

from __future__ import annotations

import datetime
import resource
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.core.decide import decider, deciding_source
from advisor.core.model import Row
from advisor.core.reference import Facts, Verdict, evaluate
from advisor.core.tree import All, AnyOf, Const, Leaf, Name, Node, Not, NotTrue
from advisor.match.chains import LONGEST_CHAIN, MOST_CHAINS, chains
from advisor.match.durable_match import DurableMatcher, available, check_names
from tests.condition_fixture import AS_OF, subject
from tests.condition_strategies import Draw, account_facts, nodes

SEEDS = st.integers(0, 2**32)
VISITS = Name("account", "visits", type="integer")
quick = settings(max_examples=120, deadline=None, database=None, suppress_health_check=list(HealthCheck))
durable = pytest.mark.skipif(not available(), reason="durable-rules does not import here")


def verdict(node: Node, facts: Facts, rows: tuple[Row, ...]) -> Verdict:
    return evaluate(node, facts, rows).verdict


# --- the reference alone -------------------------------------------------------------------------


@quick
@given(st.lists(nodes(), min_size=2, max_size=4), SEEDS)
def test_algebra(items: list[Node], seed: int) -> None:
    facts = account_facts(Draw(seed).tables())
    every, some = All(tuple(items)), AnyOf(tuple(items))
    assert verdict(Not(every), *facts) is verdict(AnyOf(tuple(Not(item) for item in items)), *facts)
    assert verdict(Not(some), *facts) is verdict(All(tuple(Not(item) for item in items)), *facts)
    assert verdict(All(tuple(reversed(items))), *facts) is verdict(every, *facts)
    for item in items:
        held = verdict(item, *facts)
        assert verdict(Not(Not(item)), *facts) is held
        assert verdict(NotTrue(item), *facts) is (held is not True)
        assert verdict(NotTrue(NotTrue(item)), *facts) is (held is True)


@quick
@given(st.lists(nodes(plain=True), min_size=3, max_size=6), SEEDS)
def test_more_information_never_turns_a_verdict_round(items: list[Node], seed: int) -> None:
    draw = Draw(seed)
    tables = draw.tables(unknown=0.5)
    before, after = account_facts(tables), account_facts(draw.informed(tables))
    for item in items:
        held = verdict(item, *before)
        assert held is None or verdict(item, *after) is held


@quick
@given(st.lists(nodes(depth=4), min_size=4, max_size=8), SEEDS)
def test_a_verdict_without_a_trace_is_the_same(items: list[Node], seed: int) -> None:
    for unknown, as_read in ((0.0, False), (0.3, False), (0.3, True)):
        facts, rows = account_facts(Draw(seed).tables(unknown=unknown), as_read)
        for item in items:
            trace = evaluate(item, facts, rows)
            for decide in (decider(item), decider(item, facts.knowledge.plain)):
                verdict, source = decide(facts, rows)
                assert verdict is trace.verdict
                assert verdict is None or source == deciding_source(trace)


# --- chains --------------------------------------------------------------------------------------


@quick
@given(nodes(depth=4))
def test_chains_stay_within_their_limits(node: Node) -> None:
    found = chains(node, AS_OF)
    assert len(found) <= MOST_CHAINS
    assert all(len(chain) <= LONGEST_CHAIN for chain in found)


def visits(op: str, limit: int) -> Leaf:
    return Leaf(VISITS, op, (Const(limit),))


@durable
@pytest.mark.parametrize("number", [1, 15, 16, 17, 99, 100, 101, 1000])
def test_wide_groups(number: int) -> None:
    below, equal = [visits("more_than", -n) for n in range(number)], [visits("is", n) for n in range(1, number + 1)]
    rules: dict[str, Node] = {
        "every": All(tuple(below)),
        "some": AnyOf(tuple(equal)),
        "none": Not(AnyOf(tuple(equal))),
        "not every": Not(All(tuple(below))),
        "deep": All((All(tuple(below)), AnyOf(tuple(equal)), NotTrue(AnyOf(tuple(below[1:]))))),
    }
    matcher = DurableMatcher(rules, AS_OF)
    for value in (-number, 0, 1, number, number + 1, None):
        facts = subject({"visits": value})
        assert matcher.fired(*facts) == {key for key, node in rules.items() if verdict(node, *facts)}


# --- durable-rules against the reference ---------------------------------------------------------


@durable
@settings(quick, max_examples=60)
@given(st.lists(nodes(), min_size=8, max_size=24), st.lists(SEEDS, min_size=4, max_size=8))
def test_durable_agrees(trees: list[Node], seeds: list[int]) -> None:
    rules = {f"规则 {n}": tree for n, tree in enumerate(trees)}
    matcher = DurableMatcher(rules, AS_OF)
    for n, seed in enumerate(seeds):
        facts = account_facts(Draw(seed).tables(unknown=(0.0, 0.2, 0.5)[n % 3]))
        assert matcher.fired(*facts) == {key for key, tree in rules.items() if verdict(tree, *facts)}


@durable
def test_two_hundred_rules_true_at_once() -> None:
    rules: dict[str, Node] = {f"P{n}": visits("at_least", n) for n in range(200)}
    rules |= {f"same {n}": visits("at_least", 0) for n in range(200)}
    matcher = DurableMatcher(rules, AS_OF)
    assert matcher.fired(*subject({"visits": 199})) == rules.keys()
    assert len(matcher.fired(*subject({"visits": 99}))) == 300
    assert not matcher.fired(*subject({}))


@durable
def test_more_fields_than_a_fact_holds() -> None:
    """Sixty chains of six facts each are one ruleset by number, but not by fields."""
    known = {f"x{n}": n % 7 for n in range(360)}
    rules: dict[str, Node] = {}
    for n in range(60):
        names = (Name("account", f"x{6 * n + k}", type="integer") for k in range(6))
        rules[f"P{n}"] = All(tuple(Leaf(name, "is", (Const(known[name.field]),)) for name in names))
    matcher = DurableMatcher(rules, AS_OF)
    assert matcher.fired(*subject(known)) == rules.keys()
    assert matcher.fired(*subject({**known, "x7": None})) == rules.keys() - {"P1"}


@durable
def test_soak() -> None:
    """One matcher for 20,000 accounts: right to the end, and no larger."""
    rules: dict[str, Node] = {f"P{n}": All((visits("at_least", n), visits("at_most", n + 5))) for n in range(20)}
    matcher = DurableMatcher(rules, AS_OF)
    accounts = [subject({"visits": n}) for n in range(30)]
    expected = [frozenset(f"P{n}" for n in range(20) if n <= value <= n + 5) for value in range(30)]
    for turn in range(20_000):
        assert matcher.fired(*accounts[turn % 30]) == expected[turn % 30]
        if turn == 2_000:
            early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - early < 8_000, "kilobytes"


# --- when the engine fails -----------------------------------------------------------------------


class Broken:
    """A host that fails once in the way given."""

    def __init__(self, error: BaseException | None, state: Any = None) -> None:
        self.error, self.state = error, state

    def assert_fact(self, ruleset: str, fact: Any) -> Any:
        if self.error:
            raise self.error
        return self.state

    def retract_fact(self, ruleset: str, fact: Any) -> None:
        """Whatever it did, its answer must not count."""


@durable
@pytest.mark.parametrize(
    "host",
    [
        Broken(Exception("Could not assert fact, error code: 303")),
        Broken(MemoryError()),
        Broken(None),
        Broken(None, {"sid": "0", "exception": "exception caught"}),
    ],
)
def test_a_new_engine_after_a_failure(host: Broken) -> None:
    matcher = DurableMatcher({"P1": visits("is", 1)}, AS_OF)
    matcher._host = host
    assert matcher.fired(*subject({"visits": 1})) == {"P1"}
    assert matcher.fired(*subject({"visits": 2})) == frozenset()


@durable
def test_a_fact_left_behind_is_not_trusted() -> None:
    """The engine takes a fact under an id that it still holds for one seen before, whatever it says."""
    matcher = DurableMatcher({"P1": visits("is", 1), "P2": visits("is", 2)}, AS_OF)
    assert matcher.fired(*subject({"visits": 1})) == {"P1"}
    matcher._host.assert_fact("r0", {"id": "fact", "f0": 2})
    assert matcher.fired(*subject({"visits": 2})) == {"P2"}


@durable
def test_an_interrupt_throws_the_engine_away() -> None:
    matcher = DurableMatcher({"P1": visits("is", 1)}, AS_OF)
    matcher._host = Broken(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        matcher.fired(*subject({"visits": 1}))
    assert matcher._host is None
    assert matcher.fired(*subject({"visits": 1})) == {"P1"}


def test_names_that_the_engine_would_mix_up() -> None:
    check_names(["f1", "f2", "f1"])
    with pytest.raises(ValueError, match="costarring"):
        check_names(["costarring", "liquid"])


def test_facts_of_another_day_are_refused() -> None:
    matcher = DurableMatcher({}, AS_OF + datetime.timedelta(days=1))
    with pytest.raises(ValueError, match="built for"):
        matcher.fired(*subject({}))
