"""What if: the same run over a book in which some facts of one account are as somebody supposes them to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from advisor.advice.advise import Advisor
from advisor.advice.in_words import Called
from advisor.advice.wording import Printer
from advisor.core.facts import AccountFacts
from advisor.core.model import UNKNOWN, Row, State, Value
from advisor.core.vocabulary import Field, Vocabulary
from advisor.data.linking import ACCOUNT
from advisor.data.what_if import Assumed, Supposition
from advisor.metrics.metrics import Metrics, MetricSource


@dataclass(frozen=True)
class _Names(Called):
    vocabulary: Vocabulary
    printer: Printer


@dataclass(frozen=True)
class Supposed:
    """A run over supposed facts, the account's row in it, the facts, and the account's facts as they really are."""

    advisor: Advisor
    account: Row
    assumed: tuple[Assumed, ...]
    really: AccountFacts

    def told(self) -> tuple[str, ...]:
        """The supposed facts in words, each with its record where it is not the account's own."""
        return tuple(self._told(one) for one in self.assumed)

    def was(self, one: Assumed) -> Value:
        """What a supposed fact really is."""
        row = next((row for row in self.really.rows(one.entity) or () if row.id == one.id), None)
        return self.really.value(row, one.field) if row else UNKNOWN

    def _told(self, one: Assumed) -> str:
        printer, vocabulary = self.advisor.printer, self.advisor.content.vocabulary
        called, field = _Names(vocabulary, printer), vocabulary.entities[one.entity].fields[one.field]
        label = called.label(one.entity, one.field)
        if vocabulary.entities[one.entity].rows in ("many", "book"):
            label = printer.word("explain_of", what=self._record(one, called), fact=label)
        words = {"fact": label, "value": self._shown(one.value, field)}
        if one.new:
            return printer.word("what_if.fact_new", **words)
        made = self._made(one) if one.value.state is State.UNKNOWN else UNKNOWN
        key = "what_if.fact" if made.state is State.UNKNOWN else "what_if.fact_made"
        return printer.word(key, **words, was=self._shown(self.was(one), field), made=self._shown(made, field))

    def _made(self, one: Assumed) -> Value:
        """What is worked out in place of a record that is supposed not to be there."""
        row = self.advisor.book.find(one.entity, one.id)
        return self.advisor.facts(self.account).value(row, one.field) if row else UNKNOWN

    def _record(self, one: Assumed, called: Called) -> str:
        row = self.advisor.book.find(one.entity, one.id)
        words = {"entity": called.entity(one.entity), "id": (row.text("name") if row else "") or one.id}
        return self.advisor.printer.word("what_if.new" if one.new else "what_if.of", **words)

    def _shown(self, value: Value, field: Field) -> str:
        target = self.advisor.book.find(field.to, str(value.data)) if field.to and value.known else None
        if target and target.text("name"):
            return target.text("name")
        return self.advisor.printer.word("none") if value.data == () else self.advisor.printer.value(value, field)


def suppose(advisor: Advisor, account: Row, texts: Sequence[str], about: str = ACCOUNT) -> Supposed:
    """A run in which an account's facts are other ones.

    Args: advisor, account – the run and the account as they are; texts – assignments, `NAME=VALUE`; about – the entity
    whose facts may stand bare beside the account's own.
    Returns: the run over the changed book, all metrics computed anew.
    Raises: AdvisorError – with everything that is wrong with the assignments.
    """
    content = advisor.content
    wish = Supposition(advisor.book, account, content.vocabulary, content.cells, about, advisor.knowledge.lives)
    book, assumed = wish.laid_over(texts)
    metrics = Metrics(content.metrics, content.policy, advisor.settings.closed)
    book.metrics = MetricSource(metrics, content.vocabulary, book)
    return Supposed(advisor.over(book), book.find(ACCOUNT, account.id) or account, assumed, advisor.facts(account))
