"""What the data tests share: the vocabulary, the folder of sample data, and small folders of tables."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

from advisor.content.cell_words import Words, check_cells, read_words
from advisor.content.read_rules import read_vocabulary
from advisor.core import yaml_in
from advisor.core.model import Problem
from advisor.core.vocabulary import Field, Vocabulary

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@functools.cache
def vocabulary() -> Vocabulary:
    problems: list[Problem] = []
    found = read_vocabulary(yaml_in.load(ROOT / "rules" / "facts.yaml", "facts.yaml")[0], problems)
    assert problems == []
    return found


@functools.cache
def words() -> Words:
    problems: list[Problem] = []
    found = read_words(check_cells(yaml_in.load(ROOT / "rules" / "cells.yaml", "cells.yaml")[0], problems))
    assert problems == []
    return found


def field_of(entity: str, name: str) -> Field:
    return vocabulary().entities[entity].fields[name]


def folder(path: Path, files: Mapping[str, str]) -> Path:
    """Write text files into a folder and return it."""
    for name, text in files.items():
        (path / name).write_text(text, encoding="utf-8", newline="")
    return path


def codes(problems: tuple[Problem, ...] | list[Problem]) -> list[str]:
    return [problem.code for problem in problems]
