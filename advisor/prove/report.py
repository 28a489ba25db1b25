"""All claims about a content, proved one after another; what is told of them, and the situations as files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.content.content import Content
from advisor.content.plays import STATUSES, Play
from advisor.core.model import Place, Problem, in_place, stop
from advisor.prove import solver
from advisor.prove.claims import DISPROVED, PROVED, UNDECIDED, Finding, can_fire, idle_parts
from advisor.prove.gaps import gaps, read_grid
from advisor.prove.pairs import conflicts, swallowed
from advisor.prove.prover import Prover, active, day_of
from advisor.prove.witness import MetricsOf, Witness, written

RETIRED = STATUSES[-1]


@dataclass(frozen=True)
class Report:
    """Every finding; `problems` are those to be told, `asked` counts questions by who answered them."""

    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    asked: Mapping[str, int]

    def count(self, claim: str, outcome: str) -> int:
        return sum(one.claim == claim and one.outcome == outcome for one in self.findings)

    def counts(self) -> dict[str, int]:
        """The figures of the closing line."""
        plays = {word: self.count("fires", outcome) for word, outcome in _WORDS.items()}
        pairs = {f"pairs_{word}": self.count("exclusive", outcome) for word, outcome in _WORDS.items()}
        told = {level: sum(one.level == level for one in self.problems) for level in ("error", "warning", "note")}
        return {**plays, **pairs, **told, "plays": sum(plays.values()), **self.asked}


_WORDS = {"proved": PROVED, "disproved": DISPROVED, "undecided": UNDECIDED}


def prove(content: Content, metrics: MetricsOf, workspace: Path | None = None, z3: bool | None = None) -> Report:
    """Prove every claim about a content.

    Args: content – sound content; metrics – what computes metrics for a book; workspace – whose `rules/prove.yaml` is
    taken; z3 – whether the solver is used (where it is installed).
    """
    installed = solver.available() if z3 is None else z3
    prover = Prover(content, metrics, day_of(content), installed)
    found: list[Finding] = []
    problems: list[Problem] = []
    situations: dict[str, list[Witness]] = {}
    for play in (one for one in content.plays if one.status != RETIRED):
        finding, situations[play.code] = can_fire(play, prover)
        found.append(finding)
        found += idle_parts(play, prover) if finding.outcome == PROVED else ()
    found += [*swallowed(prover, situations), *conflicts(prover)]
    grid = read_grid(content, workspace, problems)
    found += gaps(prover, grid) if grid and active(content) else ()
    if not installed and prover.asked["open"]:
        problems.append(Problem("prove-without-z3", Place(), "note", {"count": prover.asked["open"]}))
    problems += [one.problem for one in found if one.problem]
    problems = in_place(problems)
    return Report(tuple(found), tuple(problems), prover.asked)


# --- for programs --------------------------------------------------------------------------------


def record(finding: Finding) -> dict[str, Any]:
    """A finding as plain data; the situation is as `advise --facts` takes it."""
    return {
        "claim": finding.claim,
        "outcome": finding.outcome,
        "plays": [play.code for play in finding.plays],
        "code": finding.problem.code if finding.problem else "",
        "lines": [str(line) for line in finding.lines],
        "where": finding.problem.details.get("where", "") if finding.problem else "",
        "witness": finding.witness.text() if finding.witness else "",
    }


# --- situations as files -------------------------------------------------------------------------


def name_of(finding: Finding) -> str:
    """A file's name for a finding's situation."""
    codes = "+".join(play.code for play in finding.plays)
    details = finding.problem.details if finding.problem else {}
    return codes or f"gap-{details.get('value', '')}"


def write_witnesses(findings: Iterable[Finding], folder: Path) -> int:
    """Write each situation as a facts file, the case to paste below it as a comment.

    Returns: how many were written.
    Raises: AdvisorError – the folder cannot be written to.
    """
    ready = {name_of(one): one for one in findings if one.witness}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, one in ready.items():
            (folder / f"{name}.yaml").write_text(_file(one), encoding="utf-8")
    except OSError as error:
        raise stop("prove-unwritable", 2, Place(str(folder)), why=error.strerror) from None
    return len(ready)


def _file(finding: Finding) -> str:
    assert finding.witness is not None
    cases = [case_text(play, finding.witness) for play in finding.plays]
    comment = "".join(f"# {line}".rstrip() + "\n" for case in cases for line in case.splitlines())
    return finding.witness.text() + ("\n" + comment if comment else "")


def case_text(play: Play, witness: Witness) -> str:
    """A situation as a case that can be pasted beside a play."""
    expect = "fires" if witness.fires(play) else "silent"
    head = [f"  - name: {play.code}: {_facts_in(witness)}".replace(": ", ': "', 1) + '"']
    body = written({"today": witness.as_of, "given": witness.facts}).splitlines()
    return "\n".join([*head, *(f"    {line}" for line in body), f"    expect: {expect}"]) + "\n"


def _facts_in(witness: Witness) -> str:
    names = [name for part in witness.facts.values() for name in (part if isinstance(part, dict) else ())]
    return ", ".join(names[:4]) or "situation of the proof"
