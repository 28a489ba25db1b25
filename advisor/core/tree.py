"""The condition tree and the expressions of derived facts. Every reader (reference, durable-rules, …) reads them.

Names are resolved when content is read: a `Name` says whose row holds the fact, so that readers need no vocabulary.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from advisor.core.model import Place, Value, known


@dataclass(frozen=True, slots=True)
class Name:
    """Where a fact is read: field of the innermost row in hand of `entity`.

    With `via`, the row in hand of entity `base` points by that field to the row that is read.
    """

    entity: str
    field: str
    via: str = ""
    base: str = ""
    type: str = "text"

    def __str__(self) -> str:
        return f"{self.entity}.{self.field}"


@dataclass(frozen=True, slots=True)
class Const:
    """A literal; `text` is how the trainer wrote it when that says more (`$policy.discount_max`)."""

    data: Any
    text: str = ""
    value: Value = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """The value is made once: a literal is resolved for every account."""
        object.__setattr__(self, "value", known(self.data))


@dataclass(frozen=True, slots=True)
class AsOf:
    """The day that advice is given for."""


Operand = Name | Const | AsOf


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison. `order` lists an ordered choice's values, lowest first."""

    name: Name
    op: str
    operands: tuple[Operand, ...]
    order: tuple[str, ...] = ()
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class All:
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    item: Node


@dataclass(frozen=True, slots=True)
class NotTrue:
    """`unless`: true whenever the item is not known to hold. Never unknown."""

    item: Node


@dataclass(frozen=True, slots=True)
class Rows:
    """`some`, `no` or `every` row of an entity."""

    kind: str
    entity: str
    where: Node
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows hold, compared with numbers."""

    entity: str
    where: Node
    op: str
    operands: tuple[Operand, ...]
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class Latest:
    """The `number` latest rows by date among those that hold `where`: `some` or `every` one of them holds `item`.

    With fewer rows than `number` it is false.
    """

    number: int
    entity: str
    by: str
    where: Node
    kind: str
    item: Node
    place: Place = field(default=Place(), compare=False)


Node = Leaf | All | AnyOf | Not | NotTrue | Rows | Count | Latest
TRUE = All(())


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below, without the rows' inner conditions."""
    if isinstance(node, All | AnyOf):
        return node.items
    return (node.item,) if isinstance(node, Not | NotTrue) else ()


def inner(node: Node) -> tuple[Node, ...]:
    """The conditions that a row node lays upon its rows."""
    if isinstance(node, Rows | Count):
        return (node.where,)
    return (node.where, node.item) if isinstance(node, Latest) else ()


def walk(node: Node) -> Iterator[Node]:
    """Every node of a tree, rows' inner conditions included."""
    yield node
    for child in (*children(node), *inner(node)):
        yield from walk(child)


def names(node: Node) -> Iterator[Name]:
    """Every fact that a tree reads."""
    for part in walk(node):
        if isinstance(part, Leaf):
            yield part.name
        operands = part.operands if isinstance(part, Leaf | Count) else ()
        yield from (operand for operand in operands if isinstance(operand, Name))
        if isinstance(part, Latest):
            yield Name(part.entity, part.by)


def undecided_names(node: Node) -> Iterator[Name]:
    """The facts whose being unknown can leave a tree unknown: not those under `unless`, or only asked whether known."""
    if isinstance(node, NotTrue) or (isinstance(node, Leaf) and node.op in ("is_known", "is_none")):
        return
    if isinstance(node, Leaf | Count):
        yield from ([node.name] if isinstance(node, Leaf) else [])
        yield from (operand for operand in node.operands if isinstance(operand, Name))
    if isinstance(node, Latest):
        yield Name(node.entity, node.by)
    for part in (*children(node), *inner(node)):
        yield from undecided_names(part)


# --- derived facts -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A fact, a constant or the day, as it stands."""

    operand: Operand


@dataclass(frozen=True, slots=True, eq=False)
class Apply:
    """A function of expressions: plus, minus, times, divide, days_since, days_until, size, both, without, first."""

    op: str
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Gather:
    """One figure over the rows of an entity that hold `where`: count, max, min, sum, mean, latest, earliest, list.

    `order` lists an ordered choice's values, so that max and min follow it. `known_only` skips rows whose
    figure is unknown; otherwise one of them makes the result unknown.
    """

    op: str
    entity: str
    figure: Expr | None
    where: Node
    by: str = ""
    order: tuple[str, ...] = ()
    known_only: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Weighted:
    """Mean of a map of scores, weighted by another map; equal weights where that is unknown."""

    scores: tuple[Name, ...]
    weights: tuple[Name, ...]


@dataclass(frozen=True, slots=True, eq=False)
class When:
    """Yes or no: does the condition hold?"""

    node: Node


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """The value beside the first condition that holds; unknown as soon as one before it is unknown."""

    cases: tuple[tuple[Node, Expr], ...]
    otherwise: Expr | None


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A lookup by a fact's value."""

    by: Expr
    rows: Mapping[Any, Any]
    otherwise: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Metric:
    """A column of a metric's SQL result for the account."""

    file: str
    column: str


Expr = Read | Apply | Gather | Weighted | When | Cases | Table | Metric


@dataclass(frozen=True, slots=True, eq=False)
class Derived:
    """A derived fact: what it is and how it is made. `inferred` is a guess that must be shown as one; `in_book` is
    made only where a whole book is at hand."""

    entity: str
    name: str
    expr: Expr
    inferred: bool = False
    in_book: bool = False
    place: Place = field(default=Place(), compare=False)


def expr_names(expr: Expr | None, of: Callable[[Node], Iterator[Name]] = names) -> Iterator[Name]:
    """Every fact that an expression reads; `of` says which facts of a condition count."""
    if isinstance(expr, Read):
        yield from ([expr.operand] if isinstance(expr.operand, Name) else [])
    elif isinstance(expr, Apply):
        for arg in expr.args:
            yield from expr_names(arg, of)
    elif isinstance(expr, Gather):
        yield from expr_names(expr.figure, of)
        yield from of(expr.where)
        yield from ([Name(expr.entity, expr.by)] if expr.by else [])
    elif isinstance(expr, Weighted):
        yield from (*expr.scores, *expr.weights)
    elif isinstance(expr, When):
        yield from of(expr.node)
    elif isinstance(expr, Cases):
        for node, value in expr.cases:
            yield from (*of(node), *expr_names(value, of))
        yield from expr_names(expr.otherwise, of)
    elif isinstance(expr, Table):
        yield from expr_names(expr.by, of)


@functools.lru_cache(maxsize=10_000)
def undecided_inputs(definition: Derived) -> tuple[Name, ...]:
    """The facts whose being unknown can leave a derived fact unknown."""
    return tuple(expr_names(definition.expr, undecided_names))
