"""A code's page as text for a terminal of 80 columns."""

from __future__ import annotations

from advisor.codes.page import CodePage
from advisor.codes.pages import path_of
from advisor.codes.parts import parts, words
from advisor.pages.page_text import WIDTH, apart, wrap


def text(page: CodePage, language: str) -> str:
    """One code's page; blocks stand as they are to be written, however long their lines."""
    own = words(language)
    topic = str(own["topics"][page.topic])
    lines = apart(page.code, topic)
    for part in parts(page, language):
        lines += ["", *([part.label] if part.label else [])]
        indent = "  " if part.label else ""
        lines += [indent + line for each in part.lines for line in wrap(each, WIDTH - len(indent))]
        lines += ["", *("    " + line for line in part.block.split("\n"))] if part.block and part.lines else []
        lines += ["    " + line for line in part.block.split("\n")] if part.block and not part.lines else []
    return "\n".join([*lines, "", own["page"].format(path=path_of(page.code))]) + "\n"
