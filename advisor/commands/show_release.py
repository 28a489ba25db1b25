"""What the commands around a release print."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from advisor.advice.workspace import Wish
from advisor.core.model import stop
from advisor.release.impact import Progress
from advisor.release.replay import Again

_CHANGES = 12


def impact(wish: Wish, against: str, top: int, sample: int, form: str, progress: Progress) -> str:
    """What a change of content does to a book, in the wanted format.

    Raises: AdvisorError – there is nothing to compare with, or one version has errors.
    """
    from advisor.release import impact as impacts
    from advisor.release import sides

    if not against:
        raise stop("against-missing", 2)
    with sides.opened(wish, against) as both:
        found = impacts.impact(both, top, progress)
    if form == "json":
        from advisor.pages.page_json import dumps
        from advisor.release.impact_json import record

        return dumps(record(found)) + "\n"
    from advisor.release import impact_markup, impact_page, impact_text

    page = impact_page.laid(found, sample)
    if form == "md":
        return impact_markup.markdown(page, str(found.printer.words["impact"]["left_out"]))
    return impact_markup.html(page) if form == "html" else impact_text.text(page)


def replayed(path: Path, wish: Wish, facts: str | None, against: str) -> tuple[str, bool]:
    """What became of each record, and whether every one is byte for byte the same."""
    from advisor.content.content_cache import load
    from advisor.release import replay

    found = replay.replay(path, wish, facts, against)
    words = load().words[wish.language or "zh"]["replay"]
    lines = [line for one in found for line in _again(one, words)]
    others = {one.then for one in found if one.outcome == "differs" and one.then != one.now}
    for digest in sorted(others):
        lines += _searched(replay.revision_with(digest, wish), words)
    same = sum(one.outcome == "same" for one in found)
    if len(found) > 1:
        lines.append(words["counted"].format(n=len(found), same=same, differs=len(found) - same))
    return "\n".join(lines) + "\n", same == len(found)


def _again(one: Again, words: Mapping[str, Any]) -> list[str]:
    lines = [words[one.outcome].format(name=one.name, hash=one.now[7:19])]
    if one.outcome != "differs":
        return lines
    if one.then != one.now:
        lines.append("  " + words["content"].format(then=one.then[7:19], now=one.now[7:19]))
    causes = [words["causes"][cause] for cause in one.causes]
    if one.then == one.now or causes:
        lines.append("  " + words["settings"].format(what=", ".join(causes) or words["else"]))
    if not one.run_known:
        lines.append("  " + words["no_run"])
    lines += [words["change"].format(path=path, old=old, new=new) for path, old, new in one.changes[:_CHANGES]]
    rest = len(one.changes) - _CHANGES
    return [*lines, *([words["more"].format(n=rest)] if rest > 0 else [])]


def _searched(found: Any, words: Mapping[str, Any]) -> list[str]:
    if found is None:
        return [words["no_repository"]]
    if found.commit:
        return [words["found"].format(revision=found.described, commit=found.commit)]
    return [words["not_found"].format(n=found.looked)]
