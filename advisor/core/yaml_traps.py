"""The slips that make a file no YAML: each is guessed from its line, put right, and believed if YAML then gets further.

What a slip is called, where it stands and how the line is to be written comes out of the same try.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from advisor.core.yaml_lines import Trap, above, brackets, head, indent, quoted, structure

Failed = tuple[int, int] | None
"""Where YAML stopped, from 0; None when it read the whole file."""

_WORD = r"[A-Za-z_$][\w.$]*"
_TAB = re.compile(r" *\t[\t ]*")
_WIDE = re.compile("[ \t]*[\u3000\xa0][ \t\u3000\xa0]*")
_WIDE_AFTER = re.compile("(?<=[:\\-])[ ]*[\u3000\xa0][ \u3000\xa0]*")
_CHINESE_COLON = re.compile(rf"(^ *(?:- +)*|[{{\[,，] *)({_WORD}(?: {_WORD})*) *： *")
_TIGHT = re.compile(rf"(^ *(?:- *)*|[{{,，] *)({_WORD}):(?=[^\s:/])")
_DASH = re.compile(r"^( *(?:- +)*)-(?=[^\s\-])")
_DASH_AFTER = re.compile(r"- +(?P<one>[^\s].*)")
_BRACKETS = str.maketrans("［］｛｝", "[]{}")
_MARKS = str.maketrans({"，": ", ", "、": ", ", "：": ": "})
_OPEN_QUOTES, _CLOSE_QUOTES = "“‘「『", "”’」』“"
_FIRST = "@`%*&!,]}"
_COMPARED = re.compile(r">=? *[\d.$]")
_COLON = re.compile(r":(?: |$)")
_FLOW_COLON = re.compile(r"(?<=: )([^,{}\[\]\"']*: [^,{}\[\]\"']*?)(?= *[,}\]])")
_KEY = re.compile(rf" *(?:- +)*{_WORD}(?: {_WORD})* *:(?: |$)|.*[:：] *[\[{{]| *- ")
_MOST_LINES = 4
_MOST_OPEN = 6


def find(lines: list[str], stopped: tuple[int, int], tried: Callable[[list[str]], Failed]) -> Trap | None:
    """The slip behind a place where YAML stopped.

    Args: lines – the file; stopped – the line and column, from 0; tried – says how far YAML gets with other lines.
    Returns: the first guess that, put right, lets YAML get further; None when there is none.
    """
    kept = structure(lines)
    for trap in _guesses(lines, kept, min(stopped[0], len(lines) - 1)):
        then = tried(trap.applied(lines))
        if then is None or _further(trap, stopped, then):
            return trap
    return None


def _further(trap: Trap, stopped: tuple[int, int], then: tuple[int, int]) -> bool:
    """Does YAML get further? What leaves something open stops it only where the file ends."""
    if trap.code in _OPEN:
        return then != stopped and then[0] >= trap.line
    if trap.code in _KEYS:  # with one key mended YAML may stop a little earlier, for the key in the next line
        return then[0] >= stopped[0] and then != stopped
    return then[0] > stopped[0] if trap.code == "yaml-indent" else then > stopped


def _guesses(lines: list[str], kept: list[bool], number: int) -> Iterator[Trap]:
    near: list[int] = []
    at = number
    while at >= 0 and len(near) < _MOST_LINES:
        near += [at] if kept[at] else []
        at -= 1
    for guess in _SURE:
        for place in near:
            yield from guess(lines[place], place)
    for place in near[:2]:
        yield from _bar(lines, kept, place)
    for place in _opened(lines, kept, number):
        yield from (*_unclosed_quote(lines[place], place), *_unclosed_bracket(lines[place], place))
    for guess in _TEXT:
        for place in near[:2]:
            yield from guess(lines[place], place)
    for place in near[:3]:
        yield from _indent(lines, kept, place)


def _opened(lines: list[str], kept: list[bool], number: int) -> list[int]:
    """Lines that leave a quote or bracket open although the next line begins something new."""
    found = []
    for n in range(number + 1):
        quote = kept[n] and _quote_open(lines[n])
        if quote or (kept[n] and brackets(lines[n][head(lines[n]) :]) != ("", -1)):
            below = next((line for line in lines[n + 1 :] if line.strip()), "")
            new = not below or (_KEY.match(below) and (quote or indent(below) <= indent(lines[n])))
            found += [n] if new or n == number else []
    return [*found[:_MOST_OPEN], *found[_MOST_OPEN:][-_MOST_OPEN:]]


def suspicious(lines: list[str], kept: list[bool]) -> Iterator[Trap]:
    """Slips that YAML takes without a word, because it reads text where the writer means a key."""
    for number, line in enumerate(lines):
        if kept[number]:
            wide = [trap for trap in _wide_space(line, number) if not line[: trap.column - 1].strip()]
            at = above(lines, kept, number)
            like = [trap for trap in wide if at >= 0 and indent(trap.fixed[number]) == indent(lines[at])]
            yield from (*like, *wide)
            start = line.lstrip(" ")
            if _CHINESE_COLON.match(start):
                yield from _chinese_colon(line, number)
            elif _TIGHT.match(start):
                yield from _tight(line, number)


def one(code: str, number: int, column: int, fixed: str, **details: object) -> Trap:
    """A slip in one line, with the line put right."""
    shown = {"fix": fixed.strip(" "), "indent": indent(fixed), **details}
    return Trap(code, number + 1, column + 1, "error", {number: fixed}, shown)


# --- guesses from one line -----------------------------------------------------------------------


def _tab(line: str, number: int) -> Iterator[Trap]:
    match = _TAB.match(line)
    for width in (2, 4, 1, 8) if match else ():
        start = match.group().replace("\t", " " * width) if match else ""
        yield one("yaml-tab", number, line.index("\t"), start + line[len(match.group() if match else "") :])


def _wide_space(line: str, number: int) -> Iterator[Trap]:
    match = _WIDE.match(line)
    for width in (2, 1, 0) if match else ():
        start = re.sub("[\u3000\xa0]", " " * width, match.group() if match else "")
        at = next(at for at, char in enumerate(line) if char in "\u3000\xa0")
        yield one("yaml-wide-space", number, at, start + line[match.end() if match else 0 :])
    after = _WIDE_AFTER.search(line)
    if after and not match and '"' not in line[: after.start()]:
        yield one("yaml-wide-space", number, after.start(), _WIDE_AFTER.sub(" ", line, count=1))


def _chinese_colon(line: str, number: int) -> Iterator[Trap]:
    match = _CHINESE_COLON.search(line)
    if match:
        yield one("yaml-chinese-colon", number, line.index("：", match.start()), _CHINESE_COLON.sub(r"\1\2: ", line))


def _tight(line: str, number: int) -> Iterator[Trap]:
    match = _TIGHT.search(line)
    if match:
        yield one("yaml-no-space-after-colon", number, match.end() - 1, _TIGHT.sub(r"\1\2: ", line))


def _dash(line: str, number: int) -> Iterator[Trap]:
    match = _DASH.match(line)
    if match:
        yield one("yaml-dash", number, match.end() - 1, _DASH.sub(r"\1- ", line))
    after = _DASH_AFTER.fullmatch(line[head(line) :])
    if after and line[: head(line)].rstrip().endswith(":"):
        yield one("yaml-dash", number, head(line), f"{line[: head(line)]}[{after['one']}]")


def _wide_bracket(line: str, number: int) -> Iterator[Trap]:
    at = next((at for at, char in enumerate(line) if char in "［］｛｝"), -1)
    if at >= head(line):
        start = head(line)
        yield one("yaml-wide-bracket", number, at, line[:start] + spaced(line[start:].translate(_BRACKETS)))


def spaced(text: str) -> str:
    """A flow text with the Chinese marks of its punctuation made YAML's."""
    return re.sub(r"([,:]) +", r"\1 ", text.translate(_MARKS))


def _chinese_comma(line: str, number: int) -> Iterator[Trap]:
    at, start = re.search("[，、]", line), head(line)
    if at and line[start : start + 1] in ("[", "{") and at.start() > start:
        yield one("yaml-chinese-comma", number, at.start(), line[:start] + spaced(line[start:]))


def _chinese_quotes(line: str, number: int) -> Iterator[Trap]:
    start = head(line)
    text = line[start:].rstrip()
    if len(text) > 2 and text[0] in _OPEN_QUOTES and text[-1] in _CLOSE_QUOTES + '"':
        yield one("yaml-chinese-quotes", number, start, line[:start] + quoted(text[1:-1]))


def _slot(line: str, number: int) -> Iterator[Trap]:
    start = head(line)
    if line.startswith(("{{", "{%"), start) and line[:start].strip():
        yield one("yaml-slot-first", number, start, line[:start] + quoted(line[start:]))


def _first(line: str, number: int) -> Iterator[Trap]:
    start = head(line)
    text = line[start:]
    if (text[:1] and text[0] in _FIRST) or _COMPARED.match(text):
        yield one("yaml-first-character", number, start, line[:start] + quoted(text), character=text[0])
    elif text[:1] in ("|", ">"):
        rest = text.lstrip("|>").strip()
        bare = rest if rest and not _COLON.search(rest) else quoted(rest)
        yield one("yaml-first-character", number, start, line[:start] + bare, character=text[0])


def _after_quote(line: str, number: int) -> Iterator[Trap]:
    start = head(line)
    text = line[start:].rstrip()
    if text[:1] not in ("'", '"') or text.count(text[0]) < 2:
        return
    whole = text[1:-1] if text[-1] == text[0] else text
    fixed = f'"{whole}"' if '"' not in whole and "\\" not in whole else quoted(whole)
    close = text.index(text[0], 1)
    yield one("yaml-text-after-quote", number, start + close + 1, line[:start] + fixed)


def _backslash(line: str, number: int) -> Iterator[Trap]:
    start = head(line)
    text = line[start:].rstrip()
    if text[:1] == '"' and text[-1] == '"' and "\\" in text:
        yield one("yaml-backslash", number, line.index("\\", start), line[:start] + quoted(text[1:-1]))


def _colon(line: str, number: int) -> Iterator[Trap]:
    start = head(line)
    text = line[start:]
    match = _COLON.search(text) if start and text[:1] not in "[{\"'|>" else None
    if match:
        yield one("yaml-colon-in-text", number, start + match.start(), line[:start] + quoted(text))
    flow = _FLOW_COLON.search(line) if text[:1] in ("{", "[") else None
    if flow:
        fixed = line[: flow.start()] + quoted(flow[1]) + line[flow.end() :]
        yield one("yaml-colon-in-text", number, line.index(":", flow.start()), fixed)


# --- what is open --------------------------------------------------------------------------------


def _quote_open(line: str) -> str:
    """The quote that a line's value opens and does not close."""
    text = line[head(line) :]
    if text[:1] in ("'", '"'):
        return text[0] if text.count(text[0]) == 1 else ""
    return '"' if text[:1] in ("[", "{") and text.count('"') % 2 else ""


def _unclosed_quote(line: str, number: int) -> Iterator[Trap]:
    quote, start = _quote_open(line), head(line)
    if not quote:
        return
    text = line.rstrip()
    last = text.rindex(quote)
    if text[start] in "[{":
        end = re.compile(r"[,\]}]|$").search(text, last + 1)
        at = end.start() if end else len(text)
        yield one("yaml-unclosed-quote", number, last, f"{text[:at]}{quote}{text[at:]}")
    elif text[-1] in _CLOSE_QUOTES:
        yield one("yaml-unclosed-quote", number, start, text[:-1] + quote)
    yield one("yaml-unclosed-quote", number, start, text + quote)


def _unclosed_bracket(line: str, number: int) -> Iterator[Trap]:
    text = line.split(" #", maxsplit=1)[0].rstrip().rstrip(",")
    start = head(text)
    missing, wrong = brackets(text[start:]) if text[start : start + 1] in ("[", "{") else ("", -1)
    if wrong >= 0:
        at = start + wrong
        cut = text[:at] + text[at + 1 :]
        yield one("yaml-extra-bracket", number, at, cut + brackets(cut[start:])[0], bracket=text[at])
    elif missing:
        yield one("yaml-unclosed-bracket", number, start, text + missing, bracket=text[start])


# --- guesses from several lines ------------------------------------------------------------------


def _bar(lines: list[str], kept: list[bool], number: int) -> Iterator[Trap]:
    """A text below a key whose `|` was forgotten."""
    key = number
    while key > 0 and not (kept[key] and indent(lines[key]) < indent(lines[number])):
        key -= 1
    first = next((line for line in lines[key + 1 : number + 1] if line.strip()), "")
    if key != number and lines[key].rstrip().endswith(":") and not _KEY.match(first):
        fixed = lines[key].rstrip() + " |"
        yield one("yaml-no-bar", key, len(fixed) - 2, fixed)


def _indent(lines: list[str], kept: list[bool], number: int) -> Iterator[Trap]:
    """A line that begins in another column than its neighbours."""
    line = lines[number]
    widths = [indent(lines[number - 1])] if _text_below(line, kept, number) else []
    at = above(lines, kept, number)
    while at >= 0 and len(widths) < _MOST_LINES:
        dashes = re.match(r" *(?:- +)*", lines[at])
        widths += [dashes.end() if dashes and not line.lstrip().startswith("- ") else indent(lines[at])]
        widths += [indent(lines[at])]
        at = above(lines, kept, at)
    for width in dict.fromkeys(widths):
        if width != indent(line):
            yield one("yaml-indent", number, indent(line), " " * width + line.lstrip(" "), spaces=width)


def _text_below(line: str, kept: list[bool], number: int) -> bool:
    """A line of text under a `|` that begins too far left to belong to it."""
    return number > 0 and not kept[number - 1] and not _KEY.match(line)


_Guess = Callable[[str, int], Iterator[Trap]]
_SURE: tuple[_Guess, ...] = (
    _tab, _wide_space, _chinese_colon, _tight, _dash, _wide_bracket, _chinese_comma, _chinese_quotes, _slot,
)  # fmt: skip
_TEXT: tuple[_Guess, ...] = (_backslash, _after_quote, _first, _colon)
_KEYS = ("yaml-chinese-colon", "yaml-no-space-after-colon", "yaml-tab", "yaml-wide-space")
_OPEN = ("yaml-unclosed-quote", "yaml-unclosed-bracket", "yaml-extra-bracket")
