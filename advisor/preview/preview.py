"""A play before it is released: rendered for its firing cases and for accounts that it would reach, in all languages.

Content, book and the accounts' facts stay in memory, so that a play can be shown again as soon as it is saved.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from advisor.advice import session
from advisor.advice.advise import Advisor, Fired
from advisor.advice.wording import Printer
from advisor.advice.workspace import LANGUAGES, Wish, find_workspace, presets, resolve
from advisor.bench.case_metrics import CaseMetrics
from advisor.bench.cases import Bench
from advisor.bench.check import check
from advisor.content.content import Content, with_plays
from advisor.content.kept import load
from advisor.content.outline import Outline
from advisor.content.plays import PORTFOLIO, Case, Play
from advisor.content.reread import reread
from advisor.core.facts import AccountFacts
from advisor.core.model import AdvisorError, Place, Problem
from advisor.core.reference import evaluate
from advisor.explain.explain import counted, note_on, worded
from advisor.explain.explain_lines import Words
from advisor.preview.reach import Nearest, Reach, Reached
from advisor.preview.spoken import Spoken, spoken


@dataclass(frozen=True, slots=True)
class View:
    """A play in one situation: a case, or an account. `changed` is where the `instead` stands that holds here."""

    kind: str
    title: Mapping[str, str]
    place: Place
    spoken: tuple[Spoken, ...] = ()
    changed: Place | None = None
    note: Mapping[str, str] = dataclasses.field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Near:
    """An account that the play nearly reaches, and what would have to change, by language."""

    title: Mapping[str, str]
    changes: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Preview:
    """All that is shown of a play. `own` are problems of its file, `others` those of other files."""

    path: str
    play: Play | None
    cases: tuple[View, ...] = ()
    accounts: tuple[View, ...] = ()
    reached: Reached | None = None
    near: tuple[Near, ...] = ()
    own: tuple[Problem, ...] = ()
    others: tuple[Problem, ...] = ()


class Previewer:
    """Previews one play. Everything but the play itself is kept between looks.

    `printers` words values by language, for the day of the advice.
    """

    def __init__(self, wish: Wish, wanted: str) -> None:
        """Open the content, whatever is wrong with it, and the book.

        Args: wish – what the command line asks for; wanted – the play's code, path, or name.
        Raises: AdvisorError – there is no such play, or no book.
        """
        self.wish = wish
        self.workspace, self.presets = find_workspace(wish.content), presets(wish)
        self.content = load(self.workspace, self.presets)
        self.path = _path_of(self.content, wanted)
        self._open()

    def _open(self) -> None:
        content = with_plays(self.content, ())
        settings = resolve(self.wish, content.vocabulary, self.workspace)
        advisor = Advisor(content, settings, session.open_tables(content, settings), "reference", drafts=True)
        self.reach, self.metrics = Reach(advisor), CaseMetrics(self.content)
        self.language = settings.language
        self.printers = {language: self._printer(advisor.printer, language) for language in LANGUAGES}

    def _printer(self, printer: Printer, language: str) -> Printer:
        return dataclasses.replace(printer, words=self.content.words.get(language, {}), language=language)

    @property
    def play(self) -> Play | None:
        return next((play for play in self.content.plays if play.path == self.path), None)

    def saved(self, paths: Iterable[Path]) -> bool:
        """Take up files that have changed; whether that can change what is shown."""
        changed = {path for path in paths if self._concerns(path)}
        if not changed:
            return False
        before = self.content
        self.content = reread(before, changed, self.workspace, self.presets)
        if self.content.vocabulary is not before.vocabulary:  # all of it was read again
            self._open()
        return True

    def _concerns(self, path: Path) -> bool:
        """Other plays' files do not matter."""
        other_play = path.parent.parent.name == "playbooks" and f"{path.parent.name}/{path.stem}" != self.path
        return not other_play

    # --- one look --------------------------------------------------------------------------------

    def preview(self) -> Preview:
        """The play as it is now."""
        play = self.play
        own, others = self._problems(play)
        if play is None or any(one.level == "error" and one in self.content.problems for one in own):
            return Preview(self.path, None, own=own, others=others)
        reached = self.reach.reached(play)
        return Preview(
            self.path,
            play,
            tuple(self._cases(play)),
            tuple(self._account(play, facts, fired) for facts, fired in reached.shown),
            reached,
            tuple(self._near(play, one) for one in reached.nearest),
            own,
            others,
        )

    def _problems(self, play: Play | None) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
        """What is wrong with the play's own file, in whatever folder it lies, and the errors of other files."""
        read = self.content.problems
        own = [one for one in read if self._is_own(one)]
        others = tuple(one for one in read if one.level == "error" and one not in own)
        if play is None:
            gone = Problem(
                "unknown-play", Place(f"playbooks/{self.path}.yaml"), "error", {"name": self.path, "near": ""}
            )
            return tuple(own) or (gone,), others
        named = {*play.beside, *play.conflicts_with}
        plays = [one for one in self.content.plays if one is play or one.code in named]
        small = dataclasses.replace(
            self.content, plays=tuple(plays), metrics={}, guards=(), checks=(), brief=Outline(), contradictions=()
        )
        return tuple(one for one in check(small) if self._is_own(one)), others

    def _is_own(self, problem: Problem) -> bool:
        return Path(problem.place.path).as_posix().endswith(f"playbooks/{self.path}.yaml")

    def _cases(self, play: Play) -> Iterator[View]:
        bench = Bench(self.content, "reference", self.metrics)
        for case in play.cases:
            if case.expect == "fires":
                yield self._case(bench, play, case)

    def _case(self, bench: Bench, play: Play, case: Case) -> View:
        title = dict.fromkeys(LANGUAGES, case.name)
        try:
            book, problems = bench.book(play, case)
            advisor = bench.alone(play, book)
            whole = play.about == PORTFOLIO
            facts = advisor.book_facts() if whole else advisor.facts(book.accounts()[0])
            tried = advisor.traces(facts, (PORTFOLIO,)) if whole else advisor.traces(facts)
            fired = next((one for one in tried if one.trace.verdict), None)
            if fired is None:
                silent = Problem("preview-case-silent", case.place, "error", {"case": case.name})
                return View("case", title, case.place, problems=(*problems, silent))
            printers = {language: bench.printer(language, case.today) for language in LANGUAGES}
            return self._view("case", title, case.place, advisor, facts, fired, printers, tuple(problems))
        except AdvisorError as error:
            return View("case", title, case.place, problems=tuple(error.problems))

    def _account(self, play: Play, facts: AccountFacts, fired: Fired) -> View:
        advisor = self.reach.advisor
        title = {language: self._called(facts, language) for language in LANGUAGES}
        try:
            return self._view("account", title, Place(), advisor, facts, fired, self.printers, ())
        except AdvisorError as error:
            return View("account", title, Place(), problems=tuple(error.problems))

    def _view(
        self, kind: str, title: Mapping[str, str], place: Place, advisor: Advisor, facts: AccountFacts, fired: Fired,
        printers: Mapping[str, Printer], problems: tuple[Problem, ...],
    ) -> View:  # fmt: skip
        maker = advisor.maker(facts)
        said = tuple(spoken(maker, printer, fired.play, fired.hand, fired.trace) for printer in printers.values())
        holds = [one.place for one in fired.play.instead if evaluate(one.when, facts, fired.hand).verdict]
        notes = {language: self._note(advisor, printer, facts, fired) for language, printer in printers.items()}
        return View(kind, title, place, said, holds[0] if holds else None, notes, problems)

    def _note(self, advisor: Advisor, printer: Printer, facts: AccountFacts, fired: Fired) -> str:
        """What the history says against it; that a draft fires here alone goes without saying."""
        active = dataclasses.replace(fired.play, status="active", valid_from=None, valid_to=None)
        return note_on(advisor, printer, facts.account, active, fired.hand[-1], True)

    # --- accounts in words -----------------------------------------------------------------------

    def _called(self, facts: AccountFacts, language: str) -> str:
        maker = dataclasses.replace(self.reach.advisor.maker(facts), printer=self.printers[language])
        account = facts.account
        if not account.id:  # the book as a whole
            return self.printers[language].word("preview.book")
        return self.printers[language].word("join").join([account.id, *maker.heading().values()])

    def _near(self, play: Play, one: Nearest) -> Near:
        changes = {}
        for language, printer in self.printers.items():
            words = Words(one.facts, self.content.vocabulary, printer)
            edits = worded(one.plan, play.when, words, one.hand, True)
            changes[language] = tuple(counted(edits, printer))
        return Near({language: self._called(one.facts, language) for language in LANGUAGES}, changes)


def _path_of(content: Content, wanted: str) -> str:
    """The identity of the play that is meant, even where its file cannot be read as a play.

    Raises: AdvisorError – there is no such play.
    """
    try:
        return content.play(wanted).path
    except AdvisorError:
        for path in dict.fromkeys(Path(one.place.path) for one in content.problems):
            identity = f"{path.parent.name}/{path.stem}"
            if path.parent.parent.name == "playbooks" and _is_meant(path, identity, wanted):
                return identity
        raise


def _is_meant(path: Path, identity: str, wanted: str) -> bool:
    if wanted in (identity, path.stem, path.as_posix()):
        return True
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return bool(re.search(rf"\bcode: *{re.escape(wanted)}\b", text, re.IGNORECASE))
