"""No play is dead: in the demo book each fires and is silent at least once. `pytest -s` prints play × stage."""

from __future__ import annotations

import functools
from collections import Counter, defaultdict

from support import demo

from advisor.content.plays import ABOUTS

NO_STAGE = "-"


@functools.cache
def counted() -> tuple[dict[str, Counter[str]], dict[str, Counter[str]]]:
    """How often each play fires and stays silent, by the account's stage."""
    advisor = demo()
    fired: dict[str, Counter[str]] = defaultdict(Counter)
    silent: dict[str, Counter[str]] = defaultdict(Counter)
    for account in advisor.book.accounts():
        facts = advisor.facts(account)
        stage = facts.value(account, "stage")
        for one in advisor.traces(facts):
            (fired if one.trace.verdict else silent)[one.play.code][str(stage.data) if stage.known else NO_STAGE] += 1
    return fired, silent


def in_book() -> dict[str, bool]:
    """The verdicts of the plays about the whole book, which has one subject only."""
    advisor = demo()
    return {one.play.code: bool(one.trace.verdict) for one in advisor.traces(advisor.book_facts(), ABOUTS[-1:])}


def about_the_book() -> set[str]:
    return {play.code for play in demo().plays.values() if play.about == ABOUTS[-1]}


def test_every_play_fires_in_the_demo_book() -> None:
    dead = sorted(set(demo().plays) - set(counted()[0]) - {code for code, fires in in_book().items() if fires})
    assert not dead, f"never fired in the demo book: {dead}"


def test_every_play_is_silent_somewhere() -> None:
    """Plays about the book have one subject here; that they can be silent, their cases show."""
    always = sorted(set(demo().plays) - set(counted()[1]) - about_the_book())
    assert not always, f"fired on every account: {always}"


def test_every_stage_gets_advice() -> None:
    field = demo().content.vocabulary.field("account", "stage")
    assert field and field.choices
    stages = {stage for per in counted()[0].values() for stage in per}
    assert set(field.choices.labels) <= stages


def test_nothing_fires_nearly_everywhere() -> None:
    """A play that fires on more than half of the accounts would be a refrain, not advice."""
    most = len(demo().book.accounts()) // 2
    assert not {code: sum(per.values()) for code, per in counted()[0].items() if sum(per.values()) > most}


def test_coverage_play_by_stage() -> None:
    lines = table()
    print("\n" + "\n".join(lines))
    assert len(lines) == len(demo().plays) + 1


def table() -> list[str]:
    """The coverage: one line a play, how often it fires in each stage of the demo book."""
    fired = counted()[0]
    field = demo().content.vocabulary.field("account", "stage")
    stages = [*(field.choices.labels if field and field.choices else ()), NO_STAGE]
    lines = ["play  " + "  ".join(f"{stage[:9]:>9}" for stage in stages)]
    for code in sorted(demo().plays):
        cells = [fired[code][stage] if code in fired else 0 for stage in stages]
        book = "  (whole book)" if code in about_the_book() else ""
        lines.append(f"{code:5} " + "  ".join(f"{cell or '.':>9}" for cell in cells) + book)
    return lines
