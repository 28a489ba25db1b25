"""Explanations as one self-contained HTML page: conditions as a tree with marks, values, records and changes."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from advisor.advice.wording import Printer
from advisor.explain.explain import JUDGED, MARKS, Explanation, change_key, counted, difference, headline
from advisor.explain.explain_lines import Line
from advisor.explain.nearly import Overview, Standing
from advisor.explain.nearly_text import below, called, notes, parts, title

_STYLE = """
:root{--ink:#1c2430;--soft:#5b6675;--line:#d5dbe3;--paper:#fff;--tint:#f3f6fa;--yes:#1d7a3e;--no:#c22f2f;--open:#a06800}
*{box-sizing:border-box}
body{font:16px/1.55 system-ui,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif;
max-width:52rem;margin:0 auto;padding:1rem 1.1rem 2rem;color:var(--ink);background:var(--paper);overflow-wrap:anywhere}
header{border-bottom:2px solid var(--ink);padding-bottom:.4rem;margin-bottom:.8rem}
h1{font-size:1.2rem;line-height:1.35;margin:0}header p,footer{color:var(--soft);font-size:.9rem;margin:.2rem 0 0}
h2{font-size:1.05rem;margin:1.4rem 0 .4rem}
section+section.play{margin-top:2.2rem;border-top:2px solid var(--ink);padding-top:.8rem}
ul{list-style:none;margin:0;padding:0}
ul.tree ul{margin-left:.55rem;padding-left:.8rem;border-left:1px solid var(--line)}
ul.tree li{margin:.2rem 0}
.line{display:grid;grid-template-columns:1.3rem 1fr}
.mark{font-weight:700;color:var(--soft)}
.yes>.mark{color:var(--yes)}.no>.mark{color:var(--no)}.open>.mark{color:var(--open)}
.by{color:var(--soft);font-size:.88rem}
.more{color:var(--soft)}
.what{background:#fff4d6;border-left:4px solid #d59a00;padding:.5rem .8rem;margin:.8rem 0;border-radius:4px}
.change{background:var(--tint);border-left:4px solid #0b57a4;padding:.5rem .8rem;margin:1.1rem 0;border-radius:4px}
.change p,.what p{margin:.1rem 0}.change li,.what li{padding-left:1.2rem;text-indent:-1.2rem}
.note{border-left:4px solid var(--no);padding:.3rem .8rem;margin:.8rem 0;background:#fdf1f1;border-radius:4px}
table{border-collapse:collapse;width:100%}
td{vertical-align:top;padding:.4rem .6rem .4rem 0;border-bottom:1px solid var(--line)}
td.code{color:var(--soft);font-weight:600;width:3rem;font-variant-numeric:tabular-nums}
td p{margin:.1rem 0;color:var(--soft);font-size:.92rem}
.urgent{color:var(--no);font-weight:600;margin-left:.4rem}
footer{border-top:1px solid var(--line);margin-top:1.4rem;padding-top:.4rem}
@media print{@page{size:A4;margin:16mm}body{max-width:none;padding:0;font-size:10.5pt}
.what,.change,.note{border:1px solid var(--line)}}
"""
_CLASSES = {True: "yes", False: "no", None: "open"}


def page(found: tuple[Explanation, ...], printer: Printer) -> str:
    """The explanations of one play as HTML; every text is escaped, nothing is loaded from elsewhere."""
    return _whole(printer, found[0].title, "\n".join(_section(one, printer) for one in found))


def overview(found: Overview, assumed: tuple[str, ...], printer: Printer) -> str:
    """What is advised on an account and what nearly is, as HTML."""
    head = _head(title(found, printer), f"{printer.word('as_of')} {printer.full_date(printer.as_of)}")
    lists = [
        f"<section><h2>{escape(heading)}</h2>{_table(standings, printer)}{_soft(rest)}</section>"
        for heading, standings, rest in parts(found, printer)
    ]
    foot = "".join(f"<p>{escape(note)}</p>" for note in notes(found, printer))
    body = [head, _supposed(assumed, "", printer), *lists, f"<footer>{foot}</footer>"]
    return _whole(printer, title(found, printer), "\n".join(body))


def _whole(printer: Printer, name: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="{printer.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(name)}</title><style>{_STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _head(name: str, below_it: str) -> str:
    return f"<header><h1>{escape(name)}</h1><p>{escape(below_it)}</p></header>"


def _soft(text: str) -> str:
    return f'<p class="more">{escape(text)}</p>' if text else ""


def _supposed(texts: Iterable[str], after: str, printer: Printer) -> str:
    items = "".join(f"<li>· {escape(text)}</li>" for text in texts)
    if not items:
        return ""
    end = f"<p>{escape(after)}</p>" if after else ""
    return f'<div class="what"><p>{escape(printer.word("what_if.title"))}</p><ul>{items}</ul>{end}</div>'


# --- one play ------------------------------------------------------------------------------------


def _section(one: Explanation, printer: Printer) -> str:
    after = difference(one, printer) if one.assumed else ""
    body = [
        _head(headline(one, printer), one.heading),
        f'<p class="note">{escape(one.note)}</p>' if one.note else "",
        _supposed((assumption.text for assumption in one.assumed), after, printer),
        f'<ul class="tree">{_tree(list(one.lines))}</ul>',
        _changes(one, printer),
    ]
    return '<section class="play">' + "\n".join(part for part in body if part) + "</section>"


def _tree(lines: list[Line]) -> str:
    """Lines with a depth as nested lists."""
    parts: list[str] = []
    start = 0
    while start < len(lines):
        end = start + 1
        while end < len(lines) and lines[end].depth > lines[start].depth:
            end += 1
        inner = f"<ul>{_tree(lines[start + 1 : end])}</ul>" if end > start + 1 else ""
        parts.append(f"<li>{_line(lines[start])}{inner}</li>")
        start = end
    return "".join(parts)


def _line(line: Line) -> str:
    judged = line.kind in JUDGED
    mark, style = (
        (MARKS[line.verdict], _CLASSES[line.verdict]) if judged else ("·", "more" if line.kind == "more" else "")
    )
    style = "" if line.outcome else style  # red and green would be read as the exception's
    whole = line.outcome + line.text
    told, by = (whole.removesuffix(line.by), line.by) if line.by else (whole, "")
    text = escape(told) + (f'<span class="by">{escape(by)}</span>' if by else "")
    return f'<div class="line {style}"><span class="mark">{mark}</span><span>{text}</span></div>'


def _changes(one: Explanation, printer: Printer) -> str:
    if not one.changes:
        return f'<div class="change"><p>{escape(printer.word("explain_no_change"))}</p></div>'
    items = "".join(f"<li>→ {escape(text)}</li>" for text in counted(one.changes, printer))
    return f'<div class="change"><p>{escape(printer.word(change_key(one)))}</p><ul>{items}</ul></div>'


# --- all plays of an account ---------------------------------------------------------------------


def _table(standings: tuple[Standing, ...], printer: Printer) -> str:
    rows = "".join(_row(one, printer) for one in standings)
    return f"<table>{rows}</table>" if rows else ""


def _row(one: Standing, printer: Printer) -> str:
    urgent = f'<span class="urgent">{escape(printer.word("urgent"))}</span>' if one.urgency == 1 else ""
    told = "".join(f"<p>→ {escape(text)}</p>" for text in below(one, printer))
    return (
        f'<tr><td class="code">{escape(one.play.code)}</td><td>{escape(called(one, printer))}{urgent}{told}</td></tr>'
    )
