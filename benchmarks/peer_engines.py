"""Other rule engines over the same flat facts. Runs by itself, in an environment that has them.

    python benchmarks/peer_engines.py ENGINE FOLDER

FOLDER has rules.json (rules by play) and facts.jsonl (one account a line, null where unknown); the matches go to
ENGINE.json with the engine's version and the seconds of matching alone: engines are built and facts read before.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

Account = dict[str, Any]
Run = Callable[[list[Account]], list[list[str]]]


def infix(rule: list[Any], nothing: str = "null") -> str:
    """A rule as an expression with `and`, `or`, `in`; zen-engine and rule-engine write it alike."""
    op = rule[0]
    if op in ("all", "any"):
        parts = [infix(one) for one in rule[1:]]
        return f"({' and '.join(parts) if op == 'all' else ' or '.join(parts)})" if parts else _truth(op == "all")
    if op in ("here", "missing"):
        return f"({rule[1]} {'!=' if op == 'here' else '=='} {nothing})"
    name, limit = rule[1:]
    if op not in ("in", "out"):
        return f"({name} != {nothing} and {name} {op} {limit})"
    sign, word = ("==", " or ") if op == "in" else ("!=", " and ")
    one_of = word.join(f"{name} {sign} {json.dumps(one, ensure_ascii=False)}" for one in limit)
    return f"({name} != {nothing} and ({one_of or _truth(op == 'out')}))"


def _truth(holds: bool) -> str:
    return "1 == 1" if holds else "1 == 2"


# --- zen-engine ----------------------------------------------------------------------------------


def _table(rules: dict[str, list[Any]]) -> str:
    """A decision table that collects the plays whose expression holds."""
    rows = [{"_id": play, "i": infix(rule), "o": json.dumps(play)} for play, rule in rules.items()]
    content = {
        "hitPolicy": "collect",
        "inputs": [{"id": "i", "name": "condition", "field": ""}],
        "outputs": [{"id": "o", "name": "play", "field": "play"}],
        "rules": rows,
    }
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode"},
        {"id": "plays", "name": "plays", "type": "decisionTableNode", "content": content},
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    edges = [{"id": "a", "sourceId": "in", "targetId": "plays"}, {"id": "b", "sourceId": "plays", "targetId": "out"}]
    return json.dumps({"nodes": nodes, "edges": edges})


def _found(response: Any) -> list[str]:
    return [one["play"] for one in response["result"]]


def zen_engine(rules: dict[str, list[Any]], names: list[str]) -> Run:
    import zen

    decision = zen.ZenEngine().create_decision(_table(rules))
    return lambda accounts: [_found(decision.evaluate(one)) for one in accounts]


def zen_engine_batch(rules: dict[str, list[Any]], names: list[str]) -> Run:
    import zen

    engine = zen.ZenEngine({"loader": {"type": "static", "content": {"plays": json.loads(_table(rules))}}})

    def run(accounts: list[Account]) -> list[list[str]]:
        answers = engine.evaluate_batch([{"key": "plays", "context": one} for one in accounts])
        return [_found(one["data"]) for one in answers]

    return run


# --- rule-engine ---------------------------------------------------------------------------------


def rule_engine(rules: dict[str, list[Any]], names: list[str]) -> Run:
    import rule_engine as library

    context = library.Context(default_value=None)
    compiled = [(play, library.Rule(infix(rule), context=context)) for play, rule in rules.items()]
    return lambda accounts: [[play for play, rule in compiled if rule.matches(one)] for one in accounts]


# --- CLIPS ---------------------------------------------------------------------------------------


def _prefix(rule: list[Any]) -> str:
    op = rule[0]
    if op in ("all", "any"):
        parts = [_prefix(one) for one in rule[1:]]
        if len(parts) < 2:
            return parts[0] if parts else "TRUE" if op == "all" else "FALSE"
        return f"({'and' if op == 'all' else 'or'} {' '.join(parts)})"
    name = f"?{rule[1]}"
    if op in ("here", "missing"):
        return f"({'neq' if op == 'here' else 'eq'} {name} nil)"
    if op not in ("in", "out"):
        return f"(and (neq {name} nil) ({op} {name} {rule[2]}))"
    tests = " ".join(_same(name, one) for one in rule[2])
    one_of = tests if len(rule[2]) == 1 else f"(or {tests})"
    return f"(and (neq {name} nil) {one_of if op == 'in' else f'(not {one_of})'})"


def _same(name: str, data: Any) -> str:
    if isinstance(data, bool):
        return f"(eq {name} {'TRUE' if data else 'FALSE'})"
    if isinstance(data, str):
        return f"(eq {name} {json.dumps(data, ensure_ascii=False)})"
    return f"(= {name} {data})"


def _reads(rule: list[Any]) -> set[str]:
    return set().union(*map(_reads, rule[1:])) if rule[0] in ("all", "any") else {rule[1]}


def _defrule(play: str, rule: list[Any]) -> str:
    """Parts about one fact stand in its slot, where rules share them; the rest is a test."""
    parts = rule[1:] if rule[0] == "all" else [rule]
    slots: dict[str, list[str]] = {name: [] for name in sorted(_reads(rule))}
    tests = []
    for part in parts:
        names = _reads(part)
        (slots[min(names)] if len(names) == 1 else tests).append(_prefix(part))
    written = " ".join(f"({name} ?{name}{''.join(f'&:{one}' for one in found)})" for name, found in slots.items())
    asked = " ".join(f"(test {one})" for one in tests)
    return f"(defrule {play} (account (id ?id) {written}) {asked} => (noted ?id {json.dumps(play)}))"


def clipspy(rules: dict[str, list[Any]], names: list[str]) -> Run:
    import clips

    environment = clips.Environment()
    seen: dict[int, list[str]] = {}
    environment.define_function(lambda number, play: seen[number].append(play), name="noted")
    environment.build(f"(deftemplate account (slot id) {' '.join(f'(slot {one} (default nil))' for one in names)})")
    for play, rule in rules.items():
        environment.build(_defrule(play, rule))
    template = environment.find_template("account")

    def run(accounts: list[Account]) -> list[list[str]]:
        for number, account in enumerate(accounts):
            seen[number] = []
            fact = template.assert_fact(id=number, **{name: one for name, one in account.items() if one is not None})
            environment.run()
            fact.retract()
        return [seen[number] for number in range(len(accounts))]

    return run


ENGINES = {
    "zen-engine": (zen_engine, "zen-engine"),
    "zen-engine, batch call": (zen_engine_batch, "zen-engine"),
    "clipspy": (clipspy, "clipspy"),
    "rule-engine": (rule_engine, "rule-engine"),
}


def main() -> None:
    engine, folder = sys.argv[1], Path(sys.argv[2])
    rules = json.loads((folder / "rules.json").read_text(encoding="utf-8"))
    accounts = [json.loads(line) for line in (folder / "facts.jsonl").read_text(encoding="utf-8").splitlines()]
    build, package = ENGINES[engine]
    run = build(rules, list(accounts[0]))
    run(accounts[:1])
    start = time.perf_counter()
    found = run(accounts)
    seconds = time.perf_counter() - start
    answer = {"version": version(package), "seconds": seconds, "matches": found}
    (folder / f"{engine}.json").write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()
