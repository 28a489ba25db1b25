"""Which account comes first (methodology section 8, between accounts)."""

from __future__ import annotations

from advisor.advice.advice import Advice
from advisor.content.content import Content

Key = tuple[int, int, int, int, str]


def order_of(advice: Advice, content: Content) -> Key:
    """An account's place: accounts with advice first, by their most urgent step, then by tier, then by id.

    Accounts in a stage of `policy.last_stages` come after those of every tier.
    """
    step = advice.steps[0] if advice.steps else None
    urgency = step.urgency if step else 0
    hours = step.hours if step and step.urgency == 1 else 0
    return (0 if step else 1, urgency, hours, _tier(advice, content), advice.account.id)


def _tier(advice: Advice, content: Content) -> int:
    field = content.vocabulary.field("account", "tier")
    tiers = list(field.choices.labels) if field and field.choices else []
    if advice.marks.get("stage") in content.policy.get("last_stages", ()):
        return len(tiers) + 1
    tier = advice.marks.get("tier")
    return tiers.index(tier) if tier in tiers else len(tiers)
