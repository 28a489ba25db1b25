"""What `advisor check --prove` finds: contradictions, conditions without effect, plays in each other's way, gaps."""

from __future__ import annotations

from advisor.codes.page import Code


class ProveNeverFires(Code):
    """A play's conditions contradict each other, so that it can never fire.

    Why: It stands in the book and nobody ever gets it.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        when:
          stage: core
          silence_level: silent
          not: {stage: core}
    Fix: Change or take out one of the lines that are named; without any one of them the rest can hold.
        when:
          stage: core
          silence_level: silent
    """

    tried_by = "tests/test_prove.py::test_never_fires"


class ProveOnlyAsserted(Code):
    """A play fires only where a record states a derived fact against its own definition.

    Why: Derived facts are mostly made by their definitions, which never come to this combination.

    Fix: Change one of the lines that are named, or the definition in rules/derived.
    """

    tried_by = "tests/test_prove.py::test_against_a_definition"


class ProvePartIdle(Code):
    """A condition changes nothing: the play fires in the same situations without it.

    Why: It looks like a limit, and is none.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        when:
          stage: core
          any: [{stage: core}, {payment_overdue: true}]
    Fix: Take it out, or correct the limit.
        when:
          stage: core
    """

    tried_by = "tests/test_prove.py::test_a_part_without_effect"


class ProvePartDead(Code):
    """One of several alternatives never decides.

    Why: The accounts that it was meant to let in are not let in by it.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        when:
          stage: core
          any: [{silence_level: silent}, {stage: exited}]
    Fix: Take it out, or correct it.
        when:
          any: [{stage: core, silence_level: silent}, {stage: exited}]
    """

    tried_by = "tests/test_prove.py::test_an_alternative_without_effect"


class ProveUnlessIdle(Code):
    """An exception can never matter: where it holds, the play does not fire anyway.

    Why: Mostly a fact or a choice in it is wrong, and what should be blocked is not.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        when:
          stage: core
        unless:
          stage: exited
    Fix: Take it out, or correct the fact or the choice.
        when:
          stage: core
    """

    tried_by = "tests/test_prove.py::test_an_exception_without_effect"


class ProveSwallowed(Code):
    """Whenever one play fires another does too, for the same people and as urgent.

    Why: Two steps for one situation leave the reader to guess which comes first.

    Fix: Write the other's code under beside on the card where both are wanted, else narrow one of them.
    """

    tried_by = "tests/test_prove.py::test_swallowed"


class ProveSwallowedSame(Code):
    """Whenever one play fires another does too, and both ask for the same steps.

    Why: The reader is told the same thing twice.

    Fix: Take one of them out, or give them conditions that exclude each other.
    """

    tried_by = "tests/test_prove.py::test_swallowed_with_the_same_deed"


class ProveConflict(Code):
    """Two plays that are declared in conflict can fire together.

    Why: Whoever follows the one acts against the other.

    Fix: Let one of them leave out the other's situation with unless.
    """

    tried_by = "tests/test_prove.py::test_conflict"


class ProveConflictUndecided(Code):
    """It could not be decided whether two plays in conflict can fire together.

    Why: What is not proved has to be looked at.

    Fix: Make the exclusion plain: the same fact with different choices in each.
    """

    tried_by = "tests/test_prove.py::test_what_stays_undecided"


class ProveFiresUndecided(Code):
    """It could not be decided whether a play can fire.

    Why: Undecided does not mean that it never fires, only that no situation was found.

    Fix: Write a case with expect: fires; that shows it as well.
    """

    tried_by = "tests/test_prove.py::test_what_stays_undecided"


class ProveGap(Code):
    """No play that looks at such open records fires in these situations.

    Why: The rep is left alone with them.

    Fix: Write a play for it, or leave it where nothing is to be done. The situations are laid out in rules/prove.yaml.
    """

    tried_by = "tests/test_prove.py::test_gaps"


class ProveSilent(Code):
    """No play about the account can fire at all in these situations.

    Why: Such accounts never get any advice.

    Fix: Write a play for them, or correct the choices that the plays name.
    """

    tried_by = "tests/test_prove.py::test_silent_situations"


class ProveGridNoChoices(Code):
    """The grid of rules/prove.yaml names a fact that has no choices.

    Why: Only choices can be laid out one by one.

    Fix: Name a fact whose type is choice.
    """

    tried_by = "tests/test_prove.py::test_a_wrong_grid"


class ProveWithoutZ3(Code):
    """Some questions stay undecided because z3 is not installed.

    Why: Conditions that add up several facts are beyond the exact analysis.

    Fix: Install it: pip install 'sales-playbook-advisor[prove]'
    """

    tried_by = "tests/test_prove.py::test_without_z3"


class ProveUnwritable(Code):
    """The folder for situations cannot be written to.

    Why: A situation is kept as a file, so that it can be opened with advise --facts.

    Fix: Name a folder that you may write to.
    """

    tried_by = "tests/test_prove.py::test_a_folder_that_cannot_be_written"


class ProveNotSound(Code):
    """Nothing is proved while the content has errors.

    Why: Conditions that cannot be read are left out, and a proof over the rest would be wrong.

    Fix: Correct the errors, then prove again.
    """

    tried_by = "tests/test_prove.py::test_content_with_errors_is_not_proved"
