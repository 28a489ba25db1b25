"""Content in: the bundled `rules/` and `playbooks/`, with a workspace's files laid over them file by file.

`policy.yaml`, `words.yaml`, `cells.yaml` and `facts.yaml` are laid over key by key, so that a workspace need only hold
what differs. A derived fact is replaced by one of the same name in a later layer, whatever the files are called.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from advisor.content import digest
from advisor.content.cell_words import check_cells, read_words
from advisor.content.content import Content
from advisor.content.follow_ups import without_follow_ups
from advisor.content.lint import added, check_terms
from advisor.content.overlay_check import check_overlays
from advisor.content.plays import Play
from advisor.content.presets import folders
from advisor.content.read_brief import read_brief
from advisor.content.read_consistency import read_consistency
from advisor.content.read_lint import read_lint
from advisor.content.read_play import read_guard, read_picking, read_play, read_playbook
from advisor.content.read_portfolio import read_checks
from advisor.content.read_rules import read_derived, read_derived_fields, read_policy, read_units, read_vocabulary
from advisor.content.unread import unread_names, words_in
from advisor.core import yaml_in
from advisor.core.home import content_root, is_bundled, shown
from advisor.core.model import Place, Problem
from advisor.core.tree import Derived, Metric
from advisor.core.vocabulary import nearest
from advisor.core.yaml_in import Item
from advisor.metrics.metric_check import check_all

_PLAYBOOK = "playbook.yaml"


@dataclass
class _Files:
    """The content files of all layers, by their path below the layer, bundled first; `read` keeps what it read.

    A preset's folder is a layer whose `rules/` is the folder itself.
    """

    layers: tuple[Path, ...]
    presets: tuple[Path, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    documents: dict[str, list[Item]] = field(default_factory=dict)

    def found(self, pattern: str) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for layer in self.layers:
            above = "rules/" if layer in self.presets else ""
            for path in sorted(layer.glob(pattern.removeprefix(above))):
                found[above + path.relative_to(layer).as_posix()] = path
        return dict(sorted(found.items()))

    def below(self, layer: Path, name: str) -> Path:
        return layer / (name.removeprefix("rules/") if layer in self.presets else name)

    def read(self, name: str, path: Path) -> Item:
        item, problems = yaml_in.load(path, shown(path))
        self.problems += problems
        if not item.is_map:
            self.problems.append(Problem("content-not-map", Place(shown(path), 1, 1)))
            item = Item({}, item.place, broken=True)
        self.documents.setdefault(name, []).append(item)
        return item

    def each(self, name: str) -> list[Item]:
        """A document as each layer has it."""
        paths = [self.below(layer, name) for layer in self.layers]
        return [self.read(name, path) for path in paths if path.is_file()]

    def layered(self, name: str) -> Item:
        item = Item({}, Place(name))
        for layer in self.layers:
            path = self.below(layer, name)
            if path.is_file():
                item = merged(item, self.read(name, path))
        return item

    def items(self, pattern: str) -> dict[str, Item]:
        found = {name: self.whole(name, path) for name, path in self.found(pattern).items()}
        return {name: item for name, item in found.items() if not item.broken}

    def whole(self, name: str, path: Path) -> Item:
        """A file; where nothing of it can be read the one that it replaces, lest each thing missing be a mistake."""
        item, places = self.read(name, path), [self.below(layer, name) for layer in self.layers]
        below = [other for other in places[: places.index(path)] if other.is_file()] if path in places else []
        return self.read(name, below[-1]) if item.broken and below else item

    def all_documents(self) -> dict[str, list[Item]]:
        """What was read, and the rest of what lies below `rules/`, which is content as well."""
        rest = {name: path for name, path in self.found("rules/**/*.yaml").items() if name not in self.documents}
        others = {name: [yaml_in.load(path, shown(path))[0]] for name, path in rest.items() if not _of_preset(name)}
        return {**self.documents, **others}

    def by_layer(self, pattern: str) -> list[Item]:
        """The documents in the order of their layers, so that what a later layer defines wins."""
        found = self.found(pattern)
        order = {path: n for n, layer in enumerate(self.layers) for path in found.values() if layer in path.parents}
        return [self.read(name, path) for name, path in sorted(found.items(), key=lambda one: (order[one[1]], one[0]))]


def _of_preset(name: str) -> bool:
    """Presets are read where they are chosen."""
    return name.startswith("rules/presets/")


def merged(below: Item, above: Item) -> Item:
    """Lay one mapping over another, key by key."""
    if not (below.is_map and above.is_map):
        return above
    both = dict(below.value)
    for key, item in above.items():
        both[key] = merged(both[key], item) if key in both else item
    return Item(both, above.place, above.key_place)


@dataclass(frozen=True)
class Rules:
    """All content but the plays, and where the plays are.

    `unread` are names of a workspace's own that no rule reads, each with its problem should no play read it either.
    """

    content: Content
    layers: tuple[Path, ...]
    presets: tuple[Path, ...]
    unread: tuple[tuple[str, Problem], ...] = ()

    def play_files(self) -> dict[str, Path]:
        """The plays' files by their name below the layer."""
        found = _Files(self.layers, self.presets).found("playbooks/*/*.yaml")
        return {name: path for name, path in found.items() if not name.endswith(f"/{_PLAYBOOK}")}


@dataclass(frozen=True)
class OnePlay:
    """What reading one play's file gave: the play, unless nothing of it can be read, and what is wrong with it.

    `words` are the words that it holds, where a name of the workspace's own waits for a reader.
    """

    play: Play | None
    problems: tuple[Problem, ...]
    words: frozenset[str]


def load(workspace: Path | None = None, presets: tuple[str, ...] = (), root: Path | None = None) -> Content:
    """Read all content.

    Args: workspace – a folder with its own `rules/` or `playbooks/`, laid over the bundled content; presets – names of
    presets, laid between the two in this order; root – another folder in place of the bundled content.
    Returns: the content with every problem found in it.
    """
    rules = load_rules(workspace, presets, root)
    return whole(rules, [read_one(name, path, rules) for name, path in rules.play_files().items()])


def whole(rules: Rules, found: Collection[OnePlay]) -> Content:
    """All content, from the rules and what each play's file gave."""
    plays = [one.play for one in found if one.play]
    problems = [*rules.content.problems, *(problem for one in found for problem in one.problems)]
    check_codes(plays, problems)
    problems += still_unread(rules, (one.words for one in found))
    plays.sort(key=lambda play: play.code)
    parts = digest.parts(rules.layers, rules.presets)
    content = replace(rules.content, plays=tuple(plays), problems=tuple(problems))
    return replace(content, digest=digest.whole(parts), files=digest.each(parts))


def read_one(name: str, path: Path, rules: Rules) -> OnePlay:
    """Read one play.

    Args: name – its file's name below the layer; path – the file; rules – all other content.
    """
    files = _Files(rules.layers, rules.presets)
    item = files.whole(name, path)
    problems = [*files.problems, *check_terms(rules.content.lint, files.documents)]
    identity = name.removeprefix("playbooks/").removesuffix(".yaml")
    readable = item.value and not item.broken
    play = read_play(item, identity, rules.content.vocabulary, rules.content.policy, problems) if readable else None
    told = tuple(without_follow_ups(problems))
    return OnePlay(play, told, frozenset(words_in(item)) if rules.unread else frozenset())


def still_unread(rules: Rules, words: Iterable[frozenset[str]]) -> list[Problem]:
    """The problems of names that neither a rule nor a play reads; `words` are those of the plays."""
    if not rules.unread:
        return []
    seen = frozenset().union(*words)
    return [problem for name, problem in rules.unread if name not in seen]


def layers_of(
    workspace: Path | None = None, presets: tuple[str, ...] = (), root: Path | None = None
) -> tuple[Path, ...]:
    """The folders that are laid over one another, the bundled content first; arguments as of `load`."""
    base = root or content_root()
    return base, *folders(presets, workspace, base), *([workspace] if workspace else [])


def load_rules(workspace: Path | None, presets: tuple[str, ...], root: Path | None = None) -> Rules:
    """Read all content but the plays; arguments as of `load`."""
    layers = layers_of(workspace, presets, root)
    files = _Files(layers, folders(presets, workspace, layers[0]))
    problems = files.problems
    vocabulary = read_vocabulary(files.layered("rules/facts.yaml"), problems)
    policy = read_policy(files.layered("rules/policy.yaml"), problems)
    derived_files = files.by_layer("rules/derived/*.yaml")
    vocabulary = read_derived_fields(derived_files, vocabulary, problems)
    derived = read_derived(derived_files, vocabulary, policy, problems)
    metrics = {Path(name).name: _sql(files, name, path) for name, path in files.found("rules/metrics/*.sql").items()}
    guards = [read_guard(item, vocabulary, policy, problems) for item in files.items("rules/guards/*.yaml").values()]
    books = files.items(f"playbooks/*/{_PLAYBOOK}")
    playbooks = {folder: read_playbook(item, folder) for name, item in books.items() for folder in [name.split("/")[1]]}
    picking = read_picking(files.layered("rules/people.yaml"), vocabulary, policy, problems)
    brief = read_brief(files.layered("rules/brief.yaml"), vocabulary, policy, problems)
    checks = read_checks(files.layered("rules/portfolio.yaml"), vocabulary, policy, problems)
    _check_metrics(derived.values(), metrics, problems)
    problems += check_all(metrics, vocabulary, policy)
    words, consistency = files.layered("rules/words.yaml"), files.layered("rules/consistency.yaml")
    contradictions = read_consistency(consistency, vocabulary, policy, problems)
    lint = added([read_lint(item, problems) for item in files.each("rules/lint.yaml")])
    problems += check_terms(lint, files.all_documents())
    problems += check_overlays(files.documents)
    cells = read_words(check_cells(files.layered("rules/cells.yaml"), problems))
    texts = (text for text, _ in metrics.values())
    return Rules(
        Content(
            vocabulary,
            policy,
            derived,
            tuple(sorted(guards, key=lambda guard: guard.code)),
            playbooks,
            (),
            words.plain(),
            cells,
            metrics,
            tuple(files.found("rules/mappings/*.yaml").values()),
            "",
            picking,
            tuple(problems),
            checks,
            contradictions,
            brief=brief,
            lint=lint,
            units=read_units(files.documents.get("rules/policy.yaml", [])),
        ),
        files.layers,
        files.presets,
        tuple(unread_names(files.all_documents(), texts)) if workspace else (),
    )


def _sql(files: _Files, name: str, path: Path) -> tuple[str, str]:
    try:
        return path.read_text(encoding="utf-8"), shown(path)
    except (OSError, UnicodeDecodeError):
        files.problems.append(Problem("not-utf8", Place(shown(path), 1, 1)))
        return "", shown(path)


def _check_metrics(derived: Iterable[Derived], metrics: Mapping[str, Any], problems: list[Problem]) -> None:
    for one in derived:
        if isinstance(one.expr, Metric) and one.expr.file not in metrics:
            details = {"name": one.expr.file, "near": nearest(one.expr.file, metrics)}
            problems.append(Problem("unknown-metric", one.place, "error", details))


def check_codes(plays: list[Play], problems: list[Problem]) -> None:
    """Report every code that a second play has as well: at each of them, yet not at a bundled one where others are."""
    by_code: dict[str, list[Play]] = {}
    for play in plays:
        by_code.setdefault(play.code, []).append(play)
    for code, found in by_code.items():
        if not code or len(found) == 1:
            continue
        found.sort(key=lambda one: not is_bundled(one.place.path))
        for play in [one for one in found if not is_bundled(one.place.path)] or found:
            other = next(one for one in found if one is not play)
            details = {"code": code, "other": str(other.places.get("code", other.place)), "file": f"{other.path}.yaml"}
            problems.append(Problem("code-twice", play.places.get("code", play.place), "error", details))
