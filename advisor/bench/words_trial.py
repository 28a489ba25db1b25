"""Which of a spreadsheet's rows can go into a play's file: each mistake at its own cell, the sound rows together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from advisor.bench.words_units import Change, blocks, changed
from advisor.core import yaml_in
from advisor.core.model import AdvisorError, Place, Problem


class Trial:
    """Which rows of one play pass: all of them, else each that passes alone, as far as they pass together.

    `text` is the play's file, `where` its name in problems, `errors` what a file of that text and name would have.
    """

    def __init__(self, text: str, where: str, errors: Callable[[str, str], list[Problem]]) -> None:
        self.text, self.where, self.errors = text, where, errors
        self.before = Counter(_what(problem) for problem in errors(text, where))
        self.problems: list[Problem] = []

    def best(self, groups: list[list[Change]]) -> tuple[str, int]:
        """The file with as many rows' changes as pass, and how many texts these change."""
        whole, wrong = self.tried(groups)
        if wrong:
            groups = self.sound(groups)
            whole, wrong = self.tried(groups)
        if wrong:  # each passes alone: what is wrong is in what they make together
            by_block: dict[str, list[list[Change]]] = {}
            for group in groups:
                by_block.setdefault(group[0].key[0], []).append(group)
            groups = [group for block in by_block.values() if self.passes(block) for group in block]
            whole, wrong = self.tried(groups)
        if wrong:
            self.tell(wrong, groups, whole)
        return ("", 0) if wrong else (whole, sum(map(len, groups)))

    def sound(self, groups: list[list[Change]]) -> list[list[Change]]:
        return [group for group in groups if self.passes([group])]

    def passes(self, groups: list[list[Change]]) -> bool:
        """Do these rows pass alone? What is wrong otherwise is told at its cell."""
        whole, wrong = self.tried(groups)
        self.tell(wrong, groups, whole)
        return not wrong

    def tell(self, wrong: list[Problem], groups: list[list[Change]], whole: str) -> None:
        """Keep the problems, each at its cell. One that has a cell of its own in its words stays at its line."""
        changes = [change for group in groups for change in group]
        for problem in wrong:
            self.problems.append(problem if "cell" in problem.details else self.placed(problem, changes, whole))

    def placed(self, problem: Problem, changes: list[Change], whole: str) -> Problem:
        alone = [one for one in changes if any(_what(problem) == _what(other) for other in self.tried([[one]])[1])]
        return _at_cell(problem, alone if len(alone) == 1 else changes, whole, self.where)

    def tried(self, groups: list[list[Change]]) -> tuple[str, list[Problem]]:
        """The file with these changes, and the errors that it has and the file as it was had not."""
        try:
            whole = changed(self.text, [change for group in groups for change in group], self.where)
        except AdvisorError as error:
            return "", list(error.problems)
        left, found = Counter(self.before), []
        for problem in self.errors(whole, self.where):
            left[_what(problem)] -= 1
            if left[_what(problem)] < 0:
                found.append(problem)
        return whole, found


def _what(problem: Problem) -> tuple[str, str]:
    details = {key: value for key, value in problem.details.items() if not isinstance(value, int)}
    return problem.code, str(sorted(details.items(), key=str))


def _at_cell(problem: Problem, changes: list[Change], text: str, where: str) -> Problem:
    """A problem of the changed file at the cell that it comes from: the one of that line, else of that block."""
    found = blocks(yaml_in.parse(text, where)[0]) if text else {}
    for change in changes:
        block = found.get(change.key)
        units = block.units if block else ()
        if block and change.number < len(units) and change.text:
            first = block.item.place.line + ("\n" in str(block.item.value))
            more = 0 if block.variants else change.text.count("\n")
            last = units[min(change.number + more, len(units) - 1)].last
            if first + units[change.number].first <= problem.place.line < first + last:
                return problem.at(Place(change.cell))
    block_name = str(problem.details.get("block", ""))
    near = [change for change in changes if change.key[0].rpartition(".")[2] == block_name] or changes
    return problem.at(Place(near[0].cell))
