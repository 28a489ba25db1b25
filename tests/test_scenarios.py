"""The experts' answer keys: strict order, nothing forbidden, exact guards; each probe fires and flips.

Plays that are not written yet are taken out of a key, and the test says which.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import SHARED, bundled, needs_shared

from advisor.advice import session
from advisor.advice.advice import Advice
from advisor.advice.workspace import Wish
from advisor.core import yaml_in

KEYS = sorted((SHARED / "scenarios").glob("s*.yaml"))
WRITTEN = {play.code for play in bundled().plays}


def advised(path: Path, tmp_path: Path) -> Advice:
    advisor = session.open_facts(str(path), Wish(history=tmp_path / "history.csv"))
    return advisor.advise(advisor.book.accounts()[0], everything=True)


@needs_shared
@pytest.mark.parametrize("path", KEYS, ids=lambda path: path.stem)
def test_answer_key(path: Path, tmp_path: Path) -> None:
    key = yaml_in.load(path, path.name)[0].get("expect")
    assert key is not None
    expected: dict[str, Any] = key.plain()
    advice = advised(path, tmp_path)
    found = [step.code for step in advice.steps]
    top = [code for code in expected["top"] if code in WRITTEN]
    assert found[: len(top)] == top
    assert not set(found) & set(expected["must_not"])
    assert [guard.code for guard in advice.guards] == expected["guards"]
    assert [step.code for step in advice.portfolio] == expected.get("portfolio", [])
    missing = sorted(set(expected["top"]) - WRITTEN)
    if missing:
        print(f"{path.stem}: not written yet: {', '.join(missing)}")


def probes() -> Iterator[Any]:
    path = SHARED / "scenarios/probes.yaml"
    for probe in yaml_in.load(path, path.name)[0].each() if path.is_file() else []:
        yield pytest.param(probe, id=str(probe.plain()["code"]))


@needs_shared
@pytest.mark.parametrize("probe", list(probes()))
def test_probe_fires_and_flips(probe: Any, tmp_path: Path) -> None:
    plain = probe.plain()
    if plain["code"] not in WRITTEN | {guard.code for guard in bundled().guards}:
        pytest.skip(f"{plain['code']} is not written yet")
    verdicts = {}
    for side in ("fires", "silent"):
        from support import opened

        as_of = plain["as_of"]
        assert isinstance(as_of, datetime.date)
        advisor = opened(plain[side], tmp_path, as_of=as_of)
        advice = advisor.advise(advisor.book.accounts()[0], everything=True)
        verdicts[side] = plain["code"] in [step.code for step in advice.steps] + [guard.code for guard in advice.guards]
    assert verdicts == {"fires": True, "silent": False}
