"""The codes' pages as files: docs/codes/<code>.md in English and Chinese, and an index by topic.

Written anew by `python -m advisor.codes.markdown`; a test holds the files to the docstrings and the message catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.codes.page import CodePage
from advisor.codes.pages import FOLDER, TOPICS, pages
from advisor.codes.parts import Part, parts, told, what, words
from advisor.core.home import content_root

LANGUAGES = ("en", "zh")


def files() -> dict[str, str]:
    """Every file of docs/codes/ by its name."""
    made = {f"{code}.md": text(page) for code, page in pages().items()}
    return {"README.md": index(), **dict(sorted(made.items()))}


def text(page: CodePage) -> str:
    """One code's page, English first, then Chinese."""
    back = f"[{' · '.join(words(language)['all'] for language in LANGUAGES)}](README.md)"
    lines = [f"# {page.code}", ""]
    for language in LANGUAGES:
        if language != LANGUAGES[0]:
            lines += ["---", ""]
        for part in parts(page, language):
            lines += _part(part, words(language)["colon"])
    return "\n".join([*lines, back]) + "\n"


def _part(part: Part, colon: str) -> Iterator[str]:
    told = " ".join(_escaped(line) for line in part.lines)
    yield f"**{part.label}{colon}** {told}".rstrip() if part.label else told
    yield ""
    if part.block:
        yield from (f"```{part.language}", *part.block.split("\n"), "```", "")


def index() -> str:
    """The index: every code with what it means, by topic."""
    both: Mapping[str, Mapping[str, str]] = {language: words(language) for language in LANGUAGES}
    lines = [f"# {' · '.join(both[language]['title'] for language in LANGUAGES)}", ""]
    lines += [line for language in LANGUAGES for line in (both[language]["about"], "")]
    for topic in TOPICS:
        title = " · ".join(str(words(language)["topics"][topic]) for language in LANGUAGES)
        lines += [f"## {title}", "", "| | | |", "|---|---|---|"]
        lines += [_row(page) for page in pages().values() if page.topic == topic]
        lines.append("")
    return "\n".join(lines)


def _row(page: CodePage) -> str:
    cells = (f"[`{page.code}`]({page.code}.md)", what(page, "en"), told(page.code, "zh")[0])
    return f"| {' | '.join(_escaped(cell).replace('|', '/') for cell in cells)} |"


def _escaped(line: str) -> str:
    """Names in angle brackets would be taken for HTML."""
    return line.replace("<", "&lt;")


def main() -> None:
    """Write docs/codes of the checkout; pages of codes that are gone are removed."""
    folder, made = content_root() / FOLDER, files()
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.md"):
        if path.name not in made:
            path.unlink()
    for name, page in made.items():
        (folder / name).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
