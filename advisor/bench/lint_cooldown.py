"""Plays that come back without the trainer's saying when: their condition goes on holding, and no rest is given."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.content.content import Content
from advisor.content.plays import Play
from advisor.core.model import Problem
from advisor.core.tree import Leaf, walk

_DEAL = "opportunity"
_DATED = frozenset({"within_last", "within_next"})
_REST = "again_after_days"


def check_cooldown(content: Content) -> Iterator[Problem]:
    """Plays about an account (or the book) that say neither how long they rest once done nor by which day they end.

    A deal ends by itself, so a play about one does not come back; nor does one that is tied to a day (`by`, `before`,
    or a condition within some days of one).
    """
    for play in content.plays:
        if play.about != _DEAL and not play.not_again_for and not _dated(play):
            details = {"title": play.code, "days": content.policy.get(_REST, "")}
            yield Problem("cooldown-missing", play.places.get("when", play.place), "warning", details)


def _dated(play: Play) -> bool:
    parts = [part for part in walk(play.when) if isinstance(part, Leaf)]
    return bool(play.timing.by) or any(part.op in _DATED for part in parts)
