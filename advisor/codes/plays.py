"""What can be wrong with a play's keys and its card."""

from __future__ import annotations

from advisor.codes.page import Code


class UnknownKey(Code):
    """A name before a colon is one that nothing reads here.

    Why: A misspelt key is as good as missing: the play would run without what stands below it.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        not_agian_for: 30 days
    Fix:
        not_again_for: 30 days
    """


class MissingKey(Code):
    """Something that every such file must say is not there.

    Why: Without an urgency, a deadline or a card, a step cannot be ranked or dated.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        for: rep
        urgency: 3
    Fix:
        for: rep
        urgency: 3
        finish_in: 14 days
    """


class UnknownWord(Code):
    """A value is none of the few words that are allowed here.

    Why: These words steer the program (who reads the step, whom to see, what kind of deed), so each has one spelling.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        degree: relation
    Fix:
        degree: relationship
    """


class NumberOutOfRange(Code):
    """A number is not a whole number between its limits.

    Why: Urgency runs from 1 (stop the loss) to 5 (routine); there is no rank beyond.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        urgency: 9
    Fix:
        urgency: 3
    """


class BadSpan(Code):
    """A length of time is not written as a number with hours, days or working days.

    Why: The deadline on the page is worked out from it; "soon" gives no day.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        finish_in: a fortnight
    Fix:
        finish_in: 14 days
    """


class MissingLanguage(Code):
    """A title or text is there in one language only.

    Why: Every reader chooses a language; the other one must not show an empty card.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        eng: Ask why the orders stopped
    Fix: Give both, under `zh:` and `en:`.
        en: Ask why the orders stopped
    """


class MissingBlock(Code):
    """One of the text blocks that every play needs is not there.

    Why: A step without its headline, its message or its reasons leaves a hole on the page.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        nobody_known: Ask our drivers or service people who uses the goods there and who does the planning
    Fix:
        done_when: The cause is written down and the next step has a date
        nobody_known: Ask our drivers or service people who uses the goods there and who does the planning
    """


class CodeTwice(Code):
    """Two plays have the same code.

    Why: Answers, cool-downs and links go by the code. With one code, an answer to one play would silence the other.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        code: P61
    Fix: Take a code that no play has.
        code: P62
    """


class UnknownEntry(Code):
    """The card rests on an entry that the method does not have.

    Why: The basis lets a reader look up where a play comes from.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        basis: [M980, M99, M88]
    Fix:
        basis: [M98, M99, M88]
    """


class UnknownPlayCode(Code):
    """A play is named by a code that no play has.

    Why: A play that is to stand beside this one, or is in conflict with it, must be found.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        beside: [Q62]
    Fix: An empty list is fine.
        beside: []
    """
