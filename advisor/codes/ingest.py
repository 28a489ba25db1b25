"""What can be wrong with the tables of a large book, and with the place where they are put together."""

from __future__ import annotations

from advisor.codes.page import Code


class BatchMoreProblems(Code):
    """The same thing is wrong with more cells or rows of a column than are listed.

    Why: Nobody reads thousands of findings of one kind; the first of them, and how many there are, say enough.

    Fix: Put the listed ones right where they come from, and run it again.
    """

    tried_by = "tests/test_ingest.py::test_many_problems_of_a_kind_are_counted"


class BatchNotEncoded(Code):
    """A CSV file is not written in the encoding that was named, or that its own mark says.

    Why: Read with the wrong encoding, names turn into other characters.

    Fix: Name another encoding with `--encoding`, or save the file as "CSV UTF-8".
    """

    tried_by = "tests/test_ingest.py::test_a_file_that_is_not_in_the_encoding_named"


class BatchUnknownEncoding(Code):
    """`--encoding` names an encoding that does not exist.

    Why: A name that is misspelt does not say how to read the file.

    Fix: Write it as in `--encoding gbk`.
    """

    tried_by = "tests/test_ingest.py::test_an_encoding_that_does_not_exist"


class BatchNoSpace(Code):
    """The disk is full while the tables are put together.

    Why: Half a file is of no use, so what had been written is removed.

    Fix: Free space or choose another folder; several times the size of the tables is needed on the way.
    """

    tried_by = "tests/test_ingest.py::test_a_full_disk"


class BatchNotWritable(Code):
    """Nothing can be written in the folder that was chosen.

    Why: You may not have the right to write there, or it is no folder.

    Fix: Choose a folder in which you may write.
    """

    tried_by = "tests/test_ingest.py::test_a_place_that_cannot_be_written"


class BatchNoMemory(Code):
    """The tables need more memory than the database may use.

    Why: It stops rather than bring the whole machine down.

    Fix: Close other programs, or use a machine with more memory.
    """

    tried_by = "tests/test_ingest.py::test_too_little_memory"
