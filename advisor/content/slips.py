"""What a trainer meant by a word that YAML leaves as text: a number in another form, several choices in one."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any

from advisor.core.model import Place, Problem
from advisor.core.vocabulary import NUMERIC, Choices, Field
from advisor.core.yaml_in import Item

_QUOTES = "“”‘’「」『』\"' "
_PARTS = re.compile(r"\s*[,，、;；/|]\s*")
_LONGEST = 200
_YES_NO = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
_FORMS = re.compile(
    r"(?P<zeros>[-+]?0+[0-9]+)|(?P<parts>[0-9]+(?:_[0-9]+)+)|(?P<power>[0-9]+(?:\.[0-9]+)?[eE][-+]?[0-9]{1,2})"
    r"|(?P<point>\.[0-9]+)|(?P<hexadecimal>0[xX][0-9a-fA-F]{1,12})|(?P<octal>0o[0-7]{1,12})|(?P<time>[0-9]+(?::[0-9]+)+)"
)


def slip(written: Any, f: Field, place: Place) -> Problem | None:
    """The problem of a word that is nearly a literal of the fact's type, with what to write; None where it is not."""
    if not isinstance(written, str) or len(written) > _LONGEST:
        return None
    if f.choices:
        return _choices(written, f.choices, f.name, place)
    return number_slip(written, f.name, place) if f.type in NUMERIC else None


def _choices(written: str, choices: Choices, name: str, place: Place) -> Problem | None:
    found = [choices.find(part.strip(_QUOTES)) for part in _PARTS.split(written.strip("[]［］ "))]
    if not all(found):
        return None
    fix = f"[{', '.join(map(str, found))}]" if len(found) > 1 else str(found[0])
    return Problem("choices-in-one-text", place, "error", {"value": written, "name": name, "fix": fix})


def number_slip(written: str, name: str, place: Place) -> Problem | None:
    """The problem of a number in a form that YAML leaves as text (`0123`, `1_000`, `1e3`, `12:30`)."""
    match = _FORMS.fullmatch(unicodedata.normalize("NFKC", written).strip())
    if not match:
        return None
    near = _plain(match.group(), str(match.lastgroup))
    return Problem("not-plain-number", place, "error", {"value": written, "name": name, "near": near})


def _plain(text: str, form: str) -> str:
    """The number in plain digits; nothing for a time, which may mean anything."""
    if form == "power":
        return f"{Decimal(text):f}"
    if form in ("hexadecimal", "octal"):
        return str(int(text, 0))
    plain = {"zeros": text.lstrip("+").lstrip("0") or "0", "parts": text.replace("_", ""), "point": f"0{text}"}
    return plain.get(form, "")


def flag(item: Item, key: str, problems: list[Problem]) -> bool:
    """A yes or no of content, which YAML has as true or false alone; no when it is not given."""
    found = item.get(key)
    if found is None or found.value is None or isinstance(found.value, bool):
        return bool(found and found.value)
    near = _YES_NO.get(str(found.value).casefold(), "")
    details = {"value": found.plain(), "name": key, "near": f"{key}: {near}" if near else ""}
    problems.append(Problem("not-yes-no", found.here, "error", details))
    return False
