"""Where the content that ships with the program lies."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def rules_folder() -> Path:
    """The bundled `rules` folder: inside the package in a wheel, beside it in a checkout."""
    inside = _HERE / "bundled" / "rules"
    return inside if inside.is_dir() else _HERE.parent / "rules"
