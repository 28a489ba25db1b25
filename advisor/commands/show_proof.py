"""What `advisor check --prove` prints: problems of the plain check and of the proof, and a line of figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from advisor.advice.workspace import Wish, find_workspace, presets
from advisor.core.model import AdvisorError, Problem, in_place


def proved(
    path: Path | None, language: str, form: str, strict: bool, witness: Path | None, columns: int | None = None
) -> tuple[str, bool]:
    """Check and prove the content of a workspace.

    Args: path – the workspace; language, form, strict, columns – as for the plain check; witness – where situations
    are written.
    Returns: the text, and whether something is wrong. Content that cannot be read whole is not proved.
    """
    from advisor.bench.case_metrics import CaseMetrics
    from advisor.bench.check import check
    from advisor.bench.unread_files import unread_files
    from advisor.content.kept import load
    from advisor.prove.report import prove

    workspace = find_workspace(path)
    content = load(workspace, presets(Wish(path)))
    problems = [*check(content), *unread_files(workspace)]
    if any(problem.level == "error" for problem in content.problems):
        raise AdvisorError([*problems, Problem("prove-not-sound", level="note")], 1)
    report = prove(content, CaseMetrics(content).of, workspace)
    wrong = any(one.level == "error" or (strict and one.level != "note") for one in (*problems, *report.problems))
    seen = {(one.code, one.place) for one in problems}
    every = problems + [one for one in report.problems if (one.code, one.place) not in seen]
    every = in_place(every)
    texts = _written(report, witness)
    return _shown(every, report, content.words, language, form, texts, columns), wrong


def _written(report: Any, folder: Path | None) -> list[str]:
    """The situations written down; of those that show a problem, the cases to paste."""
    if folder is None:
        return []
    from advisor.prove.report import case_text, write_witnesses

    write_witnesses(report.findings, folder)
    told = [one for one in report.findings if one.witness and one.problem]
    return [case_text(play, one.witness) for one in told for play in one.plays]


def _shown(
    problems: list[Problem], report: Any, words: Any, language: str, form: str, cases: list[str], columns: int | None
) -> str:
    from advisor.bench.check_formats import dumped, record, render
    from advisor.pages.problem_text import problem_lines
    from advisor.prove.report import record as finding

    if form == "json":
        told = [record(problem, language) for problem in problems]
        return dumped({"problems": told, "proof": [finding(one) for one in report.findings], "counts": report.counts()})
    if form != "text":
        return render(problems, language, form)
    lines = [line for problem in problems for line in problem_lines(problem, language, columns)]
    proof = words[language]["proof"]
    lines += [proof["paste"], *(line for case in cases for line in case.splitlines())] if cases else []
    counts = report.counts()
    lines.append(proof["plays"].format(**counts))
    if any(counts[f"pairs_{word}"] for word in ("proved", "disproved", "undecided")):
        lines.append(proof["pairs"].format(**counts))
    lines.append(proof["asked"].format(**counts))
    return "\n".join(lines) + "\n"
