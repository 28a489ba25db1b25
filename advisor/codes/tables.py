"""What can be wrong with a folder of tables, its files and their columns, and with a facts file."""

from __future__ import annotations

from advisor.codes.page import Code


class DataNoFolder(Code):
    """`--data` names a folder that does not exist.

    Why: Nothing is advised without an account's records.

    Example:
        advisor advise A1 --data nowhere
    Fix: Give the folder that holds accounts.csv.
        advisor advise A1 --data DIR
    """


class DataNotAFolder(Code):
    """`--data` names a file.

    Why: Tables come as a folder; one account written by hand goes to `--facts`.

    In: accounts.csv
    Run: advisor advise A1 --data accounts.csv
    Example:
        id,name
        A1,Mill
    Fix: Give the folder that the file lies in.
    """


class DataUnreadableFolder(Code):
    """The folder of tables cannot be listed.

    Why: You may not have the right to look into it.

    Fix: Ask whoever owns the folder, or copy the tables to a place of your own.
    """

    tried_by = "tests/test_codes.py::test_a_folder_that_cannot_be_listed"


class DataNoTables(Code):
    """No file in the folder has the name of a table.

    Why: Tables are found by their names: accounts, contacts, orders and so on, or their labels.

    In: data/customers.csv
    Example:
        id,name
        A1,Mill
    Fix: Call the file accounts.csv, or name a mapping.
    """


class DataNoAccounts(Code):
    """There are tables, but not the one of the accounts.

    Why: Everything else belongs to an account.

    In: data/contacts.csv
    Example:
        id,account_id,name
        C1,A1,Li
    Fix: Add accounts.csv with one row an account.
    """


class DataNoId(Code):
    """The accounts have no id column.

    Why: Contacts, orders and answers point to an account by its id.

    In: data/accounts.csv
    Example:
        name,stage
        Mill,core
    Fix:
        id,name,stage
        A1,Mill,core
    """


class DataEmptyAccounts(Code):
    """The accounts table has a header and no rows.

    Why: There is nobody to advise on.

    In: data/accounts.csv
    Example:
        id,name
    Fix:
        id,name
        A1,Mill
    """


class DataEmptyFile(Code):
    """A table's file is empty, without even a header.

    Why: A header without rows means that there are none; an empty file may be an export that failed, so it is unknown.

    Fix: Write at least the header, or delete the file.
    """

    tried_by = "tests/test_tables.py::test_header_only_is_known_to_be_empty_and_no_byte_is_a_problem"


class DataUnreadable(Code):
    """A table's file is broken or locked.

    Why: The table counts as unknown; advice goes on without it.

    Fix: Close it in the other program, and save it again.
    """

    tried_by = "tests/test_tables.py::test_other_encodings_and_endings_are_named"


class DataUnreadEnding(Code):
    """A table's file has an ending that is not read.

    Why: Old workbooks (.xls) and text documents cannot be taken apart safely.

    In: data/contacts.txt
    Example:
        id,account_id,name
        C1,A1,Li
    Fix: Save it as CSV (UTF-8) or XLSX.
    """


class DataNotUtf8(Code):
    """A table's file is not saved as UTF-8.

    Why: Read in the wrong encoding, names would turn into other characters.

    Fix: In your spreadsheet program save it as "CSV UTF-8".
    """

    tried_by = "tests/test_tables.py::test_other_encodings_and_endings_are_named"


class DataEncodingAssumed(Code):
    """A CSV file is not UTF-8 and has been read as Chinese, since all of it makes sense as that.

    Why: The encoding was guessed; guessed wrong, names turn into other characters.

    Fix: Save the file as "CSV UTF-8", or name the encoding with `advisor batch --encoding`.
    """

    tried_by = "tests/test_ingest.py::test_a_chinese_file_is_recognised"


class DataBrokenCsv(Code):
    """A quotation mark in a CSV file is not closed.

    Why: All rows behind it would be taken for one cell.

    In: data/contacts.csv
    Example:
        id,account_id,name
        C1,A1,"Li
        C2,A1,Wu
    Fix:
        id,account_id,name
        C1,A1,Li
        C2,A1,Wu
    """


class DataOneColumn(Code):
    """A table comes out as a single column.

    Why: Its cells are separated by a mark that is not read, or whole lines are in quotes.

    In: data/contacts.csv
    Example:
        "id#account_id#name"
        "C1#A1#Li"
    Fix: Separate cells by commas, semicolons or tabs.
        id,account_id,name
        C1,A1,Li
    """


class DataNoKnownColumn(Code):
    """Not one column of a table is known.

    Why: Headings are the names or the labels of rules/facts.yaml; anything else needs a mapping.

    In: data/contacts.csv
    Example:
        key,whose,who
        C1,A1,Li
    Fix:
        id,account_id,name
        C1,A1,Li
    """


class DataUnknownColumn(Code):
    """A column has a heading that is not known, and is not read.

    Why: That is fine for columns of your own, and a loss where the heading is misspelt.

    In: data/contacts.csv
    Example:
        id,account_id,name,influense
        C1,A1,Li,4
    Fix:
        id,account_id,name,influence
        C1,A1,Li,4
    """


class DataColumnTwice(Code):
    """Two columns mean the same field; only the first is read.

    Why: Their cells may differ, and one of them has to count.

    In: data/accounts.csv
    Example:
        id,name,Account name
        A1,Mill,North Mill
    Fix:
        id,name
        A1,Mill
    """


class DataTableTwice(Code):
    """Two files hold the same table; only the first is read.

    Why: Reading both would count the same records twice.

    Fix: Keep one of the two files.
    """

    tried_by = "tests/test_tables.py::test_the_same_table_twice"


class DataUnknownFile(Code):
    """A file in the folder is no table, and is not read.

    Why: That is fine for files of your own, and a loss where the name is misspelt.

    In: data/contcts.csv
    Example:
        id,account_id,name
        C1,A1,Li
    Fix: Call it contacts.csv.
    """


class DataNoAccountColumn(Code):
    """A table does not say to which account its rows belong.

    Why: They could be anybody's, so the table counts as unknown.

    In: data/contacts.csv
    Example:
        id,name
        C1,Li
    Fix:
        id,account_id,name
        C1,A1,Li
    """


class DataNoIdColumn(Code):
    """A table that others point to has no id column.

    Why: Its rows are numbered, and nothing can point to them.

    In: data/products.csv
    Example:
        name
        Film
    Fix:
        id,name
        S1,Film
    """


class DataFactsNotMap(Code):
    """A facts file holds a list or a bare text instead of names and values.

    Why: Facts are found by their names: `account:`, `contacts:`, `orders:`.

    In: facts.yaml
    Example:
        - account
        - Mill
    Fix:
        account: {id: A1, name: Mill}
    """


class DataNotARecord(Code):
    """A record of a facts file is a bare word.

    Why: Nobody can tell which of its fields the word is.

    In: facts.yaml
    Example:
        account: {id: A1, name: Mill}
        contacts: [Li]
    Fix:
        account: {id: A1, name: Mill}
        contacts: [{id: C1, name: Li}]
    """


class DataUnknownKey(Code):
    """A facts file gives something that is neither a field nor a table.

    Why: It is not read, and the fact that was meant stays unknown.

    In: facts.yaml
    Example:
        account: {id: A1, name: Mill, shoe_size: 43}
    Fix:
        account: {id: A1, name: Mill}
    """


class DataUnknownKeyNear(Code):
    """A derived fact is asserted under a name that is nearly one.

    Why: It is not read, and what the records say stays in force.

    In: facts.yaml
    Example:
        account: {id: A1, name: Mill}
        derived: {silense_level: silent}
    Fix:
        account: {id: A1, name: Mill}
        derived: {silence_level: silent}
    """
