"""How cases beside a play are written, and how they come out beyond firing and staying silent."""

from __future__ import annotations

from advisor.codes.page import Code


class CaseNotMap(Code):
    """An entry under cases is a bare word.

    Why: A case says what is given and what is expected; a word says neither.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `- name: stage not known`
    Example:
        - stage not known
        - name: stage not known
    Fix:
        - name: stage not known
    """


class CaseFactsNotMap(Code):
    """`given` or `change` holds a list or a word instead of facts.

    Why: A fact is given by its name.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        change: medium
    Fix:
        change: {tier: medium}
    """


class CaseGivenTwice(Code):
    """A case with same_as has a `given` of its own.

    Why: It takes its facts from the other case, and this `given` would not be read.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        given: {tier: medium}
    Fix:
        change: {tier: medium}
    """


class CaseChangeAlone(Code):
    """A case has `change` but no same_as.

    Why: There is nothing that could be changed.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        - name: orders not known
          today: 2026-11-20
          change: {stage: core, tier: large}
    Fix:
        - name: orders not known
          today: 2026-11-20
          given: {stage: core, tier: large}
    """


class CaseSilentStep(Code):
    """A case that expects silence expects something of the step as well.

    Why: A play that stays silent gives no step, so that can never be met.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        change: {stage: exited}
        expect: silent
        due_on: 2026-11-25
    Fix:
        change: {stage: exited}
        expect: silent
    """


class CaseOneWord(Code):
    """A list stands where one word is expected.

    Why: A step has one day and one first person, and a case names one reason.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        person: [user, decider]
    Fix:
        person: user
    """


class CaseBadRank(Code):
    """`rank` is not a rank.

    Why: The first step has the rank 1; `at most 3` means one of the first three.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `due_on: 2026-12-04`
    Example:
        rank: first
    Fix:
        rank: 1
    """


class CaseNoText(Code):
    """`text` or `no text` holds nothing to look for.

    Why: An empty text stands in every text.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `due_on: 2026-12-04`
    Example:
        text contains: ""
    Fix:
        text contains: {en: how you are getting on}
    """

    tried_by = "tests/test_bench_test.py"


class CaseOtherRank(Code):
    """Among all plays, the step has another rank than the case expects.

    Why: Plays are ranked by urgency, then by their deadlines and the method's order.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `due_on: 2026-12-04`
    Run: advisor test
    Example:
        rank: 40
    Fix: Look at what stands before it.
    """

    tried_by = "tests/test_bench_test.py"


class CaseNotSaid(Code):
    """The step does not say what the case expects it to say.

    Why: A line whose fact is unknown drops out, and a headline or message takes the next variant.

    Fix: Correct the text in the case or in the play.
    """

    tried_by = "tests/test_bench_test.py"


class CaseSaid(Code):
    """The step says what the case expects it not to say.

    Why: Another variant was taken than was meant.

    Fix: Look at the variants, and at what the case gives.
    """

    tried_by = "tests/test_bench_test.py"


class CaseOtherUrgency(Code):
    """The step has another urgency than the case expects.

    Why: `key_account` and `instead` may change it.

    Fix: Look at both, and at stage and tier in the case.
    """

    tried_by = "tests/test_bench_test.py"


class CaseOtherSubject(Code):
    """The play fires for another opportunity than the case expects.

    Why: Each deal is judged for itself.

    Fix: Name the id of an opportunity that the case gives.
    """

    tried_by = "tests/test_bench_test.py"


class CaseReasonNotRead(Code):
    """`because` names a fact that the play never looks at.

    Why: It can never be the reason, so the case would always fail, or be right for no reason.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        because: order_patern
    Fix:
        because: order_pattern
    """


class CaseNobodySuch(Code):
    """`person` names neither a role nor a contact that the case gives.

    Why: Nobody of that name could be seen.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        person: usr
    Fix:
        person: user
    """


class CoverageBelow(Code):
    """The cases show fewer of the conditions than was asked for.

    Why: A condition that no case shows true, false and unknown may be wrong without anybody noticing.

    Example:
        advisor test --play P62 --min-leaf 100
    Fix: `advisor test --coverage` names what no case shows.
    """

    tried_by = "tests/test_bench_test.py"


class WatchAlone(Code):
    """`--watch` is used together with an option that writes a report.

    Why: It prints what fails at each save and never ends.

    Example:
        advisor test --watch --coverage
    Fix:
        advisor test --coverage
    """

    tried_by = "tests/test_bench_test.py"
