"""`advisor test`: cases, coverage, reports for CI, and runs at each save."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from advisor.commands.common import LANG, PATH, columns, guarded, report, say


@click.command()
@click.argument("path", required=False, type=PATH)
@LANG
@click.option("--play", "only", default="", metavar="PLAY", help="Only this play's cases.")
@click.option("--coverage", is_flag=True, help="Also what the cases leave unproved: by play, leaf and stage.")
@click.option("--min-leaf", type=click.IntRange(0, 100), metavar="PERCENT", help="Fail below this leaf coverage.")
@click.option("--junit", type=PATH, metavar="FILE", help="Also write the results as JUnit XML.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes to run in.")
@click.option("--watch", is_flag=True, help="Run a play's cases again whenever its file is saved, until Ctrl-C.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@guarded
def test(path: Path | None, lang: str | None, only: str, watch: bool, **options: Any) -> None:
    """Run the cases beside the plays (of the workspace at PATH)."""
    if watch:
        _watch(path, lang or "zh", only, options)
    else:
        sys.exit(1 if _run(path, lang or "zh", only, options) else 0)


def _run(path: Path | None, language: str, only: str, options: dict[str, Any]) -> bool:
    from advisor.bench import junit
    from advisor.bench.case_watch import first_round
    from advisor.bench.coverage import coverage
    from advisor.pages import cases_text
    from advisor.pages.page_json import dumps

    done = first_round(_load(path), only, options["jobs"])
    wanted, least = options["coverage"], options["min_leaf"]
    found = coverage(done.content, done.plays, done.report.results) if wanted or least is not None else None
    if options["form"] == "json":
        say(dumps(cases_text.record(done, found, language)) + "\n")
    else:
        lines = cases_text.lines(done, language, columns())
        words = done.content.words[language]
        lines += cases_text.coverage_lines(found, words, language, bool(only)) if found and wanted else []
        say("\n".join(lines) + "\n")
    if options["junit"]:
        junit.write(options["junit"], junit.junit(done.report.results, language, done.problems))
    below = _below(found, least, language)
    return done.wrong or below


def _load(path: Path | None) -> Any:
    from advisor.advice.workspace import Wish, find_workspace, presets
    from advisor.content.kept import load

    return load(find_workspace(path), presets(Wish(path)))


def _below(found: Any, least: int | None, language: str) -> bool:
    """Is the coverage less than what was asked for? It is said on standard error."""
    from advisor.core.model import Problem

    if found is None or least is None or found.percent >= least:
        return False
    details = {"percent": found.percent, "least": least}
    report([Problem("coverage-below", level="error", details=details)], language)
    return True


def _watch(path: Path | None, language: str, only: str, options: dict[str, Any]) -> None:
    from advisor.advice.workspace import Wish, find_workspace, presets
    from advisor.bench.case_metrics import CaseMetrics
    from advisor.bench.case_watch import first_round, rounds
    from advisor.bench.watch import changes, content_files
    from advisor.core.model import stop
    from advisor.pages import cases_text

    if options["junit"] or options["coverage"] or options["min_leaf"] is not None or options["form"] == "json":
        raise stop("watch-alone", 2)
    workspace = find_workspace(path)
    layers = workspace, presets(Wish(path))
    try:
        # What is saved while the first run is under way counts as a change.
        saved = changes(lambda: content_files(workspace))
        content = _load(path)
        metrics = CaseMetrics(content)
        first = first_round(content, only, options["jobs"], metrics)
        say("\n".join(cases_text.lines(first, language, columns())) + "\n")
        words = first.content.words[language]["testing"]
        say(str(words["watching"]).format(files=len(content_files(workspace))) + "\n")
        for done in rounds(content, only, saved, *layers, metrics):
            say("\n".join(cases_text.lines(done, language, columns())) + "\n")
    except KeyboardInterrupt:
        say("\n")


COMMANDS = (test,)
