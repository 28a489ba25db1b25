"""What can be wrong with any YAML file of content."""

from __future__ import annotations

from advisor.codes.page import Code


class YamlSyntax(Code):
    """The file is not valid YAML, so nothing in it can be read.

    Why: One line that does not fit hides the whole file. A play in it would silently be missing from advice.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        {for: rep}
    Fix: A line of a mapping has no braces round it; look at the line above as well.
        for: rep
    """


class YamlDuplicateKey(Code):
    """The same name stands twice in one mapping.

    Why: YAML would keep one of the two and say nothing, and nobody can tell which one was meant.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        for: rep
        for: manager
    Fix: Keep one; where both are meant, write a list.
        for: rep
    """


class YamlOddKey(Code):
    """What stands before the colon is a list or a mapping, not a plain name.

    Why: A bracket or brace at the beginning of a line opens a list. Nothing in content is found under a list.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        [urgency]: 3
    Fix:
        urgency: 3
    """


class YamlTag(Code):
    """A word that begins with `!` stands before a value.

    Why: In YAML `!` begins a type. Content knows no types of its own, and a text would lose its first word.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        done_when: !The cause is written down and the next step has a date
    Fix: Remove it, or put the text in quotes.
        done_when: The cause is written down and the next step has a date
    """


class YamlTooLarge(Code):
    """The file is too large, or its brackets are nested too deeply.

    Why: A file of a few lines can unfold into millions of entries. The reader stops before it hurts the machine.

    Fix: Split it into several files; no play needs more than ten levels.
    """

    tried_by = "tests/test_codes.py::test_a_file_nested_too_deeply"


class NotUtf8(Code):
    """The file is not saved as UTF-8.

    Why: In another encoding Chinese characters turn into other characters, or cannot be read at all.

    Fix: In your editor choose "save as" and the encoding UTF-8.
    """

    tried_by = "tests/test_codes.py::test_a_file_in_another_encoding"


class Unreadable(Code):
    """The file is there but cannot be opened.

    Why: Without it the content is incomplete, and advice from incomplete content would be wrong without a word.

    Fix: See whether it is a file, whether you may read it, and whether another program holds it.
    """

    tried_by = "tests/test_codes.py::test_a_file_that_cannot_be_opened"


class BadDate(Code):
    """A date does not exist, or is not written as year-month-day.

    Why: 2026-11-31 would have to be guessed, and a guessed day gives a wrong deadline.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        today: 2026-11-31
    Fix:
        today: 2026-11-20
    """


class ContentNotMap(Code):
    """The file holds a list or a bare text instead of names with values.

    Why: Everything in content is found by its name. A dash before the first name makes a list, which has none.

    In: rules/people.yaml
    Example:
        - prefer: {influence: at least 2}
    Fix:
        prefer: {influence: at least 2}
    """
