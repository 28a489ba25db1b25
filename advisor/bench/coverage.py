"""What cases prove of their plays: firing and silent, each leaf true, false and unknown, each stage that is named."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from advisor.bench.cases import CaseResult
from advisor.bench.sightings import leaves
from advisor.content.content import Content
from advisor.content.plays import Play
from advisor.content.read_cases import FIRES, SILENT
from advisor.core.model import Place, known
from advisor.core.reference import Verdict, compare
from advisor.core.tree import (
    AsOf,
    Const,
    Count,
    Derived,
    Leaf,
    Name,
    Node,
    Not,
    NotTrue,
    Operand,
    children,
    undecided_inputs,
)

_ENTITY, _STAGE = "account", "stage"
VERDICTS: Mapping[Verdict, str] = {True: "true", False: "false", None: "unknown"}
_STATES = ("is_known", "is_none")
_MADE_OF = 4
_DEEPEST = 8


@dataclass(frozen=True)
class Unseen:
    """A leaf and the verdict that no case shows; `made_of` are the recorded facts that it comes from."""

    text: str
    verdict: str
    place: Place
    made_of: tuple[str, ...]


@dataclass(frozen=True)
class PlayCoverage:
    """One play: verdicts of its leaves that cases show and could show, and the stages that it names."""

    play: Play
    expects: frozenset[str]
    wanted: Mapping[str, int]
    unseen: tuple[Unseen, ...]
    stages: tuple[str, ...]
    shown: frozenset[str]

    @property
    def total(self) -> int:
        return sum(self.wanted.values())

    @property
    def seen(self) -> int:
        return self.total - len(self.unseen)

    @property
    def percent(self) -> int:
        return percent(self.seen, self.total)

    @property
    def stages_not_shown(self) -> tuple[str, ...]:
        return tuple(stage for stage in self.stages if stage not in self.shown)


@dataclass(frozen=True)
class Coverage:
    """All plays that were run; where none was, nothing is covered."""

    plays: tuple[PlayCoverage, ...]

    @property
    def seen(self) -> int:
        return sum(one.seen for one in self.plays)

    @property
    def total(self) -> int:
        return sum(one.total for one in self.plays)

    @property
    def percent(self) -> int:
        return percent(self.seen, self.total) if self.plays else 0

    def with_case(self, expect: str) -> int:
        """How many plays have a case that expects this."""
        return sum(expect in one.expects for one in self.plays)

    def of(self, verdict: str) -> tuple[int, int]:
        """How many leaves are seen with a verdict, and how many could be."""
        wanted = sum(one.wanted[verdict] for one in self.plays)
        return wanted - sum(gap.verdict == verdict for one in self.plays for gap in one.unseen), wanted

    @property
    def stages(self) -> tuple[int, int]:
        """Of all stages that plays name, those with a firing case, and all."""
        total = sum(len(one.stages) for one in self.plays)
        return total - sum(len(one.stages_not_shown) for one in self.plays), total

    @property
    def worst(self) -> tuple[PlayCoverage, ...]:
        """The plays with something left to show, those with the most first."""
        left = [one for one in self.plays if one.unseen or one.stages_not_shown or len(one.expects) < 2]
        return tuple(sorted(left, key=lambda one: (len(one.expects), -len(one.unseen), one.play.code)))


def percent(part: int, whole: int) -> int:
    """Rounded down, so that only all is 100; of nothing, all."""
    return part * 100 // whole if whole else 100


def coverage(content: Content, plays: Iterable[Play], results: Iterable[CaseResult]) -> Coverage:
    """What the cases of some plays show.

    Args: content – with all facts; plays – those that were run; results – how their cases came out.
    """
    by_play: dict[str, list[CaseResult]] = {}
    for result in results:
        by_play.setdefault(result.play.path, []).append(result)
    return Coverage(tuple(_of_play(content, play, by_play.get(play.path, [])) for play in plays))


def _of_play(content: Content, play: Play, results: list[CaseResult]) -> PlayCoverage:
    seen = {sighting for result in results for sighting in result.seen}
    wanted, unseen = dict.fromkeys(VERDICTS.values(), 0), []
    for number, leaf in enumerate(leaves(play.when)):
        for verdict in _possible(leaf, content):
            wanted[VERDICTS[verdict]] += 1
            if (number, verdict) not in seen:
                made_of = tuple(_made_of(leaf, content))[:_MADE_OF] or (_fact(leaf),)
                unseen.append(Unseen(leaf_text(leaf), VERDICTS[verdict], leaf.place, made_of))
    marks = {mark for result in results if result.passed for mark in result.marks}
    shown = frozenset(data for name, data in marks if name == _STAGE)
    expects = frozenset(case.expect for case in play.cases) & {FIRES, SILENT}
    return PlayCoverage(play, expects, wanted, tuple(unseen), _stages(play, content), shown)


# --- leaves --------------------------------------------------------------------------------------


def _possible(leaf: Leaf | Count, content: Content) -> tuple[Verdict, ...]:
    """The verdicts that some facts could bring about; those that never can are not asked for."""
    if isinstance(leaf, Leaf) and (leaf.op in _STATES or not _may_be_unknown(leaf.name, content)):
        return (True, False)
    return (True, False, None)


def _may_be_unknown(name: Name, content: Content, depth: int = _DEEPEST) -> bool:
    """Not a derived fact that reads nothing, or only what is itself always decided; a case is no whole book."""
    made = content.derived.get((name.entity, name.field))
    if made is None or made.in_book or name.via or depth == 0:
        return True
    return any(_may_be_unknown(one, content, depth - 1) for one in undecided_inputs(made))


def _made_of(leaf: Leaf | Count, content: Content) -> Iterator[str]:
    """The recorded facts that decide a leaf, as a case names them."""
    if isinstance(leaf, Count):
        yield content.vocabulary.entities[leaf.entity].table
        return
    yield from dict.fromkeys(_roots(leaf.name, content, _DEEPEST))


def _roots(name: Name, content: Content, depth: int) -> Iterator[str]:
    made: Derived | None = content.derived.get((name.entity, name.field))
    field = content.vocabulary.field(name.entity, name.field)
    if made is None or depth == 0 or (field and field.recorded):
        entity = content.vocabulary.entities[name.entity]
        yield name.field if entity.rows == "one" or name.entity == "opportunity" else f"{entity.table}.{name.field}"
        return
    for one in undecided_inputs(made):
        yield from _roots(one, content, depth - 1)


def leaf_text(leaf: Leaf | Count) -> str:
    """A leaf much as a trainer writes it."""
    name = _fact(leaf)
    op = "" if leaf.op == "is" else leaf.op.replace("_", " ")
    between = " and " if leaf.op == "between" else ", "
    operands = between.join(_operand(one) for one in leaf.operands)
    return f"{name}: {' '.join(part for part in (op, operands) if part)}"


def _fact(leaf: Leaf | Count) -> str:
    return f"count {leaf.entity}" if isinstance(leaf, Count) else _name(leaf.name)


def _name(name: Name) -> str:
    return name.field if name.entity in (_ENTITY, "opportunity") and not name.via else str(name)


def _operand(operand: Operand) -> str:
    if isinstance(operand, AsOf):
        return "$as_of"
    if isinstance(operand, Name):
        return f"${_name(operand)}"
    return operand.text or (str(operand.data).lower() if isinstance(operand.data, bool) else str(operand.data))


# --- stages --------------------------------------------------------------------------------------


def _stages(play: Play, content: Content) -> tuple[str, ...]:
    """The stages that a play names as its own, in their order; those that only block it are left out."""
    field = content.vocabulary.field(_ENTITY, _STAGE)
    choices = tuple(field.choices.labels) if field and field.choices else ()
    own = [leaf for leaf in _asked(play.when) if (leaf.name.entity, leaf.name.field) == (_ENTITY, _STAGE)]
    return tuple(choice for choice in choices if any(_holds(leaf, choice) for leaf in own))


def _asked(node: Node) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        yield node
    elif not isinstance(node, Not | NotTrue):
        for child in children(node):
            yield from _asked(child)


def _holds(leaf: Leaf, choice: str) -> bool:
    limits = tuple(one.value for one in leaf.operands if isinstance(one, Const))
    return len(limits) == len(leaf.operands) > 0 and compare(leaf, known(choice), limits, datetime.date.min) is True
