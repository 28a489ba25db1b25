"""The bundled content is sound, and each mistake that a trainer can make is found where it stands, with a way out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from advisor.bench.check import check
from advisor.content.kept import load
from advisor.core.model import Problem
from advisor.messages import message
from tests.overlay import line_of, planted

SILENCE = "playbooks/retention/ask-why-orders-stopped.yaml"
STANDARD = "playbooks/development/win-the-standard-with-the-engineers.yaml"
SURVEY = "playbooks/retention/ask-how-satisfied.yaml"
ORDERS = "rules/metrics/order_gaps.sql"
OWN_DERIVED = "rules/derived/own.yaml"
OWN_METRIC = "rules/metrics/own.sql"
PERSONAL = "rules/guards/personal-data.yaml"


@dataclass(frozen=True)
class Slip:
    """One mistake: what is planted where, the code that it must give, in which line, and what the hint must say."""

    code: str
    file: str
    old: str
    new: str
    mark: str = ""
    hint: str = ""


# fmt: off
# ruff: noqa: E501
SLIPS = {
    "misspelt key": Slip("unknown-key", SILENCE, "urgency: 3", "urgancy: 3", "urgancy", "urgency"),
    "misspelt key of the card": Slip("unknown-key", SILENCE, "  degree: ", "  degre: ", "degre:", "degree"),
    "missing key": Slip("missing-key", SILENCE, "finish_in: 14 days\n", "", "title:"),
    "duplicate key": Slip("yaml-duplicate-key", SILENCE, "for: rep\n", "for: rep\nfor: manager\n", "for: manager", "4"),
    "not YAML": Slip("yaml-unclosed-bracket", SILENCE, "for: rep\n", "for: [rep\n", "for: [rep", "for: [rep]"),
    "tag": Slip("yaml-tag", SILENCE, "for: rep\n", "for: !!python/name:os.system rep\n", "python"),
    "misspelt fact": Slip("unknown-fact", SILENCE, "silence_level: silent", "silense_level: silent", "silense", "silence_level"),
    "misspelt fact in unless": Slip("unknown-fact", SILENCE, "- quiet_until:", "- quiet_untill:", "untill", "quiet_until"),
    "unknown choice": Slip("unknown-choice", SILENCE, "[new, regular, core", "[new, regulr, core", "regulr", "regular"),
    "unknown operator": Slip(
        "unknown-operator", SILENCE, "quiet_until: {at_least:", "quiet_until: {at_leest:", "at_leest", "at_least"
    ),
    "wrong type": Slip("wrong-type", SILENCE, "more than 0", "more than many", "more than many"),
    "guarded fact": Slip("guarded-fact", SURVEY, "when:\n", "when:\n  some contact: {sensitive: 1}\n", "sensitive: 1"),
    "unknown rows": Slip("unknown-rows", SURVEY, "when:\n", "when:\n  some contct: {trust: 1}\n", "contct", "contact"),
    "unknown policy": Slip(
        "unknown-policy", SURVEY, "when:\n", "when:\n  team_size: {less_than: $policy.team_mn}\n", "team_mn", "team_min"
    ),
    "unknown role": Slip("unknown-word", SILENCE, "then: [decider]", "then: [decidr]", "decidr", "decider"),
    "bad span": Slip("bad-span", SILENCE, "finish_in: 14 days", "finish_in: a fortnight", "fortnight"),
    "urgency out of range": Slip("number-out-of-range", SILENCE, "urgency: 3", "urgency: 9", "urgency: 9"),
    "code twice": Slip("code-twice", SILENCE, "code: P62", "code: P61", "code: P61", "ask-early-about"),
    "missing language": Slip("missing-language", SILENCE, "\nen:\n", "\nxx:\n", "title:"),
    "missing title": Slip("missing-language", SILENCE, "  en: Ask why the orders stopped\n", "", "title:"),
    "missing block": Slip("missing-block", SILENCE, "  done_when: 原因写清，下一步有日期\n", "", "zh:\n"),
    "undefined template name": Slip(
        "template-unknown-name", SILENCE, "{{ last_product }}停单", "{{ last_produkt }}停单", "last_produkt", "last_product"
    ),
    "guarded fact in a text": Slip(
        "template-unknown-name", SILENCE, "手上的料", "{{ demands_benefit }}手上的料", "demands_benefit"
    ),
    "loop in a template": Slip(
        "template-not-allowed", SILENCE, "手上的料能用到哪天？", "{% for x in ask %}x{% endfor %}", "{% for"
    ),
    "attribute escape": Slip(
        "template-not-allowed", SILENCE, "手上的料", "{{ account.__class__ }}手上的料", "__class__"
    ),
    "item escape": Slip("template-not-allowed", SILENCE, "手上的料", "{{ account['x'] }}手上的料", "account['x']"),
    "call in a template": Slip("template-not-allowed", SILENCE, "手上的料", "{{ account.name() }}手上的料", "name()"),
    "filter in a template": Slip("template-not-allowed", SILENCE, "手上的料", "{{ account|upper }}手上的料", "|upper"),
    "template not closed": Slip("template-not-allowed", SILENCE, "手上的料", "{% if silence_grade %}手上的料", "{% if silence_grade %}"),
    "a line fewer": Slip("block-lines-differ", SILENCE, "    手上的料能用到哪天？\n", ""),
    "a slot fewer": Slip("block-slots-differ", SILENCE, "上一单是{{ last_product }}，", "上一单"),
    "message too long": Slip("message-too-long", SILENCE, "上一批货", "上一批货" * 20, "上一批货上一批货"),
    "message without salutation": Slip(
        "message-without-salutation", SILENCE, "{{ salutation }}，上一批货", "您好，上一批货", "您好，上一批货", "{{ salutation }}"
    ),
    "no silent case": Slip("case-missing", "playbooks/retention/own.yaml", "", "", "cases:", "silent"),
    "unknown case": Slip("unknown-case", SILENCE, "same_as: core account, 80", "same_as: core accont, 80", "accont", "core account"),
    "unknown entry": Slip("unknown-entry", SILENCE, "basis: [M98,", "basis: [M980,", "basis:", "M128"),
    "unknown play beside": Slip("unknown-play-code", SILENCE, "beside: []", "beside: [Q62]", "beside:", "P62"),
    "derivation cycle": Slip(
        "derivation-cycle",
        OWN_DERIVED,
        "",
        "first_one:\n  when: {second_one: true}\nsecond_one:\n  when: {first_one: true}\n",
        "",
    ),
    "derived fact without body": Slip("derived-without-body", OWN_DERIVED, "", "first_one: {type: integer}\n", "first_one"),
    "derived fact of an unknown metric": Slip(
        "unknown-metric", OWN_DERIVED, "", "first_one: {type: integer, metric: sails.sql}\n", "first_one", "sales.sql"
    ),
    "metric with two statements": Slip(
        "sql-statements", OWN_METRIC, "", "-- needs: orders\nSELECT id AS account_id, '' AS source FROM accounts; DROP TABLE orders\n",
        "needs",
    ),
    "metric that reads a file": Slip(
        "sql-outside", OWN_METRIC, "", "-- needs: orders\nSELECT account_id, '' AS source\nFROM read_csv('/etc/passwd')\n", "read_csv"
    ),
    "metric that reads the clock": Slip(
        "sql-clock", OWN_METRIC, "", "-- needs: orders\nSELECT account_id, now() AS source FROM orders\n", "now()", "as_of"
    ),
    "metric that fails": Slip(
        "metric-failed", OWN_METRIC, "", "-- needs: orders\nSELECT account_id, sum(amount) AS n, '' AS source FROM orders\n", ""
    ),
    "metric of an unknown table": Slip(
        "sql-unknown-table", OWN_METRIC, "", "-- needs: orders\nSELECT account_id, '' AS source\nFROM ordrs\n", "ordrs", "orders"
    ),
    "guard in one language": Slip("missing-language", PERSONAL, "  en:", "  xx:", "code:"),
}
# fmt: on


def make(slip: Slip, workspace: Path) -> list[Problem]:
    new = slip.new
    if slip.file.endswith("own.yaml") and not new:
        text = (Path(__file__).parents[1] / SURVEY).read_text(encoding="utf-8")
        new = text.replace("expect: silent", "expect: fires").replace("code: P58", "code: X58")
    content = planted(workspace, slip.file, slip.old, new)
    own = {file: metric for file, metric in content.metrics.items() if f"rules/metrics/{file}" == slip.file}
    return check(replace(content, metrics=own))  # the bundled metrics are sound, and to check them takes a while


def test_the_bundled_content_is_sound() -> None:
    wrong = [problem for problem in check(load()) if problem.level == "error"]
    assert wrong == []


@pytest.mark.parametrize("name", SLIPS)
def test_a_mistake_is_found_where_it_stands(name: str, tmp_path: Path) -> None:
    slip = SLIPS[name]
    found = make(slip, tmp_path)
    same = [problem for problem in found if problem.code == slip.code and problem.level == "error"]
    assert same, found
    path = (tmp_path / slip.file).as_posix()
    assert {problem.place.path for problem in same} == {path}
    if slip.mark:
        assert line_of(tmp_path, slip.file, slip.mark) in {problem.place.line for problem in same}
    else:
        assert all(problem.place.line for problem in same)
    for language in ("en", "zh"):
        text, hint = message(same[0], language)
        assert text and hint and not text.startswith(slip.code)
        assert not slip.hint or slip.hint in text + hint


def test_problems_come_by_file_and_line(tmp_path: Path) -> None:
    planted(tmp_path, STANDARD, "urgency: ", "urgancy: ")
    found = check(planted(tmp_path, SILENCE, "urgency: 3", "urgancy: 3"))
    places = [(problem.place.path, problem.place.line) for problem in found]
    assert places == sorted(places) and len({path for path, _ in places}) >= 2


def test_a_play_that_is_not_written_yet_is_a_warning(tmp_path: Path) -> None:
    content = planted(tmp_path, SILENCE, "beside: []", "beside: [P999]")
    found = [problem for problem in check(content) if problem.details.get("name") == "P999"]
    assert [problem.level for problem in found] == ["warning"]


def test_each_reading_of_a_message_is_measured(tmp_path: Path) -> None:
    """The longer arm of an `if` counts; both arms together do not."""
    arm = "上一批货" * 8
    either = "{% if silence_grade == 'deep' %}" + arm + "{% else %}" + arm + "{% endif %}"
    content = planted(tmp_path, SILENCE, "上一批货", either)
    assert "message-too-long" not in {problem.code for problem in check(content)}
