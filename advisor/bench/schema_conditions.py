"""JSON Schema of conditions: which facts may stand where, and what each may be compared with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from advisor.content.read_conditions import COMPARE, DATE_OPS, LIST_OPS, STATE_OPS
from advisor.core.vocabulary import LISTS, NUMERIC, Entity, Field, Vocabulary

Schema = dict[str, Any]
Texts = Mapping[str, Mapping[str, Mapping[str, str]]]
_NAMED = r"^\$[a-z_][\w.]*$"
_DATE = r"^\d{4}-\d{2}-\d{2}$"
_AMOUNT = r"^-?\d+(\.\d+)?( ?%| ?(day|week|month|year)s?)?$"
_PHRASE = r"^(is |between |has |lacks |more than |less than |at least |at most |older than |within (last|next) )"


def described(schema: Schema, texts: Mapping[str, str] | None) -> Schema:
    """A schema with its description in both languages, where there is one."""
    if not texts:
        return schema
    both = [texts[one] for one in ("zh", "en") if texts.get(one)]
    return {**schema, "description": " / ".join(both), "markdownDescription": "  \n".join(both)}


def one_or_many(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "array", "items": schema}]}


def obj(properties: Mapping[str, Any], required: Iterable[str] = (), **more: Any) -> Schema:
    """A mapping with these keys and no others."""
    found: Schema = {"type": "object", "additionalProperties": False, "properties": dict(properties), **more}
    return {**found, "required": sorted(required)} if required else found


def ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


@dataclass
class Conditions:
    """Collects the definitions that a file's conditions need."""

    vocabulary: Vocabulary
    policy: Mapping[str, Any]
    texts: Texts
    guard: bool = False
    definitions: dict[str, Schema] = field(default_factory=dict)

    # --- conditions ------------------------------------------------------------------------------

    def of(self, subject: str) -> Schema:
        """Conditions of a play or derived fact about `subject`."""
        return self.on(("account", subject) if subject in ("opportunity",) else (subject,), f"when.{subject}")

    def inside(self, entity: str) -> Schema:
        """Conditions on a row; what the rows around it offer is accepted by name."""
        return self.on((entity,), f"row.{entity}")

    def on(self, rows: tuple[str, ...], name: str) -> Schema:
        if name not in self.definitions:
            self.definitions[name] = {}  # conditions hold conditions
            mapping: Schema = {
                "type": "object",
                "properties": {**self.facts(rows), **self.groups(name)},
                "allOf": [self.everywhere()],
                "propertyNames": self.names(),
            }
            self.definitions[name] = {"anyOf": [mapping, {"type": "array", "items": ref(name)}]}
        return ref(name)

    def groups(self, name: str) -> dict[str, Schema]:
        words = self.texts["groups"]
        parts = {key: one_or_many(ref(name)) for key in ("all", "any")}
        parts |= {key: ref(name) for key in ("not", "surely", "unless")}
        return {key: described({"allOf": [part]}, words[key]) for key, part in parts.items()}

    def everywhere(self) -> Schema:
        """What any condition may begin with: facts of the book, and `some contact`, `count order` …"""
        if "everywhere" not in self.definitions:
            self.definitions["everywhere"] = {}
            single = [entity for entity in self.vocabulary.entities.values() if entity.rows == "single"]
            facts = {f"{e.name}.{f.name}": self.fact(e.name, f) for e in single for f in e.fields.values()}
            self.definitions["everywhere"] = {"properties": facts, "patternProperties": self.patterns()}
        return ref("everywhere")

    def patterns(self) -> dict[str, Schema]:
        """`some contact`, `count order`, `last 3 interaction` …"""
        found: dict[str, Schema] = {}
        for entity in self.many():
            row, name = self.inside(entity.name), entity.name
            found[f"^(some|no|every) {name}$"] = row
            found[f"^count {name}$"] = self.defined(f"count.{name}", self.count(row))
            if entity.dated:
                found[f"^(latest|last [1-9][0-9]*) {name}$"] = self.defined(f"latest.{name}", self.latest(row))
        return found

    def defined(self, name: str, schema: Schema) -> Schema:
        self.definitions.setdefault(name, schema)
        return ref(name)

    def many(self) -> list[Entity]:
        return [entity for entity in self.vocabulary.entities.values() if entity.rows in ("many", "book")]

    def count(self, row: Schema) -> Schema:
        limits = {op: self.operator(op, Field("count", "integer")) for op in (*COMPARE, "is_not")}
        return obj({"where": row, **limits}, minProperties=1)

    def latest(self, row: Schema) -> Schema:
        split = obj({key: described({"allOf": [row]}, self.texts["groups"][key]) for key in ("where", "every", "some")})
        return {"anyOf": [split, row, {"type": "object", "required": ["where"]}]}

    # --- facts -----------------------------------------------------------------------------------

    def facts(self, rows: tuple[str, ...]) -> dict[str, Schema]:
        """The facts that may be named here, with what they may be compared with."""
        entities = self.vocabulary.entities
        found = {f.name: (name, f) for name in rows for f in entities[name].fields.values()}
        for name in rows:
            for key, to in entities[name].refs().items():
                if entities[to.to].rows == "one":  # the account itself, whose facts may be named without it
                    continue
                found |= {f"{key}.{f.name}": (to.to, f) for f in entities[to.to].fields.values()}
        return {key: self.fact(of, f) for key, (of, f) in sorted(found.items()) if self.guard or not f.guarded}

    def names(self) -> Schema:
        """Every name that a condition can begin with somewhere: a name that is none of them is a typing error."""
        entities = self.vocabulary.entities
        fields = [(e, f) for e in entities.values() for f in e.fields.values() if self.guard or not f.guarded]
        known = {f.name for _, f in fields} | {f"{e.name}.{f.name}" for e, f in fields}
        refs = [(key, f.to) for e in entities.values() for key, f in e.refs().items()]
        known |= {f"{key}.{f.name}" for key, to in refs for e, f in fields if e.name == to}
        words = {"enum": sorted(known | {"all", "any", "not", "surely", "unless"})}
        rows = "|".join(entity.name for entity in self.many())
        pattern = {"pattern": rf"^(some|no|every|count|latest|last [1-9][0-9]*) ({rows})$"}
        return self.defined("names", {"anyOf": [words, pattern]})

    def fact(self, entity: str, f: Field) -> Schema:
        """What a fact may be compared with; defined once."""
        name = f"fact.{entity}.{f.name}"
        if name not in self.definitions:
            about = {lang: f"{f.label.get(lang, f.name)} — {self.kind(f)}" for lang in ("zh", "en")}
            self.definitions[name] = described({"allOf": [self.compared(f)]}, about)
        return ref(name)

    def compared(self, f: Field) -> Schema:
        """What facts of one type and list of choices may be compared with."""
        name = f"type.{f.type}" + (f".{f.choices.name}" if f.choices else "")
        if name not in self.definitions:
            self.definitions[name] = {"anyOf": [*self.literals(f), *self.operators(f)]}
        return ref(name)

    def kind(self, f: Field) -> str:
        return ", ".join(part for part in (f.type, f.unit) if part)

    def literals(self, f: Field) -> list[Schema]:
        if f.type in LISTS:
            return []
        if f.choices:
            one: Schema = {"anyOf": [self.choice(f), {"type": "string", "pattern": _NAMED}]}
        elif f.type == "yes_no":
            one = {"anyOf": [{"type": "boolean"}, {"type": "string", "pattern": _NAMED}]}
        else:
            one = {"anyOf": [*self.plain(f), {"type": "string", "pattern": _NAMED}]}
        return [one_or_many(one)]

    def plain(self, f: Field) -> list[Schema]:
        if f.type in NUMERIC:
            return [{"type": "number"}, {"type": "string", "pattern": _AMOUNT}]
        if f.type == "date":
            return [{"type": "string", "pattern": _DATE}]
        return [{"type": "string", "not": {"pattern": _PHRASE}}, {"type": "number"}]

    def choice(self, f: Field) -> Schema:
        """The values with their labels beside them, and the labels, which may be written as well."""
        labels = f.choices.labels if f.choices else {}
        name = f"choice.{f.choices.name}" if f.choices else ""
        values = {value: " / ".join(label.values()) for value, label in labels.items()}
        for value, label in labels.items():
            values |= {word: value for word in label.values() if word not in values}
        shown = list(values.values())
        both = {"enum": list(values), "enumDescriptions": shown, "markdownEnumDescriptions": shown}
        self.definitions.setdefault(name, {"type": "string", **both})
        return ref(name)

    # --- operators -------------------------------------------------------------------------------

    def operators(self, f: Field) -> list[Schema]:
        """The same comparison as a mapping (`{at_least: 3}`) or in words (`at least 3`)."""
        fitting = [op for op in (*COMPARE, "is_not", *LIST_OPS, *DATE_OPS, *STATE_OPS) if _fits(f, op)]
        words = "|".join(_words(op) for op in fitting)
        mapping = obj({op: self.operator(op, f) for op in fitting}, minProperties=1)
        return [{"type": "string", "pattern": f"^({words})"}, mapping]

    def operator(self, op: str, f: Field) -> Schema:
        if op in STATE_OPS:
            schema: Schema = {"type": "boolean"}
        elif op in DATE_OPS:
            schema = {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": f"{_AMOUNT}|{_NAMED}"}]}
        else:
            values = [self.choice(f)] if f.choices else self.plain(f)
            schema = {"anyOf": [*values, {"type": "string", "pattern": _NAMED}]}
            schema = {"type": "array", "items": schema, "minItems": 2, "maxItems": 2} if op == "between" else schema
            schema = one_or_many(schema) if op in (*LIST_OPS, "is_not") else schema
        return described(schema, self.texts["operators"].get(op))


def _fits(f: Field, op: str) -> bool:
    if op in STATE_OPS:
        return True
    if op in LIST_OPS:
        return f.type in LISTS
    if op in DATE_OPS:
        return f.type == "date"
    if op in COMPARE:
        return f.type in NUMERIC or f.type == "date" or bool(f.choices and f.choices.ordered and f.type == "choice")
    return f.type not in LISTS


def _words(op: str) -> str:
    if op in STATE_OPS:
        return f"is (not )?{op.removeprefix('is_')}$"
    return {"between": "between .+ and ", "has_any": "has any of "}.get(op, op.replace("_", " ") + " ")
