"""The comparison as plain data: every change, with fixed names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from advisor.content.plays import PORTFOLIO
from advisor.release.firings import CHANGED
from advisor.release.impact import KINDS, Account, Change, Impact, Reach, Standing
from advisor.release.sides import Version


def record(found: Impact) -> dict[str, Any]:
    """The whole comparison. `kinds` are gain, lose, shown, hidden, rank, words, draft."""
    marks: dict[str, Callable[[Account], str]] = {
        "stage": lambda account: account.stage.value,
        "tier": lambda account: account.tier.value,
        "owner": lambda account: account.owner.value,
    }
    return {
        "before": _version(found.old),
        "after": _version(found.new),
        "as_of": found.as_of.isoformat(),
        "lang": found.language,
        "top": found.top,
        "accounts": found.accounts,
        "changed": sum(account.id != PORTFOLIO for account in found.found),
        "totals": _counts(found.counts()),
        "plays": [_play(one, found) for one in found.reach],
        **{f"by_{name}": _by(found, of) for name, of in marks.items()},
        "changes": [_account(account) for account in found.found],
    }


def _version(version: Version) -> dict[str, Any]:
    return {"name": version.name, "commit": version.commit or None, "content": version.content.digest}


def _counts(counts: Counter[str]) -> dict[str, int]:
    return {kind: counts[kind] for kind in KINDS}


def _play(one: Reach, found: Impact) -> dict[str, Any]:
    kinds = Counter(kind for _, change in found.changes() if change.play == one.play.path for kind in change.kinds)
    named = {"play": one.play.path, "code": one.play.code, "title": found.printer.label(one.play.title)}
    reach = {
        "what": one.fate or CHANGED,
        "draft": one.draft,
        "reach_before": one.old,
        "reach_after": one.new,
        "without_effect": one.idle,
    }
    return {**named, **reach, "counts": _counts(kinds)}


def _by(found: Impact, of: Callable[[Account], str]) -> list[dict[str, Any]]:
    own = [account for account in found.found if account.id != PORTFOLIO]
    rows = []
    for value in sorted({of(account) for account in own}):
        group = [account for account in own if of(account) == value]
        kinds = Counter(kind for account in group for change in account.changes for kind in change.kinds)
        rows.append({"value": value or None, "accounts": len(group), "counts": _counts(kinds)})
    return rows


def _account(account: Account) -> dict[str, Any]:
    marks = {
        "stage": account.stage.value or None,
        "tier": account.tier.value or None,
        "owner": account.owner.value or None,
    }
    return {
        "account": {"id": account.id, "name": account.name, **marks},
        "plays": [_change(change) for change in account.changes],
        "guards_gone": list(account.guards_old),
        "guards_new": list(account.guards_new),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "play": change.play,
        "code": change.code,
        "title": change.title,
        "subject": {"entity": change.subject[0], "id": change.subject[1], "about": change.about or None},
        "kinds": list(change.kinds),
        "draft": change.draft,
        "before": _standing(change.old),
        "after": _standing(change.new),
        "said": [{"part": one.part, "before": list(one.old), "after": list(one.new)} for one in change.said],
    }


def _standing(place: Standing | None) -> dict[str, Any] | None:
    return {"rank": place.rank, "of": place.of, "shown": place.shown} if place else None
