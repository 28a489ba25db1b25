"""One cell: what a text from a table, or a typed value from YAML or a spreadsheet, says about a field.

Nothing is guessed: a cell that cannot be read is a `Bad` with what was expected, never a near value.
"""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from advisor.content.cell_words import PLAIN, Words
from advisor.core.model import State, Value, known, none
from advisor.core.vocabulary import NUMERIC, Field, nearest

_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_WHOLE = re.compile(r"[+-]?\d+\.0+")
_TIME = r"(?:[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[AaPp][Mm])?)?\s*(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?"
_DATE = re.compile(r"(\d{4})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{1,2})\s*" + _TIME)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})" + _TIME)
_EARLIEST_YEAR = 1900
_LONGEST_NUMBER = 40
# Sums of numbers below it fit into a database's decimals; what is longer is no amount but somebody's number.
TOO_LONG = 10**18
_SHOWN = 60
_MEMO = 20_000


@dataclass(frozen=True, slots=True)
class Bad:
    """A cell that says nothing: the message's code and its details."""

    code: str
    details: Mapping[str, object]


UNKNOWN_CELL = Value(State.UNKNOWN)
Read = Value | Bad


# --- reading -------------------------------------------------------------------------------------


def normal_id(text: str) -> str:
    """An identifier as it is compared: `7.0`, as spreadsheets write numbers, is `7`."""
    stripped = text.strip()
    return stripped.split(".")[0] if _WHOLE.fullmatch(stripped) else stripped


class Reader:
    """Judges the cells of one field; `texts` remembers those it has seen, as tables say the same thing many times."""

    __slots__ = ("_of", "_words", "texts")

    def __init__(self, of: Field, words: Words = PLAIN) -> None:
        self._of = of
        self._words = words
        self.texts: dict[str, Read] = {}

    def __call__(self, raw: object) -> Read:
        if not isinstance(raw, str):
            return _read(self._of, raw, self._words)
        found = self.texts.get(raw)
        if found is None:
            found = _read(self._of, raw, self._words)
            if len(self.texts) < _MEMO:
                self.texts[raw] = found
        return found


def parse(of: Field, raw: object, words: Words = PLAIN) -> Read:
    """Judge one cell.

    Args: of – the field; raw – text of a table, or a typed value of YAML, JSON or a spreadsheet; words – as in
    rules/cells.yaml.
    Returns: the value (without source), which may be none or unknown, or why the cell says nothing. Never raises.
    """
    return Reader(of, words)(raw)


def _read(of: Field, raw: object, words: Words) -> Read:
    if raw is None:
        return none() if of.none else UNKNOWN_CELL
    if isinstance(raw, str):
        text = raw.strip()
        special = _special(of, text, words)
        if special is not None:
            return special
        raw = text
    elif isinstance(raw, float) and math.isnan(raw):
        return _blank(of)
    value = _TYPES[of.type](of, raw, words) if of.type in _TYPES else _text(of, raw, words)
    if isinstance(value, Value) and of.unknown_value is not None and value.data == of.unknown_value:
        return UNKNOWN_CELL
    return value


def _plain_text(text: str) -> str:
    """Full-width letters, digits and signs as plain ones."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _blank(of: Field) -> Value:
    return none() if of.blank == "none" and of.none else UNKNOWN_CELL


def _special(of: Field, text: str, words: Words) -> Value | None:
    """Empty cells and the words for unknown and none; a word that is a choice of the field stays that choice."""
    if not text or text in words.empty:
        return _blank(of)
    folded = _plain_text(text).casefold()
    if of.type in ("choice", "choices") and of.choices and of.choices.find(text) is not None:
        return None
    if folded in words.unknown:
        return UNKNOWN_CELL
    if folded in words.null_words:
        return none() if of.none else UNKNOWN_CELL
    if folded not in words.none or (of.type == "yes_no" and folded in words.no):
        return None
    if of.none:
        return none()
    return known(()) if of.type in ("choices", "texts") else UNKNOWN_CELL if of.type in ("text", "ref") else None


def bad(code: str, raw: object, **details: object) -> Bad:
    """A `Bad` that shows the cell's text, shortened."""
    text = " ".join(shown(raw).split())
    return Bad(code, {"value": text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "\u2026", **details})


def shown(raw: object) -> str:
    """A raw value as its author would write it."""
    if isinstance(raw, bool):
        return str(raw).lower()
    if isinstance(raw, dict | list | tuple):
        inner = ", ".join(shown(one) for one in raw)
        return "{" + inner + "}" if isinstance(raw, dict) else f"[{inner}]"
    return str(raw)


# --- types ---------------------------------------------------------------------------------------


def _text(of: Field, raw: object, words: Words) -> Read:
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        raw = int(raw)
    if isinstance(raw, datetime.datetime) and not raw.time():
        raw = raw.date()
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal | datetime.date | datetime.time):
        return bad("data-not-text", raw)
    text = str(raw) if not isinstance(raw, int) or abs(raw) < 10**40 else ""
    return known(normal_id(text) if of.name == "id" or of.type == "ref" else text) if text else bad("data-not-text", "")


def _choice(of: Field, raw: object, words: Words) -> Read:
    found = _one_choice(of, raw)
    return found if isinstance(found, Bad) else known(found)


def _one_choice(of: Field, raw: object) -> str | Bad:
    text = shown(raw).strip() if isinstance(raw, str | bool | int) else ""
    if of.choices is None:
        return text or bad("data-not-text", raw)
    found = of.choices.find(text) or of.choices.find(_plain_text(text))
    if found is not None:
        return found
    labels = [word for label in of.choices.labels.values() for word in label.values()]
    near = nearest(text.casefold(), of.choices.labels) or nearest(text, labels)
    allowed = ", ".join(of.choices.labels)
    return bad("data-unknown-choice", raw, near=near, choices=allowed)


def _yes_no(of: Field, raw: object, words: Words) -> Read:
    if isinstance(raw, bool):
        return known(raw)
    text = shown(int(raw) if isinstance(raw, float | Decimal) and raw in (0, 1) else raw)
    folded = _plain_text(text).casefold()
    if folded in words.yes or folded in words.no:
        return known(folded in words.yes)
    return bad("data-not-yes-no", raw)


def _date(of: Field, raw: object, words: Words) -> Read:
    if isinstance(raw, datetime.datetime):
        return known(raw.date())
    if isinstance(raw, datetime.date):
        return known(raw)
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        return bad("data-not-date", raw)
    text = str(raw) if isinstance(raw, str) or 0 < raw < 10**8 else ""
    return _iso(text) or _date_of(_plain_text(text), raw, words)


def _iso(text: str) -> Value | None:
    """The common form, quickly."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-" or text < "19":
        return None
    try:
        return known(datetime.date.fromisoformat(text))
    except ValueError:
        return None


def _date_of(text: str, raw: object, words: Words) -> Read:
    for mark, plain in words.date_marks.items():
        text = text.replace(mark, plain)
    match = _DATE.fullmatch(text.strip())
    parts = (match[1], match[3], match[4]) if match else None
    if match is None and (compact := _COMPACT.fullmatch(text.strip())):
        parts = (compact[1], compact[2], compact[3])
    if parts is None:
        return bad("data-not-date", raw)
    try:
        found = datetime.date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        return bad("data-no-such-date", raw)
    return known(found) if found.year >= _EARLIEST_YEAR else bad("data-no-such-date", raw)


# --- numbers -------------------------------------------------------------------------------------


def _number(of: Field, raw: object, words: Words) -> Read:
    number = _decimal(of, raw, words)
    if number is None:
        return bad(_NOT_NUMBER.get(of.type, "data-not-number"), raw)
    whole = of.type in ("integer", "days")
    if whole and number != number.to_integral_value():
        return bad("data-not-integer", raw)
    if of.minimum is not None and number < Decimal(repr(of.minimum)):
        return bad("data-too-low", raw, minimum=_limit(of, of.minimum))
    if of.maximum is not None and number > Decimal(repr(of.maximum)):
        code = "data-ratio-too-high" if of.type == "ratio" else "data-too-high"
        return bad(code, raw, maximum=_limit(of, of.maximum))
    return bad("data-number-too-long", raw) if abs(number) >= TOO_LONG else known(int(number) if whole else number)


def _limit(of: Field, limit: float) -> str:
    return f"{limit * 100:g}%" if of.type == "ratio" else f"{limit:g}"


_NOT_NUMBER = {"integer": "data-not-integer", "days": "data-not-days", "ratio": "data-not-ratio"}


def _decimal(of: Field, raw: object, words: Words) -> Decimal | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return Decimal(raw) if abs(raw) < 10**_LONGEST_NUMBER else None
    if isinstance(raw, float):
        return Decimal(repr(raw)) if abs(raw) < 1e40 else None
    if isinstance(raw, Decimal):
        return raw if raw.is_finite() and abs(raw.adjusted()) < _LONGEST_NUMBER else None
    return _number_of(_plain_text(raw).casefold(), of, words) if isinstance(raw, str) else None


def _number_of(text: str, of: Field, words: Words) -> Decimal | None:
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER:
        return Decimal(text)
    text, negative = (text[1:-1], True) if text.startswith("(") and text.endswith(")") else (text, False)
    if of.type == "money":
        text = _without_currency(text, words)
    elif of.type == "days":
        text = _without_ending(text, words.day_units)
    elif of.type == "integer":
        text = _without_ending(text, words.score_units)
    text, factor = _scaled(text, of, words)
    text = text.replace(" ", "").replace("_", "") if len(text) <= _LONGEST_NUMBER else ""
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _PLAIN.fullmatch(text):
        return None
    number = Decimal(text) * factor
    return -number if negative else number


def _without_currency(text: str, words: Words) -> str:
    text = text.strip()
    sign, text = ("-", text[1:].strip()) if text.startswith("-") else ("", text)
    for word in words.currency:
        if text.startswith(word) and text != word:
            text = text.removeprefix(word).strip()
            break
    return sign + _without_ending(text, words.currency)


def _without_ending(text: str, endings: Iterable[str]) -> str:
    text = text.strip()
    ending = next((word for word in endings if text.endswith(word)), "")
    return text.removesuffix(ending).strip()


def _scaled(text: str, of: Field, words: Words) -> tuple[str, Decimal]:
    """The number without its multiplier or percent sign, and what it is to be multiplied by."""
    if of.type == "ratio":
        bare = _without_ending(text, words.percent)
        return bare, Decimal(1) if bare == text.strip() else Decimal("0.01")
    for word, factor in words.multipliers.items():
        if text.strip().endswith(word):
            return text.strip().removesuffix(word).strip(), Decimal(factor)
    return text.strip(), Decimal(1)


# --- lists ---------------------------------------------------------------------------------------


def _texts(of: Field, raw: object, words: Words) -> Read:
    parts = _parts(raw, words.list_marks)
    if isinstance(raw, str) and len(parts) == 1:
        parts = _parts(raw, words.list_commas)
    if any(not isinstance(part, str | int | float | Decimal) or isinstance(part, bool) for part in parts):
        return bad("data-not-list", raw)
    return known(tuple(dict.fromkeys(str(part).strip() for part in parts)))


def _choices(of: Field, raw: object, words: Words) -> Read:
    found: list[str] = []
    for part in _parts(raw, words.list_marks):
        one = _one_choice(of, part)
        if isinstance(one, str):
            found.append(one)
            continue
        pieces = _parts(part, words.list_commas) if isinstance(part, str) else [part]
        read = [_one_choice(of, piece) for piece in pieces] if len(pieces) > 1 else [one]
        wrong = next((piece for piece in read if isinstance(piece, Bad)), None)
        if wrong is not None:
            return wrong
        found += [piece for piece in read if isinstance(piece, str)]
    return known(tuple(dict.fromkeys(found)))


def _parts(raw: object, marks: tuple[str, ...]) -> list[object]:
    """The entries of a list: of a typed one, of one written as in JSON, or of text with marks between."""
    if isinstance(raw, list | tuple):
        return [part for part in raw if part is not None and part != ""]
    if not isinstance(raw, str):
        return [raw]
    text = raw.strip()
    if len(text) > 1 and text[0] == "[" and text[-1] == "]":
        text, marks = text[1:-1], (*marks, ",")
    for mark in marks[1:]:
        text = text.replace(mark, marks[0])
    parts = [part.strip().strip("\"'").strip() for part in text.split(marks[0])]
    return [part for part in parts if part]


_TYPES: dict[str, Callable[[Field, Any, Words], Read]] = {
    "text": _text,
    "ref": _text,
    "choice": _choice,
    "choices": _choices,
    "texts": _texts,
    "yes_no": _yes_no,
    "date": _date,
    **dict.fromkeys(NUMERIC, _number),
}
