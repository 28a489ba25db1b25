"""The silence score of 2,357 real customers (CDNOW) against an independent computation in plain Python."""

from __future__ import annotations

import datetime
import importlib.util
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from advisor.core.model import Row, known
from tests.metric_fixture import Shelf, source

AS_OF = datetime.date(1998, 6, 30)
Orders = list[tuple[str, datetime.date, Decimal]]


def read_orders() -> Orders:
    """The sample file inside the PyPI package lifetimes; the package itself need not be importable."""
    found = importlib.util.find_spec("lifetimes")
    folders = list(found.submodule_search_locations or []) if found else []
    path = next((p for f in folders if (p := Path(f) / "datasets" / "CDNOW_sample.txt").is_file()), None)
    if path is None:
        pytest.skip("the package lifetimes, which brings the CDNOW data, is not installed")
    lines = [line.split() for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
    return [(line[1], datetime.datetime.strptime(line[2], "%Y%m%d").date(), Decimal(line[4])) for line in lines]


def book(orders: Orders) -> Shelf:
    accounts = [Row("account", name, {}, f"account {name}") for name in dict.fromkeys(name for name, _, _ in orders)]
    rows = [
        Row("order", f"R{n}", {"account_id": known(name), "ordered_on": known(date), "amount": known(amount)})
        for n, (name, date, amount) in enumerate(orders)
    ]
    return Shelf(AS_OF, {"account": tuple(accounts), "order": tuple(rows)})


def expected(dates: Sequence[datetime.date]) -> tuple[int, int, int | None, Decimal | None, str | None]:
    """Order days, recency, longest gap, score and band, straight from methodology 7.4."""
    days = sorted(set(dates))
    recency = (AS_OF - days[-1]).days
    if len(days) < 3:
        return len(days), recency, None, None, None
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    score = round(Decimal(recency) / max(gaps), 9)
    place = len([gap for gap in gaps if gap <= recency]) + 1
    if len(days) < 5:
        return len(days), recency, max(gaps), score, None
    if place == len(days):
        band = "silent"
    elif 4 * place >= 3 * len(days):
        band = "near"
    else:
        band = "active" if 3 * place <= len(days) else "middle"
    return len(days), recency, max(gaps), score, band


def test_silence_of_every_customer() -> None:
    orders = read_orders()
    dates: dict[str, list[datetime.date]] = defaultdict(list)
    for name, date, _ in orders:
        dates[name].append(date)
    assert len(dates) == 2357
    made = source(book(orders))
    columns = ("order_days", "recency_days", "max_gap_days", "silence_score", "silence_band")
    for name, days in dates.items():
        found = made.value("order_gaps.sql", name)
        assert tuple(found[column].data for column in columns) == expected(days), name
    bands = [expected(days)[-1] for days in dates.values()]
    assert {"silent", "near", "middle", "active", None} == set(bands)


def test_sales_of_the_sample() -> None:
    """The same sum, taken another way."""
    orders = read_orders()
    made = source(book(orders))
    start = AS_OF - datetime.timedelta(days=365)
    year = sum(amount for _, date, amount in orders if start < date <= AS_OF)
    names = {name for name, _, _ in orders}
    assert sum(made.value("sales.sql", name)["annual_sales"].data for name in names) == year
