"""What can be wrong with the description of a made-up book, rules/sample.yaml."""

from __future__ import annotations

from advisor.codes.page import Code


class SampleRefused(Code):
    """A formula or a figure of rules/sample.yaml is no SQL that DuckDB accepts, or fails on some row.

    Why: The table could not be made, and half a book would mislead whoever tries something on it.

    Fix: Correct the formula; its names are fields of the same table, n, j, as_of, u() and account_<field>.
    """

    tried_by = "tests/test_sample.py::test_a_wrong_description_is_told"


class SampleCircle(Code):
    """Fields of rules/sample.yaml read one another in a circle.

    Why: Each waits for the other's value, so none of them can be made.

    Fix: Let one of the fields be made without the others.
    """

    tried_by = "tests/test_sample.py::test_a_wrong_description_is_told"


class SampleFigure(Code):
    """A weight, chance or range of rules/sample.yaml is not a number.

    Why: How often and how much can only be drawn from figures.

    Fix: Write a number, a formula, or a map that begins with by:.
    """

    tried_by = "tests/test_sample.py::test_a_wrong_description_is_told"
