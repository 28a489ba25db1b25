"""New files that already pass the check: made from the templates of `rules/scaffold/`, a team's own ones first.

In a template `__WORD__` is filled in; a comment that begins with `#zh` or `#en` stays only in its language.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from advisor.bench.author_files import (
    content_at,
    good_name,
    in_yaml,
    plain_or_quoted,
    play_file,
    proposed,
    write_new,
)
from advisor.content.content import Content
from advisor.core.home import content_root, shown
from advisor.core.model import Place, stop
from advisor.core.vocabulary import nearest

_WHERE = Path("rules/scaffold")
_CODE = re.compile(r"([A-Za-z]+)(\d+)")
_COMMENT = re.compile(r"([ ]*)#(zh|en) ?(.*)")


@dataclass(frozen=True, slots=True)
class NewPlay:
    """What is asked for: `name` as playbook/play, and what its card and first lines say."""

    name: str
    about: str = "account"
    urgency: int = 5
    owner: str = ""


def template(name: str, language: str, folder: Path | None = None, words: Mapping[str, str] | None = None) -> str:
    """A template with its words filled in and the comments of one language.

    Args: name – its file's name; language – of comments; folder – a workspace that may have its own; words – by slot.
    """
    own = folder / _WHERE / name if folder else None
    path = own if own and own.is_file() else content_root() / _WHERE / name
    lines = [_line(line, language) for line in path.read_text(encoding="utf-8").splitlines()]
    text = "\n".join(line for line in lines if line is not None) + "\n"
    for slot, word in (words or {}).items():
        text = text.replace(f"__{slot}__", word)
    return text


def _line(line: str, language: str) -> str | None:
    found = _COMMENT.fullmatch(line)
    if not found:
        return line
    return f"{found[1]}# {found[3]}".rstrip() if found[2] == language else None


# --- plays ---------------------------------------------------------------------------------------


def new_play(wish: NewPlay, folder: Path, language: str, today: datetime.date) -> tuple[Path, str]:
    """Write the draft of a play.

    Args: wish – what is asked for; folder – the workspace; language – of the comments; today – the day of its cases.
    Returns: the file, and the code that the play got.
    Raises: AdvisorError – a bad name, an unknown playbook, or a play of that name is there already.
    """
    content = content_at(folder)
    book, _, name = wish.name.partition("/")
    _check_play_name(wish.name, content, folder)
    path = folder / "playbooks" / book / f"{name}.yaml"
    if any(play.path == wish.name for play in content.plays) and not path.is_file():
        raise stop("play-exists", 2, name=wish.name)
    code = next_code(content, folder)
    words = {
        "NAME": name,
        "CODE": code,
        "URGENCY": str(wish.urgency),
        "OWNER": in_yaml(wish.owner or _owner(content, language)),
        "TODAY": today.isoformat(),
    }
    write_new(path, template(f"play-{wish.about}.yaml", language, folder, words))
    return path, code


def _check_play_name(name: str, content: Content, folder: Path) -> None:
    book, cut, play = name.partition("/")
    books = sorted(content.playbooks)
    if cut and good_name(play) and good_name(book, "_"):
        if book not in content.playbooks and not (folder / "playbooks" / book / "playbook.yaml").is_file():
            raise stop("unknown-playbook", 2, name=book, near=nearest(book, books), known=", ".join(books))
        return
    folders = name.replace("\\", "/").rstrip("/").split("/")[:-1]
    near = [nearest(one.casefold(), books) for one in folders]
    home = next((one for one in near if one), "") or _own_book(content, folder)
    raise stop("bad-play-name", 2, name=name, proposal=f"{home}/{proposed(play or book)}")


def _own_book(content: Content, folder: Path) -> str:
    """A playbook to propose: the workspace's own first."""
    own = sorted(path.parent.name for path in (folder / "playbooks").glob("*/playbook.yaml"))
    return next(iter([*own, *sorted(content.playbooks)]), "playbook")


def next_code(content: Content, folder: Path) -> str:
    """The first free code beyond all known ones, with the letters of the workspace's own codes, else of most others."""
    found = [(match[1], int(match[2]), play) for play in content.plays if (match := _CODE.fullmatch(play.code))]
    own = [letters for letters, _, play in found if (folder / "playbooks" / f"{play.path}.yaml").is_file()]
    counted = Counter(own or [letters for letters, _, _ in found])
    letters = max(counted, key=lambda one: (counted[one], one), default="X")
    highest = max((number for one, number, _ in found if one == letters), default=0)
    return f"{letters}{highest + 1:02d}"


def _owner(content: Content, language: str) -> str:
    """Who is named where nobody was: the page's word for the team's trainers."""
    return str(content.words[language]["author"]["owner"])


# --- playbooks and derived facts -----------------------------------------------------------------


def new_playbook(name: str, folder: Path, language: str, owner: str = "") -> Path:
    """Write the folder of a playbook with its `playbook.yaml`.

    Raises: AdvisorError – a bad name, or a playbook of that name is there already.
    """
    if not good_name(name, "_"):
        raise stop("bad-name", 2, name=name, proposal=proposed(name, "_", "my_playbook"))
    content = content_at(folder)
    path = folder / "playbooks" / name / "playbook.yaml"
    if name in content.playbooks and not path.is_file():
        raise stop("playbook-exists", 2, name=name)
    order = max((book.order for book in content.playbooks.values() if book.order < 99), default=0) + 1
    words = {"ORDER": str(order), "OWNER": plain_or_quoted(owner or _owner(content, language), "{}")}
    write_new(path, template("playbook.yaml", language, folder, words))
    return path


def new_derived(name: str, folder: Path, language: str) -> Path:
    """Write a file with one derived fact.

    Raises: AdvisorError – a bad name, or there is a fact of that name already.
    """
    if not good_name(name, "_"):
        raise stop("bad-name", 2, name=name, proposal=proposed(name, "_", "my_fact"))
    path = folder / "rules" / "derived" / f"{name}.yaml"
    if not path.is_file():
        _check_fact_is_new(name, content_at(folder))
    write_new(path, template("derived.yaml", language, folder, {"NAME": name}))
    return path


def _check_fact_is_new(name: str, content: Content) -> None:
    for entity in content.vocabulary.entities.values():
        if name in entity.fields:
            made = content.derived.get((entity.name, name))
            where = str(made.place) if made else shown(Path("rules/facts.yaml"))
            raise stop("fact-exists", 2, Place(), name=f"{entity.name}.{name}", where=where)


# --- overrides -----------------------------------------------------------------------------------


def override(wanted: str, folder: Path) -> Path:
    """Copy a bundled play into the workspace, where it may be changed.

    Raises: AdvisorError – no such play, or the workspace has its own file of it already.
    """
    play = content_at(folder).play(wanted)
    path, own = play_file(folder, play)
    write_new(own, path.read_bytes().decode("utf-8"))
    return own
