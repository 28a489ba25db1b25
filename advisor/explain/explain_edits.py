"""A change in words: what would have to be recorded, found out or added."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from advisor.advice.missing import unknown_facts
from advisor.core.model import Row, State, Value, known
from advisor.core.tree import Const, Leaf, Name
from advisor.core.vocabulary import Field
from advisor.explain.explain_lines import Hand, Words
from advisor.explain.explain_targets import SPANS, Cell, Plan, Wish

_OPPOSITE = {
    "is": "is_not",
    "is_not": "is",
    "more_than": "at_most",
    "less_than": "at_least",
    "at_least": "less_than",
    "at_most": "more_than",
    "has_any": "lacks",
    "lacks": "has_any",
}
_BOUNDS = frozenset({"more_than", "less_than", "at_least", "at_most"})
_MOST_QUESTIONS = 2
_CHOSEN = frozenset({"is", "is_not", "between", "has", "has_any", "lacks"})


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: "set" a fact, "find" out an unknown one, "add" a record, or find a table "empty".

    `text` says it whole, `brief` without what would bring it about. `parts` are the facts of a record to add; `through`
    are changes of recorded facts that would bring a derived one about.
    """

    kind: str
    text: str
    entity: str
    id: str = ""
    fact: str = ""
    value: Value | None = None
    was: Value | None = None
    derived: bool = False
    parts: tuple[Edit, ...] = ()
    through: tuple[Edit, ...] = ()
    brief: str = ""


@dataclass(frozen=True)
class Editor:
    """Words a plan's changes for the rows in hand. `instead` finds what would bring a derived fact about."""

    words: Words
    hand: Hand
    instead: Callable[[Plan, Cell], Plan | None]

    def edits(self, plan: Plan) -> tuple[Edit, ...]:
        """Every change of a plan, records to add last."""
        cells = [self._cell(cell, plan) for cell in plan.changes if not _inside(cell, plan)]
        new = [self._new(row, plan) for row in plan.fresh.values()]
        gone = [self._empty(entity) for entity in sorted(plan.empty)]
        return (*cells, *gone, *new)

    def _cell(self, cell: Cell, plan: Plan) -> Edit:
        unknown = cell.was.state is State.UNKNOWN
        below = self.instead(plan, cell) if cell.derived else None
        through = self.edits(below) if below else ()
        brief = text = self._find(cell) if unknown else self._set(cell)
        if below and through:
            how = self.words.word("explain_items").join(edit.text for edit in through)
            text += self.words.word("change_through", how=how)
            brief = text if len(through) == 1 else brief
        kind = "find" if unknown else "set"
        row = cell.row
        return Edit(kind, text, row.entity, row.id, cell.field, cell.value, cell.was, cell.derived, (), through, brief)

    def _set(self, cell: Cell) -> str:
        """A fact on record: what it is called, what it is, and what it would have to be."""
        was = self.words.shown(cell.was, self.words.field(cell.row.entity, cell.field))
        key = "change_flag" if _yes_no(cell.value) and _yes_no(cell.was) else "change_to"
        return self.words.word(key, **self._called(cell), was=was, value=self._wanted(cell))

    def _find(self, cell: Cell) -> str:
        """An unknown fact: its question where it has one, and the answer that would do."""
        field = self.words.field(cell.row.entity, cell.field)
        question = self.words.printer.label(field.question) if field and field.question else ""
        value = self._wanted(cell)
        if question:
            return self.words.word("change_ask", about=self._about(cell), question=question, value=value)
        text = self.words.word("change_find", **self._called(cell), value=value)
        asked = [self.words.word("change_question", question=question) for question in self._questions(cell)]
        return text + "".join(asked)

    def _questions(self, cell: Cell) -> list[str]:
        """What to ask so that a derived fact becomes known."""
        row, facts = cell.row, self.words.facts
        leaf = Leaf(Name(row.entity, cell.field), "is", (Const(cell.value.data),))
        names = unknown_facts(leaf, facts, facts.hand(row), self.words.vocabulary)
        fields = [self.words.field(*name.split(".", 1)) for name in sorted(names)]
        questions = [self.words.printer.label(field.question) for field in fields if field and field.question]
        return [*dict.fromkeys(questions)][:_MOST_QUESTIONS]

    def _called(self, cell: Cell) -> dict[str, str]:
        """What a fact is called, and its record, where that is another than those the explanation is about."""
        what = self.words.word("change_of", what=self.words.record(cell.row)) if self._apart(cell) else ""
        return {"what": what, "fact": self.words.label(cell.row.entity, cell.field)}

    def _about(self, cell: Cell) -> str:
        return self.words.record(cell.row) + self.words.word("colon") if self._apart(cell) else ""

    def _apart(self, cell: Cell) -> bool:
        """Is it a fact of another record than those the explanation is about?"""
        return all((cell.row.entity, cell.row.id) != (row.entity, row.id) for row in self.hand)

    def _new(self, row: Row, plan: Plan) -> Edit:
        cells = [cell for cell in plan.changes if cell.key[:2] == (row.entity, row.id) and not _points(cell, plan)]
        parts = tuple(self._part(cell) for cell in cells)
        entity = self.words.entity(row.entity)
        what = self.words.word("explain_items").join(part.text for part in parts)
        text = self.words.word("change_row", entity=entity, what=what) if what else ""
        return Edit("add", text or self.words.word("change_row_any", entity=entity), row.entity, parts=parts)

    def _part(self, cell: Cell) -> Edit:
        label = self.words.label(cell.row.entity, cell.field)
        text = self.words.word("explain_ops.is_yes_no", fact=label, limit=self._wanted(cell))
        return Edit("set", text, cell.row.entity, "", cell.field, cell.value, cell.was, cell.derived)

    def _empty(self, entity: str) -> Edit:
        return Edit("empty", self.words.word("change_empty", entity=self.words.entity(entity)), entity)

    # --- values ----------------------------------------------------------------------------------

    def _wanted(self, cell: Cell) -> str:
        """The value that would do: with the words of the condition where more values than one would."""
        field, wish = self.words.field(cell.row.entity, cell.field), cell.wish
        known_limits = wish is not None and all(limit.known for limit in wish.limits)
        if wish is None or not known_limits or not cell.value.known or _yes_no(cell.value):
            return self.words.shown(cell.value, field)
        if wish.op in SPANS:
            return self._span(cell.value.data, wish)
        return self._phrase(wish, cell.value, field)

    def _phrase(self, wish: Wish, value: Value, field: Field | None) -> str:
        op = wish.op if wish.met else _OPPOSITE.get(wish.op, "")
        if wish.op in ("is_known", "is_none"):
            return self.words.word("explain_values.is_known")
        limits = [known(one) for limit in wish.limits for one in _listed(limit.data)]
        shown = [self.words.shown(limit, field) for limit in limits]
        if op in _BOUNDS:
            date = "_date" if isinstance(value.data, datetime.date) else ""
            return self.words.word(f"explain_values.{op}{date}", limit=shown[0])
        if op not in _CHOSEN or not shown:
            return self.words.shown(value, field)
        return self.words.word(f"explain_values.{op}", limit=self.words.either(shown), low=shown[0], high=shown[-1])

    def _span(self, day: datetime.date, wish: Wish) -> str:
        """Days counted from the day of advice, as dates."""
        today, days = self.words.facts.as_of, datetime.timedelta(days=int(wish.limits[0].data))
        printed = self.words.printer.date
        if wish.met and wish.op != "older_than":
            low, high = (today - days, today) if wish.op == "within_last" else (today, today + days)
            return self.words.word("explain_values.between", low=printed(low), high=printed(high))
        earlier = wish.met if wish.op == "older_than" else wish.op == "within_last"
        return self.words.word(f"explain_values.{'at_most' if earlier else 'at_least'}_date", limit=printed(day))


def _yes_no(value: Value) -> bool:
    return isinstance(value.data, bool)


def _listed(data: object) -> tuple[object, ...]:
    return data if isinstance(data, tuple) else (data,)


def _inside(cell: Cell, plan: Plan) -> bool:
    """Cells of a record to add are told with it, and so is a reference to one."""
    return cell.row.id in plan.fresh or _points(cell, plan)


def _points(cell: Cell, plan: Plan) -> bool:
    return isinstance(cell.value.data, str) and cell.value.data in plan.fresh
