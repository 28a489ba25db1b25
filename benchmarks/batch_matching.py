"""Matching many plays about the account on the same flat facts: our engines, SQL written by hand, other rule engines.

    python benchmarks/batch_matching.py [--accounts 1000] [--plays 200] [--slice 1000] [--peers PYTHON] [--npm FOLDER]

SQL matches all accounts and writes long matches (account, play) to Parquet; engines that take one account at a time
match the first `--slice` of them. All matches are compared; the exit code is 1 when two engines differ. `--peers` names
a Python that has the other engines (extra `bench`), `--npm` a folder in which `npm install json-rules-engine` was run;
those that are not there are left out with a line. With `--ours` none of them is asked.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

from flat_facts import Facts, Flattener, derive  # noqa: E402
from many_plays import make  # noqa: E402
from predicates import by_hand, holds, plain  # noqa: E402

from advisor import __version__  # noqa: E402
from advisor.advice import session  # noqa: E402
from advisor.advice.workspace import Wish  # noqa: E402
from advisor.content.content import Content  # noqa: E402
from advisor.core.facts import Knowledge  # noqa: E402
from advisor.core.model import Row, Value, known, none  # noqa: E402
from advisor.core.tree import Node  # noqa: E402
from advisor.match import durable_match  # noqa: E402
from advisor.metrics import metric_tables  # noqa: E402
from advisor.sql.dialect import DUCKDB  # noqa: E402
from advisor.sql.expressions import Expressions  # noqa: E402
from advisor.sql.statement import Builder  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
PEERS = ("zen-engine", "zen-engine, batch call", "clipspy", "rule-engine")
Matches = set[tuple[str, str]]
_REPEATS = 3


@dataclass(frozen=True)
class Result:
    engine: str
    version: str
    accounts: int
    seconds: float
    matches: Matches
    note: str = ""
    mark: str = ""
    """A hash of all matches, the copies' too; of SQL alone."""


# --- content and facts ---------------------------------------------------------------------------


def plays_of(folder: Path, number: int) -> tuple[Content, dict[str, Node]]:
    """Content with enough plays, and the conditions of the first `number` about the account."""
    wanted = number * 2
    content = session.open_content(Wish(content=make(folder, wanted)))
    found = {play.code: play.when for play in content.plays if play.about == "account"}
    if len(found) < number:
        raise SystemExit(f"only {len(found)} of {wanted} plays are about the account")
    return content, dict(list(found.items())[:number])


def sample(folder: Path, accounts: int) -> Path:
    command = [sys.executable, str(ROOT / "cli.py"), "sample", "--accounts", str(accounts), "--out", str(folder)]
    subprocess.run(command, check=True, capture_output=True, cwd=folder.parent)
    return folder


# --- SQL -----------------------------------------------------------------------------------------


def sql(facts: Facts, conditions: Mapping[str, Node], as_of: Any, out: Path, copies: int = 1) -> Iterator[Result]:
    """Our statement and the one by hand, over the same table in memory; the best of some runs each."""
    reading = Expressions(facts.vocabulary, Knowledge({}, {}, {}), as_of, facts.given, DUCKDB)
    statement = Builder(reading).verdicts(conditions, "account")
    ours = {code: statement.columns[code] for code in conditions}
    columns = ", ".join(f"{by_hand(node, as_of, facts.empty)} AS {ours[code]}" for code, node in conditions.items())
    texts = {
        "advisor, SQL": (f"advisor {__version__}", statement.text),
        "SQL by hand": (f"DuckDB {version('duckdb')}", f"SELECT _account AS account_id, {columns} FROM in_account"),
    }
    with metric_tables.scratch() as connection:
        one = metric_tables.literal(str(facts.path))
        copied = "_account || CASE WHEN n = 0 THEN '' ELSE '~copy' || n END AS _account"
        replaced = f"SELECT * EXCLUDE (_id) REPLACE ({copied}, n * 100000000 + _rid AS _rid)"
        rows = f"{replaced} FROM {one}, range({copies}) AS copy(n)"
        connection.execute(f"CREATE TABLE in_account AS SELECT * EXCLUDE (n), _account AS _id FROM ({rows})")
        for name, (release, text) in texts.items():
            yield _timed(connection, name, release, _long(text, ours), out)


def _long(text: str, columns: Mapping[str, str]) -> str:
    """A row for each account and play that fires."""
    codes = ", ".join(f"CASE WHEN {column} THEN '{code}' END" for code, column in columns.items())
    listed = f"SELECT account_id, list_filter([{codes}], lambda x: x IS NOT NULL) AS plays FROM ({text})"
    return f"SELECT account_id, unnest(plays) AS play FROM ({listed})"


def _timed(connection: metric_tables.Connection, name: str, release: str, text: str, out: Path) -> Result:
    target = metric_tables.literal(str(out))
    connection.execute(f"EXPLAIN {text}").fetchall()
    start = time.perf_counter()
    connection.execute(f"EXPLAIN {text}").fetchall()
    planning = time.perf_counter() - start
    times = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        connection.execute(f"COPY ({text}) TO {target} (FORMAT parquet)")
        times.append(time.perf_counter() - start)
    rows = f"FROM read_parquet({target})"
    matches = set(connection.execute(f"SELECT account_id, play {rows} WHERE account_id NOT LIKE '%~copy%'").fetchall())
    mark = str(connection.execute(f"SELECT count(*), sum(hash(account_id, play)) {rows}").fetchall()[0])
    count = connection.execute("SELECT count(*) FROM in_account").fetchall()[0][0]
    return Result(name, release, count, min(times), matches, f"planning {planning:.2f} s of it", mark)


# --- one account at a time -----------------------------------------------------------------------


@dataclass(frozen=True)
class OneRow:
    """The facts of one account, which is one row."""

    as_of: Any
    row: Row

    def rows(self, entity: str) -> tuple[Row, ...] | None:
        return (self.row,) if entity == "account" else None

    def value(self, row: Row, name: str) -> Value:
        return row.get(name)

    def pointed(self, row: Row, name: str) -> Row | None:
        return None


def fetched(facts: Facts, number: int) -> list[dict[str, Any]]:
    names = ["_id", *facts.names()]
    columns = ", ".join(f'"{name}"' for name in names)
    text = f"SELECT {columns} FROM {metric_tables.literal(str(facts.path))} ORDER BY _rid LIMIT {number}"
    with metric_tables.scratch() as connection:
        return [dict(zip(names, row, strict=True)) for row in connection.execute(text).fetchall()]


def durable(facts: Facts, conditions: Mapping[str, Node], as_of: Any, rows: list[dict[str, Any]]) -> Result:
    matcher = durable_match.DurableMatcher(conditions, as_of)
    accounts = [OneRow(as_of, _row(facts, row)) for row in rows]
    matcher.fired(accounts[0], (accounts[0].row,))
    start = time.perf_counter()
    fired = [matcher.fired(one, (one.row,)) for one in accounts]
    seconds = time.perf_counter() - start
    found = {(one.row.id, code) for one, codes in zip(accounts, fired, strict=True) for code in codes}
    return Result("advisor, durable", f"durable_rules {version('durable_rules')}", len(rows), seconds, found)


def _row(facts: Facts, row: Mapping[str, Any]) -> Row:
    values = {name: known(row[name]) for name in facts.types if row[name] is not None}
    values |= {name: none() for name in facts.empty if row[f"{name}?"]}
    return Row("account", row["_id"], values)


# --- other engines -------------------------------------------------------------------------------


def peers(
    python: str, npm: str, facts: Facts, conditions: Mapping[str, Node], as_of: Any, rows: list[dict[str, Any]],
    folder: Path,
) -> Iterator[Result]:  # fmt: skip
    rules = {code: _plainly(holds(node, as_of, facts.empty)) for code, node in conditions.items()}
    (folder / "rules.json").write_text(json.dumps(rules, ensure_ascii=False), encoding="utf-8")
    lines = [json.dumps(_flat(facts, row), ensure_ascii=False) for row in rows]
    (folder / "facts.jsonl").write_text("\n".join(lines), encoding="utf-8")
    here = Path(__file__).parent
    commands = {engine: [python, str(here / "peer_engines.py"), engine, str(folder)] for engine in PEERS}
    commands["json-rules-engine"] = ["node", str(here / "peer_json_rules.mjs"), str(folder), npm]
    for engine, command in commands.items():
        if shutil.which(command[0]) is None:
            print(f"{engine} left out: there is no {command[0]}")
            continue
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode:
            print(f"{engine} left out: {(run.stderr.strip().splitlines() or ['no answer'])[-1][:100]}")
            continue
        answer = json.loads((folder / f"{engine}.json").read_text(encoding="utf-8"))
        pairs = zip(rows, answer["matches"], strict=True)
        found = {(row["_id"], code) for row, codes in pairs for code in codes}
        yield Result(engine, answer["version"], len(rows), answer["seconds"], found)


def _plainly(rule: list[Any]) -> list[Any]:
    return [_plainly(one) if rule[0] in ("all", "any") and isinstance(one, list) else plain(one) for one in rule]


def _flat(facts: Facts, row: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: plain(row[name]) for name in facts.types}
    return found | {f"{name}_none": row[f"{name}?"] is True for name in sorted(facts.empty)}


# --- the table -----------------------------------------------------------------------------------


def table(results: list[Result], first: list[str]) -> bool:
    """Print it. Returns: whether all engines found the same."""
    ours, among = results[0], set(first)
    part = {one for one in ours.matches if one[0] in among}
    print(f"{'engine':<24}{'version':<22}{'accounts':>9}{'seconds':>9}{'accounts/s':>12}{'SQL is':>9}  equal")
    same = True
    for one in results:
        expected = ours.matches if one.mark else part
        equal = one.matches == expected and one.mark in ("", ours.mark)
        same = same and equal
        rate, ratio = one.accounts / one.seconds, one.seconds / one.accounts / (ours.seconds / ours.accounts)
        numbers = f"{one.accounts:>9,}{one.seconds:>9.2f}{rate:>12,.0f}{ratio:>7.2f} ×"
        print(f"{one.engine:<24}{one.version:<22}{numbers}  {'yes' if equal else 'NO'}  {one.note}".rstrip())
        if not equal:
            print("  differs at", sorted(one.matches ^ expected)[:5])
    return same


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=1000)
    parser.add_argument("--plays", type=int, default=200)
    parser.add_argument("--slice", type=int, default=1000)
    parser.add_argument("--copies", type=int, default=1, help="how often SQL gets the facts, for larger numbers")
    parser.add_argument("--peers", default=sys.executable, help="a Python that has the other engines")
    parser.add_argument("--npm", default=".", help="a folder in which json-rules-engine is installed")
    parser.add_argument("--ours", action="store_true", help="our engines and SQL by hand only")
    parser.add_argument("--data", type=Path, help="a book that is there (of --accounts accounts)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        sys.exit(0 if measured(options, Path(home)) else 1)


def measured(options: argparse.Namespace, home: Path) -> bool:
    content, conditions = plays_of(home / "content", options.plays)
    data = options.data or sample(home / "book", options.accounts)
    flat = Flattener()
    conditions = {code: flat.node(node) for code, node in conditions.items()}
    facts = derive(content, data, flat, home / "facts.parquet")
    as_of = content_day(content, data)
    rows = fetched(facts, min(options.slice, options.accounts))
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{len(conditions)} plays over {len(facts.types)} flat facts, {options.accounts:,} accounts", flush=True)
    results = list(sql(facts, conditions, as_of, home / "matches.parquet", options.copies))
    if durable_match.available():
        results.append(durable(facts, conditions, as_of, rows))
    if not options.ours:
        results += peers(options.peers, options.npm, facts, conditions, as_of, rows, home)
    return table(results, [row["_id"] for row in rows])


def content_day(content: Content, data: Path) -> Any:
    from advisor.advice.workspace import resolve

    return resolve(Wish(data=data), content.vocabulary, None).as_of


if __name__ == "__main__":
    main()
