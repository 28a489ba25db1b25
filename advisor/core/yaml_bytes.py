"""A file's bytes as text: UTF-8, and where they are not, what they seem to be and where that begins."""

from __future__ import annotations

import codecs
import re

from advisor.core.model import Place, Problem

_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_HAN = re.compile("[\u4e00-\u9fff\u3001\u3002\uff0c\uff1a]")
_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def decoded(data: bytes, path: str) -> tuple[str, Problem | None]:
    """The text of a file.

    Args: data – its bytes; path – its name in problems.
    Returns: the text, and None; or nothing and the problem that says what encoding it seems to have.
    """
    seems = next((name for mark, name in _MARKS if data.startswith(mark)), "") or _wide(data)
    if seems:
        return "", Problem("yaml-encoding", Place(path, 1, 1), "error", {"seems": seems})
    try:
        return data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n"), None
    except UnicodeDecodeError as error:
        place = _place(data[: error.start], path)
        seems = _guess(data)
    if not seems:
        return "", Problem("not-utf8", place)
    return "", Problem("yaml-encoding", place, "error", {"seems": seems})


def _wide(data: bytes) -> str:
    """UTF-16 without its mark: every other byte of plain letters is zero."""
    head = data[:200]
    return "UTF-16" if len(head) > 3 and max(head[::2].count(0), head[1::2].count(0)) * 4 > len(head) else ""


def _guess(data: bytes) -> str:
    for name, codec in (("GBK", "gb18030"), ("Big5", "big5")):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        odd = [char for char in text if char > "\x7f"]
        if len(_HAN.findall(text)) * 2 >= len(odd):
            return name
    return "Windows-1252" if re.search(rb"[\x91-\x97\xa0-\xff]", data) and b"\0" not in data else ""


def _place(before: bytes, path: str) -> Place:
    line = before.rpartition(b"\n")[2]
    return Place(path, before.count(b"\n") + 1, len(line.decode("utf-8", "replace")) + 1)


def unprintable(text: str, path: str) -> Problem | None:
    """The first character that YAML does not take: a control character or half of a pair."""
    found = _CONTROL.search(text)
    if not found:
        return None
    before = text[: found.start()]
    place = Place(path, before.count("\n") + 1, len(before) - before.rfind("\n"))
    return Problem("yaml-control-character", place, "error", {"character": f"U+{ord(found.group()):04X}"})
