"""A run that is broken off, refused or repeated: the old file stays whole, and what is done is not done again."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import errno
import json
import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from batch_fixture import FEW, SIZE, apart, book, few, manifest, run
from click.testing import CliRunner
from overlay import planted
from support import ROOT, bundled

from advisor.batch import inputs, parts
from advisor.batch.folder import parts_folder
from advisor.content.content import Content, with_plays
from advisor.content.kept import load
from advisor.core.home import demo
from advisor.core.model import AdvisorError
from cli import main

OLD = "yesterday's advice\n"
PLAY = "playbooks/retention/ask-why-orders-stopped.yaml"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nobody broke off."""
    path = tmp_path_factory.mktemp("whole") / "advice.jsonl"
    run(path, size=SIZE)
    return path


def same(path: Path, other: Path) -> bool:
    """Whether output, kept records and manifest (but for the time that it took) are the same, byte for byte."""
    kept = [one.with_name(f"{one.name}.records.parquet").read_bytes() for one in (path, other)]
    return path.read_bytes() == other.read_bytes() and manifest(path) == manifest(other) and kept[0] == kept[1]


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(AdvisorError) as caught:
        call()
    return caught.value.problems[0].code


# --- broken off ----------------------------------------------------------------------------------


# The watch is told: tables, figures, matching, five spans, writing, then every account.
@pytest.mark.parametrize("moment", [2, 6, 20])
def test_killed_and_resumed(tmp_path: Path, whole: Path, moment: int) -> None:
    out = tmp_path / whole.name
    out.write_text(OLD)
    killed = apart(out, demo(), kill_at=moment)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert out.read_text() == OLD and [path.name for path in tmp_path.iterdir() if path != out] == [
        f".{out.name}.parts"
    ]
    night = run(out, resume=True, size=SIZE)
    assert same(out, whole) and night.going_on == (moment > 2)  # before, nothing was ready to go on with
    assert not parts_folder(out).exists()


def test_parts_that_are_there_are_not_made_again(tmp_path: Path, whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / whole.name
    assert apart(out, demo(), kill_at=6).returncode == -signal.SIGKILL
    done = {path.name: path.stat().st_mtime_ns for path in parts_folder(out).glob("part-*.parquet")}
    assert len(done) == 3
    seen: list[Path] = []
    real = Path.replace
    monkeypatch.setattr(Path, "replace", lambda self, target: (seen.append(Path(target)), real(self, target))[1])
    run(out, resume=True, size=SIZE)
    made = {path.name for path in seen if path.name.startswith("part-")}
    assert len(made) == 2 and not made & set(done) and same(out, whole)


def test_killed_with_two_workers(tmp_path: Path, whole: Path) -> None:
    """No worker outlives the run: `apart` returns only when the last one has closed its end of the pipe."""
    out = tmp_path / whole.name
    assert apart(out, demo(), "two", kill_at=4).returncode == -signal.SIGKILL
    resumed = apart(out, demo(), "two", "resume")
    assert (resumed.returncode, resumed.stderr) == (0, "")
    assert same(out, whole)


def test_without_resume_it_begins_anew(tmp_path: Path, whole: Path) -> None:
    out = tmp_path / whole.name
    parts_folder(out).mkdir()
    (parts_folder(out) / "part-000000000-000000010.parquet").write_text("rubbish")
    assert not run(out).going_on and same(out, whole)


def test_nothing_to_resume(tmp_path: Path, whole: Path) -> None:
    assert not run(tmp_path / whole.name, resume=True).going_on
    assert same(tmp_path / whole.name, whole)


def test_resume_says_what_changed(tmp_path: Path) -> None:
    data = book(tmp_path / "book")
    out = tmp_path / "advice.jsonl"
    assert apart(out, data, kill_at=4).returncode == -signal.SIGKILL
    (data / "reps.csv").write_text((data / "reps.csv").read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(AdvisorError) as caught:
        run(out, data, "en", resume=True, size=SIZE, top=3)
    assert caught.value.problems[0].code == "batch-resume-changed"
    assert caught.value.problems[0].details["changed"] == "data, lang, top"
    assert not out.exists() and parts_folder(out).is_dir()


def test_resume_says_that_the_encoding_changed(tmp_path: Path) -> None:
    data = book(tmp_path / "book")
    out = tmp_path / "advice.jsonl"
    assert apart(out, data, kill_at=4).returncode == -signal.SIGKILL
    with pytest.raises(AdvisorError) as caught:
        run(out, data, resume=True, size=SIZE, encoding="gb18030")
    assert caught.value.problems[0].details["changed"] == "encoding"


def test_nothing_was_prepared_before_it_broke_off(tmp_path: Path, whole: Path) -> None:
    """Tables that could not be read are corrected; a job that always says --resume goes on by itself."""
    data, out = book(tmp_path / "book"), tmp_path / whole.name
    (data / "accounts.csv").rename(tmp_path / "accounts.csv")
    assert code_of(lambda: run(out, data, resume=True)) == "data-no-accounts"
    (tmp_path / "accounts.csv").rename(data / "accounts.csv")
    assert not run(out, data, resume=True, size=SIZE).going_on
    assert out.read_bytes() == whole.read_bytes()


def test_two_runs_at_once(tmp_path: Path) -> None:
    out = tmp_path / "advice.jsonl"
    codes: list[str] = []

    def act(number: int) -> None:
        if number == 3:
            codes.append(code_of(lambda: run(out)))

    run(out, act=act, size=SIZE)
    assert codes == ["batch-running"] and out.is_file()


def test_ctrl_c(tmp_path: Path) -> None:
    """Exit code 130, the parts stay, one line says how to go on; no worker writes a traceback."""
    out = tmp_path / "advice.jsonl"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(ROOT / "cli.py"), "batch", "--out", str(out), "--lang", "en", "--workers", "2"]
    with subprocess.Popen(
        command, env=env, stderr=subprocess.PIPE, text=True, start_new_session=True, cwd=tmp_path
    ) as process:
        assert process.stderr is not None
        while "Matching" not in process.stderr.readline():
            assert process.poll() is None
        time.sleep(0.5)
        os.killpg(process.pid, signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == 130
    assert said == "Broken off. What is done is kept: run it again with --resume to go on.\n"
    assert not out.exists() and parts_folder(out).is_dir()


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_rows_are_sorted_a_few_at_a_time(tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than memory holds come out in the same order, the digest's pages as well."""
    one, two = (tmp_path / name / f"advice.{ending}" for name in ("one", "two"))
    for path in (one, two):
        path.parent.mkdir()
        run(path, digest=path.parent / "mail")
        monkeypatch.setattr(parts, "_SORTED", 7)
    pages = [sorted((path.parent / "mail").iterdir()) for path in (one, two)]
    assert same(two, one) and len(pages[0]) > 4
    assert [path.read_bytes() for path in pages[0]] == [path.read_bytes() for path in pages[1]]


def test_accounts_are_hashed_in_spans(tmp_path: Path, whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that memory does not grow with the book; what is kept for --since is the same."""
    monkeypatch.setattr(inputs, "_AT_ONCE", 7)
    out = tmp_path / whole.name
    run(out)
    assert same(out, whole)


# --- refused -------------------------------------------------------------------------------------


def test_output_among_the_tables(tmp_path: Path) -> None:
    data = book(tmp_path / "book")
    assert code_of(lambda: run(data / "advice.csv", data)) == "batch-out-in-data"
    assert not list(data.glob(".*"))


def test_full_disk(tmp_path: Path) -> None:
    """No file may grow beyond a little: what the disk refuses is told in words, and the old file stays."""
    out = tmp_path / "advice.jsonl"
    out.write_text(OLD)
    limit = 200_000  # less than the book takes
    command = [sys.executable, str(ROOT / "cli.py"), "batch", "--out", str(out), "--lang", "en", "--workers", "1"]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert "error batch-cannot-write the run could not be finished: " in done.stderr
    assert "→ the earlier output is as it was" in done.stderr and out.read_text() == OLD


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("none/advice.csv", "batch-no-folder"),
        ("file/advice.csv", "batch-no-folder"),
        ("what?.csv", "batch-name-pattern"),
        ("a" * 240 + ".csv", "cannot-write"),
    ],
)
def test_places_that_cannot_be_written_to(tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(main, ["batch", "--out", str(tmp_path / name), "--lang", "en", "--quiet"])
    assert result.exit_code == 2 and f" {code} " in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


def test_a_folder_with_brackets_in_its_name(tmp_path: Path, whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_SORTED", 20)
    out = tmp_path / "[2026] out" / whole.name
    out.parent.mkdir()
    run(out, size=SIZE)
    assert same(out, whole)


def test_a_database_without_memory_on_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it fails, it is told as what it is."""
    import duckdb

    def fail(*_: object) -> None:
        raise duckdb.OutOfMemoryException("Out of Memory Error: failed to pin block")

    monkeypatch.setattr("advisor.batch.nightly.whole_book", fail)
    with pytest.raises(AdvisorError) as caught:
        run(tmp_path / "a.jsonl")
    problem = caught.value.problems[0]
    assert problem.code == "batch-cannot-write" and problem.details["why"] == os.strerror(errno.ENOMEM)


@pytest.mark.parametrize("locked", ["history.csv", "out"])
def test_what_may_not_even_be_looked_at(tmp_path: Path, locked: str) -> None:
    data = book(tmp_path / "book")
    (data / "history.csv").write_text("account_id,code\n")
    (data / "out").mkdir()
    (data / locked).chmod(0)
    words = ["batch", "--data", str(data), "--out", str(data / "out/a.csv" if locked == "out" else tmp_path / "a.csv")]
    command = [*PLAIN, sys.executable, str(ROOT / "cli.py"), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    (data / locked).chmod(0o755)
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert ("data-unreadable" if locked == "history.csv" else "batch-cannot-write") in done.stderr


def test_a_folder_as_output(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    assert code_of(lambda: run(tmp_path / "a.csv")) == "cannot-write"


PLAIN = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
"""Before a command of root's: what it may do to files is what their modes say."""


@pytest.mark.skipif(bool(PLAIN) and not shutil.which(PLAIN[0]), reason="root may write everywhere")
def test_read_only_target(tmp_path: Path) -> None:
    home = tmp_path / "out"
    home.mkdir()
    command = [sys.executable, str(ROOT / "cli.py"), "batch", "--out", str(home / "advice.csv"), "--lang", "en"]
    home.chmod(0o500)
    try:
        env, command = {**os.environ, "PYTHONPATH": str(ROOT)}, [*PLAIN, *command, "--workers", "1"]
        done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
    finally:
        home.chmod(0o700)
    assert done.returncode == 1 and not list(home.iterdir())
    assert "batch-cannot-write" in done.stderr and os.strerror(errno.EACCES) in done.stderr
    assert "Traceback" not in done.stderr


def test_no_tables(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    assert code_of(lambda: run(tmp_path / "a.csv", tmp_path / "book")) == "data-no-tables"
    assert code_of(lambda: run(tmp_path / "a.csv", tmp_path / "none")) == "data-no-folder"


def test_worker_is_killed(tmp_path: Path, whole: Path) -> None:
    """The system ends a worker: the run says so, and goes on from there the next time."""
    out = tmp_path / whole.name

    def act(number: int) -> None:
        if number == 4:  # the first span is done
            os.kill(int(multiprocessing.active_children()[0].pid or 0), signal.SIGKILL)

    assert code_of(lambda: run(out, act=act, size=SIZE, workers=2)) == "batch-worker-died"
    assert list(parts_folder(out).glob("part-*.parquet")) and not out.exists()
    assert run(out, resume=True, size=SIZE).going_on and same(out, whole)


# --- since an earlier run ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a book and a run over it."""
    folder = tmp_path_factory.mktemp("since")
    data = book(folder / "book")
    (data / "history.csv").write_text(
        "account_id,code,subject_id,first_on,last_on,response,at\nA01,P62,,2026-11-01,2026-11-19,done,2026-11-19\n"
    )
    run(folder / "advice.jsonl", data)
    return folder


def changed(earlier: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A copy, of which the tables may be changed; and the earlier manifest in it."""
    shutil.copytree(earlier, tmp_path / "now")
    return tmp_path / "now/book", tmp_path / "now/advice.jsonl.manifest.json"


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def write_rows(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def with_cell(path: Path, key: str, column: str, text: str) -> None:
    rows = rows_of(path)
    row = next(row for row in rows if row[0] == key)
    row[rows[0].index(column)] = text
    write_rows(path, rows)


def name(data: Path) -> None:
    with_cell(data / "accounts.csv", "A05", "name", "=new mill")


def order(data: Path) -> None:
    write_rows(data / "orders.csv", rows_of(data / "orders.csv")[:-1])


def removed(data: Path) -> None:
    rows = rows_of(data / "accounts.csv")
    write_rows(data / "accounts.csv", [row for row in rows if row[0] != "A05"])


def added(data: Path) -> None:
    rows = rows_of(data / "accounts.csv")
    write_rows(data / "accounts.csv", [rows[0], ["B1", "New one", *[""] * (len(rows[0]) - 2)], *rows[1:]])


def shuffled(data: Path) -> None:
    rows = rows_of(data / "accounts.csv")
    write_rows(data / "accounts.csv", [rows[0], *reversed(rows[1:])])


def history(data: Path) -> None:
    with (data / "history.csv").open("a") as file:
        file.write("A05,P62,,2026-11-01,2026-11-19,done,2026-11-19\n")


def nothing(_: Path) -> None:
    """The same book."""


CHANGES = {
    nothing: (0, 0),
    name: (1, 1),
    order: (1, 47),
    removed: (1, 46),
    added: (1, 47),
    shuffled: (0, 0),
    history: (1, 1),
}
"""A change of the book, and how many of the 48 accounts it may touch; ranks of sales move when one account's do."""


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)
def test_since_equals_a_full_run(earlier: Path, tmp_path: Path, change: Callable[[Path], None]) -> None:
    data, since = changed(earlier, tmp_path)
    change(data)
    out = tmp_path / "new/advice.jsonl"
    out.parent.mkdir()
    night = run(out, data, since=since)
    full = tmp_path / "full/advice.jsonl"
    full.parent.mkdir()
    run(full, data)
    assert same(out, full)
    least, most = CHANGES[change]
    assert not night.anew and least <= night.computed <= most


def test_since_over_the_earlier_output_itself(earlier: Path, tmp_path: Path) -> None:
    data, since = changed(earlier, tmp_path)
    name(data)
    out = since.with_name("advice.jsonl")
    before = out.read_bytes()
    assert run(out, data, since=since).computed == 1
    assert out.read_bytes() != before
    assert run(out, data, since=since).computed == 0


def test_since_with_a_digest_and_two_workers(tmp_path: Path) -> None:
    data = book(tmp_path / "book")
    out = tmp_path / "advice.csv"
    run(out, data, digest=tmp_path / "pages")
    name(data)
    run(out, data, digest=tmp_path / "pages", since=out.with_name("advice.csv.manifest.json"), workers=2, size=SIZE)
    full = tmp_path / "full"
    full.mkdir()
    run(full / "advice.csv", data, digest=full / "pages")
    assert same(out, full / "advice.csv")
    pages = {path.name: path.read_bytes() for path in (tmp_path / "pages").iterdir()}
    assert pages == {path.name: path.read_bytes() for path in (full / "pages").iterdir()}


def team(folder: Path, old: str, new: str) -> Content:
    """The few plays, with a change in one of them."""
    found = planted(folder, PLAY, old, new)
    return with_plays(found, [play for play in found.plays if play.code in FEW])


def another() -> Content:
    plays = [play for play in bundled().plays if play.code in (*FEW, "P42") and play.code != "P31"]
    return dataclasses.replace(with_plays(bundled(), plays), digest="sha256:other")


CONTENT: dict[str, Callable[[Path], Content]] = {
    "text": lambda folder: team(folder, "最近排产怎么样？", "这阵子排产如何？"),
    "condition": lambda folder: team(folder, "silence_level: silent", "silence_level: [silent, near]"),
    "one more, one less": lambda _: another(),
}
"""Changes of plays; none of them concerns every account."""


@pytest.mark.parametrize("change", CONTENT)
def test_a_changed_play_concerns_few_accounts(earlier: Path, tmp_path: Path, change: str) -> None:
    data, since = changed(earlier, tmp_path)
    content = CONTENT[change](tmp_path / "team")
    night = run(tmp_path / "advice.jsonl", data, since=since, content=content)
    assert not night.anew and 0 < night.computed < 48
    full = tmp_path / "full/advice.jsonl"
    full.parent.mkdir()
    run(full, data, content=content)
    assert same(tmp_path / "advice.jsonl", full)
    assert content.digest in (tmp_path / "advice.jsonl").read_text(encoding="utf-8").splitlines()[-1]


def test_a_play_that_is_gone_concerns_those_who_were_told_of_it(tmp_path: Path) -> None:
    """Whatever its code was: only the earlier records name it."""
    data, out = book(tmp_path / "book"), tmp_path / "advice.jsonl"
    told = [dataclasses.replace(play, code="回访" if play.code == "P31" else play.code) for play in few().plays]
    run(out, data, content=dataclasses.replace(with_plays(few(), told), digest="sha256:told"))
    rest = with_plays(few(), [play for play in few().plays if play.code != "P31"])
    full = tmp_path / "full/advice.jsonl"
    full.parent.mkdir()
    night = run(out, data, since=out.with_name("advice.jsonl.manifest.json"), content=rest)
    run(full, data, content=rest)
    assert not night.anew and 0 < night.computed < 48 and same(out, full)


@pytest.mark.parametrize("what", ["as_of", "rules", "top", "shared"])
def test_what_concerns_all_accounts(earlier: Path, tmp_path: Path, what: str) -> None:
    """Another day, other rules, other options, another product: everything is worked out anew."""
    data, since = changed(earlier, tmp_path)
    options: dict[str, Any] = {}
    if what == "as_of":
        options["wishes"] = {"as_of": datetime.date(2026, 11, 21)}
    elif what == "rules":
        (tmp_path / "team/rules").mkdir(parents=True)
        (tmp_path / "team/rules/policy.yaml").write_text("plan_days: 364\n", encoding="utf-8")
        options["content"] = with_plays(load(tmp_path / "team"), few().plays)
    elif what == "shared":
        rows = rows_of(data / "reps.csv")
        write_rows(data / "reps.csv", [rows[0], [rows[1][0], "Another", *rows[1][2:]], *rows[2:]])
    else:
        options["top"] = 1
    night = run(tmp_path / "advice.jsonl", data, since=since, **options)
    assert night.anew == (what,) and night.computed == 48
    full = tmp_path / "full/advice.jsonl"
    full.parent.mkdir()
    run(full, data, **options)
    assert same(tmp_path / "advice.jsonl", full)


def test_since_is_resumed(earlier: Path, tmp_path: Path) -> None:
    data, since = changed(earlier, tmp_path)
    history(data)
    out = since.with_name("advice.jsonl")

    def act(number: int) -> None:
        if number > 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(out, data, since=since, act=act)
    since.unlink()  # it is not needed any more: what it gave stands among the parts
    night = run(out, data, since=since, resume=True)
    assert night.going_on and night.computed == 1
    full = tmp_path / "full/advice.jsonl"
    full.parent.mkdir()
    run(full, data)
    assert same(out, full)


def test_since_something_else(earlier: Path, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text(json.dumps({"name": "x"}))
    for name in ("other.json", "none.json"):
        assert code_of(lambda name=name: run(tmp_path / "a.csv", since=tmp_path / name)) == "batch-since-unreadable"


def test_since_without_records(earlier: Path, tmp_path: Path) -> None:
    """Killed before the manifest took its name, a run leaves records of its own beside an older manifest."""
    data, since = changed(earlier, tmp_path)
    records = since.with_name("advice.jsonl.records.parquet")
    records.write_bytes(b"PAR1 not")
    assert run(tmp_path / "a.jsonl", data, since=since).anew == ("records",)
    records.unlink()
    assert run(tmp_path / "a.jsonl", data, since=since).anew == ("records",)
    assert (tmp_path / "a.jsonl").read_bytes() == since.with_name("advice.jsonl").read_bytes()


def test_an_account_that_failed_is_tried_again(earlier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from advisor.advice.advise import Advisor

    data, real = book(tmp_path / "book"), Advisor.advise

    def advise(self: Advisor, account: Any, *more: Any, **named: Any) -> Any:
        if account.id == "A07":
            raise ValueError("x")
        return real(self, account, *more, **named)

    out = tmp_path / "advice.jsonl"
    with monkeypatch.context() as patch:
        patch.setattr(Advisor, "advise", advise)
        run(out, data)
    assert manifest(out)["failed"]["count"] == 1
    assert run(out, data, since=out.with_name("advice.jsonl.manifest.json")).computed == 1
    assert manifest(out)["failed"]["count"] == 0 and len(out.read_text(encoding="utf-8").splitlines()) == 48


def test_the_book_has_several_spans() -> None:
    assert -(-48 // SIZE) == 5
