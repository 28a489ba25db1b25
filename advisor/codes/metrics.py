"""What can be wrong with SQL: metrics (rules/metrics/*.sql) and the queries of mappings."""

from __future__ import annotations

from advisor.codes.page import Code


class SqlSyntax(Code):
    """The text is not valid SQL.

    Why: Nothing can be computed from it.

    In: rules/metrics/own-syntax.sql
    Example:
        -- needs: orders
        SELECT account_id, max(amount) AS own, '' AS source, FROM WHERE orders GROUP BY account_id
    Fix:
        -- needs: orders
        SELECT account_id, max(amount) AS own, '' AS source FROM orders GROUP BY account_id
    """


class SqlStatements(Code):
    """There is more than one statement, or none.

    Why: A metric is one question. A second statement could do something else than ask.

    In: rules/metrics/own-statements.sql
    Example:
        -- needs: orders
        SELECT account_id, max(amount) AS own, '' AS source FROM orders GROUP BY account_id; SELECT 1
    Fix:
        -- needs: orders
        SELECT account_id, max(amount) AS own, '' AS source FROM orders GROUP BY account_id
    """


class SqlNotSelect(Code):
    """The statement does something else than read.

    Why: Content must never change a table, write a file or switch a setting.

    In: rules/metrics/own-delete.sql
    Example:
        -- needs: orders
        DELETE FROM orders
    Fix:
        -- needs: orders
        SELECT account_id, count(*) AS own, '' AS source FROM orders GROUP BY account_id
    """


class SqlClock(Code):
    """The SQL reads the clock.

    Why: The same records must give the same advice tomorrow; the day of the advice is `$as_of`.

    In: rules/metrics/own-clock.sql
    Example:
        -- needs: orders
        SELECT account_id, now()::DATE - max(ordered_on) AS own, '' AS source FROM orders GROUP BY account_id
    Fix:
        -- needs: orders
        SELECT account_id, $as_of - max(ordered_on) AS own, '' AS source FROM orders GROUP BY account_id
    """


class SqlRandom(Code):
    """The SQL uses chance.

    Why: The same records must give the same advice each time.

    In: rules/metrics/own-random.sql
    Example:
        -- needs: orders
        SELECT account_id, random() AS own, '' AS source FROM orders GROUP BY account_id
    Fix: To choose among rows, order them by something recorded, with the id last.
        -- needs: orders
        SELECT account_id, arg_max(amount, (ordered_on, id)) AS own, '' AS source FROM orders GROUP BY account_id
    """


class SqlOutside(Code):
    """The SQL reaches outside the tables that it may read.

    Why: Content may not open files, other databases, the network or the machine's settings.

    In: rules/metrics/own-outside.sql
    Example:
        -- needs: orders
        SELECT account_id, 1 AS own, '' AS source FROM read_csv('orders.csv')
    Fix:
        -- needs: orders
        SELECT account_id, 1 AS own, '' AS source FROM orders GROUP BY account_id
    """


class SqlFile(Code):
    """The SQL names a file where a table is expected.

    Why: Files are read before, with all their checks; SQL sees the tables that came of it.

    In: rules/metrics/own-file.sql
    Example:
        -- needs: orders
        SELECT account_id, 1 AS own, '' AS source FROM 'orders.csv' GROUP BY account_id
    Fix:
        -- needs: orders
        SELECT account_id, 1 AS own, '' AS source FROM orders GROUP BY account_id
    """


class SqlUnknownTable(Code):
    """The SQL reads a table that does not exist.

    Why: Tables are named as in rules/facts.yaml, other metrics as `metric_` and the file's name.

    In: rules/metrics/own-table.sql
    Example:
        -- needs: orders
        SELECT account_id, count(*) AS own, '' AS source FROM ordrs GROUP BY account_id
    Fix:
        -- needs: orders
        SELECT account_id, count(*) AS own, '' AS source FROM orders GROUP BY account_id
    """


class SqlUnknownParameter(Code):
    """The SQL uses a parameter that does not exist.

    Why: There are `$as_of` and, for every threshold, `$policy_` with its name; nothing else is filled in.

    In: rules/metrics/own-parameter.sql
    Example:
        -- needs: orders
        SELECT account_id, count(*) AS own, '' AS source FROM orders WHERE ordered_on <= $asof GROUP BY account_id
    Fix:
        -- needs: orders
        SELECT account_id, count(*) AS own, '' AS source FROM orders WHERE ordered_on <= $as_of GROUP BY account_id
    """


class SqlStar(Code):
    """A metric reads all columns of a table of the book.

    Why: Only columns that some metric names are loaded, so `*` would mean something else from book to book.

    In: rules/metrics/own-star.sql
    Example:
        -- needs: orders
        SELECT *, '' AS source FROM orders
    Fix:
        -- needs: orders
        SELECT account_id, amount AS own, '' AS source FROM orders
    """


class SqlWithoutNeeds(Code):
    """The first line of a metric does not say which tables it needs.

    Why: A metric runs only where its tables were given; without this line an unknown would become a zero.

    In: rules/metrics/own-needs.sql
    Example:
        SELECT account_id, count(*) AS own, '' AS source FROM orders GROUP BY account_id
    Fix:
        -- needs: orders
        SELECT account_id, count(*) AS own, '' AS source FROM orders GROUP BY account_id
    """


class SqlWithoutColumn(Code):
    """A metric does not return account_id or source.

    Why: Each figure belongs to an account, and each reason on the page names the record that it comes from.

    In: rules/metrics/own-column.sql
    Example:
        -- needs: orders
        SELECT account_id, count(*) AS own FROM orders GROUP BY account_id
    Fix:
        -- needs: orders
        SELECT account_id, count(*) AS own, max(source) AS source FROM orders GROUP BY account_id
    """


class MetricUnknown(Code):
    """A figure is asked of a metric that does not exist.

    Why: Metrics are the files of rules/metrics/, called by their names.

    Fix: Correct the name or add the file.
    """

    tried_by = "tests/test_metrics.py::test_an_unknown_metric_names_the_nearest"


class MetricFailed(Code):
    """The database refuses to compute a metric.

    Why: Its SQL reads well, but a column is missing or two types do not go together.

    In: rules/metrics/own-failed.sql
    Example:
        -- needs: orders
        SELECT account_id, sum(amount) AS own, '' AS source FROM orders
    Fix:
        -- needs: orders
        SELECT account_id, sum(amount) AS own, '' AS source FROM orders GROUP BY account_id
    """


class MetricSlow(Code):
    """A metric takes too long and is stopped.

    Why: A join without a condition pairs every row with every other; the page must not wait for that.

    Fix: Join on account_id, or count before you join.
    """

    tried_by = "tests/test_metrics.py::test_a_metric_that_never_ends_is_stopped"


class MetricRowsTwice(Code):
    """A metric returns more than one row for an account.

    Why: A fact has one value. Which row should count, the SQL must say.

    Fix: Group by account_id, or keep one row with `QUALIFY row_number() OVER (…) = 1`.
    """

    tried_by = "tests/test_metrics.py::test_failures_are_told_with_their_place"


class MetricCircle(Code):
    """Metrics read one another in a circle.

    Why: There is nowhere to begin.

    Fix: Let one of them read the tables.
    """

    tried_by = "tests/test_metrics.py::test_failures_are_told_with_their_place"
