"""SQL from content: one SELECT over named tables, that reads no file, no clock and no dice."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from advisor.model import Place, Problem
from advisor.vocabulary import nearest

_CLOCK = re.compile(
    r"now|today|age|current_.*|get_current_.*|local_?time.*|transaction_timestamp|statement_timestamp|utc_.*|version"
)
_DICE = re.compile(r"random|rand|randn|setseed|uuid.*|gen_random_uuid|nextval|currval|txid_current")
_OUTSIDE = re.compile(
    r"read_.*|readcsv|readparquet|.*_scan|scan_.*|glob|sniff_.*|parquet_.*|duckdb_.*|pragma_.*|getenv|getvariable"
    r"|current_setting|query|query_table|which_secret|load_.*|from_substrait.*|sql_auto_complete|http_.*|.*_attach"
)
_MAY_STAND_AS_TABLE = ("Unnest", "GenerateSeries", "ExplodingGenerateSeries", "Values")


@dataclass(slots=True)
class Checked:
    """The tables that a statement reads, and what is wrong with it."""

    tables: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


def check_select(sql: str, place: Place, tables: Iterable[str] | None = None) -> Checked:
    """Check a statement before it is run.

    Args: sql – DuckDB SQL; place – where it stands; tables – what it may read (None: any plain name).
    Returns: the names it reads, in lower case, and the problems; without problems it may be run.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        statements = [one for one in sqlglot.parse(sql, dialect="duckdb") if one is not None]
    except (SqlglotError, RecursionError) as error:
        details = {"why": _why(error)}
        return Checked(problems=[Problem("query-syntax", _line(place, error), "error", details)])
    if len(statements) != 1:
        return Checked(problems=[Problem("query-one-statement", place, "error", {"count": len(statements)})])
    if not isinstance(statements[0], exp.Query):
        kind = statements[0].key.upper()
        return Checked(problems=[Problem("query-select-only", place, "error", {"kind": kind})])
    return _checked(statements[0], place, tables)


def _why(error: Exception) -> str:
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).splitlines()
    return text[0] if text else type(error).__name__


def _line(place: Place, error: Exception) -> Place:
    """The statement begins on the line below its key's, as it stands under `|`."""
    found = getattr(error, "errors", None)
    line = found[0].get("line") if found else None
    return Place(place.path, place.line + int(line)) if line and place.line else place


def _checked(statement: Any, place: Place, tables: Iterable[str] | None) -> Checked:
    from sqlglot import exp

    found = Checked()
    own = {cte.alias_or_name.lower() for cte in statement.find_all(exp.CTE)}
    allowed = None if tables is None else {name.lower() for name in tables}
    for node in statement.walk():
        if isinstance(node, exp.Table):
            _check_table(node, own, allowed, place, found)
        elif isinstance(node, exp.Func):
            _check_function(node, place, found)
        elif isinstance(node, exp.TableSample):
            found.problems.append(Problem("query-chance", place, "error", {"function": "sample"}))
        elif isinstance(node, exp.DDL | exp.DML | exp.Command | exp.Into) and not isinstance(node, exp.Query):
            found.problems.append(Problem("query-select-only", place, "error", {"kind": node.key.upper()}))
    return found


def _check_table(node: Any, own: set[str], allowed: set[str] | None, place: Place, found: Checked) -> None:
    from sqlglot import exp

    if not isinstance(node.this, exp.Identifier):
        if type(node.this).__name__ not in _MAY_STAND_AS_TABLE:
            name = node.this.sql("duckdb").partition("(")[0].lower()
            found.problems.append(Problem("query-outside", place, "error", {"function": name}))
        return
    name = node.name.lower()
    if node.args.get("db") or node.args.get("catalog") or re.search(r"[./\\*:?]", name):
        found.problems.append(Problem("query-outside", place, "error", {"function": node.sql("duckdb")}))
    elif name not in own:
        if allowed is not None and name not in allowed:
            details = {"name": name, "near": nearest(name, allowed), "known": ", ".join(sorted(allowed))}
            found.problems.append(Problem("query-unknown-table", place, "error", details))
        found.tables.add(name)


def _check_function(node: Any, place: Place, found: Checked) -> None:
    """A function goes by the name in the SQL and by sqlglot's own name for it."""
    written = node.name.lower() if type(node).__name__ == "Anonymous" else ""
    names = {written, *(name.lower() for name in getattr(node, "sql_names", list)())} - {""}
    for code, pattern in (("query-clock", _CLOCK), ("query-chance", _DICE), ("query-outside", _OUTSIDE)):
        hit = next((name for name in sorted(names) if pattern.fullmatch(name)), None)
        if hit:
            found.problems.append(Problem(code, place, "error", {"function": written or hit}))
            return
