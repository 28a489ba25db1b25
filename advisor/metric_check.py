"""What a metric's SQL may not do: more than one SELECT, a file, the network, the clock, chance.

A gate for content, with a place for each finding; the database that runs metrics is shut off as well.
"""

from __future__ import annotations

import difflib
import logging
import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from advisor.model import Place, Problem
from advisor.vocabulary import nearest

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.tokenizer_core import Token

_NEEDS = re.compile(r"^--\s*needs:\s*(\w+(?:\s*,\s*\w+)*)\s*$", re.IGNORECASE)
_TABLE_FUNCTIONS = frozenset({"unnest", "range", "generate_series", "explode"})
_COLUMNS = ("account_id", "source")
_FEW = 40
_CLOCK = re.compile(
    r"now|today|age|current_(date|time|timestamp|localtime|localtimestamp)|localtime(stamp)?|get_current_\w+"
    r"|transaction_timestamp|txid_current|\w*sleep\w*"
)
_BARE_CLOCK = re.compile(r"current_(date|time|timestamp)|localtime(stamp)?")
_RANDOM = re.compile(r"random|rand|setseed|nextval|currval|\w*uuid\w*|reservoir_quantile")
_OUTSIDE = re.compile(
    r"read_\w+|glob|\w*_scan(_\w+)?|sniff_csv|parquet_\w+|query(_table)?|\w*http\w*|\w*getenv|getvariable|current_\w+"
    r"|duckdb_\w+|pragma_\w+|pg_\w+|st_read\w*|which_secret|write_log|json_execute_\w+|load_\w+|\w+_(query|execute|attach)"
    r"|in_search_path|columns|\w*python\w*|checkpoint|force_checkpoint|icu_calendar_names|test_all_types|version|user|session_user"
)
_FORBIDDEN = (("sql-clock", _CLOCK), ("sql-random", _RANDOM), ("sql-outside", _OUTSIDE))


def needs(text: str) -> tuple[str, ...]:
    """The tables that a metric cannot do without, from its first line `-- needs: a, b`; empty without such a line."""
    found = _NEEDS.match(text.lstrip("\ufeff").partition("\n")[0].strip())
    return tuple(name.strip() for name in found.group(1).split(",")) if found else ()


def check_sql(text: str, path: str, tables: Collection[str], parameters: Collection[str]) -> list[Problem]:
    """Check one metric.

    Args: text – its SQL; path – as shown; tables – names it may read; parameters – names of `$parameters` it may use.
    Returns: what is wrong with it, in the order of the text.
    """
    from sqlglot.errors import SqlglotError

    try:
        tokens, trees = _parse(text)
    except SqlglotError as error:
        return [_syntax(error, path)]
    except RecursionError:
        return [Problem("sql-syntax", Place(path, 1, 1), "error", {"what": "nested too deeply"})]
    if len(trees) != 1:
        return [Problem("sql-statements", Place(path, 1, 1), "error", {"number": len(trees)})]
    check = _Check(text, path, tokens)
    problems = [*check.needs(tables), *check.statement(trees[0]), *check.functions()]
    problems += [
        *check.tables(trees[0], tables),
        *check.stars(trees[0], tables),
        *check.parameters(trees[0], parameters),
        *check.columns(trees[0]),
    ]
    return sorted(problems, key=lambda problem: (problem.place.line, problem.place.column))


def _parse(text: str) -> tuple[list[Token], list[exp.Expression]]:
    import sqlglot
    from sqlglot import exp

    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # its warnings are of statements that are refused here anyway
    tokens = sqlglot.tokenize(text, dialect="duckdb")
    found: list[Any] = sqlglot.parse(text, dialect="duckdb")
    return list(tokens), [tree for tree in found if tree is not None and not isinstance(tree, exp.Semicolon)]


def _syntax(error: Exception, path: str) -> Problem:
    details = (getattr(error, "errors", None) or [{}])[0]
    what = details.get("description") or str(error).partition("\n")[0]
    place = Place(path, details.get("line") or 1, details.get("col") or 1)
    return Problem("sql-syntax", place, "error", {"what": what})


class _Check:
    """One text under check: its tokens say where things stand, its tree what they are."""

    def __init__(self, text: str, path: str, tokens: list[Token]) -> None:
        self.text = text
        self.path = path
        self.tokens = tokens

    def problem(self, code: str, start: int, **details: object) -> Problem:
        """`start` is an offset in the text."""
        line, column = self.text.count("\n", 0, start) + 1, start - self.text.rfind("\n", 0, start)
        return Problem(code, Place(self.path, line, column), "error", details)

    def where(self, text: str, followed_by: str = "") -> int:
        """The offset of a token, or 0 when there is none."""
        for token, after in zip(self.tokens, [*self.tokens[1:], None], strict=True):
            if token.text == text and (not followed_by or (after is not None and after.text == followed_by)):
                return token.start
        return 0

    def needs(self, tables: Collection[str]) -> Iterator[Problem]:
        named = needs(self.text)
        if not named:
            yield self.problem("sql-without-needs", 0)
        for name in named:
            if name not in tables:
                yield self.problem("sql-unknown-table", 0, name=name, near=_near(name, tables))

    def statement(self, tree: exp.Expression) -> Iterator[Problem]:
        from sqlglot import exp

        if not isinstance(tree, exp.Query) or isinstance(tree, exp.Values | exp.Table):
            yield self.problem("sql-not-select", self.tokens[0].start, what=self.tokens[0].text.upper())
            return
        writing = exp.DDL | exp.DML | exp.Command | exp.Into
        for node in tree.walk():
            if isinstance(node, writing) and not isinstance(node, exp.Query):
                yield self.problem("sql-not-select", self.tokens[0].start, what=node.key.upper())
            elif isinstance(node, exp.TableSample):
                yield self.problem("sql-random", self._word("tablesample", "using"), name="SAMPLE")

    def _word(self, *names: str) -> int:
        return next((token.start for token in self.tokens if token.text.lower() in names), 0)

    def functions(self) -> Iterator[Problem]:
        """By the names as they are written, since a parser may know a function under another one."""
        following = [*self.tokens[1:], None]
        for token, after in zip(self.tokens, following, strict=True):
            name = token.text.lower()
            called = after is not None and after.text == "(" and token.text != "("
            if called:
                code = next((code for code, names in _FORBIDDEN if names.fullmatch(name)), "")
            else:
                code = "sql-clock" if _BARE_CLOCK.fullmatch(name) and token.token_type.name != "STRING" else ""
            if code:
                yield self.problem(code, token.start, name=token.text)

    def tables(self, tree: exp.Expression, tables: Collection[str]) -> Iterator[Problem]:
        from sqlglot import exp

        own = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
        known = {name.lower() for name in tables} | own
        for table in tree.find_all(exp.Table):
            if isinstance(table.this, exp.Identifier):
                name = ".".join(part.name for part in table.parts)
                if name.lower() not in known:
                    code = "sql-file" if re.search(r"[/\\:*]|\.\w+$", table.name) else "sql-unknown-table"
                    yield self.problem(code, self.where(table.name), name=name, near=_near(name, [*tables, *own]))
            elif not isinstance(table.this, exp.Unnest):
                name = table.this.name if isinstance(table.this, exp.Anonymous) else table.this.key
                if name.lower() not in _TABLE_FUNCTIONS and not isinstance(table.this, exp.GenerateSeries):
                    yield self.problem("sql-outside", self.where(name), name=name)

    def stars(self, tree: exp.Expression, tables: Collection[str]) -> Iterator[Problem]:
        """A star over a table of the book: only the columns that some metric names are there."""
        from sqlglot import exp

        for select in tree.find_all(exp.Select):
            if any(isinstance(part, exp.Star) or isinstance(part.this, exp.Star) for part in select.expressions):
                read = [table.name for table in select.find_all(exp.Table) if table.parent_select is select]
                for name in read:
                    if name in tables and not name.startswith("metric_"):
                        yield self.problem("sql-star", self.where(name), name=name)

    def parameters(self, tree: exp.Expression, parameters: Collection[str]) -> Iterator[Problem]:
        from sqlglot import exp

        for node in tree.find_all(exp.Placeholder, exp.Parameter):
            name = node.name
            if name not in parameters:
                near = _near(name, parameters)
                start = self.where("$", followed_by=name) or self.where(name or "?")
                yield self.problem("sql-unknown-parameter", start, name=name or "?", near=near)

    def columns(self, tree: exp.Expression) -> Iterator[Problem]:
        from sqlglot import exp

        names = tree.named_selects if isinstance(tree, exp.Query) else []
        for column in _COLUMNS:
            if column not in names and "*" not in names:
                yield self.problem("sql-without-column", 0, column=column)


def _near(name: str, names: Collection[str]) -> str:
    """The nearest name, or all of them when none is near and they are few, or the least distant one."""
    listed = ", ".join(sorted(names)) if len(names) <= _FEW else ""
    return nearest(name, names) or listed or difflib.get_close_matches(name, names, 1, 0.0)[0]
