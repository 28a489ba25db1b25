"""Cells of a whole column: those written plainly are read by SQL, each other text once by the row reader.

What SQL takes for plain is narrower than what the row reader accepts, and it means the same to both; everything else
goes through `data.cells`, so that there is one meaning of a cell.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from advisor.batch.ingest_files import TEXT, is_trimmed
from advisor.content.cell_words import Words
from advisor.core.model import State, Value
from advisor.core.vocabulary import NUMERIC, Field
from advisor.data.cells import TOO_LONG, Bad, Read, Reader
from advisor.sql.dialect import DUCKDB

_WHOLE_TYPES = ("integer", "days")
_LETTERS = "!-~\\x{4e00}-\\x{9fff}"
_LETTER_TEXT = f"[{_LETTERS}](?:[ {_LETTERS}]*[{_LETTERS}])?"
_NUMBER = "[+-]?[0-9]{1,15}(?:\\.[0-9]{1,9})?"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = "(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
_WHOLE_ID = "[+-]?[0-9]+\\.0+"
_INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
_EARLIEST = "DATE '1900-01-01'"


@dataclass(frozen=True)
class Plain:
    """SQL for the cells of a column that are written plainly: whether one is, and what it then holds."""

    test: str
    value: str


_NEVER = Plain("FALSE", "NULL")


def plain(of: Field, words: Words, kind: str, cell: str) -> Plain:
    """What SQL reads itself of a column.

    Args: of – the field; kind – the column's type in the database; cell – SQL for a cell that is not NULL.
    """
    type_ = DUCKDB.type(of.type)
    found = _of_text(of, words, cell) if kind == TEXT else _of_kind(of, kind, cell)
    if of.unknown_value is not None and found is not _NEVER:
        found = Plain(f"({found.test} AND {found.value} <> {DUCKDB.literal(of.unknown_value)})", found.value)
    return Plain(f"coalesce({found.test}, FALSE)", f"CAST({found.value} AS {type_})")


# --- columns of text -----------------------------------------------------------------------------


def _of_text(of: Field, words: Words, cell: str) -> Plain:
    if of.type in ("text", "ref"):
        return _word(of, words, cell)
    if of.type in NUMERIC:
        return _number(of, words, cell)
    if of.type == "date":
        return _date(cell)
    if of.type in ("choice", "yes_no"):
        return _listed(of, words, cell)
    return _NEVER


def _word(of: Field, words: Words, cell: str) -> Plain:
    """Texts without blanks around them that none of the special words could be."""
    special = frozenset().union(words.empty, words.unknown, words.null_words, words.none)
    lower = {word.lower() for word in special} | special
    simple = f"(regexp_full_match({cell}, '{_LETTER_TEXT}') AND lower({cell}) NOT IN ({_literals(lower)}))"
    if of.name == "id" or of.type == "ref":
        whole = f"contains({cell}, '.') AND regexp_full_match({cell}, '{_WHOLE_ID}')"
        return Plain(simple, f"CASE WHEN {whole} THEN split_part({cell}, '.', 1) ELSE {cell} END")
    longest = max((len(unicodedata.normalize("NFD", word)) for word in special), default=0)
    long = f"(length({cell}) > {3 * longest} AND {is_trimmed(cell)})"
    return Plain(f"({long} OR {simple})", cell)


def _number(of: Field, words: Words, cell: str) -> Plain:
    number = f"TRY_CAST({cell} AS DECIMAL(38, 9))"
    tests = [f"regexp_full_match({cell}, '{_NUMBER}')", *_in_range(of, number)]
    special = {word for word in _special(words) if any(mark.isdigit() for mark in word)}
    if special:
        tests.insert(0, f"{cell} NOT IN ({_literals(special)})")
    return Plain(f"({' AND '.join(tests)})", number)


def _in_range(of: Field, number: str) -> list[str]:
    tests = [f"{number} = trunc({number})"] if of.type in _WHOLE_TYPES else []
    tests += [f"{number} >= {DUCKDB.literal(Decimal(repr(of.minimum)))}"] if of.minimum is not None else []
    tests += [f"{number} <= {DUCKDB.literal(Decimal(repr(of.maximum)))}"] if of.maximum is not None else []
    return tests


def _date(cell: str) -> Plain:
    day = f"TRY_CAST(left({cell}, 10) AS DATE)"
    return Plain(f"(regexp_full_match({cell}, '{_DAY}{_TIME}') AND {day} >= {_EARLIEST})", day)


def _listed(of: Field, words: Words, cell: str) -> Plain:
    """The few texts that a cell is likely to be, as the row reader takes them."""
    read = Reader(of, words)
    likely: Iterable[str] = (
        sorted(words.yes | words.no) if of.type == "yes_no" else of.choices.labels if of.choices else ()
    )
    values = {text: value.data for text in likely if isinstance(value := read(text), Value) and value.known}
    if not values:
        return _NEVER
    said = cell
    if any(data != text for text, data in values.items()):
        whens = " ".join(f"WHEN {DUCKDB.string(text)} THEN {DUCKDB.literal(data)}" for text, data in values.items())
        said = f"CASE {cell} {whens} END"
    return Plain(f"{cell} IN ({_literals(values)})", said)


def _special(words: Words) -> frozenset[str]:
    return frozenset().union(words.empty, words.unknown, words.null_words, words.none)


def _literals(texts: Iterable[str]) -> str:
    return ", ".join(DUCKDB.string(text) for text in sorted(texts)) or "NULL"


# --- columns of other types ----------------------------------------------------------------------


def _of_kind(of: Field, kind: str, cell: str) -> Plain:
    if of.type in NUMERIC and (kind in _INTEGERS or kind.startswith("DECIMAL")):
        return _exact(of, kind, cell)
    if of.type in NUMERIC and kind == "DOUBLE":
        tests = " AND ".join([f"abs({cell}) < 1e15", *_in_range(of, _decimal(cell))])
        return Plain(f"({tests})", _decimal(cell))
    if of.type == "date" and kind in ("DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"):
        day = f"CAST({cell} AS DATE)"
        return Plain(f"(isfinite({cell}) AND year({cell}) BETWEEN 1 AND 9999)", day)
    if of.type in ("text", "ref") and kind in _INTEGERS:
        return Plain("TRUE", f"CAST({cell} AS VARCHAR)")
    if of.type in ("text", "ref") and kind == "DOUBLE":
        return Plain(f"({cell} = trunc({cell}) AND abs({cell}) < 1e15)", f"CAST(CAST({cell} AS BIGINT) AS VARCHAR)")
    return Plain("TRUE", cell) if of.type == "yes_no" and kind == "BOOLEAN" else _NEVER


def _decimal(cell: str) -> str:
    """A binary fraction through its shortest text, as Python prints it."""
    return f"TRY_CAST(CAST({cell} AS VARCHAR) AS DECIMAL(38, 9))"


def _exact(of: Field, kind: str, cell: str) -> Plain:
    number = f"TRY_CAST({cell} AS DECIMAL(38, 9))"
    return Plain(f"({' AND '.join([f'abs({number}) < {TOO_LONG}', *_in_range(of, number)])})", number)


# --- all other cells -----------------------------------------------------------------------------


class Judge:
    """The row reader for one column, with the mapping's words for the system that the table comes from."""

    def __init__(self, of: Field, words: Words, changes: Mapping[str, Any] | None = None) -> None:
        self.of = of
        self.changes = changes
        self.kind = DUCKDB.type(of.type)
        self._read = Reader(of, words)

    def __call__(self, raw: Any) -> Read:
        return self._read(raw if self.changes is None else self.changes.get(str(raw).strip(), raw))

    def columns(self, raws: list[Any]) -> list[tuple[str, str, list[Any]]]:
        """What many cells say, as columns: the value, whether it is none, and the code of what is wrong."""
        values = [self(raw) for raw in raws]
        return [
            ("v", self.kind, [_data(value) for value in values]),
            ("none", "BOOLEAN", [isinstance(value, Value) and value.state is State.NONE for value in values]),
            ("code", "VARCHAR", [value.code if isinstance(value, Bad) else None for value in values]),
        ]


def _data(value: Read) -> Any:
    if isinstance(value, Bad) or not value.known:
        return None
    data = value.data
    if isinstance(data, Decimal):
        return format(data, "f")
    return list(data) if isinstance(data, tuple) else data
