"""The cells as they are written: of their type in a clean book; as text with odd cells among them otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from advisor.core.vocabulary import Entity, Field
from advisor.core.yaml_in import Item
from advisor.sample.making import Maker, literal, quoted

_TYPES = {"yes_no": "BOOLEAN", "integer": "BIGINT", "days": "BIGINT", "date": "DATE"}
_USUAL_PLACES = {"money": 0, "ratio": 2, "number": 2}


def clean(entity: Entity, item: Item, names: Iterable[str]) -> str:
    """Select items with every cell of its field's type."""
    return ", ".join(f"CAST({quoted(name)} AS {_type(entity, item, name)}) AS {quoted(name)}" for name in names)


def _type(entity: Entity, item: Item, name: str) -> str:
    kind = _field(entity, name).type
    if kind not in _USUAL_PLACES:
        return _TYPES.get(kind, "VARCHAR")
    fields = item.get("fields")
    made = fields.get(name) if fields else None
    places = made.get("places") if made else None
    return f"DECIMAL(18, {max(0, places.value) if places else _USUAL_PLACES[kind]})"


def _field(entity: Entity, name: str) -> Field:
    return entity.fields.get(name) or Field(name, "text")


@dataclass(frozen=True)
class Dirt:
    """Odd cells: the share of cells, and by kind of field what they hold instead of `cell`."""

    share: float
    kinds: Item
    maker: Maker

    def over(self, entity: Entity, item: Item, names: list[str], rows: str) -> str:
        """The rows of a table as text, some of their cells odd."""
        before = f"SELECT *, {self._chances(entity, names)} FROM ({rows})"
        texts = [f"CAST({self._cast(entity, item, name)} AS VARCHAR) AS {quoted(name)}" for name in names]
        kept = ", ".join(quoted(f"~dirt {name}") for name in names)
        cells = ", ".join(self._cell(entity, name) for name in names)
        return f"SELECT {cells} FROM (SELECT {', '.join(texts)}, {kept} FROM ({before}))"

    def _cast(self, entity: Entity, item: Item, name: str) -> str:
        return f"CAST({quoted(name)} AS {_type(entity, item, name)})"

    def _chances(self, entity: Entity, names: list[str]) -> str:
        made = []
        for name in names:
            column = self.maker.chance(f"dirt {entity.table} {name}")
            sql = self.maker.chances.pop(column.strip('"'))
            made.append(f"{sql} AS {quoted(f'~dirt {name}')}")
        return ", ".join(made)

    def _cell(self, entity: Entity, name: str) -> str:
        """The cell, or where chance falls below the share one of the odd forms: the chance itself says which."""
        kind = "ref" if _field(entity, name).to else "id" if name == "id" else _field(entity, name).type
        odd = self.kinds.get(kind)
        cells = odd.get("cells") if odd else None
        if cells is None or odd is None:
            return quoted(name)
        part = odd.get("share")
        share = self.share * float(part.value if part else 1)
        chance, count = quoted(f"~dirt {name}"), len(cells.each())
        forms = [self._form(str(one.value), name) for one in cells.each()]
        arms = [f"WHEN {chance} < {share * (at + 1) / count:.12f} THEN {form}" for at, form in enumerate(forms)]
        whole = f"{quoted(name)} IS NULL OR {chance} >= {share:.12f}"
        return f"CASE WHEN {whole} THEN {quoted(name)} {' '.join(arms)} END AS {quoted(name)}"

    def _form(self, text: str, name: str) -> str:
        return text.replace("cell", quoted(name))


__all__ = ["Dirt", "clean", "literal"]
