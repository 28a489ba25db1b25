"""What a CSV file is made of, told by one look at its bytes: its encoding, and whether the quick reader may take it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from advisor.core.model import Place, Problem, stop

_CHUNK = 1 << 22
_SAMPLE = 1 << 20
_BLANK = (b"\n\n", b"\n\r\n")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CHINESE = "gb18030"
_COMMON = "gb2312"
_ENOUGH = 0.9


@dataclass(frozen=True)
class Scan:
    """What the bytes of a UTF-8 file say. `plain`: each line is one record, and all readers agree what it says."""

    plain: bool
    quotes: bool
    lines: int
    breaks: bool


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


def encoding_of(path: Path, named: str | None) -> tuple[str, Problem | None]:
    """A CSV file's encoding, and the problem with it.

    Args: named – the encoding that the user names for files without a mark of their own.
    Returns: an empty text where nobody can read it; the problem is a note where the encoding was guessed.
    """
    with path.open("rb") as file:
        head = file.read(4)
    if head[:2] in _UTF16:
        return _tried(path, "utf-16")
    if head.startswith(codecs.BOM_UTF8) or not named:
        wrong = _first_wrong(path, "utf-8-sig")
        if wrong is None:
            return "utf-8-sig", None
        if not named and _is_chinese(path):
            details = {"file": path.name, "encoding": _CHINESE.upper()}
            return _CHINESE, Problem("batch-encoding-assumed", Place(str(path)), "note", details)
        return "", Problem("data-not-utf8", Place(str(path), wrong), "warning", {"file": path.name})
    return _tried(path, named)


def _tried(path: Path, encoding: str) -> tuple[str, Problem | None]:
    wrong = _first_wrong(path, encoding)
    if wrong is None:
        return encoding, None
    details = {"file": path.name, "encoding": encoding}
    return "", Problem("batch-not-encoded", Place(str(path), wrong), "warning", details)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _first_wrong(path: Path, encoding: str) -> int | None:
    """The first line that is not in an encoding; None when all are."""
    decoder, line = codecs.getincrementaldecoder(encoding)("strict"), 1
    try:
        for chunk in _chunks(path):
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


# --- the shape of a UTF-8 file -------------------------------------------------------------------


def scan(path: Path, mark: str) -> Scan:
    """Look through a file of UTF-8 whose cells are divided by `mark`."""
    spaced = re.compile(rb'(?:[\n%b]|^)[ \t]+"|"[ \t]+[\r\n%b]' % (re.escape(mark.encode()), re.escape(mark.encode())))
    counts = dict.fromkeys((b"\n", b"\r", b"\r\n", b'"'), 0)
    odd, kept, first = False, b"", True
    for chunk in _chunks(path):
        for part in counts:
            counts[part] += chunk.count(part) + (part == b"\r\n" and kept[-1:] + chunk[:1] == part)
        data = kept + chunk
        whole = data.rstrip(b"\r\n")
        odd = odd or b"\0" in chunk or any(blank in whole for blank in _BLANK) or (first and chunk[:1] in b"\r\n")
        odd = odd or (b'"' in chunk and bool(spaced.search(data)))
        kept, first = (data[len(whole) :] or data[-64:]), False
    quotes, ended = counts[b'"'] > 0, kept.endswith((b"\n", b"\r"))
    single = counts[b"\r"] in (0, counts[b"\r\n"]) and counts[b"\r\n"] in (0, counts[b"\n"])
    blank = len(re.findall(b"\n", kept)) - 1 if ended else 0  # at the end they are no records
    return Scan(not odd and single, quotes, counts[b"\n"] + (not ended) - blank, counts[b"\n"] > 0)


def converted(path: Path, encoding: str, target: Path) -> None:
    """Write a file again in UTF-8."""
    with (
        path.open(encoding=encoding, newline="") as text,
        target.open("w", encoding="utf-8", newline="") as copy,
    ):
        while chunk := text.read(_CHUNK):
            copy.write(chunk)
