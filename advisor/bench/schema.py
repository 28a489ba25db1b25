"""JSON Schemas (draft 7) of all kinds of content files, so that an editor completes keys, facts and choices.

The readers stay the judges of content; a schema helps while typing. What keys are for is in `rules/scaffold/keys.yaml`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from advisor.bench.schema_conditions import Conditions, Schema, Texts, described, obj, one_or_many, ref
from advisor.content.content import Content
from advisor.content.plays import ABOUTS, DEGREES, LEADS, STATUSES
from advisor.content.presets import available
from advisor.content.read_play import BLOCKS, LANGUAGES, READERS
from advisor.core import yaml_in
from advisor.core.home import content_root
from advisor.core.vocabulary import LISTS, NUMERIC, TYPES, Entity, Field

FOLDER = ".vscode/schemas"
_DRAFT = "http://json-schema.org/draft-07/schema#"
_ANY: Schema = {}
_TEXT: Schema = {"type": "string"}
_FLAG: Schema = {"type": "boolean"}
_WORD: Schema = {"type": ["string", "number", "boolean"]}
_CODES: Schema = {"type": "array", "items": {"type": "string"}}
_DAY: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_SPAN: Schema = {"type": "string", "pattern": r"^\d+ (day|working day|hour)s?$"}
_FACT: Schema = {"type": "string", "pattern": r"^\$?[a-z_][\w.]*$"}
_URGENCY: Schema = {"type": "integer", "minimum": 1, "maximum": 5}

FILES = {
    "play": ["playbooks/*/*.yaml", "!playbooks/*/playbook.yaml"],
    "playbook": ["playbooks/*/playbook.yaml"],
    "guard": ["rules/guards/*.yaml"],
    "derived": ["rules/derived/*.yaml", "rules/presets/*/derived/*.yaml"],
    "policy": ["rules/policy.yaml", "rules/presets/*/policy.yaml"],
    "advisor": ["advisor.yaml"],
    "facts": ["*.facts.yaml", "facts/*.yaml"],
}
"""The kinds of files, each with the places where an editor finds them."""


def settings(folder: str = "") -> str:
    """`.vscode/settings.json`: which schema, in that folder, is for which files."""
    return _json({"yaml.schemas": {f"{folder or FOLDER}/{kind}.schema.json": where for kind, where in FILES.items()}})


def files(content: Content) -> dict[str, str]:
    """All schemas by file name.

    Args: content – whose facts, choices, thresholds and codes are offered.
    """
    texts: Texts = yaml_in.load(content_root() / "rules/scaffold/keys.yaml", "keys.yaml")[0].plain()
    made = {"play": _play, "playbook": _playbook, "guard": _guard, "derived": _derived, "policy": _policy}
    found = {kind: make(content, texts) for kind, make in made.items()}
    found |= {"advisor": _advisor(texts), "facts": _facts(content, texts)}
    return {f"{kind}.schema.json": _json({"$schema": _DRAFT, **schema}) for kind, schema in sorted(found.items())}


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _keyed(parts: Mapping[str, Schema], texts: Mapping[str, Mapping[str, str]], *required: str) -> Schema:
    """A mapping of exactly the keys that there are texts for."""
    return obj({key: described(parts.get(key, _ANY), text) for key, text in texts.items()}, required)


def _both(schema: Schema = _WORD) -> Schema:
    """The same in both languages."""
    return obj(dict.fromkeys(LANGUAGES, schema), LANGUAGES)


# --- plays and guards ----------------------------------------------------------------------------


def _play(content: Content, texts: Texts) -> Schema:
    found = Conditions(content.vocabulary, content.policy, texts)
    timing = {"urgency": _URGENCY, "finish_in": _SPAN, "by": _FACT}
    timing["before"] = one_or_many(obj({"fact": _FACT, "days": {"type": "integer"}}, ("fact",)))
    timing = {key: described(schema, texts["play"][key]) for key, schema in timing.items()}
    wish = {"anyOf": [_role(content), {"type": "string", "pattern": r"^\$"}, found.inside("contact")]}
    see = _keyed({key: one_or_many(wish) for key in texts["see"]}, texts["see"])
    when = _by_about({about: found.of(about) for about in ABOUTS})
    words = _keyed(dict.fromkeys(texts["words"], _WORD), texts["words"])
    change = {"when": {"type": "object"}, "see": see, "urgency": _URGENCY, "finish_in": _SPAN, "zh": words, "en": words}
    parts = {
        **timing,
        "title": _both(),
        "for": one_or_many({"enum": list(READERS)}),
        "key_account": obj(timing),
        "not_again_for": _SPAN,
        "take": {"type": "object", "additionalProperties": _keyed({"where": {"type": "object"}}, texts["take"])},
        "when": {"type": ["object", "array"]},
        "unless": {"type": ["object", "array"]},
        "see": see,
        "instead": one_or_many(obj(change, ("when",))),
        **{one: {**words, "required": [b for b in BLOCKS if b not in ("if_they_say", "do_not")]} for one in LANGUAGES},
        "cases": {"type": "array", "items": _case(content, texts)},
        "card": _card(content, texts),
    }
    whole = _keyed(parts, texts["play"], "title", "urgency", "finish_in", "when", "zh", "en", "card")
    return {**whole, "allOf": when, "definitions": found.definitions}


def _by_about(conditions: Mapping[str, Schema]) -> list[Schema]:
    """Which facts may be named bare depends on what the card says that the play is about."""
    found = []
    for about, schema in conditions.items():
        card = {"properties": {"card": {"properties": {"about": {"const": about}}, "required": ["about"]}}}
        changes = {"items": {"properties": {"when": schema}}}
        then = {"properties": {"when": schema, "unless": schema, "instead": changes}}
        found.append({"if": {**card, "required": ["card"]}, "then": then})
    return found


def _role(content: Content) -> Schema:
    roles = content.vocabulary.field("contact", "buying_roles")
    labels = roles.choices.labels if roles and roles.choices else {}
    return {"enum": list(dict.fromkeys([*labels, *(word for label in labels.values() for word in label.values())]))}


def _card(content: Content, texts: Texts) -> Schema:
    parts = {
        "code": _TEXT,
        "about": {"enum": list(ABOUTS)},
        "lead": {"enum": list(LEADS)},
        "degree": {"enum": list(DEGREES)},
        "basis": _CODES,
        "beside": _CODES,
        "conflicts_with": _CODES,
        "owner": _TEXT,
        "status": {"enum": list(STATUSES)},
        "valid_from": _DAY,
        "valid_to": _DAY,
    }
    return _keyed(parts, texts["card"], "code", "about", "lead", "degree")


def _case(content: Content, texts: Texts) -> Schema:
    names = _given(content)
    parts = {"name": _WORD, "today": _DAY, "given": names, "change": names, "same_as": _WORD, "due_on": _DAY}
    parts |= {"expect": {"enum": ["fires", "silent"]}, "because": _TEXT, "urgency": _URGENCY}
    return _keyed(parts, texts["case"], "name", "expect")


def _given(content: Content) -> Schema:
    """What a case may give: bare facts of the account and the deal, lists of a field's values, tables."""
    entities = content.vocabulary.entities
    fields = {f.name for entity in entities.values() for f in entity.fields.values()}
    names = fields | {name.partition(".")[0] for name in fields} | set(entities) | {e.table for e in entities.values()}
    keys = sorted(names | {"derived"})
    return obj(dict.fromkeys(keys, _ANY))


def _guard(content: Content, texts: Texts) -> Schema:
    found = Conditions(content.vocabulary, content.policy, texts, guard=True)
    when = {"anyOf": [found.of(about) for about in ABOUTS[:2]]}
    bars = obj({entity.name: found.inside(entity.name) for entity in found.many()})
    parts = {
        "code": _TEXT,
        "title": _both(),
        "about": {"enum": list(ABOUTS[:2])},
        "when": when,
        "not_to_see": found.inside("contact"),
        "bars": bars,
        "rep": _both(),
        "compliance": _both(),
        "basis": _CODES,
    }
    whole = _keyed(parts, texts["guard"], "code", "title", "about", "when", "rep", "compliance")
    return {**whole, "definitions": found.definitions}


# --- rules ---------------------------------------------------------------------------------------


def _derived(content: Content, texts: Texts) -> Schema:
    """Each derived fact; which facts its conditions may name depends on whose it is."""
    found = Conditions(content.vocabulary, content.policy, texts, guard=True)
    entities = content.vocabulary.entities
    parts: dict[str, Schema] = {
        "of": {"enum": list(entities)},
        "type": {"enum": sorted(TYPES)},
        "choices": {"enum": list(content.vocabulary.choices)},
        "label": _both(),
        "question": _both(),
        "when": {"type": ["object", "array"]},
        "cases": {"type": "array", "items": {"type": "object"}},
        "table": obj({"by": _FACT, "rows": {"type": "object"}, "otherwise": _ANY}, ("by", "rows")),
        "metric": {"type": "string", "pattern": r"\.sql$"},
        "inferred": _FLAG,
        "in_book": _FLAG,
        "guarded": _FLAG,
    }
    one = _keyed(parts, texts["derived"])
    when = {entity: found.of(entity) if entity in ABOUTS else found.inside(entity) for entity in sorted(entities)}
    one["allOf"] = [_of(entity, schema) for entity, schema in when.items()]
    one["oneOf"] = [{"required": [body]} for body in ("value", "when", "cases", "table", "metric")]
    return {
        "type": "object",
        "additionalProperties": ref("derived"),
        "definitions": {**found.definitions, "derived": one},
    }


def _of(entity: str, when: Schema) -> Schema:
    own: Schema = {"properties": {"of": {"const": entity}}, "required": ["of"]}
    test = {"anyOf": [own, {"not": {"required": ["of"]}}]} if entity == "account" else own
    case = obj({"when": when, "value": _ANY, "otherwise": _ANY})
    return {"if": test, "then": {"properties": {"when": when, "cases": {"items": case}}}}


def _policy(content: Content, texts: Texts) -> Schema:
    """Thresholds by name; a workspace may give the bare value, and add new names."""
    bare: Schema = {"type": ["number", "string", "boolean", "array"]}
    whole = _keyed({"value": bare, "unit": _TEXT, "origin": _TEXT, "label": _both()}, texts["policy"], "value")
    spec: Schema = {"anyOf": [bare, whole]}
    item = yaml_in.load(content_root() / "rules/policy.yaml", "policy.yaml")[0].plain()
    labels = {name: entry.get("label", {}) for name, entry in item.items() if isinstance(entry, dict)}
    names = {name: described({"allOf": [ref("threshold")]}, labels.get(name)) for name in sorted(content.policy)}
    return {
        "type": "object",
        "properties": names,
        "additionalProperties": ref("threshold"),
        "definitions": {"threshold": spec},
    }


def _playbook(_: Content, texts: Texts) -> Schema:
    parts = {"title": _both(), "owner": _TEXT, "about": _both(), "order": {"type": "integer"}}
    return _keyed(parts, texts["playbook"], "title")


def _advisor(texts: Texts) -> Schema:
    days = obj({"from": _DAY, "to": _DAY}, ("from", "to"))
    parts = {
        "data": _TEXT,
        "mapping": _TEXT,
        "as_of": _DAY,
        "language": {"enum": list(LANGUAGES)},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "country": {"type": "string", "pattern": "^[A-Z]{2}$"},
        "closed": {"type": "array", "items": days},
        "history": _TEXT,
        "preset": one_or_many({"anyOf": [{"enum": sorted(available())}, _TEXT]}),
    }
    return _keyed(parts, texts["advisor"])


# --- facts files ---------------------------------------------------------------------------------


def _facts(content: Content, texts: Texts) -> Schema:
    """One account's facts, as `advisor advise --facts` takes them: records by table, derived facts as they stand."""
    found = Conditions(content.vocabulary, content.policy, texts)
    tables: dict[str, Schema] = {}
    for entity in content.vocabulary.entities.values():
        record = found.defined(f"record.{entity.name}", _record(entity, found))
        many = record if entity.rows in ("one", "single") else {"anyOf": [one_or_many(record), {"type": "null"}]}
        name = entity.name if entity.rows == "one" else entity.table
        tables[name] = described(many, entity.label)
    derived = {
        f.name: described(_cell(f, found), f.label)
        for subject in ABOUTS[:2]
        for f in content.vocabulary.entities[subject].fields.values()
        if f.derived
    }
    groups = texts["groups"]
    tables["derived"] = described({"allOf": [found.defined("derived", obj(derived))]}, groups["derived"])
    day = {"as_of": described({"anyOf": [_DAY, {"type": "null"}]}, groups["as_of"])}
    inner = described(obj(tables), groups["facts"])
    return {**obj({**tables, **day, "facts": inner}), "definitions": found.definitions}


def _record(entity: Entity, found: Conditions) -> Schema:
    """A record's fields; a field with a dot may be written as a mapping inside a mapping."""
    cells = {f.name: described(_cell(f, found), f.label) for f in entity.fields.values()}
    nested = {name.partition(".")[0]: {"type": ["object", "null"]} for name in cells if "." in name}
    return obj({**nested, **cells})


def _cell(f: Field, found: Conditions) -> Schema:
    """A fact as a facts file has it: its value, a label, null, or one of the words that cells allow."""
    if f.choices:
        values: Schema = found.choice(f)
    elif f.type == "yes_no":
        values = {"type": ["boolean", "string"]}
    elif f.type in NUMERIC:
        values = {"type": ["number", "string"]}
    else:
        values = {"type": ["string", "number", "boolean"]}
    values = one_or_many({"anyOf": [values, _TEXT]}) if f.type in LISTS else {"anyOf": [values, _TEXT]}
    return {"anyOf": [*values["anyOf"], {"type": "null"}]}
