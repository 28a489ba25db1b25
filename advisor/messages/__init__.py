"""The message catalogue: what is wrong in the user's words, and the way out, by code and language."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from advisor.core import yaml_in
from advisor.core.model import Problem

_LONGEST = 500


@functools.cache
def _part(path: Path) -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = yaml_in.load(path, path.name)[0].plain()
    return found


def _parts() -> list[Path]:
    """The parts of the catalogue, those of usage first: nearly every run prints one of them, few print others."""
    return sorted(Path(__file__).parent.glob("*.yaml"), key=lambda path: (path.stem != "usage", path.stem))


def catalogue() -> Mapping[str, Mapping[str, str]]:
    """All messages by code."""
    return {code: entry for path in _parts() for code, entry in _part(path).items()}


def _entry(code: str) -> Mapping[str, str]:
    return next((_part(path)[code] for path in _parts() if code in _part(path)), {})


def message(problem: Problem, language: str) -> tuple[str, str]:
    """A problem's message and hint; a hint that names a nearest name is left out when there is none."""
    entry = _entry(problem.code)
    details = {name: _shown(_said(value, language)) for name, value in problem.details.items()}
    if not entry:
        return f"{problem.code} {dict(problem.details)}", ""
    text = entry.get(language) or entry["en"]
    hint = entry.get(f"hint_{language}") or entry.get("hint_en") or ""
    near = entry.get(f"near_{language}") or entry.get("near_en") or ""
    joint = "" if language == "zh" else " "
    parts = [near if near and details.get("near") else "", hint]
    return _filled(text, details), joint.join(_filled(part, details) for part in parts if part)


def _said(value: object, language: str) -> object:
    """A detail that has its own words in each language, in the one wanted."""
    return value.get(language, value.get("en", value)) if isinstance(value, Mapping) else value


@functools.cache
def choice_forms() -> Mapping[str, Mapping[str, str]]:
    """By language, how a choice stands with its label (`one`), and what stands `between` two of them."""
    found: Mapping[str, Mapping[str, str]] = _spoken("choices.yaml")
    return found


def _spoken(name: str) -> Any:
    return yaml_in.load(Path(__file__).parent / "spoken" / name, name)[0].plain()


@functools.cache
def spoken(kind: str) -> Mapping[str, str]:
    """What trainers write in words of their own language, and the form that conditions take.

    Args: kind – "operators" before a number, "behind" one, "units", or "spans" of time that a play allows.
    """
    found = _spoken("operators.yaml")
    return {word: form for form, words in found[kind].items() for word in words}


def _shown(value: object) -> str:
    """A detail in a message: what somebody pasted by mistake may be longer than any screen, and of several lines."""
    text = "" if value is None else " ".join(str(value).splitlines()) if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _filled(text: str, details: Mapping[str, str]) -> str:
    return text.format_map(_Gaps(details))


class _Gaps(dict[str, str]):
    """A slot without a detail stays empty instead of failing."""

    def __missing__(self, key: str) -> str:
        return ""
