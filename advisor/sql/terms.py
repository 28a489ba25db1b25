"""Pieces of SQL that know what they read and how late it is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """An expression, the relations that it reads, and the level at which all that it reads has been made."""

    text: str
    level: int = 0
    reads: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Cell:
    """A fact: its data, NULL unless it is known, and whether it is known to be none."""

    data: Term
    none: Term

    @property
    def parts(self) -> tuple[Term, Term]:
        return self.data, self.none


TRUE, FALSE, NULL = Term("TRUE"), Term("FALSE"), Term("CAST(NULL AS BOOLEAN)")
UNKNOWN = Cell(Term("NULL"), FALSE)
NONE = Cell(Term("NULL"), TRUE)


def term(text: str, *parts: Term) -> Term:
    """An expression made of others."""
    return Term(text, max((one.level for one in parts), default=0), frozenset().union(*(one.reads for one in parts)))


def both(parts: Iterable[Term]) -> Term:
    found = [one for one in dict.fromkeys(parts) if one != TRUE]
    if FALSE in found:
        return FALSE
    return _joined(found, " AND ") if found else TRUE


def either(parts: Iterable[Term]) -> Term:
    found = [one for one in dict.fromkeys(parts) if one != FALSE]
    if TRUE in found:
        return TRUE
    return _joined(found, " OR ") if found else FALSE


def _joined(parts: list[Term], word: str) -> Term:
    return parts[0] if len(parts) == 1 else term("(" + word.join(map(str, parts)) + ")", *parts)


def opposite(one: Term) -> Term:
    if one in (TRUE, FALSE):
        return FALSE if one == TRUE else TRUE
    return term(f"(NOT {one})", one)


def is_true(one: Term) -> Term:
    return one if one in (TRUE, FALSE) else term(f"coalesce({one}, FALSE)", one)


def known(cell: Cell) -> Term:
    if not cell.data.reads and "NULL" not in cell.data.text:
        return TRUE  # a constant
    return FALSE if cell.data.text == "NULL" else term(f"({cell.data} IS NOT NULL)", cell.data)


def unknown(cell: Cell) -> Term:
    return both([opposite(known(cell)), opposite(cell.none)])


def case(branches: Iterable[tuple[Term, Term]], otherwise: Term) -> Term:
    """The term beside the first condition that is true."""
    kept = []
    for test, value in branches:
        if test == TRUE:
            otherwise = value
            break
        if test != FALSE:
            kept.append((test, value))
    if all(value == otherwise for _, value in kept):
        return otherwise
    text = " ".join(f"WHEN {test} THEN {value}" for test, value in kept)
    parts = [one for pair in kept for one in pair]
    return term(f"CASE {text} ELSE {otherwise} END", otherwise, *parts)
