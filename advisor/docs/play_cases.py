"""What a play's cases give and expect, in the words of the trainer's pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from advisor.advice.wording import Printer
from advisor.content.content import Content
from advisor.content.plays import Case, Play
from advisor.core.vocabulary import Entity, Field
from advisor.core.yaml_in import Item

_ROLES = "buying_role"


@dataclass(frozen=True)
class Given:
    """Tells the cases of one play. What only guards may read is left out."""

    content: Content
    printer: Printer
    play: Play

    def named(self, name: str) -> str:
        """A fact by its label, wherever it belongs."""
        _, _, last = name.rpartition(".")
        field = self._field(name, self._homes()) or self._field(last, tuple(self.content.vocabulary.entities))
        if field and field.guarded:
            return ""
        return self.printer.label(field.label, name) if field else name

    def person(self, name: str) -> str:
        """A role by its label; a contact by its name."""
        choices = self.content.vocabulary.choices.get(_ROLES)
        return self.printer.label(choices.labels.get(name, {}), name) if choices else name

    def lines(self, case: Case) -> tuple[str, ...]:
        """What a case gives, one HTML line a fact."""
        return tuple(self._map(case.given, self._homes()))

    def _homes(self) -> tuple[str, ...]:
        return ("opportunity", "account") if self.play.about == "opportunity" else ("account",)

    def _field(self, name: str, entities: tuple[str, ...]) -> Field | None:
        found = (self.content.vocabulary.field(entity, name) for entity in entities)
        return next((field for field in found if field), None)

    def _map(self, item: Item, entities: tuple[str, ...], head: str = "") -> Iterator[str]:
        for key, value in item.items():
            name = f"{head}{key}"
            entity = None if head else self.content.vocabulary.by_table(key)
            field = self._field(name, entities)
            if field is not None:
                yield from self._line(field, value)
            elif entity is not None:
                yield from self._rows(entity, value)
            elif value.is_map and (head or key == "derived"):
                yield from self._map(value, entities)
            elif value.is_map:
                yield from self._map(value, entities, f"{name}.")
            else:
                yield from self._elsewhere(key, value)

    def _elsewhere(self, key: str, value: Item) -> Iterator[str]:
        """A list under a field's name stands for rows of another table."""
        many = tuple(one.name for one in self.content.vocabulary.entities.values() if one.rows == "many")
        field = self._field(key, tuple(sorted(many, key=lambda name: name != "order")))
        if field is not None:
            yield from self._line(field, value)

    def _line(self, field: Field, value: Item) -> Iterator[str]:
        if field.guarded:
            return
        shown = self.printer.word("list").join(self._shown(one, field) for one in value.each())
        label = self.printer.label(field.label, field.name)
        yield escape(label + self.printer.word("colon") + (shown or self.printer.word("none")))

    def _shown(self, item: Item, field: Field) -> str:
        return str(item.plain()) if item.is_map or item.is_list else self.printer.data(item.value, field)

    def _rows(self, entity: Entity, value: Item) -> Iterator[str]:
        rows = value.each()
        label = escape(self.printer.label(entity.label, entity.name))
        if not rows:
            yield label + escape(self.printer.word("colon") + self.printer.word("none"))
        for row in rows:
            inner = "".join(f"<li>{line}</li>" for line in self._map(row, (entity.name,)))
            yield f"{label}<ul>{inner}</ul>" if inner else label
