"""SQL from content, metrics and mappings' queries alike: one SELECT that reads known tables and nothing else.

A gate with a place for each finding; the database that runs the SQL is shut off as well. The only module that imports
sqlglot.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from advisor.core.model import Place, Problem
from advisor.core.vocabulary import nearest

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.tokenizer_core import Token

_TABLE_FUNCTIONS = frozenset({"unnest", "range", "generate_series", "explode"})
_FILE = re.compile(r"[./\\:*?]")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_MAX_LENGTH = 50_000
_TOKEN = re.compile(r"<Token .*?text: (.*?), line: .*?>")
_CLOCK = re.compile(
    r"now|today|age|ago|current_(local)?(date|time|timestamp)\w*|get_current_\w+|local_?time\w*|utc_\w+|timeofday"
    r"|(transaction|statement|clock)_timestamp|\w*sleep\w*"
)
_RANDOM = re.compile(
    r"rand(om|n)?|setseed|\w*uuid\w*|nextval|currval|setval|lastval|txid_\w+|reservoir_quantile|stats|vector_type"
)
_OUTSIDE = re.compile(
    r"read_\w+|readcsv|readparquet|glob|\w*_scan(_\w+)?|scan_\w+|sniff_\w+|parquet_\w+|query(_table)?|\w*http\w*"
    r"|\w*getenv|getvariable|current_\w+|duckdb_\w+|pragma_\w+|pg_\w+|st_read\w*|which_secret|write_log|load_\w+"
    r"|json_execute_\w+|\w+_(query|execute|attach)|from_substrait\w*|sql_auto_complete|in_search_path|columns"
    r"|\w*python\w*|(force_)?checkpoint|icu_calendar_names|test_\w+|inet_\w+|has_\w+_privilege|get_block_size"
    r"|version|user|session_user"
)
_CALLED = (("sql-clock", _CLOCK), ("sql-random", _RANDOM), ("sql-outside", _OUTSIDE))
_BARE = (
    ("sql-clock", re.compile(r"current_(date|time|timestamp)|localtime(stamp)?")),
    ("sql-outside", re.compile(r"current_(catalog|role|schema|user)|session_user")),
)


@dataclass(frozen=True, slots=True)
class Select:
    """What a text under check reads and returns, as far as it could be told, and what is wrong with it.

    `tables`: names that it reads, in lower case, without its own WITH steps. `columns`: what it returns, `*` among them
    when it returns all of something. `stars`: the tables over which a `*` stands, with their places.
    """

    problems: tuple[Problem, ...]
    tables: frozenset[str] = frozenset()
    columns: tuple[str, ...] = ()
    stars: tuple[tuple[str, Place], ...] = ()


def check_select(
    text: str, place: Place, tables: Collection[str] | None = None, parameters: Collection[str] = ()
) -> Select:
    """Check SQL before it is run.

    Args: text – DuckDB SQL; place – where its first character stands, in whose column all its lines begin; tables –
    what it may read (None: any plain name); parameters – names of the `$parameters` that it may use.
    Returns: what it reads, and the problems in the order of the text; without problems it may be run.
    """
    from sqlglot.errors import SqlglotError

    if len(text) > _MAX_LENGTH:  # the parser's time grows faster than the text
        return Select((Problem("sql-syntax", place, "error", {"what": f"longer than {_MAX_LENGTH} characters"}),))
    try:
        tokens, trees = _parse(text)
    except SqlglotError as error:
        return Select((_syntax(error, text, place),))
    except RecursionError:
        return Select((Problem("sql-syntax", place, "error", {"what": "nested too deeply"}),))
    if len(trees) != 1:
        return Select((Problem("sql-statements", place, "error", {"number": len(trees)}),))
    check = _Check(text, place, tokens, trees[0])
    found = [*check.statement(), *check.functions(), *check.tables(tables), *check.parameters(parameters)]
    found.sort(key=lambda problem: (problem.place.line, problem.place.column))
    return Select(tuple(found), check.read(), check.columns(), tuple(check.stars()))


def _parse(text: str) -> tuple[list[Token], list[exp.Expression]]:
    import sqlglot
    from sqlglot import exp

    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # its warnings are of statements that are refused here anyway
    tokens = sqlglot.tokenize(text, dialect="duckdb")
    found: list[Any] = sqlglot.parse(text, dialect="duckdb")
    return list(tokens), [tree for tree in found if tree is not None and not isinstance(tree, exp.Semicolon)]


def _syntax(error: Exception, text: str, place: Place) -> Problem:
    """sqlglot counts columns to the end of the word that it stumbles over."""
    details = (getattr(error, "errors", None) or [{}])[0]
    what = details.get("description") or _COLOURS.sub("", str(error)).partition("\n")[0]
    line, column = details.get("line") or 1, details.get("col") or 1
    column = max(column - len(details.get("highlight") or " ") + 1, 1)
    return Problem("sql-syntax", _inside(place, line, column), "error", {"what": _TOKEN.sub(r"'\1'", what)})


def _inside(place: Place, line: int, column: int) -> Place:
    return Place(place.path, place.line + line - 1, place.column + column - 1)


class _Check:
    """One text under check: its tokens say where things stand, its tree what they are."""

    def __init__(self, text: str, place: Place, tokens: list[Token], tree: exp.Expression) -> None:
        self.text = text
        self.place = place
        self.tokens = tokens
        self.tree = tree

    def at(self, start: int) -> Place:
        """The place of an offset in the text."""
        return _inside(self.place, self.text.count("\n", 0, start) + 1, start - self.text.rfind("\n", 0, start))

    def problem(self, code: str, start: int, **details: object) -> Problem:
        return Problem(code, self.at(start), "error", details)

    def pairs(self) -> Iterator[tuple[Token, Token | None]]:
        """Each token with the one after it."""
        return zip(self.tokens, [*self.tokens[1:], None], strict=True)

    def where(self, text: str, followed_by: str = "") -> int:
        """The offset of a token, or 0 when there is none."""
        for token, after in self.pairs():
            if token.text.lower() == text.lower() and (
                not followed_by or (after and after.text.lower() == followed_by.lower())
            ):
                return token.start
        return 0

    def node_start(self, node: Any, name: str) -> int:
        """The offset of a node where the parser has kept it, else of the first token that reads like it."""
        start = node.meta.get("start") if node.meta else None
        return start if isinstance(start, int) else self.where(name)

    # --- the statement ---------------------------------------------------------------------------

    def statement(self) -> Iterator[Problem]:
        from sqlglot import exp

        if not isinstance(self.tree, exp.Query) or isinstance(self.tree, exp.Values | exp.Table):
            yield self.problem("sql-not-select", self.tokens[0].start, what=self.tokens[0].text.upper())
            return
        writing = exp.DDL | exp.DML | exp.Command | exp.Into
        for node in self.tree.walk():
            if isinstance(node, writing) and not isinstance(node, exp.Query):
                yield self.problem("sql-not-select", self.where(node.key), what=node.key.upper())
            elif isinstance(node, exp.TableSample):
                start = self.where("tablesample") or self.where("using", followed_by="sample")
                yield self.problem("sql-random", start, name="SAMPLE")

    def functions(self) -> Iterator[Problem]:
        """By the names as they are written, since a parser may know a function under another one."""
        for token, after in self.pairs():
            called = after is not None and after.text == "(" and token.text != "("
            if called or token.token_type.name != "STRING":
                name = token.text.lower()
                patterns = _CALLED if called else _BARE
                code = next((code for code, pattern in patterns if pattern.fullmatch(name)), "")
                if code:
                    yield self.problem(code, token.start, name=token.text)

    # --- tables ----------------------------------------------------------------------------------

    def read(self) -> frozenset[str]:
        """The names of the tables that are read."""
        return frozenset(table.name.lower() for table in self._tables() if not _is_step(table))

    def _tables(self) -> list[Any]:
        from sqlglot import exp

        return [table for table in self.tree.find_all(exp.Table) if isinstance(table.this, exp.Identifier)]

    def tables(self, tables: Collection[str] | None) -> Iterator[Problem]:
        known = None if tables is None else {name.lower() for name in tables}
        for table in self._tables():
            name, start = table.name, self.node_start(table.parts[0], table.parts[0].name)
            if len(table.parts) > 1:
                yield self.problem("sql-outside", start, name=".".join(part.name for part in table.parts))
            elif _FILE.search(name):
                yield self.problem("sql-file", start, name=name)
            elif known is not None and name.lower() not in known and not _is_step(table):
                near = nearest(name.lower(), known)
                yield self.problem("sql-unknown-table", start, name=name, near=near, known=", ".join(sorted(known)))
        yield from self._table_functions()

    def _table_functions(self) -> Iterator[Problem]:
        from sqlglot import exp

        for table in self.tree.find_all(exp.Table):
            if not isinstance(table.this, exp.Identifier | exp.Unnest | exp.GenerateSeries):
                name = table.this.name if isinstance(table.this, exp.Anonymous) else table.this.key
                if name.lower() not in _TABLE_FUNCTIONS:
                    yield self.problem("sql-outside", self.node_start(table.this, name), name=name)

    def stars(self) -> Iterator[tuple[str, Place]]:
        from sqlglot import exp

        for select in self.tree.find_all(exp.Select):
            if any(isinstance(part, exp.Star) or isinstance(part.this, exp.Star) for part in select.expressions):
                for table in select.find_all(exp.Table):
                    if table.parent_select is select:
                        yield table.name, self.at(self.node_start(table.this, table.name))

    # --- parameters and columns ------------------------------------------------------------------

    def parameters(self, parameters: Collection[str]) -> Iterator[Problem]:
        from sqlglot import exp

        used = dict.fromkeys(node.name for node in self.tree.find_all(exp.Placeholder, exp.Parameter))
        for name in used:
            if name not in parameters:
                start = self.where("$", followed_by=name) or self.where(name or "?")
                near = nearest(name, parameters)
                yield self.problem("sql-unknown-parameter", start, name=name or "?", near=near)

    def columns(self) -> tuple[str, ...]:
        from sqlglot import exp

        return tuple(self.tree.named_selects) if isinstance(self.tree, exp.Query) else ()


def _is_step(table: Any) -> bool:
    """Whether a name means a WITH step as seen from where it stands; a step sees neither itself nor later ones."""
    from sqlglot import exp

    name, node, below = table.name.lower(), table.parent, table
    while node is not None:
        seen: list[Any] = []
        if isinstance(node, exp.With):
            seen = node.expressions if node.recursive else node.expressions[: node.expressions.index(below)]
        elif isinstance(node, exp.Query) and not isinstance(below, exp.With):
            seen = node.ctes
        if any(step.alias.lower() == name for step in seen):
            return True
        node, below = node.parent, node
    return False


# --- SQL for other places ------------------------------------------------------------------------


def adapted(text: str, tables: Mapping[str, str], values: Mapping[str, str], dialect: str = "duckdb") -> str:
    """A checked SELECT with other table names and with constants in place of its parameters.

    Args: tables – new names by old ones in lower case; values – constants by parameter, as DuckDB spells them;
    dialect – what to spell it in.
    """
    import sqlglot
    from sqlglot import exp

    _, (tree,) = _parse(text)
    for table in list(tree.find_all(exp.Table)):
        if table.name.lower() in tables and not _is_step(table):
            old = table.name
            table.set("this", exp.to_identifier(tables[old.lower()], quoted=True))
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(old)))
    for place in list(tree.find_all(exp.Placeholder, exp.Parameter)):
        place.replace(sqlglot.parse_one(values[place.name], dialect="duckdb"))
    return str(tree.sql(dialect=dialect, pretty=True, comments=False))
