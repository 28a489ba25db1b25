// json-rules-engine over the same flat facts, as peer_engines.py has the others.
//
//     node benchmarks/peer_json_rules.mjs FOLDER MODULES
//
// MODULES is a folder in whose node_modules the package is installed.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [folder, modules] = process.argv.slice(2);
const load = createRequire(join(modules, "package.json"));
const { Engine } = load("json-rules-engine");
const { version } = load("json-rules-engine/package.json");

// Unknown is null, and compares to nothing. An empty group is told apart by a fact that is always there.
const OPERATORS = {
  "<": (data, limit) => data !== null && data < limit,
  "<=": (data, limit) => data !== null && data <= limit,
  ">": (data, limit) => data !== null && data > limit,
  ">=": (data, limit) => data !== null && data >= limit,
  in: (data, limit) => data !== null && limit.includes(data),
  out: (data, limit) => data !== null && !limit.includes(data),
  here: (data) => data !== null,
  missing: (data) => data === null,
  always: (data, limit) => limit,
};

function condition([op, ...rest]) {
  if (op === "all" || op === "any") {
    return rest.length ? { [op]: rest.map(condition) } : { fact: "one", operator: "always", value: op === "all" };
  }
  return { fact: rest[0], operator: op, value: rest.length > 1 ? rest[1] : null };
}

function whole(rule) {
  const found = condition(rule);
  return "fact" in found ? { all: [found] } : found;
}

const rules = JSON.parse(readFileSync(join(folder, "rules.json"), "utf-8"));
const lines = readFileSync(join(folder, "facts.jsonl"), "utf-8").split("\n").filter(Boolean);
const accounts = lines.map((line) => ({ one: 1, ...JSON.parse(line) }));
const engine = new Engine();
for (const [name, test] of Object.entries(OPERATORS)) engine.addOperator(name, test);
for (const [play, rule] of Object.entries(rules)) engine.addRule({ conditions: whole(rule), event: { type: play } });

await engine.run(accounts[0]);
const start = performance.now();
const matches = [];
for (const account of accounts) {
  const { events } = await engine.run(account);
  matches.push(events.map((event) => event.type));
}
const seconds = (performance.now() - start) / 1000;
writeFileSync(join(folder, "json-rules-engine.json"), JSON.stringify({ version, seconds, matches }));
