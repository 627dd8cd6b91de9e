"""Names as people read them: tables of names that mislead, and of pairs that are one name, look alike, or are two."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML

from orchestrator.domain.text.names import BY_HAND, ReadableText, looks_like, misleading, same_name

CASES = Path(__file__).resolve().parents[2] / "cases" / "names"


def table(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = YAML(typ="safe", pure=True).load((CASES / name).read_text("utf-8"))
    return rows


@pytest.mark.parametrize("row", table("misleading.yml"), ids=lambda row: ascii(row["name"]))
def test_only_a_name_that_misleads_its_reader_is_refused(row: dict[str, str]) -> None:
    fault = misleading(row["name"])
    if "says" not in row:
        assert fault is None
        return
    assert fault is not None
    assert row["says"] in fault[1]


@pytest.mark.parametrize("row", table("pairs.yml"), ids=lambda row: ascii(row["names"]))
def test_pair(row: dict[str, Any]) -> None:
    name, other = row["names"]
    assert (same_name(name, other), looks_like(name, other)) == (row["is"] == "same", row["is"] == "alike")
    assert (same_name(other, name), looks_like(other, name)) == (row["is"] == "same", row["is"] == "alike")


def test_a_journal_of_an_earlier_version_may_hold_what_nobody_may_write_now() -> None:
    kind: TypeAdapter[str] = TypeAdapter(ReadableText)
    assert kind.validate_python("\u0410da") == "\u0410da"
    with pytest.raises(ValidationError):
        kind.validate_python("\u0410da", context=BY_HAND)
