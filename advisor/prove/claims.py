"""What is claimed of one play: that it can fire, and that each of its conditions matters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from advisor.content.content import Content
from advisor.content.plays import Play
from advisor.core.model import Place, Problem
from advisor.core.tree import TRUE as ALWAYS
from advisor.core.tree import All, Node, NotTrue
from advisor.prove import domains
from advisor.prove.domains import HOLDS, NEVER
from advisor.prove.leaves import Part, facts_of, parts, without
from advisor.prove.prover import Prover, day_of
from advisor.prove.symbols import NOT_TRUE, TRUE, Encoder
from advisor.prove.terms import Numbers
from advisor.prove.witness import Witness

PROVED, DISPROVED, UNDECIDED = "proved", "disproved", "undecided"


@dataclass(frozen=True)
class Finding:
    """A claim about plays and how it came out; the problem to report, if any, and a situation that shows it."""

    claim: str
    outcome: str
    plays: tuple[Play, ...]
    problem: Problem | None = None
    witness: Witness | None = None
    lines: tuple[Place, ...] = ()


def place_of(play: Play, key: str = "when") -> Place:
    return play.places.get(key, play.place)


def shown(places: tuple[Place, ...], home: Place) -> str:
    """Places in a few words: in the play's own file by line and column alone."""
    return ", ".join(f"{one.line}:{one.column}" if one.path == home.path else str(one) for one in places)


# --- can it fire? --------------------------------------------------------------------------------


def can_fire(play: Play, prover: Prover) -> tuple[Finding, list[Witness]]:
    """Proved with a situation in which it fires, disproved with the lines that contradict each other, or undecided.

    A play that fires only where the records assert a derived fact against its definition gets a warning.
    """
    verdict, found = prover.together([play])
    home = place_of(play)
    if verdict == NEVER:
        core = _core(play, prover, False)
        details = {"code": play.code, "lines": shown(core, home)}
        problem = Problem("prove-never-fires", core[0] if core else home, "error", details)
        return Finding("fires", DISPROVED, (play,), problem, lines=core), []
    if verdict != HOLDS:
        problem = Problem("prove-fires-undecided", home, "note", {"code": play.code})
        return Finding("fires", UNDECIDED, (play,), problem), []
    warning: Problem | None = None
    lines: tuple[Place, ...] = ()
    if _asserts(found[0], play, prover):
        lines = _core(play, prover, True)
        details = {"code": play.code, "lines": shown(lines, home)}
        warning = Problem("prove-only-asserted", lines[0] if lines else home, "warning", details)
    return Finding("fires", PROVED, (play,), warning, found[0], lines), found


def _asserts(witness: Witness, play: Play, prover: Prover) -> bool:
    """Does the play fire only where derived facts are stated against their definitions?"""
    return "derived" in witness.facts and prover.never([(play.when, play.about, TRUE)], expand=True)


def _core(play: Play, prover: Prover, expand: bool) -> tuple[Place, ...]:
    """The places of a smallest set of parts that contradict each other: none of them can be left out."""
    taken: frozenset[int] = frozenset()
    every = parts(play.when)
    for part in every:
        tried = taken | {part.number}
        if prover.never([(without(play.when, tried), play.about, TRUE)], expand):
            taken = tried
    return tuple(part.place for part in every if part.number not in taken)


# --- does each condition matter? -----------------------------------------------------------------


def idle_parts(play: Play, prover: Prover) -> Iterator[Finding]:
    """The parts of which it is proved that the play fires as often without them."""
    every = parts(play.when)
    for part in every:
        found = _idle(part, play, prover) if _may_be_idle(part, every, prover) else ""
        if found:
            details = {"code": play.code, "fact": part.fact}
            yield Finding("matters", DISPROVED, (play,), Problem(found, part.place, "warning", details))


def _idle(part: Part, play: Play, prover: Prover) -> str:
    """The message where leaving it out changes nothing, else an empty string."""
    taken = frozenset({part.number})
    if _same(without(play.when, taken), play.when, play, prover):
        return "prove-unless-idle" if part.blocks else "prove-part-idle"
    if _same(play.when, without(play.when, taken, easier=False), play, prover):
        return "prove-part-idle" if part.blocks else "prove-part-dead"
    return ""


def _same(wider: Node, narrower: Node, play: Play, prover: Prover) -> bool:
    """The one never holds without the other."""
    return prover.never([(wider, play.about, TRUE), (narrower, play.about, NOT_TRUE)])


def _may_be_idle(part: Part, every: list[Part], prover: Prover) -> bool:
    """Only a part can be idle that shares a fact with another, or that is true or false of whatever there may be."""
    own = facts_of(part)
    return any(own & facts_of(other) for other in every if other is not part) or prover.is_settled(part.node)


# --- for the plain check -------------------------------------------------------------------------


def idle_exceptions(content: Content) -> Iterator[Problem]:
    """The parts of `unless` that can never hold where the rest of the play does: by the exact analysis alone.

    Cheap enough for every `advisor check`: only parts that share a fact with the play's `when` are looked at.
    """
    numbers = Numbers(day_of(content))
    for play in content.plays:
        if isinstance(play.when, All) and any(isinstance(item, NotTrue) for item in play.when.items):
            yield from _idle_exceptions(play, content, numbers)


def _idle_exceptions(play: Play, content: Content, numbers: Numbers) -> Iterator[Problem]:
    every = parts(play.when)
    asked = frozenset(name for part in every if not part.blocks for name in facts_of(part))
    for part in every:
        if part.blocks and facts_of(part) & asked:
            weaker = without(play.when, frozenset({part.number}))
            encoder = Encoder(content, numbers)
            demands = [(weaker, TRUE), (play.when, NOT_TRUE)]
            formula = encoder.finish(*[encoder.condition(node, play.about, want) for node, want in demands])
            if weaker != ALWAYS and domains.solve(formula, encoder.domain).verdict == NEVER:
                details = {"code": play.code, "fact": part.fact}
                yield Problem("prove-unless-idle", part.place, "warning", details)
