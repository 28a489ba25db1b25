"""Changed texts of a spreadsheet brought back into the plays' files: changes, conflicts, what may be written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from advisor.bench.author_files import play_file, replace_file
from advisor.bench.check import check
from advisor.bench.words_in import LANGUAGES, TextRow, checked, clean
from advisor.bench.words_trial import Trial
from advisor.bench.words_units import Block, Change, Key, blocks
from advisor.content.content import Content
from advisor.content.lint import check_terms
from advisor.content.plays import Play
from advisor.content.read_play import read_play
from advisor.core import yaml_in
from advisor.core.home import shown
from advisor.core.model import Place, Problem
from advisor.core.vocabulary import nearest


@dataclass
class Merged:
    """What came of an import: texts changed by file (`copied` ones are new in the workspace), and every problem.

    `dropped` counts the changed cells that were not taken, `missing` the lines of plays that have no row any more.
    """

    written: dict[Path, int] = field(default_factory=dict)
    copied: set[Path] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    missing: int = 0
    dropped: int = 0


def merge(rows: list[TextRow], content: Content, folder: Path, force: bool = False) -> Merged:
    """Bring the rows' changes into the workspace's files. A row with a mistake is left out, the others are taken.

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
            merged.dropped += sum(row.texts[one] != row.base[one] for row in own for one in LANGUAGES)
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
        item, broken = yaml_in.parse(text, shown(path))
        found = blocks(item)
        self.problems += checked(rows)
        self.merged.missing += self.missing(rows, found)
        groups, wanted = self.changes(rows, found)
        self.problems += broken if groups else []
        written = self.write(path, own, text, groups) if groups and not broken else 0
        self.merged.dropped += wanted - written
        self.merged.problems += [*self.problems, *self.conflicts]

    def missing(self, rows: list[TextRow], found: Mapping[Key, Block]) -> int:
        """How many of the play's lines have no row any more."""
        there = {(row.block, row.number) for row in rows}
        all_lines = {(block, n + 1) for (block, _), one in found.items() for n in range(len(one.units))}
        return len(all_lines - there)

    # --- what has changed ------------------------------------------------------------------------

    def changes(self, rows: list[TextRow], found: Mapping[Key, Block]) -> tuple[list[list[Change]], int]:
        """The changes of each sound row, and how many cells ask for one that the file does not have yet."""
        wrong = {str(problem.place) for problem in self.problems}
        bad = {row.key for row in rows if wrong & set(row.cells.values())}
        groups, wanted = list[list[Change]](), 0
        for row in {row.key: row for row in rows}.values():
            differing = [one for one in LANGUAGES if row.texts[one] != row.base[one]]
            if row.key in bad:
                wanted += len(differing)
                continue
            told = len(self.problems) + len(self.conflicts)
            made = [change for change in (self.change(row, one, found) for one in differing) if change]
            wanted += len(made) if told == len(self.problems) + len(self.conflicts) else len(differing)
            groups += [made] if made else []
        return groups, wanted

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

    def write(self, path: Path, own: Path, text: str, groups: list[list[Change]]) -> int:
        """Write the file with those changes that pass the readers.

        Returns: how many texts were changed.
        """
        trial = Trial(text, shown(path), self.errors)
        whole, taken = trial.best(groups)
        self.problems += trial.problems
        if taken:
            replace_file(own, whole.encode("utf-8"))
            self.merged.written[own] = taken
            if own != path:
                self.merged.copied.add(own)
        return taken

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
