"""Conditions in: YAML mappings become the condition tree, every name and operand checked against the vocabulary."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from advisor.content.choice_words import listed
from advisor.content.misfits import operand_misfit, operator_misfit, range_misfit
from advisor.content.slips import slip
from advisor.core.model import Place, Problem
from advisor.core.tree import All, AnyOf, AsOf, Const, Count, Latest, Leaf, Name, Node, Not, NotTrue, Operand, Rows
from advisor.core.vocabulary import LISTS, NUMERIC, Entity, Field, Vocabulary, nearest
from advisor.core.yaml_in import Item

COMPARE = ("more_than", "less_than", "at_least", "at_most", "between")
DATE_OPS = ("older_than", "within_last", "within_next")
LIST_OPS = ("has", "has_any", "lacks")
STATE_OPS = ("is_known", "is_none")
OPERATORS = (*COMPARE, "is_not", *LIST_OPS, *DATE_OPS, *STATE_OPS)
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_SPAN = re.compile(r"([0-9]{1,9})(?:\s*(day|week|month|year)s?)?")
_WORDS = re.compile(
    r"(?P<state>is (?:not )?(?:known|none))|(?:between (?P<low>.+) and (?P<high>.+))|(?:has any of (?P<any>.+))"
    r"|(?P<op>more than|less than|at least|at most|older than|within last|within next|is not|has|lacks) (?P<operand>.+)"
)
_ROWS = re.compile(r"(some|no|every|count|latest|last \d+) (\w+)")


@dataclass(frozen=True)
class Scope:
    """Which rows are in hand, outermost first, and what the constants are; collects problems."""

    vocabulary: Vocabulary
    policy: Mapping[str, Any]
    rows: tuple[str, ...]
    problems: list[Problem]
    guard: bool = False
    about_row: bool = False

    @property
    def subject(self) -> str:
        """What the play or derived fact is about: the account, or with `about_row` one of its rows."""
        return self.rows[1] if self.about_row else self.rows[0]

    def inside(self, entity: str) -> Scope:
        return replace(self, rows=(*self.rows, entity))

    def problem(self, code: str, place: Place, **details: object) -> None:
        self.problems.append(Problem(code, place, "error", details))

    # --- names -----------------------------------------------------------------------------------

    def name(self, text: str, place: Place) -> tuple[Name, Field] | None:
        """Resolve `field`, `entity.field` or `ref.field`; a problem and None when it is not one thing."""
        found = self._qualified(text) or self._bare(text)
        if len(found) == 1:
            return self._allowed(found[0], text, place)
        if found:
            self.problem("ambiguous-name", place, name=text, meant=", ".join(str(name) for name, _ in found))
        else:
            self.problem(
                "unknown-fact", place, name=text, near=self._labelled(text) or nearest(text, self.known_names())
            )
        return None

    def _allowed(self, found: tuple[Name, Field], text: str, place: Place) -> tuple[Name, Field] | None:
        if found[1].guarded and not self.guard:
            self.problem("guarded-fact", place, name=text)
            return None
        return found

    def _qualified(self, text: str) -> list[tuple[Name, Field]]:
        head, _, rest = text.partition(".")
        if not rest:
            return []
        entity = self.vocabulary.entities.get(head)
        if entity and (head in self.rows or entity.rows == "single"):
            return self._in(entity, rest)
        for base in reversed(self.rows):
            ref = self.vocabulary.entities[base].refs().get(head)
            if ref:
                target = self.vocabulary.entities[ref.to]
                return [(replace(name, via=ref.name, base=base), f) for name, f in self._in(target, rest)]
        return []

    def _in(self, entity: Entity, name: str) -> list[tuple[Name, Field]]:
        f = entity.fields.get(name)
        return [(Name(entity.name, name, type=f.type), f)] if f else []

    def _bare(self, text: str) -> list[tuple[Name, Field]]:
        """The row in hand first; then the subject's fields and the derived facts of the rows around."""
        entities = self.vocabulary.entities
        if text in entities[self.rows[-1]].fields:
            return self._in(entities[self.rows[-1]], text)
        found = [self._in(entities[self.subject], text)]
        for e in self.rows:
            if e != self.subject and text in entities[e].fields and entities[e].fields[text].derived:
                found.append(self._in(entities[e], text))
        return [pair for pairs in found for pair in pairs]

    def _labelled(self, text: str) -> str:
        """The name of the fact that has this label, in any language."""
        fields = [(name, f) for e in reversed(self.rows) for name, f in self.vocabulary.entities[e].fields.items()]
        return next((name for name, f in fields if text.strip() in f.label.values()), "")

    def known_names(self) -> list[str]:
        entities = self.vocabulary.entities
        bare = [name for e in self.rows for name in entities[e].fields]
        singles = [f"{e.name}.{name}" for e in entities.values() if e.rows == "single" for name in e.fields]
        refs = [f"{r}.{n}" for e in self.rows for r, f in entities[e].refs().items() for n in entities[f.to].fields]
        return bare + [f"{e}.{name}" for e in self.rows for name in entities[e].fields] + singles + refs


# --- groups --------------------------------------------------------------------------------------


def read_node(item: Item, scope: Scope) -> Node:
    """Read a mapping of conditions (all of them must hold).

    Args: item – the YAML mapping; scope – what names mean here.
    Returns: the tree; parts that are wrong are left out and reported in `scope.problems`.
    """
    if item.is_list:
        return All(tuple(read_node(part, scope) for part in item.each()))
    if not item.is_map:
        scope.problem("condition-not-mapping", item.here)
        return All(())
    parts = [part for key, value in item.items() if key != "unless" for part in [_entry(key, value, scope)] if part]
    blocked = item.get("unless")
    if blocked:
        parts.append(NotTrue(read_node(blocked, scope)))
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _entry(key: str, value: Item, scope: Scope) -> Node | None:
    if key == "all":
        return All(tuple(read_node(part, scope) for part in value.each()))
    if key == "any":
        return AnyOf(tuple(read_node(part, scope) for part in value.each()))
    if key == "surely":
        return NotTrue(NotTrue(read_node(value, scope)))
    if key == "not":
        return Not(read_node(value, scope))
    match = _ROWS.fullmatch(key)
    if match:
        return _rows(match[1], match[2], value, scope)
    return _leaf(key, value, scope)


def _rows(kind: str, entity: str, value: Item, scope: Scope) -> Node | None:
    found = scope.vocabulary.entities.get(entity)
    many = [e.name for e in scope.vocabulary.entities.values() if e.rows in ("many", "book")]
    if not found or found.name not in many:
        scope.problem("unknown-rows", value.here, name=entity, near=nearest(entity, many))
        return None
    if kind in ("some", "no", "every"):
        return Rows(kind, entity, read_node(value, scope.inside(entity)), value.here)
    return _count(entity, value, scope) if kind == "count" else _latest(kind, found, value, scope)


def _count(entity: str, value: Item, scope: Scope) -> Node | None:
    where = value.get("where")
    node = read_node(where, scope.inside(entity)) if where else All(())
    number = Field("count", "integer")
    parts: list[Node] = []
    for op, operand in value.items():
        if op != "where":
            operands = _operands(op, operand, number, scope) if op in (*COMPARE, "is_not") else None
            if operands is None and op not in (*COMPARE, "is_not"):
                scope.problem("unknown-operator", operand.here, name=op, near=nearest(op, COMPARE))
            elif operands is not None:
                parts.append(Count(entity, node, op, operands, value.here))
    if not parts:
        scope.problem("count-without-number", value.here)
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _latest(kind: str, entity: Entity, value: Item, scope: Scope) -> Node | None:
    if not entity.dated:
        scope.problem("rows-without-date", value.here, name=entity.name)
        return None
    number = 1 if kind == "latest" else int(kind.split()[1])
    where = value.get("where")
    inside = scope.inside(entity.name)
    node = read_node(where, inside) if where else All(())
    how = next((word for word in ("every", "some") if value.get(word)), "")
    body = value.get(how) if how else replace_without(value, "where")
    if (kind != "latest" and not how) or number == 0:
        scope.problem("last-without-every", value.here, name=entity.name)
        return None
    for key, beside in value.items() if how else ():
        if key not in ("where", how):
            scope.problem("unknown-operator", beside.here, name=key, near=nearest(key, ("where", "every", "some")))
    item = read_node(body, inside) if body else All(())
    return Latest(number, entity.name, entity.dated, node, how or "every", item, value.here)


def replace_without(item: Item, key: str) -> Item:
    """The mapping without one of its keys."""
    return Item({k: v for k, v in item.items() if k != key}, item.place, item.key_place)


# --- leaves --------------------------------------------------------------------------------------


def _leaf(key: str, value: Item, scope: Scope) -> Node | None:
    found = scope.name(key, value.here)
    if not found:
        return None
    name, f = found
    if value.is_map:
        parts = [part for op, operand in value.items() for part in [_compare(name, f, op, operand, scope)] if part]
        return parts[0] if len(parts) == 1 else All(tuple(parts))
    match = _WORDS.fullmatch(value.value.strip()) if isinstance(value.value, str) else None
    if match:
        op, operand = _phrase(match, value)
        return _compare(name, f, op, operand, scope)
    return _compare(name, f, "is", value, scope)


def _phrase(match: re.Match[str], value: Item) -> tuple[str, Item]:
    def item(data: Any) -> Item:
        return Item(data, value.place, value.key_place)

    if match["state"]:
        return f"is_{match['state'].split()[-1]}", item(" not " not in match["state"])
    if match["low"]:
        return "between", item([item(match["low"].strip()), item(match["high"].strip())])
    if match["any"]:
        return "has_any", item([item(word.strip()) for word in re.split("[,，、]", match["any"])])
    return match["op"].replace(" ", "_"), item(match["operand"].strip())


def _compare(name: Name, f: Field, op: str, operand: Item, scope: Scope) -> Node | None:
    if op != "is" and op not in OPERATORS:
        scope.problem("unknown-operator", operand.here, name=op, near=nearest(op, OPERATORS))
        return None
    if op in STATE_OPS:
        leaf: Node = Leaf(name, op, (), place=operand.here)
        return leaf if operand.value is not False else Not(leaf)
    if not _fits(f, op):
        scope.problems.append(operator_misfit(op, operand.plain(), f, operand.here))
        return None
    operands = _operands(op, operand, f, scope)
    if operands is None:
        return None
    order = tuple(f.choices.labels) if f.choices and f.choices.ordered else ()
    if op in COMPARE and f.choices and not order:
        scope.problem("choices-without-order", operand.here, name=name.field, of=listed(f.choices))
        return None
    return Leaf(name, op, operands, order, operand.here)


def _fits(f: Field, op: str) -> bool:
    if op in LIST_OPS:
        return f.type in LISTS
    if op in DATE_OPS:
        return f.type == "date"
    if op in COMPARE:
        return f.type in NUMERIC or f.type in ("date", "choice")
    return f.type not in LISTS


def _operands(op: str, item: Item, f: Field, scope: Scope) -> tuple[Operand, ...] | None:
    parts = item.each()
    wanted = {"between": 2, "is": 0, "has_any": 0, "is_not": 0}.get(op, 1)
    if (wanted and len(parts) != wanted) or not parts:
        scope.problem("wrong-number-of-operands", item.here, op=op, wanted=wanted or 1)
        return None
    read: Callable[[Item], Operand | None] = lambda part: operand(part, op, f, scope)
    found = [value for value in map(read, parts) if value is not None]
    return tuple(found) if len(found) == len(parts) else None


def operand(item: Item, op: str, f: Field, scope: Scope) -> Operand | None:
    """Read one operand for a field; a problem and None when it does not fit the field's type."""
    text = item.value
    if isinstance(text, str) and text.startswith("$"):
        return reference(text, item, scope)
    data = _days(text) if op in DATE_OPS else literal(text, f)
    if data is not None:
        wrong = None if op in DATE_OPS else range_misfit(data, text, f, item.here)
        scope.problems.extend([wrong] if wrong else [])
        return Const(data) if wrong is None else None
    meant = slip(text, f, item.here)
    if meant:
        scope.problems.append(meant)
    elif f.choices:
        near = nearest(str(text), [word for v, label in f.choices.labels.items() for word in (v, *label.values())])
        scope.problem("unknown-choice", item.here, value=text, name=f.name, near=near, of=listed(f.choices))
    else:
        scope.problems.append(operand_misfit(text, f, "days" if op in DATE_OPS else f.type, item.here))
    return None


def reference(text: str, item: Item, scope: Scope) -> Operand | None:
    """`$as_of`, `$policy.x` or `$fact`."""
    if text == "$as_of":
        return AsOf()
    if text.startswith("$policy."):
        key = text.removeprefix("$policy.")
        if key in scope.policy:
            return Const(scope.policy[key], text)
        scope.problem("unknown-policy", item.here, name=key, near=nearest(key, scope.policy))
        return None
    found = scope.name(text[1:], item.here)
    return found[0] if found else None


def _days(text: Any) -> int | None:
    if isinstance(text, int) and not isinstance(text, bool):
        return text
    match = _SPAN.fullmatch(str(text).strip())
    return int(match[1]) * _DAYS[match[2] or "day"] if match else None


def literal(data: Any, f: Field) -> Any:
    """The literal as the field's type; None when it is not one. (Content is strict; cells of tables are not.)"""
    if f.choices:
        return f.choices.find(str(data)) if isinstance(data, str) else None
    if f.type == "yes_no":
        return data if isinstance(data, bool) else None
    if f.type == "date":
        return data if isinstance(data, datetime.date) else _date(data)
    if f.type in NUMERIC:
        return _number(data, f)
    return str(data) if isinstance(data, str | int) and not isinstance(data, bool) else None


def _date(data: Any) -> datetime.date | None:
    """A date inside words (`between 2026-01-01 and 2026-01-31`), where YAML leaves it as text."""
    try:
        return datetime.date.fromisoformat(data) if re.fullmatch(r"\d{4}-\d\d-\d\d", str(data)) else None
    except ValueError:
        return None


def _number(data: Any, f: Field) -> Any:
    if isinstance(data, bool):
        return None
    if isinstance(data, int | Decimal):
        return data
    if f.type == "days":
        return _days(data)
    percent = re.fullmatch(r"(-?[0-9]{1,9}(?:\.[0-9]{1,9})?)\s*%", str(data))
    if percent and f.type == "ratio":
        return Decimal(percent[1]) / 100
    plain = re.fullmatch(r"-?(?:0|[1-9][0-9]{0,28})(?:\.[0-9]{1,28})?", str(data))
    return Decimal(plain[0]) if plain else None
