"""What commands share: options, errors as lines, opening a run."""

from __future__ import annotations

import datetime
import functools
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from advisor.advice.workspace import Wish
from advisor.core.model import AdvisorError, InternalDisagreement, Problem

Command = Callable[..., Any]
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
FORMATS = ("text", "json", "md", "html")
_CLOSING = "advisor.closing"
CHECK_FORMATS = ("text", "json", "github", "sarif")


# --- options that several commands share ---------------------------------------------------------


def day(_: click.Context, param: click.Parameter, value: str | None) -> datetime.date | None:
    if value is None:
        return None
    try:
        return datetime.date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"'{value}' is not a date; write YYYY-MM-DD", param=param) from None


def options(*options: Command) -> Callable[[Command], Command]:
    def wrap(command: Command) -> Command:
        return functools.reduce(lambda inner, option: option(inner), reversed(options), command)

    return wrap


PATH = click.Path(path_type=Path)
CONTENT = click.option("--content", type=PATH, metavar="DIR", help="Workspace with its own rules/ and playbooks/.")
LANG = click.option("--lang", type=click.Choice(["zh", "en"]), envvar="ADVISOR_LANG", help="Language (default zh).")
RUN = options(
    click.option("--data", type=PATH, metavar="DIR", help="Folder of tables (default: the demo book)."),
    click.option("--mapping", type=PATH, metavar="FILE", help="How to read tables of another system."),
    click.option("--as-of", callback=day, metavar="DATE", help="The day to advise for, YYYY-MM-DD."),
    click.option("--history", type=PATH, metavar="FILE", help="Earlier advice: CSV or JSON lines."),
    LANG,
    CONTENT,
)
SET = click.option(
    "--set", "sets", multiple=True, metavar="NAME=VALUE", help="What if: suppose a fact, as in stage=core; repeatable."
)
FACTS = click.option("--facts", metavar="FILE|-", help="One account from a YAML or JSON file instead of tables.")


def wish(options: dict[str, Any]) -> Wish:
    names = {"lang": "language"}
    known = ("content", "data", "mapping", "as_of", "history", "lang")
    given: dict[str, Any] = {names.get(name, name): options.get(name) for name in known}
    return Wish(**given)


# --- errors --------------------------------------------------------------------------------------


def say(text: str) -> None:
    """A result on standard output. Records may hold control characters; a terminal must not obey them."""
    click.echo(_CONTROL.sub("", text), nl=False)


def columns(error: bool = False) -> int | None:
    """The terminal's columns; None where the output (or, with `error`, the other one) goes to no terminal."""
    stream = sys.stderr if error else sys.stdout
    return shutil.get_terminal_size().columns if stream.isatty() else None


def report(problems: list[Problem], language: str) -> None:
    """Problems on standard error: one line each, and a hint."""
    from advisor.pages.problem_text import problem_lines

    for problem in problems:
        for line in problem_lines(problem, language, columns(error=True)):
            click.echo(_CONTROL.sub("", line), err=True)


def at_the_end(problem: Problem, language: str) -> None:
    """Keep a note for the end: what concerns the whole run must not stand before its result."""
    context = click.get_current_context(silent=True)
    if context is None:
        report([problem], language)
    else:
        context.meta.setdefault(_CLOSING, []).append((problem, language))


def report_closing() -> None:
    """The notes kept for the end, on standard error."""
    context = click.get_current_context(silent=True)
    for problem, language in context.meta.pop(_CLOSING, []) if context else []:
        report([problem], language)


def guarded(command: Command) -> Command:
    """Turn the user's mistakes into lines and an exit code; never a traceback."""

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> Any:
        language = options.get("lang") or os.environ.get("ADVISOR_LANG") or "zh"
        try:
            result = command(*args, **options)
            report_closing()
            return result
        except AdvisorError as error:
            report(error.problems, language)
            sys.exit(error.exit_code)
        except InternalDisagreement as error:
            report([Problem("internal-disagreement", details={"what": str(error)})], language)
            sys.exit(1)
        except BrokenPipeError:
            sys.stderr.close()
            sys.exit(0)

    return run


def opened(options: dict[str, Any]) -> Any:
    """An open run, with what the user should know about it on standard error."""
    from advisor.advice import session

    facts = options.get("facts")
    advisor = session.open_facts(facts, wish(options)) if facts else session.open_book(wish(options))
    notes = []
    if advisor.engine != "durable":
        notes.append(Problem("no-python-engine", level="note", details={"version": sys.version.split()[0]}))
    if advisor.settings.mapping:
        notes.append(
            Problem(
                "mapping-used",
                level="note",
                details={"name": advisor.settings.mapping.name, "as_of": advisor.settings.as_of},
            )
        )
    count = sum(problem.level != "note" for problem in advisor.book.problems)
    report(notes, advisor.settings.language)
    if count:
        note = Problem("data-problems-count", level="note", details={"count": count})
        at_the_end(note, advisor.settings.language)
    return advisor


def account_named(advisor: Any, name: str | None, facts: str | None) -> Any:
    from advisor.advice.session import find_account
    from advisor.core.model import stop

    if facts and not name:
        return advisor.book.accounts()[0]
    if not name:
        raise stop("no-account-given", 2)
    return find_account(advisor.book, name)


def finish(advisor: Any, strict: bool, found: tuple[Problem, ...]) -> None:
    problems = [*advisor.book.problems, *(one for one in found if one not in advisor.book.problems)]
    if strict and any(problem.level != "note" for problem in problems):
        report(problems, advisor.settings.language)
        sys.exit(1)
