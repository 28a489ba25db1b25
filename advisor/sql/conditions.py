"""Conditions as SQL: TRUE, FALSE and NULL for unknown, exactly as the reference reader has them."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from advisor.core.facts import Knowledge
from advisor.core.tree import All, AnyOf, AsOf, Const, Count, Latest, Leaf, Name, Node, Not, NotTrue, Operand, Rows
from advisor.core.vocabulary import LISTS, Vocabulary
from advisor.sql.dialect import FRACTIONS, DuckDB
from advisor.sql.relations import Given, Relation, Relations
from advisor.sql.terms import (
    FALSE,
    NULL,
    TRUE,
    UNKNOWN,
    Cell,
    Term,
    both,
    case,
    either,
    is_true,
    known,
    opposite,
    term,
    unknown,
)

Hand = tuple[Relation, ...]
_RANKED = frozenset({"more_than", "less_than", "at_least", "at_most", "between"})
_SIGNS = {"more_than": ">", "less_than": "<", "at_least": ">=", "at_most": "<="}
_ONE_WAY = frozenset(_SIGNS)


class Conditions:
    """Compiles conditions and reads facts for them; what derived facts are made of comes from `derive`."""

    def __init__(
        self, vocabulary: Vocabulary, knowledge: Knowledge, as_of: datetime.date, given: Given, dialect: DuckDB,
        derive: Callable[[Relation, str], Cell | None],
    ) -> None:  # fmt: skip
        self.vocabulary = vocabulary
        self.knowledge = knowledge
        self.as_of = as_of
        self.given = given
        self.sql = dialect
        self.derive = derive
        self.relations = Relations(vocabulary, given, dialect)
        self.groups: dict[tuple[str, tuple[str, ...], int], dict[str, Term]] = {}
        self._facts: dict[tuple[str, str], Cell] = {}
        self._columns: dict[tuple[str, str], Term] = {}
        self._nodes: dict[tuple[Node, tuple[str, ...]], Term] = {}

    # --- nodes -----------------------------------------------------------------------------------

    def node(self, node: Node, hand: Hand) -> Term:
        """A condition for the rows in hand."""
        key = (node, tuple(one.alias for one in hand))
        if key not in self._nodes:
            self._nodes[key] = self._node(node, hand)
        return self._nodes[key]

    def _node(self, node: Node, hand: Hand) -> Term:
        if isinstance(node, Leaf):
            return self._leaf(node, hand)
        if isinstance(node, All | AnyOf):
            return (both if isinstance(node, All) else either)(self.node(item, hand) for item in node.items)
        if isinstance(node, Not):
            return opposite(self.node(node.item, hand))
        if isinstance(node, NotTrue):
            return opposite(is_true(self.node(node.item, hand)))
        rows = self.relations.rows(node.entity, hand)
        if rows is None:
            return NULL
        if isinstance(node, Count):
            return self._count(node, hand, rows)
        return self._latest(node, hand, rows) if isinstance(node, Latest) else self._rows(node, hand, rows)

    def _rows(self, node: Rows, hand: Hand, rows: Relation) -> Term:
        inner = self.node(node.where, (*hand, rows))
        wanted = opposite(is_true(inner)) if node.kind == "every" else is_true(inner)
        if node.kind == "every":
            wanted = both([opposite(is_true(inner)), term(f"({inner} IS NOT NULL)", inner)])
        sure = self.aggregate(hand, rows, self.sql.count_if(str(wanted)), "0", wanted)
        unsure = self._unsure(hand, rows, inner)
        found = case([(_positive(sure), TRUE), (_positive(unsure), NULL)], FALSE)
        return found if node.kind == "some" else opposite(found)

    def _unsure(self, hand: Hand, rows: Relation, inner: Term) -> Term:
        if inner in (TRUE, FALSE):
            return Term("0")
        return self.aggregate(hand, rows, self.sql.count_if(f"{inner} IS NULL"), "0", inner)

    def _count(self, node: Count, hand: Hand, rows: Relation) -> Term:
        inner = self.node(node.where, (*hand, rows))
        sure = self.aggregate(hand, rows, self.sql.count_if(str(is_true(inner))), "0", inner)
        unsure = self._unsure(hand, rows, inner)
        limits = [self.operand(one, hand) for one in node.operands]
        leaf = Leaf(Name(node.entity, "count", type="integer"), node.op, node.operands)
        most = term(f"({sure} + {unsure})", sure, unsure)
        if node.op in _ONE_WAY:
            low, high = (self.compared(leaf, Cell(one, FALSE), limits) for one in (sure, most))
        else:
            low, high = self._between(leaf, sure, most, limits)
        return case([(both([is_true(low), is_true(high)]), TRUE), (both([_false(low), _false(high)]), FALSE)], NULL)

    def _between(self, leaf: Leaf, sure: Term, most: Term, limits: list[Cell]) -> tuple[Term, Term]:
        """Whether all possible counts pass, and whether one does, as a pair of verdicts."""
        one = self.compared(leaf, Cell(Term("x"), FALSE), limits)
        numbers = self.sql.numbers(str(sure), str(most))
        found = term(self.sql.each(numbers, str(one)), sure, most, one)
        passes = term(self.sql.size(self.sql.kept(str(found), "x")), found)
        fails = term(self.sql.size(self.sql.kept(str(found), "NOT x")), found)
        total = term(f"({most} - {sure} + 1)", most, sure)
        all_pass, all_fail = term(f"({passes} = {total})", passes, total), term(f"({fails} = {total})", fails, total)
        return all_pass, case([(all_fail, FALSE)], TRUE)

    def _latest(self, node: Latest, hand: Hand, rows: Relation) -> Term:
        inside = (*hand, rows)
        where, item = self.node(node.where, inside), self.node(node.item, inside)
        by = self.fact(rows, node.by)
        vague = either([term(f"({where} IS NULL)", where), both([is_true(where), unknown(by)])])
        unsure = self.aggregate(hand, rows, self.sql.count_if(str(vague)), "0", vague)
        dated = both([is_true(where), known(by)])
        if dated == FALSE:
            return case([(_positive(unsure), NULL)], FALSE)
        fields = {"d": str(by.data), "i": f"{rows.alias}._id", "v": str(item)}
        newest = self.sql.collected(fields, str(dated), ascending=False)
        found = self.aggregate(hand, rows, self.sql.first_items(newest, node.number), "NULL", dated, item, by.data)
        verdicts = term(self.sql.each(str(found), "x.v"), found)
        few = term(f"(coalesce({self.sql.size(str(found))}, 0) < {node.number})", found)
        return case([(_positive(unsure), NULL), (few, FALSE)], self._joined(node.kind, verdicts))

    def _joined(self, kind: str, verdicts: Term) -> Term:
        """Kleene over a list of verdicts."""
        deciding = "NOT x" if kind == "every" else "x"
        decided = _positive(term(self.sql.size(self.sql.kept(str(verdicts), deciding)), verdicts))
        vague = _positive(term(self.sql.size(self.sql.kept(str(verdicts), "x IS NULL")), verdicts))
        first, last = (FALSE, TRUE) if kind == "every" else (TRUE, FALSE)
        return case([(decided, first), (vague, NULL)], last)

    # --- aggregates ------------------------------------------------------------------------------

    def aggregate(self, hand: Hand, rows: Relation, text: str, without: str, *parts: Term) -> Term:
        """A figure over the rows beside the rows in hand; `without` is the figure of no rows.

        It belongs to those rows in hand alone that it depends on, so that plays share it.
        """
        reads = frozenset().union(*(one.reads for one in parts))
        depends = [one for one in hand if one is not self.relations.account and self._reads(one, reads)]
        drivers = (*depends, rows)
        group = self._group(tuple(depends))
        level = max([group.base_level, rows.base_level, *(one.level for one in parts)])
        key = (group.alias, tuple(one.alias for one in drivers), level)
        figures = self.groups.setdefault(key, {})
        reading = term(text, *parts)
        for name, figure in figures.items():
            if figure.text == text:
                return self._column(group, f"g{list(self.groups).index(key)}_{name}")
        name = f"a{len(figures)}"
        figures[name] = reading
        number = list(self.groups).index(key)
        column = f"g{number}_{name}"
        group.added.setdefault(level + 1, {})[column] = Term(f"coalesce(g{number}.{name}, {without})", level)
        joined = group.joins.setdefault(level + 1, [])
        joined += [f"g{number}"] if f"g{number}" not in joined else []
        self._columns[(group.alias, column)] = Term(f"{group.alias}.{column}", level + 1, frozenset({group.alias}))
        return self._column(group, column)

    def _column(self, group: Relation, name: str) -> Term:
        return self._columns[(group.alias, name)]

    def _reads(self, one: Relation, reads: frozenset[str]) -> bool:
        """Is a row in hand read, itself or by what it points to?"""
        return any(one.alias in self._roots(alias) for alias in reads)

    def _roots(self, alias: str) -> frozenset[str]:
        relation = self.relations.by_alias[alias]
        above = frozenset().union(*(self._roots(need) for need in relation.needs)) if relation.needs else frozenset()
        return above | {alias}

    def _group(self, depends: tuple[Relation, ...]) -> Relation:
        if not depends:
            return self.relations.account
        found = depends[0]
        for one in depends[1:]:
            found = self.relations.pair(found, one)
        return found

    # --- facts -----------------------------------------------------------------------------------

    def read(self, name: Name, hand: Hand) -> Cell:
        """The fact that a name reads with these rows in hand."""
        wanted = name.base or name.entity
        found = next((one for one in reversed(hand) if one.entity == wanted), None) or self.relations.single(wanted)
        if found and name.via:
            link = self.fact(found, name.via).data
            target = self.knowledge.refs.get((found.entity, name.via), "")
            found = self.relations.pointed(found, name.via, target, link)
        return self.fact(found, name.field) if found else UNKNOWN

    def fact(self, relation: Relation, name: str) -> Cell:
        """A fact of a relation's rows: recorded, else derived, else unknown."""
        key = (relation.alias, name)
        if key not in self._facts:
            recorded = self._recorded(relation, name)
            derived = self.derive(relation, name)
            found = recorded if derived is None else derived if recorded is None else _first(recorded, derived)
            self._facts[key] = self._kept(relation, name, found) if derived is not None and found else found or UNKNOWN
        return self._facts[key]

    def _kept(self, relation: Relation, name: str, cell: Cell) -> Cell:
        """Derived facts become columns beside the recorded ones, so that each is made once."""
        data = relation.add(self.sql.quoted(f"{name}="), cell.data) if cell.data.reads else cell.data
        none = relation.add(self.sql.quoted(f"{name}=?"), cell.none) if cell.none.reads else cell.none
        return Cell(data, none)

    def _recorded(self, relation: Relation, name: str) -> Cell | None:
        if name not in relation.columns:
            return None
        data = relation.column(self.sql.quoted(name))
        missing = relation.column(self.sql.quoted(f"{name}?")) if relation.columns[name] else FALSE
        none = is_true(missing)
        cell = Cell(data, none)
        life = self.knowledge.lives.get((relation.entity, name))
        return self._alive(relation, cell, *life) if life else cell

    def _alive(self, relation: Relation, cell: Cell, date: str, days: int) -> Cell:
        """A flag older than its life counts as unknown; an undated one counts."""
        seen = self._recorded(relation, date)
        if seen is None:
            return cell
        age = self.sql.days_between(self.sql.literal(self.as_of), str(seen.data))
        stale = is_true(term(f"({age} > {days})", seen.data))
        return Cell(case([(stale, Term("NULL"))], cell.data), both([cell.none, opposite(stale)]))

    def operand(self, operand: Operand, hand: Hand) -> Cell:
        if isinstance(operand, Const):
            return Cell(Term(self.sql.literal(operand.data)), FALSE)
        if isinstance(operand, AsOf):
            return Cell(Term(self.sql.literal(self.as_of)), FALSE)
        return self.read(operand, hand)

    # --- comparisons -----------------------------------------------------------------------------

    def _leaf(self, node: Leaf, hand: Hand) -> Term:
        return self.compared(node, self.read(node.name, hand), [self.operand(one, hand) for one in node.operands])

    def compared(self, leaf: Leaf, value: Cell, limits: list[Cell]) -> Term:
        """One comparison, as `reference.compare`; fractions as decimals, so that a limit is met exactly."""
        if leaf.op == "is_known":
            return known(value)
        if leaf.op == "is_none":
            return value.none
        if leaf.name.type in FRACTIONS:
            value, *limits = (self._decimal(one) for one in (value, *limits))
        vague = opposite(known(value))
        if leaf.op == "is":
            pairs = zip(leaf.operands, limits, strict=True)
            return case([(value.none, FALSE), (vague, NULL)], either(self._same(value, *pair) for pair in pairs))
        blocked = [(either(unknown(one) for one in limits), NULL), (either(one.none for one in limits), FALSE)]
        return case([(value.none, FALSE), (vague, NULL), *blocked], self._test(leaf, value, limits))

    def _decimal(self, cell: Cell) -> Cell:
        return Cell(term(f"CAST({cell.data} AS {self.sql.decimal})", cell.data), cell.none)

    def _same(self, value: Cell, operand: Operand, limit: Cell) -> Term:
        many = _is_list(operand)
        text = self.sql.contains(str(limit.data), str(value.data)) if many else f"({value.data} = {limit.data})"
        return case([(limit.none, FALSE), (opposite(known(limit)), NULL)], term(text, value.data, limit.data))

    def _test(self, leaf: Leaf, value: Cell, limits: list[Cell]) -> Term:
        data, ends = value.data, [one.data for one in limits]
        if leaf.op in _RANKED and leaf.order:
            data, *ends = (self.rank(one, leaf.order) for one in (data, *ends))
        if leaf.op in _SIGNS:
            return term(f"({data} {_SIGNS[leaf.op]} {ends[0]})", data, *ends)
        if leaf.op == "between":
            return term(f"({data} BETWEEN {ends[0]} AND {ends[1]})", data, *ends)
        if leaf.op in ("older_than", "within_last", "within_next"):
            return self._age(leaf.op, data, ends[0])
        return term(self._listed(leaf, data, ends), data, *ends)

    def _age(self, op: str, day: Term, days: Term) -> Term:
        age = self.sql.days_between(self.sql.literal(self.as_of), str(day))
        if op == "older_than":
            return term(f"({age} > {days})", day, days)
        low, high = ("0", str(days)) if op == "within_last" else (f"-({days})", "0")
        return term(f"({age} BETWEEN {low} AND {high})", day, days)

    def _listed(self, leaf: Leaf, data: Term, ends: list[Term]) -> str:
        if leaf.op == "is_not" and not any(_is_list(one) for one in leaf.operands):
            return f"({data} NOT IN ({', '.join(map(str, ends))}))"
        parts = [
            str(end) if _is_list(one) else self.sql.list([str(end)])
            for one, end in zip(leaf.operands, ends, strict=True)
        ]
        wanted = self.sql.joined(parts) if len(parts) > 1 else parts[0]
        if leaf.op == "is_not":
            return f"(NOT {self.sql.contains(wanted, str(data))})"
        if leaf.op == "has":
            return self.sql.has_all(str(data), wanted)
        found = self.sql.has_any(str(data), wanted)
        return found if leaf.op == "has_any" else f"(NOT {found})"

    def rank(self, data: Term, order: tuple[str, ...]) -> Term:
        return term(self.sql.position(self.sql.literal(order), str(data)), data)


def _is_list(operand: Operand) -> bool:
    return isinstance(operand.data, tuple) if isinstance(operand, Const) else (
        isinstance(operand, Name) and operand.type in LISTS
    )  # fmt: skip


def _positive(number: Term) -> Term:
    return FALSE if number.text == "0" else term(f"({number} > 0)", number)


def _false(verdict: Term) -> Term:
    return is_true(opposite(verdict))


def _first(recorded: Cell, derived: Cell) -> Cell:
    """What the records assert wins over what would be derived."""
    settled = either([recorded.none, known(recorded)])
    data = case([(settled, recorded.data)], derived.data)
    return Cell(data, case([(settled, recorded.none)], derived.none))
