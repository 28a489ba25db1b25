"""The account brief as text of 80 columns, as markdown, and as one HTML file that prints on A4."""

from __future__ import annotations

from html import escape

from advisor.pages.brief import Block, Brief, Chapter, Entry
from advisor.pages.page_markup import html_body, md, md_body
from advisor.pages.page_text import WIDTH, apart, body, hanging, width, wrap

_STATES = ("ok", "due", "gap", "rest", "unknown")
_STYLE = """
*{box-sizing:border-box}
body{font:14px/1.5 system-ui,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif;max-width:64em;
margin:1.2em auto;padding:0 1em;color:#1c2430;background:#fff}
header{display:flex;justify-content:space-between;gap:1em;flex-wrap:wrap;border-bottom:2px solid #1c2430;
padding-bottom:.2em;margin-bottom:.6em}
h1{font-size:1.35em;margin:0}time{color:#5b6675;white-space:nowrap}
.warn{background:#fff4d6;border-left:4px solid #d59a00;padding:.3em .6em;margin:.4em 0}
.facts{columns:2;column-gap:1.6em}
section{break-inside:avoid;margin:0 0 .8em}
h2{font-size:1.12em;margin:0 0 .2em;border-bottom:1px solid #d5dbe3}
h3{font-size:1em;margin:.3em 0 .1em}
p{margin:.1em 0}ul{list-style:none;margin:.1em 0;padding:0}ol{margin:.1em 0;padding-left:1.4em}
ul li{padding-left:1.2em;text-indent:-1.2em}
ul.row li{display:inline-block;padding:0;text-indent:0;margin-right:.8em}
table{border-collapse:collapse;width:100%;font-size:.95em;margin:.2em 0}
th{text-align:left;font-weight:600;color:#5b6675}
th,td{border-bottom:1px solid #e4e8ee;padding:.05em .3em .05em 0;vertical-align:top}
th,td:nth-child(n+3){word-break:keep-all}
tr.gap td,li.gap b,li.due b{color:#b02222}
article{border:1px solid #d5dbe3;border-radius:6px;padding:.4em .7em;margin:.5em 0;break-inside:avoid}
article.urgent{border-left:5px solid #c22f2f}
article h2{border:0}h2 .mark{color:#c22f2f;float:right}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1em .8em;margin:0}dt{color:#5b6675}dd{margin:0}
footer{color:#5b6675;font-size:.9em;border-top:1px solid #d5dbe3;margin-top:.6em;padding-top:.2em}
@media (max-width:48rem){.facts{columns:1}}
@media print{@page{size:A4;margin:9mm 11mm}body{margin:0;padding:0;max-width:none;font-size:8pt;line-height:1.33}
section{margin-bottom:.5em}.facts,.steps{columns:2;column-gap:5mm}h2{break-after:avoid}
article{break-inside:auto;padding:.2em .5em;margin:0 0 .4em}dl{gap:0 .5em}}
"""


# --- text ----------------------------------------------------------------------------------------


def text(brief: Brief) -> str:
    """The brief as lines of text."""
    lines = apart(brief.title, brief.day)
    for warning in brief.warnings:
        lines += hanging("! ", warning)
    for chapter in brief.chapters:
        lines += ["", f"■ {chapter.title}"]
        for block in chapter.blocks:
            lines += _block(block, brief)
    lines += ["", f"■ {brief.words['advice']}", *body(brief.page), ""]
    return "\n".join([*lines, *(line for note in _notes(brief) for line in wrap(note, WIDTH))]) + "\n"


def _notes(brief: Brief) -> list[str]:
    """What stands at the foot: what the marks mean where there are any, whose it is, the day and the content."""
    states = [state for state in _STATES if state in brief.states()]
    legend = "  ".join(f"{brief.words[state]} {brief.words[f'is_{state}']}" for state in states)
    return [*([legend] if legend else []), brief.words["internal"], brief.page.footer]


def _block(block: Block, brief: Brief) -> list[str]:
    lines = hanging("  ", block.title) if block.title else []
    for line in block.lines:
        lines += hanging("  ", line)
    if block.rows:
        lines += _table(block)
    entries = [_said(entry, brief) for entry in block.entries]
    if block.ordered:
        return lines + [line for n, entry in enumerate(entries, 1) for line in hanging(f"  {n}. ", entry)]
    flow = _flow(entries) if _short(block) else [line for entry in entries for line in wrap(entry, WIDTH - 4)]
    return lines + [f"  {line}" for line in flow]


def _short(block: Block) -> bool:
    """A checklist of bare titles goes on as few lines as it takes."""
    return bool(block.entries) and not any(entry.lines for entry in block.entries)


def _said(entry: Entry, brief: Brief) -> str:
    """An entry on one line: its mark, its title, and what is known of it."""
    more = brief.words["colon"] + " ".join(entry.lines) if entry.lines else ""
    return f"{brief.words[entry.state]} {entry.title}{more}"


def _flow(entries: list[str]) -> list[str]:
    """Short entries side by side, as many on a line as it holds."""
    lines: list[str] = []
    for entry in entries:
        if lines and width(lines[-1]) + width(entry) + 4 <= WIDTH:
            lines[-1] += "  " + entry
        else:
            lines.append(entry)
    return lines


def _table(block: Block) -> list[str]:
    rows = [block.heads, *(row.cells for row in block.rows)]
    columns = [[row[n] for row in rows] for n in range(len(block.heads))]
    widths = _widths([max(map(width, cells)) for cells in columns], [_least(cells) for cells in columns])
    marks = ["  ", *("! " if row.gap else "  " for row in block.rows)]
    return [line for mark, row in zip(marks, rows, strict=True) for line in _row(mark, row, widths)]


def _least(cells: list[str]) -> int:
    """The width of a column below which a word would stick out."""
    return max((width(line) for cell in cells for line in wrap(cell, 1)), default=0)


def _widths(widths: list[int], least: list[int]) -> list[int]:
    """Column widths that fit the page: the widest columns give way first, none below its longest word."""
    room = WIDTH - 2 - 2 * (len(widths) - 1)
    while sum(widths) > room and any(one > low for one, low in zip(widths, least, strict=True)):
        slack = [one if one > low else 0 for one, low in zip(widths, least, strict=True)]
        widths[slack.index(max(slack))] -= 1
    return widths


def _row(mark: str, cells: tuple[str, ...], widths: list[int]) -> list[str]:
    wrapped = [wrap(cell, columns) for cell, columns in zip(cells, widths, strict=True)]
    found = []
    for n in range(max(1, *map(len, wrapped))):
        parts = [cell[n] if n < len(cell) else "" for cell in wrapped]
        padded = "  ".join(part + " " * (size - width(part)) for part, size in zip(parts, widths, strict=True))
        found.append(((mark if n == 0 else "  ") + padded).rstrip())
    return found


# --- markdown ------------------------------------------------------------------------------------


def markdown(brief: Brief) -> str:
    """The brief as markdown."""
    lines = [f"# {md(brief.title)}", "", brief.day, ""]
    for warning in brief.warnings:
        lines += [f"> **!** {md(warning)}", ""]
    for chapter in brief.chapters:
        lines += [f"## {md(chapter.title)}", ""]
        for block in chapter.blocks:
            lines += [*_md_block(block, brief), ""]
    lines += [f"## {md(brief.words['advice'])}", "", *md_body(brief.page, "###")]
    return "\n".join([*lines, *(f"_{md(note)}_  " for note in _notes(brief)), ""])


def _md_block(block: Block, brief: Brief) -> list[str]:
    lines = [f"**{md(block.title)}**", ""] if block.title else []
    lines += [f"- {md(line)}" for line in block.lines]
    if block.rows:
        lines += ["| " + " | ".join(map(md, block.heads)) + " |", "|" + " --- |" * len(block.heads)]
        lines += ["| " + " | ".join(_md_cell(cell, row.gap) for cell in row.cells) + " |" for row in block.rows]
    for number, entry in enumerate(block.entries, 1):
        lines.append(f"{f'{number}.' if block.ordered else '-'} {md(_said(entry, brief))}")
    return lines


def _md_cell(cell: str, gap: bool) -> str:
    return f"**{md(cell)}**" if gap and cell else md(cell)


# --- html ----------------------------------------------------------------------------------------


def html(brief: Brief) -> str:
    """The brief as HTML; every text is escaped, nothing is loaded from elsewhere."""
    parts = [f"<header><h1>{escape(brief.title)}</h1><time>{escape(brief.day)}</time></header>"]
    parts += [f'<p class="warn">{escape(warning)}</p>' for warning in brief.warnings]
    parts += ['<div class="facts">', *(_html_chapter(chapter, brief) for chapter in brief.chapters), "</div>"]
    parts += [f"<h2>{escape(brief.words['advice'])}</h2>", '<div class="steps">', *html_body(brief.page), "</div>"]
    parts.append(f"<footer>{' · '.join(map(escape, _notes(brief)))}</footer>")
    return (
        f'<!doctype html>\n<html lang="{brief.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(brief.title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _html_chapter(chapter: Chapter, brief: Brief) -> str:
    blocks = "\n".join(_html_block(block, brief) for block in chapter.blocks)
    return f"<section><h2>{escape(chapter.title)}</h2>\n{blocks}</section>"


def _html_block(block: Block, brief: Brief) -> str:
    parts = [f"<h3>{escape(block.title)}</h3>"] if block.title else []
    parts += [f"<p>{escape(line)}</p>" for line in block.lines]
    if block.rows:
        heads = "".join(f"<th>{escape(head)}</th>" for head in block.heads)
        parts.append(f"<table><tr>{heads}</tr>{''.join(_html_row(row.cells, row.gap) for row in block.rows)}</table>")
    if block.entries:
        items = "".join(_html_entry(entry, brief) for entry in block.entries)
        kind = 'ul class="row"' if _short(block) else "ul"
        parts.append(f"<ol>{items}</ol>" if block.ordered else f"<{kind}>{items}</ul>")
    return "\n".join(parts)


def _html_row(cells: tuple[str, ...], gap: bool) -> str:
    style = ' class="gap"' if gap else ""
    return f"<tr{style}>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _html_entry(entry: Entry, brief: Brief) -> str:
    mark, _, rest = _said(entry, brief).partition(" ")
    return f'<li class="{entry.state}"><b>{escape(mark)}</b> {escape(rest)}</li>'
