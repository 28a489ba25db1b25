"""A team's workspace in a temporary git repository: plays of its own, committed and changed like a trainer does."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

PLAY = "playbooks/retention/ask-why-orders-stopped.yaml"
_DAY = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), "2026-01-02T03:04:05Z")
"""The same commits have the same hash in every test, so that parsed content is found in the cache."""
SOUND = Path(__file__).with_name("sound_play.yaml")


def git(folder: Path, *words: str) -> str:
    """Run git as somebody with a name; no setting of the machine takes part."""
    names = ["-c", "user.name=Trainer", "-c", "user.email=trainer@example.com", "-c", "init.defaultBranch=main"]
    plain = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **_DAY}
    done = subprocess.run(["git", *names, *words], cwd=folder, capture_output=True, text=True, check=False, env=plain)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def repository(folder: Path, below: str = "") -> Path:
    """A repository whose only commit holds a workspace with one play; `below` is the workspace's folder in it."""
    home = folder / below
    home.mkdir(parents=True)
    git(folder, "init", "-q")
    write(home, PLAY, SOUND.read_text(encoding="utf-8"))
    commit(folder, "A play of our own")
    return home


def write(home: Path, name: str, text: str) -> Path:
    path = home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def change(home: Path, old: str, new: str, name: str = PLAY) -> None:
    """Replace a text that stands in the file."""
    text = (home / name).read_text(encoding="utf-8")
    assert old in text, f"{name} does not hold {old!r}"
    write(home, name, text.replace(old, new))


def commit(folder: Path, subject: str) -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", subject)
    return git(folder, "rev-parse", "HEAD")
