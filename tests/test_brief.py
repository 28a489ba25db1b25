"""The account brief: its sections by the method, in both languages and three formats, on rich data and on poor."""

from __future__ import annotations

import functools
import html as markup
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support import AS_OF, SHARED, bundled, demo, needs_shared, opened

from advisor.advice import session
from advisor.advice.workspace import Wish
from advisor.bench.check_brief import check_brief, check_brief_plays
from advisor.content.kept import load
from advisor.pages import brief_pages
from advisor.pages.brief import Block, Brief, Chapter, brief
from advisor.pages.page_text import WIDTH, width
from cli import main

LANGUAGES = ("zh", "en")
FORMATS = {"text": brief_pages.text, "md": brief_pages.markdown, "html": brief_pages.html}
ANALYSES = ("Industry", "Competition", "Individual needs", "Customised solution", "Service-support capability")
SIX = (*ANALYSES, "Customer plan")
FIVE = ("Traits of the buyers", "Rivals", "Intermediaries", "Suppliers", "Our own firm")


@functools.cache
def made(account: str, language: str = "en", reader: str = "rep") -> Brief:
    advisor = demo(language)
    return brief(advisor, session.find_account(advisor.book, account), reader)


def of_facts(tmp_path: Path, reader: str = "rep", language: str = "en", **tables: Any) -> Brief:
    """The brief of one account's facts."""
    facts = {"as_of": AS_OF.isoformat(), "account": {"id": "A1", "name": "Probe Ltd"}, **tables}
    advisor = opened(facts, tmp_path, language)
    return brief(advisor, advisor.book.accounts()[0], reader)


def chapter(found: Brief, name: str) -> Chapter | None:
    """The chapter of a section by its name in rules/brief.yaml."""
    section = next(one for one in bundled().brief.sections if one.name == name)
    return next((one for one in found.chapters if one.title in section.title.values()), None)


def blocks(found: Brief, name: str) -> tuple[Block, ...]:
    one = chapter(found, name)
    return one.blocks if one else ()


def lines(found: Brief, name: str) -> str:
    return "\n".join(line for block in blocks(found, name) for line in block.lines)


def table(found: Brief, name: str) -> list[dict[str, str]]:
    """The rows of a section's table, each cell by its head; `!` says whether the row is a gap."""
    block = next(block for block in blocks(found, name) if block.rows)
    return [{**dict(zip(block.heads, row.cells, strict=True)), "!": "gap" if row.gap else ""} for row in block.rows]


def entries(found: Brief, name: str) -> dict[str, str]:
    return {entry.title: entry.state for block in blocks(found, name) for entry in block.entries}


# --- what the entries of the method ask for ------------------------------------------------------


def test_m26_two_of_four_and_the_gaps_named(tmp_path: Path) -> None:
    people = [
        {"id": "C1", "name": "Ann", "department": "finance"},
        {"id": "C2", "name": "Bo", "department": "purchasing"},
    ]
    said = lines(of_facts(tmp_path, contacts=people), "people")
    assert "2/4" in said and "top management" in said and "user department" in said


def test_m32_the_four_steps_in_the_order_of_the_method(tmp_path: Path) -> None:
    account = {"id": "A1", "name": "P", "stage": "regular", "profile_completeness_ratio": 0.3,
               "profile_updated_on": "2026-01-05"}  # fmt: skip
    found = of_facts(tmp_path, account=account, needs=[])
    titles = [bundled().play(code).title["en"] for code in ("P31", "P32", "P28", "P29")]
    listed = entries(found, "steps_to_needs")
    assert [name.partition(" | ")[0] for name in listed] == titles
    assert list(listed.values())[:2] == ["due", "due"]


def test_m71_the_file_comes_before_the_plan(tmp_path: Path) -> None:
    account = {"id": "A1", "name": "P", "stage": "regular", "tier": "large", "profile_completeness_ratio": 0.3,
               "plan_on": None}  # fmt: skip
    listed = [name.partition(" | ")[0] for name in entries(of_facts(tmp_path, account=account), "steps_of_account")]
    assert listed == [bundled().play(code).title["en"] for code in ("P31", "P32", "P49")]


def test_m34_the_largest_shortfall_is_told_first(tmp_path: Path) -> None:
    needs = [
        {"id": "N1", "kind": "quality", "layer": "additional", "tag": "even", "our_fit": 0.9, "rival_fit": 0.8},
        {"id": "N2", "kind": "service", "layer": "additional", "tag": "behind", "our_fit": 0.7, "rival_fit": 0.8},
        {"id": "N3", "kind": "service", "layer": "additional", "tag": "far behind", "our_fit": 0.6, "rival_fit": 0.8},
        {"id": "N4", "kind": "quality", "layer": "core", "tag": "core", "our_fit": 0.9, "rival_fit": 0.8},
    ]
    found = of_facts(tmp_path, needs=needs)
    assert lines(found, "needs").startswith("Mend first: far behind, we 60%, the rival 80%.")
    assert [row["Need"].partition(": ")[2] for row in table(found, "needs")] == ["core", "far behind", "behind", "even"]
    assert [row["Lead"] for row in table(found, "needs")] == ["10%", "-20%", "-10%", "10%"]


def test_m41_the_next_value_of_the_stage(tmp_path: Path) -> None:
    talks = [{"id": "I1", "occurred_on": "2026-11-01", "values": ["brand"]}]
    found = of_facts(tmp_path, account={"id": "A1", "name": "P", "stage": "new"}, interactions=talks)
    assert "To tell now: product" in lines(found, "stage")


def test_m42_two_of_nine(tmp_path: Path) -> None:
    talks = [{"id": "I1", "occurred_on": "2026-11-01", "values": ["product", "brand"]}]
    assert "2/9: product, brand" in lines(of_facts(tmp_path, interactions=talks), "stage")


def test_m68_m125_the_plan_has_five_headings_and_then_six(tmp_path: Path) -> None:
    sections = ["industry", "competition", "individual_needs", "custom_solution", "customer_plan"]
    plan = {"plan_on": "2025-01-10", "plan_sections": sections}
    account = {"id": "A1", "name": "P", "stage": "regular", "tier": "large", **plan}
    found = of_facts(tmp_path, account=account)
    listed = entries(found, "plan")
    assert tuple(listed) == (*FIVE, *SIX)
    assert [name for name in SIX if listed[name] == "due"] == ["Service-support capability"]
    assert "the last plan lacks: service-support capability." in lines(found, "plan")


def test_m69_a_strategy_without_affinity_is_told(tmp_path: Path) -> None:
    account = {"id": "A1", "name": "P", "tier": "large", "stage": "regular", "plan_on": "2025-01-10",
               "plan_sections": ["understanding", "standing", "management"]}  # fmt: skip
    assert "missing: customer affinity." in lines(of_facts(tmp_path, account=account), "plan")


def test_m111_three_dated_blocks_where_a_plan_is_due() -> None:
    said = lines(made("A07"), "plan")
    assert [day in said for day in ("20 Dec", "19 Jan 2027", "18 Feb 2027")] == [True] * 3
    assert chapter(made("A01"), "plan") is None


def test_m70_worth_and_tier_are_shown() -> None:
    said = lines(made("A01"), "worth")
    assert "Tier: large (platinum)" in said and "Lifetime value ¥" in said


def test_m72_a_key_account_without_a_service_centre(tmp_path: Path) -> None:
    account = {"id": "A1", "name": "P", "tier": "large", "stage": "core", "service_centre": False}
    assert "service centre" in lines(of_facts(tmp_path, account=account), "worth")


def test_m73_five_cautions(tmp_path: Path) -> None:
    account = {"id": "A1", "name": "P", "tier": "large", "stage": "core", "team": ["marketing"]}
    listed = entries(of_facts(tmp_path, "manager", account=account), "review")
    assert listed["Front and back stage joined"] == "gap" and listed["One to one"] == "gap"
    assert listed["Aim at full satisfaction"] == "unknown"


def test_m86_m106_fair_barriers_after_satisfaction() -> None:
    said = lines(made("A20"), "worth")
    assert said.index("satisfaction first") < said.index("training")


def test_m98_too_few_orders_are_only_a_number(tmp_path: Path) -> None:
    def orders(*days: str) -> list[dict[str, Any]]:
        return [{"id": f"R{n}", "ordered_on": day, "amount": 100} for n, day in enumerate(days)]

    three = lines(of_facts(tmp_path, orders=orders("2026-01-05", "2026-02-04", "2026-03-16")), "rhythm")
    assert "only 3, too few for a rhythm" in three and "call and ask" in three and "By their own rhythm" not in three
    one = lines(of_facts(tmp_path, orders=orders("2026-10-05")), "rhythm")
    assert "ordered once: 5 Oct" in one and "times the longest" not in one
    freak = orders("2026-01-05", "2026-01-15", "2026-01-25", "2026-02-04", "2026-09-01", "2026-09-11", "2026-09-21")
    assert "One pause was unusually long" in lines(of_facts(tmp_path, orders=freak), "rhythm")


def test_m98_m100_the_rhythm_in_words() -> None:
    said = lines(made("A05"), "rhythm")
    assert "By their own rhythm: silent (deep)" in said and "last order in the last fifth" in said
    assert not re.search(r"\b[1-5]{3}\b", said.replace(",", ""))


def test_m112_how_far_the_last_talk_got() -> None:
    assert "After the last talk: understood" in lines(made("A07"), "stage")


def test_m113_build_deepen_maintain(tmp_path: Path) -> None:
    people = [
        {"id": "C1", "name": "Ann", "buying_roles": ["user"], "closeness": 1, "trust": 5},
        {"id": "C2", "name": "Bo", "buying_roles": ["technical"], "closeness": 4, "trust": 3},
        {"id": "C3", "name": "Cy", "buying_roles": ["decider"], "closeness": 4, "trust": 4},
    ]
    rows = {row["Person"]: row["Next"] for row in table(of_facts(tmp_path, contacts=people), "people") if row["Next"]}
    assert rows == {"Ann": "build from nothing", "Bo": "deepen it", "Cy": "keep it up"}


def test_m115_what_is_not_known_of_a_rival_is_a_gap() -> None:
    row = table(made("A19"), "rivals")[0]
    assert row["Product"] == row["Content"] == "?" and row["Their rep"] == "4" and row["!"]
    assert not table(made("A03"), "rivals")[0]["!"]


def test_m117_news_with_its_confidence(tmp_path: Path) -> None:
    event = {"id": "A1", "name": "P", "event_kind": "expansion", "event_on": "2026-11-10"}
    for source, grade in (("registry", "high"), ("rumour", "low")):
        said = lines(of_facts(tmp_path, account={**event, "event_source": source}), "unsettled")
        assert f"expansion (confidence {grade})" in said


def test_m118_share_of_wallet_and_price_band(tmp_path: Path) -> None:
    rivals = [{"id": f"K{n}", "name": f"R{n}", "move": "quoting", "price_index": index, "seen_on": "2026-11-10"}
              for n, index in enumerate((0.95, 1.05))]  # fmt: skip
    account = {"id": "A1", "name": "P", "category_spend": 10_000_000, "annual_sales": 2_000_000}
    found = of_facts(tmp_path, account=account, competitors=rivals)
    assert "We supply 20%" in lines(found, "worth") and "0.95–1.05" in lines(found, "rivals")


def test_m121_the_next_step_of_service(tmp_path: Path) -> None:
    for step, then in ((2, "Next step of service: added value"), (5, "")):
        found = of_facts(tmp_path, account={"id": "A1", "name": "P", "tier": "large", "service_step": step})
        said = lines(found, "worth")
        assert then in said if then else "step of service" not in said


def test_m122_the_only_gap_is_the_hand_over(tmp_path: Path) -> None:
    account = {
        "id": "A1", "name": "P", "tier": "large", "stage": "core", "tier_reviewed_on": "2026-10-01",
        "plan_on": "2026-10-01", "team": ["marketing", "finance", "technical_support"], "sponsor_id": "R5",
        "profile_completeness_ratio": 0.9, "process_controlled": True, "goals_set": True, "backup_owner_id": None,
    }  # fmt: skip
    tables: dict[str, Any] = {"surveys": [{"id": "S1", "surveyed_on": "2026-10-01", "level": "highly_satisfied"}],
                              "complaints": [], "needs": [], "orders": [], "opportunities": []}  # fmt: skip
    found = of_facts(tmp_path, "manager", account=account, **tables)
    eight = blocks(found, "review")[0].entries
    assert len(eight) == 8
    assert [entry.title for entry in eight if entry.state != "ok"] == ["Risk and hand-over"]
    assert chapter(of_facts(tmp_path, account=account, **tables), "review") is None


# --- the decision map ----------------------------------------------------------------------------


def test_the_decision_map_marks_the_key_people_and_the_gaps() -> None:
    rows = {row["Role"]: row for row in table(made("A01"), "people") if row["Role"]}
    assert rows["technical staff ★"]["!"] and rows["technical staff ★"]["Depth"] == "stranger"
    assert not rows["user"]["!"]
    poor = {row["Role"]: row for row in table(made("A12"), "people")}
    assert poor["decision-maker"]["Person"] == "nobody on file" and poor["decision-maker"]["!"]


def test_somebody_whose_role_is_not_known_stands_apart(tmp_path: Path) -> None:
    people = [{"id": "C1", "name": "Ann"}, {"id": "C2", "name": "Bo", "buying_roles": ["user"]}]
    rows = table(of_facts(tmp_path, contacts=people), "people")
    assert (rows[-1]["Role"], rows[-1]["Person"]) == ("role not on file", "Ann")
    alone = of_facts(tmp_path, contacts=people[:1])
    assert [row["Person"] for row in table(alone, "people")] == ["Ann"], "no gaps where no role at all is known"
    assert "who decides is not on file" in lines(alone, "people")
    assert lines(of_facts(tmp_path, contacts=[]), "people") == "No contact on file yet."


def test_people_who_left_are_not_on_the_map() -> None:
    gone = [row for row in demo("en").book.tables["contact"] or () if row.get("left_on").known]
    assert gone
    for row in gone:
        assert row.text("name") not in {one.get("Person") for one in table(made(row.text("account_id")), "people")}


# --- what must not be there ----------------------------------------------------------------------


def test_guarded_facts_never_appear(tmp_path: Path) -> None:
    people = [
        {"id": "C1", "name": "Ann", "buying_roles": ["user"], "sensitive_fields": ["ZEBRA"], "demands_benefit": True},
        {
            "id": "C2",
            "name": "Bo",
            "buying_roles": ["decider"],
            "public_official": True,
            "consent_personal_data": False,
        },
    ]
    talks = [
        {"id": "I1", "occurred_on": "2026-11-01", "values": ["brand"], "info_confidential": True},
        {"id": "I2", "occurred_on": "2026-11-02", "benefit_to_person": True, "benefit_value": 98765},
    ]
    for reader in ("rep", "manager", "sponsor", "service", "finance"):
        for language in LANGUAGES:
            found = of_facts(tmp_path, reader, language, contacts=people, interactions=talks)
            for lay in FORMATS.values():
                said = lay(found)
                assert "ZEBRA" not in said and "98,765" not in said and "98765" not in said
            assert "1/9" not in brief_pages.text(found), "a barred talk counts for nothing"


def test_somebody_nobody_shall_see_is_on_no_map() -> None:
    advisor = demo("en")
    for account in advisor.book.accounts():
        facts = advisor.facts(account)
        barred = advisor.not_to_see(facts)
        said = brief_pages.text(made(account.id)) if barred else ""
        for row in facts.rows("contact") or ():
            assert row.id not in barred or row.text("name") not in said


def test_sections_for_managers_are_not_on_the_reps_brief() -> None:
    for name in ("margin", "review"):
        assert chapter(made("A07"), name) is None and chapter(made("A07", reader="manager"), name)


# --- pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("account", ["A01", "A07", "A12", "A30", "A10"])
def test_text_fits_eighty_columns(account: str, language: str) -> None:
    said = brief_pages.text(made(account, language))
    assert [line for line in said.splitlines() if width(line) > WIDTH] == []
    assert not re.search(r"\b[PM]\d{2,3}\b|\{\{|None|Slot\(", said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_account_of_the_demo_has_a_brief(language: str) -> None:
    for row in demo(language).book.accounts():
        found = made(row.id, language)
        assert all(block.lines or block.rows or block.entries for one in found.chapters for block in one.blocks)
        for lay in FORMATS.values():
            assert lay(found) == lay(found)


def test_both_languages_say_the_same() -> None:
    for account in ("A01", "A07", "A12", "A19"):
        shapes = [
            [(len(block.lines), len(block.rows), len(block.entries)) for one in made(account, language).chapters
             for block in one.blocks]
            for language in LANGUAGES
        ]  # fmt: skip
        assert shapes[0] == shapes[1]


class Texts(HTMLParser):
    """What a reader of the page sees, and what the page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br", "link", "img"):
            self.open.append(tag)
        self.fetched += [name for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.seen.append(data)


@pytest.mark.parametrize("language", LANGUAGES)
def test_html_is_whole_self_contained_and_escaped(language: str, tmp_path: Path) -> None:
    account = {"id": "A1", "name": "<b>P&Q</b>", "stage": "regular", "industry": "<script>x</script>"}
    people = [{"id": "C1", "name": '"><img src=x>', "buying_roles": ["user"]}]
    found = of_facts(tmp_path, "manager", language, account=account, contacts=people)
    for one in (found, made("A07", language, "manager")):
        page = brief_pages.html(one)
        reader = Texts()
        reader.feed(page)
        assert not reader.open and not reader.fetched and "size:A4" in page
        assert "<script" not in page and "<img" not in page
    assert '"><img src=x>' in markup.unescape("".join(of_page(brief_pages.html(found))))


def of_page(page: str) -> list[str]:
    reader = Texts()
    reader.feed(page)
    return reader.seen


def test_markdown_is_harmless(tmp_path: Path) -> None:
    found = of_facts(tmp_path, contacts=[{"id": "C1", "name": "a|b *c*", "buying_roles": ["user"]}])
    rows = [line for line in brief_pages.markdown(found).splitlines() if line.startswith("| user")]
    assert rows and "a\\|b \\*c\\*" in rows[0]


def test_the_page_says_that_it_is_for_ourselves() -> None:
    for lay in FORMATS.values():
        assert "do not leave it with the customer" in lay(made("A01"))


# --- poor data -----------------------------------------------------------------------------------


def test_a_name_alone_gives_the_advice_and_no_empty_section(tmp_path: Path) -> None:
    found = of_facts(tmp_path)
    assert found.chapters == ()
    assert "Probe Ltd" in brief_pages.text(found) and len(brief_pages.text(found).splitlines()) < 30


def test_ten_columns_of_a_sheet(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text(
        "id,name,industry,region,stage,tier,owner_id,annual_sales,last_visit,phone\n"
        "K1,Alpha,packaging,east,regular,medium,R1,120000,2026-10-01,1\nK2,Beta,food,west,,,,,,2\n",
        encoding="utf-8",
    )
    result = CliRunner().invoke(
        main, ["brief", "Beta", "--data", str(tmp_path), "--as-of", "2026-11-20", "--lang", "en"]
    )
    assert result.exit_code == 0, result.output
    assert "Beta" in result.stdout and "Who counts" not in result.stdout
    rich = CliRunner().invoke(
        main, ["brief", "Alpha", "--data", str(tmp_path), "--as-of", "2026-11-20", "--lang", "en"]
    )
    assert "Sales of the last year ¥120,000" in rich.stdout


@needs_shared
@pytest.mark.parametrize("account", ["ALFKI", "PARIS"])
def test_northwind(account: str) -> None:
    advisor = session.open_book(Wish(data=SHARED / "data/northwind", language="en", history=Path("/nonexistent")))
    found = brief(advisor, session.find_account(advisor.book, account))
    assert chapter(found, "rhythm") and chapter(found, "rivals") is None and chapter(found, "needs") is None
    assert [line for line in brief_pages.text(found).splitlines() if width(line) > WIDTH] == []


# --- the command and the content -----------------------------------------------------------------


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_the_command_prints_each_format(form: str) -> None:
    result = CliRunner().invoke(main, ["brief", "A01", "--format", form, "--lang", "zh"])
    assert result.exit_code == 0, result.output
    assert result.stdout == FORMATS[form](made("A01", "zh"))


def test_content_of_the_brief_is_sound() -> None:
    assert [*check_brief(bundled()), *check_brief_plays(bundled())] == []
    assert not bundled().problems


def test_mistakes_in_the_brief_are_reported(tmp_path: Path) -> None:
    text = """sections:
  mine:
    title: {zh: 我的}
    for: [boss]
    parts:
      - of: contacts
        zh: a
        en: b
      - of: contact
        order: [sensitive_fields]
        zh: |
          {{ nmae }}
        en: |
          {{ demands_benefit }}
      - plays: [P99]
        colour: red
"""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/brief.yaml").write_text(text, encoding="utf-8")
    content = load(tmp_path)
    found = {problem.code for problem in (*content.problems, *check_brief(content), *check_brief_plays(content))}
    assert found >= {"missing-language", "unknown-word", "unknown-rows", "guarded-fact", "unknown-key"}
    assert found >= {"template-unknown-name", "block-slots-differ", "unknown-play-code"}
