"""When the two readers of conditions come to different verdicts, the command line says so and fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from advisor.advice.advise import Advisor
from advisor.core.model import InternalDisagreement
from cli import main


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_disagreement_is_one_line_and_exit_1(language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def disagree(*_: object, **__: object) -> None:
        raise InternalDisagreement("X1: account A01, account A01")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Advisor, "advise", disagree)
    done = CliRunner().invoke(main, ["advise", "A01", "--lang", language])
    assert done.exit_code == 1 and isinstance(done.exception, SystemExit)
    assert "error internal-disagreement " in done.stderr and "X1: account A01, account A01" in done.stderr
