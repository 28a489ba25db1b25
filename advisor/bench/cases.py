"""The cases beside plays, run through the whole pipeline: `advisor test`."""

from __future__ import annotations

import dataclasses
import datetime
import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from advisor.advice.advice import Step
from advisor.advice.advise import Advisor, Fired
from advisor.advice.reasons import fired_leaves
from advisor.advice.wording import Printer
from advisor.advice.workspace import LANGUAGES, Settings
from advisor.bench.blame import blamed, named, said
from advisor.bench.case_facts import facts_of_case
from advisor.bench.case_metrics import CaseMetrics
from advisor.bench.expectations import Expected
from advisor.bench.sightings import Sighting, Sightings
from advisor.content.content import Content, with_plays
from advisor.content.plays import PORTFOLIO, Case, Play
from advisor.content.read_cases import SILENT
from advisor.core.model import AdvisorError, InternalDisagreement, Problem
from advisor.core.tree import names
from advisor.core.vocabulary import nearest
from advisor.data.asserted import assert_derived
from advisor.data.book import Book, from_facts

# Rows of later days are left out by rule; a case may well be about that.
_HARMLESS = frozenset({"data-later-rows"})


@dataclass(frozen=True)
class CaseResult:
    """How one case came out; `problems` say what is not as expected, each at its own place.

    `seen` are the condition's leaves by number with their verdicts; `marks` what is known of the account when the play
    fired, by field.
    """

    play: Play
    case: Case
    problems: tuple[Problem, ...] = ()
    seen: frozenset[Sighting] = frozenset()
    marks: frozenset[tuple[str, str]] = frozenset()

    @property
    def passed(self) -> bool:
        return not self.problems


@dataclass(frozen=True)
class Report:
    """How all cases came out, and the plays that lack a firing or a silent case."""

    results: tuple[CaseResult, ...]
    plays: int = 0
    no_firing: tuple[Play, ...] = ()
    no_silent: tuple[Play, ...] = ()

    @property
    def passed(self) -> int:
        return sum(result.passed for result in self.results)

    @property
    def failed(self) -> tuple[CaseResult, ...]:
        return tuple(result for result in self.results if not result.passed)


def run_all(content: Content, only: str = "", engine: str = "durable") -> Report:
    """Run the cases of all plays.

    Args: content – with its plays; only – a play's code, path or name, to run its cases alone; engine – as of Advisor.
    Raises: AdvisorError – there is no play `only`.
    """
    plays = (content.play(only),) if only else content.plays
    bench = Bench(content, engine)
    return report(plays, [bench.run(play, case) for play in plays for case in play.cases])


def report(plays: Iterable[Play], results: Iterable[CaseResult]) -> Report:
    """What is to be told about the cases of some plays."""
    plays = tuple(plays)
    return Report(tuple(results), len(plays), without(plays, "fires"), without(plays, SILENT))


def without(plays: Iterable[Play], expect: str) -> tuple[Play, ...]:
    """The plays that have no case with this expectation."""
    return tuple(play for play in plays if not any(case.expect == expect for case in play.cases))


def run_case(
    content: Content, play: Play, case: Case, engine: str = "durable", metrics: CaseMetrics | None = None
) -> CaseResult:
    """Run one case; for many, `Bench` shares what they have in common.

    Args: content, play, case – what is tried; engine – "durable", proved by the reference reader, or "reference";
    metrics – where several cases share their results.
    Returns: the result. Mistakes in what the case gives make it fail, as does whatever stops the pipeline.
    """
    return Bench(content, engine, metrics).run(play, case)


class Bench:
    """Runs cases of one content. Engine, calendar and metrics are made once for all cases that can share them."""

    def __init__(self, content: Content, engine: str = "durable", metrics: CaseMetrics | None = None) -> None:
        self.content = content
        self.engine = engine
        self.metrics = metrics or CaseMetrics(content)
        self._advisors: dict[tuple[str, datetime.date], Advisor] = {}

    def run(self, play: Play, case: Case) -> CaseResult:
        """Run one case: see `run_case`."""
        try:
            book, given = self.book(play, case)
            found = _Run(self, case, play, book, self.alone(play, book))
            problems = [*given, *found.problems()]
            return CaseResult(play, case, tuple(problems), found.seen(), found.marks())
        except AdvisorError as error:
            return CaseResult(play, case, tuple(error.problems))
        except InternalDisagreement as error:
            return CaseResult(play, case, (_problem(case, "case-readers-disagree", why=str(error)),))

    def book(self, play: Play, case: Case) -> tuple[Book, list[Problem]]:
        """What a case gives, as a book of one account, and what is wrong with it."""
        facts, problems = facts_of_case(play, case, self.content.vocabulary)
        found = from_facts(facts, self.content.vocabulary, case.today, self.content.cells)
        book = assert_derived(found, self.content.vocabulary, self.content.cells)
        # Metrics are about orders, or about a whole book; without orders a case has nothing for them.
        book.metrics = self.metrics.of(book) if book.tables.get("order") else None
        return book, [*problems, *(one for one in book.problems if one.code not in _HARMLESS)]

    def alone(self, play: Play, book: Book) -> Advisor:
        """An advisor with this play as the only one, in force or not."""
        return self._advisor(play.path, (play,), book)

    def among_all(self, play: Play, book: Book) -> Advisor:
        """An advisor with all plays that are in force, and this one."""
        runs = play.runs_on(book.as_of)
        plays = tuple(one for one in self.content.plays if one is play or one.runs_on(book.as_of))
        return self._advisor("" if runs else f"{play.path} *", plays, book)

    def _advisor(self, name: str, plays: tuple[Play, ...], book: Book) -> Advisor:
        found = self._advisors.get((name, book.as_of))
        if found is None:
            settings, content = Settings(Path(), LANGUAGES[0], book.as_of), with_plays(self.content, plays)
            found = self._advisors[name, book.as_of] = Advisor(content, settings, book, self.engine, drafts=True)
        return found.over(book)

    def printer(self, language: str, day: datetime.date) -> Printer:
        """What words values in a language."""
        return Printer(self.content.words[language], language, Settings(Path(), language, day).currency, day)


def _problem(case: Case, code: str, key: str = "expect", **details: object) -> Problem:
    return Problem(code, case.where(key), "error", {"case": case.name, **details})


@dataclass(frozen=True)
class _Run:
    """One case in the pipeline, with its play as the only one."""

    bench: Bench
    case: Case
    play: Play
    book: Book
    advisor: Advisor
    _seen: set[Sighting] = field(default_factory=set)

    @functools.cached_property
    def tried(self) -> list[tuple[Fired, str]]:
        """The play for each of its subjects, and why the history drops it, if it does."""
        account = self.book.accounts()[0]
        facts, whole = self.advisor.facts(account), self.advisor.book_facts()
        found = self.advisor.traces(whole, (PORTFOLIO,)) if self._of_book else self.advisor.traces(facts)
        sightings = Sightings(self.play.when, self._seen)
        for one in found:
            sightings.see(one.trace, whole if self._of_book else facts, one.hand)
        drops = [self.advisor.history.dropped(account.id, one.play, one.subject) for one in found]
        return [(one, drop.reason if drop else "") for one, drop in zip(found, drops, strict=True)]

    @property
    def _of_book(self) -> bool:
        return self.play.about == PORTFOLIO

    @functools.cached_property
    def fired(self) -> list[Fired]:
        return [one for one, drop in self.tried if one.trace.verdict and not drop]

    def seen(self) -> frozenset[Sighting]:
        return frozenset(self._seen)

    def marks(self) -> frozenset[tuple[str, str]]:
        """The account's recorded choices, when the play fired."""
        values = self.book.accounts()[0].values if self.fired else {}
        return frozenset((name, value.data) for name, value in values.items() if isinstance(value.data, str))

    # --- expectations ----------------------------------------------------------------------------

    def problems(self) -> list[Problem]:
        if self.case.expect == SILENT:
            return list(self.silent())
        if not self.fired:
            return [self.not_fired()]
        found = [*self.because(), *self.expected().problems()]
        return sorted(found, key=lambda one: (one.place.line, one.place.column))

    def not_fired(self) -> Problem:
        drops = sorted({drop for one, drop in self.tried if drop and one.trace.verdict})
        if drops:
            return _problem(self.case, "case-rests", why=", ".join(drops))
        leaves = [leaf for one, _ in self.tried for leaf in blamed(one.trace)]
        return _problem(self.case, "case-silent", why=said(leaves) or "-")

    def silent(self) -> Iterator[Problem]:
        if self.fired:
            leaves = [leaf for one in self.fired for leaf in fired_leaves(one.trace)]
            yield _problem(self.case, "case-fired", why=said(leaves) or "-")
        elif self.case.because:
            blame = [leaf for one, _ in self.tried for leaf in blamed(one.trace)]
            drops = {drop for _, drop in self.tried if drop}
            if self.case.because not in named(blame) | drops:
                yield self.other_reason(said(blame) or ", ".join(sorted(drops)) or "-", drops)

    def because(self) -> Iterator[Problem]:
        leaves = [leaf for one in self.fired for leaf in fired_leaves(one.trace)]
        if self.case.because and self.case.because not in named(leaves):
            yield self.other_reason(said(leaves) or "-", set())

    def other_reason(self, why: str, drops: set[str]) -> Problem:
        """Not the reason; where the condition reads no such fact at all, with the nearest that it reads."""
        because, known = self.case.because, [one.field for one in names(self.play.when)] + sorted(drops)
        near = "" if because.rpartition(".")[2] in known else nearest(because, known)
        return _problem(self.case, "case-other-reason", "because", because=because, why=why, near=near)

    def expected(self) -> Expected:
        """The play's steps, made even where nothing is expected of them: their texts must be sayable."""
        facts = self.advisor.book_facts() if self._of_book else self.advisor.facts(self.book.accounts()[0])
        maker = self.advisor.maker(facts)
        spoken = {LANGUAGES[0]: self.advisor.steps(maker, self.fired)}
        for language in LANGUAGES[1:] if self.case.says or self.case.says_not else ():
            printer = self.bench.printer(language, self.case.today)
            spoken[language] = self.advisor.steps(dataclasses.replace(maker, printer=printer), self.fired)
        ranking = self.ranking() if self.case.rank else ()
        return Expected(self.case, self.book, spoken[LANGUAGES[0]], spoken, ranking)

    def ranking(self) -> tuple[Step, ...]:
        """The steps of all plays for the same account."""
        advisor = self.bench.among_all(self.play, self.book)
        advice = advisor.advise(self.book.accounts()[0], everything=True)
        return advice.portfolio if self._of_book else advice.steps
