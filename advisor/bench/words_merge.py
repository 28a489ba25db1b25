"""Changed texts of a spreadsheet brought back into the plays' files: changes, conflicts, what may be written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from advisor.bench.author_files import play_file, replace_file
from advisor.bench.check import check
from advisor.bench.words_in import LANGUAGES, TextRow, checked, clean
from advisor.bench.words_units import Block, Change, Key, blocks, changed
from advisor.content.content import Content
from advisor.content.lint import check_terms
from advisor.content.plays import Play
from advisor.content.read_play import read_play
from advisor.core import yaml_in
from advisor.core.home import shown
from advisor.core.model import AdvisorError, Place, Problem
from advisor.core.vocabulary import nearest


@dataclass
class Merged:
    """What came of an import: texts changed by file (`copied` ones are new in the workspace), and every problem."""

    written: dict[Path, int] = field(default_factory=dict)
    copied: set[Path] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    missing: int = 0


def merge(rows: list[TextRow], content: Content, folder: Path, force: bool = False) -> Merged:
    """Bring the rows' changes into the workspace's files. A play with a mistake in any of its rows stays as it is.

    Args: rows – of the spreadsheet; content – of the workspace; folder – the workspace; force – where file and sheet
    have both changed, the sheet's text is taken.
    """
    merged = Merged()
    by_play: dict[str, list[TextRow]] = {}
    for row in rows:
        by_play.setdefault(row.path, []).append(row)
    plays = {play.path: play for play in content.plays}
    for path, own in by_play.items():
        if path in plays:
            _Merging(content, folder, plays[path], force, merged).run(own)
        else:
            merged.problems += _stray(own, plays)
    return merged


def _stray(rows: list[TextRow], plays: Mapping[str, Play]) -> list[Problem]:
    """Rows of a play that is not there; an empty row is nobody's."""
    name = rows[0].path
    if not name:
        return checked(rows)
    return [
        Problem(
            "words-unknown-play", Place(rows[0].cells["path"]), details={"name": name, "near": nearest(name, plays)}
        )
    ]


@dataclass
class _Merging:
    """One play's rows against its file."""

    content: Content
    folder: Path
    play: Play
    force: bool
    merged: Merged
    problems: list[Problem] = field(default_factory=list)
    conflicts: list[Problem] = field(default_factory=list)

    def run(self, rows: list[TextRow]) -> None:
        path, own = play_file(self.folder, self.play)
        text = path.read_bytes().decode("utf-8")
        item, _ = yaml_in.parse(text, shown(path))
        found = blocks(item)
        self.problems += checked(rows)
        changes = [] if self.problems else self.changes(rows, found)
        self.merged.missing += self.missing(rows, found)
        if changes and not self.problems:
            self.write(path, own, text, changes)
        self.merged.problems += [*self.problems, *self.conflicts]

    def missing(self, rows: list[TextRow], found: Mapping[Key, Block]) -> int:
        """How many of the play's lines have no row any more."""
        there = {(row.block, row.number) for row in rows}
        all_lines = {(block, n + 1) for (block, _), one in found.items() for n in range(len(one.units))}
        return len(all_lines - there)

    # --- what has changed ------------------------------------------------------------------------

    def changes(self, rows: list[TextRow], found: Mapping[Key, Block]) -> list[Change]:
        pairs = [(row, one) for row in {row.key: row for row in rows}.values() for one in LANGUAGES]
        made = [self.change(row, one, found) for row, one in pairs if row.texts[one] != row.base[one]]
        return [change for change in made if change]

    def change(self, row: TextRow, language: str, found: Mapping[Key, Block]) -> Change | None:
        key, text, base = (row.block, language), row.texts[language], row.base[language]
        if key not in found or not base:
            self.unknown(row, found)
            return None
        units = [clean(unit.text) for unit in found[key].units]
        n = row.number - 1
        if not (n < len(units) and units[n] == base) and units.count(base) == 1:
            n = units.index(base)  # the line has moved since
        there = units[n] if n < len(units) else ""
        if there != base and _done_already(text, units):
            return None
        if there != base and not (self.force and there):
            self.conflict(row, language, there)
            return None
        return Change(key, n, text or None, row.cells[language])

    def unknown(self, row: TextRow, found: Mapping[Key, Block]) -> None:
        """A row that was not exported: a block that the play has not, or a line beyond the last one."""
        known = list(dict.fromkeys(block for block, _ in found))
        place, details = Place(row.cells["block"]), {"name": row.block, "line": row.number, "play": row.path}
        code = "words-extra-row" if row.block in known else "words-unknown-block"
        near = "" if row.block in known else nearest(row.block, known)
        if not any(problem.place == place for problem in self.problems):
            self.problems.append(Problem(code, place, details={**details, "near": near}))

    def conflict(self, row: TextRow, language: str, there: str) -> None:
        details = {"file": there or "—", "sheet": row.texts[language] or "—", "block": row.block, "line": row.number}
        self.conflicts.append(Problem("words-conflict", Place(row.cells[language]), "error", details))

    # --- writing ---------------------------------------------------------------------------------

    def write(self, path: Path, own: Path, text: str, changes: list[Change]) -> None:
        """Write the file, unless it would not pass the readers."""
        try:
            whole = changed(text, changes, shown(path))
        except AdvisorError as error:
            self.problems += error.problems
            return
        wrong = self.wrong(text, whole, shown(path))
        if wrong:
            self.problems += [_at_cell(problem, changes, whole, shown(path)) for problem in wrong]
            return
        replace_file(own, whole.encode("utf-8"))
        self.merged.written[own] = len(changes)
        if own != path:
            self.merged.copied.add(own)

    def wrong(self, before: str, after: str, where: str) -> list[Problem]:
        """The errors that the changed file has and the file as it was had not."""
        old = Counter(_what(problem) for problem in self.errors(before, where))
        found = []
        for problem in self.errors(after, where):
            old[_what(problem)] -= 1
            if old[_what(problem)] < 0:
                found.append(problem)
        return found

    def errors(self, text: str, where: str) -> list[Problem]:
        item, problems = yaml_in.parse(text, where)
        play = read_play(item, self.play.path, self.content.vocabulary, self.content.policy, problems)
        problems += check_terms(self.content.lint, {f"playbooks/{self.play.path}.yaml": [item]})
        if play:
            alone = replace(self.content, plays=(play,), problems=(), guards=(), checks=(), metrics={})
            problems += check(alone)
        return [problem for problem in problems if problem.level == "error" and problem.place.path == where]


def _done_already(text: str, units: list[str]) -> bool:
    """Does the file say it already: the text stands there, or the line is gone that was to be taken out?"""
    return not text or text in units or f"\n{text}\n" in "\n" + "\n".join(units) + "\n"


def _what(problem: Problem) -> tuple[str, str]:
    details = {key: value for key, value in problem.details.items() if not isinstance(value, int)}
    return problem.code, str(sorted(details.items(), key=str))


def _at_cell(problem: Problem, changes: list[Change], text: str, where: str) -> Problem:
    """A problem of the changed file at the cell that it comes from: the one of that line, else of that block."""
    found = blocks(yaml_in.parse(text, where)[0])
    for change in changes:
        block = found.get(change.key)
        units = block.units if block else ()
        if block and change.number < len(units) and change.text:
            first = block.item.place.line + ("\n" in str(block.item.value))
            lines = range(first + units[change.number].first, first + units[change.number].last)
            if problem.place.line in lines:
                return problem.at(Place(change.cell))
    block_name = str(problem.details.get("block", ""))
    near = [change for change in changes if change.key[0].rpartition(".")[2] == block_name] or changes
    return problem.at(Place(near[0].cell))
