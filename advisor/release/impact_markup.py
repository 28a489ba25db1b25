"""The comparison as markdown for a pull request's comment, and as one self-contained HTML file."""

from __future__ import annotations

from html import escape

from advisor.docs import docs_html
from advisor.pages.page_markup import md
from advisor.release.differ import NEW, OLD, Line
from advisor.release.impact_page import Block, Laid, Table

LIMIT = 65_536
"""The most characters that GitHub takes in a comment."""
_ROWS = 60
_TAGS = {OLD: "del", NEW: "ins"}
_STYLE = (
    "<style>ins{background:#d9f2dc;text-decoration:none;border-radius:3px}"
    "del{background:#fbdcdc;border-radius:3px}.card p{margin:.5rem 0}.versions{color:var(--soft)}"
    "summary{font-weight:600;color:var(--ink)}dd+dd{grid-column:2}details{margin:1.2rem 0}</style>"
)


# --- markdown ------------------------------------------------------------------------------------


def markdown(page: Laid, left_out: str, limit: int = LIMIT) -> str:
    """The page as a comment: the table of plays first, everything else folded.

    Args: left_out – the line that says how many plays had no room, with a slot `{n}`; limit – the most characters.
    """
    lines = [f"### {md(page.title)}", ""]
    lines += [" · ".join(f"{md(name)}: `{version.replace('`', '')}`" for name, version in page.versions), ""]
    lines += [line for one in page.summary for line in (md(one), "")]
    lines += _md_table(page.plays)
    for table in page.tables:
        lines += _md_folded(table.title, _md_table(table)) if table.rows else []
    notes = [f"- {md(note)}" for note in page.notes]
    return _fitted(_cut(lines, limit // 2), [_md_block(block) for block in page.blocks], notes, left_out, limit)


def _fitted(lines: list[str], blocks: list[str], notes: list[str], left_out: str, limit: int) -> str:
    """As many whole blocks as there is room for; a folded part is never cut in the middle."""
    end = _cut(notes, limit // 8)
    used = len("\n".join([*lines, "", *end, ""])) + len(md(left_out)) + 16
    kept: list[str] = []
    for block in blocks:
        if used + len(block) + 1 > limit:
            break
        kept.append(block)
        used += len(block) + 1
    rest = len(blocks) - len(kept)
    more = [md(left_out.format(n=rest)), ""] if rest else []
    return "\n".join([*lines, *kept, *more, *end, ""])


def _cut(lines: list[str], limit: int) -> list[str]:
    """Lines up to a length: a limit for what is never that long."""
    found: list[str] = []
    used = 0
    for line in lines:
        used += len(line) + 1
        if used > limit:
            return [*found, "", "…", ""]
        found.append(line)
    return found


def _md_table(table: Table) -> list[str]:
    if not table.rows:
        return []
    rows = [table.head, ("---", *["---:"] * (len(table.head) - 1)), *table.rows[:_ROWS]]
    if len(table.rows) > _ROWS:
        rows.append(("…", *[""] * (len(table.head) - 1)))
    return [*("| " + " | ".join(row if "---" in row[0] else map(md, row)) + " |" for row in rows), ""]


def _md_folded(title: str, lines: list[str]) -> list[str]:
    return [f"<details><summary>{escape(title)}</summary>", "", *lines, "</details>", ""]


def _md_block(block: Block) -> str:
    lines = []
    for group in block.groups:
        lines += [f"**{md(group.line)}**" if group.samples else md(group.line), ""]
        for sample in group.samples:
            lines += [f"_{md(sample.head)}_", ""]
            lines += [f"- {md(label)}: {'<br>'.join(map(_tagged, parts))}" for label, parts in sample.parts]
            lines.append("")
    return "\n".join(_md_folded(block.title, lines))


def _tagged(line: Line) -> str:
    whole = all(part.kind == NEW for part in line)
    return "".join(
        f"<{_TAGS[part.kind]}>{md_inline(part.text)}</{_TAGS[part.kind]}>"
        if part.kind in _TAGS and not whole
        else md_inline(part.text)
        for part in line
    )


def md_inline(text: str) -> str:
    """Markup made harmless, spaces at the ends kept: the parts of a line stand side by side."""
    left, right = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :] if text.strip() else ""
    return (" " if left else "") + md(text) + (" " if right else "")


# --- HTML ----------------------------------------------------------------------------------------


def html(page: Laid) -> str:
    """The page as one HTML file; every text is escaped, nothing is loaded from elsewhere."""
    versions = "<br>".join(f"{escape(name)}: {escape(version)}" for name, version in page.versions)
    parts = [_STYLE, f"<h1>{escape(page.title)}</h1>", f'<p class="versions">{versions}</p>']
    parts += [f'<p class="purpose">{escape(one)}</p>' for one in page.summary]
    for table in (page.plays, *page.tables):
        body = docs_html.table(table.head, [map(escape, row) for row in table.rows])
        parts.append(docs_html.section(table.title, body))
    parts += [_html_block(block) for block in page.blocks]
    parts.append("<footer>" + "".join(f"<p>{escape(note)}</p>" for note in page.notes) + "</footer>")
    return docs_html.page(page.language, page.title, "", "\n".join(parts)).replace("<nav></nav>\n", "")


def _html_block(block: Block) -> str:
    parts = []
    for group in block.groups:
        parts.append(f"<p>{escape(group.line)}</p>")
        for sample in group.samples:
            rows = [(label, "<br>".join(map(_html_line, lines))) for label, lines in sample.parts]
            parts.append(f'<div class="card"><h3>{escape(sample.head)}</h3>{docs_html.pairs(rows)}</div>')
    return f"<details open><summary>{escape(block.title)}</summary>{''.join(parts)}</details>"


def _html_line(line: Line) -> str:
    whole = all(part.kind == NEW for part in line)
    return "".join(
        f"<{_TAGS[part.kind]}>{escape(part.text)}</{_TAGS[part.kind]}>"
        if part.kind in _TAGS and not whole
        else escape(part.text)
        for part in line
    )
