"""What a CSV file in UTF-8 is made of, told by one look at its bytes: whether the quick reader may take it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from advisor.data.encodings import CHUNK, chunks

_BLANK = (b"\n\n", b"\n\r\n")


@dataclass(frozen=True)
class Scan:
    """What the bytes of a UTF-8 file say. `plain`: each line is one record, and all readers agree what it says."""

    plain: bool
    quotes: bool
    lines: int
    breaks: bool


# --- the shape of a UTF-8 file -------------------------------------------------------------------


def scan(path: Path, mark: str) -> Scan:
    """Look through a file of UTF-8 whose cells are divided by `mark`."""
    spaced = re.compile(rb'(?:[\n%b]|^)[ \t]+"|"[ \t]+[\r\n%b]' % (re.escape(mark.encode()), re.escape(mark.encode())))
    counts = dict.fromkeys((b"\n", b"\r", b"\r\n", b'"'), 0)
    odd, kept, first = False, b"", True
    for chunk in chunks(path):
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
        while chunk := text.read(CHUNK):
            copy.write(chunk)
