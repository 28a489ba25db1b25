"""The files that a trainer writes: which folder they go to, how they are named, and how text gets into YAML."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from advisor.advice.workspace import LANGUAGES, Wish, find_workspace, presets
from advisor.content.content import Content
from advisor.content.kept import load
from advisor.content.plays import Play
from advisor.core import yaml_in
from advisor.core.home import content_root, shown
from advisor.core.model import Place, stop

_LONGEST = 60
_PARTS = {"-": re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*"), "_": re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")}


def home(wanted: Path | None) -> Path:
    """The folder that new content goes to: the one named, else the workspace that the user stands in.

    Raises: AdvisorError – there is no workspace, or what is named is the content inside the installed program.
    """
    if wanted is not None and wanted.is_dir() and wanted.resolve() == content_root().resolve():
        if content_root().name.startswith("_"):
            raise stop("no-workspace", 2, Place(str(wanted)))
        return wanted
    found = find_workspace(wanted)
    if found is None:
        raise stop("no-workspace", 2)
    return found


def content_at(folder: Path) -> Content:
    """The content as it is with that workspace, problems included."""
    return load(find_workspace(folder), presets(Wish(folder)))


def language(wanted: str | None, folder: Path | None) -> str:
    """The language of comments: the one asked for, else that of the workspace's advisor.yaml, else Chinese."""
    path = folder / "advisor.yaml" if folder else None
    item = yaml_in.load(path, shown(path))[0].get("language") if path and path.is_file() else None
    found = wanted or (str(item.value) if item else "")
    return found if found in LANGUAGES else LANGUAGES[0]


def good_name(name: str, join: str = "-") -> bool:
    """Is it a name that a file may have: small letters and digits, words joined by `join`?"""
    return len(name) <= _LONGEST and bool(_PARTS[join].fullmatch(name))


def proposed(name: str, join: str = "-", otherwise: str = "my-play") -> str:
    """A good name as near as can be to a bad one."""
    stem = name.replace("\\", "/").rpartition("/")[2].removesuffix(".yaml")
    words = re.findall(r"[a-z0-9]+", stem.casefold().replace("'", ""))
    found = join.join(words).lstrip(f"0123456789{join}")[:_LONGEST].rstrip(join)
    return found if good_name(found, join) else otherwise


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet.

    Raises: AdvisorError – there is one already, or it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise stop("file-exists", 2, Place(shown(path))) from None
    except OSError as error:
        raise stop("cannot-write", 2, Place(shown(path)), why=error.strerror or "") from None


def replace_file(path: Path, data: bytes) -> None:
    """Write a file over, whole or not at all.

    Raises: AdvisorError – it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)
        draft.replace(path)
    except OSError as error:
        raise stop("cannot-write", 2, Place(shown(path)), why=error.strerror or "") from None


def play_file(folder: Path, play: Play) -> tuple[Path, Path]:
    """Where a play stands now, and where the workspace's own file of it is or would be."""
    name = Path("playbooks", f"{play.path}.yaml")
    own, bundled = folder / name, content_root() / name
    return (own if own.is_file() else bundled), own


def in_yaml(value: object) -> str:
    """A value as YAML writes it, inside brackets too; a text is quoted where it needs to be."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(in_yaml(one) for one in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {in_yaml(one)}" for key, one in value.items()) + "}"
    return plain_or_quoted(value) if isinstance(value, str) else str(value)


def plain_or_quoted(text: str, inside: str = "[{}]") -> str:
    """A text on one line, bare where YAML reads it back as it is, else in double quotes."""
    item, problems = yaml_in.parse("k: " + inside.replace("{}", text), "")
    found = item.get("k")
    back = found.value[0] if found and found.is_list and len(found.value) == 1 else found
    bare = not problems and back is not None and back.value == text and "\n" not in text and ": " not in text
    return text if bare and not text.endswith(":") else json.dumps(text, ensure_ascii=False)
