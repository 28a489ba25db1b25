"""The values that pass through the whole program: facts, rows, problems, traces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """What is known of a fact (methodology section 6): a value, that there is none, or nothing."""

    KNOWN = "known"
    NONE = "none"
    UNKNOWN = "unknown"


class Origin(StrEnum):
    """Where a fact comes from."""

    ASSERTED = "asserted"
    DERIVED = "derived"
    INFERRED = "inferred"
    ASSUMED = "assumed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Value:
    """One fact: its state, its data, where it comes from and the record that holds it."""

    state: State
    data: Any = None
    origin: Origin = Origin.ASSERTED
    source: str = ""

    @property
    def known(self) -> bool:
        return self.state is State.KNOWN


UNKNOWN = Value(State.UNKNOWN, origin=Origin.UNKNOWN)


def known(data: Any, origin: Origin = Origin.ASSERTED, source: str = "") -> Value:
    """A known value."""
    return Value(State.KNOWN, data, origin, source)


def none(origin: Origin = Origin.ASSERTED, source: str = "") -> Value:
    """A fact known to be none."""
    return Value(State.NONE, None, origin, source)


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One record of one entity; a field that is not in `values` is unknown."""

    entity: str
    id: str
    values: Mapping[str, Value]
    where: str = ""

    def get(self, name: str) -> Value:
        return self.values.get(name, UNKNOWN)

    def text(self, name: str) -> str:
        """The field as text, empty when it is not known."""
        value = self.get(name)
        return str(value.data) if value.known else ""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file that a user can open."""

    path: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        parts = [self.path] + [str(n) for n in (self.line, self.column) if n]
        return ":".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with content, data or usage: a code of the message catalogue and its details."""

    code: str
    place: Place = Place()
    level: str = "error"
    details: Mapping[str, object] = field(default_factory=dict)

    def at(self, place: Place) -> Problem:
        return replace(self, place=place)


def in_place(problems: Iterable[Problem]) -> list[Problem]:
    """Problems in the order in which somebody reads the files."""
    return sorted(problems, key=lambda one: (one.place.path, one.place.line, one.place.column))


class AdvisorError(Exception):
    """A mistake of the user's that stops the run; carries all problems found.

    `exit_code` is 1 when content or data is wrong and 2 when the command was used wrongly.
    """

    def __init__(self, problems: list[Problem], exit_code: int = 1) -> None:
        super().__init__("; ".join(problem.code for problem in problems))
        self.problems = problems
        self.exit_code = exit_code


class InternalDisagreement(Exception):
    """Two readers of the same condition came to different verdicts: a fault of ours, never to be hidden."""


def stop(code: str, exit_code: int = 1, place: Place = Place(), **details: object) -> AdvisorError:
    """An AdvisorError with one problem, to be raised."""
    return AdvisorError([Problem(code, place, "error", details)], exit_code)
