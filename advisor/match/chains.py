"""The condition tree as conjunctive chains: the only form that the durable-rules engine matches safely.

The engine knows neither unknown nor none, mixes types up, and has no safe negation or alternatives. So negation is
pushed down to the leaves, alternatives become one chain each, and a chain is a conjunction of tests on small ints.
Groups are worked out here, apart from the reference reader, so that each checks the other.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from advisor.core.tree import All, AnyOf, AsOf, Const, Leaf, Name, Node, Not, NotTrue
from advisor.core.vocabulary import NUMERIC

MOST_CHAINS = 16
LONGEST_CHAIN = 100


class Want(Enum):
    """What must be so of a node for a chain to hold; the last two hold of an unknown as well."""

    TRUE = "true"
    FALSE = "false"
    NOT_TRUE = "not true"
    NOT_FALSE = "not false"


_NEGATED = {
    Want.TRUE: Want.FALSE,
    Want.FALSE: Want.TRUE,
    Want.NOT_TRUE: Want.NOT_FALSE,
    Want.NOT_FALSE: Want.NOT_TRUE,
}
# NotTrue is never unknown: not true and false are the same for it, as are not false and true.
_UNLESS = {
    Want.TRUE: Want.NOT_TRUE,
    Want.FALSE: Want.TRUE,
    Want.NOT_TRUE: Want.TRUE,
    Want.NOT_FALSE: Want.NOT_TRUE,
}


@dataclass(frozen=True, slots=True)
class Flag:
    """A node whose verdict is computed outside and goes in as a flag."""

    node: Node
    want: Want


@dataclass(frozen=True, slots=True)
class Scale:
    """A fact that is compared by order. None has no place in any order and every comparison with it is false, so it
    goes in below all values for `more` and above all for `less`: two fields, told apart by `none_high`."""

    name: Name
    order: tuple[str, ...]
    none_high: bool

    def rank(self, data: Any) -> Any:
        """The data as a number: a day number, a place in the order, or itself."""
        if self.order:
            return self.order.index(data)
        return data.toordinal() if self.name.type == "date" else data


@dataclass(frozen=True, slots=True)
class Compare:
    """A known or none fact against a constant rank; `op` is the engine's."""

    scale: Scale
    op: str
    limit: int | Decimal


@dataclass(frozen=True, slots=True)
class Same:
    """A known or none fact is (`$eq`) or is not (`$neq`) a constant, or none itself when `data` is None."""

    name: Name
    op: str
    data: Any


Literal = Flag | Compare | Same
Chain = tuple[Literal, ...]
Chains = tuple[Chain, ...]


def chains(node: Node, as_of: datetime.date, want: Want = Want.TRUE) -> Chains:
    """The chains that together say that a node is as wanted.

    Args: node – the condition; as_of – the day that advice is given for; want – true unless said otherwise.
    Returns: at most MOST_CHAINS chains of at most LONGEST_CHAIN literals. An empty chain always holds; no chain, never.
    """
    if isinstance(node, Leaf):
        return leaf_chains(node, as_of, want)
    if isinstance(node, All | AnyOf):
        return _group(node, as_of, want)
    if isinstance(node, Not):
        return chains(node.item, as_of, _NEGATED[want])
    if isinstance(node, NotTrue):
        return chains(node.item, as_of, _UNLESS[want])
    return _flag(node, want)


def _flag(node: Node, want: Want) -> Chains:
    return ((Flag(node, want),),)


# --- groups --------------------------------------------------------------------------------------


def _group(node: All | AnyOf, as_of: datetime.date, want: Want) -> Chains:
    """De Morgan: a false `all` is an `any` of false items, and so on."""
    together = isinstance(node, All) == (want in (Want.TRUE, Want.NOT_FALSE))
    most = LONGEST_CHAIN if together else MOST_CHAINS
    items = list(node.items)
    if len(items) > most:
        items = [*items[: most - 1], type(node)(tuple(items[most - 1 :]))]
    parts = [chains(item, as_of, want) for item in items]
    if len(node.items) > most:
        parts[-1] = _flag(items[-1], want)
    while _too_big(parts, together):
        heaviest = max(range(len(parts)), key=lambda n: (len(parts[n]), sum(map(len, parts[n]))))
        parts[heaviest] = _flag(items[heaviest], want)
    return _product(parts) if together else _distinct(itertools.chain.from_iterable(parts))


def _too_big(parts: list[Chains], together: bool) -> bool:
    if not together:
        return sum(map(len, parts)) > MOST_CHAINS
    if any(not part for part in parts):
        return False
    number = 1
    for part in parts:
        number *= len(part)
        if number > MOST_CHAINS:
            return True
    return sum(max(map(len, part)) for part in parts) > LONGEST_CHAIN


def _product(parts: list[Chains]) -> Chains:
    return _distinct(tuple(dict.fromkeys(itertools.chain.from_iterable(one))) for one in itertools.product(*parts))


def _distinct(found: Any) -> Chains:
    return tuple(dict.fromkeys(found))


# --- leaves --------------------------------------------------------------------------------------


def leaf_chains(leaf: Leaf, as_of: datetime.date, want: Want) -> Chains:
    """A typed value against one constant goes in as a value; whatever else, and whatever may be unknown, as a flag."""
    if want in (Want.NOT_TRUE, Want.NOT_FALSE):
        return _flag(leaf, want)
    limits = _constants(leaf, as_of)
    if leaf.op in ("is", "is_not"):
        return _sameness(leaf, limits, want) or _flag(leaf, want)
    return _comparison(leaf, limits, as_of, want) or _flag(leaf, want)


def _constants(leaf: Leaf, as_of: datetime.date) -> tuple[Any, ...]:
    """The operands' data; None stands for an operand that is not a constant."""
    return tuple(as_of if isinstance(o, AsOf) else o.data if isinstance(o, Const) else None for o in leaf.operands)


def _sameness(leaf: Leaf, limits: tuple[Any, ...], want: Want) -> Chains:
    if len(limits) != 1 or not isinstance(limits[0], str | int | Decimal | datetime.date):
        return ()
    one = Same(leaf.name, "$eq", limits[0])
    other = Same(leaf.name, "$neq", limits[0])
    if leaf.op == "is":
        return ((one if want is Want.TRUE else other,),)
    if want is Want.TRUE:
        return ((other, Same(leaf.name, "$neq", None)),)
    return ((one,), (Same(leaf.name, "$eq", None),))


def _comparison(leaf: Leaf, limits: tuple[Any, ...], as_of: datetime.date, want: Want) -> Chains:
    ranks = [_rank(leaf, limit) for limit in limits]
    if leaf.op not in {*_BOUNDS, *_DAYS} or any(rank is None for rank in ranks):
        return ()
    if leaf.op in _DAYS:
        bounds = _days(leaf, ranks[0], as_of.toordinal())
    else:
        bounds = [_bound(leaf, op, rank) for op, rank in zip(_BOUNDS[leaf.op], ranks, strict=True)]
    if want is Want.TRUE:
        return (tuple(bounds),)
    return tuple((Compare(bound.scale, _OPPOSITE[bound.op], bound.limit),) for bound in bounds)


def _bound(leaf: Leaf, op: str, rank: Any) -> Compare:
    return Compare(Scale(leaf.name, leaf.order, op in ("$lt", "$lte")), op, rank)


def _days(leaf: Leaf, days: Any, today: int) -> list[Compare]:
    """An age in days is a limit on the day number."""
    if leaf.op == "older_than":
        return [_bound(leaf, "$lt", today - days)]
    first, last = (today - days, today) if leaf.op == "within_last" else (today, today + days)
    return [_bound(leaf, "$gte", first), _bound(leaf, "$lte", last)]


def _rank(leaf: Leaf, limit: Any) -> Any:
    """A constant as a rank of the leaf's scale; None when it is not one of the fact's type."""
    if leaf.order:
        return leaf.order.index(limit) if limit in leaf.order else None
    if leaf.name.type == "date" and leaf.op not in _DAYS:
        return limit.toordinal() if isinstance(limit, datetime.date) else None
    number = isinstance(limit, int | Decimal) and not isinstance(limit, bool)
    return limit if number and (leaf.name.type in NUMERIC or leaf.op in _DAYS) else None


_DAYS = frozenset({"older_than", "within_last", "within_next"})
_BOUNDS: Mapping[str, tuple[str, ...]] = {
    "more_than": ("$gt",),
    "less_than": ("$lt",),
    "at_least": ("$gte",),
    "at_most": ("$lte",),
    "between": ("$gte", "$lte"),
}
_OPPOSITE = {"$gt": "$lte", "$lte": "$gt", "$lt": "$gte", "$gte": "$lt"}
