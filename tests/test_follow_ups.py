"""One slip of the pen is one problem: what only follows from it is not told."""

from __future__ import annotations

from pathlib import Path

import pytest
from overlay import planted

from advisor.bench.check import check
from advisor.bench.check_files import check_files
from advisor.content.follow_ups import without_follow_ups
from advisor.content.kept import load
from advisor.core.model import Place, Problem

SILENCE = "playbooks/retention/ask-why-orders-stopped.yaml"
SLIPS = {
    "key": ("finish_in: 14 days", "finsh_in: 14 days", "unknown-key"),
    "when": ("when:\n", "wehn:\n", "unknown-key"),
    "unless": ("unless:\n", "unles:\n", "unknown-key"),
    "title": ("title:\n", "titel:\n", "unknown-key"),
    "no English title": ("  en: Ask why the orders stopped\n", "", "missing-language"),
    "block": ("  message: |\n", "  mesage: |\n", "unknown-key"),
    "a case's key": ("today: 2026-11-20", "todya: 2026-11-20", "unknown-key"),
    "a day that is none": ("today: 2026-11-20", "today: 2026-11-31", "bad-date"),
    "fact": ("silence_level: silent", "silence_levle: silent", "unknown-fact"),
    "choice": ("[new, regular, core,", "[new, regular, coer,", "unknown-choice"),
    "operator": ("more than 0", "mroe than 0", "unknown-operator"),
    "slot": ("{{ last_product }}停单", "{{ last_prodct }}停单", "template-unknown-name"),
    "role": ("first: [user,", "first: [usr,", "unknown-word"),
    "threshold": ("more than 0", "more than $policy.silence_min_order", "unknown-policy"),
    "indent": ("  silence_level: silent", "   silence_level: silent", "yaml-indent"),
    "a case that is not there": (
        "same_as: core account, 80 days without an order, n",
        "same_as: core n",
        "unknown-case",
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_one_slip_is_told_once(tmp_path: Path, slip: str) -> None:
    old, new, code = SLIPS[slip]
    planted(tmp_path, SILENCE, old, new)
    assert [one.code for one in check(load(tmp_path)) if SILENCE in one.place.path] == [code]
    assert [one.code for one in check_files(tmp_path).problems if SILENCE in one.place.path] == [code]


def problem(code: str, line: int, path: str = "a.yaml", **details: object) -> Problem:
    return Problem(code, Place(path, line, 1), "error", details)


def test_what_is_missing_elsewhere_is_still_told() -> None:
    """Only the mapping that the misspelt key stands in lacks it because of that."""
    kept = [
        problem("missing-key", 3, key="today"),
        problem("missing-key", 9, "b.yaml", key="today"),
        problem("missing-key", 9, key="expect"),
        problem("unknown-key", 10, name="todya", near="today"),
        problem("missing-key", 20, key="today"),
        problem("block-lines-differ", 30, block="ask"),
    ]
    assert without_follow_ups([*kept, problem("missing-key", 9, key="today")]) == kept
