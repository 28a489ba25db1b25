"""What a trainer meant by an operand or operator that does not fit the fact: which mistake it is, and what to write."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from advisor.core.model import Place, Problem
from advisor.core.vocabulary import LISTS, NUMERIC, Field, nearest
from advisor.messages import spoken

_PHRASES = ("more than", "less than", "at least", "at most", "older than", "within last", "within next", "is not")
_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "more than": (">", "over", "above", "greater than", "longer than", "bigger than", "exceeds"),
    "less than": ("<", "under", "below", "fewer than", "shorter than", "smaller than"),
    "at least": (">=", "=>", "minimum", "min", "no less than", "not less than"),
    "at most": ("<=", "=<", "maximum", "max", "up to", "no more than", "not more than"),
    "is not": ("!=", "<>", "not"),
    "older than": ("before", "more than ago"),
    "within last": ("in the last", "last", "since", "past"),
    "within next": ("in the next", "next"),
}
_HEAD = re.compile(r"(?P<head>[^\d$-]+?)\s*(?P<rest>[-$]?[\d$].*)")
_AMOUNT = re.compile(r"(?P<number>-?\d[\d,]*(?:\.\d+)?)\s*(?P<unit>[^\d]*)")
_COUNTED = re.compile(r"(?P<number>[0-9]{1,6})\s*(?P<unit>\D+)")
_DAY = re.compile(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})\D?")
_YES_NO = {"true": ("yes", "y", "1", "on", "true"), "false": ("no", "n", "0", "off", "false")}
_SPANS = ("day", "week", "month", "year")
_TURNED = {"older than": "more than", "within last": "at most", "within next": "at most"}
_FAR_OVER = 2
"""A derived ratio may well be a little over 1; from here on a number without % is surely meant as per cent."""


def _problem(code: str, place: Place, level: str = "error", **details: object) -> Problem:
    return Problem(code, place, level, details)


# --- operators -----------------------------------------------------------------------------------


def operator_misfit(op: str, written: Any, f: Field, place: Place) -> Problem:
    """The problem of an operator that a fact of this type has no use for, with what to write instead."""
    words, said = op.replace("_", " "), _listed(written)
    near = ""
    if f.type in LISTS:
        many = isinstance(written, list) and len(written) > 1
        near = f"lacks {said}" if op == "is_not" else f"has any of {said}" if many else f"has {said}"
    elif f.type in NUMERIC and words in _TURNED:
        near = f"{_TURNED[words]} {said}"
    elif f.type == "choice" and op in ("has", "has_any", "lacks"):
        near = f"is not {said}" if op == "lacks" else f"[{said}]" if "," in said else said
    elif f.type == "yes_no":
        near = "true"
    return _problem("operator-does-not-fit", place, op=words, name=f.name, type=f.type, near=near)


def _listed(written: Any) -> str:
    return ", ".join(map(str, written)) if isinstance(written, list | tuple) else str(written)


# --- operands ------------------------------------------------------------------------------------


def operand_misfit(written: Any, f: Field, kind: str, place: Place) -> Problem:
    """The problem of a literal that is not of a fact's type.

    Args: written – as it stands in the file; f – the fact; kind – the type that is wanted here, which for `older than`
    is days although the fact is a date; place – where it stands.
    """
    phrase = _misspelt_phrase(str(written), kind if kind == f.type else "date")
    if phrase and f.type in NUMERIC | {"date"}:
        return _problem("unknown-operator", place, name=phrase[0], near=phrase[1])
    if kind == "date" and _is_amount(written):
        return _problem("date-with-number", place, name=f.name, value=written, write=_in_days(written))
    if kind in NUMERIC and (isinstance(written, datetime.date) or _as_date(str(written))):
        return _problem("number-with-date", place, name=f.name, value=written, type=f.type)
    amount = _AMOUNT.fullmatch(unicodedata.normalize("NFKC", str(written)).strip()) if kind in NUMERIC else None
    if amount:
        write = _rewritten(amount["number"], amount["unit"].strip(), kind)
        return _problem("wrong-unit", place, name=f.name, value=written, type=kind, write=write)
    near = _as_date(str(written)) if kind == "date" else _as_yes_no(written) if kind == "yes_no" else ""
    return _problem("wrong-type", place, value=written, name=f.name, type=kind, near=near)


def range_misfit(data: Any, written: Any, f: Field, place: Place) -> Problem | None:
    """The problem of a number that the fact can never come near, if it is one."""
    if f.type not in NUMERIC:
        return None
    size, certain = abs(data), f.maximum == 1 and f.recorded
    if f.type == "ratio" and not str(written).endswith("%") and size > 1 and (certain or size >= _FAR_OVER):
        return _problem("ratio-over-one", place, name=f.name, value=written, write=f"{data}%")
    low, high = f.minimum, f.maximum
    outside = (low is not None and data < low) or (high is not None and data > high)
    if outside and f.recorded:
        return _problem("number-outside", place, name=f.name, value=written, low=_plain(low), high=_plain(high))
    return None


def _plain(limit: float | None) -> str:
    return "…" if limit is None else f"{limit:g}"


def _misspelt_phrase(text: str, kind: str) -> tuple[str, str] | None:
    """The words before a number that were meant as an operator, and how to write them."""
    found = _HEAD.fullmatch(text.strip())
    behind = next((word for word in spoken("behind") if text.strip().endswith(word)), "")
    if not found and not (behind and text.strip()[:1].isdigit()):
        return None
    head, rest = (found["head"].strip(), found["rest"]) if found else (behind, text.strip().removesuffix(behind))
    rest = _plain_amount(rest.strip(), kind)
    known = next((phrase for phrase, words in _SYNONYMS.items() if head.casefold() in words), "")
    known = known or spoken("operators").get(head, "") or spoken("behind").get(head, "")
    phrase = known or nearest(head.casefold().replace("_", " "), _PHRASES)
    if kind == "date" and phrase == "more than":
        phrase = "older than"
    return head, f"{phrase} {rest}" if phrase else ""


def meant_span(text: str) -> str:
    """A time allowed as plays take it, from one in other words (`2 weeks`); empty where that cannot be told."""
    found = _COUNTED.fullmatch(text.strip())
    unit = spoken("spans").get(" ".join(found["unit"].casefold().split()), "") if found else ""
    if not found or not unit:
        return ""
    return f"{int(found['number']) * 7} days" if unit == "weeks" else f"{int(found['number'])} {unit}"


def _plain_amount(text: str, kind: str) -> str:
    """An amount in words of the trainer's own language, days or ten thousands, as conditions take it."""
    found = _AMOUNT.fullmatch(text)
    unit = found["unit"].strip() if found else ""
    if not found or unit.isascii():
        return text
    span = spoken("units").get(unit, "")
    return f"{found['number']} {span}" if span else text if kind == "date" else _rewritten(found["number"], unit, kind)


def _is_amount(written: Any) -> bool:
    return isinstance(written, int | Decimal) or bool(re.fullmatch(r"\d+(\.\d+)?\s*(%|[a-z]+)?", str(written)))


def _in_days(written: Any) -> str:
    return f"{written} days" if str(written).isdecimal() else str(written)


def _rewritten(number: str, unit: str, kind: str) -> str:
    """The amount as the fact's type wants it; a character that is itself a number, such as ten thousand, multiplies."""
    plain = Decimal(number.replace(",", ""))
    for char in unit:
        factor = unicodedata.numeric(char, 1)
        plain *= int(factor) if factor >= 10 else 1
    figure = f"{plain:f}"
    if kind == "days":
        span = spoken("units").get(unit, "")
        if span:
            return f"{figure} {span}"
        same = any(unit.casefold().startswith(span) for span in _SPANS) or unit.casefold() in ("", "d")
        return f"{figure} days" if same or unit == "%" else " / ".join(f"{figure} {span}s" for span in _SPANS)
    return f"{figure}%" if kind == "ratio" else figure


def _as_date(text: str) -> str:
    found = _DAY.fullmatch(text.strip())
    try:
        return datetime.date(*map(int, found.groups())).isoformat() if found else ""
    except ValueError:
        return ""


def _as_yes_no(written: Any) -> str:
    word = str(written).casefold()
    return next((said for said, words in _YES_NO.items() if word in words), "")
