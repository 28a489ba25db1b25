"""What a record holds: cells that share their values, and how they are read without making new ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from advisor.core.model import Origin, Row, Value


class Cells(Mapping[str, Value]):
    """A row's values. Equal cells of a table share one value; the record is added as its source when it is asked for.

    `index` gives the place of each field in `values`, where None stands for unknown.
    """

    __slots__ = ("_values", "index", "where")

    def __init__(self, index: Mapping[str, int], values: tuple[Value | None, ...], where: str) -> None:
        self.index = index
        self._values = values
        self.where = where

    def bare(self, name: str) -> Value | None:
        """The value without its source."""
        number = self.index.get(name)
        return None if number is None else self._values[number]

    def get(self, name: str, default: Any = None) -> Any:
        value = self.bare(name)
        return default if value is None else Value(value.state, value.data, Origin.ASSERTED, self.where)

    def __getitem__(self, name: str) -> Value:
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return cast(Value, value)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.bare(name) is not None

    def __iter__(self) -> Iterator[str]:
        return (name for name, number in self.index.items() if self._values[number] is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return repr(dict(self))


def bare(row: Row, name: str) -> Value | None:
    """A field's value without its source, None when it is unknown (quicker than asking for the value)."""
    return row.values.bare(name) if isinstance(row.values, Cells) else row.values.get(name)


def sourced(row: Row, name: str) -> tuple[Value | None, str]:
    """The same, with the record that holds it."""
    values = row.values
    value = values.bare(name) if isinstance(values, Cells) else values.get(name)
    if value is None:
        return None, ""
    return value, values.where if isinstance(values, Cells) else value.source


def data_of(row: Row, name: str) -> Any:
    """A known field's data, None when it is not known."""
    value = bare(row, name)
    return value.data if value is not None and value.known else None
