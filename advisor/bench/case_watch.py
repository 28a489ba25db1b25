"""Cases run again as a trainer saves: only those of the plays that have changed, where that is enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from advisor.bench.case_metrics import CaseMetrics
from advisor.bench.cases import Report, report
from advisor.bench.parallel import run_plays
from advisor.content.content import Content
from advisor.content.plays import Play
from advisor.content.reread import is_play, reread
from advisor.core.home import shown
from advisor.core.model import AdvisorError, Problem


@dataclass(frozen=True)
class Round:
    """One run: what is wrong with the content itself, the plays that were tried, and how their cases came out.

    `not_run` are the files whose errors kept plays from being run.
    """

    content: Content
    plays: tuple[Play, ...]
    problems: tuple[Problem, ...]
    report: Report
    not_run: tuple[str, ...] = ()

    @property
    def wrong(self) -> bool:
        return bool(self.problems or self.report.failed)


def first_round(content: Content, only: str = "", jobs: int = 1, metrics: CaseMetrics | None = None) -> Round:
    """All cases, or those of one play, with the errors of the content that they stand in.

    Args: metrics – to be shared with later rounds.
    Raises: AdvisorError – there is no play `only`.
    """
    plays = (content.play(only),) if only else content.plays
    return _round(content, plays, _shown_errors(content, plays, only), metrics or CaseMetrics(content), jobs)


def rounds(
    content: Content,
    only: str,
    changes: Iterable[frozenset[Path]],
    workspace: Path | None,
    presets: tuple[str, ...],
    metrics: CaseMetrics | None = None,
) -> Iterator[Round]:
    """A run after each change.

    Args: content – as it was at first; only – a play's code or path, to heed that one alone; changes – the files that
    have changed, time after time; workspace, presets – as for `read_content.load`; metrics – of the first round.
    """
    metrics = metrics or CaseMetrics(content)
    for changed in changes:
        try:
            after = reread(content, changed, workspace, presets)
        except AdvisorError as error:
            yield Round(content, (), tuple(error.problems), report((), ()))
            continue
        files = {shown(path) for path in changed} if after.vocabulary is content.vocabulary else None
        metrics = CaseMetrics(after) if files is None else metrics
        content = after
        plays = tuple(play for play in content.plays if _wanted(play, only, files))
        if plays or not only or errors(content, files):
            yield _round(content, plays, errors(content, files), metrics)


def _shown_errors(content: Content, plays: tuple[Play, ...], only: str) -> tuple[Problem, ...]:
    """Where one play is wanted, its own errors and those of what all plays rest on."""
    own = {play.place.path for play in plays}
    found = errors(content, None)
    return tuple(one for one in found if not only or one.place.path in own or not is_play(Path(one.place.path)))


def _wanted(play: Play, only: str, files: set[str] | None) -> bool:
    named = not only or only.casefold() in (play.code.casefold(), play.path, play.path.rpartition("/")[2])
    return named and (files is None or play.place.path in files)


def errors(content: Content, files: set[str] | None) -> tuple[Problem, ...]:
    """The content's errors: those in some files, or all."""
    found = [one for one in content.problems if one.level == "error" and (files is None or one.place.path in files)]
    return tuple(sorted(found, key=lambda one: (one.place.path, one.place.line, one.place.column)))


def _round(
    content: Content, plays: tuple[Play, ...], problems: tuple[Problem, ...], metrics: CaseMetrics, jobs: int = 1
) -> Round:
    """A play whose file has errors is not run, and none is where what all rest on has some."""
    wrong = {one.place.path for one in errors(content, None)}
    shared = sorted(path for path in wrong if not is_play(Path(path)))
    own = {play.place.path for play in plays}
    unread = wrong - {play.place.path for play in content.plays} if plays == content.plays else set()
    plays = () if shared else tuple(play for play in plays if play.place.path not in wrong)
    not_run = tuple(shared or sorted(own & wrong | unread))
    return Round(content, plays, problems, report(plays, run_plays(content, plays, jobs, metrics)), not_run)
