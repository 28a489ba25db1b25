"""What derived facts are made of, as SQL."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from advisor.core.facts import Knowledge
from advisor.core.tree import (
    Apply,
    AsOf,
    Cases,
    Const,
    Expr,
    Gather,
    Metric,
    Name,
    Read,
    Table,
    Weighted,
    When,
)
from advisor.core.vocabulary import LISTS, Vocabulary
from advisor.sql.conditions import Conditions, Hand
from advisor.sql.dialect import FRACTIONS, DuckDB
from advisor.sql.relations import Given, Relation
from advisor.sql.terms import (
    FALSE,
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

_EMPTY = Term("NULL")


class Expressions:
    """Derived facts of relations, each compiled when a condition first asks for it."""

    def __init__(
        self, vocabulary: Vocabulary, knowledge: Knowledge, as_of: datetime.date, given: Given, dialect: DuckDB,
        in_book: bool = True,
    ) -> None:  # fmt: skip
        self.knowledge = knowledge
        self.vocabulary = vocabulary
        self.as_of = as_of
        self.given = given
        self.sql = dialect
        self.in_book = in_book
        self.conditions = Conditions(vocabulary, knowledge, as_of, given, dialect, self.derived)
        self.relations = self.conditions.relations
        self._forms: Mapping[type, Callable[[Any, Hand], Cell]] = {
            Read: lambda expr, hand: self.conditions.operand(expr.operand, hand),
            When: self._when,
            Cases: self._cases,
            Table: self._table,
            Metric: lambda expr, _: self._metric(expr),
            Weighted: self._weighted,
            Gather: self._gather,
            Apply: self._apply,
        }

    def hand(self, relation: Relation) -> Hand:
        """The rows in hand when a fact is about a relation's rows."""
        account = self.relations.account
        return (account,) if relation is account else (account, relation)

    def derived(self, relation: Relation, name: str) -> Cell | None:
        """What a definition makes of a fact; None where there is no definition."""
        definition = self.knowledge.derived.get((relation.entity, name))
        if definition is None:
            return None
        if definition.in_book and not self.in_book:
            return UNKNOWN
        return self.value(definition.expr, self.hand(relation))

    def value(self, expr: Expr, hand: Hand) -> Cell:
        return self._forms[type(expr)](expr, hand)

    # --- conditions and choices ------------------------------------------------------------------

    def _when(self, expr: When, hand: Hand) -> Cell:
        return Cell(self.conditions.node(expr.node, hand), FALSE)

    def _cases(self, expr: Cases, hand: Hand) -> Cell:
        otherwise = self.value(expr.otherwise, hand) if expr.otherwise else UNKNOWN
        tests: list[tuple[Term, Cell]] = []
        for node, inner in expr.cases:
            verdict = self.conditions.node(node, hand)
            vague = FALSE if verdict in (TRUE, FALSE) else term(f"({verdict} IS NULL)", verdict)
            tests += [(verdict, self.value(inner, hand)), (vague, UNKNOWN)]
        return _chosen(tests, otherwise)

    def _table(self, expr: Table, hand: Hand) -> Cell:
        key = self.value(expr.by, hand)
        otherwise = UNKNOWN if expr.otherwise is None else self._constant(expr.otherwise)
        missing = Cell(_EMPTY, key.none) if expr.otherwise is None else otherwise
        rows = [
            (term(f"({key.data} = {self.sql.literal(one)})", key.data), self._constant(found))
            for one, found in expr.rows.items()
        ]
        return _chosen([(opposite(known(key)), missing), *rows], otherwise)

    def _constant(self, data: Any) -> Cell:
        return UNKNOWN if data is None else Cell(Term(self.sql.literal(data)), FALSE)

    def _metric(self, expr: Metric) -> Cell:
        if expr.column not in self.given.metrics.get(expr.file, ()):
            return UNKNOWN
        name = self.sql.quoted(f"{expr.file}:{expr.column}")
        account = self.relations.account
        missing = account.column(self.sql.quoted(f"{expr.file}:{expr.column}?"))
        return Cell(account.column(name), is_true(missing))

    # --- arithmetic ------------------------------------------------------------------------------

    def _weighted(self, expr: Weighted, hand: Hand) -> Cell:
        scores = [self.conditions.read(name, hand) for name in expr.scores]
        weights = [self.conditions.read(name, hand) for name in expr.weights]
        given = both([known(one) for one in scores])
        weighed = both([known(one) for one in weights])
        with_weights = self._mean(scores, [one.data for one in weights])
        plain = self._mean(scores, [Term("1")] * len(scores))
        total = term("(" + " + ".join(str(one.data) for one in weights) + ")", *(one.data for one in weights))
        empty = both([given, weighed, term(f"({total} = 0)", total)])
        data = case([(opposite(is_true(given)), _EMPTY), (is_true(empty), _EMPTY), (weighed, with_weights)], plain)
        return Cell(data, is_true(empty))

    def _mean(self, scores: Sequence[Cell], weights: Sequence[Term]) -> Term:
        parts = [one.data for one in scores]
        upper = " + ".join(f"{score} * {weight}" for score, weight in zip(parts, weights, strict=True))
        lower = " + ".join(map(str, weights))
        return term(_ratio(upper, lower), *parts, *weights)

    def _apply(self, expr: Apply, hand: Hand) -> Cell:
        args = [self.value(arg, hand) for arg in expr.args]
        vague, empty = either(unknown(one) for one in args), either(one.none for one in args)
        data = term(self._function(expr, [str(one.data) for one in args]), *(one.data for one in args))
        settled = both([opposite(vague), opposite(empty)])
        none = both([opposite(vague), either([empty, term(f"({data} IS NULL)", data)])])
        return Cell(case([(settled, data)], _EMPTY), none)

    def _function(self, expr: Apply, args: list[str]) -> str:
        kinds = [kind_of(arg) for arg in expr.args]
        args = [f"CAST({arg} AS BIGINT)" if kind == "yes_no" else arg for arg, kind in zip(args, kinds, strict=True)]
        first, second = args[0], args[-1]
        if expr.op in ("plus", "minus") and kinds[0] == "date":
            if kinds[1] == "date":
                return self.sql.days_between(first, second)
            return self.sql.days_after(first, second if expr.op == "plus" else f"-({second})")
        listed = [arg if kind in LISTS else self.sql.list([arg]) for arg, kind in zip(args, kinds, strict=True)]
        day = self.sql.literal(self.as_of)
        forms: Mapping[str, Callable[[], str]] = {
            "plus": lambda: f"({first} + {second})",
            "minus": lambda: f"({first} - {second})",
            "times": lambda: self._times(kinds, first, second),
            "divide": lambda: _ratio(first, second),
            "days_since": lambda: self.sql.days_between(day, first),
            "days_until": lambda: self.sql.days_between(first, day),
            "size": lambda: self.sql.size(listed[0]),
            "both": lambda: self.sql.kept(listed[0], self.sql.contains(listed[1], "x")),
            "without": lambda: self.sql.kept(listed[0], f"NOT {self.sql.contains(listed[1], 'x')}"),
            "first": lambda: self.sql.at(listed[0], "1") if kinds[0] in LISTS else first,
            "join": lambda: self._join(args, kinds),
        }
        return forms[expr.op]()

    def _join(self, args: list[str], kinds: list[str]) -> str:
        shown = [self.sql.shown(arg) if kind in FRACTIONS else arg for arg, kind in zip(args, kinds, strict=True)]
        pairs = zip(shown, kinds, strict=True)
        return self.sql.concatenated([arg if kind in LISTS else self.sql.list([arg]) for arg, kind in pairs])

    def _times(self, kinds: list[str], first: str, second: str) -> str:
        if set(kinds) <= {"integer", "days", "yes_no"}:
            return f"({first} * {second})"
        return f"(CAST({first} AS DOUBLE) * CAST({second} AS DOUBLE))"

    # --- figures over rows -----------------------------------------------------------------------

    def _gather(self, expr: Gather, hand: Hand) -> Cell:
        rows = self.relations.rows(expr.entity, hand)
        if rows is None:
            return UNKNOWN
        inside = (*hand, rows)
        verdict = self.conditions.node(expr.where, inside)
        sure = self._figure(expr, hand, rows, is_true(verdict))
        if verdict in (TRUE, FALSE):
            return sure
        vague = self.conditions.aggregate(hand, rows, self.sql.count_if(f"{verdict} IS NULL"), "0", verdict)
        settled = term(f"({vague} = 0)", vague)
        if expr.op == "count" or expr.figure is None:
            return Cell(case([(settled, sure.data)], _EMPTY), both([settled, sure.none]))
        widest = self._figure(expr, hand, rows, opposite(is_true(opposite(verdict))))
        alike = either([settled, self._alike(sure, widest)])
        return Cell(case([(alike, sure.data)], _EMPTY), both([alike, sure.none]))

    def _alike(self, one: Cell, other: Cell) -> Term:
        same = is_true(term(f"({one.data} = {other.data})", one.data, other.data))
        return either([both([one.none, other.none]), same])

    def _figure(self, expr: Gather, hand: Hand, rows: Relation, test: Term) -> Cell:
        if expr.op == "count" or expr.figure is None:
            return Cell(self.conditions.aggregate(hand, rows, self.sql.count_if(str(test)), "0", test), FALSE)
        figure = self.value(expr.figure, (*hand, rows))
        if expr.op in ("latest", "earliest"):
            return self._dated(expr, hand, rows, test, figure)
        vague = self._number(hand, rows, both([test, unknown(figure)])) if not expr.known_only else Term("0")
        settled = TRUE if vague.text == "0" else term(f"({vague} = 0)", vague)
        wanted = both([test, known(figure)])
        data = self._over(expr, hand, rows, wanted, figure)
        if expr.op in ("sum", "list"):
            return Cell(case([(settled, data)], _EMPTY), FALSE)
        number = self._number(hand, rows, wanted)
        return Cell(case([(settled, data)], _EMPTY), both([settled, term(f"({number} = 0)", number)]))

    def _number(self, hand: Hand, rows: Relation, test: Term) -> Term:
        if test == FALSE:
            return Term("0")
        return self.conditions.aggregate(hand, rows, self.sql.count_if(str(test)), "0", test)

    def _over(self, expr: Gather, hand: Hand, rows: Relation, wanted: Term, figure: Cell) -> Term:
        data, only = figure.data, self.sql.only
        if data == _EMPTY:
            return {"list": Term(self.sql.literal(())), "sum": Term("0")}.get(expr.op, _EMPTY)
        kind = kind_of(expr.figure) if expr.figure else ""
        if expr.op == "list":
            return self._listed(expr, hand, rows, wanted, figure, kind in LISTS)
        if expr.op == "sum":
            whole = kind in ("integer", "days", "yes_no")
            number = f"CAST({data} AS BIGINT)" if whole else str(data)
            total = f"CAST({only(f'sum({number})', str(wanted))} AS {'BIGINT' if whole else 'DOUBLE'})"
            return self._aggregate(hand, rows, total, "0", wanted, data)
        if expr.op == "mean":
            text = only(f"avg(CAST({data} AS DOUBLE))", str(wanted))
            return self._aggregate(hand, rows, text, "NULL", wanted, data)
        rank = self.conditions.rank(data, expr.order) if expr.order else data
        found = self._aggregate(hand, rows, only(f"{expr.op}({rank})", str(wanted)), "NULL", wanted, data)
        if not expr.order:
            return found
        return term(self.sql.at(self.sql.literal(expr.order), str(found)), found)

    def _aggregate(self, hand: Hand, rows: Relation, text: str, without: str, *parts: Term) -> Term:
        return self.conditions.aggregate(hand, rows, text, without, *parts)

    def _listed(self, expr: Gather, hand: Hand, rows: Relation, wanted: Term, figure: Cell, many: bool) -> Term:
        """All values, each once, in the order of the rows."""
        fields = {"n": f"{rows.alias}._rid", "v": str(figure.data)}
        records = self.sql.collected(fields, str(wanted), ascending=True)
        values = self.sql.each(records, "x.v")
        flat = self.sql.flat(values) if many else values
        text = self.sql.distinct(flat)
        return self._aggregate(hand, rows, text, self.sql.literal(()), wanted, figure.data)

    def _dated(self, expr: Gather, hand: Hand, rows: Relation, test: Term, figure: Cell) -> Cell:
        """The figure of the latest (earliest) row; a row without a date could be that one."""
        by = self.conditions.fact(rows, expr.by)
        vague = Term("0") if expr.known_only else self._number(hand, rows, both([test, unknown(by)]))
        settled = TRUE if vague.text == "0" else term(f"({vague} = 0)", vague)
        dated = both([test, known(by)])
        if dated == FALSE:
            return Cell(_EMPTY, settled)
        fields = {"d": str(by.data), "i": f"{rows.alias}._id", "n": str(figure.none)}
        fields |= {"v": str(figure.data)} if figure.data != _EMPTY else {}
        records = self.sql.collected(fields, str(dated), ascending=expr.op == "earliest")
        found = self._aggregate(hand, rows, self.sql.at(records, "1"), "NULL", dated, by.data, *figure.parts)
        nobody = term(f"({found} IS NULL)", found)
        data = term(f"{found}.v", found) if figure.data != _EMPTY else _EMPTY
        none = case([(nobody, TRUE)], is_true(term(f"{found}.n", found)))
        return Cell(case([(settled, data)], _EMPTY), both([settled, none]))


def _chosen(tests: Sequence[tuple[Term, Cell]], otherwise: Cell) -> Cell:
    data = case([(test, cell.data) for test, cell in tests], otherwise.data)
    return Cell(data, case([(test, cell.none) for test, cell in tests], otherwise.none))


def _ratio(upper: str, lower: str) -> str:
    """A binary fraction: comparisons round it, what is made of it stays as exact as it is."""
    return f"(CAST({upper} AS DOUBLE) / nullif(CAST({lower} AS DOUBLE), 0))"


def kind_of(expr: Expr | None) -> str:
    """The type of what an expression gives, as far as functions must tell types apart."""
    if isinstance(expr, Read):
        operand = expr.operand
        return operand.type if isinstance(operand, Name) else _kind_of_data(operand)
    if isinstance(expr, Gather):
        return {"count": "integer", "list": "choices", "mean": "number"}.get(expr.op, "") or kind_of(expr.figure)
    if not isinstance(expr, Apply):
        return "number" if isinstance(expr, Weighted) else "text"
    kinds = [kind_of(arg) for arg in expr.args]
    if expr.op in ("plus", "minus", "times"):
        days = expr.op == "minus" and kinds == ["date", "date"]
        return "integer" if days else "number" if set(kinds) & FRACTIONS else kinds[0]
    fixed = {"divide": "number", "both": "choices", "without": "choices", "first": "text", "join": "text"}
    return fixed.get(expr.op, "integer")


def _kind_of_data(operand: AsOf | Const) -> str:
    data = operand.data if isinstance(operand, Const) else datetime.date.min
    kinds = ((bool, "yes_no"), (int, "integer"), (Decimal, "number"), (datetime.date, "date"), (tuple, "choices"))
    return next((kind for of, kind in kinds if isinstance(data, of)), "text")
