"""Commands for reps, managers and the compliance office: each parses, calls, prints."""

from __future__ import annotations

import datetime
from typing import Any

import click

from advisor.commands.common import (
    FACTS,
    FORMATS,
    RUN,
    SET,
    account_named,
    day,
    finish,
    guarded,
    opened,
    say,
)


@click.command()
@click.argument("account", required=False)
@FACTS
@RUN
@click.option("--top", type=click.IntRange(1), default=5, show_default=True, help="How many steps JSON holds.")
@click.option("--all", "everything", is_flag=True, help="Every step that fits, not only the first.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option(
    "--for", "reader", default="rep", show_default=True, help="Whose page: rep, manager, sponsor, service, finance."
)
@click.option("--strict", is_flag=True, help="Exit 1 when there are data problems, and list them.")
@SET
@guarded
def advise(
    account: str | None,
    top: int,
    everything: bool,
    form: str,
    reader: str,
    strict: bool,
    sets: tuple[str, ...],
    **options: Any,
) -> None:
    """Next steps on one ACCOUNT: an id, a name, or an unambiguous part of a name."""
    from advisor.commands import show, what_if

    advisor = opened(options)
    row = account_named(advisor, account, options.get("facts"))
    if sets:
        say(what_if.advised(advisor, row, sets, top, everything, form, reader))
        return
    advice = advisor.advise(row, top, everything)
    say(show.advice(advice, advisor.printer, form, everything, reader))
    finish(advisor, strict, advice.problems)


@click.command()
@click.argument("account", required=False)
@FACTS
@RUN
@click.option("--format", "form", type=click.Choice(["text", "md", "html"]), default="text", show_default=True)
@click.option(
    "--for", "reader", default="rep", show_default=True, help="Whose brief: rep, manager, sponsor, service, finance."
)
@click.option("--all", "everything", is_flag=True, help="Every step that fits, not only the first.")
@guarded
def brief(account: str | None, form: str, reader: str, everything: bool, **options: Any) -> None:
    """One page on an ACCOUNT to prepare a meeting: stage, needs, people, rhythm, rivals, plan, then the steps."""
    from advisor.commands import show

    advisor = opened(options)
    row = account_named(advisor, account, options.get("facts"))
    say(show.brief(advisor, row, form, reader, everything))


@click.command()
@FACTS
@RUN
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@guarded
def portfolio(form: str, **options: Any) -> None:
    """For the manager: problem accounts, spans, owners, 80/20, funnel, upgrades and tiers of the whole book."""
    from advisor.commands import show

    say(show.portfolio(opened(options), form))


@click.command()
@RUN
@click.option("--owner", default="", metavar="ID", help="Whose accounts (default: everybody's).")
@click.option("--top", type=click.IntRange(1), default=7, show_default=True, help="How many lines.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@guarded
def today(owner: str, top: int, form: str, **options: Any) -> None:
    """The best steps across a rep's accounts, one line per account and person."""
    from advisor.commands import show

    advisor = opened(options)
    say(show.today(advisor, owner, top, form))


@click.command()
@click.argument("account")
@click.argument("play")
@click.argument("answer", metavar="[done|doing|later|wrong|not-mine]")
@RUN
@click.option("--until", callback=day, metavar="DATE", help="With later: not before this day.")
@click.option("--because", default="", metavar="TEXT", help="Why, in your own words.")
@click.option("--subject", default="", metavar="ID", help="The opportunity, where the play is about several.")
@guarded
def reply(
    account: str, play: str, answer: str, until: datetime.date | None, because: str, subject: str, **options: Any
) -> None:
    """Answer a step: it is kept in the history, which every run reads."""
    from advisor.advice import naming, replies
    from advisor.commands import show

    advisor = opened(options)
    row = account_named(advisor, account, None)
    found = naming.play_named(advisor, row, play)
    path = replies.reply(advisor, row, found, answer, until, because, subject)
    say(show.replied(advisor, row, found, answer, until, path))


@click.command()
@click.argument("names", nargs=-1, metavar="[ACCOUNT] [PLAY]")
@FACTS
@RUN
@click.option("--format", "form", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@SET
@click.option("--top", type=click.IntRange(1), default=10, show_default=True, help="Without PLAY: how many of a kind.")
@guarded
def explain(names: tuple[str, ...], form: str, sets: tuple[str, ...], top: int, **options: Any) -> None:
    """Why a PLAY is advised on an ACCOUNT or why not, and the smallest change that would turn it.

    Without PLAY: all that is advised on the account, cannot be decided, or nearly is advised.
    """
    from advisor.commands import what_if

    least = 0 if options.get("facts") else 1
    if not least <= len(names) <= least + 1:
        raise click.UsageError("name an ACCOUNT, and a PLAY or none (with --facts, the PLAY alone or none)")
    advisor = opened(options)
    row = account_named(advisor, names[0] if least else None, options.get("facts"))
    play = names[-1] if len(names) > least else ""
    say(what_if.explained(advisor, row, play, sets, form, top))


@click.command()
@click.argument("account", required=False)
@FACTS
@RUN
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@guarded
def facts(account: str | None, form: str, **options: Any) -> None:
    """Every fact of an ACCOUNT with its unit and origin: asserted, derived, inferred, unknown."""
    from advisor.commands import show_facts

    advisor = opened(options)
    say(show_facts.facts(advisor, account_named(advisor, account, options.get("facts")), form))


@click.command()
@click.argument("account", required=False)
@FACTS
@RUN
@guarded
def compliance(account: str | None, **options: Any) -> None:
    """For the compliance office: the guards that hold for an ACCOUNT, with details and records."""
    from advisor.commands import show

    advisor = opened(options)
    say(show.compliance(advisor, account_named(advisor, account, options.get("facts"))))


COMMANDS = (advise, brief, portfolio, today, reply, explain, facts, compliance)
