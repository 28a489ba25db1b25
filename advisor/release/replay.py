"""Earlier advice made again: with the same content, tables, day and options it must be the same, byte for byte."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.advice import session
from advisor.advice.advise import Advisor
from advisor.advice.workspace import LANGUAGES, Wish, find_workspace, resolve
from advisor.content.content import Content
from advisor.core.home import content_root, shown
from advisor.core.model import AdvisorError, Place, stop
from advisor.pages.page_json import dumps
from advisor.pages.page_json import record as plain_record
from advisor.release.revisions import checked_out, repository
from advisor.release.sides import Source, digest_of, read, version_at

COMMITS = 200
TOP = 5
_LINES = (".jsonl", ".ndjson")
_CHANGES = 12


@dataclass(frozen=True)
class Again:
    """One record made again. `outcome`: same, layout (the same data written otherwise) or differs.

    `changes` are (path, then, now) of what differs, content and run aside; `causes` the parts of the run that do.
    """

    name: str
    outcome: str
    then: str
    now: str
    causes: tuple[str, ...] = ()
    changes: tuple[tuple[str, str, str], ...] = ()
    run_known: bool = True


@dataclass(frozen=True)
class Found:
    """The revision whose content a record was made with; without a commit none was found among the `looked` at."""

    looked: int
    commit: str = ""
    described: str = ""


@dataclass(frozen=True)
class _Record:
    name: str
    text: str
    data: Mapping[str, Any]
    line: bool


def replay(path: Path, wish: Wish, facts: str | None, against: str) -> tuple[Again, ...]:
    """Make every record of a file again.

    Args: path – one record as JSON, or one a line; wish – tables and content; facts – the facts file, where the records
    come from one; against – a revision whose content is to be used instead, or an empty text.
    Raises: AdvisorError – the file holds no advice, or content, tables or account are not there.
    """
    records = list(_records(path))
    with _content(wish, against) as (content, settled):
        advisors: dict[tuple[str, str], Advisor] = {}
        return tuple(_again(record, content, settled, facts, advisors) for record in records)


@contextmanager
def _content(wish: Wish, against: str) -> Iterator[tuple[Content, Wish]]:
    """The content to use, and the wish with the folder that its settings are read from."""
    workspace = find_workspace(wish.content)
    if not against:
        yield read(Source(shown(workspace or content_root()), "", workspace), wish), wish
        return
    with version_at(against, workspace) as source:
        content = read(source, wish)
        if source.workspace is None:
            yield content, wish
            return
        # The settings of that version, over the tables and the history of this one.
        here = resolve(dataclasses.replace(wish, language=None), content.vocabulary, workspace)
        yield content, dataclasses.replace(wish, content=source.workspace, data=here.data, history=here.history)


def _again(
    record: _Record, content: Content, wish: Wish, facts: str | None, advisors: dict[tuple[str, str], Advisor]
) -> Again:
    day, language = str(record.data["as_of"]), str(record.data["lang"])
    if (day, language) not in advisors:
        own = dataclasses.replace(wish, as_of=datetime.date.fromisoformat(day), language=language)
        opened = session.open_facts(facts, own, content) if facts else session.open_book(own, content)
        advisors[day, language] = opened
    run = record.data.get("run")
    made = _made(record, advisors[day, language], run, facts)
    text = dumps(made, None if record.line else 2)
    if text == record.text.removesuffix("\n"):
        return Again(record.name, "same", content.digest, content.digest)
    return _compared(record, json.loads(text))


def _made(record: _Record, advisor: Advisor, run: Any, facts: str | None) -> dict[str, Any]:
    if isinstance(run, Mapping) and run.get("from") == "facts" and not facts:
        raise stop("record-of-facts", 2, Place(record.name), account=record.data["account"]["id"])
    account = session.find_account(advisor.book, str(record.data["account"]["id"]))
    if not isinstance(run, Mapping):
        found = plain_record(advisor.advise(account, _top(record.data), False))
        return {name: value for name, value in found.items() if name != "run"}
    top = run.get("top")
    return plain_record(advisor.advise(account, top if isinstance(top, int) else TOP, run.get("all") is True))


def _top(data: Mapping[str, Any]) -> int:
    """How many steps a record was made with that does not say so: if some were cut off, as many as it has."""
    return max(len(data["advice"]), TOP) if not _cut(data) else len(data["advice"])


def _cut(data: Mapping[str, Any]) -> bool:
    dropped = data.get("dropped")
    rows = dropped if isinstance(dropped, list) else []
    return any(isinstance(one, Mapping) and one.get("reason") == "below the cut" for one in rows)


# --- what differs --------------------------------------------------------------------------------


def _compared(record: _Record, made: Mapping[str, Any]) -> Again:
    known = isinstance(record.data.get("run"), Mapping)
    then, now = str(record.data.get("content")), str(made["content"])
    if made == record.data:
        return Again(record.name, "layout", then, now, run_known=known)
    before, after = record.data.get("run") or {}, made.get("run") or {}
    causes = tuple(name for name in ("data", "history") if before.get(name) != after.get(name))
    changes = tuple(_changes("", _but(record.data), _but(made)))
    return Again(record.name, "differs", then, now, causes, changes, known)


def _but(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in ("content", "run")}


def _changes(path: str, then: Any, now: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        for name in dict.fromkeys((*then, *now)):
            yield from _changes(f"{path}.{name}" if path else name, then.get(name), now.get(name))
    elif isinstance(then, list) and isinstance(now, list):
        for number in range(max(len(then), len(now))):
            pair = (one[number] if number < len(one) else None for one in (then, now))
            yield from _changes(f"{path}[{number}]", *pair)
    elif then != now:
        yield path, _short(then), _short(now)


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("headline") or value.get("code") or value.get("text") or value
    text = dumps(value, None)
    return text if len(text) <= 60 else text[:57] + "…"


# --- which revision it was -----------------------------------------------------------------------


def revision_with(digest: str, wish: Wish) -> Found | None:
    """The newest revision whose content has that hash; None where the content is in no repository."""
    workspace = find_workspace(wish.content)
    try:
        repo = repository(workspace or content_root())
        commits = repo.recent(COMMITS)
    except AdvisorError:
        return None
    for commit in commits:
        try:
            with checked_out(repo, commit) as folder:
                pair = (folder, None) if workspace else (None, folder)
                if digest_of(Source(commit, commit, *pair), wish) == digest:
                    return Found(len(commits), repo.short(commit), repo.described(commit))
        except AdvisorError:
            continue  # it had no content yet, or a preset that is not there
    return Found(len(commits))


# --- records -------------------------------------------------------------------------------------


def _records(path: Path) -> Iterator[_Record]:
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise stop("record-unreadable", 2, Place(str(path)), why=error.strerror or "") from None
    except UnicodeDecodeError:
        raise stop("not-utf8", 1, Place(str(path), 1, 1)) from None
    if path.suffix not in _LINES:
        yield _record(path.name, text, Place(str(path)), False)
        return
    lines = text.splitlines() if "\r" in text else text.split("\n")
    found = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise stop("record-unreadable", 1, Place(str(path)), why="0 {…}")
    for number, line in found:
        yield _record(f"{path.name}:{number}", line, Place(str(path), number), True)


def _record(name: str, text: str, place: Place, line: bool) -> _Record:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise stop("record-unreadable", 1, place, why=str(error)) from None
    wanted = {"account": dict, "as_of": str, "content": str, "lang": str, "advice": list}
    wrong = [key for key, kind in wanted.items() if not isinstance(data, dict) or not isinstance(data.get(key), kind)]
    if wrong or "id" not in data["account"] or data["lang"] not in LANGUAGES or not _is_day(data["as_of"]):
        raise stop("record-unreadable", 1, place, why=", ".join(wrong) or "account, as_of, lang")
    return _Record(name, text, data, line)


def _is_day(text: str) -> bool:
    try:
        return bool(datetime.date.fromisoformat(text))
    except ValueError:
        return False
