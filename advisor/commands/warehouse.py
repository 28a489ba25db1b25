"""`advisor sql`: the matching as a script for a team's own warehouse."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from advisor.commands.common import CONTENT, LANG, PATH, day, guarded, options, say, wish

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.advice.workspace import Settings, Wish
    from advisor.content.content import Content
    from advisor.sql.script import Script

TABLES = options(
    click.option("--data", type=PATH, metavar="DIR", help="Folder whose tables and columns there are (headers only)."),
    click.option("--tables", metavar="NAMES", help="The tables that there are, as accounts,orders (default: all)."),
    click.option("--as-of", callback=day, metavar="DATE", help="The day to advise for, YYYY-MM-DD."),
    click.option("--play", "plays", multiple=True, metavar="PLAY", help="Only this play; repeatable."),
    CONTENT,
    LANG,
)


@click.command()
@click.option(
    "--dialect", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True, help="Whose SQL."
)
@TABLES
@click.option("--metrics", type=PATH, metavar="DIR", help="Write the metrics of --data into DIR, as Parquet.")
@guarded
def sql(
    dialect: str, tables: str | None, plays: tuple[str, ...], metrics: Path | None, **options: Any
) -> None:  # fmt: skip
    """Print SQL that tells, over tables named as in rules/facts.yaml, which plays fire for which account."""
    from advisor.advice import session
    from advisor.advice.workspace import find_workspace, resolve
    from advisor.core.home import demo
    from advisor.core.model import stop

    asked = wish(options)
    content = session.open_content(asked)
    settings = resolve(asked, content.vocabulary, find_workspace(asked.content))
    if metrics and asked.data is None and settings.data == demo():
        raise stop("script-metrics-without-data", 2)
    script = _script(dialect, content, settings, asked, tables, plays)
    if metrics:
        _write_metrics(script, asked, content, metrics)
    say(script.text())


def _script(
    dialect: str, content: Content, settings: Settings, asked: Wish, tables: str | None, plays: tuple[str, ...]
) -> Script:
    from advisor.sql import script
    from advisor.sql.dialect import DUCKDB
    from advisor.sql.spark import SPARK

    own = asked.content or asked.data or asked.as_of
    as_of = settings.as_of if own else asked.today or settings.as_of
    columns = script.columns_of(content.vocabulary, settings.data if asked.data else None, tables)
    wanted = script.plays_of(content, as_of, plays)
    spelling: Mapping[str, Any] = {"duckdb": DUCKDB, "spark": SPARK}
    return script.Script(content, columns, as_of, settings.closed, wanted, spelling[dialect])


def _write_metrics(script: Script, asked: Wish, content: Content, folder: Path) -> None:
    """The metrics' results over the data, a file each, named like the table that the script reads."""
    import tempfile

    from advisor.advice import session
    from advisor.batch import store

    advisor = session.open_book(asked, content)
    with tempfile.TemporaryDirectory() as scratch:
        made = store.write(Path(scratch) / "book", content, advisor.book.tables, script.as_of, script.closed)
        store.export_metrics(made, script.metric_tables(), folder)


COMMANDS = (sql,)
