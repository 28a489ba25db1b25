"""The texts of a play's file, one line or variant each, and changed texts put back in their place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from advisor.bench.author_files import plain_or_quoted
from advisor.content.read_play import BLOCKS, LANGUAGES
from advisor.core import yaml_in
from advisor.core.model import AdvisorError, Place, stop
from advisor.core.yaml_in import Item, Span

TITLE = "title"
_VARIANTS = frozenset({"headline", "message"})
_INSTEAD = "instead"

Key = tuple[str, str]
"""A block and a language: ("message", "zh"), ("instead.1.steps", "en"), ("title", "zh")."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One line, or one variant: its text, and which lines of the block it takes (the last one not included)."""

    text: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Block:
    """One block of texts in one language, where its YAML value stands, and its lines or variants."""

    key: Key
    item: Item
    units: tuple[Unit, ...]

    @property
    def variants(self) -> bool:
        return self.key[0].rpartition(".")[2] in _VARIANTS


def blocks(item: Item) -> dict[Key, Block]:
    """Every block of texts of a play's document, in the order of the page, Chinese before English."""
    return {key: Block(key, text, _units(text, key)) for key, text in _texts(item)}


def _texts(item: Item) -> Iterator[tuple[Key, Item]]:
    """The title, the blocks of the play, and those that some situation changes."""
    title, change = item.get(TITLE), item.get(_INSTEAD)
    homes = [("", item)] + [(f"{_INSTEAD}.{n}.", part) for n, part in enumerate(change.each() if change else [], 1)]
    for language in LANGUAGES:
        found = title.get(language) if title else None
        if found and isinstance(found.value, str):
            yield (TITLE, language), found
    for prefix, home in homes:
        for block in BLOCKS:
            for language in LANGUAGES:
                words = home.get(language)
                text = words.get(block) if words else None
                if text and isinstance(text.value, str):
                    yield (prefix + block, language), text


def _units(item: Item, key: Key) -> tuple[Unit, ...]:
    lines = str(item.value).split("\n")
    if key[0].rpartition(".")[2] not in _VARIANTS:
        return tuple(Unit(line.strip(), n, n + 1) for n, line in enumerate(lines) if line.strip())
    found, begun, part = [], 0, list[str]()
    for n, line in enumerate([*lines, "---"]):
        if line.strip() and set(line.strip()) == {"-"}:
            if part:
                found.append(Unit("\n".join(part), begun, n))
            begun, part = n + 1, []
        elif line.strip():
            part.append(line.strip())
    return tuple(found)


# --- changes -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A new text for one unit of a block, counted from 0; None takes it out. `cell` is where it comes from."""

    key: Key
    number: int
    text: str | None
    cell: str


def changed(text: str, changes: list[Change], where: str) -> str:
    """A play's file with changed texts; whatever else it holds stays as it is, byte for byte.

    Args: text – the file; changes – at most one a unit; where – its name in problems.
    Raises: AdvisorError – a text stands in a form that cannot be changed in its place.
    """
    mark, text = text[: text.startswith("\ufeff")], text.removeprefix("\ufeff")
    item, problems = yaml_in.parse(text, where)
    if problems:
        raise AdvisorError(problems, 1)
    found, spans = blocks(item), yaml_in.spans(text)
    lines = text.split("\n")
    by_block: dict[Key, dict[int, Change]] = {}
    for change in changes:
        by_block.setdefault(change.key, {})[change.number] = change
    order = sorted(by_block, key=lambda key: (found[key].item.place.line, found[key].item.place.column), reverse=True)
    for key in order:
        place = found[key].item.place
        span = spans.get((place.line, place.column))
        _put(lines, found[key], span, by_block[key], where)
    whole = "\n".join(lines)
    _compare(item, whole, by_block, where)
    return mark + whole


def _put(lines: list[str], block: Block, span: Span | None, changes: Mapping[int, Change], where: str) -> None:
    """Change one block in the file's lines."""
    cell = next(iter(changes.values())).cell
    if span is None or span.style == ">" or (span.style != "|" and span.first[0] != span.last[0]):
        raise stop("words-form", 1, Place(where, block.item.place.line), cell=cell, block=block.key[0])
    if all(changes.get(n) and not changes[n].text for n in range(len(block.units))):
        raise stop("words-block-empty", 1, Place(where, block.item.place.line), cell=cell, block=block.key[0])
    if span.style == "|":
        _put_lines(lines, block, span, changes)
    else:
        _put_scalar(lines, block, span, changes)


def _put_lines(lines: list[str], block: Block, span: Span, changes: Mapping[int, Change]) -> None:
    start = span.first[0] + 1
    pad = " " * (block.item.text.column - 1 if block.item.text else 2)
    end = "\r" if lines[span.first[0]].endswith("\r") else ""
    for n in sorted(changes, reverse=True):
        unit, text = block.units[n], changes[n].text
        first, last = unit.first, unit.last
        if text is None and block.variants:  # with the line of dashes that parts it from its neighbour
            first, last = (first, last + 1) if n + 1 < len(block.units) else (first - 1 if n else first, last)
        last = min(last, _height(block))
        new = [pad + line + end for line in text.split("\n")] if text else []
        lines[start + first : start + last] = new


def _height(block: Block) -> int:
    """How many lines a block text has, its last line end not counted as another one."""
    return len(str(block.item.value).rstrip("\n").split("\n"))


def _put_scalar(lines: list[str], block: Block, span: Span, changes: Mapping[int, Change]) -> None:
    kept = [changes[n].text if n in changes else unit.text for n, unit in enumerate(block.units)]
    text = ("\n---\n" if block.variants else "\n").join(part for part in kept if part)
    line, (first, last) = lines[span.first[0]], (span.first[1], span.last[1])
    if "\n" in text and not line[last:].strip() and not line[:first].rstrip().endswith(("{", ",", "[")):
        pad = " " * (len(line) - len(line.lstrip(" ")) + 2)
        lines[span.first[0]] = line[:first] + "|\n" + "\n".join(pad + part for part in text.split("\n")) + line[last:]
        return
    lines[span.first[0]] = line[:first] + _scalar(text, span.style) + line[last:]


def _scalar(text: str, style: str) -> str:
    """A text on one line, quoted as it was where it was."""
    if style == "'" and "\n" not in text:
        return "'" + text.replace("'", "''") + "'"
    return json.dumps(text, ensure_ascii=False) if style == '"' or "\n" in text else plain_or_quoted(text)


def _compare(before: Item, whole: str, by_block: Mapping[Key, Mapping[int, Change]], where: str) -> None:
    """The file must say what it said, but for the texts that were to be changed."""
    after, problems = yaml_in.parse(whole, where)
    first = next(iter(next(iter(by_block.values())).values())) if by_block else None
    same = not problems and _without(before, by_block) == _without(after, by_block)
    found = blocks(after) if same else {}
    for key, changes in by_block.items() if same else ():
        units = [unit.text for unit in blocks(before)[key].units]
        wanted = [changes[n].text if n in changes else text for n, text in enumerate(units)]
        joined = "\n".join(part for part in wanted if part)
        same = same and key in found and "\n".join(unit.text for unit in found[key].units) == joined
    if not same:
        cell, block = (first.cell, first.key[0]) if first else ("", "")
        raise stop("words-form", 1, Place(where), cell=cell, block=block)


def _without(item: Item, keys: Mapping[Key, Any]) -> Any:
    """A document's data, the texts of some blocks left out."""
    gone = {id(text) for key, text in _texts(item) if key in keys}
    return _plain(item, gone)


def _plain(item: Item, gone: set[int]) -> Any:
    if id(item) in gone:
        return None
    if item.is_map:
        return {key: _plain(part, gone) for key, part in item.items()}
    return [_plain(part, gone) for part in item.value] if item.is_list else item.value
