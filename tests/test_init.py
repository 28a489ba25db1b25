"""`advisor init`: the workspace works at once; a folder in use or out of reach is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from authoring import done, errors, run

from advisor.bench.cases import run_all
from advisor.core import yaml_in


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_workspace_works_at_once(tmp_path: Path, lang: str) -> None:
    folder = tmp_path / "our plays"
    text = done("init", folder, "--lang", lang, "--preset", "industrial")
    assert "advisor check" in text and "'" in text.splitlines()[-3]
    content, wrong = errors(folder)
    assert wrong == [] and not run_all(content, "P62").failed
    assert "2026-11-20" in done("advise", "A01", "--content", folder, "--format", "json")
    settings = yaml_in.load(folder / "advisor.yaml", "")[0].plain()
    assert settings["language"] == lang and settings["preset"] == "industrial"
    texts = [path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()]
    assert not [text for text in texts if re.search(r"__[A-Z_]+__", text)]


def test_the_first_override_changes_one_marked_line(tmp_path: Path) -> None:
    done("init", tmp_path / "w")
    from advisor.core.home import content_root

    own = next((tmp_path / "w/playbooks").rglob("*.yaml"))
    bundled = content_root() / own.relative_to(tmp_path / "w")
    new = own.read_text(encoding="utf-8").splitlines()
    old = bundled.read_text(encoding="utf-8").splitlines()
    changed = [n for n, line in enumerate(new) if line not in old]
    assert len(changed) == 2 and changed[1] == changed[0] + 1 and new[changed[0]].startswith("# Changed")
    assert len(new) == len(old) + 1


def test_the_recipe_and_the_editor_name_what_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    done("init", folder)
    recipe, problems = yaml_in.load(folder / ".github/workflows/advisor.yml", "")
    commands = [str(step.get("run")) for step in recipe.plain()["jobs"]["content"]["steps"]]
    assert not problems and sum("advisor " in one for one in commands) == 3
    schemas = json.loads((folder / ".vscode/settings.json").read_text(encoding="utf-8"))["yaml.schemas"]
    assert all((folder / path).is_file() for path in schemas)


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/notes.txt").write_text("x", encoding="utf-8")
    assert "notes.txt" in run("init", tmp_path / "full").output
    assert "not-a-folder" in run("init", tmp_path / "full/notes.txt").output
    result = run("init", tmp_path / "new", "--preset", "bankin")
    assert "did you mean 'banking'" in result.output and not (tmp_path / "new").exists()
    (tmp_path / "begun/.git").mkdir(parents=True)
    done("init", tmp_path / "begun")
    assert "cannot-write" in run("init", "/proc/nowhere").output
