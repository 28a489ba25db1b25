"""The changes that would turn a verdict, worked out from its trace: what each node costs to make true or false.

A leaf that is so already costs nothing, one that can be changed costs one; all = sum, any = least, and so on down to
the rows of a quantifier. A derived fact may be changed as it stands, or through what it is made from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from advisor.core.model import UNKNOWN, Row, State, known
from advisor.core.reference import Trace, compare
from advisor.core.tree import All, AnyOf, Count, Latest, Leaf, Name, Node, Not, NotTrue, Rows
from advisor.explain.explain_leaves import Hand, LeafPlanner
from advisor.explain.explain_targets import Cell, Plan, Test, all_of, best, of_cell

MOST_ROWS = 12
MOST_CHANGES = 8


@dataclass
class Planner(LeafPlanner):
    """Works out plans for conditions of every kind."""

    def plans(self, trace: Trace, want: bool, hand: Hand) -> list[Plan]:
        """The cheapest plans after which a node's verdict is `want`.

        Args: trace – the node as it is now; want – true or false; hand – the rows in hand.
        Returns: a few plans, cheapest first; none when there is no simple way.
        """
        self.left -= 1
        if self.left < 0:
            return []
        found = self._plans(trace, want, hand)
        return [Plan()] if trace.verdict is want and not found else found

    def _plans(self, trace: Trace, want: bool, hand: Hand) -> list[Plan]:
        node = trace.node
        if isinstance(node, NotTrue) and want and trace.children[0].verdict is None:
            return [Plan()]
        if isinstance(node, Leaf):
            return self.leaf(node, trace, want, hand)
        if isinstance(node, All | AnyOf):
            return self._group(trace, want, hand)
        if isinstance(node, Not | NotTrue):
            return self.plans(trace.children[0], not want, hand)
        if isinstance(node, Rows):
            return self._rows(node, want, hand)
        return self._count_node(node, want, hand) if isinstance(node, Count) else self._latest(node, want, hand)

    def _group(self, trace: Trace, want: bool, hand: Hand) -> list[Plan]:
        if isinstance(trace.node, All) is want:
            return all_of(self.plans(child, want, hand) for child in trace.children)
        already = [child for child in trace.children if child.verdict is want]
        return best(plan for child in already or trace.children for plan in self.plans(child, want, hand))

    # --- rows ------------------------------------------------------------------------------------

    def _rows(self, node: Rows, want: bool, hand: Hand) -> list[Plan]:
        if node.kind == "no":
            return self._rows(replace(node, kind="some"), not want, hand)
        if (node.kind == "some") is want:
            return self._one(node.entity, node.where, want, hand)
        return self._each(node.entity, node.where, want, hand)

    def _one(self, entity: str, where: Node, want: bool, hand: Hand) -> list[Plan]:
        """Some row, or a new one."""
        parts = [(row, self.look(where, (*hand, row))) for row in self.facts.rows(entity) or ()]
        already = [pair for pair in parts if pair[1].verdict is want]
        parts.sort(key=lambda pair: pair[1].verdict is not None)
        plans = [p for row, part in (already or parts)[:MOST_ROWS] for p in self.plans(part, want, (*hand, row))[:2]]
        return best(plans if already else [*plans, *self._added(entity, where, want, hand)])

    def _added(self, entity: str, where: Node, want: bool, hand: Hand, by: str = "") -> list[Plan]:
        """A new row of which the condition is so; with a date of today where rows go by date."""
        row = self.new_row(entity)
        parts = [[Plan(fresh={row.id: row})], self.plans(self.look(where, (*hand, row)), want, (*hand, row))]
        if by and not row.get(by).known:
            today = known(self.facts.as_of)
            dated: Test = lambda value: value.known and value.data <= self.facts.as_of
            parts.append([of_cell(Cell(row, by, UNKNOWN, today, (dated,), (today,)))])
        return all_of(parts)

    def _each(self, entity: str, where: Node, want: bool, hand: Hand) -> list[Plan]:
        """Every row; an unknown table would have to be empty."""
        table = self.facts.rows(entity)
        if table is None:
            return [Plan(empty=frozenset({entity}))]
        return self._set([(row, self.look(where, (*hand, row))) for row in table], want, hand)

    def _set(self, parts: list[tuple[Row, Trace]], want: bool, hand: Hand) -> list[Plan]:
        if sum(part.verdict is not want for _, part in parts) > MOST_CHANGES:
            return []
        pinned = parts if len(parts) <= MOST_ROWS else [pair for pair in parts if pair[1].verdict is not want]
        return all_of(self.plans(part, want, (*hand, row)) for row, part in pinned)

    # --- counts ----------------------------------------------------------------------------------

    def _count_node(self, node: Count, want: bool, hand: Hand) -> list[Plan]:
        limits, as_of = self.limits(node, hand), self.facts.as_of
        leaf = Leaf(Name(node.entity, "count", type="integer"), node.op, node.operands)
        rows = self.counted(node.entity, node.where, hand, lambda n: compare(leaf, known(n), limits, as_of) is want)
        table = self.facts.rows(node.entity)
        verdicts = [self.look(node.where, (*hand, row)).verdict for row in table or ()]
        if table is None or None in verdicts or compare(leaf, known(verdicts.count(True)), limits, as_of) is want:
            return rows
        return best([*rows, *self.operands(leaf, known(verdicts.count(True)), limits, want, hand)])

    def counted(self, entity: str, where: Node, hand: Hand, ok: Callable[[int], bool]) -> list[Plan]:
        """As many rows more or fewer as it takes to reach the nearest number that will do."""
        table = self.facts.rows(entity)
        if table is None and ok(0):
            return [Plan(empty=frozenset({entity}))]
        parts = [(row, self.look(where, (*hand, row))) for row in table or ()]
        sure = sum(part.verdict is True for _, part in parts)
        up = next((n for n in range(sure, sure + MOST_CHANGES) if ok(n)), None)
        down = next((n for n in range(sure, -1, -1) if ok(n)), None)
        goals = dict.fromkeys(n for n in (up, down) if n is not None)
        return best(p for n in goals for p in self._reach(entity, where, parts, n - sure, ok, hand))

    def _reach(
        self, entity: str, where: Node, parts: list[tuple[Row, Trace]], more: int, ok: Callable[[int], bool], hand: Hand
    ) -> list[Plan]:
        want, goal = more > 0, sum(part.verdict is True for _, part in parts) + more
        able = [
            pair for pair in parts if pair[1].verdict is (True if more < 0 else None) or (want and not pair[1].verdict)
        ]
        ways = [(row, self.plans(part, want, (*hand, row))) for row, part in able[:MOST_ROWS]] if more else []
        ways = sorted((way for way in ways if way[1]), key=lambda way: way[1][0].cost)
        if want:
            ways = self._with_new(ways, entity, where, abs(more), hand)
        chosen = ways[: abs(more)]
        if len(chosen) < abs(more):
            return []
        taken = {row.id for row, _ in chosen}
        open_rows = [pair for pair in parts if pair[1].verdict is None and pair[0].id not in taken]
        surely = all(ok(n) for n in range(goal, goal + len(open_rows) + 1))
        rest = [] if surely else [self._set(open_rows, False, hand)]
        return all_of([*(plans for _, plans in chosen), *rest])

    def _with_new(
        self, ways: list[tuple[Row, list[Plan]]], entity: str, where: Node, number: int, hand: Hand
    ) -> list[tuple[Row, list[Plan]]]:
        new = [self._added(entity, where, True, hand) for _ in range(min(number, MOST_CHANGES))]
        found = [*ways, *((next(iter(plans[0].fresh.values())), plans) for plans in new if plans)]
        return sorted(found, key=lambda way: way[1][0].cost)

    # --- the latest rows -------------------------------------------------------------------------

    def _latest(self, node: Latest, want: bool, hand: Hand) -> list[Plan]:
        table = self.facts.rows(node.entity)
        if table is None and not want:
            return [Plan(empty=frozenset({node.entity}))]
        first, last = self._decided(node, table or (), hand)
        parts = [(row, self.look(node.item, (*hand, row))) for row in last]
        missing = node.number - len(last)
        if not want:
            return all_of([first, [Plan()] if missing > 0 else self._turned(node, parts, False, hand)])
        if missing <= 0:
            return all_of([first, self._turned(node, parts, True, hand)])
        return all_of([first, *self._filled_up(node, parts, missing, hand)])

    def _filled_up(self, node: Latest, parts: list[tuple[Row, Trace]], missing: int, hand: Hand) -> list[list[Plan]]:
        """Rows are lacking: as many new ones as it takes."""
        every, both = node.kind == "every", All((node.where, node.item))
        held = any(part.verdict for _, part in parts)
        full = missing if every else (0 if held else 1)
        new = [self._added(node.entity, both if n < full else node.where, True, hand, node.by) for n in range(missing)]
        return [*new, *([self._set(parts, True, hand)] if every else [])]

    def _turned(self, node: Latest, parts: list[tuple[Row, Trace]], want: bool, hand: Hand) -> list[Plan]:
        if (node.kind == "every") is want:
            return self._set(parts, want, hand)
        already = [pair for pair in parts if pair[1].verdict is want]
        return best(p for row, part in already or parts for p in self.plans(part, want, (*hand, row)))

    def _decided(self, node: Latest, table: tuple[Row, ...], hand: Hand) -> tuple[list[Plan], list[Row]]:
        """The latest rows, with the plan that takes away the rows of which it is not known whether they count."""
        kept = [(row, self.look(node.where, (*hand, row))) for row in table]
        dates = {row.id: self.facts.value(row, node.by) for row in table}
        vague = [
            (row, part)
            for row, part in kept
            if part.verdict is None or (part.verdict and dates[row.id].state is State.UNKNOWN)
        ]
        sure = [row for row, part in kept if part.verdict and dates[row.id].known]
        sure.sort(key=lambda row: (dates[row.id].data, row.id), reverse=True)
        ways = [self._settled(node, row, part, hand) for row, part in vague]
        return (all_of(ways) if len(vague) <= MOST_CHANGES else []), sure[: node.number]

    def _settled(self, node: Latest, row: Row, part: Trace, hand: Hand) -> list[Plan]:
        """It becomes known that a row does not count, or, where only that is missing, of which day it is."""
        out = self.plans(part, False, (*hand, row))
        today = known(self.facts.as_of)
        dated = of_cell(Cell(row, node.by, UNKNOWN, today, (), (today,)))
        return best([*out, dated] if part.verdict else out)
