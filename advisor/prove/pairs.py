"""What is claimed of two plays: that neither is swallowed by the other, and that conflicts exclude each other."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping

from advisor.content.plays import Play
from advisor.core.model import Problem
from advisor.prove.claims import DISPROVED, PROVED, UNDECIDED, Finding, place_of
from advisor.prove.domains import HOLDS, NEVER
from advisor.prove.prover import Prover, active
from advisor.prove.symbols import NOT_TRUE, TRUE
from advisor.prove.witness import Witness

Situations = Mapping[str, list[Witness]]


def swallowed(prover: Prover, situations: Situations) -> Iterator[Finding]:
    """Plays of the same subject, readers and urgency of which one fires whenever the other does.

    A situation of the one in which the other stays silent settles most pairs; the solver is asked for the rest.
    """
    groups: dict[tuple[object, ...], list[Play]] = defaultdict(list)
    for play in active(prover.content):
        groups[(play.about, frozenset(play.readers), play.timing.urgency)].append(play)
    for group in groups.values():
        done: set[frozenset[str]] = set()
        for play in group:
            for other in _wider(play, group, situations):
                pair = frozenset({play.code, other.code})
                if pair not in done and _declared_apart(play, other) and _implies(play, other, prover):
                    done.add(pair)
                    yield _swallowed(play, other, situations)


def _wider(play: Play, group: list[Play], situations: Situations) -> Iterator[Play]:
    """The plays that fire in every situation at hand of this one."""
    for other in group:
        own = situations.get(play.code)
        if other is not play and own and _covers(other, play) and all(one.fires(other) for one in own):
            yield other


def _covers(other: Play, play: Play) -> bool:
    """Is the other in force on every day that this one is?"""
    first, last = datetime.date.min, datetime.date.max
    begins = (other.valid_from or first) <= (play.valid_from or first)
    return begins and (other.valid_to or last) >= (play.valid_to or last)


def _declared_apart(play: Play, other: Play) -> bool:
    return other.code not in play.beside and play.code not in other.beside


def _implies(play: Play, other: Play, prover: Prover) -> bool:
    return prover.never([(play.when, play.about, TRUE), (other.when, other.about, NOT_TRUE)])


def _swallowed(play: Play, other: Play, situations: Situations) -> Finding:
    details = {"code": play.code, "other": other.code, "at": str(place_of(other))}
    if _same_deed(play, other):
        problem = Problem("prove-swallowed-same", place_of(play), "error", details)
    else:
        problem = Problem("prove-swallowed", place_of(play), "warning", details)
    return Finding("apart", DISPROVED, (play, other), problem, situations[play.code][0])


def _same_deed(play: Play, other: Play) -> bool:
    if (play.lead, play.degree) != (other.lead, other.degree):
        return False
    return any(
        [line.text for line in words.steps] == [line.text for line in other.words[language].steps] and words.steps
        for language, words in play.words.items()
        if language in other.words
    )


def conflicts(prover: Prover) -> Iterator[Finding]:
    """Pairs declared `conflicts_with`: proved never to fire together, or a situation in which they do."""
    plays = {play.code: play for play in active(prover.content)}
    done: set[frozenset[str]] = set()
    for play in plays.values():
        for code in play.conflicts_with:
            other, pair = plays.get(code), frozenset({play.code, code})
            if other is not None and other is not play and pair not in done:
                done.add(pair)
                yield _conflict(play, other, prover)


def _conflict(play: Play, other: Play, prover: Prover) -> Finding:
    place = place_of(play, "conflicts_with")
    details = {"code": play.code, "other": other.code}
    if not _meet(play, other):
        return Finding("exclusive", PROVED, (play, other))
    verdict, found = prover.together([play, other])
    if verdict == NEVER:
        return Finding("exclusive", PROVED, (play, other))
    if verdict == HOLDS:
        return Finding(
            "exclusive", DISPROVED, (play, other), Problem("prove-conflict", place, "error", details), found[0]
        )
    return Finding("exclusive", UNDECIDED, (play, other), Problem("prove-conflict-undecided", place, "note", details))


def _meet(play: Play, other: Play) -> bool:
    """Are there days on which both are in force?"""
    first, last = datetime.date.min, datetime.date.max
    return max(play.valid_from or first, other.valid_from or first) <= min(
        play.valid_to or last, other.valid_to or last
    )
