"""A preview as one self-contained HTML page: languages side by side, on a phone one below the other."""

from __future__ import annotations

from html import escape

from advisor.advice.wording import Printer
from advisor.preview.preview import Near, Preview, View
from advisor.preview.preview_rows import Part, below, column, heading, problems, reach, title, view_problems

_STYLE = """
:root{--ink:#1c2430;--soft:#5b6675;--line:#d5dbe3;--paper:#fff;--tint:#f3f6fa;--no:#c22f2f}
*{box-sizing:border-box}
body{font:16px/1.55 system-ui,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif;
max-width:76rem;margin:0 auto;padding:1rem 1.1rem 2rem;color:var(--ink);background:var(--paper);overflow-wrap:anywhere}
header{border-bottom:2px solid var(--ink);padding-bottom:.4rem}
h1{font-size:1.25rem;margin:0}h2{font-size:1.05rem;margin:0}
p{margin:.25rem 0}.soft,.gone{color:var(--soft);font-size:.88rem}.loud{color:var(--no);font-weight:600}
.problem{border-left:4px solid var(--no);background:#fdf1f1;padding:.4rem .8rem;margin:.6rem 0;border-radius:4px}
article{border:1px solid var(--line);border-radius:8px;padding:.7rem 1rem;margin:1rem 0;break-inside:avoid}
.both{display:grid;grid-template-columns:1fr 1fr;gap:0 2rem;margin-top:.5rem}
.both>div+div{border-left:1px solid var(--line);padding-left:2rem}
dl{display:grid;grid-template-columns:5.2rem 1fr;gap:.35rem .8rem;margin:0}dt{color:var(--soft)}dd{margin:0}
.near{background:var(--tint);border-left:4px solid #0b57a4;padding:.5rem .8rem;margin:.8rem 0;border-radius:4px}
@media (max-width:48rem){.both{grid-template-columns:1fr}
.both>div+div{border-left:0;border-top:1px solid var(--line);padding:.6rem 0 0;margin-top:.6rem}}
@media print{@page{size:A4 landscape;margin:12mm}body{max-width:none;padding:0;font-size:9.5pt}}
"""


def page(found: Preview, printers: dict[str, Printer], language: str) -> str:
    """A preview as HTML; every text is escaped, nothing is loaded from elsewhere.

    Args: found – the preview; printers – by language, in the order of the columns; language – of titles and problems.
    """
    printer = printers[language]
    head, file = heading(found, printer)
    body = [f'<header><h1>{escape(head)}</h1><p class="soft">{escape(file)}</p></header>', *_problems(found, printer)]
    body += [_view(view, n, len(found.cases), printers, printer) for n, view in enumerate(found.cases, 1)]
    if found.reached and not found.cases:
        body.append(f"<p>{escape(printer.word('preview.no_cases'))}</p>")
    body += [f"<p>{escape(line)}</p>" for line in reach(found, printer)]
    body += [_view(view, n, len(found.accounts), printers, printer) for n, view in enumerate(found.accounts, 1)]
    body += [_near(one, printer) for one in found.near]
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(head)}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _problems(found: Preview, printer: Printer) -> list[str]:
    own, others = problems(found, printer.language)
    parts = [
        f'<div class="problem"><p>{escape(told)}</p><p class="soft">→ {escape(hint)}</p></div>' for told, hint in own
    ]
    if own and not found.reached:
        parts.append(f"<p>{escape(printer.word('preview.repair'))}</p>")
    if others:
        inner = "".join(f'<p class="soft">{escape(told)}</p>' for told in others)
        parts.append(f"<p>{escape(printer.word('preview.others', n=len(found.others)))}</p>{inner}")
    return parts


def _view(view: View, number: int, of: int, printers: dict[str, Printer], printer: Printer) -> str:
    told = "".join(f'<p class="soft">{escape(line)}</p>' for line in below(view, printer))
    wrong = "".join(f'<p class="loud">{escape(line)}</p>' for line in view_problems(view, printer.language))
    columns = "".join(
        f'<div lang="{one.language}">{_column(column(one, printers[one.language]))}</div>' for one in view.spoken
    )
    both = f'<div class="both">{columns}</div>' if columns else ""
    return f"<article><h2>{escape(title(view, number, of, printer))}</h2>{told}{wrong}{both}</article>"


def _column(parts: list[Part]) -> str:
    rows = "".join(
        f"<dt>{escape(part.label)}</dt><dd>{''.join(_line(text, how) for text, how in part.lines)}</dd>"
        for part in parts
        if part.lines
    )
    return f"<dl>{rows}</dl>"


def _line(text: str, how: str) -> str:
    return f'<div class="{how}">{escape(text)}</div>' if how else f"<div>{escape(text)}</div>"


def _near(one: Near, printer: Printer) -> str:
    changes = "".join(f"<p>→ {escape(change)}</p>" for change in one.changes[printer.language])
    title_of = printer.word("preview.near", title=one.title[printer.language])
    return f'<div class="near"><p>{escape(title_of)}</p>{changes}</div>'
