"""How a warehouse spells what the SQL reader needs. One class a dialect; each is run by a test."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

FRACTIONS = frozenset({"number", "ratio", "money"})
_TYPES = {"yes_no": "BOOLEAN", "integer": "BIGINT", "days": "BIGINT", "date": "DATE"}


class DuckDB:
    """DuckDB's spelling, which others change where theirs differs."""

    name = "duckdb"
    text = "VARCHAR"
    decimal = "DECIMAL(38, 9)"
    step_by_step = False  # whether steps that are read more than once must become tables

    # --- literals and types ----------------------------------------------------------------------

    def type(self, kind: str) -> str:
        """The column type of a fact's type."""
        if kind in ("choices", "texts"):
            return self.list_type(self.text)
        return self.decimal if kind in FRACTIONS else _TYPES.get(kind, self.text)

    def list_type(self, of: str) -> str:
        return f"{of}[]"

    def quoted(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    def string(self, text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    def literal(self, data: Any) -> str:
        """A constant: yes or no, a number, a day, a text or a list of these."""
        if isinstance(data, tuple | list):
            return self.list([self.literal(one) for one in data])
        if isinstance(data, bool):
            return "TRUE" if data else "FALSE"
        if isinstance(data, datetime.date):
            return f"DATE '{data.isoformat()}'"
        if isinstance(data, int):
            return f"CAST({data} AS BIGINT)"
        return f"CAST({data:f} AS {self.decimal})" if isinstance(data, Decimal) else self.string(str(data))

    def shown(self, number: str) -> str:
        """A decimal as text, without the noughts at its end."""
        return f"regexp_replace(regexp_replace(CAST({number} AS {self.text}), '(\\.[0-9]*?)0+$', '\\1'), '\\.$', '')"

    # --- lists -----------------------------------------------------------------------------------

    def list(self, items: Sequence[str]) -> str:
        return f"[{', '.join(items)}]" if items else f"CAST([] AS {self.list_type(self.text)})"

    def contains(self, items: str, item: str) -> str:
        return f"list_contains({items}, {item})"

    def has_all(self, items: str, wanted: str) -> str:
        return f"list_has_all({items}, {wanted})"

    def has_any(self, items: str, wanted: str) -> str:
        return f"list_has_any({items}, {wanted})"

    def joined(self, lists: Iterable[str]) -> str:
        return f"flatten([{', '.join(lists)}])"

    def flat(self, lists: str) -> str:
        return f"flatten({lists})"

    def concatenated(self, lists: Sequence[str]) -> str:
        """All items of all lists in one text."""
        return "concat(" + ", ".join(f"array_to_string({one}, '')" for one in lists) + ")"

    def size(self, items: str) -> str:
        return f"CAST(len({items}) AS BIGINT)"

    def at(self, items: str, number: str) -> str:
        return f"{items}[{number}]"

    def position(self, items: str, item: str) -> str:
        return f"list_position({items}, {item})"

    def first_items(self, items: str, number: int) -> str:
        return f"list_slice({items}, 1, {number})"

    def kept(self, items: str, test: str) -> str:
        """The items for which a test of `x` holds."""
        return f"list_filter({items}, lambda x: {test})"

    def each(self, items: str, figure: str) -> str:
        """A figure of `x` for each item."""
        return f"list_transform({items}, lambda x: {figure})"

    def distinct(self, items: str) -> str:
        """Each item once, in the order of its first place."""
        # To ask of each item whether it is the first of its kind would take the square of their number.
        placed = f"list_transform(list_distinct({items}), lambda x: {{'place': list_position({items}, x), 'item': x}})"
        return f"list_transform(list_sort({placed}), lambda x: x.item)"

    def numbers(self, first: str, last: str) -> str:
        return f"range({first}, {last} + 1)"

    def numbered(self, account: str, order: str) -> str:
        """A number for each row, in the order of the accounts and, within one, in an order."""
        return f"row_number() OVER (ORDER BY {account}, {order})"

    def spread(self, items: str) -> str:
        """A row for each item."""
        return f"unnest({items})"

    # --- statements ------------------------------------------------------------------------------

    def create_table(self, name: str, body: str) -> str:
        """A table for as long as the script runs."""
        return f"CREATE OR REPLACE TEMP TABLE {name} AS\n{body}"

    def create_view(self, name: str, body: str) -> str:
        return f"CREATE OR REPLACE TEMP VIEW {name} AS\n{body}"

    # --- days ------------------------------------------------------------------------------------

    def days_between(self, later: str, earlier: str) -> str:
        return f"date_diff('day', {earlier}, {later})"

    def days_after(self, day: str, days: str) -> str:
        return f"({day} + CAST({days} AS INTEGER))"

    # --- aggregates ------------------------------------------------------------------------------

    def count_if(self, test: str) -> str:
        return f"count(*) FILTER (WHERE {test})"

    def only(self, aggregate: str, test: str) -> str:
        return f"{aggregate} FILTER (WHERE {test})"

    def collected(self, fields: dict[str, str], test: str, ascending: bool) -> str:
        """The rows that pass a test as a list of records, sorted by their fields in order."""
        record = "{" + ", ".join(f"{name}: {text}" for name, text in fields.items()) + "}"
        order = "ASC" if ascending else "DESC"
        return f"list_sort(list({record}) FILTER (WHERE {test}), '{order}')"


DUCKDB = DuckDB()
