"""One night: tables in, advice for every account out, with a manifest; safe to break off and to go on with."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from advisor import __version__
from advisor.advice import session
from advisor.advice.advise import Advisor
from advisor.advice.workspace import Settings
from advisor.batch import digest, folder, inputs, manifest, outputs, run, since, store, work
from advisor.batch.ingest_files import PACKED
from advisor.batch.parts import Parts
from advisor.batch.rows import Layout
from advisor.batch.store import Store
from advisor.batch.stored import Chunks
from advisor.content.content import Content
from advisor.content.plays import PORTFOLIO
from advisor.content.reread import is_play
from advisor.core.home import shown
from advisor.core.model import Place, Problem, stop
from advisor.data.book import Book
from advisor.metrics import metric_tables
from advisor.metrics.metric_tables import QueryFailed
from advisor.pages import portfolio
from advisor.pages.page_markup import html_body, md_body
from advisor.sql.relations import Given

# Bytes of tables above which no record is held in memory; below, planning the SQL takes longer than reading.
IN_BULK = 15_000_000
_PREPARED = "prepared.json"
_STORE = "book.duckdb"
_INPUTS = "inputs.parquet"
_KEPT = "kept.parquet"
_OLD = "old.parquet"


class Watch(Protocol):
    """Who is told how far it is; phases are tables, figures, matching and writing."""

    def phase(self, name: str, total: int = 0) -> None: ...

    def more(self, number: int) -> None: ...

    def seconds(self) -> Mapping[str, float]: ...


@dataclass(frozen=True)
class Order:
    """What is wanted of a night; `size` is how many accounts a worker takes at a time (0: as suits the book)."""

    out: Path
    top: int = 5
    everything: bool = False
    engine: str = "sql"
    workers: int = 1
    since: Path | None = None
    resume: bool = False
    digest: Path | None = None
    size: int = 0
    master: str = "local[*]"  # of Spark
    encoding: str = ""


@dataclass(frozen=True)
class Prepared:
    """The book as a store, what is wrong with it, and why all accounts are advised on (empty: not all are)."""

    store: Store
    problems: Mapping[str, Any]
    shared: str
    anew: tuple[str, ...]
    before: str = ""  # the hash of the earlier run's content


@dataclass(frozen=True)
class Night:
    """What came out."""

    manifest: Mapping[str, Any]
    computed: int
    anew: tuple[str, ...]
    going_on: bool
    pages: int = 0


def night(content: Content, settings: Settings, order: Order, watch: Watch) -> Night:
    """Advise on every account of the settings' tables and write what the order wants.

    Raises: AdvisorError – the output cannot be written, tables are unreadable, or what is to be resumed has changed.
    """
    with _clear_errors(order.out):
        check(settings, order)
        key = key_of(content, settings, order)
        with folder.opened(order.out, key, order.resume, _PREPARED) as (parts, going_on):
            prepared = _prepared(parts) if going_on else _prepare(content, settings, order, key, parts, watch)
            found = _through(content, settings, order, key, prepared, parts, watch)
            folder.remove(parts)
    return dataclasses.replace(found, going_on=going_on)


def check(settings: Settings, order: Order) -> None:
    """Stop before the work when it would be for nothing.

    Raises: AdvisorError – the output cannot be written, or would be read as a table the next time.
    """
    outputs.check(order.out)
    if order.engine == "spark":
        from advisor.batch.spark_run import needed

        needed()
    if order.out.resolve().parent == settings.data.resolve():
        raise stop("batch-out-in-data", 2, Place(shown(order.out)), folder=shown(settings.data))
    if order.digest is not None and order.digest.exists() and not order.digest.is_dir():
        raise stop("cannot-write", 2, Place(shown(order.digest)), why=os.strerror(errno.ENOTDIR))


def key_of(content: Content, settings: Settings, order: Order) -> dict[str, Any]:
    """All that the output depends on."""
    mapping = settings.mapping
    return {
        "content": content.digest,
        **_hashes(content),
        "data": session.digest_of_tables(settings),
        "history": session.digest_of_history(settings),
        "mapping": session.digest_of(repr(mapping).encode()) if mapping else None,
        "encoding": order.encoding,
        "as_of": settings.as_of.isoformat(),
        "lang": settings.language,
        "currency": settings.currency,
        "country": settings.country,
        "closed": [[first.isoformat(), last.isoformat()] for first, last in settings.closed],
        "top": order.top,
        "all": order.everything,
        "engine": order.engine,
        "digest": order.digest is not None,
        "version": f"{__version__}, holidays {version('holidays')}",
    }


def _hashes(content: Content) -> dict[str, Any]:
    """Of each play's file, and of all other content's."""
    plays = {play.code: content.files[f"playbooks/{play.path}.yaml"] for play in content.plays}
    rules = {name: one for name, one in content.files.items() if not is_play(Path(name))}
    return {"rules": manifest.fingerprint(rules), "plays": plays}


@contextmanager
def _clear_errors(out: Path) -> Iterator[None]:
    """What the machine refuses, in the user's words; the parts stay, for --resume."""
    try:
        with metric_tables.failures(also=()):
            yield
    except BrokenProcessPool:
        raise stop("batch-worker-died", 1, Place(shown(out))) from None
    except (QueryFailed, RuntimeError) as error:
        if metric_tables.interrupted(error):  # Ctrl-C, which the database heard first
            raise KeyboardInterrupt from None
        if not isinstance(error, QueryFailed):
            raise
        why = str(error) if not error.cause else _CAUSES[error.cause]
        raise stop("batch-cannot-write", 1, Place(shown(out)), why=why) from error
    except OSError as error:
        raise stop("batch-cannot-write", 1, Place(shown(out)), why=error.strerror or str(error)) from error


_CAUSES = {
    "space": os.strerror(errno.ENOSPC),
    "rights": os.strerror(errno.EACCES),
    "memory": os.strerror(errno.ENOMEM),
}


# --- tables in -----------------------------------------------------------------------------------


def read_in(
    content: Content, settings: Settings, path: Path, watch: Watch, encoding: str = ""
) -> tuple[Store, tuple[Problem, ...]]:
    """The tables and the history as a store at `path`, and what is wrong with them.

    Args: encoding – of CSV files that do not say theirs.
    """
    watch.phase("tables")
    if encoding or _is_large(settings.data):
        return _in_bulk(content, settings, path, encoding)
    book = session.open_tables(content, settings)
    watch.phase("figures")
    with metric_tables.failures():
        return store.write(path, content, book.tables, settings.as_of, settings.closed), book.problems


def _in_bulk(content: Content, settings: Settings, path: Path, encoding: str) -> tuple[Store, tuple[Problem, ...]]:
    """A book too big to be held in memory; its own figures, the portfolio's, have a row all the same."""
    from advisor.batch.ingest import ingest

    history, noted = session.read_history(settings.history, content.vocabulary, content.cells)
    made, problems = ingest(
        settings.data, content, settings.as_of, path, settings.mapping, encoding or None, settings.closed,
        history=history, but=settings.history,
    )  # fmt: skip
    problems = (*problems, *noted)
    return (made if PORTFOLIO in made.given.columns else store.with_single(made, PORTFOLIO)), problems


def _is_large(data: Path) -> bool:
    files = [one for one in data.iterdir() if one.is_file()] if data.is_dir() else []
    return sum(one.stat().st_size * (PACKED if one.suffix == ".parquet" else 1) for one in files) > IN_BULK


def _prepare(
    content: Content, settings: Settings, order: Order, key: Mapping[str, Any], parts: Path, watch: Watch
) -> Prepared:
    path = parts / _STORE
    old = since.earlier(order.since) if order.since else None
    made, problems = read_in(content, settings, path, watch, order.encoding)
    shared = inputs.write(made, content, parts / _INPUTS)
    anew = tuple(since.reasons(old, key, shared)) if old else ("whole",)
    if old and old.records and not anew:
        _linked(old.records, parts / _OLD)
        changed = since.Changed.of(made, content, settings, old, key["plays"])
        anew = () if changed else ("content",)
        if changed:
            made = changed.narrowed(made, parts / _OLD, parts / _INPUTS, parts / _KEPT)
    before = str(old.key["content"]) if old else ""
    prepared = Prepared(made, manifest.problems(problems, settings.language), shared, anew, before)
    folder.settle(*(parts / name for name in (_STORE, _INPUTS, _KEPT)))
    folder.write_whole(parts / _PREPARED, json.dumps(_plain(prepared), ensure_ascii=False))
    return prepared


def _linked(source: Path, target: Path) -> None:
    """The earlier records, which stay what they are when the new ones take their name."""
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _plain(prepared: Prepared) -> dict[str, Any]:
    kept = prepared.store
    return {
        "given": kept.given.columns,
        "metrics": {file: sorted(columns) for file, columns in kept.given.metrics.items()},
        "metric_columns": kept.metric_columns,
        "accounts": kept.accounts,
        "only": kept.only,
        "problems": prepared.problems,
        "shared": prepared.shared,
        "anew": prepared.anew,
        "before": prepared.before,
    }


def _prepared(parts: Path) -> Prepared:
    """What a broken run had prepared."""
    plain = json.loads((parts / _PREPARED).read_text(encoding="utf-8"))
    metrics = {file: frozenset(columns) for file, columns in plain["metrics"].items()}
    columns = {file: tuple(names) for file, names in plain["metric_columns"].items()}
    only = None if plain["only"] is None else tuple(plain["only"])
    kept = Store(parts / _STORE, Given(plain["given"], metrics), columns, plain["accounts"], only)
    return Prepared(kept, plain["problems"], plain["shared"], tuple(plain["anew"]), plain["before"])


# --- advice out ----------------------------------------------------------------------------------


def _through(
    content: Content, settings: Settings, order: Order, key: Mapping[str, Any], prepared: Prepared, parts: Path,
    watch: Watch,
) -> Night:  # fmt: skip
    job = work.Job(
        prepared.store, content, settings, parts, order.top, order.everything, order.engine, order.digest is not None
    )
    size = order.size or run.size_of(prepared.store)
    wanted = prepared.store.accounts if prepared.store.only is None else len(prepared.store.only)
    watch.phase("matching", wanted)
    _advised(job, order, lambda done: watch.more(done.accounts), size)
    rows = run.parts_of(job, size)
    if prepared.store.only is not None:
        hashes = prepared.before, content.digest
        rows = dataclasses.replace(rows, old=parts / _OLD, kept=parts / _KEPT, hashes=hashes)
    with whole_book(job) as (advisor, owners):
        watch.phase("writing", prepared.store.accounts)
        rows = rows.in_order(parts / _INPUTS)
        record = _record(order, key, prepared, rows, advisor)
        layout = Layout(advisor.printer, content.vocabulary, owners)
        drafts = {parts / "output": order.out, parts / "records": manifest.records_of(order.out)}
        outputs.write(outputs.Target(parts / "output", rows, layout, watch.more), order.out)
        manifest.keep(rows, parts / "records", record["run"])
        pages = _digest(order, rows, owners, advisor, prepared.store.accounts) if order.digest else 0
    for draft, path in drafts.items():
        folder.publish(draft, path)
    record["duration"] = dict(watch.seconds())
    folder.write_whole(manifest.manifest_of(order.out), manifest.text(record))
    return Night(record, wanted, prepared.anew, False, pages)


def _advised(job: work.Job, order: Order, told: Callable[[work.Done], None], size: int) -> None:
    """The parts of all spans, by worker processes or by Spark's."""
    if order.engine == "spark":
        from advisor.batch.spark_run import run_spark

        run_spark(job, order.master, told, size)
    else:
        run.run(job, order.workers, told, size)


@contextmanager
def whole_book(job: work.Job) -> Iterator[tuple[Advisor, Mapping[str, str]]]:
    """Who speaks of the book as a whole, and the names of those who look after accounts, by id."""
    content, nobody = job.content, (0, -1)
    chunks = Chunks(job.store, content)
    with chunks.connection:
        tables = chunks.rows(*nobody)
        tables["history"] = chunks.noted([play.code for play in content.plays if play.about == PORTFOLIO])
        metrics = chunks.metrics(*nobody)
        book = Book(job.settings.as_of, True, tables, metrics=metrics, entities=content.vocabulary.entities)
        owners = {row.id: row.text("name") for row in tables.get("rep") or ()}
        yield Advisor(content, job.settings, book, "reference"), owners


def _record(order: Order, key: Mapping[str, Any], prepared: Prepared, rows: Parts, advisor: Advisor) -> dict[str, Any]:
    return {
        "file": order.out.name,
        **manifest.counts(rows),
        **{name: key[name] for name in ("content", "data", "as_of", "lang")},
        "options": {name: key[name] for name in ("top", "all", "engine", "digest")},
        "problems": prepared.problems,
        "portfolio": {name: one for name, one in portfolio.record(advisor).items() if name in ("portfolio", "checks")},
        "records": manifest.records_of(order.out).name,
        "run": manifest.fingerprint({**key, "shared": prepared.shared}),
        "shared": prepared.shared,
        "made_from": dict(key),
    }


def _digest(order: Order, rows: Parts, owners: Mapping[str, str], advisor: Advisor, accounts: int) -> int:
    assert order.digest is not None
    laid = portfolio.laid(advisor, accounts)
    whole = digest.Portfolio(laid.title, "\n".join(html_body(laid)), "\n".join(md_body(laid, "###")))
    return digest.write(order.digest, rows, owners, whole, advisor.printer, advisor.content.digest)
