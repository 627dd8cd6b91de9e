"""The JSON Schema of release plans as they are written, short forms included, with the manual's words for editors.

What a schema cannot say is left to `orch plan check`: rules that compare two values, such as a window that closes before
it opens, and everything that asks a file, an inventory or a host.
"""

from collections.abc import Iterator
from typing import Any

from orchestrator.adapters.files.annotations import annotations
from orchestrator.adapters.files.document import Path
from orchestrator.adapters.files.manual import sections
from orchestrator.domain.check import CHECK_KINDS, SHARED
from orchestrator.domain.release_plan import ReleasePlan

Schema = dict[str, Any]

_NAMED_RULES: dict[str, Schema] = {
    "Limit": {"oneOf": [{"required": ["count"]}, {"required": ["percent"]}]},
    "WaveSpec": {"oneOf": [{"required": [key]} for key in ("count", "percent", "group", "hosts", "rest")]},
    "Pilot": {"oneOf": [{"required": ["hosts"]}, {"required": ["group"]}]},
    "Release": {
        "anyOf": [{"required": [key], "properties": {key: {"minItems": 1}}} for key in ("units", "removes")]
    },
    "Strategy": {
        "oneOf": [
            {
                "properties": {
                    "kind": {"const": "phased"},
                    "pilot": {"type": "null"},
                    "waves": {"minItems": 1},
                },
                "required": ["waves"],
            },
            {"properties": {"kind": {"const": "pilot"}, "pilot": {"type": "object"}}, "required": ["pilot"]},
            {
                "properties": {
                    "kind": {"const": "big-bang"},
                    "pilot": {"type": "null"},
                    "waves": {"maxItems": 0},
                }
            },
        ]
    },
}
"""Rules over several keys of one noun; null stands for a key that is not there."""


def plan_schema() -> Schema:
    """JSON Schema (draft 2020-12) of a release plan in YAML."""
    schema = ReleasePlan.model_json_schema(mode="validation")
    definitions: Schema = schema["$defs"]
    for name, rule in _NAMED_RULES.items():
        definitions[name] |= _without_nulls(rule)
    definitions["Check"] = _check(definitions)
    written: Schema = _as_written(schema)
    written |= {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Release plan"}
    _describe(written)
    for noun in CHECK_KINDS.values():
        below = written["$defs"][noun.__name__]["properties"]
        below |= {key: written["$defs"]["Check"]["properties"][key] for key in SHARED}
    return written


def _without_nulls(rule: Any) -> Any:
    """A key whose value is null is not given: `required` alone would count it."""
    if isinstance(rule, list):
        return [_without_nulls(item) for item in rule]
    if not isinstance(rule, dict):
        return rule
    changed = {key: _without_nulls(value) for key, value in rule.items()}
    required = rule.get("required", ())
    if required:
        given = changed.get("properties", {})
        present = {key: {"not": {"type": "null"}, **given.get(key, {})} for key in required}
        changed["properties"] = {**given, **present}
    return changed


def _check(definitions: Schema) -> Schema:
    """A check by hand: one kind as its key, and beside it what all checks share."""
    first = definitions[next(iter(CHECK_KINDS.values())).__name__]["properties"]
    properties = {key: first[key] for key in SHARED}
    for kind, noun in CHECK_KINDS.items():
        body = definitions[noun.__name__]
        body["properties"].pop("kind")
        forms: list[Schema] = [{"$ref": f"#/$defs/{noun.__name__}"}]
        if noun.main and set(body.get("required", ())) <= {noun.main}:
            forms.insert(0, body["properties"][noun.main])
        if not body.get("required"):
            forms.append({"type": "null"})
        properties[kind] = {"anyOf": forms, "description": body.pop("description")}
    return {
        "type": "object",
        "title": "Check",
        "properties": properties,
        "additionalProperties": False,
        "oneOf": [{"required": [kind]} for kind in CHECK_KINDS],
        "not": {"anyOf": [_twice(key) for key in SHARED]},
    }


def _twice(key: str) -> Schema:
    """What all checks share stands beside the kind or in it, never both."""
    inside = [
        {"required": [kind], "properties": {kind: {"type": "object", "required": [key]}}}
        for kind in CHECK_KINDS
    ]
    return {"required": [key], "anyOf": inside}


def _as_written(node: Any) -> Any:
    """The schema with checks as people write them in place of the union that pydantic makes of them."""
    if isinstance(node, list):
        return [_as_written(item) for item in node]
    if not isinstance(node, dict):
        return node
    if {"$ref": "#/$defs/HttpCheck"} in node.get("oneOf", ()):
        return {"$ref": "#/$defs/Check"}
    # Keys that fit no pattern are refused, where pydantic's schema lets them pass.
    closed = {"additionalProperties": False} if "patternProperties" in node else {}
    return {**{key: _as_written(value) for key, value in node.items()}, **closed}


def _describe(schema: Schema) -> None:
    """Put the manual's comments on the keys they stand above."""
    for path, comment in annotations(b"".join(file.read_bytes() for file in sections())).items():
        for owner in _at(schema, schema, path[:-1]):
            if path[-1] in owner.get("properties", {}):
                key = owner["properties"][path[-1]]
                # A list of named rules may hold the same key: what it says there is no description.
                owner["properties"][path[-1]] = {**key, "description": comment}


def _at(root: Schema, node: Schema, path: Path) -> list[Schema]:
    """The schemas that may apply at a path."""
    current = list(_forms(root, node))
    for part in path:
        below = [_below(form, part) for form in current]
        current = [form for found in below if found is not None for form in _forms(root, found)]
    return current


def _below(form: Schema, part: str | int) -> Schema | None:
    if isinstance(part, int):
        items: Schema | None = form.get("items")
        return items
    found: Schema | None = form.get("properties", {}).get(part)
    return found


def _forms(root: Schema, node: Schema) -> Iterator[Schema]:
    yield node
    if "$ref" in node:
        yield from _forms(root, root["$defs"][node["$ref"].rpartition("/")[2]])
    for form in node.get("anyOf", ()):
        yield from _forms(root, form)
