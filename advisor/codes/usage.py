"""What can be wrong with a command, with advisor.yaml, and with the files that a command reads or writes."""

from __future__ import annotations

from advisor.codes.page import Code


class UnknownAccount(Code):
    """No account has this id or name.

    Why: Advice on the wrong customer would be worse than none.

    Example:
        advisor advise A055
    Fix: Give the id, the name or a part of the name.
        advisor advise A05
    """


class AmbiguousAccount(Code):
    """Several accounts fit the words that were given.

    Why: A guess could show the records of another customer.

    In: data/accounts.csv
    Run: advisor advise Mill --data data
    Example:
        id,name
        A1,North Mill
        A2,South Mill
    Fix: Write more of the name, or the id.
    """


class NoAccountGiven(Code):
    """The command is about one account, and none was named.

    Why: For all accounts there is `advisor today`.

    Example:
        advisor advise
    Fix:
        advisor advise A05
    """


class UnknownOwner(Code):
    """Nobody of this id or name looks after an account.

    Why: The list would be empty, as if there were nothing to do.

    Example:
        advisor today --owner R99
    Fix:
        advisor today --owner R1
    """


class UnknownPlay(Code):
    """No play has this code or name.

    Why: Plays are called by their codes, or as playbook/play.

    Example:
        advisor test --play P999
    Fix:
        advisor test --play P62
    """


class UnknownStep(Code):
    """The account has no step of this name, and there is no such play.

    Why: An answer must go to the step that is meant.

    Example:
        advisor explain A05 P6x
    Fix:
        advisor explain A05 P62
    """


class AmbiguousStep(Code):
    """Several steps of the account hold these words.

    Why: An answer to the wrong step would silence it.

    Fix: Write more of the step, or its code.
    """

    tried_by = "tests/test_newuser.py::test_words_of_several_steps_list_them"


class UnknownSubject(Code):
    """The account has several opportunities, and it is not said which one is meant.

    Why: Each deal is judged for itself, and so is the answer.

    Fix: Name one with `--subject` and its id.
    """

    tried_by = "tests/test_codes.py::test_an_answer_about_one_of_several_deals"


class UnknownResponse(Code):
    """This word is not an answer to advice.

    Why: Each answer has its own effect: how long the step rests, and whether it counts as done.

    Example:
        advisor reply A05 P62 finished
    Fix:
        advisor reply A05 P62 done
    """


class UntilPast(Code):
    """The day until which a step is to wait is over.

    Why: The step would come back at once.

    Example:
        advisor reply A05 P62 later --until 2020-01-01
    Fix:
        advisor reply A05 P62 later --until 2026-12-15
    """


class UntilMissing(Code):
    """`later` does not say until when.

    Why: Without a day the step would never come back.

    Example:
        advisor reply A05 P62 later
    Fix:
        advisor reply A05 P62 later --until 2026-12-15
    """


class NoSuchFolder(Code):
    """The workspace that was named does not exist.

    Why: The bundled content would be used instead, without your own plays.

    Example:
        advisor check nowhere
    Fix: Correct the path, or begin a workspace.
    """


class NotAWorkspace(Code):
    """The folder holds neither `playbooks/` nor `rules/` nor `advisor.yaml`.

    Why: Nothing in it is content, so a check would find it in order without having read anything.

    In: plays/one.yaml
    Run: advisor check plays
    Example:
        urgency: 3
    Fix: Name the folder above `playbooks/`, or lay the files out as docs/language.md shows.
    """


class ContentNotRead(Code):
    """A YAML file of the workspace lies where nothing reads it.

    Why: A play in the wrong folder, or with the ending .yml, never advises, and nobody would notice.

    In: playbooks/own-misplaced.yaml
    Example:
        urgency: 3
    Fix: Plays are `playbooks/BOOK/PLAY.yaml`; rules lie as in docs/language.md.
    """


class UnknownCode(Code):
    """No problem has this code.

    Why: Codes stand in each line that a check prints, behind the level.

    Example:
        advisor check --code unknown-fakt
    Fix:
        advisor check --code unknown-fact
    """


class UnknownLanguage(Code):
    """advisor.yaml asks for a language that the advisor does not speak.

    Why: Plays are written in Chinese and English.

    In: advisor.yaml
    Example:
        language: de
    Fix:
        language: en
    """


class UnknownCountry(Code):
    """There is no calendar of public holidays for this country.

    Why: Due days are working days, and those differ from country to country.

    In: advisor.yaml
    Example:
        country: XX
    Fix:
        country: DE
    """


class BadClosingPeriod(Code):
    """A closing period lacks its first or its last day.

    Why: Days on which the customer is closed count for no deadline and no gap between orders.

    In: advisor.yaml
    Example:
        closed: [{from: 2026-02-10}]
    Fix:
        closed: [{from: 2026-02-10, to: 2026-02-25}]
    """


class FactsUnreadable(Code):
    """The facts file cannot be opened.

    Why: Advice rests on nothing else.

    Example:
        advisor advise --facts nowhere.yaml
    Fix:
        advisor advise --facts FILE
    """


class NoFacts(Code):
    """The facts hold no account.

    Why: There is nothing to advise on.

    In: facts.yaml
    Example:
        account: []
        contacts: []
    Fix:
        account: {id: A1, name: Mill, stage: core}
    """


class HistoryColumns(Code):
    """The history of answers lacks columns, so that the answer cannot be added.

    Why: A row under the wrong headings would be lost.

    In: advisor-history.csv
    Run: advisor reply A05 P62 done
    Example:
        day,what
        2026-11-01,done
    Fix: Name another file with `--history`.
    """


class HistoryUnreadable(Code):
    """The history of answers cannot be read.

    Why: Without it steps that are done would come back.

    In: history.jsonl
    Run: advisor advise A05 --history history.jsonl
    Example:
        not a record
    Fix: Correct the file, or name another one with `--history`.
    """


class CannotWrite(Code):
    """A file cannot be written.

    Why: The answer is not kept, and the step would come back tomorrow.

    Fix: See whether the folder exists, whether you may write to it, and whether the file is open elsewhere.
    """

    tried_by = "tests/test_cli.py::test_unwritable_history"


class DocsNotWritten(Code):
    """The pages cannot be written to the folder that was named.

    Why: Something that is not a folder stands there, or you may not write to it.

    In: taken
    Run: advisor docs --out taken
    Example:
        a file, not a folder
    Fix: Name another folder with `--out`.
    """


class MappingUsed(Code):
    """A note: the tables are read with a mapping.

    Why: It says which one, and for which day advice is given.

    Fix: Nothing; to read the tables otherwise, name another file with `--mapping`.
    """

    tried_by = "tests/test_cli.py::test_northwind"


class DataProblemsCount(Code):
    """A note: something in the tables could not be read.

    Why: What is wrong counts as unknown, and advice goes on.

    Fix: See the list with `--format json`, under `problems`.
    """

    tried_by = "tests/test_codes.py::test_a_note_counts_the_problems_of_the_data"


class NoPythonEngine(Code):
    """A note: the rules engine cannot be loaded on this Python.

    Why: The reference reader matches instead; the advice is the same.

    Fix: Nothing; docs/python-versions.md shows how to have the engine as well.
    """

    tried_by = "tests/test_codes.py::test_a_note_tells_of_a_missing_engine"


class InternalDisagreement(Code):
    """The rules engine and the reference reader come to different results.

    Why: Where the two differ, neither may be trusted, so nothing is advised.

    Fix: This is a fault of the program. Report it with the line.
    """

    tried_by = "tests/test_disagreement.py::test_a_disagreement_is_one_line_and_exit_1"
