"""The examples of docs/checks.md and docs/baseline.md are valid, and no kind of check is missing from them."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from ruamel.yaml import YAML

from orchestrator.domain.evidence.baseline import BaselineScope, PlannedScope
from orchestrator.domain.plan.check import CHECK_KINDS, Check
from orchestrator.policy.evidence.expectation import expected_of

DOCS = Path(__file__).resolve().parents[3] / "docs"


def examples(page: str) -> list[Any]:
    blocks = re.findall(r"^```yaml\n(.*?)^```", (DOCS / page).read_text(), re.MULTILINE | re.DOTALL)
    assert blocks
    return [YAML(typ="safe", pure=True).load(block) for block in blocks]


CHECKS = [check for block in examples("checks.md") for check in block]


@pytest.mark.parametrize("written", CHECKS, ids=[next(iter(check)) for check in CHECKS])
def test_every_example_of_a_check_is_valid_and_has_words(written: dict[str, Any]) -> None:
    assert expected_of(TypeAdapter[Check](Check).validate_python(written))


def test_every_kind_has_an_example() -> None:
    shown = {TypeAdapter[Check](Check).validate_python(written).kind for written in CHECKS}
    assert shown == set(CHECK_KINDS)


def test_every_field_of_every_kind_is_shown() -> None:
    shown: dict[str, set[str]] = {}
    for written in CHECKS:
        check = TypeAdapter[Check](Check).validate_python(written)
        shown.setdefault(check.kind, set()).update(check.model_fields_set)
    shared = {"title", "within", "every", "soak_within", "on", "kind"}
    assert shared - {"kind"} <= shown["http"]
    missing = {kind: set(model.model_fields) - shown[kind] - shared for kind, model in CHECK_KINDS.items()}
    assert {kind: fields for kind, fields in missing.items() if fields} == {}


def test_the_example_of_a_baseline_names_every_field() -> None:
    written, by_host = examples("baseline.md")
    assert set(written) == set(BaselineScope.model_fields) - {"parts"}
    assert [
        scope.on for scope in TypeAdapter[BaselineScope](PlannedScope).validate_python(by_host).parts
    ] == [
        None,
        ("database",),
        ("app",),
    ]
    scope = BaselineScope.model_validate(written)
    assert scope.content_limit == 65536
