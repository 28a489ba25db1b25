"""Commands that begin new content: each parses, calls, prints, exits."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import click

from advisor.commands.common import CONTENT, FACTS, LANG, PATH, RUN, columns, guarded, opened, options, say
from advisor.content.plays import ABOUTS

_OWNER = click.option("--owner", default="", metavar="NAME", help="Who looks after it.")


@click.group(name="new")
def new() -> None:
    """Begin a play, a playbook, a derived fact or a case: a file that passes the check as it stands."""


@new.command(name="play")
@click.argument("name", metavar="PLAYBOOK/NAME")
@click.option("--about", type=click.Choice(list(ABOUTS[:2])), default=ABOUTS[0], show_default=True, help="Its subject.")
@click.option("--urgency", type=click.IntRange(1, 5), default=4, show_default=True, help="1 stop the loss … 5 routine.")
@_OWNER
@CONTENT
@LANG
@guarded
def new_play(name: str, about: str, urgency: int, owner: str, content: Path | None, lang: str | None) -> None:
    """A draft of a play with texts to replace, a case that fires and two that stay silent."""
    from advisor.commands import show_author

    say(show_author.play_begun((name, about, urgency, owner), content, lang, datetime.date.today()))


@new.command(name="playbook")
@click.argument("name")
@_OWNER
@CONTENT
@LANG
@guarded
def new_playbook(name: str, owner: str, content: Path | None, lang: str | None) -> None:
    """A folder for plays, with its playbook.yaml."""
    from advisor.commands import show_author

    say(show_author.playbook_begun(name, owner, content, lang))


@new.command(name="derived")
@click.argument("name")
@CONTENT
@LANG
@guarded
def new_derived(name: str, content: Path | None, lang: str | None) -> None:
    """A derived fact, with its label in both languages."""
    from advisor.commands import show_author

    say(show_author.derived_begun(name, content, lang))


@new.command(name="override")
@click.argument("play")
@CONTENT
@LANG
@guarded
def new_override(play: str, content: Path | None, lang: str | None) -> None:
    """A copy of a bundled play in the workspace, to be changed there."""
    from advisor.commands import show_author

    say(show_author.override_begun(play, content, lang))


@new.command(name="case")
@click.argument("play")
@click.argument("name")
@click.option("--from", "account", metavar="ACCOUNT", help="Take the facts that the play reads from this account.")
@options(FACTS, RUN)
@guarded
def new_case(play: str, name: str, account: str | None, facts: str | None, **options: Any) -> None:
    """A case at the end of a play's cases, ready to change; or the very case of an account, without names."""
    from advisor.commands import show_author
    from advisor.commands.common import account_named

    run = None
    if account or facts:
        advisor = opened({**options, "facts": facts})
        run = advisor, account_named(advisor, account, facts)
    today = options.get("as_of") or datetime.date.today()
    say(show_author.case_begun(play, name, options.get("content"), options.get("lang"), today, run))


@click.command()
@click.argument("folder", type=PATH, metavar="DIR")
@click.option("--preset", default="", metavar="NAME", help="One trade's thresholds and tables.")
@LANG
@guarded
def init(folder: Path, preset: str, lang: str | None) -> None:
    """Make a team's workspace in DIR: settings, a first play to change, a recipe for CI, completion in the editor."""
    from advisor.commands import show_author

    say(show_author.initialised(folder, preset, lang))


@click.command()
@click.option("--out", type=PATH, metavar="DIR", help="Where to (default: .vscode/schemas of the workspace).")
@CONTENT
@LANG
@guarded
def schema(out: Path | None, content: Path | None, lang: str | None) -> None:
    """Write JSON Schemas, so that an editor completes keys, facts and choices of all content files."""
    from advisor.commands import show_author

    say(show_author.schemas_written(out, content, lang))


@click.group(name="words")
def words() -> None:
    """The texts of plays as a spreadsheet, out and back in."""


@words.command(name="export")
@click.argument("path", type=PATH, metavar="FILE")
@click.option("--play", "only", default="", metavar="PLAY", help="Only this play's texts.")
@CONTENT
@LANG
@guarded
def words_export(path: Path, only: str, content: Path | None, lang: str | None) -> None:
    """Write the texts of all plays to FILE (.xlsx): a line a row, Chinese and English side by side."""
    from advisor.commands import show_author

    say(show_author.words_exported(path, only, content, lang))


@words.command(name="import")
@click.argument("path", type=PATH, metavar="FILE")
@click.option("--force", is_flag=True, help="Where file and sheet have both changed, take the sheet's text.")
@CONTENT
@LANG
@guarded
def words_import(path: Path, force: bool, content: Path | None, lang: str | None) -> None:
    """Bring changed texts from FILE (.xlsx) back into the plays' YAML; nothing else in those files changes."""
    import sys

    from advisor.commands import show_author

    text, wrong = show_author.words_imported(path, force, content, lang, columns())
    say(text)
    sys.exit(1 if wrong else 0)


COMMANDS = (new, init, schema, words)
