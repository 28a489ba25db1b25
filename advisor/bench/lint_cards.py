"""What is wrong with plays beside each other: titles given twice, plays beside themselves, rows taken in vain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from advisor.advice.templates import slots
from advisor.content.content import Content
from advisor.content.plays import Play, See, Words
from advisor.content.read_play import BLOCKS
from advisor.core.home import is_bundled
from advisor.core.model import Place, Problem


def check_cards(content: Content) -> Iterator[Problem]:
    """Every play that names itself, that nobody owns, or that takes rows for nothing."""
    for play in content.plays:
        yield from _itself(play)
        yield from _owner(play)
        yield from _taken_in_vain(play)


def _place(play: Play, key: str) -> Place:
    return play.places.get(key, play.place)


def _itself(play: Play) -> Iterator[Problem]:
    for key, codes in (("beside", play.beside), ("conflicts_with", play.conflicts_with)):
        if play.code in codes:
            yield Problem("play-beside-itself", _place(play, key), "error", {"key": key, "play": play.code})
    for code in sorted(set(play.beside) & set(play.conflicts_with)):
        yield Problem("play-beside-and-against", _place(play, "conflicts_with"), "error", {"play": code})


def _owner(play: Play) -> Iterator[Problem]:
    if not play.owner.strip():
        yield Problem("owner-missing", _place(play, "owner" if "owner" in play.places else "card"), "warning")


def check_titles(content: Content) -> Iterator[Problem]:
    """Every play whose title another one has: the trainers' own is blamed, not the bundled one that it sounds like."""
    by_title: dict[tuple[str, str], list[Play]] = {}
    for play in content.plays:
        for language, title in play.title.items():
            by_title.setdefault((language, title.strip().casefold()), []).append(play)
    told: set[str] = set()
    for plays in (found for found in by_title.values() if len(found) > 1):
        for first, second in pairwise(sorted(plays, key=lambda one: (not is_bundled(one.place.path), one.path))):
            if second.path not in told and first.code != second.code:
                told.add(second.path)
                details = {"play": first.code, "other": str(_place(first, "title"))}
                yield Problem("title-twice", _place(second, "title"), "warning", details)


def _taken_in_vain(play: Play) -> Iterator[Problem]:
    said = {head for words in _all_words(play) for head in _heads(words)} | set(_seen(play))
    for name in play.take:
        if name not in said:
            yield Problem("take-unused", _place(play, f"take.{name}"), "warning", {"name": name})


def _all_words(play: Play) -> Iterator[Words]:
    every: tuple[Mapping[str, Words], ...] = (play.words, *(change.words for change in play.instead))
    for words in every:
        yield from words.values()


def _heads(words: Words) -> Iterator[str]:
    for block in BLOCKS:
        for line in getattr(words, block):
            try:
                yield from (name.partition(".")[0] for name in slots(line.text))
            except ValueError:
                continue


def _seen(play: Play) -> Iterator[str]:
    """The rows that say whom to see."""
    sees: tuple[See, ...] = (play.see, *(change.see for change in play.instead if change.see))
    for see in sees:
        for wish in (*see.first, *see.then, *see.not_first):
            if wish.fact is not None and wish.fact.via.startswith("take:"):
                yield wish.fact.via.removeprefix("take:")
