"""Commands around a release of content: what a change does to a book, and advice made again."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click

from advisor.commands.common import FACTS, FORMATS, PATH, RUN, guarded, say, wish

_PATIENCE = 2.0


def _progress(done: int, all_: int) -> None:
    """Said only to somebody who waits at a terminal, and only when it takes long."""
    if sys.stderr.isatty() and time.monotonic() - _started > _PATIENCE:
        click.echo(f"\r{done}/{all_}" if done < all_ else "\r" + " " * 20 + "\r", err=True, nl=False)


_started = time.monotonic()


@click.command()
@RUN
@click.option("--against", default="", metavar="REV|DIR", help="A git revision, or a folder with content.")
@click.option("--top", type=click.IntRange(1), default=5, show_default=True, help="How many steps of an account show.")
@click.option("--sample", type=click.IntRange(0), default=1, show_default=True, help="Texts shown per play and change.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@guarded
def impact(against: str, top: int, sample: int, form: str, **options: Any) -> None:
    """What a change of content does to a book: who gains, loses or sees in other words which play."""
    from advisor.commands import show_release

    say(show_release.impact(wish(options), against, top, sample, form, _progress))


@click.command()
@click.argument("record", type=PATH, metavar="FILE")
@FACTS
@RUN
@click.option(
    "--against", "--content-rev", "against", default="", metavar="REV", help="With the content of a git revision."
)
@guarded
def replay(record: Path, facts: str | None, against: str, **options: Any) -> None:
    """Make earlier advice again (FILE of advise --format json) and say whether every byte is the same."""
    from advisor.commands import show_release

    text, same = show_release.replayed(record, wish(options), facts, against)
    say(text)
    sys.exit(0 if same else 1)


COMMANDS = (impact, replay)
