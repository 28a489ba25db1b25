"""What it takes to change one comparison: the fact it reads, the one it is compared with, or what that is made from."""

from __future__ import annotations

import datetime
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from advisor.core.facts import AccountFacts
from advisor.core.model import UNKNOWN, Origin, Row, State, Value, known
from advisor.core.reference import Trace, compare, evaluate, find_row, resolve
from advisor.core.tree import Apply, Cases, Const, Count, Expr, Gather, Leaf, Name, Node, Read, Table, When
from advisor.core.vocabulary import Vocabulary
from advisor.explain.explain_targets import SPANS, Cell, Key, Plan, Test, Wish, all_of, best, joined, of_cell, options

Hand = tuple[Row, ...]

MOST_STEPS = 6_000
DEEPEST = 4


@dataclass
class LeafPlanner(ABC):
    """Works out plans for one account's facts. `numbers` names the records to add; `left` caps the work."""

    facts: AccountFacts
    vocabulary: Vocabulary
    numbers: Iterator[int]
    left: int = MOST_STEPS
    _path: list[Key] = field(default_factory=list)
    _shared: dict[Key, Row] = field(default_factory=dict)
    _kept: list[Row] = field(default_factory=list)

    @abstractmethod
    def plans(self, trace: Trace, want: bool, hand: Hand) -> list[Plan]:
        """The cheapest plans after which a node's verdict is `want`."""

    @abstractmethod
    def counted(self, entity: str, where: Node, hand: Hand, ok: Callable[[int], bool]) -> list[Plan]:
        """Plans after which the number of rows that hold `where` is ok."""

    def look(self, node: Node, hand: Hand) -> Trace:
        return evaluate(node, self.facts, hand)

    # --- leaves ----------------------------------------------------------------------------------

    def leaf(self, node: Leaf, trace: Trace, want: bool, hand: Hand) -> list[Plan]:
        row = find_row(node.name, self.facts, hand)
        if row is None:
            return [Plan()] if trace.verdict is want else self._on_missing(node, want, hand)
        was = self.facts.value(row, node.name.field)
        return self._compared(node, row, was, trace.limits, want, hand)

    def _on_missing(self, node: Leaf, want: bool, hand: Hand) -> list[Plan]:
        """The row that a leaf reads is not known: there would have to be one."""
        filled = self._filled(node.name, hand)
        if filled is None:
            return []
        plan, row = filled
        below = self._compared(node, row, self.facts.value(row, node.name.field), self.limits(node, hand), want, hand)
        return best(one for one in (joined(plan, other) for other in below) if one)

    def limits(self, node: Leaf | Count, hand: Hand) -> tuple[Value, ...]:
        return tuple(resolve(operand, self.facts, hand) for operand in node.operands)

    def _filled(self, name: Name, hand: Hand) -> tuple[Plan, Row] | None:
        owner = find_row(Name(name.base, name.via), self.facts, hand) if name.via else None
        if name.via and owner is None:
            return None
        key = (owner.entity, owner.id, name.via) if owner else (name.entity, "", "")
        row = self._shared.setdefault(key, self.new_row(name.entity))
        plan = Plan(fresh={row.id: row})
        if owner is None:
            return plan, row
        target = known(row.id)
        cell = Cell(
            owner, name.via, self.facts.value(owner, name.via), target, (lambda v: v.data == row.id,), (target,)
        )
        return joined(plan, of_cell(cell)) or plan, row

    def new_row(self, entity: str) -> Row:
        """A record that does not exist yet, with nothing known of it."""
        of = self.vocabulary.entities.get(entity)
        own = bool(of and of.rows == "many" and "account_id" in of.fields)
        row = Row(entity, f"~{next(self.numbers)}", {"account_id": known(self.facts.account.id)} if own else {})
        self._kept.append(row)
        return row

    def _compared(
        self, node: Leaf, row: Row, was: Value, limits: tuple[Value, ...], want: bool, hand: Hand
    ) -> list[Plan]:
        as_of, name = self.facts.as_of, node.name
        test: Test = lambda value: compare(node, value, limits, as_of) is want
        f = self.vocabulary.field(row.entity, name.field)
        found = options(name.type, f, node, limits, was, as_of)
        if test(was):
            ok = tuple(value for value in found if test(value))
            return [of_cell(Cell(row, name.field, was, was, (test,), ok, self._is_derived(row, name.field)))]
        plans = self._cell(row, name, test, found, Wish(node.op, limits, want))
        return best([*plans, *self.operands(node, was, limits, want, hand)])

    def operands(self, node: Leaf, was: Value, limits: tuple[Value, ...], want: bool, hand: Hand) -> Iterator[Plan]:
        """The other side of a comparison may be a fact, too."""
        for n, operand in enumerate(node.operands):
            row = find_row(operand, self.facts, hand) if isinstance(operand, Name) else None
            if not isinstance(operand, Name) or row is None or node.op in SPANS or isinstance(was.data, tuple):
                continue
            if was.known:
                test = self._other_side(node, was, limits, n, want)
                yield from (
                    [] if test(limits[n]) else self._cell(row, operand, test, self._round(operand, row, was), None)
                )
            elif limits[n].state is State.UNKNOWN:
                yield from self._both(node, operand, row, (was, limits, n), want, hand)

    def _round(self, name: Name, row: Row, near: Value) -> tuple[Value, ...]:
        """Values at and next to another one."""
        f = self.vocabulary.field(row.entity, name.field)
        was = self.facts.value(row, name.field)
        return options(name.type, f, Leaf(name, "is", ()), [near], was, self.facts.as_of)

    def _both(
        self, node: Leaf, operand: Name, row: Row, at: tuple[Value, tuple[Value, ...], int], want: bool, hand: Hand
    ) -> Iterator[Plan]:
        """Both sides are unknown: settle the limit first, then the value."""
        was, limits, n = at
        subject = find_row(node.name, self.facts, hand)
        found = self._round(operand, row, UNKNOWN)[:1]
        if subject is None or not found:
            return
        settled = (*limits[:n], found[0], *limits[n + 1 :])
        one = self._cell(row, operand, _one_of(found), found, None)
        other = self._compared(replace(node, operands=tuple(map(_fixed, settled))), subject, was, settled, want, hand)
        yield from all_of([one, other])

    def _other_side(self, node: Leaf, was: Value, limits: tuple[Value, ...], n: int, want: bool) -> Test:
        def test(value: Value) -> bool:
            return compare(node, was, (*limits[:n], value, *limits[n + 1 :]), self.facts.as_of) is want

        return test

    def _is_derived(self, row: Row, name: str) -> bool:
        asserted = row.get(name).state is not State.UNKNOWN
        value = self.facts.value(row, name)
        return (row.entity, name) in self.facts.knowledge.derived and (
            not asserted or value.origin in (Origin.DERIVED, Origin.INFERRED)
        )

    def _cell(self, row: Row, of: Name, test: Test, found: tuple[Value, ...], wish: Wish | None) -> list[Plan]:
        """A fact gets a value that passes: as it stands, or through what it is made from."""
        name = of.field
        f = self.vocabulary.field(row.entity, name)
        if f is not None and f.guarded:
            return []
        was, derived = self.facts.value(row, name), self._is_derived(row, name)
        ok = tuple(value for value in found if test(value))
        plans = []
        if ok:
            cell = Cell(row, name, was, ok[0], (test,), ok, derived, wish)
            plans.append(self._fresh_flag(of_cell(cell), row, name))
        if derived:
            plans += self.below(row, name, test, found)
        return best(plans)

    def _fresh_flag(self, plan: Plan, row: Row, name: str) -> Plan:
        """A flag that is too old to count must be dated anew."""
        date, days = self.facts.knowledge.lives.get((row.entity, name), ("", 0))
        seen = row.get(date) if date else UNKNOWN
        if not seen.known or (self.facts.as_of - seen.data).days <= days:
            return plan
        today = known(self.facts.as_of)
        return joined(plan, of_cell(Cell(row, date, seen, today, (), (today,)))) or plan

    # --- derived facts ---------------------------------------------------------------------------

    def below(self, row: Row, name: str, test: Test, found: tuple[Value, ...]) -> list[Plan]:
        """Plans that make a derived fact pass a test through what it is made from."""
        definition, key = self.facts.knowledge.derived[row.entity, name], (row.entity, row.id, name)
        barred = definition.in_book and not self.facts.book.in_book
        if barred or key in self._path or len(self._path) >= DEEPEST:
            return []
        self._path.append(key)
        try:
            return self._made(definition.expr, test, found, self.facts.hand(row))
        finally:
            self._path.pop()

    def _made(self, expr: Expr, test: Test, found: tuple[Value, ...], hand: Hand) -> list[Plan]:
        if isinstance(expr, When):
            traced = self.look(expr.node, hand)
            return best(p for one in (True, False) if test(known(one)) for p in self.plans(traced, one, hand))
        if isinstance(expr, Cases):
            return self._by_case(expr, test, found, hand)
        if isinstance(expr, Table):
            keys = tuple(known(key) for key, value in expr.rows.items() if test(known(value)))
            return self._made(expr.by, _one_of(keys), keys, hand) if keys else []
        if isinstance(expr, Gather) and expr.op == "count":
            return self.counted(expr.entity, expr.where, hand, lambda n: test(known(n)))
        if isinstance(expr, Apply):
            return self._applied(expr, test, found, hand)
        return self._read(expr, test, found, hand) if isinstance(expr, Read) else []

    def _read(self, expr: Read, test: Test, found: tuple[Value, ...], hand: Hand) -> list[Plan]:
        if not isinstance(expr.operand, Name):
            fixed = known(expr.operand.data if isinstance(expr.operand, Const) else self.facts.as_of)
            return [Plan()] if test(fixed) else []
        row = find_row(expr.operand, self.facts, hand)
        return self._cell(row, expr.operand, test, found, None) if row else []

    def _applied(self, expr: Apply, test: Test, found: tuple[Value, ...], hand: Hand) -> list[Plan]:
        """Days since and until a date are easily turned round; other arithmetic is left alone."""
        sign = {"days_since": -1, "days_until": 1}.get(expr.op)
        if sign is None:
            return []
        as_of = self.facts.as_of
        numbers = [int(value.data) for value in found if value.known and test(value)]
        days = tuple(known(as_of + datetime.timedelta(days=sign * n)) for n in numbers if abs(n) < 100_000)
        dated: Test = lambda value: value.known and test(known(sign * (value.data - as_of).days))
        return self._made(expr.args[0], dated, days, hand)

    def _by_case(self, expr: Cases, test: Test, found: tuple[Value, ...], hand: Hand) -> list[Plan]:
        """Let the first suitable case hold, and none before it."""
        before: list[list[Plan]] = []
        plans: list[Plan] = []
        for node, value in expr.cases:
            traced, values = self.look(node, hand), self._made(value, test, found, hand)
            if values:
                plans += all_of([*before, self.plans(traced, True, hand), values])
            before.append(self.plans(traced, False, hand))
        last = self._made(expr.otherwise, test, found, hand) if expr.otherwise else []
        return best([*plans, *(all_of([*before, last]) if last else [])])


def _fixed(value: Value) -> Const:
    return Const(value.data)


def _one_of(keys: tuple[Value, ...]) -> Test:
    return lambda value: value.known and any(key.data == value.data for key in keys)
