"""What an account brief consists of, as trainers write it in `rules/brief.yaml`: sections, their parts, their words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from advisor.content.plays import Line
from advisor.core.model import Place
from advisor.core.tree import TRUE, Node
from advisor.core.vocabulary import Label

Lines = Mapping[str, tuple[Line, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column of a table; one that is empty in every row is left out, unless it is to be kept."""

    title: Label
    words: Lines
    keep: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """One line of a checklist: in order where the condition holds, a gap where it does not."""

    title: Label
    when: Node
    words: Lines = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Rows of a table put under the values of one of their fields.

    `always` are values that need a row, else the gap is told; `marked` is an account's fact whose values are starred
    and need a row as well; `rest` heads the rows whose value is not known.
    """

    by: str
    title: Label
    always: tuple[str, ...] = ()
    marked: str = ""
    mark: Label = field(default_factory=dict)
    gap: Label = field(default_factory=dict)
    rest: Label = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One part of a section: lines, a table, a checklist, or plays in an order.

    `entity` names the records that lines or columns are about, one after another; without it they are the account's.
    """

    title: Label = field(default_factory=dict)
    when: Node = TRUE
    entity: str = ""
    where: Node = TRUE
    order: tuple[tuple[str, bool], ...] = ()
    most: int = 12
    words: Lines = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    groups: Groups | None = None
    gap_when: Node | None = None
    checks: tuple[Check, ...] = ()
    keep: bool = False
    plays: tuple[str, ...] = ()
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """One section: for whom, when, and after which play has fired it is shown."""

    name: str
    title: Label
    readers: tuple[str, ...] = ()
    when: Node = TRUE
    play: str = ""
    parts: tuple[Part, ...] = ()
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The sections of a brief in order, and its small words by language."""

    sections: tuple[Section, ...] = ()
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
