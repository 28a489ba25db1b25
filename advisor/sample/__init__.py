"""A made-up book of accounts, as rules/sample.yaml describes it: a table's rows are one SELECT over row numbers."""
