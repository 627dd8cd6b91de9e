"""The JSON Schema of orch.toml; the descriptions are those of its fields."""

from orchestrator.adapters.files.schemas.schema import DIALECT, Schema
from orchestrator.domain.rules.settings_file import SettingsFile


def settings_schema() -> Schema:
    """JSON Schema (draft 2020-12) of orch.toml, without null: TOML has none."""
    schema: Schema = SettingsFile.model_json_schema(mode="validation")
    properties = {name: _without_null(rule) for name, rule in schema["properties"].items()}
    return {"$schema": DIALECT, **schema, "properties": properties}


def _without_null(rule: Schema) -> Schema:
    (form,) = (form for form in rule.get("anyOf", [{}]) if form.get("type") != "null")
    return {**form, **{key: value for key, value in rule.items() if key not in {"anyOf", "default", "title"}}}
