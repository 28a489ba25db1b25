"""Spark's spelling. What differs from DuckDB's is here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from advisor.sql.dialect import DuckDB

_ROWS = 2**32  # more than one account has rows


class Spark(DuckDB):
    """Spark SQL 3.5 and later; the same in ANSI mode and without it."""

    name = "spark"
    text = "STRING"
    # Spark widens a decimal with each addition; at 38 digits it would cut its places instead.
    decimal = "DECIMAL(28, 9)"
    # Spark puts the text of a step into every place that reads it: the plan would grow without end.
    step_by_step = True

    # --- literals and types ----------------------------------------------------------------------

    def list_type(self, of: str) -> str:
        return f"ARRAY<{of}>"

    def quoted(self, name: str) -> str:
        return "`" + name.replace("`", "``") + "`"

    def string(self, text: str) -> str:
        """Backslashes speak, quotes are not doubled, and `${…}` would be replaced by a setting."""
        escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("${", "\\u0024{")
        return f"'{escaped}'"

    def shown(self, number: str) -> str:
        """A cast to text may give 0E-9."""
        text = f"replace(format_number(CAST({number} AS {self.decimal}), 9), ',', '')"
        return f"regexp_replace(regexp_replace({text}, '0+$', ''), '[.]$', '')"

    # --- lists -----------------------------------------------------------------------------------

    def list(self, items: Sequence[str]) -> str:
        return f"array({', '.join(items)})" if items else f"CAST(array() AS {self.list_type(self.text)})"

    def contains(self, items: str, item: str) -> str:
        return f"array_contains({items}, {item})"

    def has_all(self, items: str, wanted: str) -> str:
        return f"(array_size(array_except({wanted}, {items})) = 0)"

    def has_any(self, items: str, wanted: str) -> str:
        return f"arrays_overlap({items}, {wanted})"

    def joined(self, lists: Iterable[str]) -> str:
        return f"concat({', '.join(lists)})"

    def concatenated(self, lists: Sequence[str]) -> str:
        texts = self.list_type(self.text)
        return "concat(" + ", ".join(f"array_join(CAST({one} AS {texts}), '')" for one in lists) + ")"

    def size(self, items: str) -> str:
        return f"CAST(array_size({items}) AS BIGINT)"

    def at(self, items: str, number: str) -> str:
        return f"get({items}, CAST({number} AS INT) - 1)"

    def position(self, items: str, item: str) -> str:
        return f"nullif(array_position({items}, {item}), 0)"

    def first_items(self, items: str, number: int) -> str:
        return f"slice({items}, 1, {number})"

    def kept(self, items: str, test: str) -> str:
        return f"filter({items}, x -> {test})"

    def each(self, items: str, figure: str) -> str:
        return f"transform({items}, x -> {figure})"

    def distinct(self, items: str) -> str:
        return f"array_distinct({items})"

    def numbers(self, first: str, last: str) -> str:
        return f"sequence({first}, {last})"

    def numbered(self, account: str, order: str) -> str:
        """Within each account, so that no task must see all rows."""
        within = f"row_number() OVER (PARTITION BY {account} ORDER BY {order})"
        return f"(CAST({account} AS BIGINT) * {_ROWS} + {within})"

    def spread(self, items: str) -> str:
        return f"explode({items})"

    # --- statements ------------------------------------------------------------------------------

    def create_table(self, name: str, body: str) -> str:
        """Spark has no temporary tables: the script drops it in the end."""
        return f"CREATE TABLE {name} USING parquet AS\n{body}"

    # --- days ------------------------------------------------------------------------------------

    def days_between(self, later: str, earlier: str) -> str:
        return f"CAST(datediff({later}, {earlier}) AS BIGINT)"

    def days_after(self, day: str, days: str) -> str:
        return f"date_add({day}, CAST({days} AS INT))"

    # --- aggregates ------------------------------------------------------------------------------

    def collected(self, fields: dict[str, str], test: str, ascending: bool) -> str:
        record = ", ".join(f"'{name}', {text}" for name, text in fields.items())
        rows = f"collect_list(named_struct({record})) FILTER (WHERE {test})"
        return f"sort_array({rows}, {'TRUE' if ascending else 'FALSE'})"


SPARK = Spark()
