"""The comparison as text of 80 columns: what went is in [-…-], what came in {+…+}."""

from __future__ import annotations

from advisor.pages.page_text import WIDTH, hanging, width, wrap
from advisor.release.differ import NEW, OLD, Line
from advisor.release.impact_page import Block, Laid, Sample, Table

_MARKS = {OLD: "[-{}-]", NEW: "{{+{}+}}"}


def text(page: Laid) -> str:
    """The page as lines of text."""
    lines = [*wrap(page.title, WIDTH)]
    columns = max(width(name) for name, _ in page.versions) + 2
    for name, version in page.versions:
        lines += hanging("  " + name + " " * (columns - width(name)), version)
    lines += ["", *(line for one in page.summary for line in wrap(one, WIDTH))]
    for table in (page.plays, *page.tables):
        lines += _table(table)
    for block in page.blocks:
        lines += ["", *_block(block)]
    lines += ["", *(line for note in page.notes for line in hanging("· ", note))]
    return "\n".join(lines) + "\n"


def _table(table: Table) -> list[str]:
    if not table.rows:
        return []
    count = len(table.head) - 1
    sizes = [max(width(row[n]) for row in (table.head, *table.rows)) + 2 for n in range(1, count + 1)]
    first = min(WIDTH - sum(sizes), max(width(row[0]) for row in (table.head, *table.rows)))
    lines = [""]
    for row in (table.head, *table.rows):
        name, *more = wrap(row[0], first) or [""]
        cells = "".join(" " * (size - width(cell)) + cell for size, cell in zip(sizes, row[1:], strict=True))
        lines += [name + " " * (first - width(name)) + cells, *(f"  {line}" for line in more)]
    return lines


def _block(block: Block) -> list[str]:
    lines = wrap(block.title, WIDTH)
    for group in block.groups:
        first, *rest = wrap(group.line, WIDTH - 4)
        lines += [f"  {first}", *(f"    {line}" for line in rest)]
        for sample in group.samples:
            lines += _sample(sample)
    return lines


def _sample(sample: Sample) -> list[str]:
    lines = hanging("    ", sample.head)
    columns = max(width(label) for label, _ in sample.parts) + 2
    for label, parts in sample.parts:
        for number, line in enumerate(parts):
            head = label if number == 0 else ""
            lines += hanging("      " + head + " " * (columns - width(head)), marked(line))
    return lines


def marked(line: Line) -> str:
    """A line whose changed parts are in brackets."""
    plain = all(part.kind == NEW for part in line)  # a line that is new as a whole needs no marks inside
    return "".join(part.text if plain else _MARKS.get(part.kind, "{}").format(part.text) for part in line)
