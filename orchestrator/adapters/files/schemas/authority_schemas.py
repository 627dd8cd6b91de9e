"""JSON Schemas of policies, models and environments as people write them, with the manual's text for editors.

`orch policy check` and `orch model check` cover what a schema cannot express: the order of times, recurrence rules,
names of time zones, unknown roles.
"""

from pathlib import Path
from typing import Any

from orchestrator.adapters.files.manual import (
    anchors,
    channels,
    cmdb,
    environment,
    library,
    model,
    policy,
    service,
)
from orchestrator.adapters.files.schemas.plan_schema import plan_schema
from orchestrator.adapters.files.schemas.schema import DIALECT, LIMIT, Schema, describe, without_nulls
from orchestrator.domain.authority.service_file import ServiceFile
from orchestrator.domain.plan.check import CHECK_KINDS
from orchestrator.domain.rules.anchors_file import AnchorsFile
from orchestrator.domain.rules.channels import HouseChannels
from orchestrator.domain.rules.cmdb_file import CmdbFile
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.environment import Environment
from orchestrator.domain.rules.library import Library
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.text.model_base import Noun

_ONE_END: Schema = {"oneOf": [{"required": ["ends"]}, {"required": ["lasts"]}]}
_MORE_THAN_NOTHING: Schema = {
    "anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string", "pattern": "[1-9]"}]
}


def _together(change_type: str, section: str, absent: Schema, present: Schema) -> Schema:
    """A type of change is allowed exactly if the section with its rules is present."""
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
    "KnownMachine": {
        "anyOf": [{"required": [key]} for key in ("host", "address", "host_key", "machine_id")],
    },
    "Anchor": {"oneOf": [{"required": [kind]} for kind in ("rfc3161", "git", "file")]},
    "AskedGate": {
        "anyOf": [
            {"required": ["confirm"]},
            {"required": ["soak"], "properties": {"soak": _MORE_THAN_NOTHING}},
        ]
    },
}
_ABSOLUTE: Schema = {"properties": {"files": {"items": {"pattern": "^/"}}}}
"""Of what may change, files are named by absolute paths."""
_OF_POLICIES: Schema = {
    "properties": {"may_change": _ABSOLUTE},
    "allOf": [
        _together("emergency", "emergency", {"type": "null"}, {}),
        _together("standard", "standard", {"maxItems": 0}, {"minItems": 1}),
    ],
}
_OF_MODELS: Schema = {"properties": {"flow": {"uniqueItems": True}, "may_change": _ABSOLUTE}}


def policy_schema() -> Schema:
    """JSON Schema (draft 2020-12) of a release policy in YAML."""
    return _schema(ReleasePolicy, "Release policy", _OF_POLICIES, policy(), model_schema())


def model_schema() -> Schema:
    """JSON Schema (draft 2020-12) of a deployment model in YAML."""
    return _schema(DeploymentModel, "Deployment model", _OF_MODELS, model(), plan_schema())


def environment_schema() -> Schema:
    """JSON Schema (draft 2020-12) of an environment in YAML."""
    return _schema(Environment, "Environment", {}, environment(), policy_schema())


def library_schema() -> Schema:
    """JSON Schema (draft 2020-12) of a media library in YAML."""
    place = {"oneOf": [{"required": ["folder"]}, {"required": ["url"]}]}
    return _schema(Library, "Media library", place, library(), {"$defs": {}})


def anchors_schema() -> Schema:
    """JSON Schema (draft 2020-12) of a file of anchors in YAML."""
    return _schema(AnchorsFile, "Anchors", {}, anchors(), {"$defs": {}})


def channels_schema() -> Schema:
    """JSON Schema (draft 2020-12) of channels.yml."""
    return _schema(HouseChannels, "Channels", {}, channels(), {"$defs": {}})


def service_schema() -> Schema:
    """JSON Schema (draft 2020-12) of service.yml."""
    return _schema(ServiceFile, "Service", {}, service(), {"$defs": {}})


def cmdb_schema() -> Schema:
    """JSON Schema (draft 2020-12) of cmdb.yml."""
    return _schema(CmdbFile, "CMDBs", {}, cmdb(), {"$defs": {}})


def _schema(kind: type[Noun], title: str, rules: Schema, manual: Path, neighbour: Schema) -> Schema:
    schema = kind.model_json_schema(mode="validation")
    definitions: Schema = schema.get("$defs", {})
    for name, rule in _NAMED_RULES.items():
        if name in definitions:
            definitions[name] |= without_nulls(rule)
    if "Required" in definitions:
        _name_checks(definitions["Required"])
    schema = {**schema, "$schema": DIALECT, "title": title}
    describe(schema, manual.read_bytes())
    for name in definitions:
        _lend(neighbour["$defs"].get(name, {}), definitions[name])
    if "MaintenanceWindow" in definitions:
        _lend(definitions["MaintenanceWindow"], definitions["Freeze"])
        _lend(definitions["Freeze"], definitions["MaintenanceWindow"])
    # Combined with the schema in `allOf` and not merged: keys of both, such as `properties`, must both hold.
    return {**schema, "allOf": [without_nulls(rules)]}


def _lend(lender: Schema, borrower: Schema) -> None:
    """Copy descriptions of keys that this file's manual leaves out from the schema that describes the same noun in full."""
    for key, value in borrower["properties"].items():
        words = lender.get("properties", {}).get(key, {}).get("description")
        if words and "description" not in value:
            borrower["properties"][key] = {**value, "description": words}


def _name_checks(required: Any) -> None:
    for key in ("environment", "acceptance", "acceptance_any"):
        required["properties"][key]["items"] = {"enum": list(CHECK_KINDS)}
