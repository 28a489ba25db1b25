"""Gaps: combinations of stage, tier and open need (or whatever `rules/prove.yaml` lays out) that no play answers."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.content.content import Content
from advisor.content.plays import Play
from advisor.core import yaml_in
from advisor.core.home import content_root, shown
from advisor.core.model import Place, Problem
from advisor.core.tree import Const, Derived, Leaf, Name, Node, Rows, expr_names, names, walk
from advisor.core.vocabulary import nearest
from advisor.core.yaml_in import Item, check_keys
from advisor.prove.claims import DISPROVED, PROVED, Finding
from advisor.prove.domains import HOLDS
from advisor.prove.prover import Prover, active
from advisor.prove.symbols import TRUE
from advisor.prove.witness import Witness, opened

FILE = "rules/prove.yaml"
_SHOWN = 4
_KEYS = {"grid", "open", "where", "each"}
Situation = tuple[str, ...]  # the choice of each fact in the grid, then of `each`


@dataclass(frozen=True)
class Grid:
    """What is laid out: facts of the account, the kind of open record, what it is like, and what tells such records
    apart."""

    facts: tuple[str, ...]
    entity: str
    where: Mapping[str, Any]
    each: str
    place: Place


def read_grid(content: Content, workspace: Path | None, problems: list[Problem]) -> Grid | None:
    """The grid of `rules/prove.yaml`, the workspace's own where it has one; None where there is none or it is wrong."""
    paths = [folder / FILE for folder in (workspace, content_root()) if folder and (folder / FILE).is_file()]
    if not paths:
        return None
    item, wrong = yaml_in.load(paths[0], shown(paths[0]))
    problems += wrong
    check_keys(item, {"gaps"}, problems)
    gaps = item.get("gaps")
    if gaps is None or not gaps.is_map:
        return None
    check_keys(gaps, _KEYS, problems)
    return _grid(gaps, content, problems)


def _grid(item: Item, content: Content, problems: list[Problem]) -> Grid | None:
    grid, entity, each, where = (item.get(key) for key in ("grid", "open", "each", "where"))
    for key, part in (("grid", grid), ("open", entity), ("each", each)):
        if part is None:
            problems.append(Problem("missing-key", item.here, "error", {"key": key}))
    if grid is None or entity is None or each is None:
        return None
    many = [one.name for one in content.vocabulary.entities.values() if one.rows == "many"]
    if entity.value not in many:
        near = nearest(str(entity.value), many)
        problems.append(Problem("unknown-rows", entity.here, "error", {"name": entity.value, "near": near}))
        return None
    facts = [("account", part) for part in grid.each()] + [(str(entity.value), each)]
    wrong = [part for of, part in facts if not _is_choice(of, part, content, problems)]
    if wrong:
        return None
    plain = {name: part.value for name, part in where.items()} if where else {}
    wanted = tuple(str(part.value) for part in grid.each())
    return Grid(wanted, str(entity.value), plain, str(each.value), item.here)


def _is_choice(entity: str, item: Item, content: Content, problems: list[Problem]) -> bool:
    field = content.vocabulary.field(entity, str(item.value))
    if field and field.choices and field.type == "choice":
        return True
    fields = content.vocabulary.entities[entity].fields
    choices = [one.name for one in fields.values() if one.choices and one.type == "choice"]
    near = nearest(str(item.value), choices)
    problems.append(Problem("prove-grid-no-choices", item.place, "error", {"name": item.value, "near": near}))
    return False


# --- the search ----------------------------------------------------------------------------------


def gaps(prover: Prover, grid: Grid) -> Iterator[Finding]:
    """The situations of a grid that no play answers: those in which none can fire at all, and those in which none that
    looks at the open records fires while nothing else is known."""
    plays = [play for play in active(prover.content) if play.about == "account"]
    looking = [play for play in plays if grid.entity in _entities(play, prover.content)]
    silent: dict[str, list[Situation]] = defaultdict(list)
    shut: list[Situation] = []
    for choices in itertools.product(*(_choices("account", name, prover.content) for name in grid.facts)):
        if not any(_can_fire(play, grid, choices, prover) for play in plays):
            shut.append(choices)
        for layer in _choices(grid.entity, grid.each, prover.content):
            witness = _situation(grid, choices, layer, prover)
            if witness is not None and not any(witness.fires(play) for play in looking):
                silent[layer].append(choices)
    yield from _found(grid, silent, shut, prover)


def _choices(entity: str, name: str, content: Content) -> tuple[str, ...]:
    field = content.vocabulary.field(entity, name)
    return tuple(field.choices.labels) if field and field.choices else ()


def _can_fire(play: Play, grid: Grid, choices: Situation, prover: Prover) -> bool:
    leaves = zip(grid.facts, choices, strict=True)
    demands: list[Node] = [Leaf(Name("account", name), "is", (Const(choice),)) for name, choice in leaves]
    every = [(node, "account", TRUE) for node in (play.when, *demands)]
    return prover.ask(every)[1].verdict == HOLDS


def _situation(grid: Grid, choices: Situation, layer: str, prover: Prover) -> Witness | None:
    table = prover.content.vocabulary.entities[grid.entity].table
    account = dict(zip(grid.facts, choices, strict=True))
    facts = {"account": account, table: [{grid.each: layer, **grid.where}]}
    return opened(facts, prover.as_of, prover.content, prover.metrics)


def _entities(play: Play, content: Content) -> set[str]:
    """The kinds of record that a play looks at, through derived facts as well."""
    found: set[str] = set()
    todo: list[Name | Derived] = list(names(play.when))
    seen: set[tuple[str, str]] = set()
    found |= {node.entity for node in walk(play.when) if isinstance(node, Rows)}
    while todo:
        name = todo.pop()
        key = (name.entity, name.field) if isinstance(name, Name) else (name.entity, name.name)
        found.add(key[0])
        if key not in seen and key in content.derived:
            seen.add(key)
            found |= _gathered(content.derived[key])
            todo += expr_names(content.derived[key].expr)
    return found


def _gathered(derived: Derived) -> set[str]:
    """The tables that a definition goes through; `{count: need}` reads no field of them."""
    from advisor.core.tree import Apply, Gather

    todo, found = [derived.expr], set()
    while todo:
        expr = todo.pop()
        if isinstance(expr, Gather):
            found.add(expr.entity)
        todo += expr.args if isinstance(expr, Apply) else ()
    return found


# --- told in few lines ---------------------------------------------------------------------------


def _found(
    grid: Grid, silent: Mapping[str, list[Situation]], shut: list[Situation], prover: Prover
) -> Iterator[Finding]:
    for layer, found in silent.items():
        details = {"entity": grid.entity, "each": grid.each, "value": layer, "count": len(found)}
        where = {"where": grouped(found, grid, prover.content), "told": told(found, grid, prover.content)}
        problem = Problem("prove-gap", grid.place, "note", {**details, **where, **_labels(layer, grid, prover.content)})
        yield Finding("gaps", DISPROVED, (), problem, _situation(grid, found[0], layer, prover))
    if shut:
        where = {"where": grouped(shut, grid, prover.content), "told": told(shut, grid, prover.content)}
        details = {**where, "count": len(shut)}
        yield Finding("gaps", DISPROVED, (), Problem("prove-silent", grid.place, "warning", details))
    if not silent and not shut:
        yield Finding("gaps", PROVED, ())


def grouped(found: list[Situation], grid: Grid, content: Content) -> str:
    """Situations by all but their last choice: `prospect, target (vip, large)`; nothing in brackets where all are."""
    last = _choices("account", grid.facts[-1], content)
    sets: dict[Situation, list[str]] = defaultdict(list)
    for first, rest in _by_first(found).items():
        sets[rest].append("/".join(first))
    parts = [f"{', '.join(names)}" + ("" if rest == last else f" ({', '.join(rest)})") for rest, names in sets.items()]
    return "; ".join(parts)


def _by_first(found: list[Situation]) -> dict[Situation, Situation]:
    """For all choices but the last one, which last choices there are."""
    by: dict[Situation, list[str]] = defaultdict(list)
    for choices in found:
        by[choices[:-1]].append(choices[-1])
    return {first: tuple(rest) for first, rest in by.items()}


def told(found: list[Situation], grid: Grid, content: Content) -> dict[str, str]:
    """The first few situations in the words of each language, and how many more there are."""
    return {language: _told(found, grid, content, language) for language in content.words}


def _told(found: list[Situation], grid: Grid, content: Content, language: str) -> str:
    words, every = content.words[language]["proof"], _choices("account", grid.facts[-1], content)
    sets: dict[Situation, list[str]] = defaultdict(list)
    for first, rest in _by_first(found).items():
        said = [_label("account", name, one, content, language) for name, one in zip(grid.facts, first, strict=False)]
        sets[rest].append("/".join(said))
    parts = []
    for rest, firsts in sets.items():
        last = str(words["gap_join"]).join(_label("account", grid.facts[-1], one, content, language) for one in rest)
        some = _some([one for one in firsts if one], words, "gap_join")
        parts.append(
            some if rest == every else str(words["gap_only"]).format(name=some, choices=last) if some else last
        )
    return _some(parts, words, "gap_between")


def _some(parts: list[str], words: Mapping[str, Any], between: str) -> str:
    """The first few, and how many more there are."""
    text = str(words[between]).join(parts[:_SHOWN])
    return text if len(parts) <= _SHOWN else str(words["gap_more"]).format(told=text, n=len(parts) - _SHOWN)


def _labels(layer: str, grid: Grid, content: Content) -> dict[str, dict[str, str]]:
    """The kind of record, what tells such records apart, and its choice, in the words of each language."""
    entity = content.vocabulary.entities[grid.entity]
    field = content.vocabulary.field(grid.entity, grid.each)
    said = {
        language: (
            entity.label.get(language, grid.entity),
            field.label.get(language, grid.each) if field else grid.each,
            _label(grid.entity, grid.each, layer, content, language),
        )
        for language in content.words
    }
    return {name: {one: _small(said[one][n]) for one in said} for n, name in enumerate(("what", "kind", "which"))}


def _label(entity: str, name: str, choice: str, content: Content, language: str) -> str:
    field = content.vocabulary.field(entity, name)
    labels = field.choices.labels.get(choice, {}) if field and field.choices else {}
    return _small(labels.get(language, choice))


def _small(text: str) -> str:
    """A label inside a sentence; abbreviations stay as they are."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
