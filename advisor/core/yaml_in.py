"""YAML in: every key and value keeps its line and column, and YAML 1.1's surprises are switched off.

Only `true`/`false`, decimal numbers, ISO dates and empty values are converted; `on`, `yes`, `1:30`, `0123` stay text.
"""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import yaml

from advisor.core import yaml_traps
from advisor.core.model import AdvisorError, Place, Problem
from advisor.core.vocabulary import nearest
from advisor.core.yaml_bytes import decoded, unprintable
from advisor.core.yaml_lines import Trap, structure
from advisor.core.yaml_quiet import Quiet

_Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KEPT_SIZE = 100_000
_MAX_DEPTH = 60
_MAX_BRACKETS = 200  # the C parser itself falls over some ten thousand
_MAX_NODES = 200_000
_MAX_SIZE = 5_000_000
_MAX_TEXT = 50_000
_MAX_KEY = 1_000
_MAX_ROUNDS = 40
_SUSPECT = re.compile("^ *(?:[\u3000\xa0]|[A-Za-z_$][\\w.]*(?: *：|:[^\\s:/]))", re.MULTILINE)
# Breaks to YAML, yet not to an editor: our line numbers are those of the editor.
_ODD_BREAKS = ("\x85", "\u2028", "\u2029")
_DASHES = re.compile(r"^[ \t]*(?:[-?:][ \t]+){30}", re.MULTILINE)


class _Loader(_Base):  # type: ignore[valid-type,misc]
    """The C loader with our own idea of which plain words are not text."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


for _tag, _pattern, _first in (
    ("bool", r"true|false|True|False|TRUE|FALSE", "tfTF"),
    ("int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(0|[1-9][0-9]*)\.[0-9]+", "-+0123456789"),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "0123456789"),
    ("null", r"~|null|", ["~", "n", ""]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A YAML value with its place. `value` is a dict of Items, a list of Items, or a plain scalar.

    `text` is where a text's first character stands, in whose column all its lines begin; None where lines are folded.
    A `broken` document could not be read at all; it counts as empty.
    """

    value: Any
    place: Place
    key_place: Place | None = None
    text: Place | None = None
    broken: bool = False

    @property
    def here(self) -> Place:
        """Where the key stands, or the value when there is no key."""
        return self.key_place or self.place

    @property
    def is_map(self) -> bool:
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, list)

    def get(self, key: str) -> Item | None:
        return self.value.get(key) if isinstance(self.value, dict) else None

    def items(self) -> Iterator[tuple[str, Item]]:
        if isinstance(self.value, dict):
            yield from self.value.items()

    def each(self) -> list[Item]:
        """The list's items; a lone value counts as a list of one."""
        if isinstance(self.value, list):
            return self.value
        return [] if self.value is None else [self]

    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: item.plain() for key, item in self.value.items()}
        if isinstance(self.value, list):
            return [item.plain() for item in self.value]
        return self.value


class _Reader:
    """Turns composed nodes into Items; collects problems instead of stopping at the first."""

    def __init__(self, path: str, lines: list[str]) -> None:
        self.path = path
        self.lines = lines
        self.problems: list[Problem] = []
        self.count = 0
        self.quiet = Quiet(lines, "\n".join(lines))

    def place(self, node: yaml.Node) -> Place:
        return Place(self.path, node.start_mark.line + 1, node.start_mark.column + 1)

    def problem(self, code: str, node: yaml.Node, **details: object) -> None:
        self.problems.append(Problem(code, self.place(node), "error", details))

    def item(self, node: yaml.Node, depth: int = 0, key: Place | None = None) -> Item:
        self.count += 1
        if depth > _MAX_DEPTH or self.count > _MAX_NODES:
            raise AdvisorError([Problem("yaml-too-large", self.place(node))])
        if isinstance(node, yaml.MappingNode):
            return Item(self.mapping(node, depth), self.place(node), key)
        if isinstance(node, yaml.SequenceNode):
            if node.flow_style:
                self.quiet.flow_list(node)
            return Item([self.item(child, depth + 1) for child in node.value], self.place(node), key)
        return Item(self.scalar(node), self.place(node), key, self.text(node))

    def weigh(self, node: yaml.Node, known: dict[int, int]) -> int:
        """How many values a node unfolds into, each counted as often as it is referred to."""
        if id(node) in known:
            if not known[id(node)]:
                raise AdvisorError([Problem("yaml-alias-loop", self.place(node))])
            return known[id(node)]
        if isinstance(node, yaml.ScalarNode):
            return 1
        known[id(node)] = 0
        below = node.value if isinstance(node, yaml.SequenceNode) else [one for pair in node.value for one in pair]
        weight = 1 + sum(self.weigh(one, known) for one in below)
        if weight > _MAX_NODES:
            raise AdvisorError([Problem("yaml-aliases", self.place(node), details={"most": _MAX_NODES})])
        known[id(node)] = weight
        return weight

    def text(self, node: yaml.Node) -> Place | None:
        style, first = getattr(node, "style", None), node.start_mark.line
        if style == "|":
            shown = next((line for line in self.lines[first + 1 :] if line.strip()), "")
            own = next((line for line in str(node.value).split("\n") if line.strip()), "")
            return Place(self.path, first + 2, len(shown) - len(shown.lstrip()) - (len(own) - len(own.lstrip())) + 1)
        if style == ">" or first != node.end_mark.line:
            return None
        return Place(self.path, first + 1, node.start_mark.column + (2 if style else 1))

    def mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, Item]:
        found: dict[str, Item] = {}
        below: list[Item] = []
        if node.flow_style:
            self.quiet.flow_map(node)
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.problem("yaml-odd-key", key_node)
                continue
            key = str(key_node.value)
            if key == "<<" and not key_node.style:
                below += self.item(value_node, depth + 1).each()
                continue
            if len(key) > _MAX_KEY:
                self.problem("yaml-text-too-long", key_node, size=len(key), most=_MAX_KEY)
                continue
            if key in found:
                self.problem("yaml-duplicate-key", key_node, key=key, first=found[key].here.line)
                continue
            found[key] = self.item(value_node, depth + 1, self.place(key_node))
        for item in below:
            found = {**dict(item.items()), **found}
        return found

    def scalar(self, node: yaml.Node) -> Any:
        kind, text = node.tag.rsplit(":", 1)[-1], str(node.value)
        if len(text) > _MAX_TEXT:
            self.problem("yaml-text-too-long", node, size=len(text), most=_MAX_TEXT)
            return ""
        if kind == "str":
            style = getattr(node, "style", None)
            if not style:
                self.quiet.scalar(node, text)
            elif style == ">":
                self.quiet.bar(node)
            return text
        if kind == "bool":
            return text.lower() == "true"
        if kind == "int":
            return int(text) if len(text) < 30 else text
        if kind == "float":
            return Decimal(text)
        if kind == "null":
            return None
        return self.date(node, text) if kind == "timestamp" else self.odd_tag(node)

    def date(self, node: yaml.Node, text: str) -> Any:
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            self.problem("bad-date", node, value=text)
            return None

    def odd_tag(self, node: yaml.Node) -> None:
        self.problem("yaml-tag", node, tag=node.tag)


def parse(text: str, path: str) -> tuple[Item, list[Problem]]:
    """Read one YAML document; slips with one sure way out are reported and read as they are meant.

    Args: text – the file's content; path – as it shall be named in problems.
    Returns: the document and the problems found in it; an empty document is an empty mapping, as is one that is
    `broken`, which nothing more can be said of.
    """
    item, problems = _parsed(text, path) if len(text) <= _KEPT_SIZE else _parse(text, path)
    return item, list(problems)


def _parse(text: str, path: str) -> tuple[Item, list[Problem]]:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for mark in _ODD_BREAKS:
        text = text.replace(mark, " ")
    refused = _refused(text, path)
    if refused:
        return _broken(path), [refused]
    found: list[Problem] = []
    for _ in range(_MAX_ROUNDS):
        lines = text.split("\n")
        try:
            reader, item = _read(text, lines, path)
        except yaml.YAMLError as error:
            odd = unprintable(text, path)
            if odd:
                return _broken(path), [*found, odd]
            slip = yaml_traps.find(lines, _stopped(error), _trial(len(text)))
            if slip is None:
                return _broken(path), [*found, _syntax(error, path)]
            slips = [slip]
        except AdvisorError as error:
            return _broken(path), [*found, *error.problems]
        else:
            slips = _mendable(reader, text, lines)
            if not slips:
                return item, [*found, *reader.problems, *(_problem(one, path) for one in reader.quiet.found)]
        for one in slips:
            found.append(_problem(one, path))
            lines = one.applied(lines)
        text = "\n".join(lines)
    return _broken(path), found


# Items are never changed, so that a text read again (another version of content, a save) need not be parsed again.
_parsed = functools.lru_cache(maxsize=512)(_parse)


def _broken(path: str) -> Item:
    return Item({}, Place(path, 1, 1), broken=True)


def _refused(text: str, path: str) -> Problem | None:
    """What is not given to the parser at all: too much, or what it would not survive."""
    if len(text) > _MAX_SIZE:
        return Problem("yaml-too-large", Place(path, 1, 1))
    if text.count("[") + text.count("{") > _MAX_BRACKETS:
        depth = 0
        for match in re.finditer(r"[\[\]{}]", text):
            depth += 1 if match.group() in "[{" else -1 if depth else 0
            if depth > _MAX_BRACKETS:
                return Problem("yaml-too-large", _at(text, match.start(), path))
    dashes = _DASHES.search(text)
    if dashes:
        return Problem("yaml-too-large", _at(text, dashes.start(), path))
    try:
        text.encode()
    except UnicodeEncodeError:
        return unprintable(text, path)
    return None


def _at(text: str, at: int, path: str) -> Place:
    return Place(path, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


def _read(text: str, lines: list[str], path: str) -> tuple[_Reader, Item]:
    """One reading. Raises: YAMLError – it is no YAML; AdvisorError – it is too much, or refers to itself."""
    node = yaml.compose(text, Loader=_Loader)
    reader = _Reader(path, lines)
    if node is None:
        return reader, Item({}, Place(path, 1, 1))
    if "*" in text and "&" in text:
        reader.weigh(node, {})
    return reader, reader.item(node)


def _mendable(reader: _Reader, text: str, lines: list[str]) -> list[Trap]:
    """The quiet slips that have one way out, at most one a line; none where YAML would not take it."""
    found = list(yaml_traps.suspicious(lines, structure(lines))) if _SUSPECT.search(text) else []
    slips: list[Trap] = []
    trial = _trial(len(text))
    for slip in [*found, *reader.quiet.found]:
        taken = {number for one in slips for number in one.fixed}
        new = slip.level == "error" and slip.fixed and not taken & set(slip.fixed)
        if new and trial(slip.applied(lines)) is None:
            slips.append(slip)
    return slips


def _trial(size: int) -> Callable[[list[str]], tuple[int, int] | None]:
    """How far YAML gets with some lines; after a number of trials that falls with the file's size, not at all."""
    left = [max(30, 3_000_000 // (size + 1))]

    def tried(lines: list[str]) -> tuple[int, int] | None:
        left[0] -= 1
        if left[0] < 0:
            return (-1, -1)
        try:
            yaml.compose("\n".join(lines), Loader=_Loader)
        except yaml.YAMLError as error:
            return _stopped(error)
        return None

    return tried


def _stopped(error: yaml.YAMLError) -> tuple[int, int]:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return (mark.line, mark.column) if mark else (-1, -1)


def _problem(slip: Trap, path: str) -> Problem:
    return Problem(slip.code, Place(path, slip.line, slip.column), slip.level, slip.details)


def _syntax(error: yaml.YAMLError, path: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
    place = Place(path, mark.line + 1, mark.column + 1) if mark else Place(path, 1, 1)
    return Problem("yaml-syntax", place, "error", {"what": what})


def load(path: Path, shown: str) -> tuple[Item, list[Problem]]:
    """Read one YAML file; `shown` is its name in problems. A file that is not UTF-8 is a problem, not a crash."""
    try:
        data = path.read_bytes() if path.stat().st_size <= _MAX_SIZE * 2 else None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        return replace(_broken(shown), place=Place(shown)), [Problem("unreadable", Place(shown), "error", {"why": why})]
    if data is None:
        return _broken(shown), [Problem("yaml-too-large", Place(shown, 1, 1))]
    return read(data, shown)


def read(data: bytes, shown: str) -> tuple[Item, list[Problem]]:
    """Read one YAML document from bytes; `shown` is its name in problems."""
    text, refused = decoded(data, shown)
    return (_broken(shown), [refused]) if refused else parse(text, shown)


def check_keys(item: Item, known: set[str], problems: list[Problem]) -> None:
    """Report keys that nobody reads, with the nearest known one."""
    for key, value in item.items():
        if key not in known:
            problems.append(Problem("unknown-key", value.here, "error", {"key": key, "near": nearest(key, known)}))


@dataclass(frozen=True, slots=True)
class Span:
    """Where a scalar stands in a text: lines and columns from 0, the end behind its last character; `style` is one of
    `|`, `>`, a quote, or nothing."""

    first: tuple[int, int]
    last: tuple[int, int]
    style: str = ""


def spans(text: str) -> dict[tuple[int, int], Span]:
    """The scalars that stand for values in a document that can be read, by line and column from 1 (as in `Item.place`).

    A text that two places share by an alias is left out: a change of it would change both.
    """
    root = yaml.compose(text.removeprefix("\ufeff"), Loader=_Loader)
    found: dict[tuple[int, int], Span] = {}
    seen: set[int] = set()
    waiting = [root] if root else []
    while waiting:
        node = waiting.pop()
        first, last = ((mark.line, mark.column) for mark in (node.start_mark, node.end_mark))
        key = (first[0] + 1, first[1] + 1)
        if id(node) in seen:
            found.pop(key, None)
        elif isinstance(node, yaml.ScalarNode):
            found[key] = Span(first, last, getattr(node, "style", None) or "")
        elif isinstance(node, yaml.MappingNode):
            waiting += [value for _, value in node.value]
        else:
            waiting += node.value
        seen.add(id(node))
    return found
