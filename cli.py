"""The command line: parse, call the advisor, print, exit. No logic lives here."""

from __future__ import annotations

import datetime
import functools
import gc
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from advisor import __version__
from advisor.advice.workspace import Wish
from advisor.core.model import AdvisorError, InternalDisagreement, Problem
from advisor.messages import message

Command = Callable[..., Any]
# A command makes many records and little garbage: the collector's default would walk over them again and again.
gc.set_threshold(100_000, 50, 100)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
FORMATS = ("text", "json", "md", "html")


# --- options that several commands share ---------------------------------------------------------


def _day(_: click.Context, param: click.Parameter, value: str | None) -> datetime.date | None:
    if value is None:
        return None
    try:
        return datetime.date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"'{value}' is not a date; write YYYY-MM-DD", param=param) from None


def _options(*options: Command) -> Callable[[Command], Command]:
    def wrap(command: Command) -> Command:
        return functools.reduce(lambda inner, option: option(inner), reversed(options), command)

    return wrap


_path = click.Path(path_type=Path)
CONTENT = click.option("--content", type=_path, metavar="DIR", help="Workspace with its own rules/ and playbooks/.")
LANG = click.option("--lang", type=click.Choice(["zh", "en"]), envvar="ADVISOR_LANG", help="Language (default zh).")
RUN = _options(
    click.option("--data", type=_path, metavar="DIR", help="Folder of tables (default: the demo book)."),
    click.option("--mapping", type=_path, metavar="FILE", help="How to read tables of another system."),
    click.option("--as-of", callback=_day, metavar="DATE", help="The day to advise for, YYYY-MM-DD."),
    click.option("--history", type=_path, metavar="FILE", help="Earlier advice: CSV or JSON lines."),
    LANG,
    CONTENT,
)
FACTS = click.option("--facts", metavar="FILE|-", help="One account from a YAML or JSON file instead of tables.")


def _wish(options: dict[str, Any]) -> Wish:
    names = {"lang": "language"}
    known = ("content", "data", "mapping", "as_of", "history", "lang")
    given: dict[str, Any] = {names.get(name, name): options.get(name) for name in known}
    return Wish(**given)


# --- errors --------------------------------------------------------------------------------------


def say(text: str) -> None:
    """A result on standard output. Records may hold control characters; a terminal must not obey them."""
    click.echo(_CONTROL.sub("", text), nl=False)


def report(problems: list[Problem], language: str) -> None:
    """Problems on standard error: one line each, and a hint."""
    for problem in problems:
        text, hint = message(problem, language)
        place = f"{problem.place}: " if str(problem.place) else ""
        click.echo(_CONTROL.sub("", f"{place}{problem.level} {problem.code} {text}"), err=True)
        if hint:
            click.echo(f"  → {hint}", err=True)


def guarded(command: Command) -> Command:
    """Turn the user's mistakes into lines and an exit code; never a traceback."""

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> Any:
        language = options.get("lang") or os.environ.get("ADVISOR_LANG") or "zh"
        try:
            return command(*args, **options)
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


def _open(options: dict[str, Any]) -> Any:
    """An open run, with what the user should know about it on standard error."""
    from advisor.advice import session

    facts = options.get("facts")
    advisor = session.open_facts(facts, _wish(options)) if facts else session.open_book(_wish(options))
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
    if count:
        notes.append(Problem("data-problems-count", level="note", details={"count": count}))
    report(notes, advisor.settings.language)
    return advisor


def _account(advisor: Any, name: str | None, facts: str | None) -> Any:
    from advisor.advice.session import find_account
    from advisor.core.model import stop

    if facts and not name:
        return advisor.book.accounts()[0]
    if not name:
        raise stop("no-account-given", 2)
    return find_account(advisor.book, name)


def _finish(advisor: Any, strict: bool, found: tuple[Problem, ...]) -> None:
    problems = [*advisor.book.problems, *(one for one in found if one not in advisor.book.problems)]
    if strict and any(problem.level != "note" for problem in problems):
        report(problems, advisor.settings.language)
        sys.exit(1)


# --- commands ------------------------------------------------------------------------------------


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="advisor")
def main() -> None:
    """Whom to see, what to say, what to do next on a key account, and why (找对人、说对话、做对事)."""


@main.command()
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
@guarded
def advise(
    account: str | None, top: int, everything: bool, form: str, reader: str, strict: bool, **options: Any
) -> None:
    """Next steps on one ACCOUNT: an id, a name, or an unambiguous part of a name."""
    from advisor import show

    advisor = _open(options)
    advice = advisor.advise(_account(advisor, account, options.get("facts")), top, everything)
    say(show.advice(advice, advisor.printer, form, everything, reader))
    _finish(advisor, strict, advice.problems)


@main.command()
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
    from advisor import show

    advisor = _open(options)
    row = _account(advisor, account, options.get("facts"))
    say(show.brief(advisor, row, form, reader, everything))


@main.command()
@FACTS
@RUN
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@guarded
def portfolio(form: str, **options: Any) -> None:
    """For the manager: problem accounts, spans, owners, 80/20, funnel, upgrades and tiers of the whole book."""
    from advisor import show

    say(show.portfolio(_open(options), form))


@main.command()
@RUN
@click.option("--owner", default="", metavar="ID", help="Whose accounts (default: everybody's).")
@click.option("--top", type=click.IntRange(1), default=7, show_default=True, help="How many lines.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@guarded
def today(owner: str, top: int, form: str, **options: Any) -> None:
    """The best steps across a rep's accounts, one line per account and person."""
    from advisor import show

    advisor = _open(options)
    say(show.today(advisor, owner, top, form))


@main.command()
@click.argument("account")
@click.argument("play")
@click.argument("answer", metavar="[done|doing|later|wrong|not-mine]")
@RUN
@click.option("--until", callback=_day, metavar="DATE", help="With later: not before this day.")
@click.option("--because", default="", metavar="TEXT", help="Why, in your own words.")
@click.option("--subject", default="", metavar="ID", help="The opportunity, where the play is about several.")
@guarded
def reply(
    account: str, play: str, answer: str, until: datetime.date | None, because: str, subject: str, **options: Any
) -> None:
    """Answer a step: it is kept in the history, which every run reads."""
    from advisor import show
    from advisor.advice import naming, replies

    advisor = _open(options)
    row = _account(advisor, account, None)
    found = naming.play_named(advisor, row, play)
    path = replies.reply(advisor, row, found, answer, until, because, subject)
    say(show.replied(advisor, row, found, answer, until, path))


@main.command()
@click.argument("names", nargs=-1, metavar="[ACCOUNT] PLAY")
@FACTS
@RUN
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@guarded
def explain(names: tuple[str, ...], form: str, **options: Any) -> None:
    """Why a PLAY is advised on an ACCOUNT or why not, and the smallest change that would turn it."""
    from advisor import show

    wanted = 1 if options.get("facts") and len(names) == 1 else 2
    if len(names) != wanted:
        raise click.UsageError("name an ACCOUNT and a PLAY (with --facts, the PLAY alone)")
    advisor = _open(options)
    row = _account(advisor, names[0] if wanted == 2 else None, options.get("facts"))
    say(show.explained(advisor, row, names[-1], form))


@main.command()
@click.argument("account", required=False)
@FACTS
@RUN
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@guarded
def facts(account: str | None, form: str, **options: Any) -> None:
    """Every fact of an ACCOUNT with its unit and origin: asserted, derived, inferred, unknown."""
    from advisor import show

    advisor = _open(options)
    say(show.facts(advisor, _account(advisor, account, options.get("facts")), form))


@main.command()
@click.argument("account", required=False)
@FACTS
@RUN
@guarded
def compliance(account: str | None, **options: Any) -> None:
    """For the compliance office: the guards that hold for an ACCOUNT, with details and records."""
    from advisor import show

    advisor = _open(options)
    say(show.compliance(advisor, _account(advisor, account, options.get("facts"))))


@main.command()
@click.argument("path", required=False, type=_path)
@LANG
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@guarded
def check(path: Path | None, lang: str | None, form: str) -> None:
    """Check the content (of the workspace at PATH): every mistake with its place and the way out."""
    from advisor import show

    text, wrong = show.checked(path, lang or "zh", form)
    say(text)
    sys.exit(1 if wrong else 0)


@main.command()
@click.argument("path", required=False, type=_path)
@LANG
@click.option("--play", "only", default="", metavar="PLAY", help="Only this play's cases.")
@guarded
def test(path: Path | None, lang: str | None, only: str) -> None:
    """Run the cases beside the plays (of the workspace at PATH)."""
    from advisor import show

    text, wrong = show.tested(path, lang or "zh", only)
    say(text)
    sys.exit(1 if wrong else 0)


@main.command()
@click.option("--out", type=_path, metavar="DIR", default=Path("advisor-docs"), help="Where to (default advisor-docs).")
@CONTENT
@LANG
@guarded
def docs(out: Path, content: Path | None, lang: str | None) -> None:
    """Write a trainer's page for each play, in Chinese and English, with an index: HTML that opens from disk."""
    from advisor import show

    say(show.documented(out, content, lang or "zh"))


if __name__ == "__main__":
    main()
