"""`advisor batch`: advice for every account of a book, into a file."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from advisor.commands.common import PATH, RUN, guarded, report, say, wish

if TYPE_CHECKING:
    from advisor.advice.wording import Printer
    from advisor.batch.nightly import Night, Order
    from advisor.core.model import Problem

_INTERRUPTED = 130


@click.command()
@RUN
@click.option("--out", type=PATH, required=True, metavar="FILE", help="Where to: .jsonl, .csv, .xlsx or .parquet.")
@click.option("--top", type=click.IntRange(1), default=5, show_default=True, help="How many steps an account gets.")
@click.option("--all", "everything", is_flag=True, help="Every step that fits, not only the first.")
@click.option("--digest", type=PATH, metavar="DIR", help="Also a page for each owner, and the manager's, into DIR.")
@click.option("--engine", type=click.Choice(["sql", "durable", "spark"]), default="sql", show_default=True,
              help="Who matches: SQL over the whole book, the rules engine account by account, or Spark.")  # fmt: skip
@click.option("--master", default="local[*]", show_default=True, metavar="URL", help="For --engine spark.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes (default: one a core).")
@click.option("--since", type=PATH, metavar="MANIFEST", help="Only what changed since that run is worked out anew.")
@click.option("--resume", is_flag=True, help="Go on with a run that was broken off.")
@click.option("--encoding", default="", metavar="NAME", help="Of CSV files that do not say theirs, such as gb18030.")
@click.option("--strict", is_flag=True, help="Exit 1 when data or an account had problems.")
@click.option("--quiet", is_flag=True, help="Say nothing of how far it is.")
@guarded
def batch(
    out: Path,
    top: int,
    everything: bool,
    digest: Path | None,
    engine: str,
    master: str,
    workers: int | None,
    since: Path | None,
    resume: bool,
    encoding: str,
    strict: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Advice for every account, into FILE: JSON lines, CSV, Excel or Parquet, with a manifest beside it."""
    from advisor.advice import session
    from advisor.advice.wording import Printer
    from advisor.advice.workspace import find_workspace, resolve
    from advisor.batch.nightly import Order

    asked = wish(options)
    content = session.open_content(asked)
    settings = resolve(asked, content.vocabulary, find_workspace(asked.content))
    printer = Printer(content.words[settings.language], settings.language, settings.currency, settings.as_of)
    order = Order(
        out, top, everything, engine, workers or _cores(), since, resume, digest, master=master, encoding=encoding
    )
    report(_of_engine(engine), settings.language)
    night = _watched(content, settings, order, printer, quiet)
    if not quiet:
        say(_told(night, order, printer))
    sys.exit(_outcome(night, strict, settings.language))


def _of_engine(engine: str) -> list[Problem]:
    """A note where the rules engine is wanted and cannot be had: the reference reader takes its place."""
    from advisor.core.model import Problem
    from advisor.match import durable_match

    missing = engine == "durable" and not durable_match.available()
    return [Problem("no-python-engine", level="note", details={"version": sys.version.split()[0]})] * missing


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _watched(content: Any, settings: Any, order: Order, printer: Printer, quiet: bool) -> Night:
    from advisor.batch.folder import parts_folder
    from advisor.batch.nightly import night
    from advisor.commands.progress import watching

    watch = watching(printer, quiet)
    try:
        return night(content, settings, order, watch)
    except KeyboardInterrupt:
        watch.close()
        resumed = printer.word("batch.interrupted" if parts_folder(order.out).is_dir() else "batch.stopped")
        click.echo(resumed, err=True)
        sys.exit(_INTERRUPTED)
    finally:
        watch.close()


def _told(night: Night, order: Order, printer: Printer) -> str:
    """What came out, in a few lines."""
    from advisor.batch.manifest import manifest_of
    from advisor.core.home import shown

    found = night.manifest
    numbers = {name: f"{found[name]:,}" for name in ("accounts", "advised", "steps")}
    lines = [printer.word("batch.done", **numbers, seconds=f"{found['duration']['total']:,.0f}")]
    if order.since and not night.anew:
        lines.append(printer.word("batch.since_some", n=f"{night.computed:,}"))
    if order.since and night.anew:
        names = str(printer.words["list"]).join(printer.word(f"batch.key.{name}") for name in night.anew)
        lines.append(printer.word("batch.since_all", changed=names))
    if order.digest:
        lines.append(printer.word("batch.pages", n=night.pages, path=shown(order.digest / "index.html")))
    files = {"file": shown(order.out), "manifest": shown(manifest_of(order.out))}
    return "\n".join([*lines, printer.word("batch.files", **files)]) + "\n"


def _outcome(night: Night, strict: bool, language: str) -> int:
    """The exit code, with what the user should know on standard error."""
    from advisor.core.model import Problem

    failed, problems = night.manifest["failed"], night.manifest["problems"]
    wrong = problems["count"] - problems["by_level"].get("note", 0)
    notes = []
    if wrong:
        notes.append(Problem("batch-data-problems", level="note", details={"count": wrong}))
    if failed["count"]:
        first = failed["accounts"][0]
        details = {"count": failed["count"], "account": first["id"], "why": first["error"]}
        notes.append(Problem("batch-accounts-failed", level="warning", details=details))
    report(notes, language)
    nothing = night.manifest["accounts"] == failed["count"]
    return int(nothing or (strict and bool(wrong or failed["count"])))


COMMANDS = (batch,)
