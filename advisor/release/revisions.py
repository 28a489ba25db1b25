"""Content as a git revision has it, read from the repository's objects: work tree and index stay as they are."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from advisor.core.home import shown
from advisor.core.model import AdvisorError, Place, stop
from advisor.core.vocabulary import nearest

_TREES = ("rules", "playbooks")
_FILE, _LINK = "100", "120000"
_QUIET = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}


@dataclass(frozen=True)
class Repository:
    """The repository that holds a folder; `prefix` is the folder's path in it, empty or ending in a slash."""

    folder: Path
    prefix: str

    def commit(self, revision: str) -> str:
        """The commit that a revision names.

        Raises: AdvisorError – there is no such revision; the message has the nearest branch or tag.
        """
        found = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", fails=True)
        if found:
            return found.decode().strip()
        names = self._git("for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes")
        shallow = self._git("rev-parse", "--is-shallow-repository").strip() == b"true"
        code = "revision-not-fetched" if shallow else "unknown-revision"
        raise stop(code, 2, name=revision, near=nearest(revision, names.decode("utf-8", "replace").split()))

    def recent(self, limit: int) -> list[str]:
        """The latest commits that touch the folder's content, newest first, whatever branch they are on."""
        paths = [f":(top,literal){self.prefix}{name}" for name in (*_TREES, "advisor.yaml")]
        found = self._git("log", "--all", f"--max-count={limit}", "--format=%H", "--", *paths)
        return found.decode().split()

    def short(self, commit: str) -> str:
        """A commit as people write it."""
        return self._git("rev-parse", "--short", commit).decode().strip()

    def described(self, commit: str) -> str:
        """A commit with its day and its subject."""
        line = self._git("log", "-1", "--format=%h %cs %s", commit)
        return line.decode("utf-8", "replace").strip()

    def extract(self, commit: str, folder: Path) -> bool:
        """Write the content of a revision – rules/, playbooks/ and the YAML files beside them – into an empty folder.

        Returns: whether the revision has any.
        """
        entries = [entry for entry in self._entries(commit) if _safe(entry[2])]
        found = self._blobs(commit, entries)
        for (_, _, name), data in zip(entries, found, strict=True):
            if data is not None:
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        return any((folder / name).is_dir() for name in _TREES)

    def _entries(self, commit: str) -> list[tuple[str, str, str]]:
        """(mode, object, path below the folder) of each file of the content."""
        paths = [f"{self.prefix}{name}" for name in _TREES]
        trees = self._git("ls-tree", "-r", "-z", "--full-tree", commit, "--", *paths)
        beside = self._git("ls-tree", "-z", "--full-tree", f"{commit}:{self.prefix.rstrip('/')}", fails=True)
        found = [_entry(line, self.prefix) for line in trees.split(b"\0") if line]
        top = [_entry(line, "") for line in beside.split(b"\0") if line]
        wanted = found + [entry for entry in top if entry[2].endswith((".yaml", ".yml"))]
        return [entry for entry in wanted if entry[0].startswith(_FILE) or entry[0] == _LINK]

    def _blobs(self, commit: str, entries: list[tuple[str, str, str]]) -> list[bytes | None]:
        """The files' bytes as they are kept (no filter, no export attribute); None for a link that leads nowhere."""
        names = [f"{commit}:{self.prefix}{name}" if mode == _LINK else ref for mode, ref, name in entries]
        wanted = "".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape")
        out = self._git("cat-file", "--batch", "--follow-symlinks", given=wanted)
        found: list[bytes | None] = []
        at = 0
        for _ in names:
            end = out.index(b"\n", at)
            head, at = out[at:end].split(), end + 1
            kind = head[1] if len(head) == 3 else b""
            if head[0] in (b"dangling", b"loop", b"notdir", b"symlink"):
                at += int(head[1]) + 1  # the target's name follows, of that length
            size = int(head[2]) if kind in (b"blob", b"tree") else 0
            found.append(out[at : at + size] if kind == b"blob" else None)
            at += size + 1 if kind in (b"blob", b"tree") else 0
        return found

    def _git(self, *words: str, given: bytes = b"", fails: bool = False) -> bytes:
        return _run(self.folder, words, given, fails)


def repository(folder: Path) -> Repository:
    """The git repository that holds a folder.

    Raises: AdvisorError – git is not installed, or the folder is in no repository.
    """
    top = _run(folder, ("rev-parse", "--show-toplevel", "--show-prefix"), b"", True)
    if not top.strip():
        raise stop("not-a-repository", 2, Place(str(folder)), folder=shown(folder.resolve()))
    root, prefix = (*top.decode("utf-8", "surrogateescape").splitlines(), "")[:2]
    return Repository(Path(root), prefix)


@contextmanager
def checked_out(repo: Repository, commit: str) -> Iterator[Path]:
    """A temporary folder with the content of a commit, removed afterwards.

    Raises: AdvisorError – the commit has neither rules/ nor playbooks/ there.
    """
    with tempfile.TemporaryDirectory(prefix="advisor-") as name:
        folder = Path(name).resolve()
        if not repo.extract(commit, folder):
            raise stop("revision-without-content", 2, revision=repo.short(commit), folder=repo.prefix or "./")
        yield folder


def relocated(error: AdvisorError, folder: Path, name: str) -> AdvisorError:
    """The same problems, their places named `revision:path` instead of a temporary folder."""
    problems = []
    for problem in error.problems:
        place, path = problem.place, Path(os.path.abspath(problem.place.path))
        if place.path and folder in path.parents:
            place = Place(f"{name}:{path.relative_to(folder).as_posix()}", place.line, place.column)
        problems.append(problem.at(place))
    return AdvisorError(problems, error.exit_code)


# --- git -----------------------------------------------------------------------------------------


def _run(folder: Path, words: tuple[str, ...], given: bytes, fails: bool) -> bytes:
    """What a git command prints. With `fails`, its failing is an answer: nothing."""
    command = ["git", "-C", str(folder), *words]
    try:
        done = subprocess.run(command, input=given, capture_output=True, check=False, env={**os.environ, **_QUIET})
    except FileNotFoundError:
        raise stop("no-git", 2) from None
    except OSError as error:
        raise stop("git-failed", 1, what=error.strerror or str(error)) from None
    said = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode and (not fails or "dubious ownership" in said):
        raise stop("git-failed", 1, what=" ".join(said.split()) or " ".join(words[:1]))
    return b"" if done.returncode else done.stdout


def _entry(line: bytes, prefix: str) -> tuple[str, str, str]:
    head, _, path = line.partition(b"\t")
    mode, _, ref = head.decode().split()
    return mode, ref, path.decode("utf-8", "surrogateescape").removeprefix(prefix)


def _safe(name: str) -> bool:
    """A tree may hold names that would lead out of the folder."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\n" not in name
