"""What a metric says it cannot do without, and the table of days off that every metric may read."""

from __future__ import annotations

import re

CLOSED = "closed_days"
_NEEDS = re.compile(r"^--\s*needs:\s*(\w+(?:\s*,\s*\w+)*)\s*$", re.IGNORECASE)


def tables_needed(sql: str) -> tuple[str, ...]:
    """The tables that a metric cannot do without: its first line `-- needs: a, b`; empty without such a line."""
    found = _NEEDS.match(sql.lstrip("\ufeff").partition("\n")[0].strip())
    return tuple(name.strip() for name in found.group(1).split(",")) if found else ()
