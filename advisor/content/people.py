"""Picking the person to see: from the account's own contacts, by wishes and ties that content states."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from advisor.content.plays import Play, Wish
from advisor.core.facts import AccountFacts
from advisor.core.model import Row
from advisor.core.reference import read
from advisor.core.tree import TRUE, Node

Rows = tuple[Row, ...]


@dataclass(frozen=True)
class Picking:
    """Who can be seen at all, who is preferred, and what breaks ties: (`highest` or `earliest`, field) pairs."""

    eligible: Node = TRUE
    prefer: Node = TRUE
    ties: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Pick:
    """A contact and the role in which it is to be seen; not `sure` when the contact's roles are not on file."""

    role: str
    contact: Row | None
    sure: bool = True


@dataclass(frozen=True)
class _Chooser:
    facts: AccountFacts
    picking: Picking
    hand: Rows
    taken: Mapping[str, Row]
    barred: frozenset[str]

    def pick(self, wishes: tuple[Wish, ...], but: frozenset[str] = frozenset()) -> Pick:
        """The first wish that somebody meets; else somebody without noted roles; else nobody for the first role."""
        for wish in wishes:
            for role, matches in self.meanings(wish):
                found = [row for row in self.candidates if row.id not in but and matches(row)]
                if found:
                    best = min(found, key=self.preference)
                    return Pick(role or self.first_role(best), best)
        role = self.first_wished_role(wishes)
        unknown = [row for row in self.candidates if row.id not in but and not row.get("buying_roles").known]
        return Pick(role, min(unknown, key=self.preference), False) if role and unknown else Pick(role, None)

    @functools.cached_property
    def candidates(self) -> list[Row]:
        """The contacts that can be seen at all."""
        contacts = self.facts.rows("contact") or ()
        return [
            row for row in contacts if row.id not in self.barred and self.holds(self.picking.eligible, row) is not False
        ]

    def holds(self, node: Node, row: Row) -> bool | None:
        return self.facts.verdict(node, (*self.hand, row))

    def meanings(self, wish: Wish) -> list[tuple[str, Callable[[Row], bool]]]:
        """What a wish asks of a contact, with the role that it stands for."""
        if wish.where is not None:
            where = wish.where
            return [("", lambda row: self.holds(where, row) is True)]
        if wish.role:
            return [(wish.role, lambda row: self.has_role(row, wish.role))]
        return [self.meaning_of(one) for one in self.wished(wish)]

    def wished(self, wish: Wish) -> tuple[Any, ...]:
        if wish.fact is None:
            return ()
        if wish.fact.via.startswith("take:"):
            row = self.taken.get(wish.fact.via.removeprefix("take:"))
            value = self.facts.value(row, wish.fact.field) if row else None
        else:
            value = read(wish.fact, self.facts, self.hand)
        if value is None or not value.known:
            return ()
        return value.data if isinstance(value.data, tuple) else (value.data,)

    def meaning_of(self, data: Any) -> tuple[str, Callable[[Row], bool]]:
        ids = {row.id for row in self.facts.rows("contact") or ()}
        if data in ids:
            return "", lambda row: row.id == data
        return str(data), lambda row: self.has_role(row, str(data))

    def has_role(self, row: Row, role: str) -> bool:
        roles = row.get("buying_roles")
        return roles.known and role in roles.data

    def preference(self, row: Row) -> tuple[Any, ...]:
        return (
            self.holds(self.picking.prefer, row) is not True,
            *(self.tie(row, *tie) for tie in self.picking.ties),
            row.id,
        )

    def tie(self, row: Row, how: str, field: str) -> tuple[bool, Any]:
        """Unknown dates count as longest ago, unknown figures as lowest."""
        value = self.facts.value(row, field)
        if how == "earliest":
            return (value.known, value.data.toordinal() if isinstance(value.data, datetime.date) else 0)
        return (not value.known, -value.data if value.known else 0)

    def first_role(self, row: Row) -> str:
        roles = row.get("buying_roles")
        return str(roles.data[0]) if roles.known and roles.data else ""

    def first_wished_role(self, wishes: tuple[Wish, ...]) -> str:
        """The role that is looked for; a wish for one particular contact names none."""
        for wish in wishes:
            if wish.role:
                return wish.role
            if wish.fact is not None and wish.fact.type == "choices":
                found = self.wished(wish)
                if found:
                    return str(found[0])
        return ""


@dataclass(frozen=True)
class Picked:
    """Whom to see first, whom then, and the roles not to go to first."""

    first: Pick
    then: Pick | None
    not_first: tuple[str, ...]


def choose(
    play: Play, facts: AccountFacts, picking: Picking, hand: Rows, taken: Mapping[str, Row], barred: frozenset[str]
) -> Picked:
    """Pick the people for one step.

    Args: play – whose wishes count; facts, hand – the account and the rows in hand; picking – who can be seen;
    taken – the rows that the play took; barred – contact ids that a guard keeps everybody away from.
    Returns: the pick; its contact is None when nobody on file fits.
    """
    chooser = _Chooser(facts, picking, hand, taken, barred)
    see = play.see
    first = chooser.pick(see.first)
    but = frozenset({first.contact.id}) if first.contact else frozenset()
    then = chooser.pick(see.then, but) if see.then else None
    return Picked(
        first, then if then and then.contact else None, tuple(wish.role for wish in see.not_first if wish.role)
    )
