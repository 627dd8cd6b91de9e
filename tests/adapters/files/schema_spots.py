"""Walks through plans and schemas, whatever is in them."""

from typing import Any


def spots(node: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(node, dict):
        return [above, *(spot for key, value in node.items() for spot in spots(value, (*above, key)))]
    if isinstance(node, list):
        return [above, *(spot for index, value in enumerate(node) for spot in spots(value, (*above, index)))]
    return [above]


def without_description(node: Any, path: str = "") -> list[str]:
    if isinstance(node, list):
        return [
            spot for index, item in enumerate(node) for spot in without_description(item, f"{path}/{index}")
        ]
    if not isinstance(node, dict):
        return []
    keys = node.get("properties", {}) if node.get("type") == "object" else {}
    here = [f"{path}/{key}" for key, value in keys.items() if "description" not in value]
    return here + [
        spot for key, value in node.items() for spot in without_description(value, f"{path}/{key}")
    ]
