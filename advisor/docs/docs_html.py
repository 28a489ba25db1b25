"""The HTML of the trainer's pages: one self-contained file each, every text escaped, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from advisor.advice.derived_in_words import Makings
from advisor.advice.in_words import Clause, Piece, Said

_STYLE = """
:root{--ink:#1c2430;--soft:#5b6675;--line:#d5dbe3;--paper:#fff;--tint:#f3f6fa;--link:#0b57a4;--mark:#fff1c2}
*{box-sizing:border-box}
body{font:16px/1.65 system-ui,"PingFang SC","Noto Sans CJK SC","Noto Sans SC","Microsoft YaHei",sans-serif;
max-width:52rem;margin:0 auto;padding:1rem 1.2rem 3rem;color:var(--ink);background:var(--paper)}
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
nav{display:flex;gap:1.2rem;flex-wrap:wrap;font-size:.9rem;border-bottom:1px solid var(--line);padding-bottom:.5rem}
nav .other{margin-left:auto}
h1{font-size:1.5rem;line-height:1.3;margin:1.2rem 0 .3rem}
h2{font-size:1.15rem;margin:1.8rem 0 .5rem;padding-bottom:.2rem;border-bottom:2px solid var(--ink);break-after:avoid}
h3{font-size:1rem;margin:1.1rem 0 .3rem;break-after:avoid}
h4{font-size:1rem;font-weight:500;margin:.7rem 0 .1rem;break-after:avoid}h4+ul{margin-top:0}
.wide{overflow-x:auto}
p{margin:.4rem 0}ul,ol{margin:.3rem 0;padding-left:1.3rem}li{margin:.15rem 0}
.code{color:var(--soft);font-weight:600;font-variant-numeric:tabular-nums}
.soft{color:var(--soft);font-size:.9rem}
.purpose{font-size:1.05rem}
dl{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;gap:.25rem 1rem;margin:.4rem 0}
dt{color:var(--soft)}dd{margin:0}
mark{background:var(--mark);color:inherit;border-radius:3px;padding:0 .25em}
i.if{font-style:normal;color:var(--soft);font-size:.92em}
blockquote{margin:.4rem 0;padding:.5rem .9rem;background:var(--tint);border-radius:4px;
border-left:4px solid var(--line)}
blockquote+.variant{margin-top:.6rem}
.card{border:1px solid var(--line);border-radius:8px;padding:.2rem 1rem .6rem;margin:.8rem 0;break-inside:avoid}
table{border-collapse:collapse;width:100%;font-size:.92rem;margin:.5rem 0}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:500;white-space:nowrap}td:nth-child(n+2){white-space:nowrap}
summary{cursor:pointer;color:var(--soft)}
.plays{list-style:none;padding-left:0}.plays .code{display:inline-block;min-width:2.8rem}
.card:target,h4:target,span:target{background:var(--tint);outline:2px solid var(--line)}
footer{margin-top:2.5rem;padding-top:.5rem;border-top:1px solid var(--line)}
@media (max-width:34rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.4rem}}
@media print{@page{size:A4;margin:16mm}body{max-width:none;padding:0;font-size:10.5pt}nav{display:none}
a{color:inherit}details>*{display:block}mark{border:1px solid var(--line)}}
"""


@dataclass(frozen=True)
class Html:
    """Turns what is said into HTML; `glossary` is the page that explains thresholds and the facts `explained`."""

    makings: Makings
    glossary: str
    explained: frozenset[str]

    def word(self, key: str, **slots: object) -> str:
        """A word of `docs:`, escaped."""
        return escape(self.makings.word(f"docs.{key}", **slots))

    def said(self, said: Said) -> str:
        return "".join(self._piece(piece) for piece in said)

    def _piece(self, piece: Piece) -> str:
        text = escape(piece.text)
        if piece.policy:
            return f'<a href="{self.glossary}#{escape("policy." + piece.policy)}">{text}</a>'
        if not piece.fact:
            return text
        if piece.fact in self.explained:
            return f'<a href="{self.glossary}#{escape(piece.fact)}">{text}</a>'
        return f'<span title="{escape(piece.fact)}">{text}</span>'

    def clauses(self, clauses: Iterable[Clause]) -> str:
        """Conditions as a list, what they head as lists below."""
        return listed(self.said(one.said) + (self.clauses(one.below) if one.below else "") for one in clauses)


def listed(items: Iterable[str], tag: str = "ul", style: str = "") -> str:
    """HTML items as a list; nothing when there are none."""
    inner = "".join(f"<li>{item}</li>" for item in items)
    return f"<{tag}{f' class={style!r}' if style else ''}>{inner}</{tag}>" if inner else ""


def section(title: str, *parts: str, id: str = "") -> str:
    """A heading and what stands under it; nothing when that is empty. The title is escaped here."""
    body = "\n".join(part for part in parts if part)
    mark = f' id="{escape(id)}"' if id else ""
    return f"<section{mark}><h2>{escape(title)}</h2>\n{body}</section>" if body else ""


def part(title: str, body: str) -> str:
    """A smaller heading and its HTML; nothing when that is empty."""
    return f"<h3>{escape(title)}</h3>\n{body}" if body else ""


def pairs(rows: Iterable[tuple[str, str]]) -> str:
    """Names (escaped here) with their HTML."""
    inner = "".join(f"<dt>{escape(name)}</dt><dd>{body}</dd>" for name, body in rows if body)
    return f"<dl>{inner}</dl>" if inner else ""


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Headings (escaped here) over rows of HTML cells."""
    top = "".join(f"<th>{escape(one)}</th>" for one in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>' if body else ""


def link(target: str, text: str) -> str:
    """A link; the text is escaped here."""
    return f'<a href="{escape(target)}">{escape(text)}</a>'


def page(language: str, title: str, nav: str, body: str) -> str:
    """A whole file."""
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        f"<nav>{nav}</nav>\n{body}\n</body></html>\n"
    )
