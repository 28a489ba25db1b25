"""A team's workspace: settings, a first play to change, thresholds, a recipe for CI, completion in the editor."""

from __future__ import annotations

from pathlib import Path

from advisor.bench import schema
from advisor.bench.author_files import content_at, write_new
from advisor.bench.scaffold import template
from advisor.content.presets import available, folders
from advisor.core import yaml_in
from advisor.core.home import content_root, demo, shown
from advisor.core.model import Place, stop

_PARTS = "workspace/"
# What may lie in a folder that counts as empty.
_UNSEEN = frozenset({".git", ".DS_Store"})
_MOST_NAMES = 5


def make(folder: Path, language: str, preset: str = "") -> tuple[Path, ...]:
    """Make a workspace in a new or empty folder.

    Args: folder – where to; language – of comments, README and messages; preset – a trade's preset, or nothing.
    Returns: the files, in the order of their names.
    Raises: AdvisorError – the folder holds something, cannot be written, or there is no such preset.
    """
    folders((preset,) if preset else ())
    _check_empty(folder)
    texts = {folder / name: text for name, text in _files(language, preset).items()}
    for path, text in texts.items():
        write_new(path, text)
    for name, text in schema.files(content_at(folder)).items():
        texts[folder / schema.FOLDER / name] = text
        write_new(folder / schema.FOLDER / name, text)
    return tuple(sorted(texts))


def _check_empty(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise stop("not-a-folder", 2, Place(str(folder)))
    try:
        found = sorted(path.name for path in folder.iterdir() if path.name not in _UNSEEN) if folder.is_dir() else []
    except OSError as error:
        raise stop("cannot-write", 2, Place(str(folder)), why=error.strerror or "") from None
    if found:
        named = ", ".join(found[:_MOST_NAMES]) + (" …" if len(found) > _MOST_NAMES else "")
        raise stop("folder-not-empty", 2, Place(str(folder)), found=named, proposal=shown(folder / "playbook-team"))


def _files(language: str, preset: str) -> dict[str, str]:
    play, override = _override(language)
    words = {
        "LANGUAGE": language,
        "AS_OF": str(yaml_in.load(demo() / "advisor.yaml", "")[0].plain()["as_of"]),
        "PRESETS": ", ".join(available()),
        "PRESET": f"preset: {preset}" if preset else "# preset: " + next(iter(available()), ""),
        "PLAY": play,
    }

    def made(name: str) -> str:
        return template(_PARTS + name, language, None, words)

    return {
        "advisor.yaml": made("advisor.yaml"),
        "README.md": made(f"README.{language}.md"),
        ".gitignore": made("gitignore"),
        ".github/workflows/advisor.yml": made("ci.yml"),
        ".vscode/settings.json": schema.settings(),
        "rules/policy.yaml": made("policy.yaml"),
        f"playbooks/{play}.yaml": override,
    }


def _override(language: str) -> tuple[str, str]:
    """The first override: a bundled play in full, one line changed below a comment that says so."""
    root = content_root()
    path = root / "rules/scaffold" / _PARTS / "override.yaml"
    spec = yaml_in.load(path, shown(path))[0].plain()
    text = (root / "playbooks" / f"{spec['play']}.yaml").read_text(encoding="utf-8")
    return spec["play"], text.replace(f"\n{spec['line']}\n", f"\n{spec[language]}\n{spec['instead']}\n", 1)
