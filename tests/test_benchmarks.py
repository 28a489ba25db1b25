"""The benchmarks run, and engines that they compare agree; how fast they are is no test's matter."""

from __future__ import annotations

import subprocess
import sys

import pytest
from support import ROOT

from advisor.match import durable_match


def run(script: str, *words: str) -> str:
    command = [sys.executable, str(ROOT / "benchmarks" / script), *words]
    found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


@pytest.fixture(scope="module")
def matched() -> list[str]:
    return run("batch_matching.py", "--ours", "--accounts", "200", "--slice", "200", "--plays", "30").splitlines()


def test_engines_agree_on_the_same_facts(matched: list[str]) -> None:
    rows = [line for line in matched if line.startswith(("advisor,", "SQL by hand"))]
    assert len(rows) == 2 + durable_match.available()
    assert all("  yes" in line for line in rows)


def test_an_engine_that_differs_is_seen(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    from batch_matching import Result, table

    ours = Result("advisor, SQL", "0", 2, 1.0, {("A1", "P1"), ("A2", "P1")}, mark="1")
    assert table([ours, Result("good", "0", 1, 1.0, {("A1", "P1")})], ["A1"])
    assert not table([ours, Result("bad", "0", 1, 1.0, {("A1", "P2")})], ["A1"])
    assert "NO" in capsys.readouterr().out


def test_rules_for_engines_of_two_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown, none and known facts under every negation: the rule holds exactly where the reference says true."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import datetime

    from batch_matching import OneRow
    from predicates import holds

    from advisor.core.model import Row, known, none
    from advisor.core.reference import evaluate
    from advisor.core.tree import All, AnyOf, Const, Leaf, Name, Not, NotTrue

    day = datetime.date(2026, 11, 20)
    more = Leaf(Name("account", "f", type="integer"), "more_than", (Const(3),))
    empty = Leaf(Name("account", "f", type="integer"), "is_none", ())
    here = Leaf(Name("account", "f", type="integer"), "is_known", ())
    leaves = [more, empty, here]
    nodes = [
        wrap for leaf in leaves for wrap in (leaf, Not(leaf), NotTrue(leaf), Not(NotTrue(leaf)), NotTrue(Not(leaf)))
    ]
    nodes += [join((one, other)) for join in (All, AnyOf) for one in nodes[:10] for other in nodes[5:]]
    for value, data in ((None, None), (none(), None), (known(2), 2), (known(5), 5)):
        row = Row("account", "A1", {"f": value} if value else {})
        account = {"f": data, "f_none": value == none()}
        for node in nodes:
            expected = evaluate(node, OneRow(day, row), (row,)).verdict is True
            assert _passes(holds(node, day, {"f"}), account) is expected, (node, account)


def _passes(rule: list, account: dict) -> bool:  # type: ignore[type-arg]
    op = rule[0]
    if op in ("all", "any"):
        return (all if op == "all" else any)(_passes(one, account) for one in rule[1:])
    value = account[rule[1]]
    if op in ("here", "missing"):
        return (value is not None) == (op == "here")
    tests = {"in": lambda: value in rule[2], "out": lambda: value not in rule[2], ">": lambda: value > rule[2]}
    return value is not None and (tests[op]() if op in tests else value <= rule[2])


def test_rendering_is_measured() -> None:
    found = run("batch_rendering.py", "--accounts", "20", "--top", "3")
    assert "for 20 accounts" in found
    assert "per core and second" in found
    assert "advisor/advice/advise.py" in found
