"""What can be wrong with a condition: its names, its operators, what it compares with."""

from __future__ import annotations

from advisor.codes.page import Code


class UnknownFact(Code):
    """A condition names a fact that is neither in the vocabulary nor derived.

    Why: A misspelt fact would be unknown for every account, and the play would never fire.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        silense_level: silent
    Fix:
        silence_level: silent
    """


class AmbiguousName(Code):
    """A bare name may mean a fact of more than one record here.

    Why: The account and its opportunity can have facts of the same name. A guess would read the wrong one.

    In: rules/derived/own-ambiguous.yaml
    Example:
        recency_rank:
          of: opportunity
          when: {open: true}
        worth_a_visit:
          of: opportunity
          when: {some contact: {influence: at least 3, recency_rank: is known}}
    Fix: Write the kind of record before the name.
        recency_rank:
          of: opportunity
          when: {open: true}
        worth_a_visit:
          of: opportunity
          when: {some contact: {influence: at least 3, account.recency_rank: is known}}
    """


class GuardedFact(Code):
    """A rule reads a fact that only compliance guards may read.

    Why: Private data, personal benefits and the like must never steer advice; a guard only warns of them.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        silence_level: silent
        some contact: {sensitive: at least 1}
    Fix: Leave it out.
        silence_level: silent
    """


class UnknownRows(Code):
    """The kind of record after some, no, every, count or latest does not exist here.

    Why: Without records the question has no answer, and the play would never fire.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `silence_level: silent`
    Example:
        silence_level: silent
        some contct: {influence: at least 3}
    Fix:
        silence_level: silent
        some contact: {influence: at least 3}
    """


class UnknownOperator(Code):
    """The comparison is written with a word that is not an operator.

    Why: Only the operators of docs/language.md have a meaning that both readers of conditions agree on.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        - quiet_until: {at_leest: $as_of}
    Fix:
        - quiet_until: {at_least: $as_of}
    """


class OperatorDoesNotFit(Code):
    """The operator cannot be asked of a fact of this type.

    Why: A single choice has no members, a text is neither more nor less. Such a question could never be true.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `stage: [new, regular, core, strategic_partner]`
    Example:
        stage: has core
    Fix:
        stage: core
    """


class WrongType(Code):
    """The value compared with is not of the fact's type.

    Why: A sum of money is not a word, a date is not a number of days. The comparison would have no answer.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        - undelivered_amount: more than many
    Fix:
        - undelivered_amount: more than 0
    """


class UnknownChoice(Code):
    """The value is not one of the fact's choices.

    Why: A choice that nobody can record never matches, and the play would stay silent.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        stage: [new, regulr, core, strategic_partner]
    Fix:
        stage: [new, regular, core, strategic_partner]
    """


class ChoicesWithoutOrder(Code):
    """Choices that have no order are compared by more or less.

    Why: The list in rules/facts.yaml is in no particular order, so "at least" would mean whatever comes later in it.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        - order_pattern: at least project
    Fix: List the choices that are meant.
        - order_pattern: [project, one_off]
    """


class WrongNumberOfOperands(Code):
    """The operator is given too few or too many values.

    Why: `between` needs its two limits, every other comparison exactly one value.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `- undelivered_amount: more than 0`
    Example:
        - undelivered_amount: {between: [100]}
    Fix:
        - undelivered_amount: {between: [100, 5000]}
    """


class UnknownPolicy(Code):
    """`$policy.` names a threshold that rules/policy.yaml does not have.

    Why: Thresholds have one home, where a team can change them. A name without a number compares with nothing.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `silence_level: silent`
    Example:
        silence_level: silent
        days_since_contact: {more_than: $policy.contact_fresh_dys}
    Fix:
        silence_level: silent
        days_since_contact: {more_than: $policy.contact_fresh_days}
    """


class ConditionNotMapping(Code):
    """A condition is only a word, without a colon and what must hold.

    Why: A fact alone asks nothing: `payment_overdue` may be true, false or unknown.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `silence_level: silent`
    Example:
        silence_level: silent
        not: payment_overdue
    Fix:
        silence_level: silent
        not: {payment_overdue: true}
    """


class CountWithoutNumber(Code):
    """Records are counted, but the count is compared with nothing.

    Why: A number alone is neither true nor false.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `silence_level: silent`
    Example:
        silence_level: silent
        count order: {where: {amount: more than 0}}
    Fix:
        silence_level: silent
        count order: {where: {amount: more than 0}, at_least: 3}
    """


class RowsWithoutDate(Code):
    """`latest` or `last` is asked of records that have no date.

    Why: Without a date there is no order in time, so no record is the latest.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `silence_level: silent`
    Example:
        silence_level: silent
        latest contact: {influence: at least 3}
    Fix:
        silence_level: silent
        some contact: {influence: at least 3}
    """


class LastWithoutEvery(Code):
    """`last 3` does not say whether all of the records must match or one of them.

    Why: "The last three meetings failed" and "one of the last three failed" lead to different advice.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `silence_level: silent`
    Example:
        silence_level: silent
        last 3 order: {amount: more than 0}
    Fix:
        silence_level: silent
        last 3 order: {every: {amount: more than 0}}
    """
