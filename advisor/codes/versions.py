"""What can be wrong when versions of content are compared, advice is made again, or a play is previewed."""

from __future__ import annotations

from advisor.codes.page import Code

_TRIED = "tests/test_impact.py"


class VersionHasErrors(Code):
    """A version of the content has errors.

    Why: What it would advise cannot be known.

    Fix: Repair what is listed below, or name another version.
    """

    tried_by = _TRIED


class NoGit(Code):
    """git is not installed, or is not found.

    Why: Revisions are read with it.

    Fix: Install it, or compare with a folder.
    """

    tried_by = _TRIED


class GitFailed(Code):
    """git refuses.

    Why: Its own words say why.

    Fix: Try the same with git itself in that folder.
    """

    tried_by = "tests/test_impact.py::test_what_git_refuses_is_told_in_its_words"


class NotARepository(Code):
    """The folder lies in no git repository.

    Why: Then there are no revisions to compare with.

    Fix: Name your workspace with `--content`, or compare with a folder.
    """

    tried_by = _TRIED


class UnknownRevision(Code):
    """There is neither a revision nor a folder of this name.

    Why: A comparison with something else would mislead.

    Fix: Name a branch, a tag or a commit, or a folder with content.
    """

    tried_by = _TRIED


class RevisionNotFetched(Code):
    """The revision is not in this clone, which holds a part of the history only.

    Why: CI systems fetch the last commit alone unless they are told otherwise.

    Fix: Fetch the whole history.
    """

    tried_by = _TRIED


class RevisionWithoutContent(Code):
    """At that revision the folder held no content.

    Why: The workspace came later, or lay elsewhere.

    Fix: Name a later revision.
    """

    tried_by = _TRIED


class NoContentInFolder(Code):
    """The folder holds neither rules/ nor playbooks/.

    Why: There is nothing to compare with.

    Fix: Name a workspace, or a revision.
    """

    tried_by = _TRIED


class AgainstMissing(Code):
    """It is not said what to compare with.

    Why: A difference needs two versions.

    Fix: Add `--against` with a revision or a folder.
    """

    tried_by = _TRIED


class RecordUnreadable(Code):
    """The file is no advice that can be made again.

    Why: Without the hash of the content, the day and the account nothing can be repeated.

    Fix: Give what `advisor advise --format json` wrote.
    """

    tried_by = "tests/test_replay.py"


class RecordOfFacts(Code):
    """The advice was made from a facts file, and that file is not given.

    Why: The tables do not hold that account.

    Fix: Give the file with `--facts`.
    """

    tried_by = "tests/test_replay.py"


class PreviewCaseSilent(Code):
    """A case expects the play to fire, and it stays silent.

    Why: There is no page to show for it.

    Fix: `advisor test` says which condition does not hold.
    """

    tried_by = "tests/test_preview.py"
