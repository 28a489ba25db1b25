"""What can be wrong with the texts: languages, slots, length, terms."""

from __future__ import annotations

from advisor.codes.page import Code


class TextExpected(Code):
    """A block of text is written as a list or a mapping.

    Why: Blocks are read line by line as text; a dash makes a list of it, a colon may make a mapping.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        do_not:
          - Offer a discount before the cause is clear
          - Keep asking when the next order will come
          - Go to their boss before you have seen the people who use the goods
    Fix: Write `|` behind the key and the lines below without dashes.
        do_not: |
          Offer a discount before the cause is clear
          Keep asking when the next order will come
          Go to their boss before you have seen the people who use the goods
    """


class TemplateNotAllowed(Code):
    """A text holds something in braces that cannot be filled in.

    Why: Texts only fill in facts. Loops, calls, filters and attributes could reach into the program.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        Usually there is an order every {{ usual_gap_days|upper }}; the longest wait so far was {{ max_gap_days }}
    Fix: Use `{{ name }}` and `{% if name %}…{% else %}…{% endif %}` alone.
        Usually there is an order every {{ usual_gap_days }}; the longest wait so far was {{ max_gap_days }}
    """


class TemplateUnknownName(Code):
    """A text fills in a name that it cannot use.

    Why: A name that nobody knows would leave a hole in a message to a customer.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        The last order was {{ last_produkt }}, {{ last_order_amount }}
    Fix:
        The last order was {{ last_product }}, {{ last_order_amount }}
    """


class BlockLinesDiffer(Code):
    """A block has more lines in one language than in the other.

    Why: Lines belong together in pairs. A line too many means that one reader is told something that the other is not.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        Has the plan been halted, or has the specification changed?
    Fix:
        Has the plan been halted, or has the specification changed?
        Did we do anything recently that made things harder for you?
    """


class BlockSlotsDiffer(Code):
    """A line fills in other facts in Chinese than in English.

    Why: A line whose fact is unknown drops out. With different facts one language shows it and the other does not.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        The last order was {{ last_product }}
    Fix:
        The last order was {{ last_product }}, {{ last_order_amount }}
    """


class MessageTooLong(Code):
    """A message can grow longer than a rep will send and a customer will read.

    Why: Up to 90 Chinese characters or 60 English words fit on a phone without scrolling.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `{{ salutation }}, I've been meaning to ask how you are getting on with our last delivery`
    Example:
        {{ salutation }}, I've been meaning to ask how you are getting on with our last delivery, which as far as
        I can see from our records left our warehouse some time ago and should have reached you in good order on
        the day that we had agreed with your purchasing department. I'm not chasing an order, and if anything
        isn't right, please just say so, and I will look into it at once. How is production looking at the moment?
    Fix: Say one thing and leave the rest to the talk. A fact counts as one word, or as four characters.
        {{ salutation }}, how is production looking at the moment?
    """  # noqa: E501


class MessageWithoutSalutation(Code):
    """A message does not begin with the person's salutation.

    Why: It is sent as it stands. Without a name it reads like a mass mailing.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `{{ salutation }}, I've been meaning to ask how you are getting on with our last delivery`
    Example:
        Hello, how is production looking at the moment?
    Fix:
        {{ salutation }}, how is production looking at the moment?
    """  # noqa: E501


class BannedTerm(Code):
    """A text uses a term that must not be recommended or even suggested.

    Why: Rebates to a person, gifts and inside information break the law and the house's rules (rules/lint.yaml).

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        done_when: The kickback is agreed
    Fix: Write what the message says instead; only `do_not` may name such things.
        done_when: The cause is written down and the next step has a date
    """
