"""The slips that YAML takes without a word: what was written reads as something else than was meant.

Only plain texts are looked at, and those closely only where a first glance finds a mark that does not belong there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from advisor.core.yaml_lines import Trap, indent, quoted
from advisor.core.yaml_traps import one, spaced

_CUT = re.compile(r"^[^#\n]*[^#\s][ \t]+#[^\s#]", re.MULTILINE)
_TOKEN = re.compile(r"[\w$.%+-]+(?: [\w$.%+-]+)*", re.ASCII)
_COMPARED = re.compile(r"> *\d")
_PIECE = re.compile(r"[^\s。！？：；]{1,12}")
_CHINESE_COLON = re.compile(r"[A-Za-z_$][\w.$]* *：")
_TIGHT = re.compile(r"[A-Za-z_][\w.]*:\S")
_MARKS = "“‘「『［｛-{"
_WIDE = str.maketrans("［］｛｝", "[]{}")


class Quiet:
    """Looks at the nodes of one file as they are read; `found` are the slips."""

    def __init__(self, lines: list[str], text: str) -> None:
        self.lines = lines
        self.found: list[Trap] = []
        self.cut = {text.count("\n", 0, match.end()) for match in _CUT.finditer(text)} if " #" in text else set()
        self.anchors = " &" in text

    def line(self, node: Any) -> str:
        number = node.start_mark.line
        return self.lines[number] if number < len(self.lines) else ""

    # --- texts -----------------------------------------------------------------------------------

    def scalar(self, node: Any, text: str) -> None:
        """Look at a value that is plain text."""
        first, last = node.start_mark, node.end_mark
        if first.line != last.line:
            self.folded(node, text)
        elif last.line in self.cut:
            self.cut_off(node)
        if text[:1] in _MARKS:
            self.odd_mark(node, text)
        elif "：" in text and _CHINESE_COLON.match(text) and not self.line(node)[: first.column].strip(" -"):
            line = self.line(node)
            at = line.find("：")
            self.found.append(one("yaml-chinese-colon", first.line, at, line.replace("：", ": ", 1).rstrip()))
        if self.anchors and self.line(node)[first.column : first.column + 1] == "&":
            self.anchor(node)

    def bar(self, node: Any) -> None:
        """`>5`: YAML takes it for the head of a text below."""
        line, start = self.line(node), node.start_mark.column
        if not node.value.strip() and _COMPARED.match(line, start):
            fixed = line[:start] + quoted(line[start:])
            self.found.append(one("yaml-first-character", node.start_mark.line, start, fixed, character=">"))

    def folded(self, node: Any, text: str) -> None:
        """Lines that run together into one text, because no `|` stands before them."""
        first = node.start_mark.line
        key = next((n for n in range(first - 1, -1, -1) if self.lines[n].strip()), -1)
        if text.startswith("-"):
            return
        if key >= 0 and not self.line(node)[: node.start_mark.column].strip() and self.lines[key].rstrip()[-1:] == ":":
            fixed = {key: self.lines[key].rstrip() + " |"}
            details = {"fix": fixed[key].strip(), "indent": indent(fixed[key])}
            self.found.append(Trap("yaml-no-bar", key + 1, len(fixed[key]) - 1, "warning", fixed, details))
        else:
            details = {"fix": self.line(node)[: node.start_mark.column].strip() + " |"}
            self.found.append(Trap("yaml-no-bar", first + 2, 1, "warning", {}, details))

    def cut_off(self, node: Any) -> None:
        """What stands behind ` #` is a comment: suspicious where nothing parts it from a text."""
        line, end = self.line(node), node.end_mark.column
        rest = line[end:].lstrip()
        worth = rest[1:2].isdigit() or " " in node.value or any(char > "\u2e80" for char in node.value)
        if rest.startswith("#") and worth and node.tag.endswith(":str"):
            start = node.start_mark.column
            fixed = line[:start] + quoted(line[start:])
            trap = one("yaml-cut-text", node.start_mark.line, line.index("#", end), fixed, text=node.value)
            self.found.append(Trap(trap.code, trap.line, trap.column, "warning", trap.fixed, trap.details))

    def odd_mark(self, node: Any, text: str) -> None:
        """Chinese quotes or wide brackets around a value, a dash that touches its word."""
        number, start, line = node.start_mark.line, node.start_mark.column, self.line(node)
        end = node.end_mark.column
        inner = text[1:-1]
        if text[0] in "“‘「『" and text[-1] in "”’」』" and _TOKEN.fullmatch(inner):
            self.found.append(one("yaml-chinese-quotes", number, start, line[:start] + quoted(inner) + line[end:]))
        elif text[0] in "［｛" and text[-1] in "］｝" and node.end_mark.line == number:
            fixed = line[:start] + spaced(text.translate(_WIDE)) + line[end:]
            self.found.append(one("yaml-wide-bracket", number, start, fixed))
        elif text[0] == "-" and not line[:start].strip() and re.match(r"-[^\s\d.-]", text):
            last = number if node.end_mark.column else node.end_mark.line - 1
            lines = range(number, max(last, node.end_mark.line) + 1)
            fixed_lines = {n: re.sub(r"^( *)-(?=[^\s-])", r"\1- ", self.lines[n]) for n in lines}
            details = {"fix": fixed_lines[number].strip(), "indent": start}
            self.found.append(Trap("yaml-dash", number + 1, start + 1, "error", fixed_lines, details))

    def anchor(self, node: Any) -> None:
        """`&Call them`: YAML takes the first word for a name to refer to."""
        line, start = self.line(node), node.start_mark.column
        name = re.match(r"&([^\s,\[\]{}]+)", line[start:])
        if name and not any(f"*{name[1]}" in other for other in self.lines):
            fixed = line[:start] + quoted(line[start:])
            self.found.append(one("yaml-first-character", node.start_mark.line, start, fixed, character="&"))

    # --- brackets and braces ---------------------------------------------------------------------

    def flow_list(self, node: Any) -> None:
        """A list in brackets: Chinese commas do not part its entries, and a comma in a number does."""
        before = None
        for child in node.value:
            text = child.value if isinstance(child.value, str) and not child.style else ""
            if "，" in text or "、" in text:
                self.comma(child, [piece.strip() for piece in re.split("[，、]", text)])
            if before is not None and text[:1].isdigit() and before.end_mark.index + 1 == child.start_mark.index:
                self.number(before, child, node)
            before = child if text.lstrip("-").isdigit() else None

    def comma(self, node: Any, pieces: list[str]) -> None:
        if not all(_PIECE.fullmatch(piece) for piece in pieces):
            return
        line, start = self.line(node), node.start_mark.column
        at = re.compile("[，、]").search(line, start)
        fixed = line[:start] + ", ".join(pieces) + line[node.end_mark.column :]
        self.found.append(one("yaml-chinese-comma", node.start_mark.line, at.start() if at else start, fixed))

    def number(self, before: Any, child: Any, node: Any) -> None:
        """`[3,5 days]` is two entries. Where every comma is as tight and only figures are parted, that is meant."""
        whole = self.line(node)[node.start_mark.column : node.end_mark.column]
        if child.value.isdigit() and ", " not in whole and not child.value.startswith("00"):
            return
        mark = before.end_mark
        details = {"first": before.value, "second": child.value}
        self.found.append(Trap("yaml-number-comma", mark.line + 1, mark.column + 1, "warning", {}, details))

    def flow_map(self, node: Any) -> None:
        """A mapping in braces: a name without a value is the rest of a text that a comma cut off."""
        pairs = list(_pairs(node))
        for number, (key, value) in enumerate(pairs):
            if getattr(key, "flow_style", None) and len(pairs) == 1:
                self.slot(node)
            elif _empty(value) and isinstance(key.value, str) and not key.style:
                self.alone(key, pairs[number - 1] if number else None)

    def slot(self, node: Any) -> None:
        line, start = self.line(node), node.start_mark.column
        if line.startswith("{{", start):
            fixed = line[:start] + quoted(line[start:])
            self.found.append(one("yaml-slot-first", node.start_mark.line, start, fixed))

    def alone(self, key: Any, before: tuple[Any, Any] | None) -> None:
        line, start, end = self.line(key), key.start_mark.column, key.end_mark.column
        number = key.start_mark.line
        for code, pattern in (("yaml-chinese-colon", _CHINESE_COLON), ("yaml-no-space-after-colon", _TIGHT)):
            if pattern.match(key.value):
                at = re.compile("[:：]").search(line, start)
                colon = at.start() if at else start
                fixed = line[:colon] + ": " + line[colon + 1 :].lstrip()
                self.found.append(one(code, number, colon, fixed))
                return
        value = before[1] if before else None
        if value is None or not value.value or not isinstance(value.value, str) or value.start_mark.line != number:
            self.found.append(
                Trap("yaml-comma-in-flow", number + 1, start + 1, details={"text": key.value, "fix": "", "near": ""})
            )
            return
        begin = value.start_mark.column
        text = line[begin : value.end_mark.column].strip("\"'") + line[value.end_mark.column : end]
        fixed = line[:begin] + quoted(text) + line[end:]
        trap = one("yaml-comma-in-flow", number, value.end_mark.column, fixed, text=key.value, near=fixed.strip())
        if not any(other.code == trap.code and number in other.fixed for other in self.found):
            self.found.append(trap)


def _pairs(node: Any) -> Iterator[tuple[Any, Any]]:
    yield from node.value


def _empty(node: Any) -> bool:
    return node.value == "" and not node.style and node.start_mark.index == node.end_mark.index
