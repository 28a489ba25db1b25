"""An account of the book as the facts of a case: what the play's condition reads, without anybody's name."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from advisor.advice.advise import Advisor
from advisor.advice.reasons import fired_leaves
from advisor.bench.blame import blamed, reason_name
from advisor.content.plays import PORTFOLIO, Play
from advisor.core.facts import AccountFacts
from advisor.core.model import Row, State, Value, stop
from advisor.core.reference import Trace, evaluate, find_row
from advisor.core.tree import Count, Expr, Gather, Latest, Leaf, Metric, Name, Node, Rows, When, expr_names, names, walk
from advisor.core.vocabulary import Field

_ACCOUNT, _OPPORTUNITY = "account", "opportunity"
_PEOPLE = frozenset({"contact", "rep"})


@dataclass(frozen=True, slots=True)
class Given:
    """The facts of a case, in the order in which they are to be written, its day, and what must come of them.

    `because` names the fact that makes the play fire, or the one that keeps it silent.
    """

    as_of: datetime.date
    facts: Mapping[str, Any]
    fires: bool
    because: str = ""

    def rounded(self, places: int) -> Given:
        """The same with no number of more decimal places than these."""
        return replace(self, facts={name: _rounded(value, places) for name, value in self.facts.items()})


def of_account(advisor: Advisor, account: Row, play: Play) -> list[Given]:
    """What a case would have to give so that the play finds what it finds in the account.

    Args: advisor – an open run; account – one of its accounts; play – what the case is for.
    Returns: from the shortest to the fullest: derived facts as they stand; then everything that they are made from.
    Raises: AdvisorError – the play is about the whole book, or about a deal and the account has none.
    """
    if play.about == PORTFOLIO:
        raise stop("case-about-the-book", 2, play=play.code)
    facts = advisor.facts(account)
    subject = _subject(advisor, facts, play)
    trace = evaluate(play.when, facts, facts.hand(subject))
    because = _because(trace, advisor)
    return [
        Given(facts.as_of, _Taker(advisor, facts, subject, deep).taken(play.when), trace.verdict is True, because)
        for deep in (False, True)
    ]


def _because(trace: Trace, advisor: Advisor) -> str:
    """The fact that decided. Of those that fire a play, one that is worked out says more than one that is recorded:
    stage and the like only open the way."""
    if trace.verdict is not True:
        return next((reason_name(leaf) for leaf in blamed(trace)), "")
    leaves = list(fired_leaves(trace))
    made = [leaf for leaf in leaves if _is_worked_out(leaf, advisor)]
    return reason_name((made or leaves[::-1])[0]) if leaves else ""


def _is_worked_out(leaf: Trace, advisor: Advisor) -> bool:
    node = leaf.node
    one = advisor.content.vocabulary.field(node.name.entity, node.name.field) if isinstance(node, Leaf) else None
    return bool(one and not one.recorded)


def _rounded(value: Any, places: int) -> Any:
    if isinstance(value, Decimal) and -int(value.as_tuple().exponent) > places:
        return Decimal(f"{round(value, places):f}".rstrip("0").rstrip("."))
    if isinstance(value, float):
        return round(value, places)
    if isinstance(value, dict):
        return {name: _rounded(one, places) for name, one in value.items()}
    return type(value)(_rounded(one, places) for one in value) if isinstance(value, list | tuple) else value


def _subject(advisor: Advisor, facts: AccountFacts, play: Play) -> Row:
    """The account, or the deal that the play fires for, else its first one."""
    rows = facts.rows(play.about) or ()
    if not rows:
        raise stop("account-without-deal", 2, play=play.code, account=facts.account.id)
    fired = [row for row in rows if evaluate(play.when, facts, facts.hand(row)).verdict]
    return (fired or list(rows))[0]


@dataclass
class _Taker:
    """Collects what a condition reads. `deep`: derived facts of the subject are taken apart as well."""

    advisor: Advisor
    facts: AccountFacts
    subject: Row
    deep: bool
    cells: dict[tuple[str, str], dict[str, Value]] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)
    seen: set[tuple[str, str]] = field(default_factory=set)

    def taken(self, node: Node) -> dict[str, Any]:
        for name in (*names(node), *(Name(entity, "id") for entity in _entities(node))):
            self.take(name)
        return dict(self.written())

    def take(self, name: Name) -> None:
        """Note a fact: of the subject or the account as it stands, of other records with what it is made from."""
        if name.via:
            self.take(Name(name.base, name.via))
        own = name.entity in (_ACCOUNT, self.subject.entity) and not name.via
        definition = self.advisor.knowledge.derived.get((name.entity, name.field))
        if own and not (self.deep and definition):
            row = find_row(name, self.facts, self.facts.hand(self.subject))
            if row is not None:
                self.note(row, name.field)
            return
        self.note_all(name)
        if definition and (name.entity, name.field) not in self.seen:
            self.seen.add((name.entity, name.field))
            for below in _read_by(definition.expr, self.advisor.content.vocabulary.entities, self.facts):
                self.take(below)

    def note_all(self, name: Name) -> None:
        self.tables.add(name.entity)
        for row in self.facts.rows(name.entity) or ():
            asserted = row.get(name.field)
            if asserted.state is not State.UNKNOWN:
                self.put(row, name.field, asserted)
            else:
                self.cells.setdefault((row.entity, row.id), {})

    def note(self, row: Row, name: str) -> None:
        value = self.facts.value(row, name)
        if value.state is not State.UNKNOWN:
            self.put(row, name, value)

    def put(self, row: Row, name: str, value: Value) -> None:
        self.cells.setdefault((row.entity, row.id), {})[name] = value

    # --- as the case writes it -------------------------------------------------------------------

    def written(self) -> Iterator[tuple[str, Any]]:
        entities = self.advisor.content.vocabulary.entities
        own = {_ACCOUNT: self.facts.account.id, self.subject.entity: self.subject.id}
        for about in dict.fromkeys((self.subject.entity, _ACCOUNT)):
            yield from self.record(about, own[about]).items()
        for name, entity in entities.items():
            if name in own or name not in self.tables:
                continue
            rows = self.facts.rows(name)
            records = [self.record(name, row.id) for row in rows or ()]
            if entity.rows == "single":
                yield from [(entity.table, record) for record in records[:1] if record]
            elif rows is not None:
                yield entity.table, [record for record in records if record] if records else []

    def record(self, entity: str, row_id: str) -> dict[str, Any]:
        """One record's facts, without names."""
        cells = self.cells.get((entity, row_id), {})
        fields = self.advisor.content.vocabulary.entities[entity].fields
        return {name: _data(value) for name, value in cells.items() if _may_stay(fields[name], entity)}


def _may_stay(one: Field, entity: str) -> bool:
    """Names and all free words about people stay out; references and ids keep records together."""
    if one.guarded or one.name in ("account_id", "name"):
        return False
    return one.type != "text" or one.name == "id" or entity not in _PEOPLE


def _data(value: Value) -> Any:
    return None if value.state is State.NONE else value.data


def _entities(node: Node) -> set[str]:
    return {part.entity for part in walk(node) if isinstance(part, Rows | Count | Latest)}


def _read_by(expr: Expr, entities: Mapping[str, Any], facts: AccountFacts) -> Iterator[Name]:
    """What an expression reads, the tables of metrics with all their fields included."""
    yield from expr_names(expr)
    if isinstance(expr, Gather):
        yield Name(expr.entity, "id")
        yield from (Name(entity, "id") for entity in _entities(expr.where))
    if isinstance(expr, When):
        yield from (Name(entity, "id") for entity in _entities(expr.node))
    if isinstance(expr, Metric):
        needs = facts.knowledge.needs.get(expr.file, {})
        yield from (Name(entity, one) for entity in needs if entity in entities for one in entities[entity].fields)
