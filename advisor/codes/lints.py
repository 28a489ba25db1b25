"""What content means although it is not written: units, thresholds, texts that cannot be said, leftovers."""

from __future__ import annotations

from advisor.codes.page import Code


class RatioOverOne(Code):
    """A share is compared with a number far above 1.

    Why: A ratio of 1 is 100%. Compared with 30 it would never be more, and the play would never fire.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `silence_level: silent`
    Example:
        silence_level: silent
        discount_ratio: more than 30
    Fix:
        silence_level: silent
        discount_ratio: more than 30%
    """


class DateWithNumber(Code):
    """A date is compared with a bare number.

    Why: Whether the number means days before or after today cannot be seen.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `silence_level: silent`
    Example:
        silence_level: silent
        stage_since: more than 30
    Fix:
        silence_level: silent
        stage_since: older than 30 days
    """


class NumberWithDate(Code):
    """A number is compared with a date.

    Why: A count or a sum is neither before nor after a day.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `silence_level: silent`
    Example:
        silence_level: silent
        annual_sales: more than 2026-01-01
    Fix:
        silence_level: silent
        annual_sales: more than 100000
    """


class WrongUnit(Code):
    """The value has a unit that does not belong to the fact.

    Why: Days are not a share and money is not a number of days, whatever their figures.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `silence_level: silent`
    Example:
        silence_level: silent
        days_since_contact: more than 30%
    Fix:
        silence_level: silent
        days_since_contact: more than 30 days
    """


class NumberOutside(Code):
    """A fact with limits is compared with a number outside them.

    Why: A score from 1 to 5 is never more than 8, so the condition is always false or always true.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `silence_level: silent`
    Example:
        silence_level: silent
        growth_potential: at least 8
    Fix:
        silence_level: silent
        growth_potential: at least 4
    """


class OperandDoesNotFit(Code):
    """A fact is compared with a fact or a threshold of another kind.

    Why: Days against a share give a result, but it means nothing.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `silence_level: silent`
    Example:
        silence_level: silent
        days_since_contact: {more_than: $policy.problem_ratio_max}
    Fix:
        silence_level: silent
        days_since_contact: {more_than: $policy.contact_fresh_days}
    """


class NumberInsteadOfPolicy(Code):
    """A bare number stands where other conditions use a named threshold.

    Why: Whoever changes the threshold in rules/policy.yaml would miss this play.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `silence_level: silent`
    Example:
        silence_level: silent
        discount_ratio: more than 15%
    Fix:
        silence_level: silent
        discount_ratio: {more_than: $policy.discount_max}
    """


class MessageMayFail(Code):
    """Every variant of a message needs a fact that may be unknown.

    Why: Then there is nothing to send, although the play fires.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Fix: Below a line `---` add a last variant that needs no such fact, in both languages.
    """

    tried_by = "tests/test_thirty_mistakes.py"


class HeadlineMayFail(Code):
    """Every variant of a headline needs a fact that may be unknown.

    Why: Then the play's title stands in for it, which says less.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Fix: Below a line `---` add a last variant that needs no such fact, in both languages.
    """

    tried_by = "tests/test_thirty_mistakes.py"


class BlockMayDropOut(Code):
    """Every line of a block needs a fact that may be unknown.

    Why: Lines with unknown facts drop out, and here nothing would be left.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Fix: Add one line that needs no such fact, in both languages.
    """

    tried_by = "tests/test_thirty_mistakes.py"


class CooldownMissing(Code):
    """A play does not say how long it rests once it is done.

    Why: Its condition goes on holding, so it would come back after a number of days that nobody chose.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        key_account: {urgency: 1, finish_in: 3 working days}
        when:
    Fix:
        key_account: {urgency: 1, finish_in: 3 working days}
        not_again_for: 30 days
        when:
    """


class TitleTwice(Code):
    """Two plays have the same title.

    Why: On the page the rep could not tell the two apart.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Fix: Give this play a title of its own.
    """

    tried_by = "tests/test_thirty_mistakes.py"


class PlayBesideItself(Code):
    """A play names itself under beside or conflicts_with.

    Why: Another play was meant, and that one is not declared.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        beside: [P62]
    Fix:
        beside: []
    """


class PlayBesideAndAgainst(Code):
    """A play stands under beside and under conflicts_with.

    Why: Either both may be advised together, or they must not be.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `beside: []`
    Example:
        beside: [P61]
        conflicts_with: [P61]
    Fix:
        beside: [P61]
    """


class OwnerMissing(Code):
    """Nobody is named who answers for a play.

    Why: When it turns out to be wrong, somebody has to mend it.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        beside: []
        status: active
    Fix:
        beside: []
        owner: Sales training
        status: active
    """


class TakeUnused(Code):
    """A record is picked out under take, and nothing uses it.

    Why: The play would wait for a record that it does not need, or a text lost its slot.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `when:`
    Example:
        take:
          complaint: {latest: opened_on}
        when:
    Fix: Remove it, or name one of its fields in a text.
        when:
    """


class PolicyUnread(Code):
    """A threshold of your own is used nowhere.

    Why: It changes nothing; perhaps another one was meant.

    In: rules/policy.yaml
    Example:
        our_own_limit: {value: 3, unit: days}
    Fix: Use it as `$policy.our_own_limit`, or remove it.
    """


class DerivedUnread(Code):
    """A derived fact of your own is used nowhere.

    Why: It changes nothing; perhaps a bundled one was to be replaced.

    In: rules/derived/own-unread.yaml
    Example:
        own_far_off:
          label: {en: Far off}
          when: {stage: core}
    Fix: Use it in a play, or remove it.
    """
