"""All codes' pages, by topic; read late, by those alone who show them."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping

from advisor.codes.page import Code, CodePage, read
from advisor.core.vocabulary import nearest

TOPICS = (
    "yaml_files",
    "traps",
    "conditions",
    "lints",
    "plays",
    "texts",
    "cases",
    "outcomes",
    "proof",
    "rules",
    "metrics",
    "method",
    "mapping",
    "data",
    "tables",
    "authoring",
    "spreadsheets",
    "versions",
    "what_if",
    "usage",
    "sample",
    "warehouse",
    "nightly",
    "ingest",
)
FOLDER = "docs/codes"


@functools.cache
def pages() -> Mapping[str, CodePage]:
    """Every page by its code, in the order of topics and of their modules."""
    return {page.code: page for topic in TOPICS for page in _of(topic)}


def _of(topic: str) -> list[CodePage]:
    module = importlib.import_module(f"advisor.codes.{topic}")
    kinds = [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, Code)]
    return [read(kind, topic) for kind in kinds if kind is not Code]


def path_of(code: str) -> str:
    """Where a code's page lies, below the folder of the project; empty when there is none."""
    return f"{FOLDER}/{code}.md" if code in pages() else ""


def nearest_code(code: str) -> str:
    """The code most like the one given, or an empty string."""
    return nearest(code.lower().replace("_", "-").replace(" ", "-"), pages())
