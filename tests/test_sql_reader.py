"""The SQL reader agrees with the reference: on the shared cases, and on whatever tree and facts there may be."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import bundled, demo

from advisor.core.model import Row, State, Value
from advisor.core.reference import Verdict, evaluate
from advisor.core.tree import Metric, Node
from advisor.metrics.metric_tables import connect, scratch
from advisor.sql.dialect import DUCKDB
from advisor.sql.expressions import Expressions
from advisor.sql.statement import Builder
from tests.condition_fixture import AS_OF, KNOWLEDGE, VOCABULARY, subject
from tests.condition_strategies import Draw, account_facts, nodes
from tests.sql_rows import load_rows
from tests.test_conditions import ALL, Case, each_case

SEEDS = st.integers(0, 2**32)
ID = "X1"


def verdicts(nodes: Mapping[str, Node], about: str, tables: Mapping[str, tuple[Row, ...]]) -> dict[str, Verdict]:
    """What SQL makes of conditions, for the account (or the first row of `about`)."""
    connection = connect()
    found = load_rows(connection, VOCABULARY, tables, lambda row: ID)
    statement = Builder(Expressions(VOCABULARY, KNOWLEDGE, AS_OF, found, DUCKDB)).verdicts(nodes, about)
    if not statement.text:
        return dict.fromkeys(nodes)
    row: tuple[Any, ...] = connection.execute(statement.text).fetchall()[0]
    return dict(zip(nodes, row[3:], strict=True))


def with_account(tables: Mapping[str, tuple[Row, ...]], account: Row) -> dict[str, tuple[Row, ...]]:
    return {**tables, "account": (Row("account", ID, account.values),)}


@each_case
def test_shared_cases(case: Case) -> None:
    facts, rows = subject(case.given, case.about)
    tables = with_account(facts.book.tables, rows[0])  # type: ignore[attr-defined]
    assert verdicts({"it": case.node}, case.about, tables) == {"it": case.verdict}


def test_all_shared_cases_in_one_statement() -> None:
    """Plays share scans: no condition may disturb another."""
    for _, case in ALL[::120]:
        facts, rows = subject(case.given, case.about)
        beside = {f"{n}": other.node for n, (_, other) in enumerate(ALL) if other.about == case.about}
        tables = with_account(facts.book.tables, rows[0])  # type: ignore[attr-defined]
        assert verdicts(beside, case.about, tables) == {
            key: evaluate(node, facts, rows).verdict for key, node in beside.items()
        }


@settings(max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.lists(nodes(), min_size=6, max_size=16), st.lists(SEEDS, min_size=2, max_size=4))
def test_sql_agrees(trees: list[Node], seeds: list[int]) -> None:
    rules = {f"规则 {n}": tree for n, tree in enumerate(trees)}
    for n, seed in enumerate(seeds):
        facts, rows = account_facts(Draw(seed).tables(unknown=(0.0, 0.2, 0.5)[n % 3]))
        tables = with_account(facts.book.tables, rows[0])  # type: ignore[attr-defined]
        expected = {key: evaluate(tree, facts, rows).verdict for key, tree in rules.items()}
        assert verdicts(rules, "account", tables) == expected


# --- the whole book ------------------------------------------------------------------------------


@functools.cache
def book() -> tuple[Any, Any]:
    """The demo book in a database, and what has been loaded."""
    advisor, connection = demo(), connect()
    metrics: dict[str, set[tuple[str, str]]] = {}
    for (entity, name), one in advisor.content.derived.items():
        field = advisor.content.vocabulary.field(entity, name)
        if isinstance(one.expr, Metric) and field:
            metrics.setdefault(one.expr.file, set()).add((one.expr.column, field.type))
    tables, source = advisor._clean.tables, advisor._clean
    return connection, load_rows(connection, advisor.content.vocabulary, tables, metrics=metrics, source=source)


def expressions() -> Expressions:
    advisor = demo()
    return Expressions(advisor.content.vocabulary, advisor.knowledge, advisor.settings.as_of, book()[1], DUCKDB)


@pytest.mark.parametrize("about", ["account", "opportunity"])
def test_every_play_on_every_subject(about: str) -> None:
    advisor = demo()
    nodes = {play.code: play.when for play in advisor.content.plays if play.about == about}
    statement = Builder(expressions()).verdicts(nodes, about)
    found = {row[:2]: dict(zip(nodes, row[3:], strict=True)) for row in book()[0].execute(statement.text).fetchall()}
    for account in advisor.book.accounts():
        facts = advisor.facts(account)
        for row in facts.rows(about) or ():
            expected = {code: evaluate(node, facts, facts.hand(row)).verdict for code, node in nodes.items()}
            assert found.pop((account.id, row.id)) == expected
    assert not found


@pytest.mark.parametrize("entity", [one.name for one in bundled().vocabulary.entities.values() if one.rows != "single"])
def test_every_derived_fact_of_every_row(entity: str) -> None:
    advisor, reading = demo(), expressions()
    names = [name for of, name in advisor.content.derived if of == entity]
    relation = reading.relations.account if entity == "account" else reading.relations.rows(entity)
    if relation is None or not names:
        pytest.skip("nothing derived")
    rows = book()[0].execute(Builder(reading).facts(relation, names)).fetchall()
    found = {row[:2]: row[3:] for row in rows}
    for account in advisor.book.accounts():
        facts = advisor.facts(account)
        for row in facts.rows(entity) or ():
            cells = iter(found[(account.id, row.id)])
            for name, (data, none) in zip(names, zip(cells, cells, strict=True), strict=True):
                assert shown(facts.value(row, name)) == ("none" if none else plain(data)), (account.id, row.id, name)


def shown(value: Value) -> Any:
    return plain(value.data) if value.known else "none" if value.state is State.NONE else None


def plain(data: Any) -> Any:
    """Decimals and binary fractions alike, to six places; lists as tuples."""
    if isinstance(data, Decimal | float):
        return round(float(data), 6)
    return tuple(data) if isinstance(data, list | tuple) else data


def test_very_many_values_are_listed_in_little_memory() -> None:
    values = "SELECT list(i % 7 + 3 ORDER BY i DESC) AS l FROM range(200000) t(i)"
    with scratch() as connection:
        connection.execute("SET memory_limit = '300MB'")
        found = connection.execute(f"SELECT {DUCKDB.distinct('l')} FROM ({values})").fetchone()
    assert found == ([5, 4, 3, 9, 8, 7, 6],)
