"""The command that shows a play before it is released."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import click

from advisor.commands.common import RUN, guarded, report, say, wish
from advisor.core.model import AdvisorError, Place, stop


@click.command()
@click.argument("play")
@RUN
@click.option("--format", "form", type=click.Choice(["text", "html"]), default="text", show_default=True)
@click.option("--watch", is_flag=True, help="Show it again on every save, until Ctrl+C.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write it to FILE instead.")
@guarded
def preview(play: str, form: str, watch: bool, out: Path | None, **options: Any) -> None:
    """Show a PLAY, draft or not, for its cases and for accounts it would reach, in both languages side by side."""
    from advisor.preview.preview import Previewer

    if watch:
        _watch(wish(options), play, form, out)
    else:
        sys.exit(1 if _show(Previewer(wish(options), play), form, out, watch) else 0)


def _watch(wanted: Any, play: str, form: str, out: Path | None) -> None:
    """Show it, and again on every save. The files are first looked at before they are read: no save is missed."""
    from advisor.advice.workspace import find_workspace
    from advisor.bench.watch import changes, content_files, pause
    from advisor.preview.preview import Previewer

    workspace = find_workspace(wanted.content)
    opened: list[Any] = []

    def wait() -> None:
        if opened:
            pause()
            return
        opened.append(Previewer(wanted, play))
        _show(opened[0], form, out, True)

    try:
        for paths in changes(lambda: content_files(workspace), wait):
            _again(opened[0], paths, form, out)
    except KeyboardInterrupt:
        click.echo()


def _again(bench: Any, paths: frozenset[Path], form: str, out: Path | None) -> None:
    """Show what has changed; what is wrong beyond the play, too: the next save may mend it."""
    try:
        if bench.saved(paths):
            _show(bench, form, out, True)
    except AdvisorError as error:
        report(error.problems, bench.language)


def _show(bench: Any, form: str, out: Path | None, watch: bool) -> bool:
    """Print or write the play as it is now; whether it is wrong."""
    found = bench.preview()
    if form == "html":
        from advisor.preview import preview_html

        text = preview_html.page(found, bench.printers, bench.language)
    else:
        from advisor.preview import preview_text

        wide = shutil.get_terminal_size((80, 24)).columns
        text = preview_text.text(found, bench.printers, bench.language, wide)
    if out:
        _write(out, text)
    else:
        if watch and sys.stdout.isatty():
            click.clear()
        say(text)
    if watch:
        click.echo(bench.printers[bench.language].word("preview.watching"), err=True)
        sys.stdout.flush()
    return any(problem.level == "error" for problem in found.own)


def _write(out: Path, text: str) -> None:
    try:
        out.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise stop("cannot-write", 2, Place(str(out)), why=error.strerror or str(error)) from None


COMMANDS = (preview,)
