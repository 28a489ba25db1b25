"""The pytest plugin: a team's repository runs `pytest` over its content, one test for each case of its plays.

It does nothing unless it is told which folder holds content: `advisor_content = DIR` in pytest's configuration, or
`--advisor DIR`. Nothing of the advisor is imported before.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from advisor.bench.cases import Bench
    from advisor.content.content import Content
    from advisor.content.plays import Case, Play
    from advisor.core.model import Problem

_INI, _OPTION, _LANGUAGE = "advisor_content", "--advisor", "advisor_lang"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the folder and the language of messages to pytest's options."""
    group = parser.getgroup("advisor", "sales playbooks")
    group.addoption(_OPTION, dest="advisor", metavar="DIR", help="Workspace whose plays' cases are tests.")
    parser.addini(_INI, "Workspace whose plays' cases are tests, from the root directory.", default="")
    parser.addini(_LANGUAGE, "Language of the advisor's messages: zh or en.", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Take part only where a folder is named."""
    named, root = config.getoption("advisor"), config.rootpath
    folder = Path.cwd() / named if named else root / config.getini(_INI) if config.getini(_INI) else None
    if folder is None:
        return
    if not folder.is_dir():
        raise pytest.UsageError(f"{_OPTION if named else _INI}: there is no folder {folder}")
    language = config.getini(_LANGUAGE) or os.environ.get("ADVISOR_LANG") or "zh"
    config.pluginmanager.register(_Collecting(_Workspace(folder.resolve(), language)), "advisor-content")


@dataclass
class _Workspace:
    """One workspace; its content is read when the first test of it is collected."""

    folder: Path
    language: str
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def content(self) -> Content:
        from advisor.advice.workspace import Wish, find_workspace, presets
        from advisor.content.kept import load

        if "content" not in self.made:
            self.made["content"] = load(find_workspace(self.folder), presets(Wish(self.folder)))
        found: Content = self.made["content"]
        return found

    @property
    def bench(self) -> Bench:
        from advisor.bench.cases import Bench

        if "bench" not in self.made:
            self.made["bench"] = Bench(self.content)
        found: Bench = self.made["bench"]
        return found

    def lines(self, problems: Iterable[Problem]) -> str:
        """Problems as a failed test shows them."""
        from advisor.messages import message

        found = []
        for problem in problems:
            text, hint = message(problem, self.language)
            place = f"{problem.place}: " if str(problem.place) else ""
            found += [f"{place}{problem.level} {problem.code} {text}", *([f"  → {hint}"] if hint else [])]
        return "\n".join(found)


class _Collecting:
    """The hooks that find tests in the workspace."""

    def __init__(self, workspace: _Workspace) -> None:
        self.workspace = workspace

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """A play's file holds its cases."""
        folder = self.workspace.folder
        if folder not in file_path.resolve().parents:
            return None
        parts = file_path.resolve().relative_to(folder).parts
        if len(parts) == 3 and parts[0] == "playbooks" and file_path.suffix == ".yaml" and parts[2] != "playbook.yaml":
            found: _PlayFile = _PlayFile.from_parent(parent, path=file_path)
            found.workspace = self.workspace
            return found
        return None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """One test more, first of all: the check of the whole content, unless single files or cases are asked for."""
        here, asked = session.config.invocation_params.dir, session.config.args
        if any((here / one).is_dir() for one in asked) and any(isinstance(one, _CaseItem | _ReadItem) for one in items):
            check: _CheckItem = _CheckItem.from_parent(session, name="advisor check")
            check.workspace = self.workspace
            items.insert(0, check)


class _Failed(Exception):
    """What is wrong, as lines."""


class _Item(pytest.Item):
    """A test whose failure is the advisor's own lines, without a traceback."""

    workspace: _Workspace

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The lines of a failure; whatever else went wrong, as pytest shows it."""
        from advisor.core.model import AdvisorError

        if isinstance(excinfo.value, AdvisorError):
            return self.workspace.lines(excinfo.value.problems)
        return str(excinfo.value) if isinstance(excinfo.value, _Failed) else super().repr_failure(excinfo, style)

    def fail(self, problems: Iterable[Problem]) -> None:
        """Fail with these problems, if there are any."""
        lines = self.workspace.lines(problems)
        if lines:
            raise _Failed(lines)


class _PlayFile(pytest.File):
    """A play's file: a test for each of its cases; one that cannot be read is one failing test."""

    workspace: _Workspace

    def collect(self) -> Iterator[pytest.Item]:
        """The cases of the play that stands in this file."""
        from advisor.core.home import shown

        content, path = self.workspace.content, shown(self.path)
        problems = [one for one in content.problems if one.level == "error" and one.place.path == path]
        if problems:
            item: _ReadItem = _ReadItem.from_parent(self, name="advisor read")
            item.workspace, item.problems = self.workspace, problems
            yield item
            return
        for play in content.plays:
            if play.place.path == path:
                for case in play.cases:
                    one: _CaseItem = _CaseItem.from_parent(self, name=case.name)
                    one.workspace, one.play, one.case = self.workspace, play, case
                    yield one


class _CaseItem(_Item):
    """One case."""

    play: Play
    case: Case

    def runtest(self) -> None:
        """Run the case through the whole pipeline."""
        self.fail(self.workspace.bench.run(self.play, self.case).problems)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the case stands."""
        return self.path, self.case.place.line - 1, f"{self.play.code} {self.case.name}"


class _ReadItem(_Item):
    """A file with errors, which keep its cases from being run."""

    problems: list[Problem]

    def runtest(self) -> None:
        """Fail with the errors."""
        self.fail(self.problems)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the first error stands."""
        return self.path, self.problems[0].place.line - 1, self.name


class _CheckItem(_Item):
    """The whole content, checked as by `advisor check`."""

    def runtest(self) -> None:
        """Fail with every error that the check finds."""
        from advisor.bench.check import check

        self.fail(one for one in check(self.workspace.content) if one.level == "error")

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The workspace itself."""
        return self.workspace.folder, None, self.name
