"""The facts that plays about the account read, one flat row an account, so that every engine matches the same.

A comparison of one plain fact with constants stays a comparison. What other engines have no words for (quantifiers over
rows, lists, a fact compared with a fact) is worked out once beforehand, as a yes/no fact.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from advisor.advice import session
from advisor.advice.workspace import Wish, resolve
from advisor.batch import store
from advisor.batch.stored import Chunks
from advisor.content.content import Content
from advisor.core.facts import Knowledge
from advisor.core.tree import All, AnyOf, AsOf, Const, Derived, Expr, Leaf, Name, Node, Not, NotTrue, Read, When
from advisor.core.vocabulary import LISTS, Entity, Field, Vocabulary
from advisor.data import book as books
from advisor.metrics import metric_tables
from advisor.sql.dialect import DUCKDB
from advisor.sql.expressions import Expressions
from advisor.sql.relations import Given
from advisor.sql.statement import Builder


@dataclass
class Flattener:
    """Rewrites conditions over flat facts and keeps how each of those is made, with its type."""

    made: dict[str, Expr] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    _known: dict[object, str] = field(default_factory=dict)

    def node(self, node: Node) -> Node:
        if isinstance(node, All | AnyOf):
            return type(node)(tuple(self.node(item) for item in node.items))
        if isinstance(node, Not | NotTrue):
            return type(node)(self.node(node.item))
        if isinstance(node, Leaf) and _plain(node):
            name = self._fact(node.name, Read(node.name), node.name.type)
            return dataclasses.replace(node, name=Name("account", name, type=node.name.type))
        name = self._fact(node, When(node), "yes_no")
        return Leaf(Name("account", name, type="yes_no"), "is", (Const(True),))

    def _fact(self, key: object, expr: Expr, kind: str) -> str:
        if key not in self._known:
            name = self._known[key] = f"f{len(self._known)}"
            self.made[name], self.types[name] = expr, kind
        return self._known[key]


def _plain(leaf: Leaf) -> bool:
    return leaf.name.type not in LISTS and all(isinstance(one, Const | AsOf) for one in leaf.operands)


@dataclass(frozen=True)
class Facts:
    """A Parquet file of flat facts; `types` by fact, `empty` those that are known to be none for some account."""

    path: Path
    types: Mapping[str, str]
    empty: frozenset[str]

    @property
    def vocabulary(self) -> Vocabulary:
        fields = {name: Field(name, kind, none=True) for name, kind in self.types.items()}
        return Vocabulary({"account": Entity("account", "accounts", "one", fields)}, {})

    @property
    def given(self) -> Given:
        return Given({"account": {name: name in self.empty for name in self.types}})

    def names(self) -> list[str]:
        return [*self.types, *(f"{name}?" for name in self.types if name in self.empty)]


def derive(content: Content, data: Path, flat: Flattener, path: Path) -> Facts:
    """Work the flat facts out with our SQL reader over a book, before any play is matched.

    Args: data – the book's tables; flat – which facts; path – the Parquet file to write.
    """
    settings = resolve(Wish(data=data), content.vocabulary, None)
    book = session.ready(content, settings, books.load(settings.data, content.vocabulary, settings.as_of))
    with tempfile.TemporaryDirectory() as home:
        kept = store.write(Path(home) / "book.duckdb", content, book.tables, settings.as_of, settings.closed)
        chunks = Chunks(kept, content)
        with chunks.connection:
            chunks.see(0, kept.accounts - 1)
            reading = Expressions(content.vocabulary, _knowing(content, flat), settings.as_of, kept.given, DUCKDB)
            text = Builder(reading).facts(reading.relations.account, list(flat.made))
            chunks.connection.execute(f"COPY ({_named(flat, text)}) TO {metric_tables.literal(str(path))}")
            return Facts(path, flat.types, _empty(chunks.connection, flat, path))


def _knowing(content: Content, flat: Flattener) -> Knowledge:
    added = {("account", name): Derived("account", name, expr) for name, expr in flat.made.items()}
    knowledge = content.knowledge()
    return dataclasses.replace(knowledge, derived={**knowledge.derived, **added})


def _named(flat: Flattener, text: str) -> str:
    pairs = [
        f'CAST(v{2 * n} AS {DUCKDB.type(kind)}) AS {name}, CAST(v{2 * n + 1} AS BOOLEAN) AS "{name}?"'
        for n, (name, kind) in enumerate(flat.types.items())
    ]
    keys = "row_number AS _rid, row_number AS _aid, account_id AS _id, account_id AS _account"
    return f"SELECT {keys}, {', '.join(pairs)} FROM ({text})"


def _empty(connection: metric_tables.Connection, flat: Flattener, path: Path) -> frozenset[str]:
    """The facts that are none somewhere; for the others that column says nothing."""
    asked = ", ".join(f'coalesce(bool_or("{name}?"), FALSE)' for name in flat.types)
    row = connection.execute(f"SELECT {asked} FROM {metric_tables.literal(str(path))}").fetchall()[0]
    return frozenset(name for name, found in zip(flat.types, row, strict=True) if found)
