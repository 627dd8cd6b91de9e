"""The JSON Schema of release plans as people write them, short forms included, with the manual's text for editors.

`orch plan check` covers what a schema cannot express: rules that compare two values, such as a window that closes before
it opens, and everything that needs a file, an inventory or a host.
"""

from typing import Any, get_args

from orchestrator.adapters.files.manual import sections, stages
from orchestrator.adapters.files.schemas.change_schema import CHANGE_RULES
from orchestrator.adapters.files.schemas.schema import DIALECT, LIMIT, Schema, describe, without_nulls
from orchestrator.domain.plan.check import CHECK_KINDS, SHARED
from orchestrator.domain.plan.declared_change import DECLARED_KINDS
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.strategy_form import StrategyKind, form_of


def _strategy(kind: StrategyKind) -> Schema:
    """The keys of a strategy of this kind."""
    form = form_of(kind)
    waves: dict[str, Schema] = {"needed": {"minItems": 1}, "optional": {}, "none": {"maxItems": 0}}
    properties: Schema = {"kind": {"const": kind}, "pilot": {"type": "object" if form.pilot else "null"}}
    properties |= {"waves": waves[form.waves]} if waves[form.waves] else {}
    properties["stages"] = {"maxItems": 0}
    required = ["playbook"]
    required += [key for key, needed in (("pilot", form.pilot), ("waves", form.waves == "needed")) if needed]
    return {"properties": properties, "required": required}


_STAGED: Schema = {
    "properties": {
        "kind": {"const": "phased"},
        "stages": {"minItems": 1},
        "playbook": {"type": "null"},
        "waves": {"maxItems": 0},
        "pilot": {"type": "null"},
    },
    "required": ["kind", "stages"],
}
"""The keys of a strategy with stages."""
_TAKEN_BACK: Schema = {
    "oneOf": [
        {
            "properties": {
                "strategy": {"properties": {"stages": {"minItems": 1}}, "required": ["stages"]},
                "backout": {"properties": {"playbook": {"type": "null"}}},
            }
        },
        {
            "properties": {
                "strategy": {"properties": {"stages": {"maxItems": 0}}},
                "backout": without_nulls({"required": ["playbook"]}),
            }
        },
    ]
}
"""What takes the release back: one playbook, or one for each stage."""


_NAMED_RULES: dict[str, Schema] = {
    "Limit": LIMIT,
    "WaveSpec": {"oneOf": [{"required": [key]} for key in ("count", "percent", "group", "hosts", "rest")]},
    "DeclaredItem": {"oneOf": [{"required": [kind]} for kind in DECLARED_KINDS]},
    "DeclaredChange": {
        "oneOf": [
            {"required": ["changes"], "properties": {"changes": {"minItems": 1}}},
            {"required": ["nothing"]},
        ]
    },
    "Balancer": {"oneOf": [{"required": [kind]} for kind in ("haproxy", "nginx", "command", "http")]},
    "HaproxyBalancer": {"oneOf": [{"required": ["socket", "on"]}, {"required": ["address"]}]},
    "Metric": {"oneOf": [{"required": [kind]} for kind in ("prometheus", "http", "command", "sql")]},
    "Dsn": {"oneOf": [{"required": ["file"]}, {"required": ["variable"]}]},
    "Objective": {
        "oneOf": [
            {"required": ["check"], "properties": {"expected": {"type": "null"}}},
            {"required": ["metric"], "properties": {"expected": {"type": "null"}}},
            {"required": ["by_hand", "expected"]},
        ]
    },
    "StageSpec": {
        "oneOf": [
            {"required": ["playbook"], "properties": {"manual": {"type": "null"}}},
            {
                "required": ["manual", "acceptance"],
                "properties": {"playbook": {"type": "null"}, "acceptance": {"minItems": 1}},
            },
        ]
    },
    "StageBackout": {"oneOf": [{"required": ["playbook"]}, {"required": ["manual"]}]},
    "Pilot": {"oneOf": [{"required": ["hosts"]}, {"required": ["group"]}]},
    "Release": {
        "anyOf": [{"required": [key], "properties": {key: {"minItems": 1}}} for key in ("units", "removes")]
    },
    **CHANGE_RULES,
    "Strategy": {"oneOf": [*(_strategy(kind) for kind in get_args(StrategyKind)), _STAGED]},
}
"""Rules over several keys of one noun; null stands for an absent key."""


def plan_schema() -> Schema:
    """JSON Schema (draft 2020-12) of a release plan in YAML."""
    schema = ReleasePlan.model_json_schema(mode="validation")
    definitions: Schema = schema["$defs"]
    for name, rule in _NAMED_RULES.items():
        definitions[name] |= without_nulls(rule)
    schema |= _TAKEN_BACK
    # It is written as a list in the place of the scope.
    definitions["BaselineScope"]["properties"].pop("parts")
    definitions["Check"] = _check(definitions)
    written: Schema = _as_written(schema)
    written |= {"$schema": DIALECT, "title": "Release plan"}
    describe(written, b"".join(file.read_bytes() for file in sections()))
    describe(written, stages().read_bytes())
    kinds = written["$defs"]
    kinds["ScopeOn"]["properties"] |= kinds["BaselineScope"]["properties"]
    for noun in CHECK_KINDS.values():
        below = written["$defs"][noun.__name__]["properties"]
        below |= {key: written["$defs"]["Check"]["properties"][key] for key in SHARED}
    return written


def _check(definitions: Schema) -> Schema:
    """A check as people write it: one kind as a key, next to the keys that all checks share."""
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
    """A shared key stands next to the kind or inside it, never both."""
    inside = [
        {"required": [kind], "properties": {kind: {"type": "object", "required": [key]}}}
        for kind in CHECK_KINDS
    ]
    return {"required": [key], "anyOf": inside}


def _as_written(node: Any) -> Any:
    """The schema with checks as people write them, instead of pydantic's union."""
    if isinstance(node, list):
        return [_as_written(item) for item in node]
    if not isinstance(node, dict):
        return node
    if {"$ref": "#/$defs/HttpCheck"} in node.get("oneOf", ()):
        return {"$ref": "#/$defs/Check"}
    # Refuse keys that match no pattern; pydantic's schema accepts them.
    closed = {"additionalProperties": False} if "patternProperties" in node else {}
    return {**{key: _as_written(value) for key, value in node.items()}, **closed}
