"""The wheel is whole: installed away from the checkout, it advises with the content and the demo book inside it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def ran(*arguments: str, cwd: Path, **environment: str) -> str:
    """What a command of this Python prints; a command that fails shows what it said."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = ("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    ran(*pip, cwd=folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    target = wheel.parent / "site"
    pip = ("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target), str(wheel))
    ran(*pip, cwd=wheel.parent)
    return target


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder outside the checkout without content of its own."""
    assert not tmp_path.is_relative_to(ROOT)
    return tmp_path


def test_the_wheel_holds_all_content(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        held = set(file.namelist())
    content = [path for folder in ("rules", "playbooks") for path in (ROOT / folder).rglob("*") if path.is_file()]
    wanted = {f"advisor/_content/{path.relative_to(ROOT).as_posix()}" for path in content}
    data = [
        path for path in (ROOT / "advisor").rglob("*") if path.is_file() and path.suffix in (".csv", ".yaml", ".py")
    ]
    wanted |= {path.relative_to(ROOT).as_posix() for path in data} | {"cli.py"}
    assert len(content) > 20 and wanted - held == set()


def test_the_installed_modules_are_those_of_the_wheel(installed: Path, elsewhere: Path) -> None:
    code = "import cli; from advisor.core import home; print(cli.__file__, home.content_root(), home.demo(), sep='\\n')"
    paths = ran("-c", code, cwd=elsewhere, PYTHONPATH=str(installed)).split()
    assert paths == [str(installed / part) for part in ("cli.py", "advisor/_content", "advisor/demo")]


def test_the_installed_advisor_advises(installed: Path, elsewhere: Path) -> None:
    options = {"cwd": elsewhere, "PYTHONPATH": str(installed), "ADVISOR_CACHE": "off"}
    text = ran("-m", "cli", "advise", "A01", "--lang", "en", **options)  # type: ignore[arg-type]
    assert text.strip()
    record = json.loads(ran("-m", "cli", "advise", "A01", "--format", "json", **options))  # type: ignore[arg-type]
    assert record["account"]["id"] == "A01"
    assert list(elsewhere.iterdir()) == []


def test_the_console_script_is_the_command_line(wheel: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"advisor": "cli:main"}
    with zipfile.ZipFile(wheel) as file:
        name = next(name for name in file.namelist() if name.endswith("entry_points.txt"))
        assert "advisor = cli:main" in file.read(name).decode()
