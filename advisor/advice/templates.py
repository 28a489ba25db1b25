"""Jinja2, restricted: slots may hold names and `if`; nothing else. Values print themselves by their type.

A line that needs an unknown value cannot be said: rendering it gives None, and the caller drops it or takes a variant.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from advisor.content.plays import Line
from advisor.core.model import Place, Problem, Value, stop
from advisor.core.vocabulary import Field, nearest

_SLOT = re.compile(r"\{\{ *([a-z]\w*(?:\.[a-z]\w*)*) *\}\}")
_ALLOWED = {
    "Template",
    "Output",
    "TemplateData",
    "Name",
    "Getattr",
    "If",
    "Compare",
    "Operand",
    "And",
    "Or",
    "Not",
    "Const",
}
_MOST_READINGS = 64
_MOST_CHARACTERS = 4_000
_MOST_TAGS = 40
_LONG_TAG = re.compile(r"\{[{%][^{}]{300}")


class _CannotSay(Exception):
    """A slot's value is not known."""


@dataclass(frozen=True, eq=False)
class Slot:
    """A value to be printed. Compares and tests as its data, false when it is not known."""

    value: Value
    text: str

    def __bool__(self) -> bool:
        return self.value.known and bool(self.value.data)

    def __eq__(self, other: object) -> bool:
        return self.value.known and other in (self.value.data, self.text)

    def __hash__(self) -> int:
        return hash(self.text)


def _print(found: Any) -> str:
    if isinstance(found, Slot):
        if not found.value.known or found.text == "":
            raise _CannotSay
        return found.text
    if isinstance(found, str):
        return found
    raise _CannotSay


@functools.cache
def _environment() -> Any:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, finalize=_print, autoescape=False)


@functools.lru_cache(maxsize=20_000)
def _template(text: str) -> Any:
    return _environment().from_string(text)


@functools.lru_cache(maxsize=20_000)
def slots(text: str) -> tuple[str, ...]:
    """The names that a line reads, in order: `person`, `complaint.opened_on`.

    Raises: ValueError – the line is not a template, or holds more than names and `if`; the message says what.
    """
    if "{" not in _SLOT.sub("", text):  # nothing but slots, which most lines are: no need to parse them
        return tuple(dict.fromkeys(_SLOT.findall(text)))
    from jinja2 import TemplateSyntaxError

    if len(text) > _MOST_CHARACTERS or text.count("{%") > _MOST_TAGS or _LONG_TAG.search(text):
        raise ValueError(f"> {_MOST_CHARACTERS} characters, > {_MOST_TAGS} {{% … %}}")
    try:
        return tuple(dict.fromkeys(_names(_environment().parse(text))))
    except TemplateSyntaxError as error:
        raise ValueError(str(error.message)) from None
    except RecursionError:
        raise ValueError("((((…") from None


def _names(node: Any) -> Iterator[str]:
    kind = type(node).__name__
    if kind not in _ALLOWED:
        raise ValueError(re.sub(r"(?<!^)(?=[A-Z])", " ", kind).lower())
    if kind in ("Name", "Getattr"):
        yield _dotted(node)
        return
    for child in node.iter_child_nodes():
        yield from _names(child)


@functools.lru_cache(maxsize=20_000)
def readings(text: str) -> tuple[str, ...]:
    """All ways in which a line can come out, one for each branch of its `if`s, with slots written as `{name}`.

    Raises: ValueError – as `slots`.
    """
    if "{" not in _SLOT.sub("", text):
        return (_SLOT.sub(r"{\1}", text),)
    slots(text)
    return tuple(dict.fromkeys(_readings(_environment().parse(text).body)))


def _readings(nodes: Any) -> list[str]:
    found = [""]
    for node in nodes:
        found = [head + tail for head in found for tail in _reading(node)][:_MOST_READINGS]
    return found


def _reading(node: Any) -> list[str]:
    kind = type(node).__name__
    if kind == "Output":
        return _readings(node.nodes)
    if kind == "If":
        branches = [node.body, *(other.body for other in node.elif_), node.else_]
        return [text for branch in branches for text in _readings(branch)]
    return [str(node.data)] if kind == "TemplateData" else ["{" + ".".join(_names(node)) + "}"]


@functools.lru_cache(maxsize=20_000)
def needed(text: str) -> tuple[str, ...]:
    """The names that must be known for a line to be said: those that it prints, but for names that an `if` asks first.

    Raises: ValueError – as `slots`.
    """
    if "{" not in _SLOT.sub("", text):
        return slots(text)
    slots(text)
    return tuple(dict.fromkeys(_needed(_environment().parse(text).body, frozenset())))


def _needed(nodes: Any, sure: frozenset[str]) -> Iterator[str]:
    for node in nodes:
        kind = type(node).__name__
        if kind == "If":
            yield from _needed(node.body, sure | _asked(node.test, True))
            sure_below = sure | _asked(node.test, False)
            yield from _needed([*node.elif_, *node.else_], sure_below)
        elif kind == "Output":
            yield from _needed(node.nodes, sure)
        elif kind in ("Name", "Getattr"):
            yield from () if _dotted(node) in sure else (_dotted(node),)


def _asked(test: Any, held: bool) -> frozenset[str]:
    """The names that are known where a test came out true (`held`), or where it did not."""
    kind = type(test).__name__
    if kind == "Not":
        return _asked(test.node, not held)
    if kind in ("And", "Or"):
        left, right = _asked(test.left, held), _asked(test.right, held)
        return left | right if (kind == "And") is held else left & right
    equal = kind == "Compare" and [one.op for one in test.ops] == ["eq"]
    return frozenset(_names(test)) if held and (equal or kind in ("Name", "Getattr")) else frozenset()


def _dotted(node: Any) -> str:
    if type(node).__name__ == "Name":
        if node.name.startswith("_"):
            raise ValueError(node.name)
        return str(node.name)
    if type(node).__name__ != "Getattr" or node.attr.startswith("_"):
        raise ValueError(getattr(node, "attr", type(node).__name__))
    return f"{_dotted(node.node)}.{node.attr}"


def within(line: Line, name: str) -> Place:
    """Where a line first prints or asks a name; the line's own place where that cannot be told."""
    found = re.search(rf"\{{[{{%][^{{}}]*?(?<![\w.]){re.escape(name)}(?!\w)", line.text)
    if not found or not line.place.line:
        return line.place
    at = found.end() - len(name)
    below, start = line.text.count("\n", 0, at), line.text.rfind("\n", 0, at) + 1
    return replace(line.place, line=line.place.line + below, column=line.place.column + at - start)


def check_line(line: Line, known: Mapping[str, Field | None]) -> list[Problem]:
    """Problems of one line: not a template, more than names and `if`, or a name that nothing offers."""
    try:
        found = slots(line.text)
    except ValueError as error:
        return [Problem("template-not-allowed", line.place, "error", {"what": str(error)})]
    unknown = [name for name in found if name not in known]
    return [
        Problem("template-unknown-name", within(line, name), "error", {"name": name, "near": nearest(name, known)})
        for name in unknown
    ]


class _Record(dict[str, Any]):
    """Nested slots, reached as attributes."""


def _context(names: tuple[str, ...], look: Callable[[str], Slot | None], place: Place) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in names:
        slot = look(name)
        if slot is None:
            raise stop("template-unknown-name", 1, place, name=name, near="")
        *path, last = name.split(".")
        record = found
        for part in path:
            record = record.setdefault(part, _Record())
        record[last] = slot
    return found


@functools.lru_cache(maxsize=20_000)
def _parts(text: str) -> tuple[str, ...]:
    """A line of nothing but text and slots, which most are, as text and names in turn; empty for any other."""
    return tuple(_SLOT.split(text)) if "{" not in _SLOT.sub("", text) else ()


def _plain(parts: tuple[str, ...], look: Callable[[str], Slot | None], place: Place) -> str | None:
    """Fill a line of text and names in turn, without compiling a template."""
    said = list(parts)
    for number in range(1, len(parts), 2):
        slot = look(parts[number])
        if slot is None:
            raise stop("template-unknown-name", 1, place, name=parts[number], near="")
        if not slot.value.known or slot.text == "":
            return None
        said[number] = slot.text
    return "".join(said).strip()


def render(line: Line, look: Callable[[str], Slot | None]) -> str | None:
    """Fill one line.

    Args: line – the template; look – gives a name's slot, None for a name that does not exist.
    Returns: the text, or None when a slot that it prints is unknown.
    Raises: AdvisorError – the line is not allowed or reads an unknown name.
    """
    if "{" not in line.text:
        return line.text
    if parts := _parts(line.text):
        return _plain(parts, look, line.place)
    try:
        names = slots(line.text)
    except ValueError as error:
        raise stop("template-not-allowed", 1, line.place, what=str(error)) from None
    try:
        text: str = _template(line.text).render(_context(names, look, line.place))
    except _CannotSay:
        return None
    return text.strip()


def first(variants: tuple[Line, ...], look: Callable[[str], Slot | None]) -> str | None:
    """The first variant that can be said."""
    return next((text for text in (render(line, look) for line in variants) if text), None)


def all_of(lines: tuple[Line, ...], look: Callable[[str], Slot | None]) -> tuple[str, ...]:
    """Every line that can be said."""
    return tuple(text for text in (render(line, look) for line in lines) if text)
