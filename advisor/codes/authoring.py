"""What can be wrong when new content is begun: where it goes, what it is called, what is there already."""

from __future__ import annotations

from advisor.codes.page import Code


class NoWorkspace(Code):
    """There is no workspace here to put content of your own into.

    Why: The bundled content is not changed; your own lies in a folder that is laid over it.

    Example:
        advisor new play retention/own-visit
    Fix:
        advisor init DIR
    """


class FileExists(Code):
    """The file is there already.

    Why: What somebody wrote is never overwritten.

    Fix: Choose another name, or change the file itself.
    """

    tried_by = "tests/test_new.py"


class FolderNotEmpty(Code):
    """The folder for the new workspace holds something already.

    Why: Files of two kinds would be mixed.

    In: team/notes.txt
    Run: advisor init team
    Example:
        my notes
    Fix: Name a new or an empty folder.
    """


class NotAFolder(Code):
    """The workspace that was named is a file.

    Why: A workspace is a folder with several files.

    In: team
    Run: advisor init team
    Example:
        a file
    Fix: Name a new or an empty folder.
    """


class BadPlayName(Code):
    """A play's name is not PLAYBOOK/NAME in small letters.

    Why: The name is the file's, on every system.

    Example:
        advisor new play Retention/Call
    Fix: Words of small letters and digits, joined by a dash.
        advisor new play retention/call-after-delivery
    """


class BadName(Code):
    """A name holds something else than small letters, digits and underscores.

    Why: Names stand in conditions and in texts; the Chinese name is the label.

    Example:
        advisor new derived "Visits of the year"
    Fix: Words of small letters and digits, joined by `_`.
        advisor new derived visits_of_the_year
    """


class UnknownPlaybook(Code):
    """There is no playbook of this name.

    Why: A misspelt name would begin a new playbook beside the one that was meant.

    Example:
        advisor new play retentoin/call-after-delivery
    Fix: Take one that is there, or begin it with `advisor new playbook`.
        advisor new play retention/call-after-delivery
    """


class PlayExists(Code):
    """A bundled play has this name.

    Why: A file of the same name would take its place.

    Example:
        advisor new play retention/ask-why-orders-stopped
    Fix: Choose another name; to change the bundled play, copy it with `advisor new override`.
        advisor new play retention/call-after-delivery
    """


class PlaybookExists(Code):
    """A bundled playbook has this name.

    Why: There is nothing to begin; plays can be put into it.

    Example:
        advisor new playbook retention
    Fix: Put plays into it with `advisor new play`.
        advisor new playbook spring_campaign
    """


class FactExists(Code):
    """There is a fact of this name.

    Why: A second definition would take the place of the first.

    Example:
        advisor new derived silence_level
    Fix: Use it as it is, or choose another name.
        advisor new derived visits_of_the_year
    """


class CaseExists(Code):
    """The play has a case of this name, or the name is empty.

    Why: A case is called by its name.

    Fix: Give it another name that says what it shows.
    """

    tried_by = "tests/test_new.py"


class CasesInBrackets(Code):
    """The cases of the play stand between brackets.

    Why: No line can be added there without writing the whole list anew.

    Fix: Write one case below the other, each with a dash.
    """

    tried_by = "tests/test_new.py"


class CaseNotReproduced(Code):
    """What a case can give is not enough to show what happened here.

    Why: A case that comes out otherwise would not keep what was seen.

    Fix: Write the case by hand.
    """


class CaseAboutTheBook(Code):
    """The play is about the whole book, not about one account.

    Why: A case from an account's records would not hold the book's figures.

    Fix: Write the case by hand, with the figures under `portfolio`.
    """

    tried_by = "tests/test_new.py::test_no_case_can_be_made_of_an_account"


class AccountWithoutDeal(Code):
    """The play is about an opportunity, and the account has none.

    Why: There is nothing that a case could be made of.

    Fix: Choose an account with an open opportunity.
    """

    tried_by = "tests/test_new.py::test_no_case_can_be_made_of_an_account"
