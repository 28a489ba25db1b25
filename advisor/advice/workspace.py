"""Where things lie and how they are to be shown: the workspace's `advisor.yaml`, the command line, the defaults."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.content.presets import wanted
from advisor.core import yaml_in
from advisor.core.home import content_root, demo, shown
from advisor.core.model import AdvisorError, Place, Problem, stop
from advisor.core.vocabulary import Vocabulary
from advisor.core.yaml_in import Item, check_keys

if TYPE_CHECKING:
    from advisor.data.mapping import FolderMapping

LANGUAGES = ("zh", "en")
_WORKSPACE = ("playbooks", "rules", "advisor.yaml")
_KEYS = {"data", "mapping", "as_of", "language", "currency", "country", "closed", "history", "preset"}


@dataclass(frozen=True)
class Settings:
    """One run's settings. `data` is the folder of tables; `home` the folder of advisor.yaml, if there is one."""

    data: Path
    language: str
    as_of: datetime.date
    currency: str = "CNY"
    country: str = "CN"
    closed: tuple[tuple[datetime.date, datetime.date], ...] = ()
    history: Path = Path("advisor-history.csv")
    mapping: FolderMapping | None = None
    workspace: Path | None = None


_YEARS = (1900, 2200)  # further off, counting days leaves the calendar


@dataclass(frozen=True)
class Wish:
    """What the command line asks for; what is None is left to advisor.yaml and the defaults."""

    content: Path | None = None
    data: Path | None = None
    as_of: datetime.date | None = None
    language: str | None = None
    history: Path | None = None
    mapping: Path | None = None
    today: datetime.date = field(default_factory=datetime.date.today)


def find_workspace(wanted: Path | None) -> Path | None:
    """The workspace folder: the one named, else the current folder if it has playbooks of its own.

    Raises: AdvisorError – the named folder does not exist, or nothing in it is content.
    """
    if wanted is not None:
        if not wanted.exists():
            raise stop("no-such-folder", 2, Place(str(wanted)), name=str(wanted))
        if not _is_workspace(wanted):
            near = next((shown(above) for above in wanted.absolute().parents if (above / "playbooks").is_dir()), "")
            raise stop("not-a-workspace", 2, Place(str(wanted)), name=str(wanted), near=near)
        return wanted if wanted.resolve() != content_root().resolve() else None
    here = Path.cwd()
    return here if (here / "playbooks").is_dir() and here.resolve() != content_root().resolve() else None


def _is_workspace(folder: Path) -> bool:
    return any((folder / name).exists() for name in _WORKSPACE)


def resolve(wish: Wish, vocabulary: Vocabulary, workspace: Path | None) -> Settings:
    """Settle one run's settings: flag, then advisor.yaml, then the data's own mapping, then the default.

    Raises: AdvisorError – advisor.yaml is wrong, with every problem found in it.
    """
    home = _home(wish, workspace)
    item, problems = _read(home)
    data = wish.data or _path(item, "data", home) or demo()
    mapping = _mapping(wish, item, home, data, vocabulary)
    plain = item.plain()
    language = wish.language or plain.get("language") or (mapping.language if mapping else "") or "zh"
    if language not in LANGUAGES:
        problems.append(Problem("unknown-language", _place(item, "language"), "error", {"language": language}))
    as_of = wish.as_of or plain.get("as_of") or (mapping.as_of if mapping else None) or wish.today
    if not isinstance(as_of, datetime.date) or not _YEARS[0] <= as_of.year <= _YEARS[1]:
        problems.append(Problem("bad-date", _place(item, "as_of"), "error", {"value": as_of}))
    closed = _closed(item, problems)
    if any(problem.level == "error" for problem in problems):
        raise AdvisorError(problems, 2)
    return Settings(
        data,
        language,
        as_of,
        str(plain.get("currency") or (mapping.currency if mapping else "") or "CNY"),
        str(plain.get("country") or (mapping.country if mapping else "") or "CN"),
        closed,
        wish.history or _path(item, "history", home) or _default_history(workspace, wish),
        mapping,
        workspace,
    )


def presets(wish: Wish, root: Path | None = None) -> tuple[str, ...]:
    """The presets that a run's advisor.yaml names; with `root`, those of another folder than the bundled content.

    Raises: AdvisorError – there is no such preset.
    """
    return wanted(_home(wish, find_workspace(wish.content)), root)


def _home(wish: Wish, workspace: Path | None) -> Path | None:
    return workspace if workspace and (workspace / "advisor.yaml").is_file() else _data_home(wish)


def _data_home(wish: Wish) -> Path | None:
    folder = wish.data or demo()
    return folder if (folder / "advisor.yaml").is_file() else None


def _read(home: Path | None) -> tuple[Item, list[Problem]]:
    if home is None:
        return Item({}, Place()), []
    path = home / "advisor.yaml"
    item, problems = yaml_in.load(path, shown(path))
    if not item.is_map:
        return Item({}, item.place), [*problems, Problem("content-not-map", item.place)]
    check_keys(item, _KEYS, problems)
    return item, problems


def _place(item: Item, key: str) -> Place:
    found = item.get(key)
    return found.here if found else item.place


def _path(item: Item, key: str, home: Path | None) -> Path | None:
    found = item.get(key)
    return home / str(found.value) if found and found.value and home else None


def _mapping(wish: Wish, item: Item, home: Path | None, data: Path, vocabulary: Vocabulary) -> FolderMapping | None:
    path = wish.mapping or _path(item, "mapping", home)
    if path is None and (data == demo() or not data.is_dir()):
        return None
    from advisor.data.mapping import read_mapping, recognise

    return read_mapping(path, vocabulary) if path else recognise(data, vocabulary)


def _closed(item: Item, problems: list[Problem]) -> tuple[tuple[datetime.date, datetime.date], ...]:
    """`closed: [{from: 2026-02-10, to: 2026-02-25}]`: the closing periods of the workspace's customers."""
    part, found = item.get("closed"), []
    for one in part.each() if part else []:
        first, last = one.get("from"), one.get("to")
        days = [day.value for day in (first, last) if day]
        if len(days) == 2 and all(isinstance(day, datetime.date) for day in days):
            found.append((days[0], days[1]))
        else:
            problems.append(Problem("bad-closing-period", one.here))
    return tuple(found)


def _default_history(workspace: Path | None, wish: Wish) -> Path:
    """Beside the workspace's content, else beside the data that was named, else where the user stands."""
    folder = workspace or (wish.data if wish.data and wish.data.is_dir() else None)
    return (folder / "history.csv") if folder else Path("advisor-history.csv")
