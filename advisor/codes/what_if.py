"""What can be wrong with suppositions: `advisor explain ACCOUNT PLAY --set NAME=VALUE`."""

from __future__ import annotations

from advisor.codes.page import Code


class WhatIfNoValue(Code):
    """A supposition does not say what the fact shall be.

    Why: Without a value there is nothing to suppose.

    Example:
        advisor explain A05 P62 --set stage
    Fix:
        advisor explain A05 P62 --set stage=core
    """


class WhatIfUnknownFact(Code):
    """A supposition names a fact that does not exist.

    Why: It would change nothing, and the answer would look like an answer.

    Example:
        advisor explain A05 P62 --set stagee=core
    Fix:
        advisor explain A05 P62 --set stage=core
    """


class WhatIfPolicy(Code):
    """A supposition names a threshold.

    Why: Thresholds are content, not records; they are compared with `advisor impact`.

    Example:
        advisor explain A05 P62 --set policy.contact_fresh_days=30
    Fix:
        advisor explain A05 P62 --set days_since_contact=30
    """


class WhatIfWhichRecord(Code):
    """A supposition names a fact of a record, and not of which one.

    Why: An account has several contacts.

    Example:
        advisor explain A05 P62 --set influence=5
    Fix:
        advisor explain A05 P62 --set contact.new.influence=5
    """


class WhatIfUnknownRecord(Code):
    """A supposition names a record that the account does not have.

    Why: It would be supposed of nobody.

    Example:
        advisor explain A05 P62 --set contact.C999.influence=5
    Fix:
        advisor explain A05 P62 --set contact.new.influence=5
    """


class WhatIfNoRecord(Code):
    """The account has no record of this kind.

    Why: There is none of which something could be supposed.

    Fix: Suppose one, as in `--set contact.new.influence=5`.
    """

    tried_by = "tests/test_what_if.py::test_a_mistake_is_told"


class WhatIfUnknownChoice(Code):
    """The supposed value is not one of the choices.

    Why: No play asks for it.

    Example:
        advisor explain A05 P62 --set stage=corre
    Fix:
        advisor explain A05 P62 --set stage=core
    """


class WhatIfNotDate(Code):
    """The supposed value is not a date.

    Why: The fact is one.

    Example:
        advisor explain A05 P62 --set stage_since=soon
    Fix:
        advisor explain A05 P62 --set stage_since=2026-09-30
    """


class WhatIfLater(Code):
    """The supposed date is after the day of the advice.

    Why: Records of later days take no part.

    Fix: Give an earlier day, or a later day of advice with `--as-of`.
    """

    tried_by = "tests/test_what_if.py"


class WhatIfNotYesNo(Code):
    """The supposed value is neither yes nor no.

    Why: The fact knows nothing else.

    Example:
        advisor explain A05 P62 --set payment_overdue=perhaps
    Fix:
        advisor explain A05 P62 --set payment_overdue=yes
    """


class WhatIfNotNumber(Code):
    """The supposed value is not a number.

    Why: The fact is one.

    Example:
        advisor explain A05 P62 --set annual_sales=plenty
    Fix:
        advisor explain A05 P62 --set annual_sales=386000
    """


class WhatIfNotWhole(Code):
    """The supposed value is not a whole number.

    Why: Scores and counts have no halves.

    Example:
        advisor explain A05 P62 --set growth_potential=2.5
    Fix:
        advisor explain A05 P62 --set growth_potential=3
    """


class WhatIfNotDays(Code):
    """The supposed value is not a number of days.

    Why: The fact is counted in days.

    Example:
        advisor explain A05 P62 --set avg_collection_days=long
    Fix:
        advisor explain A05 P62 --set avg_collection_days=30
    """


class WhatIfNotRatio(Code):
    """The supposed value is not a share.

    Why: The fact is one.

    Example:
        advisor explain A05 P62 --set discount_ratio=some
    Fix:
        advisor explain A05 P62 --set discount_ratio=15%
    """


class WhatIfTooLow(Code):
    """The supposed value is below the least there can be.

    Why: A score of 0 out of 5 does not exist.

    Example:
        advisor explain A05 P62 --set growth_potential=0
    Fix:
        advisor explain A05 P62 --set growth_potential=1
    """


class WhatIfTooHigh(Code):
    """The supposed value is above the most there can be.

    Why: A score of 7 out of 5 does not exist.

    Example:
        advisor explain A05 P62 --set growth_potential=7
    Fix:
        advisor explain A05 P62 --set growth_potential=5
    """


class WhatIfBadValue(Code):
    """The supposed value cannot be read.

    Why: It does not look like a value of this fact.

    Fix: `advisor facts ACCOUNT` shows how values of this fact look.
    """


class WhatIfNeverNone(Code):
    """Of this fact it cannot be said that there is none.

    Why: It is known or not known.

    Example:
        advisor explain A05 P62 --set stage=null
    Fix:
        advisor explain A05 P62 --set stage=
    """


class WhatIfDerivedUnknown(Code):
    """A fact that is worked out is supposed to be unknown.

    Why: It follows from others, and would be worked out again.

    Example:
        advisor explain A05 P62 --set silence_level=
    Fix:
        advisor explain A05 P62 --set stage=
    """
