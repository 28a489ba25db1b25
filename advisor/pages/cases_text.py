"""How cases came out and what they leave unproved: as lines for a terminal, and as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.bench.case_watch import Round
from advisor.bench.cases import CaseResult
from advisor.bench.coverage import VERDICTS, Coverage, PlayCoverage, Unseen
from advisor.pages.page_json import problem_record
from advisor.pages.page_text import WIDTH, hanging, wrap
from advisor.pages.problem_text import problem_lines

_PLAYS_SHOWN = 5
_FILES_SHOWN = 3


def lines(done: Round, language: str, columns: int | None = None) -> list[str]:
    """What failed, and one line that sums up.

    Args: done – the run; language – of the messages; columns – those of the terminal, None where there is none.
    """
    words = done.content.words.get(language, {})
    found = [line for problem in done.problems for line in problem_lines(problem, language, columns)]
    found += [line for result in done.report.failed for line in _failed(result, language, columns)]
    counts = {"passed": done.report.passed, "failed": len(done.report.failed), "plays": done.report.plays}
    say = words.get("testing", {})
    tested = str(words.get("tested", "")).format(**counts)
    nothing = [] if done.not_run else [str(say.get("nothing", ""))]
    return [*found, *([tested] if done.report.results else nothing), *_not_run(done, say)]


def _not_run(done: Round, say: Mapping[str, Any]) -> list[str]:
    """The files whose errors kept plays from being run."""
    files, key = done.not_run, "not_run" if done.plays else "none_run"
    more = [f"… +{len(files) - _FILES_SHOWN}"] if len(files) > _FILES_SHOWN else []
    text = str(say.get(key, "")).format(files=", ".join([*files[:_FILES_SHOWN], *more]))
    return wrap(text, WIDTH) if files else []


def _failed(result: CaseResult, language: str, columns: int | None) -> list[str]:
    """The case, then all that is not as expected, each with its place and a way out."""
    found = [line for problem in result.problems for line in problem_lines(problem, language, columns)]
    return [f"{result.case.place}: {result.play.code} {result.case.name}", *found]


# --- coverage ------------------------------------------------------------------------------------


def coverage_lines(found: Coverage, words: Mapping[str, Any], language: str, everything: bool) -> list[str]:
    """Totals first, then the plays with the most left to show.

    Args: found – the coverage; words – of the language; everything – name every leaf of every play.
    """
    say, shown = words["testing"], found.worst if everything else found.worst[:_PLAYS_SHOWN]
    if not found.plays:
        return wrap(str(say["no_coverage"]), WIDTH)
    of = {name: str(say["of"]).format(seen=seen, total=total) for name in VERDICTS.values()
          for seen, total in (found.of(name),)}  # fmt: skip
    stages = dict(zip(("shown", "total"), found.stages, strict=True))
    counts = {"plays": len(found.plays), "fires": found.with_case("fires"), "silent": found.with_case("silent")}
    rest = len(found.worst) - len(shown)
    return [
        *wrap(str(say["total"]).format(seen=found.seen, total=found.total, percent=found.percent), WIDTH),
        str(say["by_verdict"]).format(**of),
        str(say["by_play"]).format(**counts),
        str(say["by_stage"]).format(**stages),
        *(line for one in shown for line in _play(one, words, language)),
        *(["", *wrap(str(say["more"]).format(n=rest), WIDTH)] if rest else []),
        *([] if found.worst else [str(say["complete"])]),
    ]


def _play(one: PlayCoverage, words: Mapping[str, Any], language: str) -> list[str]:
    say = words["testing"]
    title = one.play.title.get(language, "")
    numbers = {"seen": one.seen, "total": one.total, "percent": one.percent}
    missing = [expect for expect in ("fires", "silent") if expect not in one.expects]
    stages = str(say["stages"]).format(stages=", ".join(one.stages_not_shown))
    return [
        "",
        *wrap(str(say["play"]).format(code=one.play.code, title=title, **numbers), WIDTH),
        *(str(say["no_case"]).format(expect=expect) for expect in missing),
        *(line for leaf in _by_leaf(one.unseen) for line in _leaf(leaf, words)),
        *(hanging("  ", stages) if one.stages_not_shown else []),
    ]


def _by_leaf(unseen: tuple[Unseen, ...]) -> list[list[Unseen]]:
    """The verdicts of one leaf together."""
    found: dict[tuple[object, str], list[Unseen]] = {}
    for one in unseen:
        found.setdefault((one.place, one.text), []).append(one)
    return list(found.values())


def _leaf(unseen: list[Unseen], words: Mapping[str, Any]) -> list[str]:
    say = words["testing"]
    found = [f"{unseen[0].place}:", *hanging("  ", unseen[0].text)]
    for one in unseen:
        found += hanging("  → ", f"{say['verdict'][one.verdict]}{words['colon']}{hint(one, say)}")
    return found


def hint(one: Unseen, say: Mapping[str, Any]) -> str:
    """The kind of case that would show it."""
    fact, _, _ = one.text.partition(":")
    return str(say["show"][one.verdict]).format(fact=fact, made_of=", ".join(one.made_of))


# --- JSON ----------------------------------------------------------------------------------------


def record(done: Round, found: Coverage | None, language: str) -> dict[str, Any]:
    """All results as plain data, with the coverage where it is wanted."""
    say = done.content.words.get(language, {}).get("testing", {})
    return {
        "plays": done.report.plays,
        "passed": done.report.passed,
        "failed": len(done.report.failed),
        "not_run": list(done.not_run),
        "problems": [problem_record(one, language) for one in done.problems],
        "cases": [_case(result, language) for result in done.report.results],
        **({"coverage": _coverage(found, say)} if found else {}),
    }


def _case(result: CaseResult, language: str) -> dict[str, Any]:
    place = {"path": result.case.place.path, "line": result.case.place.line}
    problems = [problem_record(one, language) for one in result.problems]
    about = {"play": result.play.code, "name": result.case.name, "expect": result.case.expect}
    return {**about, **place, "passed": result.passed, "problems": problems}


def _coverage(found: Coverage, say: Mapping[str, Any]) -> dict[str, Any]:
    verdicts = {name: dict(zip(("seen", "total"), found.of(name), strict=True)) for name in VERDICTS.values()}
    return {
        "leaf": {"seen": found.seen, "total": found.total, "percent": found.percent, **verdicts},
        "fires": found.with_case("fires"),
        "silent": found.with_case("silent"),
        "stages": dict(zip(("seen", "total"), found.stages, strict=True)),
        "plays": [_play_record(one, say) for one in found.plays],
    }


def _play_record(one: PlayCoverage, say: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "code": one.play.code,
        "path": one.play.path,
        "expects": sorted(one.expects),
        "seen": one.seen,
        "total": one.total,
        "percent": one.percent,
        "unseen": [
            {"path": gap.place.path, "line": gap.place.line, "column": gap.place.column, "leaf": gap.text,
             "verdict": gap.verdict, "hint": hint(gap, say)}
            for gap in one.unseen
        ],
        "stages": list(one.stages),
        "stages_not_shown": list(one.stages_not_shown),
    }  # fmt: skip
