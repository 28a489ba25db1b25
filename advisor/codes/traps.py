"""Slips of the keyboard that YAML reads as something else than what was meant."""

from __future__ import annotations

from advisor.codes.page import Code


class YamlTab(Code):
    """A line is indented with a tab.

    Why: YAML indents with spaces alone; how wide a tab is, every editor decides for itself.

    Fix: Begin the line with spaces, and let your editor write two of them for the Tab key.
        urgency: 3
    """

    tried_by = "tests/test_yaml_traps.py"


class YamlWideSpace(Code):
    """A full-width space stands where YAML needs a plain one.

    Why: It looks like an indent, but to YAML it is a letter like any other.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        for:　rep
    Fix:
        for: rep
    """


class YamlChineseColon(Code):
    """A Chinese colon stands behind a key.

    Why: Only a plain colon with a space behind it ends a key; with another one the whole line is a single word.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        for：rep
    Fix:
        for: rep
    """


class YamlNoSpaceAfterColon(Code):
    """There is no space behind the colon.

    Why: `for:rep` is one word to YAML, not a key and its value.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        for:rep
    Fix:
        for: rep
    """


class YamlDash(Code):
    """A dash lacks its space, or does not stand on a line of its own.

    Why: Only a dash with a space at the beginning of a line makes an entry of a list.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        -payment_overdue: true
    Fix:
        - payment_overdue: true
    """


class YamlWideBracket(Code):
    """Full-width brackets stand where a list or a mapping was meant.

    Why: To YAML they are plain text, so the list is a single word.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        then: ［decider］
    Fix:
        then: [decider]
    """


class YamlChineseComma(Code):
    """A Chinese comma stands between the entries of a list.

    Why: Only a plain comma parts entries; the rest becomes one long word.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        first: [user，purchaser]
    Fix:
        first: [user, purchaser]
    """


class YamlChineseQuotes(Code):
    """Curly or Chinese quotes stand round a value.

    Why: To YAML they are a part of the text, so the value is not the word that was meant.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        for: “rep”
    Fix: Write straight quotes, or none.
        for: rep
    """


class YamlSlotFirst(Code):
    """A text begins with a slot and stands neither in quotes nor under `|`.

    Why: A brace at the beginning opens a mapping, and the slot is lost.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        done_when: {{ person }} has told us the cause
    Fix:
        done_when: The cause is written down and the next step has a date
    """

    tried_by = "tests/test_yaml_traps.py"


class YamlFirstCharacter(Code):
    """A text begins with a character that means something of its own in YAML.

    Why: `@`, `%`, `*`, `&` and some others are signs of YAML's at the beginning of a value.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        done_when: @cause written down
    Fix: Put the text in quotes.
        done_when: The cause is written down and the next step has a date
    """


class YamlUnclosedQuote(Code):
    """A quotation mark opens and is not closed.

    Why: Everything behind it, to the end of the file, would be one text.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        done_when: "The cause is written down and the next step has a date
    Fix:
        done_when: The cause is written down and the next step has a date
    """


class YamlTextAfterQuote(Code):
    """More text follows behind the closing quotation mark.

    Why: Quotes go round the whole value; YAML cannot read what stands behind them.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        done_when: "The cause" is written down and the next step has a date
    Fix:
        done_when: The cause is written down and the next step has a date
    """


class YamlBackslash(Code):
    """A backslash stands between double quotes.

    Why: There it begins a code of YAML's, such as the one for a new line.

    Fix: Write single quotes, in which a backslash is only a backslash.
        name: 'Mill (C:\\accounts)'
    """

    tried_by = "tests/test_yaml_traps.py"


class YamlColonInText(Code):
    """A text holds a colon and a space, and stands neither in quotes nor under `|`.

    Why: YAML takes what stands before the colon for a key.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `done_when: The cause`
    Example:
        done_when: Two things: the cause is written down, the next step has a date
    Fix: Put the text in quotes.
        done_when: "Two things: the cause is written down, the next step has a date"
    """


class YamlUnclosedBracket(Code):
    """A bracket or brace opens and is not closed.

    Why: The lines below would belong to the list, and nothing in the file could be read.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        then: [decider
    Fix:
        then: [decider]
    """


class YamlExtraBracket(Code):
    """A closing bracket pairs with none that is open.

    Why: It is one too many, or of the other kind.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        then: [decider}
    Fix:
        then: [decider]
    """


class YamlIndent(Code):
    """A line begins in another column than the lines it belongs to.

    Why: The indent says what belongs to what; one space more or less moves a line elsewhere.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        first: [user, purchaser]
         then: [decider]
    Fix:
        first: [user, purchaser]
        then: [decider]
    """


class YamlNoBar(Code):
    """A text of several lines lacks the `|` behind its key.

    Why: Without it YAML joins the lines into one, and a block of three questions becomes a single one.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        do_not:
          Offer a discount before the cause is clear
          Keep asking when the next order will come
          Go to their boss before you have seen the people who use the goods
    Fix:
        do_not: |
          Offer a discount before the cause is clear
          Keep asking when the next order will come
          Go to their boss before you have seen the people who use the goods
    """


class YamlCommaInFlow(Code):
    """A text in braces holds a comma.

    Why: Between braces a comma begins the next entry, and the rest of the text becomes a key without a value.

    In: rules/derived/own-comma.yaml
    Example:
        own_far_along:
          label: {en: Far along, and known}
          when: {stage: core}
    Fix: Put the text in quotes.
        own_far_along:
          label: {en: "Far along, and known"}
          when: {stage: core}
    """


class YamlNumberComma(Code):
    """A comma without a space stands between two numbers.

    Why: In brackets `1,500` is two entries, 1 and 500, and not one number.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `- undelivered_amount: more than 0`
    Example:
        - undelivered_amount: {between: [100, 1,500]}
    Fix: For one number leave the comma out; between two put a space behind it.
        - undelivered_amount: {between: [100, 1500]}
    """


class YamlCutText(Code):
    """A `#` behind a space cuts a text off.

    Why: There YAML begins a comment, and the rest of the sentence is lost.

    In: playbooks/retention/ask-why-orders-stopped.yaml, in place of `done_when: The cause`
    Example:
        done_when: The cause is written down in form #7 and the next step has a date
    Fix: Put the text in quotes.
        done_when: "The cause is written down in form #7 and the next step has a date"
    """


class YamlEncoding(Code):
    """The file is saved in an older encoding, such as GBK.

    Why: Read as UTF-8, its Chinese would turn into other characters.

    Fix: Open it in that encoding and save it as UTF-8.
    """

    tried_by = "tests/test_codes.py::test_a_file_in_another_encoding"


class YamlControlCharacter(Code):
    """An invisible control character stands in the file.

    Why: It mostly comes along with a copied text; nobody sees it, and YAML stops at it.

    Fix: Delete it and type the text around it anew.
    """

    tried_by = "tests/test_codes.py::test_a_control_character"


class YamlAliasLoop(Code):
    """A reference (`*name`) refers to the value in which it stands.

    Why: Written out, it would never end.

    In: rules/derived/own-loop.yaml
    Example:
        own_loop: &all
          when: {stage: core}
          label: *all
    Fix:
        own_loop:
          when: {stage: core}
    """


class YamlAliases(Code):
    """References to references unfold into too many values.

    Why: Ten lines can stand for a billion values; the reader stops before that.

    Fix: Write the values out, or refer to plain values only.
    """

    tried_by = "tests/test_codes.py::test_references_that_unfold"


class YamlTextTooLong(Code):
    """A single text is far too long.

    Why: Mostly a quotation mark is missing, and the text swallowed what stands behind it.

    Fix: Close the quote, or shorten the text.
    """

    tried_by = "tests/test_codes.py::test_a_text_without_end"


class NotYesNo(Code):
    """`yes`, `on` or a Chinese yes stands where true or false belongs.

    Why: Here such a word is plain text, and nobody can tell whether it counts.

    In: rules/derived/own-guess.yaml
    Example:
        own_guess: {inferred: yes, label: {en: Probably quiet}, when: {silence_level: silent}}
    Fix:
        own_guess: {inferred: true, label: {en: Probably quiet}, when: {silence_level: silent}}
    """


class NotPlainNumber(Code):
    """A number is written so that YAML reads it as text.

    Why: Digits with signs between them, zeros in front or a colon are plain text here, and cannot be compared.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        - undelivered_amount: more than 1_500
    Fix:
        - undelivered_amount: more than 0
    """


class ChoicesInOneText(Code):
    """Several choices are written as one text.

    Why: Without brackets the words together are a single choice, and there is none of that name.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        - order_pattern: project, one_off
    Fix:
        - order_pattern: [project, one_off]
    """


class NumberTooLarge(Code):
    """A number is far beyond anything that it could mean.

    Why: A slip of the keyboard would push a day off the calendar.

    In: playbooks/retention/ask-why-orders-stopped.yaml
    Example:
        finish_in: 14000000 days
    Fix:
        finish_in: 14 days
    """
