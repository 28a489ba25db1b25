"""What can go wrong when all accounts are advised at once (`advisor batch`)."""

from __future__ import annotations

from advisor.codes.page import Code


class BatchEnding(Code):
    """The output's ending names no format.

    Why: The format goes by the ending.

    Example:
        advisor batch --out advice.xls
    Fix:
        advisor batch --out advice.csv
    """


class BatchOutInData(Code):
    """The output would lie in the folder of the tables.

    Why: The next run would read it as a table, and would take the data for changed.

    Fix: Write it into another folder.
    """

    tried_by = "tests/test_batch_safe.py::test_output_among_the_tables"


class BatchCannotWrite(Code):
    """The run could not be finished: no space, no right to write, no memory.

    Why: Half an output would be worse than yesterday's, and so that stays as it was.

    Fix: Make room, or see to the rights, and run it again with --resume.
    """

    tried_by = "tests/test_batch_safe.py::test_full_disk"


class BatchResumeChanged(Code):
    """What the run depends on is not what it was when it was broken off.

    Why: Advice made half from old and half from new data could not be explained.

    Fix: Leave out --resume, or put back what changed.
    """

    tried_by = "tests/test_batch_safe.py::test_resume_says_what_changed"


class BatchRunning(Code):
    """Another run writes to this output.

    Why: Two runs would overwrite each other's parts.

    Fix: Wait until it has ended, or write to another file.
    """

    tried_by = "tests/test_batch_safe.py::test_two_runs_at_once"


class BatchWorkerDied(Code):
    """The system ended a worker process, most likely for want of memory.

    Why: The accounts that it had in hand are not done.

    Fix: Run it again with --resume and fewer --workers.
    """

    tried_by = "tests/test_batch_safe.py::test_worker_is_killed"


class BatchSinceUnreadable(Code):
    """The file that --since names is not the manifest of an earlier run.

    Why: Without it nobody knows what has been worked out already.

    Fix: Name a FILE.manifest.json that the command wrote.
    """

    tried_by = "tests/test_batch_safe.py::test_since_something_else"


class BatchNoFolder(Code):
    """The folder of the output does not exist.

    Why: A folder with a misspelt name would be made, and nobody would find the output.

    Fix: Make the folder, or write somewhere else.
    """

    tried_by = "tests/test_batch_safe.py::test_places_that_cannot_be_written_to"


class BatchNamePattern(Code):
    """The path of the output has a letter that stands for any others.

    Why: The database takes `*` and `?` in a path for a pattern and would open other files.

    Fix: Give the folder or the file another name.
    """

    tried_by = "tests/test_batch_safe.py::test_places_that_cannot_be_written_to"


class BatchAccountsFailed(Code):
    """Some accounts could not be advised.

    Why: A fault with one account must not leave all others without advice.

    Fix: Look at `failed` in the manifest; it is a fault of the program, please report it.
    """

    tried_by = "tests/test_batch.py::test_a_bad_account_stops_nobody"


class BatchDataProblems(Code):
    """The tables have mistakes, which the manifest lists.

    Why: A wrong cell counts as unknown, and unknown facts lead to no advice.

    Fix: Put right what the manifest lists under `problems`.
    """

    tried_by = "tests/test_batch.py::test_manifest_tells_of_problems"
