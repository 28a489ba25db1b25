"""The shape of the house: imports point one way, each library stays behind one module, no word of content in Python."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Lowest first: a package imports those before it, and a module those before it in its own package.
PACKAGES: dict[str, list[str]] = {
    "core": [
        "pickles",
        "home",
        "model",
        "vocabulary",
        "yaml_bytes",
        "yaml_lines",
        "yaml_traps",
        "yaml_quiet",
        "yaml_in",
        "tree",
        "reference",
        "cells",
        "decide",
        "facts",
        "garbage",
    ],
    "messages": ["__init__"],
    "codes": [
        "page",
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
        "nightly",
        "sample",
        "ingest",
        "pages",
        "parts",
        "markdown",
        "warehouse",
    ],
    "match": ["chains", "durable_match"],
    "metrics": ["metric_needs", "sql_guard", "metric_tables", "metric_check", "metrics"],
    "content": [
        "presets",
        "lint",
        "cell_words",
        "plays",
        "outline",
        "people",
        "consistency",
        "follow_ups",
        "content",
        "digest",
        "choice_words",
        "misfits",
        "slips",
        "read_conditions",
        "read_rules",
        "read_cases",
        "read_play",
        "read_brief",
        "read_consistency",
        "read_lint",
        "read_portfolio",
        "overlay_check",
        "unread",
        "read_content",
        "kept",
        "content_cache",
        "reread",
    ],
    "data": [
        "encodings",
        "cells",
        "sheets",
        "tables",
        "rows",
        "linking",
        "mapping",
        "mapping_run",
        "facts_file",
        "book",
        "asserted",
        "what_if",
    ],
    "sql": ["dialect", "spark", "terms", "relations", "conditions", "expressions", "statement", "load", "script"],
    "advice": [
        "workspace",
        "wording",
        "templates",
        "slots",
        "calendar",
        "advice",
        "history",
        "reasons",
        "missing",
        "render",
        "in_words",
        "derived_in_words",
        "advise",
        "session",
        "naming",
        "replies",
        "suppose",
    ],
    "prove": [
        "regions",
        "formula",
        "terms",
        "derivations",
        "symbols",
        "domains",
        "solver",
        "witness",
        "leaves",
        "prover",
        "claims",
        "pairs",
        "gaps",
        "report",
    ],
    "bench": [
        "watch",
        "case_facts",
        "case_metrics",
        "blame",
        "sightings",
        "expectations",
        "cases",
        "parallel",
        "coverage",
        "junit",
        "case_watch",
        "check_brief",
        "trees",
        "known_when",
        "lint_unknown",
        "lint_units",
        "lint_thresholds",
        "lint_cooldown",
        "lint_cards",
        "lint_cases",
        "method",
        "check",
        "check_files",
        "unread_files",
        "check_sarif",
        "check_formats",
        "author_files",
        "scaffold",
        "case_from",
        "new_case",
        "schema_conditions",
        "schema",
        "workspace_init",
        "words_units",
        "words_out",
        "words_in",
        "words_trial",
        "words_merge",
    ],
    "pages": [
        "page",
        "page_text",
        "problem_text",
        "page_markup",
        "page_json",
        "today",
        "leaf",
        "portfolio",
        "brief",
        "brief_pages",
        "cases_text",
        "code_text",
    ],
    "batch": [
        "store",
        "stored",
        "ingest_scan",
        "ingest_files",
        "ingest_cells",
        "ingest_ids",
        "ingest_rows",
        "ingest_links",
        "ingest_mapping",
        "ingest",
        "chunk",
        "order",
        "folder",
        "work",
        "parts",
        "run",
        "spark_run",
        "inputs",
        "rows",
        "sheets",
        "typed",
        "outputs",
        "digest",
        "manifest",
        "since",
        "nightly",
    ],
    "sample": ["making", "levels", "dirt", "tables", "write"],
    "explain": [
        "explain_targets",
        "explain_leaves",
        "explain_changes",
        "explain_verify",
        "explain_lines",
        "explain_edits",
        "explain",
        "nearly",
        "nearly_text",
        "explain_html",
    ],
    "preview": ["spoken", "reach", "preview", "preview_rows", "preview_text", "preview_html"],
    "docs": ["play_stages", "play_sources", "docs_html", "play_cases", "play_pages", "docs_site"],
    "release": [
        "revisions",
        "alike",
        "sides",
        "firings",
        "impact",
        "differ",
        "impact_page",
        "impact_text",
        "impact_markup",
        "impact_json",
        "replay",
    ],
    "commands": [
        "show",
        "show_facts",
        "show_proof",
        "show_release",
        "show_sample",
        "common",
        "what_if",
        "show_author",
        "author",
        "release",
        "rep",
        "preview",
        "trainer",
        "testing",
        "sample",
        "progress",
        "batch",
        "warehouse",
    ],
    "": ["pytest_plugin", "cli"],
}
ORDER = [f"{package}.{name}".strip(".") for package, names in PACKAGES.items() for name in names]
THIRD_PARTY = {
    "yaml": {"core.yaml_in"},
    "durable": {"match.durable_match"},
    "jinja2": {"advice.templates"},
    "click": {
        "cli",
        "commands.common",
        "commands.preview",
        "commands.rep",
        "commands.release",
        "commands.trainer",
        "commands.testing",
        "commands.author",
        "commands.sample",
        "commands.progress",
        "commands.batch",
        "commands.warehouse",
    },
    "holidays": {"advice.calendar"},
    "python_calamine": {"data.sheets"},
    "sqlglot": {"metrics.sql_guard"},
    "pytest": {"pytest_plugin"},
    "duckdb": {"metrics.metric_tables"},
    "z3": {"prove.solver"},
    "xlsxwriter": {"bench.words_out", "batch.sheets"},
    "pyspark": {"batch.spark_run"},
    "py4j": {"batch.spark_run"},
    "rich": {"commands.progress"},
}


def modules() -> dict[str, Path]:
    """Every module by its dotted name below the package; the packages' own empty fronts are left out."""
    paths = [path for path in (ROOT / "advisor").rglob("*.py") if path.stem != "__init__"]
    found = {".".join(path.relative_to(ROOT / "advisor").with_suffix("").parts): path for path in paths}
    return {**found, "messages.__init__": ROOT / "advisor/messages/__init__.py", "cli": ROOT / "cli.py"}


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
    found = {name.removeprefix("advisor.") for name in names if name.startswith("advisor.")}
    found = {"messages.__init__" if name.split(".")[0] == "messages" else name for name in found}
    return found & set(modules())


def test_every_module_has_a_level() -> None:
    assert sorted(modules()) == sorted(ORDER)


@pytest.mark.parametrize("name", sorted(modules()))
def test_imports_point_down(name: str) -> None:
    upward = {one for one in own(imported(modules()[name])) if ORDER.index(one) > ORDER.index(name)}
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
