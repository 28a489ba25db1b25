"""The cases beside a play, in: what each gives and what it expects, every mistake with its place."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from advisor.content.plays import Case, Said
from advisor.core.model import Place, Problem
from advisor.core.vocabulary import Vocabulary, nearest
from advisor.core.yaml_in import Item, check_keys

FIRES, SILENT = "fires", "silent"
_LANGUAGES = ("zh", "en")
_OF_A_STEP = ("due_on", "person", "subject", "urgency", "rank", "says", "says_not")
_KEYS = {"name", "today", "given", "same_as", "change", "expect", "because", *_OF_A_STEP}
_AT_MOST = re.compile(r"at most (\d+)")
_URGENCIES = (1, 5)
_LAST_RANK = 999


def read_cases(item: Item | None, vocabulary: Vocabulary, problems: list[Problem]) -> tuple[Case, ...]:
    """Read `cases:` of a play.

    Args: item – the list; vocabulary – what a person may be called; problems – where every mistake is reported.
    Returns: the cases that can be run, each name once.
    """
    found: dict[str, Case] = {}
    unread: set[str] = set()
    for part in item.each() if item else []:
        case = _Reader(part, vocabulary, problems, found, unread).case()
        if case is None:
            unread |= {str(name.value) for name in [part.get("name")] if name}
        elif case.name in found:
            problems.append(Problem("case-twice", case.where("name"), "error", {"name": case.name}))
        else:
            found[case.name] = case
    return tuple(found.values())


@dataclass(frozen=True)
class _Reader:
    """Reads one case; knows those before it."""

    item: Item
    vocabulary: Vocabulary
    problems: list[Problem]
    earlier: Mapping[str, Case]
    unread: Collection[str] = ()

    def problem(self, code: str, place: Place, **details: object) -> None:
        self.problems.append(Problem(code, place, "error", details))

    def case(self) -> Case | None:
        if not self.item.is_map:
            self.problem("case-not-map", self.item.here, value=_short(self.item))
            return None
        check_keys(self.item, _KEYS, self.problems)
        base, today = self.base(), self.day("today")
        day = today or (base.today if base else None)
        if day is None and not self.item.get("today") and not self.item.get("same_as"):
            self.problem("missing-key", self.item.here, key="today")
        expect, given = self.expect(), self.given(base)
        if expect == SILENT:
            self.nothing_of_a_step()
        if day is None or (self.item.get("same_as") and not base):
            return None
        return Case(
            self.name(),
            day,
            given,
            expect,
            self.text("because"),
            self.day("due_on"),
            self.person(),
            self.item.here,
            self.text("subject"),
            self.urgency(),
            self.rank() if expect == FIRES else None,
            tuple(self.said("says")) if expect == FIRES else (),
            tuple(self.said("says_not")) if expect == FIRES else (),
            {key: value.here for key, value in self.item.items()},
        )

    # --- what it is and gives --------------------------------------------------------------------

    def name(self) -> str:
        if not self.item.get("name"):
            self.problem("missing-key", self.item.here, key="name")
        return self.text("name")

    def base(self) -> Case | None:
        same = self.item.get("same_as")
        base = self.earlier.get(str(same.value)) if same else None
        if same and not base and str(same.value) not in self.unread:
            near = nearest(str(same.value), self.earlier)
            self.problem("unknown-case", same.here, name=_short(same), near=near)
        return base

    def given(self, base: Case | None) -> Item:
        given, change = self.facts("given"), self.facts("change")
        if base and given:
            self.problem("case-given-twice", given.here)
        if change and not self.item.get("same_as"):
            self.problem("case-change-alone", change.here)
        start = base.given if base else (given or Item({}, self.item.place))
        return Item({**start.value, **change.value}, start.place) if change else start

    def facts(self, key: str) -> Item | None:
        found = self.item.get(key)
        if found is None or found.is_map:
            return found
        if found.value is not None:
            self.problem("case-facts-not-map", found.here, key=key, value=_short(found))
        return None

    def expect(self) -> str:
        found, known = self.item.get("expect"), (FIRES, SILENT)
        if found is None:
            self.problem("missing-key", self.item.here, key="expect")
        elif found.value not in known:
            details = {"value": _short(found), "key": "expect", "known": ", ".join(known)}
            self.problem("unknown-word", found.here, near=nearest(str(found.value), known), **details)
        return str(found.value) if found and found.value in known else FIRES

    # --- what it expects -------------------------------------------------------------------------

    def nothing_of_a_step(self) -> None:
        """A play that stays silent has no step to look at."""
        for key in _OF_A_STEP:
            found = self.item.get(key)
            if found:
                self.problem("case-silent-step", found.here, key=key)

    def text(self, key: str) -> str:
        found = self.item.get(key)
        if found is None or found.value is None:
            return ""
        if found.is_map or found.is_list:
            self.problem("case-one-word", found.here, key=key, value=_short(found))
            return ""
        return str(found.value)

    def day(self, key: str) -> datetime.date | None:
        found = self.item.get(key)
        if found is None or isinstance(found.value, datetime.date):
            return found.value if found else None
        self.problem("bad-date", found.here, value=_short(found))
        return None

    def person(self) -> str:
        """A role by its value or label; anything else is the id or name of a contact that is given."""
        text, field = self.text("person"), self.vocabulary.field("contact", "buying_roles")
        role = field.choices.find(text) if field and field.choices else None
        return role or text

    def urgency(self) -> int | None:
        return self.number(self.item.get("urgency"), "urgency", *_URGENCIES)

    def number(self, found: Item | None, key: str, low: int, high: int) -> int | None:
        if found is None or (type(found.value) is int and low <= found.value <= high):
            return found.value if found else None
        self.problem("number-out-of-range", found.here, key=key, value=_short(found), low=low, high=high)
        return None

    def rank(self) -> tuple[int, int] | None:
        """`1`, `at most 3` or `{at_most: 3}`."""
        found = self.item.get("rank")
        if found is None:
            return None
        words = _AT_MOST.fullmatch(str(found.value).strip())
        most = found.get("at_most") if found.is_map and len(found.value) == 1 else None
        last = int(words[1]) if words else most.value if most else found.value
        if type(last) is int and 1 <= last <= _LAST_RANK:
            return (1 if words or most else last), last
        self.problem("case-bad-rank", found.here, value=_short(found))
        return None

    def said(self, key: str) -> Iterator[Said]:
        """A text, a list of texts, or either by language."""
        found = self.item.get(key)
        parts = list(found.items()) if found and found.is_map else [("", found)] if found else []
        for language, part in parts:
            if language and language not in _LANGUAGES:
                near = nearest(language, _LANGUAGES)
                self.problem("unknown-key", part.here, key=language, near=near)
                continue
            for one in part.each() or [part]:
                yield from self.said_one(key, one, language)

    def said_one(self, key: str, item: Item, language: str) -> Iterator[Said]:
        if item.is_map or item.is_list or not str(item.value or "").strip():
            self.problem("case-no-text", item.here, key=key, value=_short(item))
        else:
            yield Said(str(item.value), language, item.here)


def _short(item: Item) -> str:
    """A value as a message can show it."""
    data: Any = item.plain()
    if isinstance(data, dict):
        data = "{" + ", ".join(f"{key}: …" for key in data) + "}"
    elif isinstance(data, list):
        data = f"[{', '.join(str(one) for one in data[:3])}{', …' if len(data) > 3 else ''}]"
    return str("" if data is None else data)[:60]
