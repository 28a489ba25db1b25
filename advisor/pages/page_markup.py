"""The page as markdown and as one self-contained HTML file that reads well on a phone and prints on A4."""

from __future__ import annotations

from html import escape

from advisor.pages.page import Card, Page

_STYLE = """
body{font:16px/1.6 system-ui,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif;
max-width:42rem;margin:1.5rem auto;
padding:0 1rem;color:#1c2430;background:#fff}
header{display:flex;justify-content:space-between;gap:1rem;border-bottom:2px solid #1c2430;padding-bottom:.4rem;
flex-wrap:wrap}
h1{font-size:1.15rem;margin:0}time{color:#5b6675;white-space:nowrap}
.warn{background:#fff4d6;border-left:4px solid #d59a00;padding:.4rem .7rem;margin:.8rem 0}
section>h2{margin:1.6rem 0 .4rem}
article{border:1px solid #d5dbe3;border-radius:8px;padding:.7rem 1rem;margin:1rem 0;break-inside:avoid}
article.urgent{border-left:5px solid #c22f2f}
h2{font-size:1.05rem;margin:0 0 .5rem}h2 .mark{color:#c22f2f;font-weight:600;float:right}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem .9rem;margin:0}dt{color:#5b6675}dd{margin:0}
ul{padding-left:1.2rem}
footer{color:#5b6675;font-size:.85rem;border-top:1px solid #d5dbe3;margin-top:1.2rem;padding-top:.4rem}
@media print{@page{size:A4;margin:16mm}body{margin:0;max-width:none;font-size:11pt}}
"""


def markdown(page: Page) -> str:
    """The page as markdown."""
    lines = [f"# {md(page.title)}", "", page.day, ""]
    for warning in page.warnings:
        lines += [f"> **!** {md(warning)}", ""]
    return "\n".join([*lines, *md_body(page), f"_{page.footer}_", ""])


def md_body(page: Page, level: str = "##") -> list[str]:
    """The page's steps and what follows them as markdown; `level` is the mark of a step's heading."""
    lines = [line for card in page.cards for line in _md_card(card, level)]
    for closing in page.closing:
        lines += [md(closing), ""]
    lines += [f"- {md(question)}" for question in page.questions]
    lines += [*([""] if page.questions else []), *([md(page.question), ""] if page.question else [])]
    return lines + ([md(page.more), ""] if page.more else [])


def _md_card(card: Card, level: str) -> list[str]:
    mark = f" **{card.mark}**" if card.urgent else ""
    head = f"{level} {card.number}. {card.day}{card.between}{md(card.headline)}{mark}"
    return [head, "", *(f"- **{label}** {'  '.join(map(md, parts))}" for label, parts in card.parts), ""]


def md(text: str) -> str:
    """Names and notes come from records: what would be markup is made harmless."""
    for char in "\\`*_[]<>#|":
        text = text.replace(char, "\\" + char)
    return " ".join(text.split())


def html(page: Page, language: str) -> str:
    """The page as HTML; every text is escaped, nothing is loaded from elsewhere."""
    parts = [*_html_warnings(page), *html_body(page)]
    return document(page.title, page.day, parts, page.footer, language)


def document(title: str, day: str, parts: list[str], footer: str, language: str) -> str:
    """A whole HTML file around what is HTML already."""
    head = f"<header><h1>{escape(title)}</h1><time>{escape(day)}</time></header>"
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join([head, *parts, f"<footer>{escape(footer)}</footer>"])
        + "\n</body></html>\n"
    )


def html_section(page: Page, anchor: str) -> str:
    """The page as a part of a longer one."""
    head = f'<section id="{escape(anchor)}"><h2>{escape(page.title)}</h2>'
    return "\n".join([head, *_html_warnings(page), *html_body(page), "</section>"])


def md_section(page: Page) -> str:
    """The page as a part of a longer one."""
    warnings = [line for warning in page.warnings for line in (f"> **!** {md(warning)}", "")]
    return "\n".join([f"## {md(page.title)}", "", *warnings, *md_body(page, "###")])


def _html_warnings(page: Page) -> list[str]:
    return [f'<p class="warn">{escape(warning)}</p>' for warning in page.warnings]


def html_body(page: Page) -> list[str]:
    """The page's steps and what follows them as HTML."""
    parts = [_html_card(card) for card in page.cards]
    parts += [f"<p>{escape(line)}</p>" for line in page.closing]
    if page.questions:
        parts.append("<ul>" + "".join(f"<li>{escape(one)}</li>" for one in page.questions) + "</ul>")
    parts += [f"<p>{escape(line)}</p>" for line in (page.question, page.more) if line]
    return parts


def _html_card(card: Card) -> str:
    mark = f'<span class="mark">{escape(card.mark)}</span>' if card.urgent else ""
    rows = "".join(f"<dt>{escape(label)}</dt><dd>{'<br>'.join(map(escape, parts))}</dd>" for label, parts in card.parts)
    style = ' class="urgent"' if card.urgent else ""
    head = f"{mark}{card.number}. {escape(card.day + card.between + card.headline)}"
    return f"<article{style}><h2>{head}</h2><dl>{rows}</dl></article>"
