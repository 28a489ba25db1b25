"""Advice for a chunk of accounts: matched by SQL, proved by the reference reader, arbitrated and worded as for one."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from advisor.advice.advice import Step
from advisor.advice.advise import Advisor, Fired, Undecided
from advisor.advice.history import History
from advisor.advice.workspace import Settings
from advisor.batch.store import Store
from advisor.batch.stored import Chunks
from advisor.content.content import Content
from advisor.content.plays import SUBJECTS, Play
from advisor.core.facts import AccountFacts
from advisor.core.model import InternalDisagreement, Row
from advisor.core.reference import Verdict, evaluate
from advisor.core.tree import Node
from advisor.data.book import Book
from advisor.sql.dialect import DUCKDB, DuckDB
from advisor.sql.expressions import Expressions
from advisor.sql.statement import Builder, Statement

_AT_ONCE = 200
Verdicts = dict[tuple[str, str], Mapping[str, Verdict]]
"""By account and subject, of each play that fires or cannot be decided: which of the two."""


class OfMany(Advisor):
    """An advisor on some accounts of a book; what is to be said of the whole book is said once, beside them."""

    @functools.cached_property
    def portfolio(self) -> tuple[Step, ...]:
        return ()

    def _history(self) -> History:
        """What was noted of the book as a whole at one account is no other account's history."""
        rest = int(self.content.policy["again_after_days"]), int(self.content.policy["episode_days"])
        return History(self.book.tables.get("history") or (), self.settings.as_of, rest[1], rest[0])


class Matched(OfMany):
    """An advisor to whom SQL has said which plays fire; every firing, and every doubt, is proved again."""

    def __init__(self, content: Content, settings: Settings, book: Book, verdicts: Mapping[str, Verdicts]) -> None:
        super().__init__(content, settings, book, "reference")
        self.verdicts = verdicts

    def matches(self, facts: AccountFacts) -> tuple[list[Fired], list[Undecided]]:
        """The plays that fire, with their traces, and those of which nobody can tell; all others are not looked at."""
        fired: list[Fired] = []
        undecided: list[Undecided] = []
        for play, hand, verdict in self._found(facts):
            if verdict:
                fired.append(Fired(play, hand, evaluate(play.when, facts, hand)))
            else:
                undecided.append((play, hand))
            proved = fired[-1].trace.verdict if verdict else facts.verdict(play.when, hand)
            if proved is not verdict:
                raise InternalDisagreement(f"{play.code}: account {facts.account.id}, {hand[-1].entity} {hand[-1].id}")
        return fired, undecided

    def _found(self, facts: AccountFacts) -> Iterator[tuple[Play, tuple[Row, ...], Verdict]]:
        for about in SUBJECTS:
            for row in facts.rows(about) or ():
                found = self.verdicts[about].get((facts.account.id, row.id), {})
                hand = facts.hand(row)
                yield from ((self.plays[code], hand, verdict) for code, verdict in found.items())


def not_false(codes: Iterable[str], verdicts: Iterable[Verdict]) -> Mapping[str, Verdict]:
    """The plays that fire or cannot be decided."""
    return {code: one for code, one in zip(codes, verdicts, strict=True) if one is not False}


def compiled(
    store: Store, content: Content, settings: Settings, dialect: DuckDB
) -> tuple[dict[str, Statement], dict[str, Statement]]:
    """The statements of a run: of the plays in force by what they are about, and of guards' bars by entity."""

    def statement(nodes: Mapping[str, Node], about: str) -> Statement:
        reading = Expressions(content.vocabulary, content.knowledge(), settings.as_of, store.given, dialect)
        return Builder(reading).verdicts(nodes, about)

    running = [play for play in content.plays if play.runs_on(settings.as_of)]
    plays = {
        about: statement({play.code: play.when for play in running if play.about == about}, about) for about in SUBJECTS
    }
    bars: dict[str, dict[str, Node]] = {}
    for guard in content.guards:
        for entity, node in guard.bars.items():
            bars.setdefault(entity, {})[guard.code] = node
    return plays, {entity: statement(nodes, entity) for entity, nodes in bars.items()}


@dataclass
class Matcher:
    """The statements of a run, compiled once a process."""

    chunks: Chunks
    content: Content
    settings: Settings
    plays: Mapping[str, Statement]
    barred: Mapping[str, Statement]

    @classmethod
    def of(cls, store: Store, content: Content, settings: Settings) -> Matcher:
        plays, barred = compiled(store, content, settings, DUCKDB)
        return cls(Chunks(store, content), content, settings, plays, barred)

    def advisors(self, first: int, last: int) -> Iterator[Advisor]:
        """SQL decides for the whole span at once; records come into memory a few accounts at a time."""
        self.see(first, last)
        verdicts = self.verdicts()
        for book in books(self.chunks, self.content, self.settings, first, last):
            yield Matched(self.content, self.settings, book, verdicts)

    def see(self, first: int, last: int) -> None:
        """Let SQL see some accounts, without what guards bar."""
        self.chunks.see(first, last)
        barred = {entity: self._numbers(one) for entity, one in self.barred.items() if one.text}
        if any(barred.values()):
            self.chunks.see(first, last, {entity: numbers for entity, numbers in barred.items() if numbers})

    def _numbers(self, statement: Statement) -> str:
        """The numbers of the rows for which a guard's bar holds."""
        test = " OR ".join(statement.columns.values())
        rows = self.chunks.connection.execute(f"SELECT row_number FROM ({statement.text}) WHERE {test}").fetchall()
        return ", ".join(str(row[0]) for row in rows)

    def verdicts(self) -> dict[str, Verdicts]:
        return {about: self._verdicts(one) for about, one in self.plays.items()}

    def _verdicts(self, statement: Statement) -> Verdicts:
        if not statement.text:
            return {}
        rows = self.chunks.connection.execute(statement.text).fetchall()
        return {row[:2]: not_false(statement.columns, row[3:]) for row in rows}


class Durable(OfMany):
    """An advisor who matches with the rules engine and proves every play of every account."""


@dataclass
class Prover:
    """The rules engine, kept for a whole run: it never gives a ruleset's memory back."""

    chunks: Chunks
    advisor: Advisor

    @classmethod
    def of(cls, store: Store, content: Content, settings: Settings) -> Prover:
        nobody = Book(settings.as_of, True, {}, entities=content.vocabulary.entities)
        return cls(Chunks(store, content), Durable(content, settings, nobody, "durable"))

    def advisors(self, first: int, last: int) -> Iterator[Advisor]:
        """The same advisor over a few accounts at a time."""
        for book in books(self.chunks, self.advisor.content, self.advisor.settings, first, last):
            yield self.advisor.over(book)


Engine = Matcher | Prover
ENGINES: Mapping[str, type[Matcher] | type[Prover]] = {"sql": Matcher, "durable": Prover}


def books(chunks: Chunks, content: Content, settings: Settings, first: int, last: int) -> Iterator[Book]:
    """The accounts of a span, a few at a time, with their records and metrics."""
    for start, end in chunks.few(first, last, _AT_ONCE):
        tables, metrics = chunks.rows(start, end), chunks.metrics(start, end)
        yield Book(settings.as_of, True, tables, metrics=metrics, entities=content.vocabulary.entities)


def opened(engine: Engine, first: int, last: int) -> Iterator[tuple[Row, Advisor]]:
    """The accounts from number `first` to `last`, in the order of their table, each with who advises on it."""
    for advisor in engine.advisors(first, last):
        yield from ((account, advisor) for account in advisor.book.accounts())
