"""What a fact may be: known to be none, unknown, or data within spans of numbers.

All data are numbers here: choices by their rank, yes and no as 1 and 0, dates as days from the day of the advice, texts
by a number of their own. So one kind of set serves every type.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Number = int | Fraction | float  # float only for the two infinities
# A bound and on which side of it the span ends: 0 includes the bound, 1 begins just above it, -1 ends just below it.
Bound = tuple[Number, int]
Span = tuple[Bound, Bound]

EVERYTHING: tuple[Span, ...] = (((-math.inf, 0), (math.inf, 0)),)


@dataclass(frozen=True, slots=True)
class Region:
    """The states and data that a fact may have; `spans` are sorted and apart."""

    spans: tuple[Span, ...] = ()
    none: bool = False
    unknown: bool = False

    @property
    def empty(self) -> bool:
        return not (self.spans or self.none or self.unknown)

    def within(self, other: Region) -> Region:
        """What both allow."""
        return Region(_meet(self.spans, other.spans), self.none and other.none, self.unknown and other.unknown)

    def beside(self, other: Region, whole: bool) -> Region:
        """What either allows."""
        joined = EVERYTHING if EVERYTHING in (self.spans, other.spans) else spans(self.spans + other.spans, whole)
        return Region(joined, self.none or other.none, self.unknown or other.unknown)

    def below(self, other: Region) -> bool:
        """Is everything that this allows allowed by the other?"""
        if (self.none and not other.none) or (self.unknown and not other.unknown):
            return False
        return _meet(self.spans, other.spans) == self.spans

    def opposite(self, whole: bool) -> Region:
        """Everything that this does not allow; `whole` where data are whole numbers."""
        return Region(_gaps(self.spans, whole), not self.none, not self.unknown)


def _meet(one: tuple[Span, ...], other: tuple[Span, ...]) -> tuple[Span, ...]:
    if other is EVERYTHING or one is other:
        return one
    if one is EVERYTHING:
        return other
    found = [(max(a[0], b[0]), min(a[1], b[1])) for a in one for b in other]
    return tuple(sorted(span for span in found if span[0] <= span[1]))


def _gaps(spans: tuple[Span, ...], whole: bool) -> tuple[Span, ...]:
    if not spans:
        return EVERYTHING
    found: list[Span] = []
    low: Bound = (-math.inf, 0)
    for start, end in spans:
        if start[0] != -math.inf:
            found.append((low, (start[0], start[1] - 1)))
        low = (end[0], end[1] + 1)
    if low[0] != math.inf:
        found.append((low, (math.inf, 0)))
    kept = [one for span in found for one in [_whole(span) if whole else span] if one[0] <= one[1]]
    return EVERYTHING if kept == list(EVERYTHING) else tuple(kept)


def _whole(span: Span) -> Span:
    """The same whole numbers with bounds that are included."""
    (low, above), (high, below) = span
    first = low if math.isinf(low) else math.ceil(low) + (1 if above and low == math.ceil(low) else 0)
    last = high if math.isinf(high) else math.floor(high) - (1 if below and high == math.floor(high) else 0)
    return (first, 0), (last, 0)


def spans(pairs: Iterable[Span], whole: bool) -> tuple[Span, ...]:
    """Spans put in order, joined where they touch, with whole bounds where data are whole numbers."""
    ready = sorted(one for pair in pairs for one in [_whole(pair) if whole else pair] if one[0] <= one[1])
    joined: list[Span] = []
    for span in ready:
        if joined and (
            span[0] <= joined[-1][1] or _touch(joined[-1][1], span[0]) or _next(joined[-1][1], span[0], whole)
        ):
            joined[-1] = (joined[-1][0], max(joined[-1][1], span[1]))
        else:
            joined.append(span)
    return EVERYTHING if tuple(joined) == EVERYTHING else tuple(joined)


def _next(end: Bound, start: Bound, whole: bool) -> bool:
    return whole and start[0] <= end[0] + 1


def _touch(end: Bound, start: Bound) -> bool:
    """Is there no number between the end of a span and the start of the next?"""
    return end[0] == start[0] and start[1] - end[1] <= 1


def points(numbers: Iterable[Number], whole: bool) -> tuple[Span, ...]:
    return spans([((number, 0), (number, 0)) for number in numbers], whole)


def compared(op: str, limit: Number, whole: bool) -> tuple[Span, ...]:
    """The numbers that are so to a limit: < <= > >= == !=."""
    low, high = (-math.inf, 0), (math.inf, 0)
    if op == "!=":
        return _gaps(points([limit], whole), whole)
    span = {
        "<": (low, (limit, -1)),
        "<=": (low, (limit, 0)),
        ">": ((limit, 1), high),
        ">=": ((limit, 0), high),
        "==": ((limit, 0), (limit, 0)),
    }[op]
    return spans([span], whole)


def samples(region: tuple[Span, ...], whole: bool) -> list[Any]:
    """A few numbers of a region: of each span what lies nearest to zero, its ends and what lies between."""
    found: list[Any] = []
    for span in region:
        found += _samples(span, whole)
    return sorted(dict.fromkeys(found), key=lambda number: (abs(number), number < 0))


def _samples(span: Span, whole: bool) -> list[Any]:
    (low, above), (high, below) = span
    step = 1
    if math.isinf(low) and math.isinf(high):
        return [0, 1]
    if math.isinf(low):
        return [n for n in (0, high - step if below else high, high - step) if _inside(n, span, whole)]
    if math.isinf(high):
        return [n for n in (0, low + step if above else low, low + step) if _inside(n, span, whole)]
    middle = (low + high) // 2 if whole else Fraction(low + high) / 2
    return [n for n in (0, low, high, middle) if _inside(n, span, whole)]


def _inside(number: Any, span: Span, whole: bool) -> bool:
    return span[0] <= (number, 0) <= span[1] and not (whole and number != math.floor(number))


KNOWN = Region(EVERYTHING)
NONE = Region(none=True)
UNKNOWN = Region(unknown=True)
ANY = Region(EVERYTHING, True, True)
