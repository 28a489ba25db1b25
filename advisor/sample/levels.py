"""Columns that read one another as a SELECT: one level below the other, each computed once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from advisor.sample.making import Column, quoted


def levelled(base: str, columns: Mapping[str, Column], chances: Mapping[str, str], wanted: Iterable[str]) -> str:
    """A SELECT with the wanted columns, all that they read, and the base's own.

    Raises: ValueError – columns read one another in a circle; its text names one of them.
    """
    depth: dict[str, int] = {}
    for name in wanted:
        _settle(name, columns, depth, frozenset())
    text = " ".join(columns[name].sql for name in depth)
    drawn = [f"{sql} AS {quoted(name)}" for name, sql in chances.items() if quoted(name) in text]
    select = f"SELECT *, {', '.join(drawn)} FROM ({base})" if drawn else base
    for level in range(1, max(depth.values(), default=0) + 1):
        made = [f"{columns[name].sql} AS {quoted(name)}" for name, at in depth.items() if at == level]
        select = f"SELECT *, {', '.join(made)} FROM ({select})"
    return select


def _settle(name: str, columns: Mapping[str, Column], depth: dict[str, int], above: frozenset[str]) -> int:
    if name in above:
        raise ValueError(name)
    if name not in depth:
        below = sorted(columns[name].reads & columns.keys())
        level = 1 + max((_settle(one, columns, depth, above | {name}) for one in below), default=0)
        depth[name] = level
    return depth[name]
