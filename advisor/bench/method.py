"""The map of the method: where each entry lives in the content, checked against it, and the page that shows it.

Read late, by the page, the check and the tests alone: advice needs none of it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from advisor.content.content import Content
from advisor.core import yaml_in
from advisor.core.home import content_root, shown
from advisor.core.model import Place, Problem
from advisor.core.vocabulary import nearest
from advisor.core.yaml_in import Item

LANGUAGES = ("zh", "en")
Words = Mapping[str, str]
_ENTRY_KEYS = {"title", "homes", "note", "test", "no_test"}
_PAINS = "pain_points"  # that file holds no entries; play_sources.py reads it


@dataclass(frozen=True)
class Home:
    """A place in the content: a derived fact, a play, a section of the brief …"""

    kind: str
    name: str
    place: Place


@dataclass(frozen=True)
class Entry:
    """One entry of the method: where it lives, what a trainer notes of it, and its tests or the reason for none."""

    code: str
    title: Words
    homes: tuple[Home, ...]
    note: Words
    tests: tuple[str, ...]
    no_test: Words
    place: Place


@dataclass(frozen=True)
class Method:
    """All entries, the kinds of home (label; names where the kind lists its own), the words of the page, and the
    thresholds' labels."""

    entries: Mapping[str, Entry]
    labels: Mapping[str, Words]
    names: Mapping[str, Mapping[str, Words]]
    words: Mapping[str, Any]
    thresholds: Mapping[str, Words]
    problems: tuple[Problem, ...] = ()


@dataclass
class _Reader:
    entries: dict[str, Entry] = field(default_factory=dict)
    labels: dict[str, Words] = field(default_factory=dict)
    names: dict[str, dict[str, Words]] = field(default_factory=dict)
    words: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def file(self, item: Item) -> None:
        for key, body in item.items():
            if key == "kinds":
                self.kinds(body)
            elif key == "words":
                self.words = body.plain()
            elif key in self.entries:
                self.problem("method-entry-twice", body.here, entry=key, other=self.entries[key].place)
            else:
                self.entries[key] = self.entry(key, body)

    def kinds(self, item: Item) -> None:
        for kind, body in item.items():
            label, names = body.get("label"), body.get("names")
            if label:
                self.labels[kind] = label.plain()
            self.names.setdefault(kind, {}).update(names.plain() if names else {})

    def entry(self, code: str, item: Item) -> Entry:
        yaml_in.check_keys(item, _ENTRY_KEYS, self.problems)
        homes, tests = item.get("homes"), item.get("test")
        found = tuple(self.home(one) for one in homes.each()) if homes else ()
        texts = {key: body.plain() for key, body in item.items() if key in ("title", "note", "no_test")}
        for key, words in texts.items():
            if not isinstance(words, dict) or set(words) != set(LANGUAGES):
                self.problem("method-one-language", item.here, entry=code, key=key)
                texts[key] = {}
        names = tuple(str(one.value) for one in tests.each()) if tests else ()
        note, reason = texts.get("note", {}), texts.get("no_test", {})
        return Entry(code, texts.get("title", {}), found, note, names, reason, item.here)

    def home(self, item: Item) -> Home:
        kind, _, name = str(item.value).partition(" ")
        return Home(kind, name.strip(), item.place)

    def problem(self, code: str, place: Place, **details: object) -> None:
        self.problems.append(_problem(code, place, **details))


@functools.cache
def entries() -> tuple[str, ...]:
    """The codes of the method's entries, in order."""
    return tuple(load().entries)


def load(root: Path | None = None) -> Method:
    """Read `rules/method/*.yaml`. Args: root – the content folder, by default the bundled one."""
    reader = _Reader()
    found = ((root or content_root()) / "rules/method").glob("*.yaml")
    for path in sorted(path for path in found if path.stem != _PAINS):
        item, problems = yaml_in.load(path, shown(path))
        reader.problems += problems
        reader.file(item)
    entries = dict(sorted(reader.entries.items(), key=lambda pair: (len(pair[0]), pair[0])))
    policy, _ = yaml_in.load(content_root() / "rules/policy.yaml", "rules/policy.yaml")
    thresholds = {name: label.plain() for name, item in policy.items() if (label := item.get("label"))}
    return Method(entries, reader.labels, reader.names, reader.words, thresholds, tuple(reader.problems))


# --- what the content says -----------------------------------------------------------------------


def known_names(method: Method, content: Content) -> dict[str, dict[str, Words]]:
    """Every home there is, by kind and name, with its label."""
    fields = [(entity.name, one) for entity in content.vocabulary.entities.values() for one in entity.fields.values()]
    facts: dict[str, Words] = {f"{entity}.{one.name}": one.label for entity, one in fields}
    facts.update({one.name.partition(".")[0]: _stem(one.label) for entity, one in fields if entity == "account"})
    facts.update({f"{entity}.{one.name.partition('.')[0]}": _stem(one.label) for entity, one in fields})
    made = {(entity, name) for entity, name in content.derived}
    derived = {key: label for key, label in facts.items() if (_owner(key), key.rpartition(".")[2]) in made}
    return {
        **{kind: dict(names) for kind, names in method.names.items() if names},
        "brief": {**{one.name: one.title for one in content.brief.sections}, **method.names.get("brief", {})},
        "portfolio": {**{one.name: one.title for one in content.checks}, **method.names.get("portfolio", {})},
        "fact": facts,
        "derived": derived,
        "choices": {name: _values(one.labels) for name, one in content.vocabulary.choices.items()},
        "metric": {name: {} for name in content.metrics},
        "policy": {name: method.thresholds.get(name, {}) for name in content.policy},
        "play": {play.code: play.title for play in content.plays},
        "guard": {guard.code: guard.title for guard in content.guards},
    }


def _owner(key: str) -> str:
    return key.rpartition(".")[0] or "account"


def _values(labels: Mapping[str, Words]) -> Words:
    return {lang: " / ".join(words.get(lang, "") for words in labels.values()) for lang in LANGUAGES}


def _stem(label: Words) -> Words:
    """The label of a map, from that of one of its keys."""
    return {lang: text.partition("·")[0] for lang, text in label.items()}


def check(method: Method, content: Content) -> list[Problem]:
    """Every mistake in the map: homes that do not exist, entries without one, entries that a play cites in vain."""
    known = known_names(method, content)
    found = list(method.problems)
    for entry in method.entries.values():
        found += _entry_problems(entry, known)
    cited = [(code, play.place, play.code) for play in content.plays for code in play.basis]
    cited += [(code, one.place, one.name) for one in content.checks for code in one.basis]
    for code, place, by in cited:
        if code not in method.entries:
            details = {"entry": code, "by": by, "near": nearest(code, method.entries)}
            found.append(Problem("method-unknown-entry", place, "error", details))
    return found


def _entry_problems(entry: Entry, known: Mapping[str, Mapping[str, Words]]) -> Iterator[Problem]:
    code = entry.code
    if not entry.homes:
        yield _problem("method-no-home", entry.place, entry=code)
    if not entry.title:
        yield _problem("method-one-language", entry.place, entry=code, key="title")
    if bool(entry.tests) == bool(entry.no_test):
        yield _problem("method-no-test", entry.place, entry=code)
    for home in entry.homes:
        names, kind = known.get(home.kind, {}), home.kind
        if kind not in known:
            yield _problem("method-unknown-kind", home.place, entry=code, name=kind, near=nearest(kind, known))
        elif home.name not in names:
            near = nearest(home.name, names)
            yield _problem("method-unknown-home", home.place, entry=code, name=home.name, near=near)


def _problem(code: str, place: Place, **details: object) -> Problem:
    return Problem(code, place, "error", details)


# --- the page ------------------------------------------------------------------------------------


def page(content: Content, method: Method | None = None) -> str:
    """The page of all entries as Markdown, Chinese first, then English."""
    found = method or load()
    return "\n".join(line for lang in LANGUAGES for line in _section(found, content, lang))


def _section(method: Method, content: Content, lang: str) -> Iterator[str]:
    words, known = method.words[lang], known_names(method, content)
    columns = words["columns"]
    yield from (f"# {words['title']}", "", words["about"], "")
    yield f"| {' | '.join(columns)} |"
    yield "|" + "---|" * len(columns)
    for entry in method.entries.values():
        cells = (
            f"**{entry.code}** {entry.title[lang]}",
            "<br>".join(_homes(entry, method, content, known, lang)),
            entry.note.get(lang, ""),
            _tests(entry, words, lang),
        )
        yield f"| {' | '.join(cell.replace('|', '/').strip() for cell in cells)} |"
    yield ""


def _homes(
    entry: Entry, method: Method, content: Content, known: Mapping[str, Mapping[str, Words]], lang: str
) -> list[str]:
    """One line a kind; the plays that rest on the entry are added to those it names."""
    by_kind: dict[str, list[str]] = {}
    for home in entry.homes:
        by_kind.setdefault(home.kind, []).append(home.name)
    resting = [play.code for play in content.plays if entry.code in play.basis]
    if resting:
        by_kind["play"] = sorted({*by_kind.get("play", ()), *resting})
    comma, colon = content.words[lang]["list"], content.words[lang]["colon"]
    return [
        f"{method.labels[kind][lang]}{colon}"
        + comma.join(_named(kind, name, known[kind].get(name, {}).get(lang, ""), content) for name in names)
        for kind, names in by_kind.items()
    ]


def _named(kind: str, name: str, label: str, content: Content) -> str:
    if kind == "play":
        return f"[{name}](../playbooks/{content.play(name).path}.yaml) {label}"
    if kind == "policy":
        return f"`{name}` {label} = {_figure(content.policy[name])}"
    return f"`{name}` {label}".strip() if kind in ("fact", "derived", "guard", "choices") or not label else label


def _figure(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _tests(entry: Entry, words: Mapping[str, Any], lang: str) -> str:
    if entry.tests:
        return "<br>".join(f"`{name.removeprefix('tests/')}`" for name in entry.tests)
    return f"{words['none']}{entry.no_test.get(lang, '')}"


def main() -> None:
    """Write docs/method.md of the checkout."""
    from advisor.content.read_content import load as read

    (content_root() / "docs/method.md").write_text(page(read()), encoding="utf-8")


if __name__ == "__main__":
    main()
