"""The digest: a page for each owner, as a morning mail, one for the manager, and an index, as HTML and markdown."""

from __future__ import annotations

import hashlib
import heapq
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from advisor.advice.wording import Printer
from advisor.batch.folder import write_whole
from advisor.batch.parts import Parts, listed
from advisor.pages.page import footer
from advisor.pages.page_markup import document, md
from advisor.pages.today import title

LINES = 7
"""How many lines a page's list has, as `advisor today`."""
_MADE = ".pages.json"
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}")
_TAKEN = ("index", "manager", "con", "nul", "aux", "prn")

Item = tuple[list[Any], str, dict[str, Any], dict[str, Any]]
"""A line's place, its account, the line, and the account's cards."""


@dataclass
class Written:
    """The pages so far: name of the file, title, number of lines."""

    folder: Path
    printer: Printer
    content: str
    pages: list[tuple[str, str, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Portfolio:
    """What is said of the whole book: its page's body in both forms."""

    title: str
    html: str
    md: str


def write(
    folder: Path, parts: Parts, owners: Mapping[str, str], portfolio: Portfolio, printer: Printer, content: str
) -> int:
    """Write all pages; those of an earlier digest that there are no more are removed.

    Args: owners – names by id; content – the hash of the content.
    Returns: how many pages there are, the index aside.
    """
    folder.mkdir(parents=True, exist_ok=True)
    done = Written(folder, printer, content)
    managed: list[Item] = []
    leaves = f"SELECT owner, id, leaf FROM {parts.rows()} WHERE leaf IS NOT NULL"
    files = parts.sorted("leaves", leaves, "owner, id")
    source = f"FROM read_parquet({listed(files)})"
    found_owners = parts.fetched(f"SELECT DISTINCT owner {source}")
    _note(done, _noted(done) | {name for (owner,) in found_owners for name in _files(file_name(str(owner)))})
    rows = parts.fetched(f"SELECT owner, id, leaf {source}")
    for owner, found in groupby(rows, key=lambda row: str(row[0])):
        own: list[Item] = []
        for items in _by_reader(found):
            own = _best([*own, *items["rep"]])
            managed = _best([*managed, *items["manager"]])
        if own:
            _page(done, file_name(owner), _called(owner, owners, printer), own)
    done.pages.sort(key=lambda page: (page[0] == _NOBODY, page[1], page[0]))
    _page(done, "manager", printer.word("batch.manager"), managed, portfolio)
    _index(done)
    _forget(done)
    return len(done.pages)


def _by_reader(rows: Iterable[tuple[Any, ...]]) -> Iterator[dict[str, list[Item]]]:
    for _, account, leaf in rows:
        found = json.loads(leaf)
        yield {reader: list(_items(account, found.get(reader))) for reader in ("rep", "manager")}


def _items(account: str, found: dict[str, Any] | None) -> Iterator[Item]:
    for line in found["lines"] if found else ():
        yield line["place"], account, line, found or {}


def _best(items: list[Item]) -> list[Item]:
    """The first lines, in the list's order; no more are kept however large the book."""
    return heapq.nsmallest(LINES, items, key=lambda item: item[0])


_NOBODY = "no-owner"


def file_name(owner: str) -> str:
    """A file name for an owner that no system takes amiss, and that no other owner has."""
    if not owner:
        return _NOBODY
    plain = bool(_PLAIN.fullmatch(owner)) and owner.casefold() not in (*_TAKEN, _NOBODY) and owner == owner.upper()
    if plain:
        return owner
    stem = "".join(one if _PLAIN.fullmatch(one) else "-" for one in owner).strip("-")[:40] or "owner"
    return f"{stem}-{hashlib.sha256(owner.encode()).hexdigest()[:8]}"


def _called(owner: str, owners: Mapping[str, str], printer: Printer) -> str:
    return owners.get(owner) or owner or printer.word("batch.nobody")


# --- pages ---------------------------------------------------------------------------------------


def _page(done: Written, name: str, called: str, items: list[Item], portfolio: Portfolio | None = None) -> None:
    """The list, what is said of the whole book, then the cards of the accounts on the list."""
    cards = {account: found for _, account, _, found in items}
    lines = [(account, line) for _, account, line, _ in items]
    head = title(len(items), done.printer, called)
    foot, day = footer(done.content, done.printer), done.printer.day(done.printer.as_of)
    parts = ['<ol class="today">', *(_html_line(*one, done.printer) for one in lines), "</ol>"] if lines else []
    if portfolio:
        parts += [f'<section id="portfolio"><h2>{escape(portfolio.title)}</h2>', portfolio.html, "</section>"]
    parts += [found["html"] for found in cards.values()]
    text = document(called, day, [f"<p>{escape(head)}</p>", *parts], foot, done.printer.language)
    write_whole(done.folder / f"{name}.html", text)
    marked = [f"# {md(called)}", "", md(head), ""]
    marked += [_md_line(n, line, done.printer) for n, (_, line) in enumerate(lines, 1)]
    marked += ["", f"## {md(portfolio.title)}", "", portfolio.md] if portfolio else [""]
    marked += [*(found["md"] for found in cards.values()), f"_{foot}_", ""]
    write_whole(done.folder / f"{name}.md", "\n".join(marked))
    done.pages.append((name, called, len(items)))


def _html_line(account: str, line: Mapping[str, str], printer: Printer) -> str:
    between, mark = escape(printer.word("between")), line["mark"]
    name = f'<a href="#{quote(account)}">{escape(line["name"])}</a>'
    tail = f' <b class="mark">{escape(mark)}</b>' if mark else ""
    return f"<li>{name}{between}{escape(line['day'])}{between}{escape(line['headline'])}{tail}</li>"


def _md_line(number: int, line: Mapping[str, str], printer: Printer) -> str:
    text = printer.word("between").join((line["name"], line["day"], line["headline"]))
    return f"{number}. {md(text)}" + (f" **{line['mark']}**" if line["mark"] else "")


def _index(done: Written) -> None:
    """All pages with their number of lines; the manager's first."""
    printer = done.printer
    pages = [done.pages[-1], *done.pages[:-1]]
    head, day = printer.word("batch.index"), printer.day(printer.as_of)
    foot = footer(done.content, printer)
    rows = [
        f'<li><a href="{quote(name)}.html">{escape(called)}</a> {escape(printer.word("batch.lines", n=number))}</li>'
        for name, called, number in pages
    ]
    text = document(head, day, ["<ul>", *rows, "</ul>"], foot, printer.language)
    write_whole(done.folder / "index.html", text)
    lines = [
        f"- [{md(called)}]({quote(name)}.md) {printer.word('batch.lines', n=number)}" for name, called, number in pages
    ]
    write_whole(done.folder / "index.md", "\n".join([f"# {md(head)}", "", day, "", *lines, "", f"_{foot}_", ""]))


def _forget(done: Written) -> None:
    """Remove the pages of an earlier digest that are not written any more; other files in the folder stay."""
    made = {file for name, _, _ in done.pages for file in _files(name)}
    for name in _noted(done) - made:
        (done.folder / name).unlink(missing_ok=True)
    _note(done, made)


def _files(name: str) -> list[str]:
    return [f"{name}.{ending}" for ending in ("html", "md")]


def _noted(done: Written) -> set[str]:
    """The pages that this digest, or an earlier one, may have left in the folder."""
    try:
        return {Path(str(one)).name for one in json.loads((done.folder / _MADE).read_text(encoding="utf-8"))}
    except (OSError, ValueError, TypeError):
        return set()


def _note(done: Written, files: set[str]) -> None:
    """Keep the names of pages; before they are written, so that none is forgotten if the run is broken off."""
    write_whole(done.folder / _MADE, json.dumps(sorted(files)))
