"""The JSON Schemas of release policies and deployment models as they are written, with the manual's words for editors.

What a schema cannot say is left to `orch policy check` and `orch model check`: times against each other, rules of
recurrence, names of time zones, roles that nobody knows.
"""

from pathlib import Path
from typing import Any

from orchestrator.adapters.files.manual import model, policy
from orchestrator.adapters.files.schemas.plan_schema import plan_schema
from orchestrator.adapters.files.schemas.schema import DIALECT, LIMIT, Schema, describe, without_nulls
from orchestrator.domain.plan.check import CHECK_KINDS
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.text.model_base import Noun

_ONE_END: Schema = {"oneOf": [{"required": ["ends"]}, {"required": ["lasts"]}]}
_MORE_THAN_NOTHING: Schema = {
    "anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string", "pattern": "[1-9]"}]
}


def _together(change_type: str, section: str, absent: Schema, present: Schema) -> Schema:
    """A type of change is allowed exactly where the section that says how is there."""
    among = {"contains": {"const": change_type}}
    return {
        "oneOf": [
            {"required": [section, "change_types"], "properties": {"change_types": among, section: present}},
            {"properties": {"change_types": {"not": among}, section: absent}},
        ]
    }


_NAMED_RULES: dict[str, Schema] = {
    "Limit": LIMIT,
    "MaintenanceWindow": _ONE_END,
    "Freeze": _ONE_END,
    "AskedGate": {
        "anyOf": [
            {"required": ["confirm"]},
            {"required": ["soak"], "properties": {"soak": _MORE_THAN_NOTHING}},
        ]
    },
}
_OF_POLICIES: Schema = {
    "allOf": [
        _together("emergency", "emergency", {"type": "null"}, {}),
        _together("standard", "standard", {"maxItems": 0}, {"minItems": 1}),
    ]
}
_OF_MODELS: Schema = {"properties": {"flow": {"uniqueItems": True}}}


def policy_schema() -> Schema:
    """JSON Schema (draft 2020-12) of a release policy in YAML."""
    return _schema(ReleasePolicy, "Release policy", _OF_POLICIES, policy(), model_schema())


def model_schema() -> Schema:
    """JSON Schema (draft 2020-12) of a deployment model in YAML."""
    return _schema(DeploymentModel, "Deployment model", _OF_MODELS, model(), plan_schema())


def _schema(kind: type[Noun], title: str, rules: Schema, manual: Path, neighbour: Schema) -> Schema:
    schema = kind.model_json_schema(mode="validation")
    definitions: Schema = schema["$defs"]
    for name, rule in _NAMED_RULES.items():
        if name in definitions:
            definitions[name] |= without_nulls(rule)
    _name_checks(definitions["Required"])
    schema = {**schema, "$schema": DIALECT, "title": title}
    describe(schema, manual.read_bytes())
    for name in definitions:
        _lend(neighbour["$defs"].get(name, {}), definitions[name])
    if "Freeze" in definitions:
        _lend(definitions["MaintenanceWindow"], definitions["Freeze"])
        _lend(definitions["Freeze"], definitions["MaintenanceWindow"])
    # Beside the schema and not in it: keys that both have, such as `properties`, hold in both.
    return {**schema, "allOf": [without_nulls(rules)]}


def _lend(lender: Schema, borrower: Schema) -> None:
    """Words for the keys that the manual of this file leaves out, from where the same noun is explained whole."""
    for key, value in borrower["properties"].items():
        words = lender.get("properties", {}).get(key, {}).get("description")
        if words and "description" not in value:
            borrower["properties"][key] = {**value, "description": words}


def _name_checks(required: Any) -> None:
    for key in ("environment", "acceptance", "acceptance_any"):
        required["properties"][key]["items"] = {"enum": list(CHECK_KINDS)}
