"""What can be wrong when texts go to a spreadsheet and come back (`advisor words export` and `import`)."""

from __future__ import annotations

from advisor.codes.page import Code


class NoXlsxwriter(Code):
    """The library that writes spreadsheets is not installed.

    Why: It is needed for the export alone, and so it is left to those who want one.

    Fix: Install it with pip.
    """

    tried_by = "tests/test_words.py::test_without_the_library_it_says_how_to_install_it"


class WordsEnding(Code):
    """The file for the texts is not called .xlsx.

    Why: Other kinds of spreadsheets lose columns or characters.

    Example:
        advisor words export plays.csv
    Fix:
        advisor words export plays.xlsx
    """


class WordsNoFile(Code):
    """The spreadsheet to be read is not there.

    Why: Texts come back from a file that was exported before.

    Fix: Export it first.
        advisor words export plays.xlsx
    """

    tried_by = "tests/test_words.py::test_files_that_are_no_export_are_refused"


class WordsNotXlsx(Code):
    """The file is no Excel workbook, whatever its name says.

    Why: It cannot be opened as one.

    Fix: Save it as .xlsx in the spreadsheet program.
    """

    tried_by = "tests/test_words.py::test_files_that_are_no_export_are_refused"


class WordsColumns(Code):
    """No sheet has all the columns of an export.

    Why: They say which text of which play a row holds.

    Fix: Keep the first row and the hidden columns as they were exported.
    """

    tried_by = "tests/test_words.py::test_files_that_are_no_export_are_refused"


class WordsNoKey(Code):
    """A row does not say which play and line it is.

    Why: Its text could belong anywhere.

    Fix: Fill the grey columns again, or delete the row.
    """

    tried_by = "tests/test_words.py::test_a_mistake_names_its_cell_and_nothing_is_written"


class WordsUnknownPlay(Code):
    """A row names a play that does not exist.

    Why: Texts are changed here; plays are begun with `advisor new play`.

    Fix: Leave the grey columns as they were exported.
    """

    tried_by = "tests/test_words.py::test_a_mistake_names_its_cell_and_nothing_is_written"


class WordsUnknownBlock(Code):
    """A row names a block that the play does not have.

    Why: Blocks are begun in the YAML, where it can be seen what belongs to them.

    Fix: Leave the grey columns as they were exported.
    """

    tried_by = "tests/test_words.py::test_a_mistake_names_its_cell_and_nothing_is_written"


class WordsExtraRow(Code):
    """A row was not in the export.

    Why: Where a new line belongs cannot be told from a row.

    Fix: Add the line in the cell before it, in both languages.
    """

    tried_by = "tests/test_words.py::test_a_mistake_names_its_cell_and_nothing_is_written"


class WordsRowTwice(Code):
    """A line stands in two rows with different texts.

    Why: Only one of them can hold.

    Fix: Keep one.
    """

    tried_by = "tests/test_words.py::test_a_mistake_names_its_cell_and_nothing_is_written"


class WordsNotText(Code):
    """A cell holds a number or a date instead of a text.

    Why: The spreadsheet program turned it into something else, and what was typed is lost.

    Fix: Format the cell as text and type the words again.
    """

    tried_by = "tests/test_words.py::test_a_mistake_names_its_cell_and_nothing_is_written"


class WordsCellEmpty(Code):
    """A cell is empty while its other language is not.

    Why: Both languages say the same, line by line.

    Fix: Write the text, or empty both.
    """

    tried_by = "tests/test_words.py::test_a_mistake_names_its_cell_and_nothing_is_written"


class WordsConflict(Code):
    """A text was changed in the spreadsheet and in the YAML.

    Why: Neither may be lost without somebody deciding.

    Fix: Decide which one holds; `--force` takes the sheet's.
    """

    tried_by = "tests/test_words.py::test_a_conflict_shows_both_and_waits_for_force"


class WordsForm(Code):
    """A block is written in a form that cannot be changed in its place.

    Why: Comments and formulas of the YAML stay untouched, so only plain blocks can be replaced.

    Fix: Write the text below its key after a `|`.
    """

    tried_by = "tests/test_words.py::test_a_folded_text_and_an_alias_are_left_alone"


class WordsBlockEmpty(Code):
    """A block would have no line left.

    Why: An empty block leaves a hole on the page.

    Fix: Keep one line; a block that is not needed is taken out in the YAML.
    """

    tried_by = "tests/test_words.py::test_a_mistake_names_its_cell_and_nothing_is_written"
