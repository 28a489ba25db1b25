"""One play read anew into content that is already there: for tools that wait for a trainer's next save."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from advisor.content.content import Content
from advisor.content.lint import check_terms
from advisor.content.plays import Play
from advisor.content.read_content import check_codes, load
from advisor.content.read_play import read_play
from advisor.core import yaml_in
from advisor.core.home import shown
from advisor.core.model import Problem
from advisor.core.yaml_in import Item


def reread(content: Content, paths: Iterable[Path], workspace: Path | None, presets: tuple[str, ...]) -> Content:
    """The content after some of its files have changed: plays one by one where that is enough, else all of it.

    Args: content – as it was; paths – what has changed; workspace, presets – as for `read_content.load`.
    """
    for path in sorted(paths):
        found = reread_play(content, path)
        if found is None:
            return load(workspace, presets)
        content = found
    return content


def reread_play(content: Content, path: Path) -> Content | None:
    """The content with one play's file read again, against the vocabulary and policy as they were.

    Args: content – as it was, with problems or not; path – the file that has changed or is new.
    Returns: the content with the play and its problems as they are now, and the digest as it was; None where a single
    play is not all that may have changed (another kind of file, one deleted, one that is no YAML at all,
    one that lies under another layer's).
    """
    identity = f"{path.parent.name}/{path.stem}"
    old = next((play for play in content.plays if play.path == identity), None)
    if not is_play(path) or not path.is_file() or (old and old.place.path != shown(path)):
        return None
    item, problems = yaml_in.load(path, shown(path))
    if item.broken:
        return None
    play = _read(content, item, identity, problems)
    plays = [one for one in content.plays if one is not old] + ([play] if play else [])
    kept = [one for one in content.problems if one.place.path != shown(path) and one.code != "code-twice"]
    check_codes(plays, problems)
    plays.sort(key=lambda one: (one.code, f"{one.path}.yaml"))
    return replace(content, plays=tuple(plays), problems=(*kept, *problems))


def is_play(path: Path) -> bool:
    """Is this a play's file, by where it lies?"""
    return path.suffix == ".yaml" and path.parent.parent.name == "playbooks" and path.name != "playbook.yaml"


def _read(content: Content, item: Item, identity: str, problems: list[Problem]) -> Play | None:
    if not item.is_map:
        problems.append(Problem("content-not-map", replace(item.place, line=1, column=1)))
        return None
    problems += check_terms(content.lint, {f"playbooks/{identity}.yaml": [item]})
    return read_play(item, identity, content.vocabulary, content.policy, problems) if item.value else None
