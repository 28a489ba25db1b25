"""Knowledge in: `facts.yaml`, `policy.yaml` and `derived/*.yaml` become vocabulary, thresholds and derived facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from advisor.content.choice_words import listed
from advisor.content.read_conditions import Scope, literal, read_node, reference
from advisor.content.slips import flag, number_slip
from advisor.core.model import Place, Problem
from advisor.core.tree import (
    TRUE,
    Apply,
    Cases,
    Const,
    Derived,
    Expr,
    Gather,
    Metric,
    Name,
    Read,
    Table,
    Weighted,
    When,
    expr_names,
)
from advisor.core.vocabulary import TYPES, Choices, Entity, Field, Vocabulary, nearest
from advisor.core.yaml_in import Item, check_keys

_FIELD_KEYS = {
    "type", "choices", "to", "label", "min", "max", "none", "blank", "unit", "question", "guarded",
    "unknown_value", "of", "keys", "example", "stale_after",
}  # fmt: skip
_BODIES = ("value", "when", "cases", "table", "metric")
_DERIVED_KEYS = {
    *_BODIES, "of", "type", "choices", "to", "unit", "label", "question", "inferred", "in_book", "column", "guarded",
}  # fmt: skip
_GATHER = ("count", "max", "min", "sum", "mean", "latest", "earliest", "list")
_APPLY = {
    "plus": 2, "minus": 2, "times": 2, "divide": 2, "days_since": 1, "days_until": 1, "size": 1, "both": 2,
    "without": 2, "first": 1, "join": 0,
}  # fmt: skip


def _problem(problems: list[Problem], code: str, place: Place, **details: object) -> None:
    problems.append(Problem(code, place, "error", details))


def label(item: Item | None) -> dict[str, str]:
    """A {zh, en} mapping; empty when absent."""
    return {lang: str(text.value) for lang, text in item.items()} if item else {}


# --- vocabulary ----------------------------------------------------------------------------------


def read_vocabulary(item: Item, problems: list[Problem]) -> Vocabulary:
    """Read `rules/facts.yaml`.

    Args: item – the document; problems – where mistakes are reported.
    Returns: the vocabulary without derived facts (see `read_derived_fields`).
    """
    check_keys(item, {"entities", "choices"}, problems)
    choices = {name: _choices(name, body, problems) for name, body in _section(item, "choices")}
    entities = {name: _entity(name, body, choices, problems) for name, body in _section(item, "entities")}
    return Vocabulary(entities, choices)


def _section(item: Item, key: str) -> list[tuple[str, Item]]:
    section = item.get(key)
    return list(section.items()) if section else []


def _choices(name: str, body: Item, problems: list[Problem]) -> Choices:
    values = {value: label(words) for value, words in _section(body, "values")}
    return Choices(name, values, flag(body, "ordered", problems))


def _entity(name: str, body: Item, choices: Mapping[str, Choices], problems: list[Problem]) -> Entity:
    check_keys(body, {"table", "label", "rows", "dated", "fields", "through", "question"}, problems)
    fields: dict[str, Field] = {}
    for field_name, spec in _section(body, "fields"):
        for f in _fields(field_name, spec, choices, problems):
            fields[f.name] = f
    through = body.get("through")
    return Entity(
        name,
        _text(body, "table", name),
        _text(body, "rows", "many"),
        fields,
        label(body.get("label")),
        _text(body, "dated", ""),
        through.plain() if through else {},
        label(body.get("question")),
    )


def _text(item: Item, key: str, default: str) -> str:
    found = item.get(key)
    return str(found.value) if found and found.value is not None else default


def _plain(item: Item, key: str) -> Any:
    found = item.get(key)
    return found.value if found else None


def _fields(name: str, spec: Item, choices: Mapping[str, Choices], problems: list[Problem]) -> list[Field]:
    """One field, or one a key for a map."""
    check_keys(spec, _FIELD_KEYS | {"derived"}, problems)
    kind = _text(spec, "type", "text")
    if kind != "map":
        return [_field(name, kind, spec, choices, problems)]
    base = _field(name, _text(spec, "of", "text"), spec, choices, problems)
    keys = _section(spec, "keys")
    return [replace(base, name=f"{name}.{key}", label=_joined(base.label, label(words))) for key, words in keys]


def _joined(outer: Mapping[str, str], inner: Mapping[str, str]) -> dict[str, str]:
    return {lang: f"{outer.get(lang, '')}·{text}" for lang, text in inner.items()}


def _field(name: str, kind: str, spec: Item, choices: Mapping[str, Choices], problems: list[Problem]) -> Field:
    if kind not in TYPES:
        _problem(problems, "unknown-type", spec.here, type=kind, near=nearest(kind, TYPES))
    list_name = _text(spec, "choices", "")
    if list_name and list_name not in choices:
        _problem(problems, "unknown-choices", spec.here, name=list_name, near=nearest(list_name, choices))
    limits = (0, 1) if kind == "ratio" else (None, None)
    return Field(
        name=name,
        type=kind,
        label=label(spec.get("label")),
        choices=choices.get(list_name),
        to=_text(spec, "to", ""),
        minimum=_number(spec, "min", limits[0]),
        maximum=_number(spec, "max", limits[1]),
        none=flag(spec, "none", problems),
        blank=_text(spec, "blank", "unknown"),
        unit=_text(spec, "unit", ""),
        question=label(spec.get("question")),
        guarded=flag(spec, "guarded", problems),
        unknown_value=_plain(spec, "unknown_value"),
        stale_after=_stale(spec),
    )


def _stale(spec: Item) -> Mapping[str, str]:
    """`stale_after: {date: seen_on, policy: rival_life_days}`: an older value counts as unknown."""
    found = spec.get("stale_after")
    return found.plain() if found else {}


def _number(spec: Item, key: str, default: float | None) -> float | None:
    found = _plain(spec, key)
    return float(found) if isinstance(found, int | Decimal) else default


# --- policy --------------------------------------------------------------------------------------


def read_policy(item: Item, problems: list[Problem]) -> dict[str, Any]:
    """Thresholds by name. A threshold is a mapping with `value`; a workspace may give the bare value."""
    found: dict[str, Any] = {}
    for name, spec in item.items():
        value = spec.get("value") or spec
        if value.is_map:
            _problem(problems, "policy-without-value", spec.here, name=name)
            continue
        slip = number_slip(value.value, name, value.here) if isinstance(value.value, str) else None
        problems += [slip] if slip else []
        found[name] = tuple(value.plain()) if value.is_list else value.plain()
    return found


def read_units(layers: list[Item]) -> dict[str, str]:
    """The units of thresholds by name, from the lowest layer that gives one: a workspace may give a bare value."""
    found: dict[str, str] = {}
    for item in reversed(layers):
        found |= {name: str(unit.value) for name, spec in item.items() if (unit := spec.get("unit"))}
    return found


# --- derived facts -------------------------------------------------------------------------------


def read_derived_fields(files: list[Item], vocabulary: Vocabulary, problems: list[Problem]) -> Vocabulary:
    """Add the names and types of derived facts to the vocabulary, before any of them is read."""
    added: dict[str, dict[str, Field]] = {}
    for name, spec in (one for item in files for one in item.items() if not one[1].is_map):
        _problem(problems, "derived-without-body", spec.here, name=name, found="-")
    for name, spec in _definitions(files):
        check_keys(spec, _DERIVED_KEYS, problems)
        entity = _text(spec, "of", "account")
        if entity not in vocabulary.entities:
            _problem(problems, "unknown-rows", spec.here, name=entity, near=nearest(entity, vocabulary.entities))
            continue
        kind = "yes_no" if spec.get("when") else _text(spec, "type", "")
        field = _field(name, kind, spec, vocabulary.choices, problems)
        asserted = vocabulary.field(entity, name)
        added.setdefault(entity, {})[name] = replace(asserted or replace(field, recorded=False), derived=True)
    entities = {
        name: replace(entity, fields={**entity.fields, **added.get(name, {})})
        for name, entity in vocabulary.entities.items()
    }
    return replace(vocabulary, entities=entities)


def _definitions(files: list[Item]) -> list[tuple[str, Item]]:
    return [(name, spec) for item in files for name, spec in item.items() if spec.is_map]


def read_derived(
    files: list[Item], vocabulary: Vocabulary, policy: Mapping[str, Any], problems: list[Problem]
) -> dict[tuple[str, str], Derived]:
    """Read the bodies of derived facts, and refuse cycles.

    Returns: definitions by (entity, name).
    """
    found: dict[tuple[str, str], Derived] = {}
    for name, spec in _definitions(files):
        entity = _text(spec, "of", "account")
        target = vocabulary.field(entity, name)
        if target is None:
            continue
        rows = ("account",) if entity == "account" else ("account", entity)
        scope = Scope(vocabulary, policy, rows, problems, target.guarded, entity != "account")
        expr = _body(spec, target, scope)
        if expr is not None:
            flags = flag(spec, "inferred", problems), flag(spec, "in_book", problems)
            found[(entity, name)] = Derived(entity, name, expr, *flags, spec.here)
    _refuse_cycles(found, problems)
    return found


def _body(spec: Item, target: Field, scope: Scope) -> Expr | None:
    bodies = [key for key in _BODIES if spec.get(key)]
    if len(bodies) != 1:
        scope.problem("derived-without-body", spec.here, name=target.name, found=", ".join(bodies) or "-")
        return None
    body = spec.value[bodies[0]]
    if bodies[0] == "when":
        return When(read_node(body, scope))
    if bodies[0] == "metric":
        return Metric(str(body.value), _text(spec, "column", target.name))
    if bodies[0] == "cases":
        return _cases(body, target, scope)
    return _table(body, target, scope) if bodies[0] == "table" else expression(body, target, scope)


def _cases(body: Item, target: Field, scope: Scope) -> Expr:
    cases, otherwise = [], None
    for case in body.each():
        check_keys(case, {"when", "value", "otherwise"}, scope.problems)
        when, value, rest = case.get("when"), case.get("value"), case.get("otherwise")
        if rest:
            otherwise = _result(rest, target, scope)
        elif when and value:
            result = _result(value, target, scope)
            cases += [(read_node(when, scope), result)] if result else []
    return Cases(tuple(cases), otherwise)


def _result(item: Item, target: Field, scope: Scope) -> Expr | None:
    """A result is a literal of the fact's own type where it can be one, else an expression."""
    if not item.is_map:
        data = _literal(item, target)
        if data is not None:
            return Read(Const(data))
    return expression(item, target, scope)


def _literal(item: Item, target: Field) -> Any:
    if item.is_list or target.type in ("choices", "texts"):
        found = tuple(literal(part.value, replace(target, type="text")) for part in item.each())
        return None if None in found else found
    return literal(item.value, target)


def _table(body: Item, target: Field, scope: Scope) -> Expr | None:
    by, rows = body.get("by"), body.get("rows")
    check_keys(body, {"by", "rows", "otherwise"}, scope.problems)
    found = scope.name(str(by.value), by.here) if by else None
    if not found or not rows:
        if not by or not rows:
            scope.problem("table-incomplete", body.here, name=target.name)
        return None
    table = {}
    for key, item in rows.items():
        data = _literal(item, target)
        if data is None and item.is_map is False and str(item.value).startswith("$"):
            operand = reference(str(item.value), item, scope)
            data = operand.data if isinstance(operand, Const) else None
        if found[1].choices and key not in found[1].choices.labels:
            near = nearest(key, found[1].choices.labels)
            of = listed(found[1].choices)
            scope.problem("unknown-choice", item.here, value=key, name=found[1].name, near=near, of=of)
        elif data is None:
            scope.problem("wrong-type", item.here, value=item.plain(), name=target.name, type=target.type, near="")
        table[_key(key, found[1])] = data
    return Table(Read(found[0]), table, _otherwise(body.get("otherwise"), target, scope))


def _key(text: str, by: Field) -> Any:
    """A row's key as the fact looked up has it: names in YAML are always text."""
    if by.type == "yes_no":
        return {"true": True, "false": False}.get(text, text)
    return int(text) if by.type in ("integer", "days") and text.isdecimal() else text


def _otherwise(item: Item | None, target: Field, scope: Scope) -> Any:
    if item is None:
        return None
    if isinstance(item.value, str) and item.value.startswith("$policy."):
        operand = reference(item.value, item, scope)
        return operand.data if isinstance(operand, Const) else None
    return _literal(item, target)


def expression(item: Item, target: Field, scope: Scope) -> Expr | None:
    """Read an expression: a fact's name, `$policy.x`, a number, a list of choices, or one operator."""
    data = item.value
    if isinstance(data, str):
        operand = reference(data, item, scope) if data.startswith("$") else _name(data, item, scope)
        return Read(operand) if operand else None
    if item.is_list:
        return Read(Const(tuple(part.plain() for part in item.each())))
    if isinstance(data, int | Decimal):
        return Read(Const(data))
    op = next((key for key, _ in item.items() if key in (*_GATHER, *_APPLY, "weighted_mean")), "")
    reader: Callable[[str, Item, Field, Scope], Expr | None]
    reader = _gather if op in _GATHER else _apply if op in _APPLY else _weighted
    if not op:
        first = next(iter(item.value), "") if item.is_map else str(data)
        near = nearest(first, (*_GATHER, *_APPLY))
        scope.problem("unknown-operator", item.here, name=first, near=near)
        return None
    return reader(op, item, target, scope)


def _name(text: str, item: Item, scope: Scope) -> Name | None:
    found = scope.name(text, item.here)
    return found[0] if found else None


def _apply(op: str, item: Item, target: Field, scope: Scope) -> Expr | None:
    check_keys(item, {op}, scope.problems)
    body = item.value[op]
    parts = body.each() if _APPLY[op] != 1 else [body]
    args = [expression(part, target, scope) for part in parts]
    if _APPLY[op] and len(args) != _APPLY[op]:
        scope.problem("wrong-number-of-operands", body.here, op=op, wanted=_APPLY[op])
        return None
    found = tuple(arg for arg in args if arg is not None)
    return Apply(op, found) if len(found) == len(args) else None


def _gather(op: str, item: Item, target: Field, scope: Scope) -> Expr | None:
    check_keys(item, {op, "where", "by", "known_only"}, scope.problems)
    entity, _, figure = str(item.value[op].value).partition(".")
    found = scope.vocabulary.entities.get(entity)
    if not found or found.rows not in ("many", "book"):
        many = [e.name for e in scope.vocabulary.entities.values() if e.rows in ("many", "book")]
        scope.problem("unknown-rows", item.value[op].here, name=entity, near=nearest(entity, many))
        return None
    inside = scope.inside(entity)
    name = inside.name(figure, item.value[op].here) if figure else None
    if bool(figure) != bool(name):
        return None
    where = item.get("where")
    by = _text(item, "by", found.dated) if op in ("latest", "earliest") else ""
    if by and by not in found.fields:
        scope.problem("unknown-fact", item.here, name=by, near=nearest(by, found.fields))
    choices = name[1].choices if name else None
    return Gather(
        op,
        entity,
        Read(name[0]) if name else None,
        read_node(where, inside) if where else TRUE,
        by,
        tuple(choices.labels) if choices and choices.ordered else (),
        flag(item, "known_only", scope.problems),
    )


def _weighted(op: str, item: Item, target: Field, scope: Scope) -> Expr | None:
    body = item.value[op]
    scores, weights = _map_names(body, "scores", scope), _map_names(body, "weights", scope)
    return Weighted(scores, weights) if scores and len(scores) == len(weights) else None


def _map_names(body: Item, key: str, scope: Scope) -> tuple[Name, ...]:
    part = body.get(key)
    if not part:
        scope.problem("weighted-incomplete", body.here)
        return ()
    prefix = str(part.value)
    entity = prefix.partition(".")[0] if prefix.partition(".")[0] in scope.vocabulary.entities else ""
    owner = scope.vocabulary.entities[entity or scope.rows[-1]]
    stem = prefix.removeprefix(f"{entity}.") + "."
    found = [name for name in owner.fields if name.startswith(stem)]
    if not found:
        scope.problem("unknown-fact", part.here, name=prefix, near=nearest(prefix, scope.known_names()))
    return tuple(Name(owner.name, name, type=owner.fields[name].type) for name in found)


def _refuse_cycles(found: dict[tuple[str, str], Derived], problems: list[Problem]) -> None:
    reads = {
        key: [(n.entity, n.field) for n in expr_names(one.expr) if (n.entity, n.field) in found and n.field != ""]
        for key, one in found.items()
    }
    done: set[tuple[str, str]] = set()
    for start, one in found.items():
        cycle = _cycle(start, reads, done, [])
        if cycle:
            path = " → ".join(name for _, name in cycle)
            _problem(problems, "derivation-cycle", one.place, name=start[1], path=path)
            done.update(cycle)  # said once, at the first of those that go round


def _cycle(
    key: tuple[str, str], reads: Mapping[tuple[str, str], list[tuple[str, str]]], done: set[tuple[str, str]],
    path: list[tuple[str, str]],
) -> list[tuple[str, str]]:  # fmt: skip
    if key in path:
        return [*path[path.index(key) :], key]
    if key in done:
        return []
    for below in reads[key]:
        cycle = _cycle(below, reads, done, [*path, key])
        if cycle:
            return cycle
    done.add(key)
    return []
