"""A new case at the end of a play's cases: its lines are put into the file, nothing else in the file is touched."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from advisor.advice.advise import Advisor
from advisor.advice.workspace import find_workspace
from advisor.bench.author_files import content_at, home, in_yaml, play_file, replace_file
from advisor.bench.case_from import Given, of_account
from advisor.bench.cases import run_case
from advisor.content.content import Content
from advisor.content.kept import load
from advisor.content.plays import Case, Play
from advisor.content.read_play import read_play
from advisor.core import yaml_in
from advisor.core.home import shown
from advisor.core.model import AdvisorError, Place, Row, stop
from advisor.core.yaml_in import Item

EXPECTS = ("fires", "silent")
_PLACES = (2, 4)
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Added:
    """What was added: where, as whose case, and what it expects; `copied` when the file is new in the workspace."""

    path: Path
    line: int
    name: str
    expect: str
    copied: bool = False


def new_case(
    wanted: str, name: str, content_dir: Path | None, today: datetime.date, run: tuple[Advisor, Row] | None = None
) -> Added:
    """Add a case to a play's file; a bundled play's file is first copied into the workspace.

    Args: wanted – the play; name – of the case; content_dir – the workspace; today – the day of a case without facts;
    run – an open run and an account of it, to take the facts from.
    Raises: AdvisorError – no such play, a case of that name is there, or what was made does not come out as it should.
    """
    folder = home(content_dir)
    play = content_at(folder).play(wanted)
    name = " ".join(name.split())
    if any(case.name == name for case in play.cases) or not name:
        raise stop("case-exists", 2, play.places.get("cases", play.place), name=name, play=play.code)
    path, own = play_file(folder, play)
    text = path.read_bytes().decode("utf-8")
    content = load(find_workspace(folder))
    for one in _givens(of_account(*run, play)) if run else (None,):
        expects = EXPECTS if one is None else ("fires" if one.fires else "silent",)
        because = one.because if one else ""
        made = _tried(text, play, _lines(play, name, today, one), shown(path), content, expects, because)
        if made:
            break
    else:
        raise stop("case-not-reproduced", 1, Place(shown(path)), play=play.code)
    whole, line, expect = made
    replace_file(own, whole.encode("utf-8"))
    return Added(own, line, name, expect, path != own)


def _givens(found: Iterable[Given]) -> Iterator[Given]:
    """From the shortest to the fullest, each with its reason or else without, and with round numbers where these do."""
    for given in found:
        for because in dict.fromkeys((given.because, "")):
            one = replace(given, because=because)
            for n, shape in enumerate(shapes := [*map(one.rounded, _PLACES), one]):
                if shape not in shapes[:n]:
                    yield shape


def _lines(play: Play, name: str, today: datetime.date, given: Given | None) -> list[str]:
    """The case without what it expects; from facts, or like the play's first case."""
    first = next((case.name for case in play.cases), "")
    if given is not None:
        body = [f"today: {given.as_of}", *_given_lines(given.facts)]
    elif first:
        body = [f"same_as: {in_yaml(first)}", "change: {}"]
    else:
        body = [f"today: {today}", "given: {}"]
    return [f"name: {in_yaml(name)}", *body]


def _given_lines(facts: Mapping[str, Any]) -> list[str]:
    """`given` in short lines: a fact a line, a record a line."""
    lines = ["given:"] if facts else ["given: {}"]
    for key, value in facts.items():
        records = isinstance(value, list) and value and all(isinstance(one, dict) for one in value)
        lines += (
            [f"  {key}:", *(f"    - {in_yaml(one)}" for one in value)] if records else [f"  {key}: {in_yaml(value)}"]
        )
    return lines


def _tried(
    text: str, play: Play, lines: list[str], where: str, content: Content, expects: tuple[str, ...], because: str = ""
) -> tuple[str, int, str] | None:
    """The file with the case, its line, and what the case expects; None when no expectation of it holds."""
    for expect in expects:
        reason = [f"because: {in_yaml(because)}"] if because else []
        whole, line = inserted(text, [*lines, f"expect: {expect}", *reason], where)
        item, problems = yaml_in.parse(whole, where)
        read = read_play(item, play.path, content.vocabulary, content.policy, problems)
        if problems or read is None:
            raise AdvisorError(problems, 1)
        if _passes(content, read, read.cases[-1]):
            return whole, line, expect
    return None


def _passes(content: Content, play: Play, case: Case) -> bool:
    return run_case(content, play, case).passed


# --- into the file -------------------------------------------------------------------------------


def inserted(text: str, body: list[str], where: str) -> tuple[str, int]:
    """The text of a play's file with one more case, and the line where it begins.

    Raises: AdvisorError – the file cannot be read, or its cases are written between brackets.
    """
    item, problems = yaml_in.parse(text, where)
    if problems:
        raise AdvisorError(problems, 1)
    lines = _LINES.findall(text)
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    cases = item.get("cases")
    if cases is None or not cases.each():
        lines, at, dash = _begun(lines, cases, end, where)
    else:
        at, dash = _after(item, cases, lines, where)
    pad = " " * dash
    new = [f"{pad}- {body[0]}", *(f"{pad}  {line}" for line in body[1:])]
    if at and not lines[at - 1].endswith("\n"):
        lines[at - 1] += end
    return "".join([*lines[:at], *(line + end for line in new), *lines[at:]]), at + 1


def _begun(lines: list[str], cases: Item | None, end: str, where: str) -> tuple[list[str], int, int]:
    """A play without cases gets its `cases:` at the end of the file, or behind the empty one."""
    if cases is None:
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += end
        return [*lines, f"cases:{end}"], len(lines) + 1, 2
    line = cases.here.line
    if lines[line - 1].split("#")[0].strip() != "cases:":
        raise stop("cases-in-brackets", 1, Place(where, line))
    return lines, line, 2


def _after(item: Item, cases: Item, lines: list[str], where: str) -> tuple[int, int]:
    """Behind which line the last case ends, and in which column its dash stands."""
    last = cases.each()[-1].place
    start = lines[last.line - 1]
    dash = len(start) - len(start.lstrip(" "))
    if not start.lstrip(" ").startswith("- "):
        raise stop("cases-in-brackets", 1, Place(where, cases.here.line))
    later = [part.here.line for _, part in item.items() if part.here.line > cases.here.line]
    at = min(later, default=len(lines) + 1) - 1
    while at > last.line and (not lines[at - 1].strip() or re.match(r"#", lines[at - 1])):
        at -= 1
    return at, dash
