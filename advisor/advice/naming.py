"""Which play somebody means who has the page before him: its code or path, or words of the step as printed there."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.advice.advise import Advisor
from advisor.content.plays import Play
from advisor.core.model import AdvisorError, Row, stop

_LISTED = 8


def play_named(advisor: Advisor, account: Row, wanted: str, every: bool = False) -> Play:
    """The play by its code, by its path, or by words that stand in one step's headline or title alone.

    Args: advisor – the open run; account – whose page it is; wanted – what was typed; every – also plays that are not
    advised there, by words of their title.
    Raises: AdvisorError – several steps hold these words, or none does: the message lists the account's steps.
    """
    try:
        return advisor.content.play(wanted)
    except AdvisorError as error:
        near = str(error.problems[0].details.get("near") or "")
    steps = {step.code: step for step in advisor.advise(account, everything=True).steps}
    heads = {code: step.headline for code, step in steps.items()}
    fits = _holding(wanted, {code: f"{step.headline}\n{step.title}" for code, step in steps.items()})
    if not fits and every:
        heads = {play.code: advisor.printer.label(play.title) for play in advisor.content.plays} | heads
        fits = _holding(wanted, {play.code: "\n".join(play.title.values()) for play in advisor.content.plays})
    if len(fits) == 1:
        return advisor.content.play(fits[0])
    found = advisor.printer.word("explain_items").join(f"{code} {heads[code]}" for code in (fits or [*steps])[:_LISTED])
    code = "ambiguous-step" if fits else "unknown-step" if found else "unknown-play"
    raise stop(code, 2, name=wanted, account=account.text("name") or account.id, found=found, near=near)


def _holding(wanted: str, texts: Mapping[str, str]) -> list[str]:
    """The codes whose text holds the words."""
    word = wanted.strip().casefold()
    return [code for code, text in texts.items() if word and word in text.casefold()]
