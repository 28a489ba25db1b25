"""What can be wrong with SQL for a warehouse, and with Spark."""

from __future__ import annotations

from advisor.codes.page import Code


class ScriptUnknownTable(Code):
    """A name among --tables is not a table of the vocabulary.

    Why: The script can only read tables whose columns are known.

    Fix: Name tables as rules/facts.yaml does.
    """

    tried_by = "tests/test_sql_script.py::test_mistakes"


class ScriptWithoutAccounts(Code):
    """The tables named leave out the accounts.

    Why: Plays are about accounts, and the script begins with them.

    Fix: Name accounts among the tables.
    """

    tried_by = "tests/test_sql_script.py::test_mistakes"


class ScriptMetricsWithoutData(Code):
    """Metrics are wanted, but not of which tables.

    Why: They would be those of the demo book.

    Example:
        advisor sql --metrics out
    Fix:
        advisor sql --metrics out --data DIR
    """


class ScriptWholeBook(Code):
    """The play named is about the book as a whole.

    Why: Each row that the script gives belongs to one account.

    Fix: advisor portfolio has what is to be said about the whole book.
    """

    tried_by = "tests/test_sql_script.py::test_no_script_for_plays_of_the_whole_book"


class BatchSparkFailed(Code):
    """Spark gave a job up.

    Why: A disk was full, an executor was lost, or its Python is another one; Spark's log says which.

    Fix: Put it right and run it again with `--resume`.
    """

    tried_by = "tests/test_spark.py::test_a_job_that_spark_gives_up"


class BatchNoSpark(Code):
    """Spark was asked for and cannot be used.

    Why: PySpark is installed apart, and needs Java.

    Fix: Install the extra spark and Java 17 or later, or leave out --engine spark.
    """

    tried_by = "tests/test_spark.py::test_no_such_master"
