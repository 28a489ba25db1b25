"""A book read in bulk gives the same night as one read record by record."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from advisor.batch import nightly
from advisor.core.home import demo
from cli import main


def lines(out: Path, *more: str) -> bytes:
    result = CliRunner().invoke(main, ["batch", "--out", str(out), "--workers", "1", "--quiet", *more])
    assert result.exit_code == 0, result.output
    return out.read_bytes()


def test_in_bulk_as_record_by_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    one = lines(tmp_path / "one.jsonl", "--data", str(demo()))
    monkeypatch.setattr(nightly, "IN_BULK", 0)
    assert lines(tmp_path / "two.jsonl", "--data", str(demo())) == one


def test_a_named_encoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "book").mkdir()
    for path in demo().glob("*.csv"):
        text = path.read_text(encoding="utf-8-sig")
        (tmp_path / "book" / path.name).write_bytes(text.encode("gb18030"))
    (tmp_path / "book/advisor.yaml").write_text("as_of: 2026-11-20\n", encoding="utf-8")
    one = lines(tmp_path / "one.jsonl", "--data", str(demo()))
    assert lines(tmp_path / "two.jsonl", "--data", "book", "--encoding", "gb18030") == one
