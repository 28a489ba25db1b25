"""What can be wrong with the cases beside a play, and how a case can fail."""

from __future__ import annotations

from advisor.codes.page import Code


class CaseMissing(Code):
    """The play has no case that fires, or none that stays silent.

    Why: Only a play that is seen both to speak and to keep quiet is known to work.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        cases: []
        card:
          code: P62
    Fix: Write at least two cases; docs/language.md shows their form.
    """

    tried_by = "tests/test_check.py::test_a_mistake_is_found_where_it_stands"


class CaseTwice(Code):
    """Two cases of a play have the same name.

    Why: A case is called by its name, in reports and in `same_as`.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        - name: core account, 80 days without an order, never more than 50 before
          same_as: core account, 80 days without an order, never more than 50 before
          change: {tier: medium}
    Fix:
        - name: the same, not a key account
          same_as: core account, 80 days without an order, never more than 50 before
          change: {tier: medium}
    """


class UnknownCase(Code):
    """`same_as` names a case that does not stand further up in this file.

    Why: The case takes over what the other one gives; without it nothing is given.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        same_as: core accont, 80 days without an order, never more than 50 before
    Fix:
        same_as: core account, 80 days without an order, never more than 50 before
    """


class CaseUnknownFact(Code):
    """A case gives something that is neither a fact nor a table.

    Why: A misspelt fact is not given at all, and the case would test something else than it says.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Run: advisor test
    Example:
        change: {tyer: medium}
    Fix:
        change: {tier: medium}
    """


class CaseSilent(Code):
    """A case expects the play to fire, and it stays silent.

    Why: Either the condition asks for more than the case gives, or the case describes another situation.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Run: advisor test
    Example:
        change: {tier: medium, payment_overdue: true}
    Fix: Look at the facts that the message names; `?` means that the case does not give them.
        change: {tier: medium}
    """


class CaseFired(Code):
    """A case expects the play to stay silent, and it fires.

    Why: Something that should hold the play back is missing in its condition, or in what the case gives.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Run: advisor test
    Example:
        change: {undelivered_amount: 0}
        expect: silent
    Fix:
        change: {undelivered_amount: 0}
        expect: fires
    """


class CaseOtherReason(Code):
    """The case comes out as expected, but not because of the fact that it names.

    Why: A case that is right for the wrong reason will not notice when its real reason breaks.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Run: advisor test
    Example:
        because: payment_overdue
    Fix:
        because: silence_level
    """


class CaseOtherDay(Code):
    """The step is due on another day than the case expects.

    Why: Due days are working days; weekends, public holidays and closing periods are counted over.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Run: advisor test
    Example:
        due_on: 2026-12-05
    Fix:
        due_on: 2026-12-04
    """


class CaseOtherPerson(Code):
    """The step sends the rep to another person than the case expects.

    Why: `see` goes through its wishes in order and takes the first whom the contacts offer.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Run: advisor test
    Example:
        person: decider
    Fix:
        person: user
    """


class CaseReadersDisagree(Code):
    """The rules engine and the reference reader come to different results.

    Why: Every firing is proved by a second reader. Where the two differ, neither may be trusted.

    Fix: This is a fault of the program. Report it together with the case.
    """

    tried_by = "tests/test_disagreement.py::test_a_disagreement_is_one_line_and_exit_1"


class CaseNotMap(Code):
    """An entry under `cases` is a text, not a case.

    Why: A case is a mapping of what it gives and what it expects; a text alone says neither.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        - orders not known
    Fix:
        - name: orders not known
          today: 2026-11-20
          given: {stage: core, tier: large}
          expect: silent
          because: silence_level
    """


class CaseFactsNotMap(Code):
    """`given` or `change` of a case is no mapping of facts.

    Why: A fact is a name with a value; in a list nobody can tell which value belongs to which fact.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        given: [stage, core]
    Fix:
        given: {stage: core, tier: large}
    """


class CaseGivenTwice(Code):
    """A case has `same_as` and a `given` of its own.

    Why: The facts come from the case that `same_as` names; whoever reads `given` as well is misled.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        given: {tier: medium}
    Fix:
        change: {tier: medium}
    """


class CaseChangeAlone(Code):
    """A case has `change` without `same_as`.

    Why: `change` is laid over the facts of another case. Where none is named, there is nothing to change.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        change: {stage: core, tier: large}
    Fix:
        given: {stage: core, tier: large}
    """


class CaseSilentStep(Code):
    """A case expects silence, and something of a step as well.

    Why: A play that stays silent makes no step, so there is no person, day, rank or text to look at.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `because: payment_overdue`
    Example:
        person: user
    Fix:
        because: payment_overdue
    """


class CaseOneWord(Code):
    """Several values stand where a case names one.

    Why: One case shows one reason; of several nobody knows which was the one.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        because: [payment_overdue, stage]
    Fix:
        because: payment_overdue
    """


class CaseBadRank(Code):
    """The rank that a case expects is no rank.

    Why: Ranks count from 1, among the steps of all plays for the same account.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `person: user`
    Example:
        rank: first
    Fix:
        rank: at most 99
    """


class CaseNoText(Code):
    """`says` or `says_not` of a case holds no text.

    Why: An empty text stands everywhere; to find it proves nothing.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `person: user`
    Example:
        says: []
    Fix:
        says: not chasing an order
    """


class CaseOtherRank(Code):
    """Among the steps of all plays this one has another rank than the case expects.

    Why: A play that is right by itself may be pushed down by others, out of what the rep sees.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `person: user`
    Run: advisor test
    Example:
        rank: 99
    Fix: Look at the plays that come first; then correct the rank, or the play's urgency.
        rank: at most 99
    """


class CaseRests(Code):
    """The play's condition holds, but the history that the case gives keeps it from being advised.

    Why: What is done rests for its cool-down, and what was judged not to fit does not come back.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Run: advisor test
    Example:
        change: {tier: medium, history: [{code: P62, first_on: 2026-11-10, response: done, at: 2026-11-12}]}
    Fix:
        change: {tier: medium}
    """


class CaseNotSaid(Code):
    """The step does not say a text that the case expects.

    Why: A line with an unknown slot drops out and a variant gives way to the next; what matters may get lost so.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `person: user`
    Run: advisor test
    Example:
        says: not chasing a payment
    Fix: Compare with the nearest line, which the message shows.
        says: not chasing an order
    """


class CaseSaid(Code):
    """The step says a text that the case forbids.

    Why: Some things must not be said in some situations, whatever the variant.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `person: user`
    Run: advisor test
    Example:
        says_not: not chasing an order
    Fix:
        says_not: unpaid invoice
    """


class CaseOtherUrgency(Code):
    """The step has another urgency than the case expects.

    Why: `key_account` and `instead` change a play's urgency, and with it its day and its rank.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `person: user`
    Run: advisor test
    Example:
        urgency: 3
    Fix:
        urgency: 1
    """


class CaseOtherSubject(Code):
    """The play fires for another subject than the case expects.

    Why: An account may have several opportunities; the step must be about the right one.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `person: user`
    Run: advisor test
    Example:
        subject: O9
    Fix: Name an opportunity by the id that the case gives it; an account without an id is A00.
        subject: A00
    """


class CoverageBelow(Code):
    """The cases show less of the conditions than --min-leaf asks for.

    Why: A condition that was never seen false or unknown may well be the wrong way round.

    Example:
        advisor test --play P25 --min-leaf 100
    Fix:
        advisor test --play P25 --min-leaf 50
    """


class WatchAlone(Code):
    """--watch is given together with an option for a single report.

    Why: It goes on until Ctrl-C and has no result that another program could take.

    Example:
        advisor test --watch --coverage
    Fix:
        advisor test --coverage
    """
