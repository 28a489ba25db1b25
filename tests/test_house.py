"""The shape of the house: imports point one way, each library stays behind one module, no word of content in Python."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Lowest level first; a module may import modules of lower levels, and earlier modules of its own level.
LEVELS: list[list[str]] = [
    ["home", "model", "vocabulary", "yaml_in", "messages", "presets", "lint"],
    ["tree", "reference", "chains", "durable_match", "facts"],
    ["cell_words", "plays", "outline", "people", "consistency", "content"],
    ["sql_guard", "metric_tables", "metric_check", "metrics"],
    [
        "read_conditions",
        "read_rules",
        "read_play",
        "read_brief",
        "read_consistency",
        "read_lint",
        "read_portfolio",
        "overlay_check",
        "read_content",
        "content_cache",
    ],
    ["cells", "sheets", "tables", "rows", "linking", "mapping", "mapping_run", "facts_file", "book", "asserted"],
    ["workspace", "wording", "templates", "slots", "calendar", "advice", "history", "reasons", "render"],
    ["in_words", "derived_in_words"],
    [
        "advise",
        "session",
        "naming",
        "replies",
        "case_facts",
        "case_metrics",
        "blame",
        "cases",
        "check_brief",
        "check",
        "method",
    ],
    ["page", "page_text", "page_markup", "page_json", "today", "portfolio", "brief", "brief_pages"],
    [
        "explain_targets",
        "explain_leaves",
        "explain_changes",
        "explain_verify",
        "explain_lines",
        "explain_edits",
        "explain",
    ],
    ["play_stages", "play_sources", "docs_html", "play_cases", "play_pages", "docs_site"],
    ["show"],
    ["cli"],
]
THIRD_PARTY = {
    "yaml": {"yaml_in"},
    "durable": {"durable_match"},
    "jinja2": {"templates"},
    "click": {"cli"},
    "holidays": {"calendar"},
    "python_calamine": {"sheets"},
    "sqlglot": {"sql_guard"},
    "duckdb": {"metric_tables"},
}


def modules() -> dict[str, Path]:
    found = {path.stem: path for path in (ROOT / "advisor").glob("*.py") if path.stem != "__init__"}
    return {**found, "messages": ROOT / "advisor/messages/__init__.py", "cli": ROOT / "cli.py"}


def imported(path: Path) -> set[str]:
    """Every module that a file imports, however late; those for type checking only included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def own(names: set[str]) -> set[str]:
    parts = [name.split(".") for name in names if name.startswith("advisor.")]
    return {part[1] for part in parts if part[1] in modules()}


def test_every_module_has_a_level() -> None:
    assert sorted(modules()) == sorted(name for level in LEVELS for name in level)


@pytest.mark.parametrize("name", sorted(modules()))
def test_imports_point_down(name: str) -> None:
    order = [one for level in LEVELS for one in level]
    upward = {one for one in own(imported(modules()[name])) if one != name and order.index(one) > order.index(name)}
    assert not upward, f"{name} imports {sorted(upward)}, which stand above it"


@pytest.mark.parametrize("name", sorted(modules()))
def test_third_party_stays_behind_its_module(name: str) -> None:
    roots = {one.split(".")[0] for one in imported(modules()[name])} - {"advisor", "cli", "__future__"}
    for root in roots - set(sys.stdlib_module_names):
        assert name in THIRD_PARTY.get(root, set()), f"{name} imports {root}"


@pytest.mark.parametrize("name", sorted(modules()))
def test_no_content_in_python(name: str) -> None:
    """Labels, plays and thresholds are content: no Chinese word (the click help's three aside), no play code."""
    text = modules()[name].read_text(encoding="utf-8").replace("找对人、说对话、做对事", "")
    assert not re.search(r"[\u4e00-\u9fff]", text)
    code = ast.parse(text)
    strings = [node.value for node in ast.walk(code) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert not [one for one in strings if re.fullmatch(r"[PGM]\d{2,3}", one)]


def test_no_module_is_too_long() -> None:
    for name, path in modules().items():
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        assert len(lines) <= 400, f"{name} has {len(lines)} lines"


def test_no_function_is_too_long() -> None:
    for name, path in modules().items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 60, f"{name}.{node.name}"
