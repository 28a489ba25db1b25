"""Industry presets: laid between the bundled content and the workspace, chosen in advisor.yaml."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from support import ROOT, bundled

from advisor.advice.session import open_book, open_facts
from advisor.advice.workspace import Wish
from advisor.bench.check import check
from advisor.content import presets
from advisor.content.content import Content, sound
from advisor.content.content_cache import load as cached
from advisor.content.kept import load
from advisor.core.home import demo
from advisor.core.model import AdvisorError
from cli import main

NAMES = sorted(presets.available())


def workspace(folder: Path, text: str) -> Path:
    (folder / "playbooks").mkdir(parents=True)
    (folder / "advisor.yaml").write_text(text, encoding="utf-8")
    return folder


def of(name: str) -> Content:
    return sound(load(presets=(name,)))


def test_there_is_one_for_each_trade_that_the_sources_speak_of() -> None:
    assert {"industrial", "banking", "security_trade", "curry"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_sound_and_changes_something_that_exists(name: str) -> None:
    content, base = load(presets=(name,)), bundled()
    assert not [one for one in check(content) if one.level == "error"]
    assert set(content.policy) == set(base.policy), "a preset changes thresholds and invents none"
    assert content.digest != base.digest
    assert [play.code for play in content.plays] == [play.code for play in base.plays]
    own = set((presets.available()[name] / "derived").glob("*.yaml"))
    assert content.policy != base.policy or own


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_advises_on_the_whole_demo_book(name: str, tmp_path: Path) -> None:
    home = workspace(tmp_path / "own", f"preset: {name}\nas_of: 2026-11-20\n")
    advisor = open_book(Wish(content=home, data=demo(), history=tmp_path / "h.csv"))
    assert advisor.content.policy == of(name).policy
    for row in advisor.book.accounts()[::4]:
        advisor.advise(row)


def test_industrial_deals_may_rest_longer() -> None:
    assert of("industrial").policy["idle_days_tech_standard"] > bundled().policy["idle_days_tech_standard"]


def test_curry_cuts_the_pyramid_at_1_5_and_20_per_cent() -> None:
    cuts = [float(of("curry").policy[f"tier_{tier}_cut"]) for tier in ("vip", "large", "medium")]
    assert cuts == [0.01, 0.05, 0.20]


FACTS = """
as_of: 2026-11-20
facts:
  account: {id: A1, name: 甲, stage: regular, chain_role: contractor}
  opportunities: [{id: O1, open: true, purchase_step: tender}]
  needs: [{id: N1, tag: 收款}, {id: N2, tag: invest}]
  complaints: [{id: K1, kind: standard_low, opened_on: 2026-11-01}]
"""


def facts(tmp_path: Path, text: str) -> dict[str, object]:
    path = tmp_path / "facts.yaml"
    path.write_text(FACTS, encoding="utf-8")
    home = workspace(tmp_path / "own", text)
    advisor = open_facts(str(path), Wish(content=home, history=tmp_path / "h.csv"))
    known = advisor.facts(advisor.book.accounts()[0])
    wanted = {"opportunity": ["key_roles"], "complaint": ["need_kind"], "need": ["product_family", "layer"]}
    wanted["account"] = ["motive"]
    return {
        f"{row.id}.{name}": known.value(row, name).data
        for entity, names in wanted.items()
        for row in known.rows(entity) or ()
        for name in names
    }


def test_banking_has_its_own_key_people_and_cash_flow_needs(tmp_path: Path) -> None:
    found = facts(tmp_path, "preset: banking\n")
    assert found["O1.key_roles"] == ("purchaser", "approver")
    assert found["N1.product_family"] == "collection"
    assert found["N1.layer"] == "core"
    assert found["N2.product_family"] == "investment"
    assert found["K1.need_kind"] == "service"


def test_security_trade_knows_its_three_types(tmp_path: Path) -> None:
    found = facts(tmp_path, "preset: [security_trade]\n")
    assert found["A1.motive"] == "image"
    assert found["O1.key_roles"] == ("technical", "purchaser")
    assert found["K1.need_kind"] == "quality", "what a preset does not change stays"


def test_several_are_laid_over_one_another_and_the_workspace_has_the_last_word(tmp_path: Path) -> None:
    home = workspace(tmp_path / "own", "preset: [banking, curry]\n")
    (home / "rules/derived").mkdir(parents=True)
    (home / "rules/policy.yaml").write_text("plan_days: 77\n", encoding="utf-8")
    content = sound(load(home, ("banking", "curry")))
    assert content.policy["plan_days"] == 77
    assert content.policy["survey_days"] == of("banking").policy["survey_days"]
    assert content.policy["tier_large_cut"] == of("curry").policy["tier_large_cut"]


def test_a_derived_fact_of_the_workspace_wins_whatever_its_file_is_called(tmp_path: Path) -> None:
    (tmp_path / "rules/derived").mkdir(parents=True)
    text = "key_roles:\n  of: opportunity\n  type: choices\n  choices: buying_role\n  label: {zh: 人, en: People}\n"
    text += "  table:\n    by: purchase_step\n    rows: {tender: [coach]}\n"
    (tmp_path / "rules/derived/aaa.yaml").write_text(text, encoding="utf-8")
    content = sound(load(tmp_path, ("banking",)))
    table = content.derived[("opportunity", "key_roles")].expr
    assert table.rows == {"tender": ("coach",)}  # type: ignore[union-attr]


def test_a_workspace_may_have_presets_of_its_own(tmp_path: Path) -> None:
    home = workspace(tmp_path / "own", "preset: ours\n")
    (home / "rules/presets/ours").mkdir(parents=True)
    (home / "rules/presets/ours/policy.yaml").write_text("plan_days: 33\n", encoding="utf-8")
    advisor = open_book(Wish(content=home, data=demo(), history=tmp_path / "h.csv"))
    assert advisor.content.policy["plan_days"] == 33


def test_an_unknown_preset_names_the_nearest(tmp_path: Path) -> None:
    home = workspace(tmp_path / "own", "language: zh\npreset: bankin\n")
    with pytest.raises(AdvisorError) as error:
        open_book(Wish(content=home))
    (problem,) = error.value.problems
    assert (problem.code, problem.details["near"], problem.place.line) == ("unknown-preset", "banking", 2)
    assert error.value.exit_code == 2


def test_the_commands_use_it(tmp_path: Path) -> None:
    home = workspace(tmp_path / "own", "preset: industial\n")
    run = CliRunner().invoke(main, ["check", str(home), "--lang", "en"])
    assert run.exit_code == 2
    assert "industrial" in run.output + run.stderr


def test_data_may_bring_its_preset(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(demo(), data)
    with (data / "advisor.yaml").open("a", encoding="utf-8") as file:
        file.write("\npreset: curry\n")
    advisor = open_book(Wish(data=data, history=tmp_path / "h.csv"))
    assert advisor.content.policy["tier_large_cut"] == of("curry").policy["tier_large_cut"]


def test_the_cache_keeps_presets_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVISOR_CACHE", str(tmp_path))
    kept = {names: cached(None, names).policy["plan_days"] for names in ((), ("banking",), (), ("banking",))}
    assert kept == {(): bundled().policy["plan_days"], ("banking",): 90}


def test_the_documentation_names_them_all() -> None:
    text = (ROOT / "docs/presets.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in NAMES)
