"""What the commands that begin new content print."""

from __future__ import annotations

import datetime
import shlex
from pathlib import Path
from typing import Any

from advisor.advice.advise import Advisor
from advisor.bench import author_files, scaffold
from advisor.content.kept import load
from advisor.core.home import shown
from advisor.core.model import Row


def _words(language: str) -> dict[str, Any]:
    found: dict[str, Any] = load().words[language]["author"]
    return found


def _text(words: dict[str, Any], key: str, **details: object) -> str:
    return str(words[key]).format(**details)


def _where(wanted: Path | None) -> str:
    """How the commands to come name the workspace: not at all where the user stands in it."""
    return f" {shlex.quote(str(wanted))}" if wanted is not None else ""


def _option(wanted: Path | None) -> str:
    return f" --content{_where(wanted)}" if wanted is not None else ""


def play_begun(wish: tuple[str, str, int, str], content: Path | None, lang: str | None, today: datetime.date) -> str:
    folder = author_files.home(content)
    language = author_files.language(lang, folder)
    path, code = scaffold.new_play(scaffold.NewPlay(*wish), folder, language, today)
    told = {"path": shown(path), "code": code, "where": _where(content), "option": _option(content)}
    return _text(_words(language), "play", **told)


def playbook_begun(name: str, owner: str, content: Path | None, lang: str | None) -> str:
    folder = author_files.home(content)
    language = author_files.language(lang, folder)
    path = scaffold.new_playbook(name, folder, language, owner)
    return _text(_words(language), "playbook", path=shown(path), name=name, option=_option(content))


def derived_begun(name: str, content: Path | None, lang: str | None) -> str:
    folder = author_files.home(content)
    language = author_files.language(lang, folder)
    path = scaffold.new_derived(name, folder, language)
    return _text(_words(language), "derived", path=shown(path), name=name, where=_where(content))


def override_begun(play: str, content: Path | None, lang: str | None) -> str:
    folder = author_files.home(content)
    path = scaffold.override(play, folder)
    return _text(_words(author_files.language(lang, folder)), "override", path=shown(path))


def case_begun(
    play: str, name: str, content: Path | None, lang: str | None, today: datetime.date, run: tuple[Advisor, Row] | None
) -> str:
    from advisor.bench.new_case import new_case

    folder = author_files.home(content)
    added = new_case(play, name, content, today, run)
    words = _words(author_files.language(lang, folder))
    told = {"path": shown(added.path), "line": added.line, "name": added.name, "expect": words[added.expect]}
    copied = _text(words, "copied", path=shown(added.path)) if added.copied else ""
    return copied + _text(words, "case", **told, play=play, where=_where(content))


def initialised(folder: Path, preset: str, lang: str | None) -> str:
    from advisor.bench.workspace_init import make

    language = author_files.language(lang, None)
    files = make(folder, language, preset)
    words = _words(language)
    listed = [path for path in files if "schemas" not in path.parts]
    lines = "".join(f"  {shown(path)}\n" for path in listed)
    return _text(words, "init", n=len(files), folder=shown(folder), files=lines, cd=shlex.quote(str(folder)))


def schemas_written(out: Path | None, content: Path | None, lang: str | None) -> str:
    from advisor.bench import schema

    folder = out or author_files.home(content) / schema.FOLDER
    files = schema.files(author_files.content_at(content or Path()))
    for name, text in files.items():
        author_files.replace_file(folder / name, text.encode("utf-8"))
    words = _words(author_files.language(lang, content))
    return _text(words, "schemas", n=len(files), path=shown(folder)) + schema.settings(shown(folder) if out else "")


def words_exported(path: Path, only: str, content: Path | None, lang: str | None) -> str:
    from advisor.advice.workspace import find_workspace
    from advisor.bench import words_out
    from advisor.core.home import content_root

    folder = find_workspace(content)
    language = author_files.language(lang, folder)
    found = author_files.content_at(folder or content_root())
    plays = (found.play(only),) if only else tuple(sorted(found.plays, key=lambda play: play.path))
    rows: list[dict[str, Any]] = []
    for play in plays:
        file, _ = author_files.play_file(folder or content_root(), play)
        rows += words_out.rows_of(play.path, play.code, file.read_bytes().decode("utf-8"), shown(file))
    words = _words(language)
    words_out.write(path, rows, words)
    return _text(words, "exported", path=shown(path), rows=len(rows), plays=len(plays), option=_option(content))


def words_imported(
    path: Path, force: bool, content: Path | None, lang: str | None, columns: int | None = None
) -> tuple[str, bool]:
    from advisor.bench import words_in
    from advisor.bench.words_merge import merge
    from advisor.pages.problem_text import problem_lines

    folder = author_files.home(content)
    language = author_files.language(lang, folder)
    found = author_files.content_at(folder)
    titles = [found.words[one]["author"]["columns"] for one in ("zh", "en")]
    headings = {name: frozenset({name, *(one[name].casefold() for one in titles)}) for name in titles[0]}
    rows = words_in.read(path, headings)
    merged = merge(rows, found, folder, force)
    words = _words(language)
    lines = [line for problem in merged.problems for line in problem_lines(problem, language, columns)]
    for file, n in sorted(merged.written.items()):
        lines.append(_text(words, "changed_copy" if file in merged.copied else "changed", path=shown(file), n=n))
    lines += [_text(words, "missing", n=merged.missing)] if merged.missing else []
    total = {"rows": len(rows), "n": sum(merged.written.values()), "files": len(merged.written)}
    part = "imported_part" if merged.dropped else "imported"
    lines.append(_text(words, part, **total, dropped=merged.dropped))
    return "\n".join(lines) + "\n", bool(merged.problems)
