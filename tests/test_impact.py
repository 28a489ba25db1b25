"""Two versions of content over one book: what the comparison says is what the two runs, each made whole, would show."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from git_workspace import PLAY, SOUND, change, commit, git, repository, write

from advisor.advice import session
from advisor.advice.workspace import Wish
from advisor.content.kept import load
from advisor.core.home import content_root
from advisor.core.model import AdvisorError
from advisor.release import differ, impact_markup, sides
from advisor.release.impact import Change, Impact, impact
from advisor.release.impact_page import Block, Group, Laid, Sample, Table, laid
from cli import main

TOP = 5
CODE = "P62"
OTHER = "playbooks/development/relationship-before-the-other-three.yaml"


@pytest.fixture
def home(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The workspace that the trainer stands in."""
    monkeypatch.setenv("ADVISOR_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    folder = repository(tmp_path / "team", "content")
    monkeypatch.chdir(folder)
    return folder


def wished(home: Path) -> Wish:
    return Wish(content=home, language="en", history=home / "no-history.csv")


def compared(home: Path, against: str = "HEAD") -> Impact:
    with sides.opened(wished(home), against) as both:
        return impact(both, TOP)


def run(home: Path, *options: str) -> Result:
    words = ["impact", "--content", str(home), "--lang", "en", "--history", str(home / "no-history.csv"), *options]
    return CliRunner().invoke(main, words)


def kinds(found: Impact) -> Counter[tuple[str, str]]:
    return Counter((change.code, kind) for _, change in found.changes() for kind in change.kinds)


def of_play(found: Impact, code: str = CODE) -> dict[str, Change]:
    return {account.id: change for account, change in found.changes() if change.code == code}


Shown = dict[tuple[str, str, str], tuple[int, str, tuple[str, ...]]]


def advised(home: Path) -> Shown:
    """All steps of the whole book as `advise` gives them: rank, message, steps by account, code and subject."""
    advisor = session.open_book(wished(home))
    found: Shown = {}
    for row in advisor.book.accounts():
        for step in advisor.advise(row, everything=True).steps:
            found[row.id, step.code, step.subject[1]] = step.rank, step.message, (step.headline, *step.steps)
    return found


def agree(found: Impact, old: Shown, new: Shown) -> None:
    """The comparison against two runs of the whole pipeline."""
    told = {(account.id, change.code, change.subject[1]): change for account, change in found.changes()}

    def with_kind(kind: str) -> set[tuple[str, str, str]]:
        return {key for key, change in told.items() if kind in change.kinds}

    stay = set(old) & set(new)
    assert with_kind("gain") == set(new) - set(old)
    assert with_kind("lose") == set(old) - set(new)
    assert with_kind("shown") == {key for key in stay if new[key][0] <= TOP < old[key][0]}
    assert with_kind("hidden") == {key for key in stay if old[key][0] <= TOP < new[key][0]}
    assert with_kind("words") >= {key for key in stay if old[key][1:] != new[key][1:]}
    for key, one in told.items():
        if one.new and not one.draft:
            assert one.new.rank == new[key][0]
        if one.old and key in old:
            assert one.old.rank == old[key][0]


# --- what is found -------------------------------------------------------------------------------


def test_the_same_content_changes_nothing(home: Path) -> None:
    found = compared(home)
    assert found.found == () and found.reach == () and found.accounts == 48
    assert "Nothing changes" in run(home, "--against", "HEAD").output


def test_a_wider_rule_is_what_two_runs_show(home: Path) -> None:
    old = advised(home)
    change(home, "  silence_level: silent\n", "")
    new = advised(home)
    found = compared(home)
    agree(found, old, new)
    assert kinds(found)[CODE, "gain"] > 0 and kinds(found)[CODE, "lose"] == 0


def test_a_policy_is_what_two_runs_show(home: Path) -> None:
    """A threshold reaches metrics and derived facts: nothing but the tables is shared then."""
    old = advised(home)
    write(home, "rules/policy.yaml", "silence_min_days: 10\nplan_days: 9\n")
    new = advised(home)
    found = compared(home)
    agree(found, old, new)
    assert old != new and found.found


def test_words_and_urgency_are_what_two_runs_show(home: Path) -> None:
    old = advised(home)
    change(home, "urgency: 3", "urgency: 1")
    change(home, "Check our own side first", "First check our own side")
    new = advised(home)
    found = compared(home)
    agree(found, old, new)
    counts = kinds(found)
    assert counts[CODE, "words"] > 0
    one = next(one for one in of_play(found).values())
    assert {said.part for said in one.said} >= {"do"}


def test_only_steps_that_pass_one_another_are_in_another_order(home: Path) -> None:
    change(home, "urgency: 3", "urgency: 5")
    change(home, "key_account: {urgency: 1,", "key_account: {urgency: 5,")
    found = compared(home)
    moved = [(account.id, change) for account, change in found.changes() if "rank" in change.kinds]
    assert moved and {change.code for _, change in moved} == {CODE}
    assert all(change.old and change.new and change.old.rank < change.new.rank for _, change in moved)


def test_a_comment_or_a_case_changes_nothing(home: Path) -> None:
    change(home, "finish_in: 14 days", "finish_in: 14 days    # two weeks")
    change(home, "  - name: the same, not a key account", "  - name: the same, no key account")
    found = compared(home)
    assert found.found == () and found.reach == ()


def test_a_play_that_moved_to_another_file_is_the_same_play(home: Path) -> None:
    git(home, "mv", PLAY, "playbooks/retention/ask-why.yaml")
    write(home, PLAY, "")  # the bundled one lies below it
    found = compared(home)
    assert not any(kind in ("gain", "lose") for _, change in found.changes() for kind in change.kinds)


def test_a_change_in_the_other_language_is_said_to_have_no_effect(home: Path) -> None:
    change(home, "不是催单", "绝不催单")
    found = compared(home)
    assert found.found == ()
    assert [(one.play.code, one.idle) for one in found.reach] == [(CODE, True)]
    assert "no effect on these accounts: P62" in " ".join(run(home, "--against", "HEAD").output.split())


def test_plays_gone_and_new(home: Path) -> None:
    other = SOUND.read_text(encoding="utf-8").replace("code: P62", "code: X62")
    write(home, "playbooks/ours/another.yaml", other)
    reach = {one.play.code: one for one in compared(home).reach}
    assert reach["X62"].old == 0 and (reach["X62"].new or 0) > 0
    commit(home, "Another play")
    (home / "playbooks/ours/another.yaml").unlink()
    found = compared(home)
    assert set(kinds(found)) >= {("X62", "lose")}
    assert len(of_play(found, "X62")) == reach["X62"].new


# --- plays that come and go ----------------------------------------------------------------------


NOBODY = "playbooks/ours/nobody.yaml"


def _nobodys(status: str = "active", code: str = "X63") -> str:
    """A play that no account of the demo book meets."""
    text = SOUND.read_text(encoding="utf-8").replace("code: P62", f"code: {code}")
    text = text.replace("status: active", f"status: {status}")
    return text.replace("when:\n", "when:\n  days_since_contact: more than 9000 days\n", 1)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("active", "New, but no account meets its conditions today: X63"),
        ("draft", "New as a draft; even in force, no account would meet its conditions today: X63"),
        ("retired", "New, but retired or past its last day, so it is said to nobody: X63"),
    ],
)
def test_a_new_play_that_reaches_nobody_says_why(home: Path, status: str, said: str) -> None:
    write(home, NOBODY, _nobodys(status))
    output = " ".join(run(home, "--against", "HEAD").output.split())
    assert said in output and "Changed, with no effect" not in output
    found = json.loads(run(home, "--against", "HEAD", "--format", "json").output)["plays"]
    assert [(one["code"], one["what"], one["without_effect"]) for one in found] == [("X63", "new", True)]


def test_a_play_that_goes_says_so(home: Path) -> None:
    write(home, NOBODY, _nobodys())
    write(home, "playbooks/ours/other.yaml", _nobodys(code="X64"))
    commit(home, "Two plays for nobody")
    (home / NOBODY).unlink()
    change(home, "status: active", "status: retired", "playbooks/ours/other.yaml")
    output = " ".join(run(home, "--against", "HEAD").output.split())
    assert "Deleted; it was on none of these accounts: X63" in output
    assert "Retired; it was on none of these accounts: X64" in output


def test_a_play_that_comes_or_goes_is_marked(home: Path) -> None:
    write(home, "playbooks/ours/another.yaml", SOUND.read_text(encoding="utf-8").replace("code: P62", "code: X62"))
    marked = [row[0] for row in laid(compared(home), 1).plays.rows]
    assert next(name for name in marked if name.startswith("X62")).endswith("(new)")
    commit(home, "Another play")
    (home / "playbooks/ours/another.yaml").unlink()
    assert any(row[0].endswith("(deleted)") for row in laid(compared(home), 1).plays.rows)


# --- drafts --------------------------------------------------------------------------------------


def test_a_draft_takes_no_place_and_says_whom_it_would_reach(home: Path) -> None:
    draft = SOUND.read_text(encoding="utf-8").replace("code: P62", "code: X62").replace("active", "draft")
    write(home, "playbooks/ours/another.yaml", draft)
    found = compared(home)
    assert set(kinds(found)) == {("X62", "draft")}
    assert all(change.draft and change.new for change in of_play(found, "X62").values())
    n = len(of_play(found, "X62"))
    assert n > 0 and f"would reach {n} accounts" in " ".join(run(home, "--against", "HEAD").output.split())


def test_a_draft_made_active_is_a_gain_and_back_a_loss(home: Path) -> None:
    change(home, "status: active", "status: draft")
    lost = of_play(compared(home))
    assert lost and all(change.kinds == ("lose",) for change in lost.values())
    commit(home, "A draft")
    change(home, "status: draft", "status: active")
    gained = of_play(compared(home))
    assert set(gained) == set(lost) and all(change.kinds == ("gain",) for change in gained.values())


def test_a_retired_play_and_one_that_is_over_are_lost(home: Path) -> None:
    for line in ("status: retired", "status: active\n  valid_to: 2026-11-19"):
        change(home, "status: active", line)
        assert {kind for change in of_play(compared(home)).values() for kind in change.kinds} == {"lose"}
        git(home, "checkout", "-q", "--", ".")
    change(home, "status: active", "status: active\n  valid_from: 2027-01-01")
    found = compared(home)
    assert set(kinds(found)) >= {(CODE, "lose")} and any(one.draft for one in found.reach)


# --- guards --------------------------------------------------------------------------------------


def test_guards_show_their_neutral_line_alone(home: Path) -> None:
    name = "rules/guards/public-tender.yaml"
    text = (content_root() / name).read_text(encoding="utf-8")
    write(home, name, re.sub(r"(?m)^(rep:\n(?:  .*\n)*?  en: ).*$", r"\1Ask compliance before you call.", text))
    if "Ask compliance before you call." not in (home / name).read_text(encoding="utf-8"):
        write(home, name, re.sub(r"(?m)^rep:.*$", "rep: {zh: 先问合规。, en: Ask compliance before you call.}", text))
    details = {
        line.text: line.detail
        for advisor in [session.open_book(wished(home))]
        for row in advisor.book.accounts()
        for line in advisor.guards(row)
    }
    assert "Ask compliance before you call." in details
    for form in ("text", "md", "html", "json"):
        output = " ".join(run(home, "--against", "HEAD", "--format", form).output.split())
        assert "Ask compliance before you call." in output
        assert not any(detail and detail in output for detail in details.values())


# --- revisions -----------------------------------------------------------------------------------


def test_the_work_tree_and_the_index_are_not_touched(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    change(home, "urgency: 3", "urgency: 2")
    write(home, "playbooks/notes.txt", "mine")
    top = Path(git(home, "rev-parse", "--show-toplevel"))
    before = {path: path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}
    assert run(home, "--against", "HEAD").exit_code == 0
    after = {path: path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}
    assert after == before
    assert list(temporary.iterdir()) == []


def test_a_revision_is_read_as_it_is_kept(home: Path) -> None:
    """No attribute of the repository takes part: neither what exports leave out nor line ends."""
    write(home, ".gitattributes", "playbooks export-ignore\n*.yaml eol=crlf\n")
    commit(home, "Attributes")
    assert compared(home).reach == ()


def test_a_link_in_a_revision_is_followed(home: Path) -> None:
    (home / PLAY).rename(home / "real.yaml")
    (home / PLAY).symlink_to("../../real.yaml")
    (home / "playbooks/retention/lost.yaml").symlink_to("../../gone.yaml")
    commit(home, "A link")
    (home / "playbooks/retention/lost.yaml").unlink()
    assert compared(home).reach == ()


@pytest.mark.parametrize("against", ["main", "v1", "HEAD", "HEAD~0"])
def test_revisions_by_any_name(home: Path, against: str) -> None:
    git(home, "tag", "v1")
    with sides.opened(wished(home), against) as both:
        assert both.old.commit == git(home, "rev-parse", "HEAD")
        assert both.old.content.digest == both.new.content.digest


def failing(home: Path, against: str) -> tuple[Any, int]:
    with pytest.raises(AdvisorError) as error, sides.opened(wished(home), against):
        pass
    return error.value.problems[0], error.value.exit_code


def test_an_unknown_revision_names_the_nearest(home: Path) -> None:
    git(home, "branch", "feature-tenders")
    problem, exit_code = failing(home, "feature-tender")
    assert (problem.code, problem.details["near"], exit_code) == ("unknown-revision", "feature-tenders", 2)
    assert failing(home, "--all")[0].code == "unknown-revision"


def test_a_shallow_clone_says_what_to_fetch(home: Path, tmp_path: Path) -> None:
    change(home, "urgency: 3", "urgency: 2")
    first = git(home, "rev-parse", "HEAD")
    commit(home, "Second")
    top = git(home, "rev-parse", "--show-toplevel")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{top}", "clone")
    assert failing(tmp_path / "clone/content", first)[0].code == "revision-not-fetched"


def test_no_repository_no_git_no_content(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    loose = tmp_path / "loose"
    shutil.copytree(home, loose)
    assert failing(loose, "main")[0].code == "not-a-repository"
    (tmp_path / "empty").mkdir()
    assert failing(home, str(tmp_path / "empty"))[0].code == "no-content-in-folder"
    later = Path(git(home, "rev-parse", "--show-toplevel")) / "later"
    shutil.copytree(home, later)
    assert failing(later, "HEAD")[0].code == "revision-without-content"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert failing(home, "main")[0].code == "no-git"


def test_errors_are_listed_with_the_version_that_has_them(home: Path) -> None:
    sound = (home / PLAY).read_text(encoding="utf-8")
    change(home, "stage: [new,", "stagee: [new,")
    new = run(home, "--against", "HEAD")
    assert new.exit_code == 1 and "version-has-errors" in new.stderr and f"{PLAY}:10" in new.stderr
    commit(home, "Broken")
    write(home, PLAY, sound)
    old = run(home, "--against", "main")
    assert old.exit_code == 1 and "the content of main (" in old.stderr
    assert re.search(rf"^main \([0-9a-f]+\):{PLAY}:10:\d+: error unknown-fact", old.stderr, re.MULTILINE), old.stderr


def test_the_presets_of_a_revision_are_its_own(home: Path) -> None:
    write(home, "advisor.yaml", "preset: banking\n")
    with sides.opened(wished(home), "HEAD") as both:
        assert both.old.content.policy["plan_days"] != both.new.content.policy["plan_days"] == 90


def test_against_a_folder(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(home, other)
    change(other, "urgency: 3", "urgency: 1")
    assert {key[0] for key in kinds(compared(home, str(other)))} >= {CODE}
    assert {one.play.code for one in compared(home, str(content_root())).reach} <= {CODE}


def test_nothing_to_compare_with(home: Path) -> None:
    result = run(home)
    assert result.exit_code == 2 and "against-missing" in result.stderr


# --- the hash of content -------------------------------------------------------------------------


def test_the_hash_does_not_depend_on_where_content_lies(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(home, "rules/presets/ours/policy.yaml", "plan_days: 33\n")
    elsewhere = tmp_path / "else" / "where"
    shutil.copytree(home, elsewhere)
    first = load(home, ("ours", "banking")).digest
    monkeypatch.chdir(elsewhere)
    assert load(Path(), ("ours", "banking")).digest == first
    assert load(home).digest != first != load(home, ("banking", "ours")).digest
    root = tmp_path / "root"
    for name in ("rules", "playbooks"):
        shutil.copytree(content_root() / name, root / name)
    assert load(elsewhere, ("ours", "banking"), root).digest == first


def test_the_hash_changes_with_every_file_and_not_with_line_ends(home: Path) -> None:
    first = load(home).digest
    text = (home / PLAY).read_bytes()
    (home / PLAY).write_bytes(text.replace(b"\n", b"\r\n"))
    assert load(home).digest == first
    (home / PLAY).write_bytes(text + b"# \n")
    assert load(home).digest != first


# --- pages ---------------------------------------------------------------------------------------


def test_pages_tell_the_old_and_the_new_text(home: Path) -> None:
    change(home, "Check our own side first", "First check our own side")
    text = run(home, "--against", "HEAD").output
    assert "[-Check-]" in text and "{+First check+}" in text
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "<ins>First check</ins>" in run(home, "--against", "HEAD", "--format", "html").output
    assert "<ins>First check</ins>" in run(home, "--against", "HEAD", "--format", "md").output
    record = json.loads(run(home, "--against", "HEAD", "--format", "json").output)
    assert record["totals"]["words"] == sum(row["counts"]["words"] for row in record["by_stage"]) > 0
    assert record["changed"] == sum(row["accounts"] for row in record["by_owner"])


def test_the_same_input_gives_the_same_bytes(home: Path) -> None:
    change(home, "urgency: 3", "urgency: 1")
    for form in ("text", "md", "html", "json"):
        one, two = (run(home, "--against", "HEAD", "--format", form) for _ in range(2))
        assert one.output == two.output and one.exit_code == 0


def long_page(blocks: int) -> Laid:
    line = (differ.Part("same", "<script>x</script> | *a* "), differ.Part("new", "b" * 150))
    sample = Sample("A & B", (("say", (line,)),))
    group = Group("gained (1): <b>A</b>", (sample,))
    table = Table("By play", ("play", "gained"), tuple((f"P{n} | x", "1") for n in range(blocks)))
    many = tuple(Block(f"P{n} <x>", (group,)) for n in range(blocks))
    return Laid("T <x>", (("before", "a`b"),), ("s",), table, (table,), many, ("note",) * 3, "en")


@pytest.mark.parametrize("blocks", [1, 100, 1000])
def test_a_comment_never_grows_beyond_what_is_taken(blocks: int) -> None:
    text = impact_markup.markdown(long_page(blocks), "{n} more plays have no room")
    assert len(text) <= 65_536
    assert text.count("<details>") == text.count("</details>")
    shown = len(re.findall(r"<summary>P\d+", text))
    assert shown == blocks or f"{blocks - shown} more plays have no room" in text
    assert blocks < 1000 or shown < blocks


def test_nothing_of_a_record_becomes_markup() -> None:
    page = long_page(2)
    assert "<script>" not in impact_markup.markdown(page, "{n}") and "<b>" not in impact_markup.markdown(page, "{n}")
    html = impact_markup.html(page)
    assert "<script>" not in html and "<b>" not in html and "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("old", "new", "marked"),
    [
        ("Call him today", "Call her today", "Call [-him-]{+her+} today"),
        ("再打一次电话", "再上门一次", "再[-打-]{+上门+}一次[-电话-]"),
        ("Nothing in common", "Ganz anderes", "[-Nothing in common-]{+Ganz anderes+}"),
        ("", "New line", "New line"),
    ],
)
def test_words_are_marked(old: str, new: str, marked: str) -> None:
    from advisor.release.impact_text import marked as printed

    assert printed(differ.words(old, new)) == marked


def test_lines_that_stay_are_left_out_and_parts_give_both_texts_back() -> None:
    (line,) = differ.lines(("a b", "c d", "e"), ("a b", "c x", "e"))
    assert "".join(part.text for part in line if part.kind != "new") == "c d"
    assert "".join(part.text for part in line if part.kind != "old") == "c x"


def test_what_git_refuses_is_told_in_its_words(home: Path) -> None:
    top = Path(git(home, "rev-parse", "--show-toplevel"))
    commit = git(home, "rev-parse", "HEAD")
    for path in (top / ".git/objects").rglob("*"):  # the commit is there, what it holds is not
        if path.is_file() and path.parent.name + path.name != commit:
            path.unlink()
    found = run(home, "--against", "HEAD")
    assert found.exit_code == 1 and "git-failed" in found.output and "Traceback" not in found.output
