"""What a case beside a play gives, in the short form that trainers write, as the facts of one account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from advisor.content.plays import Case, Play
from advisor.core.model import Problem
from advisor.core.vocabulary import Entity, Vocabulary, nearest
from advisor.core.yaml_in import Item

_ACCOUNT, _OPPORTUNITY, _DERIVED, _ORDER = "account", "opportunity", "derived", "order"


@dataclass
class _Given:
    """The parts of a case as they are sorted out."""

    vocabulary: Vocabulary
    home: Item
    about: str
    account: dict[str, Item] = field(default_factory=dict)
    subject: dict[str, Item] = field(default_factory=dict)
    derived: dict[str, Item] = field(default_factory=dict)
    tables: dict[str, Item] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def sort(self, name: str, item: Item) -> None:
        """Put one entry of `given` where a facts file would have it."""
        entity = self.vocabulary.by_table(name)
        child = self._child(name, item)
        if name == _DERIVED:
            self.derived.update(item.items())
        elif entity is not None and entity.rows == "one":
            self.account.update(item.items())
        elif entity is not None:
            self.tables[entity.table] = item
        elif self.about != _ACCOUNT and self._has(self.about, name):
            self.subject[name] = item
        elif self._has(_ACCOUNT, name):
            (self.account if self._is_recorded(name) else self.derived)[name] = item
        elif child is not None:
            self._add_rows(child, name, item)
        else:
            self._unknown(name, item)

    def _has(self, entity: str, name: str) -> bool:
        fields = self.vocabulary.entities[entity].fields
        return name in fields or any(known.startswith(f"{name}.") for known in fields)

    def _is_recorded(self, name: str) -> bool:
        found = self.vocabulary.field(_ACCOUNT, name)
        return found is None or found.recorded

    def _child(self, name: str, item: Item) -> Entity | None:
        """The table that a list under a field's name stands for: orders first, else the only one with that field."""
        if not item.is_list:
            return None
        many = [entity for entity in self.vocabulary.entities.values() if entity.rows == "many"]
        found = [entity for entity in many if name in entity.fields and entity.fields[name].recorded]
        orders = [entity for entity in found if entity.name == _ORDER]
        return orders[0] if orders else found[0] if len(found) == 1 else None

    def _add_rows(self, child: Entity, name: str, item: Item) -> None:
        rows = [Item({name: one}, one.place) for one in item.each()]
        before = self.tables.get(child.table)
        self.tables[child.table] = Item([*(before.each() if before else []), *rows], item.place, item.key_place)

    def _unknown(self, name: str, item: Item) -> None:
        near = nearest(name, self._names())
        self.problems.append(Problem("case-unknown-fact", item.here, "error", {"name": name, "near": near}))

    def _names(self) -> Iterator[str]:
        for entity in dict.fromkeys((self.about, _ACCOUNT)):
            for known in self.vocabulary.entities[entity].fields:
                yield from {known, known.partition(".")[0]}
        yield from (entity.table for entity in self.vocabulary.entities.values())

    # --- the opportunity that the play is about --------------------------------------------------

    def finish(self) -> Item:
        if self.about == _OPPORTUNITY:
            self._put_subject()
        elif self.about != _ACCOUNT:
            self._put_single()
        whole = {
            _ACCOUNT: Item(self.account, self.home.place),
            **self.tables,
            **({_DERIVED: Item(self.derived, self.home.place)} if self.derived else {}),
        }
        return Item(whole, self.home.place, self.home.key_place)

    def _put_single(self) -> None:
        """Bare facts are those of the only row, the portfolio."""
        table = self.vocabulary.entities[self.about].table
        given = self.tables.get(table) or Item({}, self.home.place)
        self.tables[table] = Item({**self.subject, **(given.value or {})}, given.place, given.key_place)

    def _put_subject(self) -> None:
        """Bare facts are those of the one opportunity, or common to all that are listed."""
        table = self.vocabulary.entities[_OPPORTUNITY].table
        given = self.tables.get(table)
        bare: Mapping[str, Item] = {"open": Item(True, self.home.place), **self.subject}
        rows = given.each() if given else [Item({}, self.home.place)]
        filled = [Item({**bare, **row.value}, row.place, row.key_place) if row.is_map else row for row in rows]
        self.tables[table] = Item(filled, given.place if given else self.home.place, given.key_place if given else None)


def facts_of_case(play: Play, case: Case, vocabulary: Vocabulary) -> tuple[Item, list[Problem]]:
    """Turn a case's `given` into the form of a facts file, every value with its place.

    Args: play – tells what bare names are about; case – what is given; vocabulary – the tables and fields.
    Returns: the facts, and a problem for every name that is neither a fact nor a table.
    """
    given = _Given(vocabulary, case.given, play.about)
    for name, item in case.given.items():
        given.sort(name, item)
    return given.finish(), given.problems
