"""A condition as a formula: which states and data of which facts make it true, false, not true or not false.

`Encoder` mirrors advisor.core.reference. Of every table it invents one row for each time that a row must exist. That is
enough: a formula asks rows to exist, and asks things of all rows; taking rows away keeps the second kind true.
What cannot be said as a formula becomes a free choice of its own, so a formula that nothing satisfies is a proof.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from advisor.content.content import Content
from advisor.core.tree import (
    All,
    AnyOf,
    AsOf,
    Const,
    Count,
    Latest,
    Leaf,
    Name,
    Node,
    Not,
    NotTrue,
    Operand,
    Rows,
)
from advisor.core.vocabulary import LISTS, NUMERIC, Field
from advisor.prove.derivations import Alternatives, alternatives
from advisor.prove.formula import YES, And, Cell, Formula, In, Or, every, known, opposite, some
from advisor.prove.regions import ANY, KNOWN, UNKNOWN, Region, compared, points, spans
from advisor.prove.terms import DAY, ONE, Numbers, Term, compare, kind, same

TRUE, FALSE, NOT_TRUE, NOT_FALSE = "true", "false", "not true", "not false"
TURNED = {TRUE: FALSE, FALSE: TRUE, NOT_TRUE: NOT_FALSE, NOT_FALSE: NOT_TRUE}
_MOST_ROWS = 5
_MOST_PAIRS = 40
_DAYS = 3_652_058  # from the first day of the calendar to its last
Hand = tuple[tuple[str, str], ...]  # entity and row, outermost first


@dataclass(frozen=True, slots=True)
class Each:
    """A demand on all rows of an entity; it becomes a formula once all rows are invented."""

    entity: str
    hand: Hand
    node: Node
    want: str


class Encoder:
    """Makes formulas of conditions about one account, with the rows that they need.

    `expand` writes the definitions of derived facts out; otherwise each is free, as the records may assert it.
    """

    def __init__(self, content: Content, numbers: Numbers, expand: bool = False) -> None:
        self.content = content
        self.numbers = numbers
        self.expand = expand
        self.fields: dict[Cell, Field] = {}
        self.domains: dict[Cell, Region] = {}
        self.invented: dict[str, list[str]] = {}
        self.side: list[Formula] = []
        self.lives = _lives(content)
        self._below_each = False
        self._depth = 0
        self._keys: dict[Node, int] = {}

    # --- whole conditions ------------------------------------------------------------------------

    def hand(self, about: str) -> Hand:
        """The rows in hand of a play about something."""
        rows: Hand = (("account", "account"),)
        if about == "account":
            return rows
        if self.content.vocabulary.entities[about].rows == "single":
            return ((about, about),)
        first = f"{about}#0"
        if first not in self.invented.setdefault(about, []):
            self.invented[about].insert(0, first)
            self.side.append(every([self.here(first), self.table(about)]))
        return (*rows, (about, first))

    def condition(self, node: Node, about: str, want: str = TRUE) -> Any:
        """A condition for the subject of a play; `finish` makes a formula of it."""
        return self.encode(node, self.hand(about), want)

    def finish(self, *parts: Any) -> Formula:
        """All parts, and what holds of the cells in them, as one formula."""
        found = [self._spread(part) for part in parts]
        return every([*found, *(self._spread(part) for part in self.side)])

    def _spread(self, part: Any) -> Formula:
        if isinstance(part, And | Or):
            return (every if isinstance(part, And) else some)([self._spread(item) for item in part.items])
        if not isinstance(part, Each):
            return part  # type: ignore[no-any-return]
        self._below_each = True
        rows = self.invented.get(part.entity, [])
        bodies = [
            some([opposite(self.here(row)), self.encode(part.node, (*part.hand, (part.entity, row)), part.want)])
            for row in rows
        ]
        self._below_each = False
        return self._spread(every(bodies))

    # --- nodes -----------------------------------------------------------------------------------

    def encode(self, node: Node, hand: Hand, want: str) -> Any:
        """Which facts make a node's verdict as wanted."""
        if isinstance(node, Leaf):
            return self.leaf(node, hand, want)
        if isinstance(node, All | AnyOf):
            parts = [self.encode(item, hand, want) for item in node.items]
            return every(parts) if isinstance(node, All) == (want in (TRUE, NOT_FALSE)) else some(parts)
        if isinstance(node, Not):
            return self.encode(node.item, hand, TURNED[want])
        if isinstance(node, NotTrue):
            return self.encode(node.item, hand, NOT_TRUE if want in (TRUE, NOT_FALSE) else TRUE)
        if isinstance(node, Rows):
            return self.rows(node, hand, want)
        return self.count(node, hand, want) if isinstance(node, Count) else self.latest(node, hand, want)

    def rows(self, node: Rows, hand: Hand, want: str) -> Any:
        """`some`, `every` and `no` row; `no` is the opposite of `some`."""
        if node.kind == "no":
            return self.rows(replace(node, kind="some"), hand, TURNED[want])
        found: Any
        exists = (node.kind == "some") == (want in (TRUE, NOT_FALSE))
        found = self.exists(node, hand, want) if exists else Each(node.entity, hand, node.where, want)
        if want in (TRUE, FALSE):
            return every([self.table(node.entity), found])
        return some([opposite(self.table(node.entity)), found])

    def exists(self, node: Rows, hand: Hand, want: str) -> Any:
        if self._below_each:
            return self.opaque(node, hand, want, node.kind)
        return self.invent(node.entity, hand, [(node.where, want)])

    def invent(self, entity: str, hand: Hand, demands: list[tuple[Node, str]]) -> Any:
        """A row of its own that is as demanded."""
        rows = self.invented.setdefault(entity, [])
        rows.append(f"{entity}#{len(rows) + 1}")
        row, own = rows[-1], (*hand, (entity, rows[-1]))
        return every([self.here(row), self.table(entity), *(self.encode(node, own, want) for node, want in demands)])

    def count(self, node: Count, hand: Hand, want: str) -> Any:
        """By two numbers: the rows that surely hold, and those that may. The first is never above the second."""
        limits = [self.constant(operand) for operand in node.operands]
        if any(limit is None for limit in limits) or (node.op == "is_not" and len(limits) > 1):
            return self.opaque(node, hand, want)
        numbers = [int(limit) for limit in limits if limit is not None]
        sure, may = (self.counted(node, hand, word) for word in ("surely", "perhaps"))
        table = self.table(node.entity)
        if want in (NOT_TRUE, NOT_FALSE):
            wanted = _count(node.op, numbers, want == NOT_TRUE)
            none = want == NOT_TRUE and _least(node.op, numbers) == 1
            rows: list[Any] = [Each(node.entity, hand, node.where, NOT_TRUE)] if none else []
            return some([opposite(table), every([opposite(_both(wanted, sure, may)), *rows])])
        decided = _count(node.op, numbers, want == TRUE)
        return every([table, _both(decided, sure, may), *self._rows_counted(node, hand, want, numbers)])

    def _rows_counted(self, node: Count, hand: Hand, want: str, numbers: list[Any]) -> list[Any]:
        """Where at least so many rows must hold, as many are invented; where none may, all are asked."""
        least = _least(node.op, numbers) if want == TRUE else 0
        none = _least(node.op, numbers) == 1 if want == FALSE else _most(node.op, numbers) == 0
        if none:
            return [Each(node.entity, hand, node.where, FALSE)]
        if self._below_each or not 0 < least <= _MOST_ROWS:
            return []
        return [self.invent(node.entity, hand, [(node.where, TRUE)]) for _ in range(least)]

    def counted(self, node: Count, hand: Hand, word: str) -> Cell:
        cell = Cell(_rows_of(hand), f"{word} {node.entity} {self._key(node.where)}")
        self.domains.setdefault(cell, Region(compared(">=", 0, True)))
        return cell

    def latest(self, node: Latest, hand: Hand, want: str) -> Any:
        """True only with so many rows that hold; the rest of it is free."""
        free = self.opaque(node, hand, want)
        if want != TRUE or self._below_each or node.number > _MOST_ROWS:
            return free
        dated = Leaf(Name(node.entity, node.by, type="date"), "is_known", ())
        rows = [[(node.where, TRUE), (dated, TRUE)] for _ in range(node.number)]
        for row in rows if node.kind == "every" else rows[:1]:
            row.append((node.item, TRUE))
        return every([free, *(self.invent(node.entity, hand, row) for row in rows)])

    def opaque(self, node: Any, hand: Hand, want: str, word: str = "") -> Formula:
        """A verdict of its own, the same wherever the same is asked of the same rows."""
        return self._verdict(Cell(_rows_of(hand), f"? {word} {self._key(node)}"), want)

    def _verdict(self, cell: Cell, want: str) -> Formula:
        self.domains.setdefault(cell, Region(points([0, 1], True), unknown=True))
        wanted = Region(points([1 if want in (TRUE, NOT_TRUE) else 0], True))
        return In(cell, wanted if want in (TRUE, FALSE) else wanted.opposite(True))

    def _key(self, node: Node) -> int:
        """A number for a node, the same for one that says the same elsewhere."""
        return self._keys.setdefault(node, len(self._keys))

    # --- leaves ----------------------------------------------------------------------------------

    def leaf(self, node: Leaf, hand: Hand, want: str) -> Any:
        """A comparison, for each way in which its fact and limits may come about."""
        field = self.content.vocabulary.field(node.name.entity, node.name.field) or Field(node.name.field, "text")
        ways: list[Alternatives | None] = [self.terms(node.name, hand)]
        for operand in node.operands:
            ways.append(self.limit(operand, hand, field, node.op))
        if any(way is None for way in ways):
            return self.opaque(node, hand, want)
        pairs = list(itertools.product(*(way for way in ways if way is not None)))
        if len(pairs) > _MOST_PAIRS:
            return self.opaque(node, hand, want)
        return some(
            every([*(guard for guard, _ in pair), self.compared(node, hand, [term for _, term in pair], want)])
            for pair in pairs
        )

    def compared(self, node: Leaf, hand: Hand, terms: list[Term], want: str) -> Formula:
        true, false = self._verdicts(node, hand, terms[0], tuple(terms[1:]))
        if want in (TRUE, FALSE):
            return true if want == TRUE else false
        return opposite(true if want == NOT_TRUE else false)

    def _verdicts(self, node: Leaf, hand: Hand, value: Term, limits: tuple[Term, ...]) -> tuple[Formula, Formula]:
        """When the comparison is true, and when false (reference.compare)."""
        if node.op in ("is_known", "is_none"):
            held = value.is_known() if node.op == "is_known" else value.is_none()
            return held, opposite(held)
        if node.op == "is":
            return self._either(node, hand, value, limits)
        told = compare(node.op, value, limits)
        if told is None:
            told = self._told(node, hand)
        ready = every(limit.is_known() for limit in limits)
        sure = every(opposite(limit.is_unknown()) for limit in limits)
        true = every([value.is_known(), ready, told])
        wrong = some([opposite(ready), opposite(told)])
        return true, some([value.is_none(), every([value.is_known(), sure, wrong])])

    def _either(self, node: Leaf, hand: Hand, value: Term, limits: tuple[Term, ...]) -> tuple[Formula, Formula]:
        """`is`: equal to one of the limits. A limit that is none is equal to nothing."""
        equal = [(limit, same(value, limit)) for limit in limits]
        parts = [
            (limit, self._told(node, hand) if part is None else part) for limit, part in equal
        ]  # what cannot be said is free
        true = some(every([value.is_known(), limit.is_known(), part]) for limit, part in parts)
        false = every(some([limit.is_none(), every([limit.is_known(), opposite(part)])]) for limit, part in parts)
        return true, some([value.is_none(), every([value.is_known(), false])])

    def _told(self, node: Leaf, hand: Hand) -> Formula:
        cell = Cell(_rows_of(hand), f"? {self._key(node)}")
        self.domains.setdefault(cell, Region(points([0, 1], True)))
        return In(cell, ONE)

    # --- facts and limits ------------------------------------------------------------------------

    def terms(self, name: Name, hand: Hand) -> Alternatives:
        """The ways in which a fact may come about, each with the formula under which it does."""
        definition = self.content.derived.get((name.entity, name.field))
        field = self.content.vocabulary.field(name.entity, name.field)
        written = self.expand and definition and not name.via and not (field and field.recorded)
        if written and definition and field and not definition.in_book and self._depth < 8:
            self._depth += 1
            row = self.row_of(name, hand)
            own: Hand = (row,) if row[0] == "account" else (("account", "account"), row)
            found = alternatives(definition.expr, own, field, self)
            self._depth -= 1
            if found is not None:
                return found
        return [(YES, self.cell(name, hand))]

    def limit(self, operand: Operand, hand: Hand, field: Field, op: str) -> Alternatives | None:
        if isinstance(operand, Name):
            return self.terms(operand, hand)
        if isinstance(operand, AsOf):
            return [(YES, Term("date"))]
        own = COUNTED_DAYS if op in ("older_than", "within_last", "within_next") else field
        return [(YES, self.literal(operand.data, own))]

    def literal(self, data: Any, field: Field) -> Term:
        """A constant; a date stands so many days from the day of the advice, whichever that is."""
        if isinstance(data, tuple) or field.type in LISTS:
            many = data if isinstance(data, tuple) else (data,)
            return Term(kind(field), constant=tuple(self.numbers.of(one, field) for one in many))
        number = self.numbers.of(data, field)
        if field.type == "date":
            self.domains.setdefault(DAY, Region(spans([((-80_000, 0), (80_000, 0))], True)))
            return Term("date", sums=((DAY, -1),), plus=number)
        return Term(kind(field), plus=number)

    def constant(self, operand: Operand) -> Any:
        number = operand.data if isinstance(operand, Const) else None
        return number if isinstance(number, int) and not isinstance(number, bool) else None

    def row_of(self, name: Name, hand: Hand) -> tuple[str, str]:
        """The row that a name is read from (reference.find_row), its entity first."""
        wanted = name.base or name.entity
        for entity, row in reversed(hand):
            if entity == wanted:
                return entity, row
        return wanted, wanted

    def cell(self, name: Name, hand: Hand) -> Term:
        """A fact as it stands in the records."""
        entity, row = self.row_of(name, hand)
        if name.via:
            pointer = self._cell(Name(entity, name.via, type="ref"), row)
            row = f"{row}>{name.via}"
            found = self._cell(name, row)
            self.side.append(some([In(found, UNKNOWN), known(pointer)]))
        else:
            found = self._cell(name, row)
        return self.term(found)

    def _cell(self, name: Name, row: str) -> Cell:
        field = self.content.vocabulary.field(name.entity, name.field) or Field(name.field, "text")
        cell = Cell(row, name.field, field.type not in ("number", "money", "ratio"))
        if cell not in self.fields:
            self.fields[cell] = field
            self.domains[cell] = self._domain(name, field)
            self._lives(name, cell, row)
        return cell

    def _lives(self, name: Name, cell: Cell, row: str) -> None:
        """A flag that is too old counts as unknown."""
        life = self.lives.get((name.entity, name.field))
        if life:
            seen = self._cell(Name(name.entity, life[0], type="date"), row)
            old = In(seen, Region(compared("<", -life[1], True)))
            self.side.append(some([In(cell, UNKNOWN), opposite(old)]))

    def term(self, cell: Cell) -> Term:
        field = self.fields[cell]
        if field.type in LISTS:
            count = len(field.choices.labels) if field.choices else 0
            return Term(kind(field), (cell,), listed=cell, count=count)
        return Term(kind(field), (cell,), ((cell, 1),))

    def _domain(self, name: Name, field: Field) -> Region:
        """What the records can say of a field; what derives a fact may also come to none."""
        none = field.none or field.derived
        return replace(ANY, spans=self._data(name, field), none=none)

    def _data(self, name: Name, field: Field) -> Any:
        if field.choices and field.type == "choice":
            return spans([((0, 0), (len(field.choices.labels) - 1, 0))], True)
        if field.type == "yes_no":
            return points([0, 1], True)
        dated = self.content.vocabulary.entities[name.entity].dated
        if field.type == "date" and field.name == dated and name.entity != "history":
            return spans([((-_DAYS, 0), (0, 0))], True)
        if field.type == "date":
            return spans([((-_DAYS, 0), (_DAYS, 0))], True)
        if field.type not in NUMERIC or field.derived:
            return KNOWN.spans
        return self._range(field)

    def _range(self, field: Field) -> Any:
        whole = field.type in ("integer", "days")
        found = KNOWN
        for op, limit in ((">=", field.minimum), ("<=", field.maximum)):
            if limit is not None:
                found = found.within(Region(compared(op, self.numbers.of(_exact(limit), field), whole)))
        if field.unknown_value is not None:
            found = found.within(Region(compared("!=", field.unknown_value, whole)))
        return found.spans

    # --- rows ------------------------------------------------------------------------------------

    def here(self, row: str) -> Formula:
        """The row exists."""
        cell = Cell(row, "here")
        self.domains.setdefault(cell, Region(points([0, 1], True)))
        return In(cell, ONE)

    def table(self, entity: str) -> Formula:
        """The entity's table is known."""
        cell = Cell(entity, "table")
        self.domains.setdefault(cell, Region(points([0, 1], True)))
        return In(cell, ONE)

    def domain(self, cell: Cell) -> Region:
        """What a cell may be; a member of a list is there or not."""
        return self.domains.get(cell) or Region(points([0, 1], True))


COUNTED_DAYS = Field("days", "days")


def _lives(content: Content) -> Mapping[tuple[str, str], tuple[str, int]]:
    """How long flags hold; kept for the content last asked for, as it is asked for with every question."""
    if _KNOWN.get("content") is not content:
        _KNOWN.update(content=content, lives=content.knowledge().lives)
    found: Mapping[tuple[str, str], tuple[str, int]] = _KNOWN["lives"]
    return found


_KNOWN: dict[str, Any] = {}


def _exact(number: float) -> Any:
    from decimal import Decimal

    return Decimal(repr(number))


def _rows_of(hand: Hand) -> str:
    return " ".join(row for _, row in hand)


def _least(op: str, numbers: list[Any]) -> int:
    """How many rows there must be for it to be true at all."""
    if op in ("at_least", "between"):
        return int(numbers[0])
    return int(numbers[0]) + 1 if op == "more_than" else 0


def _most(op: str, numbers: list[Any]) -> int:
    if op in ("at_most", "between"):
        return int(numbers[-1])
    return int(numbers[0]) - 1 if op == "less_than" else -1


def _count(op: str, numbers: list[Any], true: bool) -> list[list[tuple[str, str, int]]]:
    """Ways to decide a count: conditions on the rows that surely hold ("sure") and that may hold ("may")."""
    first, last = numbers[0], numbers[-1]
    above = {"at_least": first - 1, "more_than": first}
    below = {"at_most": first + 1, "less_than": first}
    if op in above:
        return [[("sure", ">", above[op])]] if true else [[("may", "<=", above[op])]]
    if op in below:
        return [[("may", "<", below[op])]] if true else [[("sure", ">=", below[op])]]
    if op == "between":
        inside = [[("sure", ">=", first), ("may", "<=", last)]]
        return inside if true else [[("may", "<", first)], [("sure", ">", last)]]
    return [[("sure", ">", first)], [("may", "<", first)]] if true else [[("sure", "==", first)]]


def _both(ways: list[list[tuple[str, str, int]]], sure: Cell, may: Cell) -> Formula:
    """The conditions as a formula; a lower limit of the sure ones holds for those that may, and the other way round."""
    found = []
    for way in ways:
        parts: list[Formula] = []
        for _, op, limit in way:
            region = Region(compared(op, limit, True))
            parts += [In(sure, region), In(may, region)]
        found.append(every(parts))
    return some(found)
