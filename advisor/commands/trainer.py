"""Commands of the trainer's bench: each parses, calls, prints, exits."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from advisor.commands.common import (
    CONTENT,
    LANG,
    PATH,
    guarded,
    say,
)


@click.command()
@click.argument("path", required=False, type=PATH)
@LANG
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@guarded
def check(path: Path | None, lang: str | None, form: str) -> None:
    """Check the content (of the workspace at PATH): every mistake with its place and the way out."""
    from advisor.commands import show

    text, wrong = show.checked(path, lang or "zh", form)
    say(text)
    sys.exit(1 if wrong else 0)


@click.command()
@click.argument("path", required=False, type=PATH)
@LANG
@click.option("--play", "only", default="", metavar="PLAY", help="Only this play's cases.")
@guarded
def test(path: Path | None, lang: str | None, only: str) -> None:
    """Run the cases beside the plays (of the workspace at PATH)."""
    from advisor.commands import show

    text, wrong = show.tested(path, lang or "zh", only)
    say(text)
    sys.exit(1 if wrong else 0)


@click.command()
@click.option("--out", type=PATH, metavar="DIR", default=Path("advisor-docs"), help="Where to (default advisor-docs).")
@CONTENT
@LANG
@guarded
def docs(out: Path, content: Path | None, lang: str | None) -> None:
    """Write a trainer's page for each play, in Chinese and English, with an index: HTML that opens from disk."""
    from advisor.commands import show

    say(show.documented(out, content, lang or "zh"))


COMMANDS = (check, test, docs)
