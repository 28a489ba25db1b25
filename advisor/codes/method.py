"""What can be wrong with the map of the method (rules/method/*.yaml)."""

from __future__ import annotations

from advisor.codes.page import Code

_TRIED = "tests/test_method.py::test_mistakes_in_the_map_are_named"


class MethodEntryTwice(Code):
    """An entry of the method is described twice.

    Why: Each entry has one home list; with two, one of them would be forgotten.

    Fix: Keep one of the two.
    """

    tried_by = "tests/test_method.py::test_an_entry_given_twice_is_refused"


class MethodOneLanguage(Code):
    """A text of an entry is there in one language only.

    Why: docs/method.md shows every entry in Chinese and English.

    In: rules/method/own.yaml
    Example:
        M01:
          title: {en: One}
    Fix: Write both, `{zh: …, en: …}`.
    """

    tried_by = _TRIED


class MethodNoHome(Code):
    """An entry of the method lives nowhere in the content.

    Why: The map shows that nothing of the method was left out.

    In: rules/method/own.yaml
    Example:
        M01:
          homes: []
    Fix:
        M01:
          homes: [derived silence_level]
    """

    tried_by = _TRIED


class MethodNoTest(Code):
    """An entry has neither a test nor a reason why it has none, or both.

    Why: What is not tested must say why.

    In: rules/method/own.yaml
    Example:
        M01:
          homes: [derived silence_level]
    Fix:
        M01:
          homes: [derived silence_level]
          test: test_silence
    """

    tried_by = _TRIED


class MethodUnknownKind(Code):
    """A home is of a kind that does not exist.

    Why: The kind says where to look: a fact, a derived fact, a play, a guard.

    In: rules/method/own.yaml
    Example:
        M01:
          homes: [derives silence_level]
    Fix:
        M01:
          homes: [derived silence_level]
    """

    tried_by = _TRIED


class MethodUnknownHome(Code):
    """A home names something that the content does not have.

    Why: A map that points to nothing misleads whoever looks the entry up.

    In: rules/method/own.yaml
    Example:
        M01:
          homes: [derived silense_level]
    Fix:
        M01:
          homes: [derived silence_level]
    """

    tried_by = _TRIED


class MethodUnknownEntry(Code):
    """A play or a check of the book rests on an entry that the map does not hold.

    Why: Whoever follows the reference must find something.

    Fix: Correct the number, or add the entry to rules/method/.
    """

    tried_by = _TRIED
