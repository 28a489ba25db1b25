"""Which encoding a CSV file is written in: it says so, or it can be told from its bytes, or the user names it."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from advisor.core.model import Place, Problem, stop

CHUNK = 1 << 22
_SAMPLE = 1 << 20
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CHINESE = "gb18030"
_COMMON = "gb2312"
_ENOUGH = 0.9


def check_encoding(name: str | None) -> None:
    """Stop when Python does not know the encoding that the user names."""
    if name is None:
        return
    try:
        known = codecs.lookup(name)._is_text_encoding
    except (LookupError, ValueError):
        known = False
    if not known:
        raise stop("batch-unknown-encoding", 2, encoding=name)


def encoding_of(path: Path, named: str | None = None) -> tuple[str, Problem | None]:
    """A CSV file's encoding, and the problem with it.

    Args: named – the encoding that the user names for files without a mark of their own.
    Returns: an empty text where nobody can read it; the problem is a note where the encoding was guessed.
    """
    with path.open("rb") as file:
        head = file.read(4)
    if head[:2] in _UTF16:
        return _tried(path, "utf-16")
    wrong = _first_wrong(path, "utf-8-sig")
    if wrong is None and (not named or head.startswith(codecs.BOM_UTF8) or _says_more_than_ascii(path)):
        return "utf-8-sig", None
    if named and not head.startswith(codecs.BOM_UTF8):
        return _tried(path, named)
    if not named and _is_chinese(path):
        details = {"file": path.name, "encoding": _CHINESE.upper()}
        return _CHINESE, Problem("data-encoding-assumed", Place(str(path)), "note", details)
    return "", Problem("data-not-utf8", Place(str(path), wrong or 0), "warning", {"file": path.name})


def _says_more_than_ascii(path: Path) -> bool:
    """Whether it has letters that a text in another encoding would hardly have by chance, and be UTF-8 all the same."""
    return any(not chunk.isascii() for chunk in chunks(path))


def _tried(path: Path, encoding: str) -> tuple[str, Problem | None]:
    wrong = _first_wrong(path, encoding)
    if wrong is None:
        return encoding, None
    details = {"file": path.name, "encoding": encoding}
    return "", Problem("batch-not-encoded", Place(str(path), wrong), "warning", details)


def chunks(path: Path) -> Iterator[bytes]:
    """A file's bytes, some at a time."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _first_wrong(path: Path, encoding: str) -> int | None:
    """The first line that is not in an encoding; None when all are."""
    decoder, line = codecs.getincrementaldecoder(encoding)("strict"), 1
    try:
        for chunk in chunks(path):
            decoder.decode(chunk)
            line += chunk.count(b"\n")
        decoder.decode(b"", True)
    except UnicodeDecodeError as error:
        return line + error.object[: error.start].count(b"\n")
    return None


def _is_chinese(path: Path) -> bool:
    """Whether it reads as Chinese: in texts of other languages the same bytes make up rare characters, if any."""
    if _first_wrong(path, _CHINESE) is not None:
        return False
    with path.open("rb") as file:
        text = file.read(_SAMPLE).decode(_CHINESE, "ignore")
    foreign = [letter for letter in text if letter > "\x7f"]
    return len([1 for letter in foreign if _is_common(letter)]) >= _ENOUGH * len(foreign)


def _is_common(letter: str) -> bool:
    try:
        return bool(letter.encode(_COMMON))
    except UnicodeEncodeError:
        return False
