"""Conditions in sentences, for people who read no YAML: texts whose parts know which fact or threshold they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from string import Formatter
from typing import Any

from advisor.advice.wording import Printer
from advisor.core.tree import All, AnyOf, Const, Count, Latest, Leaf, Name, Node, Not, NotTrue, Operand, Rows
from advisor.core.vocabulary import Field, Label, Vocabulary

SPANS = frozenset({"older_than", "within_last", "within_next"})
_NUMBER = Field("count", "integer")
_POLICY = "$policy."
_MOST_IN_LINE = 3
_LONGEST_IN_LINE = 60


class Called:
    """How facts, records and comparisons are called in one language."""

    vocabulary: Vocabulary
    printer: Printer

    def word(self, key: str, **slots: object) -> str:
        return self.printer.word(key, **slots)

    def field(self, entity: str, name: str) -> Field | None:
        return self.vocabulary.field(entity, name)

    def guarded(self, entity: str, name: str) -> bool:
        """Facts that only guards may read are never shown."""
        field = self.field(entity, name)
        return bool(field and field.guarded)

    def entity(self, name: str) -> str:
        found = self.vocabulary.entities.get(name)
        return self.lower(self.printer.label(found.label, name) if found else name)

    def label(self, entity: str, name: str) -> str:
        found = self.field(entity, name)
        return self.lower(self.printer.label(found.label, name) if found else name)

    def lower(self, text: str) -> str:
        """A label inside a sentence: languages with small letters begin it with one, but for abbreviations."""
        small = self.printer.words.get("choices_in_lower_case") and not text[1:2].isupper()
        return text[:1].lower() + text[1:] if small else text

    def comparison(self, op: str, field: Field | None) -> str:
        """Which of the comparisons in `explain_ops` is meant: dates and yes-or-no facts have words of their own."""
        if op == "is" and field and field.type == "yes_no":
            return "is_yes_no"
        dated = field and field.type == "date" and f"{op}_date" in self.printer.words["explain_ops"]
        return f"{op}_date" if dated else op


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; `fact` (`entity.field`) or `policy` is what it names."""

    text: str
    fact: str = ""
    policy: str = ""


Said = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition in words, and the conditions that it heads."""

    said: Said
    below: tuple[Clause, ...] = ()


@dataclass(frozen=True)
class Sentences(Called):
    """Tells conditions; `policies` are the thresholds' labels."""

    vocabulary: Vocabulary
    printer: Printer
    policies: Mapping[str, Label]

    # --- texts with parts ------------------------------------------------------------------------

    def fill(self, template: str, **parts: Said) -> Said:
        """A text with slots, each filled with pieces."""
        found: list[Piece] = []
        for text, slot, _, _ in Formatter().parse(template):
            found += [Piece(text)] if text else []
            found += parts[slot] if slot else ()
        return tuple(found)

    def say(self, key: str, /, **parts: Said | str) -> Said:
        """A word of `docs:` in rules/words.yaml, with its slots filled."""
        filled = {name: (Piece(part),) if isinstance(part, str) else part for name, part in parts.items()}
        return self.fill(self.word(f"docs.{key}"), **filled)

    def joined(self, parts: Sequence[Said], between: str) -> Said:
        found: list[Piece] = []
        for number, part in enumerate(parts):
            found += [*([Piece(between)] if number else []), *part]
        return tuple(found)

    def either(self, parts: Iterable[Said]) -> Said:
        """Parts of which one is enough."""
        *first, last = tuple(dict.fromkeys(parts)) or ((),)
        heads = [self.joined(first, self.word("list"))] if first else []
        return self.joined([*heads, last], self.word("explain_or"))

    def named(self, name: Name, rows: Sequence[str]) -> Said:
        """A fact; one of a row that is neither in hand nor the account is called with its entity."""
        piece = Piece(self.label(name.entity, name.field), f"{name.entity}.{name.field}")
        if not name.via and name.entity in ("account", rows[-1]):
            return (piece,)
        return self.fill(self.word("explain_of"), what=(Piece(self.entity(name.entity)),), fact=(piece,))

    def constant(self, operand: Const, field: Field | None) -> Said:
        """A value as printed; a threshold with its name."""
        return self.threshold((Piece(self.printed(operand.data, field)),), operand)

    def printed(self, data: Any, field: Field | None) -> str:
        """A value as printed; an empty list in a word."""
        return self.printer.data(data, field) or self.word("none")

    def threshold(self, value: Said, operand: Const) -> Said:
        if not operand.text.startswith(_POLICY):
            return value
        key = operand.text.removeprefix(_POLICY)
        label = (Piece(self.printer.label(self.policies.get(key, {}), key), policy=key),)
        return self.say("with_policy", value=value, label=label)

    def _limit(self, op: str, operand: Operand, field: Field | None, rows: Sequence[str]) -> Said:
        if isinstance(operand, Name):
            known = not self.guarded(operand.entity, operand.field)
            return self.named(operand, rows) if known else (Piece(self.word("unknown")),)
        if not isinstance(operand, Const):
            return self.say("as_of")
        days = Field("days", "days")
        return self.constant(operand, days if op in SPANS else field)

    # --- conditions ------------------------------------------------------------------------------

    def sentence(self, clauses: Iterable[Clause]) -> str:
        """Conditions as one line of plain text."""
        return self.word("explain_items").join(self._flat(clause) for clause in clauses)

    def _flat(self, clause: Clause) -> str:
        return "".join(piece.text for piece in self.flat(clause))

    def clauses(self, node: Node, rows: Sequence[str] = ("account",)) -> tuple[Clause, ...]:
        """A condition in words: all of the clauses must hold. What only guards may read is left out.

        Args: node – the condition; rows – the entities in hand, outermost first.
        """
        if isinstance(node, All):
            return tuple(clause for item in node.items for clause in self.clauses(item, rows))
        found = self._clause(node, rows)
        return (found,) if found else ()

    def _clause(self, node: Node, rows: Sequence[str]) -> Clause | None:
        if isinstance(node, Leaf):
            return self._leaf(node, rows)
        if isinstance(node, AnyOf):
            return self._any("any", self._parts(node, rows))
        if isinstance(node, Not | NotTrue):
            return self._denied(node, rows)
        if isinstance(node, Rows):
            return self._headed(f"rows_{node.kind}", self.clauses(node.where, (*rows, node.entity)), node.entity)
        if isinstance(node, Latest):
            return self._latest(node, rows)
        return self._count(node, rows) if isinstance(node, Count) else None

    def _parts(self, node: AnyOf, rows: Sequence[str]) -> tuple[Clause, ...]:
        """One clause for each alternative."""
        found = [self._alternative(item, rows) for item in node.items]
        return tuple(one[0] if len(one) == 1 else Clause(self.say("all"), one) for one in found if one)

    def _alternative(self, item: Node, rows: Sequence[str]) -> tuple[Clause, ...]:
        """`unless` among alternatives reads as what nobody has on record."""
        if isinstance(item, NotTrue) and not isinstance(item.item, NotTrue):
            found = self._headed("unproved", self.clauses(item.item, rows))
            return (found,) if found else ()
        return self.clauses(item, rows)

    def _any(self, key: str, parts: tuple[Clause, ...]) -> Clause | None:
        """A few short alternatives stand in the line, longer ones below it."""
        if len(parts) <= 1:
            return parts[0] if parts else None
        length = sum(len(piece.text) for part in parts for piece in part.said)
        if len(parts) <= _MOST_IN_LINE and length <= _LONGEST_IN_LINE and not any(part.below for part in parts):
            return Clause(self.joined([part.said for part in parts], self.word("docs.or")))
        return Clause(self.say(key), parts)

    def _denied(self, node: Not | NotTrue, rows: Sequence[str]) -> Clause | None:
        inner, key = node.item, "not" if isinstance(node, Not) else "unless"
        if isinstance(node, Not) and isinstance(inner, Leaf) and inner.op in ("is_known", "is_none"):
            return self._leaf(inner, rows, f"{inner.op}_not")
        if isinstance(inner, NotTrue):
            inner, key = inner.item, "surely"
        if isinstance(inner, AnyOf):
            parts = self._parts(inner, rows)
            found = self._any(f"{key}_any", parts) if key != "not" else Clause(self.say("not_any"), parts)
            return found if found and found.below else self._headed(key, (found,) if found else ())
        return self._headed(key, self.clauses(inner, rows))

    def _headed(self, key: str, parts: tuple[Clause, ...], entity: str = "", **more: Said) -> Clause | None:
        """A head and what stands under it; a single clause stands in the same line."""
        slots: dict[str, Said] = {"entity": (Piece(self.entity(entity)),), **more} if entity else more
        if not parts:
            return Clause(self.say(f"{key}_bare", **slots)) if entity else None
        if len(parts) > 1:
            return Clause(self.say(key, **slots), parts)
        return Clause((*self.say(key, **slots), *parts[0].said), parts[0].below)

    def _leaf(self, node: Leaf, rows: Sequence[str], op: str = "") -> Clause | None:
        name = node.name
        if self.guarded(name.entity, name.field):
            return None
        field = self.field(name.entity, name.field)
        key = op or self.comparison(node.op, field)
        if key == "is_yes_no" and field and not field.recorded and len(node.operands) == 1:
            key = (
                "is_so" if node.operands[0] == Const(True) else "is_not_so" if node.operands[0] == Const(False) else key
            )
        limits = [self._limit(node.op, operand, field, rows) for operand in node.operands]
        return Clause(self._compared(key, self.named(name, rows), limits))

    def _compared(self, key: str, what: Said, limits: list[Said]) -> Said:
        words = self.printer.words
        template = words["docs"]["ops"].get(key) or words["explain_ops"].get(key, key)
        ends = {"low": limits[0], "high": limits[-1]} if limits else {}
        return self.fill(str(template), fact=what, limit=self.either(limits), **ends)

    def _count(self, node: Count, rows: Sequence[str]) -> Clause | None:
        limits = [self._limit(node.op, operand, _NUMBER, rows) for operand in node.operands]
        number = self._compared(node.op, self.say("count", entity=self.entity(node.entity)), limits)
        return self._headed("rows_count", self.clauses(node.where, (*rows, node.entity)), node.entity, number=number)

    def _latest(self, node: Latest, rows: Sequence[str]) -> Clause | None:
        inside = (*rows, node.entity)
        only = self.clauses(node.where, inside)
        slots = {"n": (Piece(str(node.number)),), "only": self.only(only)}
        key = "rows_latest" if node.number == 1 else f"rows_latest_{node.kind}"
        return self._headed(key, self.clauses(node.item, inside), node.entity, **slots)

    def only(self, clauses: tuple[Clause, ...]) -> Said:
        """Which rows count, in brackets."""
        if not clauses:
            return ()
        parts = [self.flat(clause) for clause in clauses]
        return self.say("only", items=self.joined(parts, self.word("explain_items")))

    def flat(self, clause: Clause) -> Said:
        """A clause in one line, its parts still naming what they name."""
        if not clause.below:
            return clause.said
        items = self.joined([self.flat(part) for part in clause.below], self.word("explain_items"))
        *head, last = clause.said
        return (*head, replace(last, text=last.text.rstrip()), *self.say("group", items=items))
