"""What each command prints: results laid out as text, JSON, markdown or HTML."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from advisor.advice.advice import Advice
from advisor.advice.advise import Advisor
from advisor.advice.wording import Printer
from advisor.advice.workspace import Wish, find_workspace, presets
from advisor.content.content import Content
from advisor.content.plays import Play
from advisor.core.model import Row
from advisor.pages import page_text
from advisor.pages.page import page
from advisor.pages.problem_text import problem_lines


def _json(data: Any) -> str:
    from advisor.pages.page_json import dumps

    return dumps(data) + "\n"


def advice(found: Advice, printer: Printer, form: str, everything: bool, reader: str) -> str:
    """One account's advice in the wanted format."""
    if form == "json":
        from advisor.pages.page_json import record

        return _json(record(found))
    laid = page(found, printer, everything, reader)
    if form == "text":
        return page_text.text(laid)
    from advisor.pages import page_markup

    if form == "html":
        return page_markup.html(laid, found.language)
    return page_markup.markdown(laid)


def brief(advisor: Advisor, account: Row, form: str, reader: str, everything: bool = False) -> str:
    """One account's brief in the wanted format."""
    from advisor.pages import brief_pages
    from advisor.pages.brief import brief as made

    pages = {"text": brief_pages.text, "md": brief_pages.markdown, "html": brief_pages.html}
    return pages[form](made(advisor, account, reader, everything))


def portfolio(advisor: Advisor, form: str) -> str:
    """The whole book for its manager: steps, and every check with its figures."""
    from advisor.pages import portfolio as portfolios

    if form == "json":
        return _json(portfolios.record(advisor))
    laid = portfolios.laid(advisor)
    if form == "text":
        return page_text.text(laid)
    from advisor.pages import page_markup

    return page_markup.html(laid, advisor.printer.language) if form == "html" else page_markup.markdown(laid)


def today(advisor: Advisor, owner: str, top: int, form: str) -> str:
    """The best steps across accounts."""
    from advisor.pages import today as todays

    entries = todays.today(advisor, owner, top)
    if form == "text":
        return todays.text(entries, advisor, owner)
    rows = [
        {"account": {"id": one.account.id, "name": one.name}, "code": one.step.code, "headline": one.step.headline,
         "due_on": one.step.due_on, "urgency": one.step.urgency, "person": one.step.person.text}
        for one in entries
    ]  # fmt: skip
    return _json(rows)


def replied(advisor: Advisor, account: Row, play: Play, answer: str, until: datetime.date | None, path: Path) -> str:
    """What was noted, and what follows from it."""
    printer, key = advisor.printer, answer.replace("-", "_")
    day = printer.date(until) if until else ""
    effect = printer.word(f"effect_{key}", until=day)
    words = {"account": account.text("name") or account.id, "title": printer.label(play.title)}
    line = printer.word("reply_saved", **words, response=printer.word(f"replies.{key}"), effect=effect)
    return f"{line}\n{printer.word('saved_in', path=path)}\n"


def compliance(advisor: Advisor, account: Row) -> str:
    """The compliance office's view: guards with details and records."""
    printer = advisor.printer
    lines = [
        printer.word("compliance_title"),
        f"{account.text('name') or account.id} · {printer.full_date(advisor.settings.as_of)}",
    ]
    for guard in advisor.guards(account):
        lines += ["", guard.code, *(line for part in guard.detail.splitlines() for line in page_text.wrap(part, 78))]
        lines += [f"  - {record}" for record in guard.records]
    return "\n".join(lines) + "\n"


# --- content -------------------------------------------------------------------------------------


def checked(
    path: Path | None, language: str, form: str, strict: bool = False, columns: int | None = None
) -> tuple[str, bool]:
    """All problems of the content, and whether one of them is an error; with `strict`, whether there is any at all.

    `columns` are those of the terminal, None where there is none.
    """
    from advisor.bench.check_files import check_files
    from advisor.bench.unread_files import unread_files

    workspace = find_workspace(path)
    checked = check_files(workspace, presets(Wish(path)))
    content, problems = checked.content, [*checked.problems, *unread_files(workspace)]
    wrong = any(problem.level == "error" or strict for problem in problems)
    if form != "text":
        from advisor.bench.check_formats import render

        return render(problems, language, form), wrong
    lines = [line for problem in problems for line in problem_lines(problem, language, columns)]
    words = content.words.get(language, {})
    counts = {
        "plays": checked.plays,
        "facts": _count(content),
        "errors": sum(p.level == "error" for p in problems),
    }
    lines.append(str(words.get("checked", "")).format(**counts, warnings=len(problems) - counts["errors"]))
    lines += [words["codes"]["more"].format(code=problems[0].code)] if problems else []
    return "\n".join(lines) + "\n", wrong


def code_page(code: str, language: str) -> str:
    """What a code means, why, an example and the way out.

    Raises: AdvisorError – no problem has this code.
    """
    from advisor.codes.pages import nearest_code, pages
    from advisor.core.model import stop
    from advisor.pages import code_text

    if code not in pages():
        raise stop("unknown-code", 2, name=code, near=nearest_code(code))
    return code_text.text(pages()[code], language)


def _count(content: Content) -> int:
    return sum(len(entity.fields) for entity in content.vocabulary.entities.values())


def documented(folder: Path, workspace: Path | None, language: str) -> str:
    """Write the trainer's pages, and say where they are.

    Raises: AdvisorError – the content is wrong, or the folder cannot be written.
    """
    from advisor.content.content import sound
    from advisor.content.kept import load
    from advisor.docs import docs_site
    from advisor.docs.play_sources import read_sources

    layers = find_workspace(workspace), presets(Wish(workspace))
    content = sound(load(*layers))
    files = docs_site.site(content, read_sources(*layers))
    docs_site.write(folder, files)
    return str(content.words[language]["docs"]["written"]).format(n=len(files), path=folder / "index.html") + "\n"
