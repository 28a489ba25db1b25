"""Trainers' typical mistakes: each is found where it stands, in words that say what to write, and is gone once that is
written.

Every mistake stands in a file of its own, all of them in one workspace, so that content is read twice in all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from advisor.bench.check import check
from advisor.content.kept import load
from advisor.core.model import Problem
from advisor.messages import message
from tests.overlay import line_of, plant

SOUND = Path(__file__).with_name("sound_play.yaml").read_text(encoding="utf-8")
SILENT = "  silence_level: silent\n"
CASE = "  - name: the same with overdue money\n    same_as: core account, 80 days without an order, never more than 50 before\n"
OVERDUE = f"{CASE}    change: {{payment_overdue: true}}\n    expect: silent\n    because: payment_overdue\n"
LAST_ZH = (
    "    ---\n    {{ salutation }}，上一批货，一直想问问您用着顺不顺。不是催单，有不合适的您直说。最近排产怎么样？\n"
)
LAST_EN = SOUND[
    SOUND.index("    ---\n    {{ salutation }}, I've been meaning to ask how you are getting on with our") :
]
LAST_EN = LAST_EN[: LAST_EN.index("  ask: |")]
HEAD_ZH, HEAD_EN = "    ---\n    上门问清停单原因\n", "    ---\n    Go and ask why the orders stopped\n"
TWO_HEADS = "    ---\n    回访{{ person }}：问清停单原因\n"


@dataclass(frozen=True)
class Mistake:
    """One mistake: `new` is written in place of `old`, which a trainer mends by writing `fix` for it.

    `at` is the text in whose line the problem stands, and in whose column where it stands in that line alone; `says`
    must stand in the message or the hint, in both languages. `file` is where, by default a play of the mistake's own.
    """

    code: str
    old: str
    new: str
    fix: str
    at: str
    says: str
    file: str = ""
    level: str = "error"


def when(code: str, written: str, fix: str, says: str) -> Mistake:
    """A mistake in a condition."""
    line = SILENT + "  {}\n"
    return Mistake(code, SILENT, line.format(written), line.format(fix), written, says)


def swap(code: str, new: str, fix: str, at: str, says: str, level: str = "error") -> Mistake:
    """A mistake in place of something sound, which is also its fix."""
    return Mistake(code, fix, new, fix, at, says, level=level)


def own(code: str, file: str, new: str, fix: str, at: str, says: str, level: str = "error") -> Mistake:
    """A mistake in a file of its own that is no play."""
    return Mistake(code, "", new, fix, at, says, file, level)


MISTAKES = {
    # --- conditions: names and words
    "a misspelt fact": when("unknown-fact", "days_since_contct: more than 45 days", "days_since_contact: more than 45 days", "days_since_contact"),
    "a misspelt choice": when("unknown-choice", "tier: larg", "tier: large", "'large'"),
    "a misspelt Chinese label": when("unknown-choice", "tier: 大客护(白金卡)", "tier: 大客户(白金卡)", "大客户(白金卡)"),
    "a misspelt operator": when("unknown-operator", "industry_influence: {at_leest: 3}", "industry_influence: {at_least: 3}", "at_least"),
    "over in place of more than": when("unknown-operator", "days_since_contact: over 45 days", "days_since_contact: more than 45 days", "more than 45 days"),
    "a Chinese operator": when("unknown-operator", "days_since_contact: 大于45", "days_since_contact: more than 45", "more than"),
    "a sign for an operator": when("unknown-operator", 'days_since_contact: ">= 45 days"', "days_since_contact: at least 45 days", "at least 45 days"),
    "a misspelt threshold": when("unknown-policy", "discount_ratio: {more_than: $policy.discount_mx}", "discount_ratio: {more_than: $policy.discount_max}", "discount_max"),
    "misspelt records": when("unknown-rows", "some contct: {trust: 1}", "some contact: {trust: 1}", "contact"),
    "a count without a number": when("count-without-number", "count complaint: {where: {kind: supply_late}}", "count complaint: {where: {kind: supply_late}, at_least: 3}", "at_least: 3"),
    "yes for true": when("wrong-type", "is_ka: yes", "is_ka: true", "true"),
    # --- conditions: types and units
    "a ratio compared with 30": when("ratio-over-one", "discount_ratio: more than 30", "discount_ratio: more than 30%", "30%"),
    "a ratio compared with days": when("wrong-unit", "discount_ratio: more than 30 days", "discount_ratio: more than 30%", "30%"),
    "days compared with per cent": when("wrong-unit", "days_since_contact: more than 45%", "days_since_contact: more than 45 days", "45 days"),
    "money in ten thousands": when("wrong-unit", "annual_sales: more than 5万", "annual_sales: more than 50000", "50000"),
    "money in days": when("wrong-unit", "annual_sales: more than 45 days", "annual_sales: more than 45", "45"),
    "a date with a number": when("date-with-number", "plan_on: more than 400", "plan_on: older than 400 days", "older than 400 days"),
    "a number with a date": when("number-with-date", "days_since_contact: more than 2026-01-01", "days_since_contact: more than 45 days", "30 days"),
    "a date in another form": when("wrong-type", "plan_on: at most 2026/1/5", "plan_on: at most 2026-01-05", "2026-01-05"),
    "a score beyond its range": when("number-outside", "industry_influence: at least 12", "industry_influence: at least 5", "1"),
    "a list asked like one choice": when("operator-does-not-fit", "team: finance", "team: has finance", "has finance"),
    "days asked like a date": when("operator-does-not-fit", "days_since_contact: older than 45 days", "days_since_contact: more than 45 days", "more than 45 days"),
    "choices without an order": Mistake("choices-without-order", "stage: [new, regular, core, strategic_partner]", "stage: at least core", "stage: [core, strategic_partner]", "stage: at least", "strategic_partner"),
    "a threshold of another unit": when("operand-does-not-fit", "discount_ratio: {more_than: $policy.review_days}", "discount_ratio: {more_than: $policy.discount_max}", "$policy.discount_max"),
    "a fact of another unit": when("operand-does-not-fit", "days_since_contact: {more_than: $discount_ratio}", "days_since_contact: {more_than: $policy.contact_fresh_days}", "days"),
    "a bare number for a threshold": Mistake("number-instead-of-policy", SILENT, SILENT + "  discount_ratio: more than 15%\n", SILENT + "  discount_ratio: {more_than: $policy.discount_max}\n", "discount_ratio: more", "$policy.discount_max", level="warning"),
    # --- the play and its card
    "a misspelt key": swap("unknown-key", "finnish_in: 14 days\nfinish_in: 14 days", "finish_in: 14 days", "finnish_in", "finish_in"),
    "a fortnight": swap("bad-span", "finish_in: a fortnight", "finish_in: 14 days", "finish_in", "working days"),
    "urgency in quotes": swap("number-out-of-range", 'urgency: "3"', "urgency: 3", "urgency", "1"),
    "no cool-down": swap("cooldown-missing", "when:\n  stage", "not_again_for: 30 days\nwhen:\n  stage", "when:\n", "not_again_for", "warning"),
    "a misspelt role": swap("unknown-word", "then: [decidr]", "then: [decider]", "then:", "decider"),
    "a reader whom nobody knows": swap("unknown-word", "for: salesman", "for: rep", "for:", "rep"),
    "a code that is taken": Mistake("code-twice", "code: X", "code: P61\n  x: X", "code: X", "code: P61", "P61"),
    "a title that is taken": Mistake("title-twice", "en: Ask why", "en: Keep to what we agreed, and say so kindly\n  xx: Ask why", "en: Ask why", "title:", "P30", level="warning"),
    "no entry of that number": swap("unknown-entry", "basis: [M98, M990, M88]", "basis: [M98, M99, M88]", "basis", "M128"),
    "nobody answers for it": swap("owner-missing", "  beside: []\n", "  beside: []\n  owner: Sales training\n", "card:\n", "owner", "warning"),
    "a play against itself": Mistake("play-beside-itself", "  beside: []\n", "  beside: []\n  conflicts_with: [@]\n", "  beside: []\n  conflicts_with: [P61]\n", "conflicts_with", "conflicts_with"),
    "rows taken for nothing": Mistake("take-unused", "when:\n  stage", "take:\n  complaint: {latest: opened_on}\nwhen:\n  stage", "when:\n  stage", "complaint: {latest", "complaint", level="warning"),
    # --- texts
    "a misspelt slot": Mistake("template-unknown-name", "上一单是{{ last_product }}，", "上一单是{{ last_produkt }}，", "上一单是{{ last_product }}，", "last_produkt", "last_product"),
    "a filter in a text": Mistake("template-not-allowed", "手上的料能用到哪天？", "{{ account|upper }}手上的料能用到哪天？", "手上的料能用到哪天？", "{{ account|upper }}", "if"),
    "a message that may fail": Mistake("message-may-fail", LAST_ZH, "", LAST_ZH, "{{ salutation }}，{{ last_order_on }}订的那批货", "---"),
    "a headline that may fail": Mistake("headline-may-fail", TWO_HEADS + HEAD_ZH, "", TWO_HEADS + HEAD_ZH, "回访{{ person }}：{{ last_product }}", "---", level="warning"),
    "steps that may all drop out": Mistake("block-may-drop-out", "  done_when: 原因写清，下一步有日期\n", "  done_when: 问清{{ last_product }}停单的原因\n", "  done_when: 原因写清，下一步有日期\n", "done_when: 问清", "last_product", level="warning"),
    "a message too long": Mistake("message-too-long", "最近排产怎么样？\n    ---", "最近排产怎么样？" + "顺便把明年的计划也聊聊。" * 4 + "\n    ---", "最近排产怎么样？\n    ---", "顺便把", "90"),
    "a message without salutation": Mistake("message-without-salutation", "{{ salutation }}，上一批货", "您好，上一批货", "{{ salutation }}，上一批货", "您好，上一批货", "{{ salutation }}"),
    "a line in one language only": Mistake("block-lines-differ", "    手上的料能用到哪天？\n", "", "    手上的料能用到哪天？\n", "How far will the material", "3"),
    "a slot in one language only": Mistake("block-slots-differ", "上一单是{{ last_product }}，", "上一单", "上一单是{{ last_product }}，", "The last order was {{ last_product }}", "last_product"),
    "a block forgotten": Mistake("missing-block", "  nobody_known: 问送货或售后，那边谁在用、谁排计划\n", "", "  nobody_known: 问送货或售后，那边谁在用、谁排计划\n", "zh:\n", "nobody_known"),
    "a banned term": Mistake("banned-term", "按原因只定一件事：", "送礼，按原因只定一件事：", "按原因只定一件事：", "送礼", "送对工作有用的资料"),
    # --- cases
    "expect misspelt": Mistake("unknown-word", OVERDUE, OVERDUE.replace("expect: silent", "expect: silnt"), OVERDUE, "silnt", "silent"),
    "a fact that nobody knows": Mistake("case-unknown-fact", OVERDUE, OVERDUE.replace("{payment_overdue", "{paymnt_overdue"), OVERDUE, "paymnt_overdue", "payment_overdue"),
    "a case that is not there": Mistake("unknown-case", OVERDUE, OVERDUE.replace("as: core account", "as: core accont"), OVERDUE, "accont", "core account"),
    "a case without its day": Mistake("missing-key", "  - name: stage not known\n    today: 2026-11-20\n", "  - name: stage not known\n", "  - name: stage not known\n    today: 2026-11-20\n", "name: stage not known", "today"),
    "a reason that is not read": Mistake("case-reason-not-read", OVERDUE, OVERDUE.replace("because: payment_overdue", "because: payment_late"), OVERDUE, "because: payment_late", "payment_overdue"),
    "a person who is none": Mistake("case-nobody-such", "person: user", "person: usr", "person: user", "person: usr", "user"),
    # --- rules
    "a threshold in words": own("policy-not-number", "rules/policy.yaml", "silence_min_orders: many\n", "silence_min_orders: 4\n", "many", "5"),
    "a derived fact that nobody reads": own("derived-unread", "rules/derived/m_unread.yaml", "max_trst: {type: integer, value: {max: contact.trust}}\n", "max_trust: {type: integer, value: {max: contact.trust}}\n", "max_trst", "max_trust", "warning"),
    "a definition that goes round": own("derivation-cycle", "rules/derived/m_round.yaml", "m_one: {when: {m_two: true}}\nm_two: {when: {m_one: true}}\n", "m_one: {when: {is_ka: true}}\nm_two: {when: {m_one: true}}\nhealthy: {when: {m_two: true}}\n", "m_one", "m_two"),
    "a ratio in a derived fact": own("ratio-over-one", "rules/derived/m_ratio.yaml", "healthy:\n  when: {discount_ratio: less than 20}\n", "healthy:\n  when: {discount_ratio: less than 20%}\n", "discount_ratio", "20%"),
    "a guard in one language": own("missing-language", "rules/guards/m_guard.yaml", "code: G90\ntitle: {zh: 试, en: Try}\nabout: account\nwhen: {is_ka: true}\nrep: {zh: 试}\ncompliance: {zh: 试, en: Try}\n", "code: G90\ntitle: {zh: 试, en: Try}\nabout: account\nwhen: {is_ka: true}\nrep: {zh: 试, en: Try}\ncompliance: {zh: 试, en: Try}\n", "code: G90", "en"),
}  # fmt: skip
# ruff: noqa: E501
FILES = {name: one.file or f"playbooks/retention/m{n:02}.yaml" for n, (name, one) in enumerate(MISTAKES.items(), 1)}


def sound(number: int) -> str:
    """The sound play under a code and titles of its own."""
    titles = ("停单回访，先问清原因", "Ask why the orders stopped")
    text = SOUND.replace("code: P62", f"code: X{number:02}")
    for title in titles:
        text = text.replace(f": {title}\n", f": {title} {number}\n", 1)
    return text


def written(workspace: Path, mended: bool) -> None:
    """Every mistake, or every mistake mended, each in its file."""
    for number, (name, one) in enumerate(MISTAKES.items(), 1):
        code = f"X{number:02}"
        source = "" if one.file else sound(number)
        old = one.old.replace("code: X", f"code: {code}") if one.old else ""
        new = one.fix if mended else one.new
        new = new.replace("@", code) if not new.endswith("code: X") else new.replace("code: X", f"code: {code}")
        plant(workspace / FILES[name], source, old, new)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Problem]]:
    workspace = tmp_path_factory.mktemp("planted")
    written(workspace, mended=False)
    return workspace, check(load(workspace))


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Problem]]:
    workspace = tmp_path_factory.mktemp("mended")
    written(workspace, mended=True)
    return workspace, check(load(workspace))


def found_in(problems: list[Problem], workspace: Path, name: str) -> list[Problem]:
    return [one for one in problems if one.place.path == (workspace / FILES[name]).as_posix()]


def texts(problem: Problem) -> Iterator[str]:
    for language in ("zh", "en"):
        text, hint = message(problem, language)
        assert text and hint and not text.startswith(problem.code), language
        yield f"{text} {hint}"


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_found_where_it_stands(name: str, planted: tuple[Path, list[Problem]]) -> None:
    workspace, problems = planted
    one, found = MISTAKES[name], found_in(problems, workspace, name)
    assert 1 <= len(found) <= 2, found
    first = found[0]
    assert (first.code, first.level) == (one.code, one.level)
    assert first.place.line == line_of(workspace, FILES[name], one.at)
    line = (workspace / FILES[name]).read_text(encoding="utf-8").splitlines()[first.place.line - 1]
    assert 1 <= first.place.column <= len(line) and not line[first.place.column - 1].isspace()
    assert all(one.says.strip("'") in said for said in texts(first))


@pytest.mark.parametrize("name", MISTAKES)
def test_what_the_hint_says_mends_it(name: str, mended: tuple[Path, list[Problem]]) -> None:
    workspace, problems = mended
    assert found_in(problems, workspace, name) == []


def test_no_mistake_is_blamed_on_other_files(planted: tuple[Path, list[Problem]]) -> None:
    workspace, problems = planted
    files = {(workspace / file).as_posix() for file in FILES.values()}
    assert [one for one in problems if one.place.path not in files] == []


def test_a_slot_is_pointed_at(planted: tuple[Path, list[Problem]]) -> None:
    """In a text, the column is that of the name."""
    workspace, problems = planted
    for name, slot in (("a misspelt slot", "last_produkt"), ("a message that may fail", "last_order_on")):
        first = found_in(problems, workspace, name)[0]
        line = (workspace / FILES[name]).read_text(encoding="utf-8").splitlines()[first.place.line - 1]
        assert re.match(rf"{slot}\b", line[first.place.column - 1 :])


def test_a_threshold_that_nobody_reads_is_told(tmp_path: Path) -> None:
    plant(tmp_path / "rules/policy.yaml", "", "", "visits_most: {value: 10, unit: number}\nsilence_min_order: 4\n")
    found = [one for one in check(load(tmp_path)) if one.place.path == (tmp_path / "rules/policy.yaml").as_posix()]
    assert [(one.code, one.place.line) for one in found] == [("policy-unread", 1), ("policy-near", 2)]
    assert all("$policy.visits_most" in said for said in texts(found[0]))
