"""Books made by hand for the tests of metrics, over the bundled vocabulary, policy and SQL."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from advisor.content.read_rules import read_derived_fields, read_policy, read_vocabulary
from advisor.core import yaml_in
from advisor.core.model import Problem, Row, known
from advisor.core.vocabulary import Vocabulary
from advisor.metrics.metrics import Metrics, MetricSource

RULES = Path(__file__).parents[1] / "rules"
AS_OF = datetime.date(2026, 11, 20)
LONG_AGO = "2020-01-01"  # an order of nobody's on this day makes the book reach back far enough


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@cache
def vocabulary() -> Vocabulary:
    problems: list[Problem] = []
    found = read_vocabulary(yaml_in.load(RULES / "facts.yaml", "rules/facts.yaml")[0], problems)
    derived = [yaml_in.load(path, path.name)[0] for path in sorted((RULES / "derived").glob("*.yaml"))]
    found = read_derived_fields(derived, found, problems)
    assert not problems
    return found


@cache
def policy() -> Mapping[str, Any]:
    problems: list[Problem] = []
    found = read_policy(yaml_in.load(RULES / "policy.yaml", "rules/policy.yaml")[0], problems)
    assert not problems
    return found


@cache
def files() -> Mapping[str, tuple[str, str]]:
    paths = sorted((RULES / "metrics").glob("*.sql"))
    return {path.name: (path.read_text(encoding="utf-8"), f"rules/metrics/{path.name}") for path in paths}


@dataclass
class Shelf:
    """As much of a book as metrics read."""

    as_of: datetime.date = AS_OF
    tables: dict[str, tuple[Row, ...] | None] = field(default_factory=dict)

    def add(self, entity: str, row_id: str, **values: Any) -> Shelf:
        """Add a row; dates may be written as text, and None is unknown."""
        fields = vocabulary().entities[entity].fields
        typed = {name: _typed(fields[name].type, data) for name, data in values.items() if data is not None}
        dated = values.get(vocabulary().entities[entity].dated)
        where = f"{entity} {row_id} {dated}" if dated else f"{entity} {row_id}"
        row = Row(entity, row_id, {name: known(data, source=where) for name, data in typed.items()}, where)
        self.tables[entity] = (*(self.tables.get(entity) or ()), row)
        return self

    def accounts(self, *ids: str) -> Shelf:
        for account_id in ids:
            self.add("account", account_id)
        return self

    def orders(self, account_id: str, dates: Sequence[str], **values: Any) -> Shelf:
        """Add orders of an account, numbered R1, R2, … through the book."""
        self.tables.setdefault("order", ())
        for date in dates:
            number = len(self.tables["order"] or ()) + 1
            self.add("order", f"R{number}", account_id=account_id, ordered_on=date, **values)
        return self


def _typed(kind: str, data: Any) -> Any:
    if kind == "date" and isinstance(data, str):
        return day(data)
    return Decimal(str(data)) if kind in ("money", "ratio", "number") else data


def source(
    shelf: Shelf, closed: Sequence[tuple[str, str]] = (), changes: Mapping[str, Any] | None = None,
    sql: Mapping[str, str] | None = None, seconds: float = 60.0,
) -> MetricSource:  # fmt: skip
    """The bundled metrics over a book. `sql` adds files, `changes` overrides thresholds."""
    found = {**files(), **{name: (text, f"rules/metrics/{name}") for name, text in (sql or {}).items()}}
    periods = [(day(first), day(last)) for first, last in closed]
    return MetricSource(Metrics(found, {**policy(), **(changes or {})}, periods), vocabulary(), shelf, seconds)


def figures(made: MetricSource, file: str, account_id: str = "A1") -> dict[str, Any]:
    """A metric's plain figures for an account; None for what is unknown."""
    return {column: value.data for column, value in made.value(file, account_id).items()}
