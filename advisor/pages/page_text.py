"""The page as text for a terminal of 80 columns or a phone; Chinese characters count two columns."""

from __future__ import annotations

import unicodedata

from advisor.pages.page import Card, Page

WIDTH = 80
_NO_END = "（《“‘(["
_NO_START = "，。、；：？！）》”’…,.;:?!)]}"
_FIRST_NUMBER = 0x2460


def width(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return sum(
        2 if unicodedata.east_asian_width(char) in "WF" else 0 if unicodedata.combining(char) else 1 for char in text
    )


def wrap(text: str, columns: int) -> list[str]:
    """Break a text into lines; Chinese anywhere but before punctuation, Latin words only at spaces."""
    lines, line, used = [], "", 0
    for word in _words(text):
        if used + width(word.rstrip()) > columns and line.strip():
            lines.append(line.rstrip())
            line, used = "", 0
        part = word if line else word.lstrip()
        line, used = line + part, used + width(part)
    return [*lines, line.rstrip()] if line.strip() else lines


def _words(text: str) -> list[str]:
    """Units that must not be broken: a Latin word with its space, a Chinese character with punctuation behind it, an
    opening bracket or a number with the character behind it."""
    units: list[str] = []
    for char in text:
        glued = units and (char in _NO_START or _held(units[-1][-1], char))
        if glued:
            units[-1] += char
        else:
            units.append(char)
    return units


def _held(last: str, char: str) -> bool:
    """Does a character stay with the one before it?"""
    return last in _NO_END or (_latin(last) and (_latin(char) or (last.isdigit() and char != " ")))


def _latin(char: str) -> bool:
    return char != " " and unicodedata.east_asian_width(char) not in "WF"


def text(page: Page) -> str:
    """The page as lines of text."""
    lines = apart(page.title, page.day)
    for warning in page.warnings:
        lines += hanging("! ", warning)
    return "\n".join([*lines, *body(page)]) + "\n"


def body(page: Page) -> list[str]:
    """The page's steps and what follows them, without its head."""
    lines = [line for card in page.cards for line in _card(card)]
    for closing in page.closing:
        lines += wrap(closing, WIDTH)
    for question in page.questions:
        lines += hanging("  · ", question)
    if page.question or page.more:
        lines += apart(page.question, page.more)
    return lines


def apart(left: str, right: str) -> list[str]:
    """One text at the left margin and another at the right: on one line where they fit, else one below the other."""
    if width(left) + width(right) + 2 <= WIDTH:
        return [sides(left, right)]
    return [*wrap(left, WIDTH), *([sides("", right)] if right else [])]


def sides(left: str, right: str) -> str:
    """One text at the left margin, the other at the right."""
    return left + " " * max(WIDTH - width(left) - width(right), 2) + right if right else left


def hanging(head: str, text: str) -> list[str]:
    """A text behind a head, its further lines below its first."""
    lines = wrap(text, WIDTH - width(head))
    return [(head if n == 0 else " " * width(head)) + line for n, line in enumerate(lines)]


def _card(card: Card) -> list[str]:
    number = chr(_FIRST_NUMBER + card.number - 1) if card.number <= 20 else f"{card.number}."
    mark = card.mark if card.urgent else ""
    head = wrap(f"{number} {card.day}{card.between}{card.headline}", WIDTH - width(mark) - 2)
    lines = [sides(head[0], mark), *("   " + line for line in head[1:])]
    columns = max([width(label) for label, _ in card.parts], default=0) + 2
    for label, parts in card.parts:
        for n, part in enumerate(parts):
            lines += hanging("  " + (label if n == 0 else "") + " " * (columns - (width(label) if n == 0 else 0)), part)
    return lines
