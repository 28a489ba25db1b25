"""Content of any size to measure with: the bundled plays, and copies of them for accounts of other sizes.

python benchmarks/many_plays.py DIR 1000      write a workspace with 1,000 plays in total
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from advisor.core.home import content_root

_CODE = re.compile(r"^  code: (\S+)$", re.MULTILINE)
_LINKS = re.compile(r"^  (?:beside|conflicts_with): .*\n", re.MULTILINE)
_RANK = re.compile(r"^    rank: .*\n", re.MULTILINE)
_BESIDE = re.compile(r"^  beside: \[(.*)\]$", re.MULTILINE)
_TITLE = re.compile(r"^(  (?:zh|en): .*?)(\"?)$", re.MULTILINE)
_ABOUT = re.compile(r"^  about: (\S+)$", re.MULTILINE)
_UNLESS = re.compile(r"^unless:(?P<flow> .*)?\n(?P<block>(?:[ #].*\n)*)", re.MULTILINE)
_WHEN = re.compile(r"^when:.*\n(?:[ #].*\n)*", re.MULTILINE)
_BAND = 1_000_000


def make(folder: Path, n: int) -> Path:
    """Write a workspace that has n plays in total, the bundled ones among them, whose cases all still hold.

    Each copy is for customers of one size and stands beside its original, so no two plays are the same and `advisor
    check --prove` finds no more than in the bundled ones.

    Args: folder – where to, made when it is not there; n – how many plays.
    Returns: the folder, as `--content` takes it.
    """
    paths = sorted((content_root() / "playbooks").glob("*/*.yaml"))
    texts = {path: path.read_text(encoding="utf-8") for path in paths if path.name != "playbook.yaml"}
    for path in list(texts)[n:]:
        _write(folder, path, path.stem, "")
    pool = [path for path, text in texts.items() if _about(text) != "portfolio"]
    (folder / "playbooks").mkdir(parents=True, exist_ok=True)
    for number in range(max(0, n - len(texts))):
        path, turn = pool[number % len(pool)], number // len(pool) + 1
        begin = len(texts) + (turn - 1) * len(pool) + 1
        codes = {_own(texts[one]): f"P{begin + place}" for place, one in enumerate(pool)}
        codes = {own: code for own, code in codes.items() if int(code[1:]) <= n}
        text = _copy(texts[path], codes, turn)
        _write(folder, path, f"{path.stem}-{turn}", text)
    return folder


def _write(folder: Path, path: Path, stem: str, text: str) -> None:
    """An empty file takes the bundled play of that name out."""
    target = folder / "playbooks" / path.parent.name / f"{stem}.yaml"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def _about(text: str) -> str:
    found = _ABOUT.search(text)
    return found[1] if found else ""


def _own(text: str) -> str:
    found = _CODE.search(text)
    return found[1] if found else ""


def _copy(text: str, codes: dict[str, str], turn: int) -> str:
    """The play under another code and title; it stands beside what its original stands beside, and their copies."""
    fact = "account.own_revenue" if _about(text) == "opportunity" else "own_revenue"
    size = f"not: {{{fact}: {{between: [{turn * _BAND}, {(turn + 1) * _BAND - 1}]}}}}"
    own, links = _own(text), _BESIDE.search(text)
    others = re.findall(r"\w+", links[1]) if links else []
    beside = ", ".join([own, *others, *(codes[code] for code in others if code in codes)])
    text = re.sub(rf"\b{own}\b", codes[own], _LINKS.sub("", _RANK.sub("", text)))  # cases may name it, in a history
    text = _TITLE.sub(lambda line: f"{line[1]} {turn}{line[2]}", text, count=2).rstrip() + f"\n  beside: [{beside}]\n"
    found = _UNLESS.search(text)
    if found:
        return text[: found.start()] + _widened(found, size) + text[found.end() :]
    return _WHEN.sub(lambda match: f"{match[0]}unless:\n  {size}\n", text, count=1)


def _widened(found: re.Match[str], size: str) -> str:
    """The `unless` that was there, or the size."""
    if found["flow"]:
        old = f"    -{found['flow']}\n"
    else:
        lines = [line for line in found["block"].splitlines() if line.strip() and not line.strip().startswith("#")]
        old = "".join(f"    {'- ' if n == 0 else '  '}{line[2:]}\n" for n, line in enumerate(lines))
    return f"unless:\n  any:\n{old}    - {size}\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("plays", type=int)
    wanted = parser.parse_args()
    make(wanted.folder, wanted.plays)
