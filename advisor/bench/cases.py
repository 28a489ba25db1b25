"""The cases beside plays, run through the whole pipeline: `advisor test`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from advisor.advice.advice import Step
from advisor.advice.advise import Advisor, Fired
from advisor.advice.reasons import fired_leaves
from advisor.advice.workspace import Settings
from advisor.bench.blame import blamed, named, said
from advisor.bench.case_facts import facts_of_case
from advisor.bench.case_metrics import CaseMetrics
from advisor.content.content import Content, with_plays
from advisor.content.plays import PORTFOLIO, Case, Play
from advisor.core.model import AdvisorError, InternalDisagreement, Problem
from advisor.data.asserted import assert_derived
from advisor.data.book import from_facts

# Rows of later days are left out by rule; a case may well be about that.
_HARMLESS = frozenset({"data-later-rows"})


@dataclass(frozen=True)
class CaseResult:
    """How one case came out; `problems` say what is not as expected, at the case's place."""

    play: Play
    case: Case
    problems: tuple[Problem, ...] = ()

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
    metrics = CaseMetrics(content)
    results = [run_case(content, play, case, engine, metrics) for play in plays for case in play.cases]
    return Report(tuple(results), len(plays), without(plays, "fires"), without(plays, "silent"))


def without(plays: Iterable[Play], expect: str) -> tuple[Play, ...]:
    """The plays that have no case with this expectation."""
    return tuple(play for play in plays if not any(case.expect == expect for case in play.cases))


def run_case(
    content: Content, play: Play, case: Case, engine: str = "durable", metrics: CaseMetrics | None = None
) -> CaseResult:
    """Run one case.

    Args: content, play, case – what is tried; engine – "durable", proved by the reference reader, or "reference";
    metrics – where several cases share their results.
    Returns: the result. Mistakes in what the case gives make it fail, as does whatever stops the pipeline.
    """
    try:
        problems = _Run.of(content, play, case, engine, metrics or CaseMetrics(content)).problems()
    except AdvisorError as error:
        problems = error.problems
    except InternalDisagreement as error:
        problems = [_problem(case, "case-readers-disagree", why=str(error))]
    return CaseResult(play, case, tuple(problems))


def _problem(case: Case, code: str, **details: object) -> Problem:
    return Problem(code, case.place, "error", {"case": case.name, **details})


@dataclass(frozen=True)
class _Run:
    """One case in the pipeline, with this play as the only one."""

    case: Case
    play: Play
    advisor: Advisor
    given: tuple[Problem, ...]

    @classmethod
    def of(cls, content: Content, play: Play, case: Case, engine: str, metrics: CaseMetrics) -> _Run:
        facts, problems = facts_of_case(play, case, content.vocabulary)
        book = assert_derived(
            from_facts(facts, content.vocabulary, case.today, content.cells), content.vocabulary, content.cells
        )
        # Metrics are about orders, or about a whole book; without orders a case has nothing for them.
        book.metrics = metrics.of(book) if book.tables.get("order") else None
        problems += [problem for problem in book.problems if problem.code not in _HARMLESS]
        settings = Settings(Path(), "zh", case.today)
        return cls(
            case, play, Advisor(with_plays(content, (play,)), settings, book, engine, drafts=True), tuple(problems)
        )

    def problem(self, code: str, **details: object) -> Problem:
        return _problem(self.case, code, **details)

    def problems(self) -> list[Problem]:
        account = self.advisor.book.accounts()[0]
        tried = self.advisor.traces(self.advisor.facts(account))
        tried += self.advisor.traces(self.advisor.book_facts(), (PORTFOLIO,))
        dropped = [self.advisor.history.dropped(account.id, one.play, one.subject) for one in tried]
        fired = [one for one, drop in zip(tried, dropped, strict=True) if one.trace.verdict and not drop]
        if self.case.expect == "silent":
            return [*self.given, *self.silent(tried, fired, {drop.reason for drop in dropped if drop})]
        if not fired:
            why = said(leaf for one in tried for leaf in blamed(one.trace))
            return [*self.given, self.problem("case-silent", why=why or "-")]
        advice = self.advisor.advise(account, everything=True)
        steps = [step for step in (*advice.steps, *advice.portfolio) if step.code == self.play.code]
        return [*self.given, *self.because(fired), *self.due(steps), *self.person(steps)]

    # --- expectations ----------------------------------------------------------------------------

    def silent(self, tried: list[Fired], fired: list[Fired], dropped: set[str]) -> Iterator[Problem]:
        if fired:
            yield self.problem("case-fired", why=said(leaf for one in fired for leaf in fired_leaves(one.trace)) or "-")
        elif self.case.because:
            leaves = [leaf for one in tried for leaf in blamed(one.trace)]
            if self.case.because not in named(leaves) | dropped:
                yield self.problem("case-other-reason", because=self.case.because, why=said(leaves) or "-")

    def because(self, fired: list[Fired]) -> Iterator[Problem]:
        leaves = [leaf for one in fired for leaf in fired_leaves(one.trace)]
        if self.case.because and self.case.because not in named(leaves):
            yield self.problem("case-other-reason", because=self.case.because, why=said(leaves) or "-")

    def due(self, steps: list[Step]) -> Iterator[Problem]:
        days = sorted({step.due_on for step in steps})
        if self.case.due_on and self.case.due_on not in days:
            yield self.problem("case-other-day", expected=self.case.due_on, found=", ".join(map(str, days)))

    def person(self, steps: list[Step]) -> Iterator[Problem]:
        """The role that the step names, or another one that the same person has."""
        if self.case.person and not any(self.case.person in self._roles(step) for step in steps):
            found = ", ".join(f"{step.person.role or '-'} {step.person.contact_id}".strip() for step in steps)
            yield self.problem("case-other-person", expected=self.case.person, found=found)

    def _roles(self, step: Step) -> set[str]:
        contact = self.advisor.book.find("contact", step.person.contact_id)
        roles = contact.get("buying_roles").data if contact else None
        return {step.person.role, *(roles or ())}
