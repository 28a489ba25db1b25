"""Plays and guards in: one YAML file each, every mistake reported with its place."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from advisor.content.choice_words import listed
from advisor.content.misfits import meant_span
from advisor.content.people import Picking
from advisor.content.plays import (
    ABOUTS,
    DEGREES,
    LEADS,
    STATUSES,
    Guard,
    Instead,
    Line,
    Play,
    Playbook,
    See,
    Span,
    Take,
    Timing,
    Wish,
    Words,
)
from advisor.content.read_cases import read_cases
from advisor.content.read_conditions import Scope, read_node
from advisor.content.read_rules import label
from advisor.core.model import Place, Problem
from advisor.core.tree import TRUE, All, Name, Node, NotTrue
from advisor.core.vocabulary import Vocabulary, nearest
from advisor.core.yaml_in import Item, check_keys

LANGUAGES = ("zh", "en")
READERS = ("rep", "manager", "sponsor", "service", "finance")
BLOCKS = ("headline", "message", "ask", "if_they_say", "do_not", "steps", "done_when", "nobody_known", "because")
_OPTIONAL_BLOCKS = {"if_they_say", "do_not"}
_VARIANTS = ("headline", "message")
_PLAY_KEYS = {
    "title", "for", "urgency", "finish_in", "by", "before", "key_account", "not_again_for", "take", "when", "unless",
    "see", "instead", "zh", "en", "cases", "card",
}  # fmt: skip
_CARD_KEYS = {
    "code", "about", "lead", "degree", "basis", "beside", "conflicts_with", "owner", "status", "valid_from", "valid_to",
}  # fmt: skip
_GUARD_KEYS = {"code", "title", "about", "when", "not_to_see", "bars", "rep", "compliance", "basis"}
_MOST_DAYS = 3_660
_DIGITS = 12
_SPAN = re.compile(r"([0-9]+) (day|working day|hour)s?")
_HOWS = ("latest", "earliest", "highest", "lowest")


@dataclass
class _Reader:
    """Reads one file; knows the vocabulary and collects problems."""

    vocabulary: Vocabulary
    policy: Mapping[str, Any]
    problems: list[Problem]
    about: str = "account"
    guard: bool = False

    def problem(self, code: str, place: Place, **details: object) -> None:
        self.problems.append(Problem(code, place, "error", details))

    def scope(self) -> Scope:
        rows = ("account", "opportunity") if self.about == "opportunity" else (self.about,)
        about_row = self.about == "opportunity"
        return Scope(self.vocabulary, self.policy, rows, self.problems, self.guard, about_row)

    def choice(self, item: Item | None, known: tuple[str, ...], home: Item, key: str) -> str:
        """One of a few fixed words; the first of them when it is missing or wrong, with a problem."""
        if item is None:
            self.problem("missing-key", home.here, key=key)
        elif item.value not in known:
            near = nearest(str(item.value), known)
            self.problem("unknown-word", item.here, value=item.value, key=key, known=", ".join(known), near=near)
        else:
            return str(item.value)
        return known[0]

    def number(self, item: Item | None, low: int, high: int, home: Item, key: str) -> int:
        if item is None:
            self.problem("missing-key", home.here, key=key)
        elif not isinstance(item.value, int) or isinstance(item.value, bool) or not low <= item.value <= high:
            self.problem("number-out-of-range", item.here, key=key, value=item.value, low=low, high=high)
        else:
            return item.value
        return high

    # --- timing ----------------------------------------------------------------------------------

    def span(self, item: Item | None, home: Item) -> Span:
        match = _SPAN.fullmatch(str(item.value).strip()) if item else None
        if item and match and len(match[1]) < _DIGITS and int(match[1]) <= _MOST_DAYS:
            return Span(int(match[1]), match[2] + "s")
        if item and match:
            self.problem("number-too-large", item.here, value=item.value, most=f"{_MOST_DAYS} {match[2]}s")
            return Span(30, "days")
        if item:
            self.problem("bad-span", item.here, value=item.value, near=meant_span(str(item.value)))
        else:
            self.problem("missing-key", home.here, key="finish_in")
        return Span(30, "days")

    def timing(self, item: Item, base: Timing | None = None) -> Timing:
        urgency, finish = item.get("urgency"), item.get("finish_in")
        return Timing(
            base.urgency if base and not urgency else self.number(urgency, 1, 5, item, "urgency"),
            base.finish_in if base and not finish else self.span(finish, item),
            (base.by if base else ()) + self.dates(item),
        )

    def day(self, item: Item | None) -> datetime.date | None:
        if item is None or isinstance(item.value, datetime.date):
            return item.value if item else None
        self.problem("bad-date", item.here, value=item.value)
        return None

    def dates(self, item: Item) -> tuple[tuple[Name, int], ...]:
        found = [(fact, 0) for fact in (item.get("by"),) if fact]
        before = item.get("before")
        for part in before.each() if before else []:
            days = part.get("days")
            found += [
                (fact, self.number(days, 0, _MOST_DAYS, part, "days") if days else 0)
                for fact in (part.get("fact"),)
                if fact
            ]
        names = [(self.fact(fact, "date"), days) for fact, days in found]
        return tuple((name, days) for name, days in names if name)

    def fact(self, item: Item, kind: str = "") -> Name | None:
        found = self.scope().name(str(item.value).removeprefix("$"), item.here)
        if found and kind and found[1].type != kind:
            self.problem("wrong-type", item.here, value=item.value, name=found[1].name, type=kind, near="")
            return None
        return found[0] if found else None

    # --- whom to see -----------------------------------------------------------------------------

    def see(self, item: Item | None, take: Mapping[str, Take]) -> See:
        if item is None:
            return See()
        check_keys(item, {"first", "then", "not_first"}, self.problems)
        return See(*(self.wishes(item.get(key), take) for key in ("first", "then", "not_first")))

    def instead(self, item: Item | None, take: Mapping[str, Take]) -> tuple[Instead, ...]:
        """What changes while a condition holds; the first that holds counts."""
        return tuple(self.change(part, take) for part in (item.each() if item else []))

    def change(self, item: Item, take: Mapping[str, Take]) -> Instead:
        check_keys(item, {"when", "see", "urgency", "finish_in", *LANGUAGES}, self.problems)
        when, see, urgency, finish = (item.get(key) for key in ("when", "see", "urgency", "finish_in"))
        if when is None:
            self.problem("missing-key", item.here, key="when")
        given = [language for language in LANGUAGES if item.get(language)]
        if len(given) == 1:
            self.problem("missing-language", item.here, language=next(one for one in LANGUAGES if one not in given))
        return Instead(
            read_node(when, self.scope()) if when else TRUE,
            self.see(see, take) if see else None,
            {language: self.words(item.get(language), language, item, whole=False) for language in given},
            self.number(urgency, 1, 5, item, "urgency") if urgency else None,
            self.span(finish, item) if finish else None,
            item.here,
        )

    def wishes(self, item: Item | None, take: Mapping[str, Take]) -> tuple[Wish, ...]:
        found = [self.wish(part, take) for part in (item.each() if item else [])]
        return tuple(wish for wish in found if wish)

    def wish(self, item: Item, take: Mapping[str, Take]) -> Wish | None:
        if item.is_map:
            return Wish(where=read_node(item, self.scope().inside("contact")))
        text = str(item.value)
        if text.startswith("$"):
            return self.wished_fact(text[1:], item, take)
        field = self.vocabulary.field("contact", "buying_roles")
        roles = field.choices if field else None
        role = roles.find(text) if roles else None
        if role is None:
            near = nearest(text, roles.labels) if roles else ""
            known = listed(roles) if roles else ""
            self.problem("unknown-word", item.here, value=text, key="see", known=known, near=near)
            return None
        return Wish(role=role)

    def wished_fact(self, text: str, item: Item, take: Mapping[str, Take]) -> Wish | None:
        head, _, rest = text.partition(".")
        if head in take and rest:
            scope = self.scope().inside(take[head].entity)
            found = scope.name(f"{take[head].entity}.{rest}", item.here)
            return Wish(fact=replace(found[0], base="", via=f"take:{head}")) if found else None
        name = self.fact(item)
        return Wish(fact=name) if name else None

    # --- rows and words --------------------------------------------------------------------------

    def takes(self, item: Item | None) -> dict[str, Take]:
        found = {}
        for name, spec in item.items() if item else []:
            check_keys(spec, {*_HOWS, "where", "of"}, self.problems)
            of = spec.get("of")
            take = self.take(str(of.value) if of else name, spec)
            if take:
                found[name] = take
        return found

    def take(self, entity: str, spec: Item) -> Take | None:
        known = [e.name for e in self.vocabulary.entities.values() if e.rows in ("many", "book")]
        how = next((word for word in _HOWS if spec.get(word)), "")
        if entity not in known or not how:
            self.problem("unknown-rows", spec.here, name=entity, near=nearest(entity, known))
            return None
        inside, where = self.scope().inside(entity), spec.get("where")
        by = inside.name(str(spec.value[how].value), spec.value[how].here)
        node = read_node(where, inside) if where else TRUE
        return Take(entity, how, by[0].field, node) if by else None

    def words(self, item: Item | None, language: str, home: Item, whole: bool = True) -> Words:
        if item is None or not item.is_map:
            self.problem("missing-language", home.here, language=language)
            return Words()
        check_keys(item, set(BLOCKS), self.problems)
        for block in BLOCKS:
            if whole and not item.get(block) and block not in _OPTIONAL_BLOCKS:
                self.problem("missing-block", item.here, block=block, language=language)
        return Words(**{block: self.block(block, item.get(block)) for block in BLOCKS})

    def block(self, name: str, item: Item | None) -> tuple[Line, ...]:
        if item is None:
            return ()
        if item.is_map or item.is_list:
            self.problem("text-expected", item.here, key=name)
            return ()
        return text_lines(item, name in _VARIANTS)


def text_lines(item: Item, variants: bool = False) -> tuple[Line, ...]:
    """The lines of a text, each with its place; or its variants, which are separated by a line of dashes."""
    texts = enumerate(str(item.value).splitlines())
    lines = [Line(text.strip(), _below(item, n, len(text) - len(text.lstrip()))) for n, text in texts]
    kept = [line for line in lines if line.text]
    return tuple(_variants(kept)) if variants else tuple(kept)


def _below(item: Item, n: int, indent: int) -> Place:
    """Where line n of a text begins; of a folded text only its beginning is known."""
    if item.text is None:
        return item.place
    return replace(item.text, line=item.text.line + n, column=item.text.column + indent)


def _variants(lines: list[Line]) -> list[Line]:
    """Join the lines of each variant; variants are separated by a line of dashes."""
    groups: list[list[Line]] = [[]]
    for line in lines:
        if set(line.text) == {"-"}:
            groups.append([])
        else:
            groups[-1].append(line)
    return [Line("\n".join(line.text for line in group), group[0].place) for group in groups if group]


def read_play(
    item: Item, path: str, vocabulary: Vocabulary, policy: Mapping[str, Any], problems: list[Problem]
) -> Play | None:
    """Read one play file.

    Args: item – the document; path – `playbook/play`, its identity; vocabulary, policy – what names mean;
    problems – where every mistake is reported.
    Returns: the play, or None when it has no card at all.
    """
    check_keys(item, _PLAY_KEYS, problems)
    card = item.get("card")
    if card is None or not card.is_map:
        problems.append(Problem("missing-key", item.here, "error", {"key": "card"}))
        return None
    check_keys(card, _CARD_KEYS, problems)
    reader = _Reader(vocabulary, policy, problems)
    reader.about = reader.choice(card.get("about"), ABOUTS, card, "about")
    take = reader.takes(item.get("take"))
    timing = reader.timing(item)
    key_account = item.get("key_account")
    again = item.get("not_again_for")
    return Play(
        path=path,
        code=_code(card, reader),
        title=_title(item, reader),
        readers=_readers(item, reader),
        timing=timing,
        key_account=reader.timing(key_account, timing) if key_account else None,
        not_again_for=reader.span(again, item).hours // 24 if again else 0,
        about=reader.about,
        lead=reader.choice(card.get("lead"), LEADS, card, "lead"),
        degree=reader.choice(card.get("degree"), DEGREES, card, "degree"),
        when=_condition(item, reader),
        see=reader.see(item.get("see"), take),
        instead=reader.instead(item.get("instead"), take),
        take=take,
        words={language: reader.words(item.get(language), language, item) for language in LANGUAGES},
        basis=_strings(card.get("basis")),
        beside=_strings(card.get("beside")),
        cases=read_cases(item.get("cases"), vocabulary, problems),
        status=reader.choice(card.get("status"), STATUSES, card, "status") if card.get("status") else STATUSES[0],
        owner=_word(card, "owner", ""),
        conflicts_with=_strings(card.get("conflicts_with")),
        valid_from=reader.day(card.get("valid_from")),
        valid_to=reader.day(card.get("valid_to")),
        place=item.here,
        places=_places(item, card),
    )


def _places(item: Item, card: Item) -> dict[str, Place]:
    """Where the keys of the play and its card stand, and the rows that it takes (`take.name`)."""
    take = item.get("take")
    rows = {f"take.{name}": spec.here for name, spec in take.items()} if take else {}
    return {key: part.here for key, part in (*item.items(), *card.items())} | rows


def _code(card: Item, reader: _Reader) -> str:
    code = card.get("code")
    if code is None:
        reader.problem("missing-key", card.here, key="code")
    return str(code.value) if code else ""


def _title(item: Item, reader: _Reader) -> dict[str, str]:
    title = label(item.get("title"))
    for language in LANGUAGES:
        if not title.get(language):
            place = (item.get("title") or item).here
            reader.problem("missing-language", place, language=f"title {language}")
    return title


def _readers(item: Item, reader: _Reader) -> tuple[str, ...]:
    part = item.get("for")
    return tuple(reader.choice(one, READERS, item, "for") for one in part.each()) if part else ("rep",)


def _condition(item: Item, reader: _Reader) -> Node:
    when, unless = item.get("when"), item.get("unless")
    if when is None:
        reader.problem("missing-key", item.here, key="when")
        return TRUE
    node = read_node(when, reader.scope())
    return All((node, NotTrue(read_node(unless, reader.scope())))) if unless else node


def _strings(item: Item | None) -> tuple[str, ...]:
    return tuple(str(part.value) for part in item.each()) if item else ()


def _word(item: Item, key: str, default: str) -> str:
    found = item.get(key)
    return str(found.value) if found else default


def read_guard(item: Item, vocabulary: Vocabulary, policy: Mapping[str, Any], problems: list[Problem]) -> Guard:
    """Read one guard file of `rules/guards/`."""
    check_keys(item, _GUARD_KEYS, problems)
    reader = _Reader(vocabulary, policy, problems, guard=True)
    reader.about = reader.choice(item.get("about"), ABOUTS[:2], item, "about")
    not_to_see, bars = item.get("not_to_see"), item.get("bars")
    contact = reader.scope().inside("contact")
    return Guard(
        _code(item, reader),
        _title(item, reader),
        reader.about,
        _condition(item, reader),
        label(item.get("rep")),
        label(item.get("compliance")),
        read_node(not_to_see, contact) if not_to_see else None,
        {entity: read_node(where, reader.scope().inside(entity)) for entity, where in bars.items()} if bars else {},
        item.here,
    )


def read_playbook(item: Item, name: str) -> Playbook:
    """Read a `playbook.yaml`."""
    order = item.get("order")
    number = order.value if order and isinstance(order.value, int) else 99
    return Playbook(name, label(item.get("title")), label(item.get("about")), number)


def read_picking(item: Item, vocabulary: Vocabulary, policy: Mapping[str, Any], problems: list[Problem]) -> Picking:
    """Read `rules/people.yaml`: who can be seen, who is preferred, what breaks ties."""
    check_keys(item, {"eligible", "prefer", "ties"}, problems)
    scope = Scope(vocabulary, policy, ("account", "contact"), problems, about_row=True)
    eligible, prefer, ties = item.get("eligible"), item.get("prefer"), item.get("ties")
    pairs = [(how, str(field.value)) for tie in (ties.each() if ties else []) for how, field in tie.items()]
    return Picking(
        read_node(eligible, scope) if eligible else TRUE,
        read_node(prefer, scope) if prefer else TRUE,
        tuple(pairs),
    )
