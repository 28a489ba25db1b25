"""How a derived fact is made, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from advisor.advice.in_words import Clause, Piece, Said, Sentences
from advisor.core.tree import (
    Apply,
    Cases,
    Const,
    Derived,
    Expr,
    Gather,
    Metric,
    Name,
    Operand,
    Read,
    Table,
    Weighted,
    When,
    expr_names,
)
from advisor.core.vocabulary import LISTS, Field


@dataclass(frozen=True)
class Makings(Sentences):
    """Tells definitions of derived facts."""

    def shown(self, one: Derived) -> bool:
        """Whether a derived fact may be shown: neither it nor what it is made from is for guards alone."""
        names = [(one.entity, one.name), *((name.entity, name.field) for name in expr_names(one.expr))]
        return not any(self.guarded(entity, name) for entity, name in names)

    def definition(self, one: Derived) -> tuple[Clause, ...]:
        """How a derived fact is made."""
        rows = ("account",) if one.entity == "account" else ("account", one.entity)
        field = self.field(one.entity, one.name)
        expr = one.expr
        if isinstance(expr, When):
            return self.clauses(expr.node, rows)
        if isinstance(expr, Cases):
            return self._cases(expr, field, rows)
        if isinstance(expr, Table):
            return self._table(expr, field, rows)
        if isinstance(expr, Gather):
            only = self.clauses(expr.where, (*rows, expr.entity))
            return (Clause(self._figure(expr, rows)), *([Clause(self.say("only_head"), only)] if only else []))
        return (Clause(self.phrase(expr, field, rows)),)

    def _cases(self, expr: Cases, field: Field | None, rows: Sequence[str]) -> tuple[Clause, ...]:
        found = []
        for node, value in expr.cases:
            parts = self.clauses(node, rows)
            said = self.phrase(value, field, rows)
            if len(parts) == 1 and not parts[0].below:
                found.append(Clause(self.say("case", when=parts[0].said, value=said)))
            else:
                found.append(Clause(self.say("case_below", value=said), parts))
        last = self.phrase(expr.otherwise, field, rows) if expr.otherwise else self.say("case_unknown")
        return (*found, Clause(self.say("case_last", value=last)))

    def _table(self, expr: Table, field: Field | None, rows: Sequence[str]) -> tuple[Clause, ...]:
        read = expr.by.operand if isinstance(expr.by, Read) else None
        by = self.field(read.entity, read.field) if isinstance(read, Name) else None
        lines = [
            Clause(self.say("row", key=self.printed(key, by), value=self.printed(value, field)))
            for key, value in expr.rows.items()
        ]
        if expr.otherwise is not None:
            lines.append(Clause(self.say("case_last", value=self.printed(expr.otherwise, field))))
        return (Clause(self.say("table", by=self.phrase(expr.by, by, rows)), tuple(lines)),)

    def phrase(self, expr: Expr | None, field: Field | None, rows: Sequence[str]) -> Said:
        """An expression in one line."""
        if isinstance(expr, Read):
            return self._operand(expr.operand, field, rows)
        if isinstance(expr, Apply):
            return self._applied(expr, field, rows)
        if isinstance(expr, Gather):
            return (*self._figure(expr, rows), *self.only(self.clauses(expr.where, (*rows, expr.entity))))
        if isinstance(expr, Weighted):
            return self._weighted(expr, rows)
        if isinstance(expr, Metric):
            return self._metric(expr)
        return self._structured(expr, field, rows) if expr else ()

    def _structured(self, expr: Expr, field: Field | None, rows: Sequence[str]) -> Said:
        """Cases, tables and conditions inside another expression."""
        one = Derived(rows[-1], field.name if field else "", expr)
        parts = [self.flat(clause) for clause in self.definition(one)]
        return self.say("group", items=self.joined(parts, self.word("explain_items")))

    def _operand(self, operand: Operand, field: Field | None, rows: Sequence[str]) -> Said:
        if isinstance(operand, Name):
            return self.named(operand, rows)
        return self.constant(operand, field) if isinstance(operand, Const) else self.say("as_of")

    def _applied(self, expr: Apply, field: Field | None, rows: Sequence[str]) -> Said:
        args = [self.phrase(arg, field, rows) for arg in _operands(expr, expr.op)]
        several = self.joined(args, self.word("list"))
        key = "plus_lists" if expr.op == "plus" and field and field.type in LISTS else expr.op
        return self.say(f"apply.{key}", a=args[0], b=args[-1], all=several) if args else ()

    def _figure(self, expr: Gather, rows: Sequence[str]) -> Said:
        inside = (*rows, expr.entity)
        figure = self.phrase(expr.figure, None, inside)
        return self.say(f"gather.{expr.op}", entity=self.entity(expr.entity), figure=figure)

    def _weighted(self, expr: Weighted, rows: Sequence[str]) -> Said:
        """A map's label is the part that its fields' labels share."""
        scores, weights = (self._map(names) for names in (expr.scores, expr.weights))
        return self.say("weighted", scores=scores, weights=weights)

    def _map(self, names: tuple[Name, ...]) -> Said:
        return (Piece(self.label(names[0].entity, names[0].field).partition("·")[0]),) if names else ()

    def _metric(self, expr: Metric) -> Said:
        known = self.printer.words["docs"]["metrics"]
        text = known.get(f"{expr.file}:{expr.column}") or known.get(expr.file)
        return (Piece(str(text)),) if text else self.say("metric", file=expr.file)


def _operands(expr: Expr, op: str) -> Iterator[Expr]:
    """What is added up, however it is nested; of other functions the arguments."""
    for arg in expr.args if isinstance(expr, Apply) else ():
        if op == "plus" and isinstance(arg, Apply) and arg.op == op:
            yield from _operands(arg, op)
        else:
            yield arg
