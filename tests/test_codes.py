"""Every code has a page; its example provokes the code and its fix does not; the committed pages are current."""

from __future__ import annotations

import functools
import re
import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from overlay import OWN
from support import AS_OF, ROOT, bundled

from advisor.advice import session
from advisor.advice.calendar import Calendar
from advisor.advice.workspace import Wish, presets, resolve
from advisor.bench.cases import run_case
from advisor.bench.check import check
from advisor.bench.unread_files import unread_files
from advisor.codes import markdown
from advisor.codes.page import Code, CodePage, code_of, read
from advisor.codes.pages import nearest_code, pages
from advisor.content import kept
from advisor.content.content import Content
from advisor.core import yaml_in
from advisor.core.home import content_root
from advisor.core.model import AdvisorError, Problem
from advisor.data import book as books
from advisor.data.mapping import read_mapping
from advisor.messages import catalogue
from cli import main

ACCOUNTS = "id,name,stage\nA1,Mill,core\n"
BESIDE = ("P61", "P62")
UNSHOWN = {"what-if-bad-value", "case-not-reproduced"}
"""Codes that neither an example nor a named test shows; the list may only become shorter."""
SHARED_FILE = "rules/policy.yaml"
REPS = "id,name\nR1,Chen\n"
CUSTOMERS = "no,firm\nA1,Mill\n"


# --- a page for each code ------------------------------------------------------------------------


def test_every_code_has_a_page() -> None:
    missing = [code for code in catalogue() if code not in pages()]
    assert missing == [], f"write a class with a docstring in advisor/codes/ for: {', '.join(missing)}"


def test_every_page_has_a_code() -> None:
    assert [code for code in pages() if code not in catalogue()] == []


def test_every_code_says_why_in_chinese() -> None:
    missing = [code for code, entry in catalogue().items() if "why_zh" not in entry]
    assert missing == [], f"add why_zh to advisor/messages/*.yaml for: {', '.join(missing)}"


@pytest.mark.parametrize("code", pages())
def test_a_page_is_complete(code: str) -> None:
    page = pages()[code]
    assert page.what.endswith(".") and page.why.endswith("."), "say in a sentence what it means, and why"
    assert page.advice or page.fix, "say how to put it right"
    assert page.tried_by or page.example or code in UNSHOWN, "give an example, or name the test that shows it"
    assert not page.example or page.is_command or page.file, "say in which file the example stands"
    assert not page.is_command or "\n" not in page.example


def test_a_named_test_exists() -> None:
    for page in pages().values():
        if page.tried_by:
            file, _, name = page.tried_by.partition("::")
            text = (ROOT / file).read_text(encoding="utf-8")
            there = f"def {name}(" in text if name else page.code in text
            assert there, f"{page.code}: {page.tried_by} does not exist, or does not show it"


def test_names_of_classes_are_codes() -> None:
    assert [code_of(name) for name in ("UnknownFact", "NotUtf8")] == ["unknown-fact", "not-utf8"]
    assert nearest_code("unknown_fakt") == "unknown-fact"


def test_a_docstring_is_cut_into_its_parts() -> None:
    class OneThing(Code):
        """It is wrong.

        Why: It hurts,
        always.

        In: rules/own.yaml, in place of `a: 1`
        Example:
            a:
              b: 1
        Fix: Do this.
            a: 2
        """

    page = read(OneThing, "plays")
    assert (page.code, page.what, page.why) == ("one-thing", "It is wrong.", "It hurts, always.")
    assert (page.file, page.instead_of) == ("rules/own.yaml", "a: 1")
    assert (page.example, page.advice, page.fix) == ("a:\n  b: 1", "Do this.", "a: 2")


# --- what is committed ---------------------------------------------------------------------------


def test_the_committed_pages_are_current() -> None:
    made = markdown.files()
    folder = ROOT / "docs/codes"
    there = {path.name for path in folder.glob("*.md")}
    assert there == set(made), "write them anew: python -m advisor.codes.markdown"
    old = [name for name, text in made.items() if (folder / name).read_text(encoding="utf-8") != text]
    assert old == [], "write them anew: python -m advisor.codes.markdown"


# --- examples in content -------------------------------------------------------------------------


@dataclass
class Round:
    """Examples that do not touch each other's files, laid into one workspace: the pages in each file."""

    files: dict[str, list[tuple[CodePage, int]]] = field(default_factory=dict)

    def takes(self, name: str, page: CodePage) -> bool:
        """Thresholds stand one below the other; any other file holds one example."""
        return name not in self.files or name == SHARED_FILE


def in_content() -> list[CodePage]:
    content = ("playbooks/", "rules/")
    plain = ("", "advisor test")
    return [one for one in pages().values() if not one.tried_by and one.run in plain and one.file.startswith(content)]


@functools.cache
def base(file: str) -> str:
    """A file as it is bundled; empty where the example brings a file of its own."""
    path = OWN.get(file, content_root() / file)
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def planted(page: CodePage, text: str, number: int) -> str:
    """The whole file with an example or its fix in it; a play gets a code of its own."""
    whole = base(page.file)
    anchor = page.instead_of or page.fix
    match = found(whole, anchor, whole_lines=not page.instead_of) if anchor else None
    if match is None:
        assert not page.instead_of, f"{page.code}: {page.file} does not hold {page.instead_of!r}"
        return text + "\n"
    start, end, margin = match
    body = "\n".join(margin + line if line else line for line in text.split("\n"))
    return (whole[:start] + body + whole[end:]).replace("P62", f"X{number:02d}")


def found(whole: str, anchor: str, whole_lines: bool) -> tuple[int, int, str] | None:
    """Where some lines stand, indented as a whole; or the line that begins with a text."""
    first, *rest = [re.escape(line) for line in anchor.split("\n")]
    lines = "".join(rf"\n(?P=margin){line}" if line else "\n" for line in rest)
    match = re.search(rf"^(?P<margin> *){first}{lines}{'' if whole_lines else '.*'}$", whole, re.MULTILINE)
    return (match.start(), match.end(), match["margin"]) if match else None


def rounds() -> list[Round]:
    made: list[Round] = []
    for number, page in enumerate(in_content(), 1):
        is_play = page.file.startswith("playbooks/") and bool(base(page.file))
        name = f"playbooks/zz_own/{page.code}.yaml" if is_play else page.file
        home = next((one for one in made if one.takes(name, page)), None)
        if home is None:
            made.append(home := Round())
        home.files.setdefault(name, []).append((page, number))
    return made


def read_round(one: Round, folder: Path, what: str) -> tuple[Content, dict[str, list[Problem]]]:
    """Lay a round into a folder, and check it: the problems by page."""
    owners: dict[tuple[str, int], str] = {}
    for name, examples in one.files.items():
        path, text = folder / name, ""
        for page, number in examples:
            added = planted(page, getattr(page, what), number)
            first = text.count("\n") + 1
            owners |= {(path.as_posix(), first + n): page.code for n in range(added.count("\n") + 1)}
            text += added
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    content = kept.load(folder)
    paths = {path for path, _ in owners}
    own = {file: metric for file, metric in content.metrics.items() if metric[1] in paths}
    plays = tuple(play for play in content.plays if play.path.startswith("zz_own/") or play.code in BESIDE)
    every = [page for examples in one.files.values() for page, _ in examples]
    by_code: dict[str, list[Problem]] = {page.code: [] for page in every}
    # The other bundled plays and metrics are sound, and to check them takes a while.
    for problem in [*check(replace(content, metrics=own, plays=plays)), *unread_files(folder)]:
        owner = owners.get((problem.place.path, problem.place.line))
        if owner:
            by_code[owner].append(problem)
    for page in every:
        if page.run == "advisor test":
            by_code[page.code] += of_cases(content, f"zz_own/{page.code}")
    return content, by_code


def of_cases(content: Content, path: str) -> list[Problem]:
    play = next(one for one in content.plays if one.path == path)
    return [problem for case in play.cases for problem in run_case(content, play, case, "reference").problems]


def codes(problems: Iterable[Problem]) -> set[str]:
    return {problem.code for problem in problems}


@functools.cache
def outcomes(folder: Path) -> Mapping[str, tuple[list[Problem], list[Problem]]]:
    """What each page's example and fix give, all read in a few loads."""
    made: dict[str, tuple[list[Problem], list[Problem]]] = {}
    for number, one in enumerate(rounds()):
        wrong = read_round(one, folder / f"{number}-example", "example")[1]
        fixable = Round({name: kept for name, pairs in one.files.items() if (kept := [p for p in pairs if p[0].fix])})
        right = read_round(fixable, folder / f"{number}-fix", "fix")[1] if fixable.files else {}
        made |= {code: (wrong[code], right.get(code, [])) for code in wrong}
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("codes")


@pytest.mark.parametrize("code", [page.code for page in in_content()])
def test_an_example_in_content(code: str, folder: Path) -> None:
    """The example gives the code; put right, it gives it no more and no error either."""
    wrong, right = outcomes(folder)[code]
    assert code in codes(wrong)
    assert [one for one in right if one.code == code or one.level == "error"] == []


# --- examples in tables, facts, mappings and settings --------------------------------------------


def in_files() -> list[CodePage]:
    return [
        one
        for one in pages().values()
        if not one.tried_by and not one.run and one.example and not one.is_command and one not in in_content()
    ]


def opened(page: CodePage, text: str, folder: Path) -> list[Problem]:
    """What a run over the example tells: its errors, or the problems of the book and of the advice."""
    write(folder / page.file, text)
    content = bundled()
    try:
        if page.file == "facts.yaml":
            advisor = session.open_facts(str(folder / page.file), Wish(as_of=AS_OF), content)
            return [*advisor.book.problems, *advisor.advise(advisor.book.accounts()[0]).problems]
        if page.file == "advisor.yaml":
            presets(Wish(folder))
            settings = resolve(Wish(folder), content.vocabulary, folder)
            Calendar(settings.country, settings.closed).working(AS_OF)
            return []
        mapping = read_mapping(folder / page.file, content.vocabulary) if page.file == "mapping.yaml" else None
        return list(books.load(tables(page, folder), content.vocabulary, AS_OF, mapping, content.cells).problems)
    except AdvisorError as error:
        return error.problems


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")


def tables(page: CodePage, folder: Path) -> Path:
    """The folder with the example, and the accounts without which nothing is read."""
    data = folder / "data"
    data.mkdir(exist_ok=True)
    whole = page.code in ("data-no-accounts", "data-no-tables", "data-no-folder")
    beside = "customers.csv" if page.file == "mapping.yaml" else "accounts.csv"
    if not whole and not (data / beside).exists():
        (data / beside).write_text(CUSTOMERS if beside == "customers.csv" else ACCOUNTS, encoding="utf-8")
    (data / "reps.csv").write_text(REPS, encoding="utf-8") if not whole else None
    return data


@pytest.mark.parametrize("page", in_files(), ids=lambda page: page.code)
def test_an_example_in_a_file(page: CodePage, tmp_path: Path) -> None:
    assert page.code in codes(opened(page, page.example, tmp_path / "example"))
    if page.fix:
        right = opened(page, page.fix, tmp_path / "fix")
        assert page.code not in codes(right)


# --- examples of commands ------------------------------------------------------------------------


def with_command() -> list[CodePage]:
    own = ("", "advisor test")
    found = [one for one in pages().values() if not one.tried_by and (one.is_command or one.run not in own)]
    return [one for one in found if one.topic != "what_if"]


def called(line: str) -> Result:
    return CliRunner().invoke(main, [*shlex.split(line)[1:]], env={"ADVISOR_LANG": "en"})


@pytest.mark.parametrize("page", with_command(), ids=lambda page: page.code)
def test_an_example_of_a_command(page: CodePage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if page.run:
        write(tmp_path / page.file, page.example)
    elif page.topic == "authoring" and page.code != "no-workspace":
        (tmp_path / "playbooks").mkdir()
    result = called(page.run or page.example)
    assert page.code in result.stderr + result.stdout and result.exit_code in (1, 2)
    assert "Traceback" not in result.output
    if page.is_command and page.fix and not {"DIR", "FILE"} & set(page.fix.split()):
        assert called(page.fix).exit_code == 0


def test_examples_of_what_if(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All mistakes are told at once, so one command shows them all; and one takes all that is put right."""
    monkeypatch.chdir(tmp_path)
    shown = [page for page in pages().values() if page.topic == "what_if" and page.example]
    (command,) = {page.example.partition(" --set ")[0] for page in shown}
    wrong = [f"--set {shlex.quote(page.example.partition(' --set ')[2])}" for page in shown]
    told = called(" ".join([command, *wrong])).stderr
    assert [page.code for page in shown if page.code not in told] == []
    right = {page.fix.partition(" --set ")[2].partition("=")[0]: page.fix.partition(" --set ")[2] for page in shown}
    result = called(" ".join([command, *(f"--set {shlex.quote(one)}" for one in right.values())]))
    assert result.exit_code == 0, result.stderr


# --- what no example can show --------------------------------------------------------------------


def load_one(tmp_path: Path, data: bytes) -> list[Problem]:
    path = tmp_path / "own.yaml"
    path.write_bytes(data)
    return yaml_in.load(path, "own.yaml")[1]


def test_a_file_nested_too_deeply(tmp_path: Path) -> None:
    assert "yaml-too-large" in codes(load_one(tmp_path, b"[" * 5000 + b"]" * 5000))


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    """Where the encoding can be told, it is named."""
    assert codes(load_one(tmp_path, "name: 停单回访，先问清原因\n".encode("gb18030"))) & {"not-utf8", "yaml-encoding"}
    assert codes(load_one(tmp_path, "name: 停单\n".encode("utf-16"))) & {"not-utf8", "yaml-encoding"}


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    assert codes(yaml_in.load(tmp_path, "own.yaml")[1]) == {"unreadable"}


def test_a_control_character(tmp_path: Path) -> None:
    assert "yaml-control-character" in codes(load_one(tmp_path, b"name: a\x07b\n"))


def test_references_that_unfold(tmp_path: Path) -> None:
    lines = ["a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    assert "yaml-aliases" in codes(load_one(tmp_path, "\n".join(lines).encode()))


def test_a_text_without_end(tmp_path: Path) -> None:
    assert "yaml-text-too-long" in codes(load_one(tmp_path, b'name: "' + b"x" * 1_000_000 + b'"\n'))


def test_a_folder_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The owner of the machine may look into every folder, so the refusal itself has to be supposed."""

    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(AdvisorError) as caught:
        books.load(tmp_path, bundled().vocabulary, AS_OF, None, bundled().cells)
    assert codes(caught.value.problems) == {"data-unreadable-folder"}


def test_an_answer_about_one_of_several_deals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "unknown-subject" in called("advisor reply A01 P01 done --subject O999").stderr


def test_a_note_counts_the_problems_of_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "data/accounts.csv", "id,name,stage\nA1,Mill,corre")
    assert "note data-problems-count" in called("advisor advise A1 --data data").stderr


def test_a_note_tells_of_a_missing_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a Python that durable-rules does not run on: its import fails."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in sys.modules if name.split(".")[0] == "durable"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "durable", None)
    assert "note no-python-engine" in called("advisor advise A05").stderr
