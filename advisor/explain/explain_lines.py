"""A trace as lines for people: every condition with its value and record, derived facts with what made them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from advisor.advice.in_words import SPANS, Called
from advisor.advice.wording import Printer
from advisor.core.facts import AccountFacts
from advisor.core.model import UNKNOWN, Origin, Row, State, Value
from advisor.core.reference import Trace, Verdict, evaluate, find_row, resolve
from advisor.core.tree import (
    All,
    AnyOf,
    Apply,
    Cases,
    Count,
    Expr,
    Gather,
    Latest,
    Leaf,
    Name,
    Node,
    Not,
    NotTrue,
    Operand,
    Read,
    Rows,
    Table,
    Weighted,
    When,
    expr_names,
)
from advisor.core.vocabulary import Field, Vocabulary

Hand = tuple[Row, ...]

MOST_ROWS = 5
MOST_IN_FULL = 2
DEEPEST = 4
_MADE = (Origin.DERIVED, Origin.INFERRED)
_OUTCOMES = {True: "met", False: "clear", None: "open"}
_CUT = "…"
_DAYS = Field("days", "days")
_TEXTS = ("text", "texts")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a condition, a group of them, a record, a fact that another is made from, or how many more there are.

    `text` says it whole and may end with `by`, how the value is known; `shown` is the value, `record` where it is
    written, both as printed. `outcome` is the verdict in a word, for lines that must not be so.
    """

    depth: int
    kind: str
    text: str
    verdict: Verdict = None
    fact: str = ""
    op: str = ""
    limit: Any = None
    value: Value = UNKNOWN
    shown: str = ""
    record: str = ""
    by: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class Words(Called):
    """How facts, records and comparisons are called in one language."""

    facts: AccountFacts
    vocabulary: Vocabulary
    printer: Printer

    def shown(self, value: Value, field: Field | None) -> str:
        """A value as printed; a reference by the name of what it points to."""
        if value.known and field and field.type == "ref":
            target = self.facts.record(field.to, str(value.data))
            return (target.text("name") if target else "") or str(value.data)
        if value.known and value.data == ():
            return self.word("none")
        printed = self.printer.value(value, field)
        return self.printer.dated(printed) if field is None or field.type in _TEXTS else printed

    def either(self, values: list[str]) -> str:
        *first, last = dict.fromkeys(values) or [""]
        return self.word("explain_or").join(part for part in (self.word("list").join(first), last) if part)

    def record(self, row: Row) -> str:
        """A record as people call it: kind, id or name, date."""
        of = self.vocabulary.entities.get(row.entity)
        date = row.get(of.dated) if of and of.dated else UNKNOWN
        day = self.printer.date(date.data) if date.known else ""
        return " ".join(part for part in (self.entity(row.entity), row.text("name") or row.id, day) if part)

    def source(self, text: str) -> str:
        """A source as it stands in a value, with the kinds of records named in this language."""
        cut = _CUT if text.endswith(_CUT) else ""
        parts = text.removesuffix(_CUT).split(", ") if text else ()
        return self.word("list").join(self._source(part) for part in parts) + cut

    def _source(self, text: str) -> str:
        entity, _, rest = text.partition(" ")
        if entity not in self.vocabulary.entities:
            return text
        return f"{self.entity(entity)} {' '.join(self._day(part) for part in rest.split())}".strip()

    def _day(self, text: str) -> str:
        try:
            return self.printer.date(datetime.date.fromisoformat(text))
        except ValueError:
            return text

    def condition(self, node: Leaf | Count, what: str, field: Field | None, limits: tuple[Value, ...]) -> str:
        """A comparison in words."""
        shown = [self._limit(node.op, *pair, field) for pair in zip(node.operands, limits, strict=False)]
        key = self.comparison(node.op, field)
        ends = {"low": shown[0], "high": shown[-1]} if shown else {}
        return self.word(f"explain_ops.{key}", fact=what, limit=self.either(shown), **ends)

    def _limit(self, op: str, operand: Operand, limit: Value, field: Field | None) -> str:
        if op in SPANS:
            text = self.printer.data(limit.data, _DAYS) if limit.known else ""
        else:
            text = self.shown(limit, field)
        if not isinstance(operand, Name):
            return text
        if self.guarded(operand.entity, operand.field):
            return self.word("unknown")
        return self.word("explain_fact_limit", fact=self.label(operand.entity, operand.field), value=text)


@dataclass(frozen=True)
class Teller:
    """Tells one trace. `about` is the record that it is about."""

    facts: AccountFacts
    words: Words
    about: Row

    def lines(self, trace: Trace, hand: Hand) -> tuple[Line, ...]:
        """The lines of a whole condition; the outermost "all of" goes without saying."""
        return tuple(self._below(trace, hand, 0) if isinstance(trace.node, All) else self._node(trace, hand, 0))

    def _below(self, trace: Trace, hand: Hand, depth: int, made: int = 0) -> Iterator[Line]:
        for child in trace.children:
            tell = self._below if isinstance(child.node, All) and isinstance(trace.node, All) else self._node
            yield from tell(child, hand, depth, made)

    def _node(self, trace: Trace, hand: Hand, depth: int, made: int = 0) -> Iterator[Line]:
        node = trace.node
        if isinstance(node, Leaf):
            yield from self._leaf(node, trace, hand, depth, made)
        elif isinstance(node, Rows | Count | Latest):
            yield from self._rows(node, trace, hand, depth, made)
        elif isinstance(node, All | AnyOf) and len(node.items) == 1:
            yield from self._node(trace.children[0], hand, depth, made)
        else:
            yield from self._grouped(trace, hand, depth, made)

    def _grouped(self, trace: Trace, hand: Hand, depth: int, made: int) -> Iterator[Line]:
        """A group's head and what stands under it: whether an exception holds is said on every line of it."""
        head, rest = self._group(trace)
        yield Line(depth, "group", head, trace.verdict)
        for child in rest:
            lines = self._node(child, hand, depth + 1, made)
            yield from (self._with_outcome(line, depth + 1) for line in lines) if _denies(trace) else lines

    def _with_outcome(self, line: Line, depth: int) -> Line:
        """A tick alone would be read as the exception's, not as the line's own."""
        own = line.depth == depth and line.kind in ("condition", "group")
        return replace(line, outcome=self._outcome("line", line.verdict)) if own else line

    def _outcome(self, kind: str, verdict: Verdict) -> str:
        return self.words.word(f"outcome.{kind}.{_OUTCOMES[verdict]}")

    def _group(self, trace: Trace) -> tuple[str, tuple[Trace, ...]]:
        """The name of a group and what stands under it; "unless" and "any of" share a line."""
        node, word = trace.node, self.words.word
        if isinstance(node, All | AnyOf):
            return word("group_all" if isinstance(node, All) else "group_any"), trace.children
        inner = trace.children[0]
        if _denies(trace):
            key = f"group_{'not' if isinstance(node, Not) else 'unless'}.{_OUTCOMES[inner.verdict]}"
        else:
            inner, key = inner.children[0], "group_surely"
        if isinstance(inner.node, All | AnyOf) and len(inner.node.items) > 1:
            how = word(f"group_how.{'all' if isinstance(inner.node, All) else 'any'}")
            return word(key) + how + word("colon").rstrip(), inner.children
        return word(key) + word("colon").rstrip(), (inner,)

    # --- leaves ----------------------------------------------------------------------------------

    def _leaf(self, node: Leaf, trace: Trace, hand: Hand, depth: int, made: int) -> Iterator[Line]:
        entity, name = node.name.entity, node.name.field
        if self.words.guarded(entity, name):
            return
        field, value = self.words.field(entity, name), trace.value or UNKNOWN
        row = find_row(node.name, self.facts, hand)
        what = self._called(node.name, row, hand)
        text = self.words.condition(node, what, field, trace.limits)
        limits = tuple(limit.data for limit in trace.limits)
        limit = limits[0] if len(limits) == 1 else (limits or None)
        shown, record = self.words.shown(value, field), self._record(value, row, name)
        plain = trace.verdict is True and (node.op == "is_none" or (node.op == "is" and len(limits) == 1))
        said, by = self._said(text, "" if plain else shown, value, record, hand)
        key = name if entity in ("account", hand[-1].entity) else str(node.name)
        yield Line(depth, "condition", said + by, trace.verdict, key, node.op, limit, value, shown, record, by)
        if row is not None and value.origin in (*_MADE, Origin.UNKNOWN):
            yield from self._made(row, name, depth + 1, made)

    def _called(self, name: Name, row: Row | None, hand: Hand) -> str:
        """A fact of a row that is not the one in hand is called with its entity."""
        label = self.words.label(name.entity, name.field)
        own = row is None or row is hand[-1] or row.entity == "account"
        return (
            label
            if own and not name.via
            else self.words.word("explain_of", what=self.words.entity(name.entity), fact=label)
        )

    def _record(self, value: Value, row: Row | None, name: str) -> str:
        if value.source:
            return self.words.source(value.source)
        stated = row is not None and row.get(name).state is not State.UNKNOWN
        return self.words.record(row) if row is not None and stated else ""

    def _said(self, text: str, shown: str, value: Value, record: str, hand: Hand) -> tuple[str, str]:
        """A condition with the value it met; how that is known and where, but for the record that is told anyway."""
        if value.state is State.UNKNOWN:
            return text + self.words.word("explain_unknown"), ""
        found = text + (self.words.word("explain_value", value=shown) if shown else "")
        told = hand[-1] is not self.about and value.source in ("", hand[-1].where)
        if told and value.origin is Origin.ASSERTED:
            return found, ""
        origin = self.words.word(f"origin.{value.origin.value}")
        known_by = self.words.word("explain_source", origin=origin, record=record) if record and not told else origin
        return found, self.words.word("explain_known_by", by=known_by)

    # --- what a derived fact was made from ---------------------------------------------------------

    def _made(self, row: Row, name: str, depth: int, made: int) -> Iterator[Line]:
        definition = self.facts.knowledge.derived.get((row.entity, name))
        if definition is None or made >= DEEPEST or (definition.in_book and not self.facts.book.in_book):
            return
        yield from self._expression(definition.expr, self.facts.hand(row), depth, made)

    def _expression(self, expr: Expr | None, hand: Hand, depth: int, made: int) -> Iterator[Line]:
        if isinstance(expr, When):
            yield from self._definition(expr.node, hand, depth, made)
        elif isinstance(expr, Cases):
            yield from self._cases(expr, hand, depth, made)
        elif isinstance(expr, Gather):
            yield from self._gathered(expr, hand, depth, made)
        elif isinstance(expr, Table):
            yield from self._expression(expr.by, hand, depth, made)
        elif isinstance(expr, Apply):
            for arg in expr.args:
                yield from self._expression(arg, hand, depth, made)
        elif isinstance(expr, Read | Weighted):
            for name in expr_names(expr):
                yield from self._fact(name, hand, depth, made)

    def _definition(self, node: Node, hand: Hand, depth: int, made: int) -> Iterator[Line]:
        trace = evaluate(node, self.facts, hand)
        yield from self._conditions(node, trace, hand, depth, made + 1)

    def _cases(self, expr: Cases, hand: Hand, depth: int, made: int) -> Iterator[Line]:
        """The case that decided, and the facts it gives."""
        for node, result in expr.cases:
            verdict = evaluate(node, self.facts, hand).verdict
            if verdict is not False:
                yield from self._definition(node, hand, depth, made)
                if verdict:
                    yield from self._expression(result, hand, depth, made)
                return
        yield from self._expression(expr.otherwise, hand, depth, made)

    def _gathered(self, expr: Gather, hand: Hand, depth: int, made: int) -> Iterator[Line]:
        """The records that a figure was taken from, those that count first."""
        table = self.facts.rows(expr.entity)
        if not table:
            key = "rows_unknown" if table is None else "rows_none"
            yield Line(depth, "fact", self.words.word(key, entity=self.words.entity(expr.entity)), None, expr.entity)
            return
        parts = [(row, evaluate(expr.where, self.facts, (*hand, row))) for row in table]
        parts.sort(key=lambda part: (part[1].verdict is not True, part[1].verdict is False))
        told = parts[:MOST_ROWS]
        told = [part for part in told if part[1].verdict is not False] or told[:MOST_IN_FULL]
        for row, trace in told:
            yield self._row_line(row, trace.verdict, depth)
            if trace.verdict is not False:
                yield from self._expression(expr.figure, (*hand, row), depth + 1, made)
            aside = trace.verdict is False and len(parts) > MOST_IN_FULL
            yield from self._row(expr.where, trace, (*hand, row), depth + 1, DEEPEST if aside else made + 1)
        yield from self._rest(len(parts) - len(told), depth)

    def _fact(self, name: Name, hand: Hand, depth: int, made: int) -> Iterator[Line]:
        if self.words.guarded(name.entity, name.field):
            return
        row, value = find_row(name, self.facts, hand), resolve(name, self.facts, hand)
        field = self.words.field(name.entity, name.field)
        shown, record = self.words.shown(value, field), self._record(value, row, name.field)
        text = self.words.word("explain_ops.is_yes_no", fact=self._called(name, row, hand), limit=shown)
        said, by = (text, "") if value.state is State.UNKNOWN else self._said(text, "", value, record, hand)
        yield Line(depth, "fact", said + by, None, str(name), "", None, value, shown, record, by)
        if row is not None and value.origin in (*_MADE, Origin.UNKNOWN):
            yield from self._made(row, name.field, depth + 1, made + 1)

    # --- rows ------------------------------------------------------------------------------------

    def _rows(self, node: Rows | Count | Latest, trace: Trace, hand: Hand, depth: int, made: int) -> Iterator[Line]:
        table = self.facts.rows(node.entity)
        text = self._rows_text(node, trace, hand)
        if table is None:
            text += self.words.word(
                "explain_because", why=self.words.word("rows_unknown", entity=self.words.entity(node.entity))
            )
        elif not table:
            text += self.words.word(
                "explain_because", why=self.words.word("rows_none", entity=self.words.entity(node.entity))
            )
        value = trace.value if isinstance(node, Count) and trace.value else UNKNOWN
        op, limit = (node.op, trace.limits[0].data if trace.limits else None) if isinstance(node, Count) else ("", None)
        yield Line(depth, "group", text, trace.verdict, node.entity, op, limit, value)
        if not trace.children:
            yield from self._bare(node, hand, depth + 1)
        yield from self._each(node, trace, hand, depth + 1, made)

    def _rows_text(self, node: Rows | Count | Latest, trace: Trace, hand: Hand) -> str:
        entity = self.words.entity(node.entity)
        if isinstance(node, Rows):
            return self.words.word(f"rows_{node.kind}", entity=entity)
        if isinstance(node, Latest):
            return self.words.word(f"rows_latest_{node.kind}", n=node.number, entity=entity)
        limits = trace.limits or tuple(resolve(operand, self.facts, hand) for operand in node.operands)
        text = self.words.condition(node, self.words.word("rows_count", entity=entity), None, limits)
        return text + (self.words.word("explain_value", value=trace.value.data) if trace.value else "")

    def _bare(self, node: Rows | Count | Latest, hand: Hand, depth: int) -> Iterator[Line]:
        """What rows would have to satisfy, where there are none to show."""
        nobody = Row(node.entity, "", {})
        for inner in (node.item, node.where) if isinstance(node, Latest) else (node.where,):
            for part in _leaves(evaluate(inner, self.facts, (*hand, nobody))):
                leaf = part.node
                assert isinstance(leaf, Leaf)
                if not self.words.guarded(leaf.name.entity, leaf.name.field):
                    field = self.words.field(leaf.name.entity, leaf.name.field)
                    label = self.words.label(leaf.name.entity, leaf.name.field)
                    yield Line(
                        depth,
                        "wanted",
                        self.words.condition(leaf, label, field, part.limits),
                        None,
                        str(leaf.name),
                        leaf.op,
                    )

    def _each(self, node: Rows | Count | Latest, trace: Trace, hand: Hand, depth: int, made: int) -> Iterator[Line]:
        """At most a few rows, those that decided first."""
        telling = {"no": True, "every": False}.get(node.kind, True) if isinstance(node, Rows) else True
        parts = sorted(trace.children, key=lambda part: (part.verdict is not telling, part.verdict is False))
        told = parts[:MOST_ROWS]
        if isinstance(node, Rows):  # where some rows decided, or keep it open, those alone are told
            deciding = telling if trace.verdict is not None else None
            told = [part for part in parts if part.verdict is deciding][:MOST_IN_FULL] or told
        for part in told:
            if part.row is not None:
                line = self._row_line(part.row, part.verdict, depth)
                none_may = isinstance(node, Rows) and node.kind == "no"
                yield replace(line, outcome=self._outcome("row", part.verdict)) if none_may else line
                inner = node.item if isinstance(node, Latest) else node.where
                again = evaluate(inner, self.facts, (*hand, part.row))
                aside = part.verdict is (not telling) and len(parts) > MOST_IN_FULL
                yield from self._row(inner, again, (*hand, part.row), depth + 1, DEEPEST if aside else made)
        yield from self._rest(len(parts) - len(told), depth)

    def _row_line(self, row: Row, verdict: Verdict, depth: int) -> Line:
        record = self.words.record(row)
        return Line(depth, "row", record, verdict, row.entity, record=record)

    def _row(self, node: Node, trace: Trace, hand: Hand, depth: int, made: int) -> Iterator[Line]:
        """What is so of a row; of the many that decide nothing, only what sets them aside."""
        if made >= DEEPEST and isinstance(node, All):
            children = tuple(child for child in trace.children if child.verdict is trace.verdict)
            trace = replace(trace, children=children)
        yield from self._conditions(node, trace, hand, depth, made)

    def _conditions(self, node: Node, trace: Trace, hand: Hand, depth: int, made: int) -> Iterator[Line]:
        tell = self._below if isinstance(node, All) else self._node
        yield from tell(trace, hand, depth, made)

    def _rest(self, number: int, depth: int) -> Iterator[Line]:
        if number > 0:
            yield Line(depth, "more", self.words.word("explain_more", n=number))


def _denies(trace: Trace) -> bool:
    """Must what stands below not be so? Twice denied is plain "certainly"."""
    twice = isinstance(trace.node, NotTrue) and isinstance(trace.children[0].node, NotTrue)
    return isinstance(trace.node, Not | NotTrue) and not twice


def _leaves(trace: Trace) -> Iterator[Trace]:
    if isinstance(trace.node, Leaf):
        yield trace
    elif not isinstance(trace.node, Rows | Count | Latest):
        for child in trace.children:
            yield from _leaves(child)
