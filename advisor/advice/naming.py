"""Which play somebody means who has the page before him: its code or path, or words of the step as printed there."""

from __future__ import annotations

from advisor.advice.advise import Advisor
from advisor.content.plays import Play
from advisor.core.model import AdvisorError, Row, stop

_LISTED = 8


def play_named(advisor: Advisor, account: Row, wanted: str) -> Play:
    """The play by its code, by its path, or by words that stand in one step's headline or title alone.

    Args: advisor – the open run; account – whose page it is; wanted – what was typed.
    Raises: AdvisorError – several steps hold these words, or none does: the message lists the account's steps.
    """
    try:
        return advisor.content.play(wanted)
    except AdvisorError as error:
        near = str(error.problems[0].details.get("near") or "")
    steps = {step.code: step for step in advisor.advise(account, everything=True).steps}
    word = wanted.strip().casefold()
    fits = [code for code, step in steps.items() if word and word in f"{step.headline}\n{step.title}".casefold()]
    if len(fits) == 1:
        return advisor.content.play(fits[0])
    listed = fits or list(steps)
    found = "; ".join(f"{code} {steps[code].headline}" for code in listed[:_LISTED])
    name = account.text("name") or account.id
    code = "ambiguous-step" if fits else "unknown-step" if found else "unknown-play"
    raise stop(code, 2, name=wanted, account=name, found=found, near=near)
