"""The command that makes a book up: it parses, calls, prints."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from advisor.commands.common import CONTENT, LANG, PATH, day, guarded, say


@click.command()
@click.option("--accounts", type=click.IntRange(1), required=True, metavar="N", help="How many accounts.")
@click.option("--out", type=PATH, required=True, metavar="DIR", help="A new or an empty folder.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Another seed, another book.")
@click.option("--format", "form", type=click.Choice(["parquet", "csv"]), default="parquet", show_default=True)
@click.option("--as-of", callback=day, metavar="DATE", help="The day of the book (default: that of rules/sample.yaml).")
@click.option(
    "--dirt", type=click.FloatRange(0, 1), default=0.02, show_default=True, help="Share of odd cells; 0 for none."
)
@CONTENT
@LANG
@guarded
def sample(
    accounts: int,
    out: Path,
    seed: int,
    form: str,
    as_of: datetime.date | None,
    dirt: float,
    content: Path | None,
    lang: str | None,
) -> None:
    """Make up a book of N accounts with all that belongs to them, to try things on; nobody in it is real.

    Account number i is the same in a book of any size.
    """
    from advisor.commands import show_sample

    for line in show_sample.made(accounts, out, seed, form, as_of, dirt, content, lang):
        say(line)


COMMANDS = (sample,)
