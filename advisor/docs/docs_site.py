"""The trainer's pages written to a folder: an index and a glossary, and one page a play, in each language."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import Any

from advisor.advice.derived_in_words import Makings
from advisor.advice.wording import Printer
from advisor.advice.workspace import LANGUAGES
from advisor.content.content import Content
from advisor.content.plays import Play
from advisor.core.model import Place, stop
from advisor.core.tree import Derived, When, names
from advisor.core.vocabulary import Field
from advisor.docs.docs_html import Html, link, listed, page, part, section, table
from advisor.docs.play_pages import Pages, file, play_page, stem
from advisor.docs.play_sources import Sources, Threshold
from advisor.docs.play_stages import stages

_KINDS = {"days": "days", "money": "money", "ratio": "ratio"}


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write pages into a folder, which is made where it does not exist; what else lies there stays.

    Raises: AdvisorError – the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise stop("docs-not-written", 2, Place(str(folder)), name=str(folder), why=error.strerror) from None


def site(content: Content, sources: Sources) -> dict[str, str]:
    """Every page by its file name."""
    files = {"index.html": _door(content)}
    for language in LANGUAGES:
        pages = _pages(content, sources, language)
        files[f"index.{language}.html"] = _index(pages)
        files[f"glossary.{language}.html"] = _glossary(pages)
        files |= {f"{stem(play)}.{language}.html": play_page(play, pages) for play in content.plays}
    return files


def _pages(content: Content, sources: Sources, language: str) -> Pages:
    # The pages belong to no day: with the first of all days as "today", every date is printed with its year.
    printer = Printer(content.words[language], language, "CNY", datetime.date.min)
    makings = Makings(content.vocabulary, printer, sources.policies())
    explained = frozenset(f"{one.entity}.{one.name}" for one in content.derived.values() if makings.shown(one))
    return Pages(content, sources, makings, Html(makings, f"glossary.{language}.html", explained), language)


def _door(content: Content) -> str:
    """The page that leads to the languages."""
    titles = [(language, content.words[language]["docs"]["title"]) for language in LANGUAGES]
    body = "".join(f'<h1 lang="{one}">{link(f"index.{one}.html", str(title))}</h1>' for one, title in titles)
    return page(LANGUAGES[0], " · ".join(str(title) for _, title in titles), "", body)


# --- index ---------------------------------------------------------------------------------------


def _index(pages: Pages) -> str:
    title, plays = pages.word("title"), pages.content.plays
    sections = [
        ("pain", "by_pain", _by_pain(pages)),
        ("stage", "by_stage", _by_stage(pages)),
        ("playbook", "by_playbook", _by_playbook(pages)),
        ("reader", "by_reader", _grouped(pages, lambda play: play.readers, _readers(pages))),
        ("urgency", "by_urgency", _grouped(pages, lambda play: (play.timing.urgency,), _urgencies(pages))),
    ]
    shown = [one for one in sections if one[2]]
    body = [
        f"<h1>{escape(title)}</h1><p>{escape(pages.word('about_site', n=len(plays)))}</p>",
        listed(link(f"#{key}", pages.word(name)) for key, name, _ in shown),
        *(section(pages.word(name), inner, id=key) for key, name, inner in shown),
    ]
    return pages.page(title, "index", "\n".join(body))


def _by_pain(pages: Pages) -> str:
    printer = pages.makings.printer
    found: dict[str, list[str]] = {}
    for pain in pages.sources.pains:
        head = f'<h4 id="pain.{escape(pain.code)}">{escape(printer.label(pain.text, pain.code))}</h4>'
        found.setdefault(pain.treasure, []).append(head + pages.listed(pain.plays))
    treasures: Mapping[str, Any] = printer.words["docs"]["treasures"]
    return "".join(part(str(treasures.get(key, key)), "".join(parts)) for key, parts in found.items())


def _by_stage(pages: Pages) -> str:
    """The plays that need the stage; those that any stage may bring are folded away below each."""
    labels = pages.stage_labels()
    where = {play.code: stages(play, pages.content) for play in pages.content.plays}
    anywhere = [play for play in pages.content.plays if len(where[play.code]) == len(labels)]
    summary = f"<summary>{escape(pages.word('any_stage'))} ({len(anywhere)})</summary>"
    folded = f"<details>{summary}{_list(pages, anywhere)}</details>"
    found = [f'<p class="soft">{escape(pages.word("stage_note"))}</p>']
    for stage, label in labels.items():
        own = [play for play in pages.content.plays if stage in where[play.code] and play not in anywhere]
        found.append(part(label, _list(pages, own) + folded))
    return "".join(found)


def _by_playbook(pages: Pages) -> str:
    printer, found = pages.makings.printer, []
    for book in sorted(pages.content.playbooks.values(), key=lambda one: (one.order, one.name)):
        own = [play for play in pages.content.plays if play.path.partition("/")[0] == book.name]
        about = "".join(f"<p>{escape(line)}</p>" for line in printer.label(book.about).splitlines())
        found.append(part(printer.label(book.title, book.name), about + _list(pages, own) if own else ""))
    return "".join(found)


def _readers(pages: Pages) -> Mapping[Any, str]:
    return {key: str(label) for key, label in pages.makings.printer.words["readers"].items()}


def _urgencies(pages: Pages) -> Mapping[Any, str]:
    return {level: str(label) for level, label in enumerate(pages.makings.printer.words["urgency"], 1)}


def _grouped(pages: Pages, of: Callable[[Play], tuple[Any, ...]], labels: Mapping[Any, str]) -> str:
    groups = ((label, [play for play in pages.content.plays if key in of(play)]) for key, label in labels.items())
    return "".join(part(label, _list(pages, plays)) for label, plays in groups)


def _list(pages: Pages, plays: Iterable[Play]) -> str:
    return listed((pages.link(play) for play in plays), style="plays")


# --- glossary ------------------------------------------------------------------------------------


def _glossary(pages: Pages) -> str:
    title = pages.word("glossary")
    terms = sorted(_shown(pages), key=lambda one: (one.entity != "account", one.entity, one.name))
    note = f'<p class="soft">{escape(pages.word("facts_note"))}</p>'
    body = [
        f"<h1>{escape(title)}</h1>",
        listed(link(f"#{key}", pages.word(key)) for key in ("facts", "thresholds")),
        section(pages.word("facts"), note, *(_term(one, pages) for one in terms), id="facts"),
        section(pages.word("thresholds"), _thresholds(pages), id="thresholds"),
    ]
    return pages.page(title, "glossary", "\n".join(body))


def _shown(pages: Pages) -> Iterator[Derived]:
    return (one for one in pages.content.derived.values() if f"{one.entity}.{one.name}" in pages.html.explained)


def _term(one: Derived, pages: Pages) -> str:
    makings, html = pages.makings, pages.html
    field = makings.field(one.entity, one.name)
    label = makings.printer.label(field.label, one.name) if field else one.name
    of = "" if one.entity == "account" else makings.word("docs.of", entity=makings.entity(one.entity))
    marks = [pages.word(key) for key in ("inferred", "in_book") if getattr(one, key)]
    notes = f' <span class="soft">{escape(makings.word("list").join(marks))}</span>' if marks else ""
    clauses = makings.definition(one)
    head = f"<p>{html.word('yes_when')}</p>" if isinstance(one.expr, When) and len(clauses) > 1 else ""
    name = f' <span class="soft">{escape(f"{one.entity}.{one.name}")}</span>'
    return (
        f'<div class="card" id="{escape(f"{one.entity}.{one.name}")}"><h3>{escape(label + of)}{name}{notes}</h3>'
        f"{head}{html.clauses(clauses)}{_used(one, pages)}</div>"
    )


def _used(one: Derived, pages: Pages) -> str:
    """The plays whose condition reads a fact."""
    wanted = (one.entity, one.name)
    plays = [play for play in pages.content.plays if wanted in {(name.entity, name.field) for name in names(play.when)}]
    between = escape(pages.makings.word("list"))
    links = between.join(link(file(play, pages.language), play.code or play.path) for play in plays)
    return f'<p class="soft">{escape(pages.word("used_in"))}{links}</p>' if plays else ""


def _thresholds(pages: Pages) -> str:
    rows = []
    for name, one in pages.sources.thresholds.items():
        label = escape(pages.makings.printer.label(one.label, name))
        rows.append(
            [
                f'<span id="policy.{escape(name)}">{label}</span> <span class="soft">{escape(name)}</span>',
                escape(_value(pages.content.policy.get(name), one, pages)),
                escape(_origin(one, pages)),
            ]
        )
    head = [pages.word(key) for key in ("threshold", "value", "origin")]
    return f'<p class="soft">{escape(pages.word("thresholds_note"))}</p>' + table(head, rows)


def _value(data: Any, one: Threshold, pages: Pages) -> str:
    """A threshold as printed: a fraction as 3/4, a list's parts one after the other."""
    printer, field = pages.makings.printer, Field("value", _KINDS.get(one.unit, "number"))
    if isinstance(data, tuple):
        between = "/" if one.unit == "fraction" else printer.word("list")
        return between.join(printer.data(part, field) for part in data) or printer.word("none")
    return printer.data(data, field) if isinstance(data, int | Decimal | str | datetime.date) else ""


def _origin(one: Threshold, pages: Pages) -> str:
    known: Mapping[str, str] = pages.makings.printer.words["docs"]["origins"]
    word, _, rest = one.origin.partition(" ")
    return f"{known.get(word) or known.get(word + 's') or word} {rest}".strip()
