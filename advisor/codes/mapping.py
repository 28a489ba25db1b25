"""What can be wrong with a mapping, which reads the tables of another system."""

from __future__ import annotations

from advisor.codes.page import Code


class MappingNoFile(Code):
    """`--mapping` names neither a file nor a bundled mapping.

    Why: Without it the tables would be read as if they were the advisor's own.

    Example:
        advisor advise A01 --mapping northwnd
    Fix:
        advisor advise A01 --mapping northwind --data DIR
    """


class MappingUnknownKey(Code):
    """A mapping has a key that nothing reads.

    Why: What stands below a misspelt key would be left out unnoticed.

    In: mapping.yaml
    Example:
        tables:
          accounts: {from: customers.csv, colums: {id: no, name: firm}}
    Fix:
        tables:
          accounts: {from: customers.csv, columns: {id: no, name: firm}}
    """


class MappingUnknownTable(Code):
    """A mapping fills a table that the advisor does not have.

    Why: Rows that belong to no table are read by nobody.

    In: mapping.yaml
    Example:
        tables:
          acounts: {from: customers.csv, columns: {id: no, name: firm}}
    Fix:
        tables:
          accounts: {from: customers.csv, columns: {id: no, name: firm}}
    """


class MappingUnknownField(Code):
    """A mapping fills a field that the table does not have.

    Why: A value under a wrong name is never read, and the right field stays unknown.

    In: mapping.yaml
    Example:
        tables:
          accounts: {from: customers.csv, columns: {id: no, nmae: firm}}
    Fix:
        tables:
          accounts: {from: customers.csv, columns: {id: no, name: firm}}
    """


class MappingEmpty(Code):
    """A mapping names no table at all.

    Why: Then nothing would be read.

    In: mapping.yaml
    Example:
        tables: {}
    Fix:
        tables:
          accounts: {from: customers.csv, columns: {id: no, name: firm}}
    """


class MappingAsOf(Code):
    """`as_of` in a mapping is not a date.

    Why: It is the day that advice is given for when no other is named.

    In: mapping.yaml
    Example:
        as_of: March 2026
        tables:
          accounts: {from: customers.csv, columns: {id: no, name: firm}}
    Fix:
        as_of: 2026-03-01
        tables:
          accounts: {from: customers.csv, columns: {id: no, name: firm}}
    """


class MappingFromOrQuery(Code):
    """A table of a mapping has neither `from` nor `query`, or both.

    Why: Its rows come from one place.

    In: mapping.yaml
    Example:
        tables:
          accounts: {columns: {id: no, name: firm}}
    Fix:
        tables:
          accounts: {from: customers.csv, columns: {id: no, name: firm}}
    """


class MappingNoColumns(Code):
    """A table of a mapping names a file, but none of its columns.

    Why: Without columns its rows would be empty.

    In: mapping.yaml
    Example:
        tables:
          accounts: {from: customers.csv}
    Fix:
        tables:
          accounts: {from: customers.csv, columns: {id: no, name: firm}}
    """


class MappingQuerySlow(Code):
    """The query of a mapping takes too long and is stopped.

    Why: A join without a condition pairs every row with every other.

    Fix: Join on a key, or filter before you join.
    """

    tried_by = "tests/test_mapping.py::test_a_query_that_never_ends_is_stopped"


class MappingQueryFailed(Code):
    """The database refuses to run the query of a mapping.

    Why: A column does not exist, or a text is used as a number; columns of files are texts.

    In: mapping.yaml
    Example:
        tables:
          accounts:
            query: |
              SELECT number AS id, firm AS name FROM customers
    Fix:
        tables:
          accounts:
            query: |
              SELECT no AS id, firm AS name FROM customers
    """


class DataNoSourceFile(Code):
    """A mapping reads a file that the folder does not hold.

    Why: The table counts as unknown, and nothing that rests on it is advised.

    In: mapping.yaml
    Example:
        tables:
          accounts: {from: customers.csv, columns: {id: no, name: firm}}
          contacts: {from: people.csv, columns: {id: no, name: firm}}
    Fix:
        tables:
          accounts: {from: customers.csv, columns: {id: no, name: firm}}
    """


class DataNoSourceColumn(Code):
    """A mapping reads a column that the file does not have.

    Why: The field counts as unknown for every row.

    In: mapping.yaml
    Example:
        tables:
          accounts: {from: customers.csv, columns: {id: no, name: company}}
    Fix:
        tables:
          accounts: {from: customers.csv, columns: {id: no, name: firm}}
    """
