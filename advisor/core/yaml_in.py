"""YAML in: every key and value keeps its line and column, and YAML 1.1's surprises are switched off.

Only `true`/`false`, decimal numbers, ISO dates and empty values are converted; `on`, `yes`, `1:30`, `0123` stay text.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import yaml

from advisor.core.model import AdvisorError, Place, Problem
from advisor.core.vocabulary import nearest

_Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_DEPTH = 60
_MAX_NODES = 200_000


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
    """

    value: Any
    place: Place
    key_place: Place | None = None
    text: Place | None = None

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
            return Item([self.item(child, depth + 1) for child in node.value], self.place(node), key)
        return Item(self.scalar(node), self.place(node), key, self.text(node))

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
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.problem("yaml-odd-key", key_node)
                continue
            key = str(key_node.value)
            if key in found:
                self.problem("yaml-duplicate-key", key_node, key=key, first=found[key].here.line)
                continue
            found[key] = self.item(value_node, depth + 1, self.place(key_node))
        return found

    def scalar(self, node: yaml.Node) -> Any:
        kind, text = node.tag.rsplit(":", 1)[-1], str(node.value)
        if kind == "str":
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
    """Read one YAML document.

    Args: text – the file's content; path – as it shall be named in problems.
    Returns: the document and the problems found in it; an empty document is an empty mapping.
    """
    text = text.removeprefix("\ufeff")
    reader = _Reader(path, text.split("\n"))
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        return Item({}, Place(path, 1, 1)), [_syntax(error, path)]
    except RecursionError:
        return Item({}, Place(path, 1, 1)), [Problem("yaml-too-large", Place(path, 1, 1))]
    if node is None:
        return Item({}, Place(path, 1, 1)), []
    try:
        return reader.item(node), reader.problems
    except AdvisorError as error:
        return Item({}, Place(path, 1, 1)), reader.problems + error.problems


def _syntax(error: yaml.YAMLError, path: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
    place = Place(path, mark.line + 1, mark.column + 1) if mark else Place(path, 1, 1)
    return Problem("yaml-syntax", place, "error", {"what": what})


def load(path: Path, shown: str) -> tuple[Item, list[Problem]]:
    """Read one YAML file; `shown` is its name in problems. A file that is not UTF-8 is a problem, not a crash."""
    try:
        return parse(path.read_text(encoding="utf-8"), shown)
    except UnicodeDecodeError:
        return Item({}, Place(shown, 1, 1)), [Problem("not-utf8", Place(shown, 1, 1))]
    except OSError as error:
        return Item({}, Place(shown)), [Problem("unreadable", Place(shown), "error", {"why": error.strerror})]


def check_keys(item: Item, known: set[str], problems: list[Problem]) -> None:
    """Report keys that nobody reads, with the nearest known one."""
    for key, value in item.items():
        if key not in known:
            problems.append(Problem("unknown-key", value.here, "error", {"key": key, "near": nearest(key, known)}))
