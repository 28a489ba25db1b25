"""A proposed change is tried before it is shown: laid over copies of the records, and everything evaluated anew."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace

from advisor.core.facts import AccountFacts, Source
from advisor.core.model import Row, Value
from advisor.core.reference import Trace, evaluate
from advisor.core.tree import Node
from advisor.core.vocabulary import Vocabulary
from advisor.explain.explain_changes import Planner
from advisor.explain.explain_leaves import Hand
from advisor.explain.explain_targets import Cell, Plan

_MOST_REPAIRS = 2
_MOST_INSTEAD = 3


class Changed:
    """A book with a plan laid over it. The book itself stays as it is."""

    def __init__(self, book: Source, plan: Plan) -> None:
        self.book = book
        self.plan = plan
        self.as_of: datetime.date = book.as_of
        self.in_book = book.in_book
        self._cells: dict[tuple[str, str], dict[str, Value]] = {}
        for cell in plan.changes:
            self._cells.setdefault(cell.key[:2], {})[cell.field] = cell.value
        self._copies: dict[int, tuple[Row, Row]] = {}

    def row(self, row: Row) -> Row:
        """A record as the plan leaves it; always the same copy for the same record."""
        cells = self._cells.get((row.entity, row.id))
        if not cells:
            return row
        if id(row) not in self._copies:
            self._copies[id(row)] = row, replace(row, values={**row.values, **cells})
        return self._copies[id(row)][1]

    def rows_of(self, entity: str, account_id: str) -> tuple[Row, ...] | None:
        table = () if entity in self.plan.empty else self.book.rows_of(entity, account_id)
        fresh = tuple(row for row in self.plan.fresh.values() if row.entity == entity)
        return None if table is None and not fresh else tuple(self.row(row) for row in (*(table or ()), *fresh))

    def find(self, entity: str, row_id: str) -> Row | None:
        fresh = self.plan.fresh.get(row_id)
        row = fresh if fresh and fresh.entity == entity else self.book.find(entity, row_id)
        return self.row(row) if row else None

    def metric(self, file: str, account_id: str) -> Mapping[str, Value]:
        return self.book.metric(file, account_id)


def after(plan: Plan, facts: AccountFacts, hand: Hand) -> tuple[AccountFacts, Hand]:
    """The account's facts and the rows in hand as they would be with the plan."""
    book = Changed(facts.book, plan)
    return AccountFacts(book, facts.knowledge, book.row(facts.account)), tuple(book.row(row) for row in hand)


def smallest(node: Node, facts: AccountFacts, hand: Hand, goal: bool, vocabulary: Vocabulary) -> Plan | None:
    """The smallest change that is proved to give a condition the verdict `goal`.

    Args: node – the condition; facts, hand – the account and the rows it is about; goal – the verdict wanted.
    Returns: the plan; None when nothing simple does it. No smaller part of the plan would do.
    """
    trial = _Trial(node, goal, vocabulary, itertools.count(1))
    proved = list(trial.proved(Plan(), facts, hand, facts, hand, _MOST_REPAIRS))
    found = min(proved, key=lambda plan: plan.cost, default=None)
    return trial.pruned(found, facts, hand) if found else None


class _Trial:
    def __init__(self, node: Node, goal: bool, vocabulary: Vocabulary, numbers: Iterator[int]) -> None:
        self.node = node
        self.goal = goal
        self.vocabulary = vocabulary
        self.numbers = numbers
        self.kept: list[AccountFacts] = []

    def look(self, plan: Plan, facts: AccountFacts, hand: Hand) -> tuple[AccountFacts, Hand, Trace]:
        changed, rows = after(plan, facts, hand)
        self.kept.append(changed)
        return changed, rows, evaluate(self.node, changed, rows)

    def proved(
        self, plan: Plan, facts: AccountFacts, hand: Hand, now: AccountFacts, rows: Hand, rounds: int
    ) -> Iterator[Plan]:
        """Plans that do it, after further steps where one condition's change has upset another."""
        planner = Planner(now, self.vocabulary, self.numbers)
        found = planner.plans(evaluate(self.node, now, rows), self.goal, rows)
        upset = []
        for one in found:
            whole = over(plan, one)
            changed, hand_then, trace = self.look(whole, facts, hand)
            if trace.verdict is self.goal:
                yield whole
            else:
                upset.append((whole, changed, hand_then))
        for whole, changed, hand_then in upset[:2] if rounds else []:
            yield from self.proved(whole, facts, hand, changed, hand_then, rounds - 1)

    def pruned(self, plan: Plan, facts: AccountFacts, hand: Hand) -> Plan:
        """Without the parts that turn out not to matter."""
        parts = [*plan.fresh, *(cell.key for cell in plan.changes), *plan.empty]
        for part in parts if plan.cost[0] > 1 else []:
            less = without(plan, part)
            if less.cost < plan.cost and self.look(less, facts, hand)[2].verdict is self.goal:
                plan = less
        return plan


def over(plan: Plan, more: Plan) -> Plan:
    """A plan with a later one laid over it."""
    cells = dict(plan.cells)
    for key, cell in more.cells.items():
        cells[key] = _relaid(cells[key], cell) if key in cells else cell
    fresh = {**plan.fresh, **more.fresh}
    return Plan(cells, fresh, (plan.empty | more.empty) - {row.entity for row in fresh.values()})


def _relaid(old: Cell, new: Cell) -> Cell:
    return replace(old, value=new.value, wish=new.wish) if new.changed else old


def without(plan: Plan, part: object) -> Plan:
    """The plan without one cell, one new record with all its cells, or one empty table."""
    cells = {key: cell for key, cell in plan.cells.items() if part not in (key, key[1])}
    fresh = {row_id: row for row_id, row in plan.fresh.items() if row_id != part}
    return Plan(cells, fresh, plan.empty - {part})


def instead(
    node: Node, facts: AccountFacts, hand: Hand, goal: bool, vocabulary: Vocabulary, plan: Plan, cell: Cell
) -> Plan | None:
    """What a few recorded facts would have to be for a plan's derived fact to come about by itself.

    Returns: a plan for that fact alone, proved to do in its place; None when there is no simple one.
    """
    if cell.row.id in plan.fresh:
        return None
    trial = _Trial(node, goal, vocabulary, itertools.count(1000))
    planner = Planner(facts, vocabulary, trial.numbers)
    for one in planner.below(cell.row, cell.field, cell.passes, cell.options):
        size, derived, _ = one.cost
        whole = over(without(plan, cell.key), one)
        if 0 < size <= _MOST_INSTEAD and not derived and trial.look(whole, facts, hand)[2].verdict is goal:
            return one
    return None
