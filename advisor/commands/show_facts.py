"""What `facts` prints: every fact of an account and its records, with its value, unit and origin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from advisor.advice.advise import Advisor
from advisor.core.facts import AccountFacts
from advisor.core.model import Origin, Row, State, Value
from advisor.core.vocabulary import Field
from advisor.explain.explain_lines import Words
from advisor.pages.page_text import WIDTH, width, wrap

_INDENT = 2
_FURTHER = 6


@dataclass(frozen=True, slots=True)
class _Fact:
    """One fact of one record."""

    row: Row
    field: Field
    value: Value

    @property
    def origin(self) -> Origin:
        return self.value.origin if self.value.state is not State.UNKNOWN else Origin.UNKNOWN


def facts(advisor: Advisor, account: Row, form: str) -> str:
    """Every fact of the account and its rows; what only guards may read is left out."""
    known = advisor.facts(account)
    words = Words(known, advisor.content.vocabulary, advisor.printer)
    found = list(_facts(advisor, known))
    if form == "json":
        from advisor.pages.page_json import dumps

        return dumps([_record(one, words) for one in found]) + "\n"
    head = "  ".join(words.word(key) for key in ("fact", "value", "unit", "origin_title"))
    day = f"{words.word('as_of')} {words.printer.full_date(advisor.settings.as_of)}"
    return "\n".join([day, head, *_lines(found, words)]) + "\n"


def _facts(advisor: Advisor, known: AccountFacts) -> Iterator[_Fact]:
    for entity in advisor.content.vocabulary.entities.values():
        if entity.rows not in ("one", "many", "single"):
            continue
        fields = [field for field in entity.fields.values() if not field.guarded and field.name != "account_id"]
        for row in known.rows(entity.name) or ():
            if entity.rows == "single" and not row.values:  # the whole book: `advisor portfolio` shows it
                continue
            yield from (_Fact(row, field, known.value(row, field.name)) for field in fields)


def _record(one: _Fact, words: Words) -> dict[str, Any]:
    row, field, value = one.row, one.field, one.value
    return {
        "row": row.where if row.entity != "account" else f"account {row.id}",
        "fact": f"{row.entity}.{field.name}",
        "label": words.printer.label(field.label, field.name),
        "value": value.data,
        "shown": words.printer.value(value, field),
        "unit": field.unit or (words.printer.currency if field.type == "money" else ""),
        "state": str(value.state),
        "origin": str(one.origin),
        "source": value.source,
    }


# --- text ----------------------------------------------------------------------------------------


def _lines(found: list[_Fact], words: Words) -> Iterator[str]:
    """One block a record; what is unknown of it is left out, but for the account's own facts."""
    last: Row | None = None
    for one in found:
        if one.row is not last:
            last = one.row
            yield from ("", words.source(_where(one.row)))
        if one.value.state is not State.UNKNOWN or one.row.entity == "account":
            yield from _line(one, words)


def _where(row: Row) -> str:
    return row.where if row.entity != "account" else f"account {row.id}"


def _line(one: _Fact, words: Words) -> list[str]:
    """A fact; its source stands below it where both have no room in a line."""
    field, value = one.field, one.value
    name = f"{field.name} {words.printer.label(field.label, field.name)}"
    shown = words.printer.value(value, field) if field.type == "ref" else words.shown(value, field)
    unit = _unit(field, words) if value.known else ""
    said = f"{name}{words.word('colon')}{shown}{unit}  [{words.word(f'origin.{one.origin.value}')}]"
    source = f"← {words.source(value.source)}" if value.source not in ("", _where(one.row)) else ""
    if not source or _INDENT + width(said) + 2 + width(source) > WIDTH:
        return [*_hanging(said, _INDENT), *(_hanging(source, _FURTHER) if source else [])]
    return [f"{' ' * _INDENT}{said}  {source}"]


def _unit(field: Field, words: Words) -> str:
    """What the figure is of; the currency stands in it already. A unit of a team's own stands as it was written."""
    units = words.printer.words["units"]
    return str(units.get(field.unit, f" {field.unit}")) if field.unit else ""


def _hanging(text: str, indent: int) -> list[str]:
    first, *rest = [text] if indent + width(text) <= WIDTH else wrap(text, WIDTH - _FURTHER)
    return [" " * indent + first, *(" " * _FURTHER + line for line in rest)]
