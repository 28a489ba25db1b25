"""One statement that decides conditions for all accounts: levels of relations, grouped scans, and the verdicts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from advisor.core.tree import Node
from advisor.sql.expressions import Expressions
from advisor.sql.relations import Relation
from advisor.sql.terms import Term


@dataclass(frozen=True)
class Statement:
    """One SELECT of the verdicts over common table expressions.

    `columns` are the verdict columns by the key of their condition. `steps` are the expressions by name in their order
    and `last` the SELECT over them, for a database that is better given them one by one.
    """

    text: str
    columns: Mapping[str, str]
    steps: Mapping[str, str] = field(default_factory=dict)
    last: str = ""

    def renamed(self, prefix: str) -> Statement:
        """The same with a prefix before the name of each step; texts in quotes stay as they are."""
        names = re.compile(r"'(?:[^'\\]|\\.)*'|\b(" + "|".join(map(re.escape, self.steps)) + r")\b")

        def change(text: str) -> str:
            return names.sub(lambda found: f"{prefix}{found[1]}" if found[1] else found[0], text)

        steps = {f"{prefix}{name}": change(body) for name, body in self.steps.items()}
        return Statement(change(self.text), self.columns, steps, change(self.last))

    def kept(self) -> frozenset[str]:
        """The steps that are worth keeping: those that work something out and are read more than once."""
        reads = [set(re.findall(r"\w+", body)) for body in (*self.steps.values(), self.last)]
        return frozenset(
            name
            for name, body in self.steps.items()
            if sum(name in one for one in reads) > 1 and not body.startswith("SELECT * FROM")
        )


class Builder:
    """Builds statements over one set of tables."""

    def __init__(self, expressions: Expressions) -> None:
        self.expressions = expressions
        self.conditions = expressions.conditions
        self.relations = expressions.relations

    def verdicts(self, nodes: Mapping[str, Node], about: str) -> Statement:
        """A row for each subject: account id, subject id, row number, and a verdict for each condition.

        Args: nodes – the conditions by their key; about – "account" or the entity that they are about.
        """
        subject = self.relations.account if about == "account" else self.relations.rows(about)
        if subject is None:
            return Statement("", {})
        hand = self.expressions.hand(subject)
        terms = {key: self.conditions.node(node, hand) for key, node in nodes.items()}
        text = self._select(subject, list(terms.values()))
        columns = {key: f"v{number}" for number, key in enumerate(terms)}
        return Statement(f"WITH {self._tables()}\n{text}", columns, dict(self._expressions()), text)

    def facts(self, subject: Relation, names: Sequence[str]) -> str:
        """A SELECT of account id, row id, row number, and each fact of a relation: its data, and whether it is none."""
        terms = [part for name in names for part in self.conditions.fact(subject, name).parts]
        return f"WITH {self._tables()}\n{self._select(subject, terms)}"

    def _select(self, subject: Relation, terms: Sequence[Term]) -> str:
        account = self.relations.account.alias
        level = max([subject.base_level, *(one.level for one in terms)])
        reads = frozenset({account}).union(*(one.reads for one in terms))
        picked = "".join(f", {one} AS v{number}" for number, one in enumerate(terms))
        source = self.relations.source((subject,), reads, level)
        numbers = f"{account}._id AS account_id, {subject.alias}._id AS subject_id, {subject.alias}._rid AS row_number"
        head = f"SELECT {numbers}{picked}"
        return f"{head} FROM {source} ORDER BY {account}._rid, {subject.alias}._rid"

    # --- levels ----------------------------------------------------------------------------------

    def _tables(self) -> str:
        return ",\n".join(f"{name} AS ({body})" for name, body in self._expressions())

    def _expressions(self) -> Iterator[tuple[str, str]]:
        """Every common table expression after those that it reads."""
        last = max(level for one in self.relations.by_key.values() for level in one.levels())
        for level in range(last + 1):
            for one in self.relations.by_key.values():
                if one.base_level == level:
                    yield one.at(level), self._start(one, level)
            for one in self.relations.by_key.values():
                if level in one.levels() and level != one.base_level:
                    yield one.at(level), self._grown(one, level)
            yield from self._groups(level)

    def _start(self, one: Relation, level: int) -> str:
        if "{from}" not in one.start:
            return one.start
        drivers = tuple(self.relations.by_alias[need] for need in one.needs)
        return one.start.replace("{from}", self.relations.source(drivers, one.reads, level))

    def _grown(self, one: Relation, level: int) -> str:
        """A relation with the facts that have become possible."""
        added = one.added.get(level, {})
        reads = frozenset().union(*(value.reads for value in added.values()))
        source = self.relations.source((one,), reads, level - 1)
        for group in one.joins.get(level, ()):
            source += f" LEFT JOIN {group} ON {group}._k = {one.alias}._rid"
        picked = "".join(f", {value} AS {name}" for name, value in added.items())
        return f"SELECT {one.alias}.*{picked} FROM {source}"

    def _groups(self, level: int) -> Iterator[tuple[str, str]]:
        """The grouped scans over rows as they stand at a level."""
        for number, (key, figures) in enumerate(self.conditions.groups.items()):
            alias, drivers, at = key
            if at == level:
                yield f"g{number}", self._group(alias, drivers, figures, level)

    def _group(self, alias: str, drivers: tuple[str, ...], figures: Mapping[str, Term], level: int) -> str:
        rows = tuple(self.relations.by_alias[one] for one in drivers)
        of = self.relations.by_alias[alias]
        reads = frozenset().union(*(one.reads for one in figures.values()))
        key = f"{drivers[0]}._aid" if of is self.relations.account else f"{alias}._rid"
        reads |= frozenset() if of is self.relations.account else {alias}
        picked = ", ".join(f"{figure} AS {name}" for name, figure in figures.items())
        return f"SELECT {key} AS _k, {picked} FROM {self.relations.source(rows, reads, level)} GROUP BY {key}"
