"""The two versions of content that are compared, opened over the same book and the same day."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.advice import session
from advisor.advice.advise import Advisor
from advisor.advice.workspace import Settings, Wish, find_workspace, presets, resolve
from advisor.content.content import Content
from advisor.content.digest import digest
from advisor.content.presets import folders
from advisor.core.home import content_root, shown
from advisor.core.model import AdvisorError, Place, Problem, stop
from advisor.data.book import Book
from advisor.release.alike import Shared, shared
from advisor.release.revisions import Repository, checked_out, relocated, repository

_CONTENT = ("rules", "playbooks")


@dataclass(frozen=True)
class Version:
    """A version of content: how it is called, its commit if it is one, and an advisor over the book."""

    name: str
    commit: str
    advisor: Advisor

    @property
    def content(self) -> Content:
        return self.advisor.content


@dataclass(frozen=True)
class Sides:
    """The earlier version, the one at hand, and what they share."""

    old: Version
    new: Version
    shared: Shared


@dataclass(frozen=True)
class Source:
    """Where a version's files lie: laid over `root` if it is a workspace, else in its place."""

    name: str
    commit: str
    workspace: Path | None
    root: Path | None = None


@contextmanager
def opened(wish: Wish, against: str) -> Iterator[Sides]:
    """Open both versions. The day, the language and the book are those of the version at hand.

    Args: wish – the run, with the content at hand; against – a git revision, or a folder with content.
    Raises: AdvisorError – no such revision or folder, or one version has errors: they are listed with its name.
    """
    workspace = find_workspace(wish.content)
    here = shown(workspace) if workspace else shown(content_root())
    new = read(Source(here, "", workspace), wish)
    with version_at(against, workspace) as source:
        old = read(source, wish)
        old = dataclasses.replace(old, words=_laid(new.words, old.words))
        yield _sides(source, old, here, new, wish)


def _sides(source: Source, old: Content, here: str, new: Content, wish: Wish) -> Sides:
    settings = resolve(wish, new.vocabulary, find_workspace(wish.content))
    common = shared(old, new)
    now = session.open_tables(new, settings)
    then = now if common.facts else session.open_tables(old, settings)
    earlier = Version(source.name, source.commit, _advisor(old, settings, then))
    return Sides(earlier, Version(here, "", _advisor(new, settings, now)), common)


def _advisor(content: Content, settings: Settings, book: Book) -> Advisor:
    """With drafts, and with the reference reader alone: every other run proves the engine equal to it, and here the
    question is what the rules of two versions mean."""
    return Advisor(content, settings, book, "reference", drafts=True)


def _laid(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """An older version's words over today's, so that none is missing that the pages have learnt since."""
    found = dict(below)
    for key, value in above.items():
        both = isinstance(value, Mapping) and isinstance(found.get(key), Mapping)
        found[key] = _laid(found[key], value) if both else value
    return found


# --- where the earlier version is ----------------------------------------------------------------


@contextmanager
def version_at(against: str, workspace: Path | None) -> Iterator[Source]:
    """Where another version lies while it is looked at.

    Args: against – a folder with content, else a revision of the repository that holds the workspace (without one, of
    the one that holds the bundled content).
    Raises: AdvisorError – there is neither.
    """
    folder = Path(against)
    if folder.is_dir() and any((folder / name).is_dir() for name in _CONTENT):
        same = folder.resolve() == content_root().resolve()
        yield Source(against, "", None if same else folder)
        return
    if folder.is_dir() and (against in (".", "..") or "/" in against):
        raise stop("no-content-in-folder", 2, Place(against), folder=against)
    repo = repository(workspace or content_root())
    commit = repo.commit(against)
    with checked_out(repo, commit) as folder:
        yield _at(repo, commit, against, folder, workspace)


def _at(repo: Repository, commit: str, name: str, folder: Path, workspace: Path | None) -> Source:
    short = repo.short(commit)
    called = name if commit.startswith(name) else f"{name} ({short})"
    return Source(called, commit, folder if workspace else None, None if workspace else folder)


def read(source: Source, wish: Wish) -> Content:
    """A version's content.

    Raises: AdvisorError – with the problem that says which version it is, and every error in it.
    """
    from advisor.content import content_cache

    place = source.workspace or source.root
    try:
        named = presets(dataclasses.replace(wish, content=source.workspace or content_root()), source.root)
        content = content_cache.load(source.workspace, named, source.root, source.commit)
        errors = [problem for problem in content.problems if problem.level == "error"]
        if errors:
            raise AdvisorError([Problem("version-has-errors", details=_count(source, errors)), *errors])
    except AdvisorError as error:
        raise relocated(error, place, source.name) if source.commit and place else error from None
    return content


def digest_of(source: Source, wish: Wish) -> str:
    """The hash of a version's content, without reading more than its bytes."""
    root = source.root or content_root()
    named = presets(dataclasses.replace(wish, content=source.workspace or content_root()), root)
    between = folders(named, source.workspace, root)
    return digest((root, *between, *([source.workspace] if source.workspace else [])), between)


def _count(source: Source, errors: list[Problem]) -> dict[str, object]:
    return {"version": source.name, "count": len(errors)}
