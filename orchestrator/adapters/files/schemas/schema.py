"""Common parts of the JSON Schemas of plans, policies and models: null means absent, and the manual gives descriptions."""

from collections.abc import Iterator
from typing import Any

from orchestrator.adapters.files.yaml_text.annotations import annotations
from orchestrator.adapters.files.yaml_text.document import Path

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
LIMIT: Schema = {"oneOf": [{"required": ["count"]}, {"required": ["percent"]}]}
"""A number of hosts is a count or a percentage, never both."""


def without_nulls(rule: Any) -> Any:
    """Treat a key with value null as absent; `required` alone would count it as present."""
    if isinstance(rule, list):
        return [without_nulls(item) for item in rule]
    if not isinstance(rule, dict):
        return rule
    changed = {key: without_nulls(value) for key, value in rule.items()}
    required = rule.get("required", ())
    if required:
        given = changed.get("properties", {})
        present = {key: {"not": {"type": "null"}, **given.get(key, {})} for key in required}
        changed["properties"] = {**given, **present}
    return changed


def describe(schema: Schema, manual: bytes) -> None:
    """Use the manual's comments as descriptions of the keys below them."""
    for path, comment in annotations(manual).items():
        for owner in _at(schema, schema, path[:-1]):
            if path[-1] in owner.get("properties", {}):
                key = owner["properties"][path[-1]]
                # A list of named rules may have the same key: its text there is no description.
                owner["properties"][path[-1]] = {**key, "description": comment}


def _at(root: Schema, node: Schema, path: Path) -> list[Schema]:
    """The schemas that may apply at a path."""
    current = list(_forms(root, node))
    for part in path:
        below = [_below(form, part) for form in current]
        current = [form for schema in below if schema is not None for form in _forms(root, schema)]
    return current


def _below(form: Schema, part: str | int) -> Schema | None:
    if isinstance(part, int):
        items: Schema | None = form.get("items")
        return items
    schema: Schema | None = form.get("properties", {}).get(part)
    return schema


def _forms(root: Schema, node: Schema) -> Iterator[Schema]:
    yield node
    if "$ref" in node:
        yield from _forms(root, root["$defs"][node["$ref"].rpartition("/")[2]])
    for form in node.get("anyOf", ()):
        yield from _forms(root, form)
