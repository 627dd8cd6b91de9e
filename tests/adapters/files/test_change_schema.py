"""The schema refuses what the form of the change side refuses, row by row of one table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from orchestrator.adapters.files.schemas.plan_schema import plan_schema

ROWS = YAML(typ="safe", pure=True).load(
    (Path(__file__).resolve().parents[2] / "cases/change/faults.yml").read_text("utf-8")
)
FORMAL = [row for row in ROWS if "form" in row]
PARTS = ("assessment", "suppliers", "removal", "transfer")
SCHEMA = plan_schema()


def parts_of(given: dict[str, Any]) -> dict[str, Any]:
    """The optional sections of a row, without the plan around them."""
    return {key: value for key, value in given.items() if key in PARTS and value is not None}


def valid(part: str, value: Any) -> bool:
    schema = {"$defs": SCHEMA["$defs"], **SCHEMA["properties"][part]}
    return bool(jsonschema.Draft202012Validator(schema).is_valid(value))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["what"])
def test_schema_and_form_agree(row: dict[str, Any]) -> None:
    parts = parts_of(row["given"])
    sound = all(valid(part, value) for part, value in parts.items())
    faulty = row in FORMAL and row["form"].split(".")[0].split(":")[0] in parts
    assert sound != faulty
