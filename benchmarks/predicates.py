"""Conditions over flat facts as other engines write them.

Other engines know two values. So a condition becomes "it is known to hold", with negation pushed down to comparisons
that each ask first whether the fact is there at all; an unknown fact is a missing one. In SQL three values are at home.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from advisor.core.model import known
from advisor.core.reference import compare
from advisor.core.tree import All, AnyOf, AsOf, Const, Leaf, Node, Not, NotTrue

Rule = list[Any]
"""["all", …] or ["any", …] of rules, or [op, fact, constant]; `here` and `missing` take no constant."""
_TURNED = {"in": "out", "out": "in", "<": ">=", ">=": "<", ">": "<=", "<=": ">", "here": "missing", "missing": "here"}
_SIGNS = {"more_than": ">", "less_than": "<", "at_least": ">=", "at_most": "<="}


def negated(rule: Rule) -> Rule:
    """The rule that holds exactly where this one does not."""
    if rule[0] in ("all", "any"):
        return ["any" if rule[0] == "all" else "all", *map(negated, rule[1:])]
    turned = [_TURNED[rule[0]], *rule[1:]]
    return turned if rule[0] in ("here", "missing") else ["any", ["missing", rule[1]], turned]


def holds(node: Node, as_of: datetime.date, empty: Collection[str], wanted: bool = True) -> Rule:
    """When a condition is known to be true (or false).

    Args: empty – the facts that can be none; whether one is stands in the yes/no fact `<name>_none`.
    """
    if isinstance(node, All | AnyOf):
        join = "all" if isinstance(node, All) == wanted else "any"
        return [join, *(holds(item, as_of, empty, wanted) for item in node.items)]
    if isinstance(node, Not):
        return holds(node.item, as_of, empty, not wanted)
    if isinstance(node, NotTrue):
        true = holds(node.item, as_of, empty)
        return negated(true) if wanted else true
    assert isinstance(node, Leaf)
    return _leaf(node, as_of, empty, wanted)


def _leaf(leaf: Leaf, as_of: datetime.date, empty: Collection[str], wanted: bool) -> Rule:
    name = leaf.name.field
    none: Rule = ["in", f"{name}_none", [True]] if name in empty else ["any"]
    if leaf.op in ("is_known", "is_none"):
        rule = ["here", name] if leaf.op == "is_known" else none
        return rule if wanted else negated(rule)
    tests = _tests(leaf, as_of)
    if wanted:
        return tests[0] if len(tests) == 1 else ["all", *tests]
    return ["any", none, *([_TURNED[op], fact, limit] for op, fact, limit in tests)]


def _tests(leaf: Leaf, as_of: datetime.date) -> list[Rule]:
    """The comparisons that must all pass, of a fact that is known."""
    name = leaf.name.field
    limits = [as_of if isinstance(one, AsOf) else one.data for one in leaf.operands if isinstance(one, AsOf | Const)]
    if leaf.op in ("is", "is_not"):
        flat = [one for limit in limits for one in (limit if isinstance(limit, tuple) else (limit,))]
        return [["in" if leaf.op == "is" else "out", name, flat]]
    if leaf.order:
        wanted = tuple(known(limit) for limit in limits)
        return [["in", name, [one for one in leaf.order if compare(leaf, known(one), wanted, as_of)]]]
    if leaf.op in _SIGNS:
        return [[_SIGNS[leaf.op], name, limits[0]]]
    if leaf.op == "between":
        return [[">=", name, limits[0]], ["<=", name, limits[1]]]
    days = datetime.timedelta(days=int(limits[0]))
    if leaf.op == "older_than":
        return [["<", name, as_of - days]]
    low, high = (as_of - days, as_of) if leaf.op == "within_last" else (as_of, as_of + days)
    return [[">=", name, low], ["<=", name, high]]


def plain(data: Any) -> Any:
    """A value as JSON can hold it: days as their number, decimals as floats."""
    if isinstance(data, list):
        return [plain(one) for one in data]
    if isinstance(data, datetime.date):
        return data.toordinal()
    return float(data) if isinstance(data, Decimal) else data


# --- SQL by hand ---------------------------------------------------------------------------------


def by_hand(node: Node, as_of: datetime.date, empty: Collection[str]) -> str:
    """The condition as an analyst would write it: AND, OR, NOT over columns that are NULL where unknown."""
    if isinstance(node, All | AnyOf):
        word, nothing = (" AND ", "TRUE") if isinstance(node, All) else (" OR ", "FALSE")
        return f"({word.join(by_hand(item, as_of, empty) for item in node.items)})" if node.items else nothing
    if isinstance(node, Not):
        return f"(NOT {by_hand(node.item, as_of, empty)})"
    if isinstance(node, NotTrue):
        return f"({by_hand(node.item, as_of, empty)} IS NOT TRUE)"
    assert isinstance(node, Leaf)
    name = node.name.field
    if node.op == "is_known":
        return f"({name} IS NOT NULL)"
    if node.op == "is_none":
        return f'("{name}?" IS TRUE)' if name in empty else "FALSE"
    tests = [_written(*test) for test in _tests(node, as_of)]
    return "(" + " AND ".join([f'"{name}?" IS NOT TRUE', *tests] if name in empty else tests) + ")"


def _written(op: str, name: str, limit: Any) -> str:
    if op not in ("in", "out"):
        return f"{name} {op} {_literal(limit)}"
    if len(limit) == 1 and isinstance(limit[0], bool):
        return name if limit[0] == (op == "in") else f"NOT {name}"
    return f"{name} {'IN' if op == 'in' else 'NOT IN'} ({', '.join(map(_literal, limit))})"


def _literal(data: Any) -> str:
    if isinstance(data, bool):
        return "TRUE" if data else "FALSE"
    if isinstance(data, datetime.date):
        return f"DATE '{data.isoformat()}'"
    return str(data) if isinstance(data, int | Decimal) else "'" + str(data).replace("'", "''") + "'"
