"""Commands of the trainer's bench: each parses, calls, prints, exits."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from advisor.commands.common import (
    CHECK_FORMATS,
    CONTENT,
    LANG,
    PATH,
    columns,
    guarded,
    say,
)


@click.command()
@click.argument("path", required=False, type=PATH)
@LANG
@click.option("--format", "form", type=click.Choice(CHECK_FORMATS), default="text", show_default=True)
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings as well.")
@click.option("--prove", is_flag=True, help="Prove as well: what can fire, what contradicts, what is swallowed, gaps.")
@click.option("--witness", type=PATH, metavar="DIR", help="With --prove: write each situation as a facts file there.")
@click.option("--code", metavar="CODE", help="What this code of a problem means, why, an example and the way out.")
@guarded
def check(
    path: Path | None, lang: str | None, form: str, strict: bool, prove: bool, witness: Path | None, code: str | None
) -> None:
    """Check the content (of the workspace at PATH): every mistake with its place and the way out."""
    from advisor.commands import show

    if code is not None:
        say(show.code_page(code, lang or "zh"))
        return
    if prove or witness:
        from advisor.commands.show_proof import proved

        text, wrong = proved(path, lang or "zh", form, strict, witness, columns())
    else:
        text, wrong = show.checked(path, lang or "zh", form, strict, columns())
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


COMMANDS = (check, docs)
