"""Where the content and the demo book that ship with the program lie."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def content_root() -> Path:
    """The folder that holds the bundled `rules/` and `playbooks/`: inside the package in a wheel, else the checkout."""
    inside = _HERE / "_content"
    return inside if inside.is_dir() else _HERE.parent


def demo() -> Path:
    """The folder of the demo book."""
    return _HERE / "demo"
