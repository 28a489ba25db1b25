"""Records in: tables, workbooks, facts files, mappings."""
