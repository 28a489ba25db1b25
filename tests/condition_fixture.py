"""A small vocabulary and book for the tests of conditions: every type of fact, every kind of entity."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from advisor.content.read_conditions import Scope, read_node
from advisor.content.read_rules import read_vocabulary
from advisor.core.facts import AccountFacts, Knowledge
from advisor.core.model import Problem, Row, Value, known, none
from advisor.core.tree import Node
from advisor.core.vocabulary import Vocabulary
from advisor.core.yaml_in import Item, parse

AS_OF = datetime.date(2026, 11, 20)
POLICY: Mapping[str, Any] = {
    "big_sales": Decimal("100.50"),
    "discount_max": Decimal("0.15"),
    "few": 2,
    "idle": 30,
    "start": datetime.date(2026, 1, 1),
    "good_stages": ("lead", "active"),
    "core_team": ("sales", "finance"),
}
ENTITIES = """
entities:
  account:
    table: accounts
    rows: one
    fields:
      id: {type: text}
      name: {type: text}
      stage: {type: choice, choices: stage}
      depth: {type: choice, choices: depth}
      wanted_depth: {type: choice, choices: depth}
      vip: {type: yes_no}
      visits: {type: integer}
      score: {type: number}
      sales: {type: money}
      target: {type: money}
      share: {type: ratio}
      idle: {type: days}
      reviewed_on: {type: date}
      signed_on: {type: date}
      team: {type: choices, choices: team}
      wanted_team: {type: choices, choices: team}
      tags: {type: texts}
      owner_id: {type: ref, to: rep}
      conditions: {type: map, of: yes_no, keys: {two_way: {en: Two way}, timing: {en: Timing}}}
  contact:
    table: contacts
    rows: many
    fields:
      id: {type: text}
      account_id: {type: ref, to: account}
      roles: {type: choices, choices: role}
      influence: {type: integer}
      depth: {type: choice, choices: depth}
      left_on: {type: date}
  order:
    table: orders
    rows: many
    dated: ordered_on
    fields:
      id: {type: text}
      account_id: {type: ref, to: account}
      ordered_on: {type: date}
      amount: {type: money}
      paid: {type: yes_no}
      contact_id: {type: text}
      product_id: {type: ref, to: product}
  opportunity:
    table: opportunities
    rows: many
    fields:
      id: {type: text}
      account_id: {type: ref, to: account}
      open: {type: yes_no}
      amount: {type: money}
      step: {type: integer}
      product_id: {type: ref, to: product}
  product:
    table: products
    rows: book
    fields:
      id: {type: text}
      margin: {type: ratio}
      fresh: {type: yes_no}
      kinds: {type: choices, choices: kind}
  rep:
    table: reps
    rows: book
    fields:
      id: {type: text}
      level: {type: choice, choices: depth}
  own:
    table: own
    rows: single
    fields:
      capacity: {type: integer}
      skills: {type: choices, choices: team}
choices:
  stage: {values: {lead: {zh: 线索, en: Lead}, active: {zh: 合作, en: Active}, lost: {zh: 流失, en: Lost}}}
  depth:
    ordered: true
    values:
      stranger: {zh: 生疏, en: Stranger}
      impression: {zh: 印象, en: Impression}
      friend: {zh: 朋友, en: Friend}
      partner: {zh: 伙伴, en: Partner}
  team: {values: {sales: {en: Sales}, service: {en: Service}, finance: {en: Finance}}}
  role: {values: {user: {en: User}, decider: {en: Decider}, purchaser: {en: Purchaser}}}
  kind: {values: {pump: {en: Pump}, valve: {en: Valve}}}
"""


def _vocabulary() -> Vocabulary:
    item, problems = parse(ENTITIES, "fixture.yaml")
    vocabulary = read_vocabulary(item, problems)
    assert not problems, problems
    return vocabulary


VOCABULARY = _vocabulary()
REFS = {(e.name, f.name): f.to for e in VOCABULARY.entities.values() for f in e.fields.values() if f.type == "ref"}
KNOWLEDGE = Knowledge({}, REFS, {})


class Shelf:
    """A book of one account's rows and the rows that all accounts share. A table that is not there is unknown."""

    in_book = False

    def __init__(self, tables: Mapping[str, tuple[Row, ...]]) -> None:
        self.as_of = AS_OF
        self.tables = tables

    def rows_of(self, entity: str, account_id: str) -> tuple[Row, ...] | None:
        return self.tables.get(entity)

    def find(self, entity: str, row_id: str) -> Row | None:
        return next((row for row in self.tables.get(entity, ()) if row.id == row_id), None)

    def metric(self, file: str, account_id: str) -> Mapping[str, Value]:
        return {}


def scope(about: str = "account", problems: list[Problem] | None = None) -> Scope:
    rows = ("account",) if about == "account" else ("account", about)
    return Scope(VOCABULARY, POLICY, rows, [] if problems is None else problems, about_row=about != "account")


def condition(item: Item, about: str = "account") -> Node:
    """The tree of a condition that must be without problems."""
    reading = scope(about)
    node = read_node(item, reading)
    assert not reading.problems, reading.problems
    return node


def row(entity: str, data: Mapping[str, Any], number: int = 1) -> Row:
    """A record; a field that is None is known to be none, one that is left out is unknown."""
    values: dict[str, Value] = {}
    for name, cell in data.items():
        for key, one in _flat(name, cell):
            values[key] = none() if one is None else known(tuple(one) if isinstance(one, list) else one)
    return Row(entity, str(data.get("id", f"{entity}{number}")), values)


def _flat(name: str, cell: Any) -> list[tuple[str, Any]]:
    return [(f"{name}.{key}", one) for key, one in cell.items()] if isinstance(cell, dict) else [(name, cell)]


def subject(given: Mapping[str, Any], about: str = "account") -> tuple[AccountFacts, tuple[Row, ...]]:
    """The facts and the rows in hand of a case: entities by name, everything else a field of the account."""
    tables = {
        entity: tuple(row(entity, one, n) for n, one in enumerate(rows if isinstance(rows, list) else [rows], 1))
        for entity, rows in given.items()
        if entity in VOCABULARY.entities
    }
    account = row("account", {key: cell for key, cell in given.items() if key not in VOCABULARY.entities})
    facts = AccountFacts(Shelf(tables), KNOWLEDGE, account)
    return facts, facts.hand(account if about == "account" else tables[about][0])
