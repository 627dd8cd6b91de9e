"""The JSON Schemas of policies and models, and what loads them, agree on the same documents."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError
from ruamel.yaml import YAML

from orchestrator.adapters.files.manual import environment, model, policy
from orchestrator.adapters.files.schemas.authority_schemas import (
    environment_schema,
    model_schema,
    policy_schema,
)
from orchestrator.adapters.files.yaml_text.annotations import annotations
from orchestrator.adapters.files.yaml_text.yaml_document import read_yaml
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.environment import Environment
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.text.model_base import Noun
from orchestrator.domain.text.names import BY_HAND
from tests.adapters.files.schema_spots import spots, without_description

ROOT = Path(__file__).resolve().parents[3]
CASES = ROOT / "tests/cases/policies"
KINDS: dict[str, type[Noun]] = {
    "policy": ReleasePolicy,
    "model": DeploymentModel,
    "environment": Environment,
}
SCHEMAS = {"policy": policy_schema(), "model": model_schema(), "environment": environment_schema()}
VALIDATORS = {kind: Draft202012Validator(schema) for kind, schema in SCHEMAS.items()}
GOOD = {
    "policy": [policy(), CASES / "good.yml"],
    "model": [model(), *sorted((ROOT / "models").glob("*.yml"))],
    "environment": [environment(), *sorted((ROOT / "environments").glob("*.yml"))],
}
SOUND = [(kind, file) for kind, files in GOOD.items() for file in files]


TREES = [(kind, read_yaml("file.yml", file.read_bytes()).tree) for kind, file in SOUND]


def tree(content: bytes) -> Any:
    return read_yaml("file.yml", content).tree


@pytest.mark.parametrize("kind", KINDS)
def test_the_schemas_are_schemas_and_silent_about_no_key(kind: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[kind])
    assert without_description({**SCHEMAS[kind], "allOf": []}) == []


@pytest.mark.parametrize(("kind", "file"), SOUND, ids=lambda value: getattr(value, "stem", value))
def test_sound_files_are_sound_to_the_schema(kind: str, file: Path) -> None:
    KINDS[kind].model_validate(tree(file.read_bytes()), context=BY_HAND)
    assert [error.message for error in VALIDATORS[kind].iter_errors(tree(file.read_bytes()))] == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_manual_has_every_key_and_explains_it(kind: str) -> None:
    content = {"policy": policy, "model": model, "environment": environment}[kind]().read_bytes()
    document = read_yaml("manual", content)
    assert {path[0] for path in document.places if path} == {
        field.alias or name for name, field in KINDS[kind].model_fields.items()
    }
    texts = annotations(content)
    silent = [path for path in document.places if len(path) == 1 and path not in texts]
    assert silent == []
    assert all(text.endswith(".") for text in texts.values())


def test_the_page_shows_both_manuals() -> None:
    page = (ROOT / "docs/policies-and-models.md").read_text("utf-8")
    shown = re.findall(r"^```yaml\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)
    assert shown == [policy().read_text("utf-8"), model().read_text("utf-8")]


def test_the_page_of_environments_shows_the_manual() -> None:
    page = (ROOT / "docs/environments.md").read_text("utf-8")
    assert re.findall(r"^```yaml\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL) == [
        environment().read_text("utf-8")
    ]


# What a schema does not see: rules that compare values, or that ask a calendar or a list of zones.
UNSEEN = {
    "a zone that is none",
    "a rule that is none",
    "a rule of other days",
    "a freeze that begins when clocks are put back",
    "a freeze that ends when clocks are put forward",
    "a freeze that ends in a skipped hour",
    "a freeze that ends before it begins",
    "a role that nobody knows",
    "a role of a late rollback that nobody knows",
    "an emergency rollback without a procedure",
    "a window that freezes cover",
    "freezes that overlap",
    "two freezes of one name",
}
ROWS: list[dict[str, Any]] = YAML(typ="safe", pure=True).load((CASES / "faults.yml").read_text("utf-8"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["what"])
def test_the_schema_sees_every_fault_but_those_that_compare(row: dict[str, Any]) -> None:
    text = row.get("whole")
    if text is None:
        text = (CASES / "good.yml").read_text("utf-8").replace(row["was"], row["now"])
    document = read_yaml("p.yml", text.encode())
    assert VALIDATORS["policy"].is_valid(document.tree) == (row["what"] in UNSEEN)


def test_the_rows_that_are_not_seen_are_there() -> None:
    assert {row["what"] for row in ROWS} >= UNSEEN


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 400),
    # Not 1.0, which is a whole number to JSON and none to YAML.
    st.sampled_from([0.5, -0.5, 5.5]),
    st.sampled_from(
        [
            "",
            "x",
            "a b",
            "0%",
            "25%",
            "101%",
            "1m",
            "0s",
            "1x",
            "unit",
            "standard",
            "normal",
            "emergency",
            "UTC",
        ]
    ),
    st.sampled_from(["2026-01-03T22:00", "2026-01-03", "FREQ=DAILY", "some", "high", "phased", "every wave"]),
    st.sampled_from(
        [
            [],
            {},
            ["x"],
            [1],
            [None],
            ["unit"],
            ["unitt"],
            ["emergency"],
            ["normal"],
            ["standard", "normal"],
            ["live", "live"],
            {"role": "x"},
            {"role": "x", "people": 0},
            [{"role": "x", "people": 2}],
            {"count": 1},
            {"count": 1, "percent": 5},
            {"soak": 0},
            {"soak": "10s"},
            {"confirm": "x"},
            {"x": 1},
        ]
    ),
)
# Rules that compare two values, or that ask a calendar: a schema cannot.
COMPARES = (
    "a rule whose first occurrence is `starts`",
    "an end after the start",
    "starts that the rule names",
    "a time that occurs once",
    "a time zone of the IANA database",
    "a recurrence rule of RFC 5545",
    "a rule with FREQ=",
    "a date and a time that exist",
    "somebody else than the author",
    "a day after `approved_on`",
)


@st.composite
def changed(draw: st.DrawFn) -> tuple[str, Any]:
    kind, sound = draw(st.sampled_from(TREES))
    document: Any = copy.deepcopy(sound)
    for _ in range(draw(st.integers(1, 2))):
        spot = draw(st.sampled_from([spot for spot in spots(document) if spot]))
        node = document
        for part in spot[:-1]:
            node = node[part]
        if isinstance(node, dict) and draw(st.booleans()):
            del node[spot[-1]]
            keys = st.sampled_from(["ends", "lasts", "extra", "emergency", "standard", "flow", "soak"])
            node.update(copy.deepcopy(draw(st.dictionaries(keys, VALUES, max_size=1))))
        else:
            node[spot[-1]] = copy.deepcopy(draw(VALUES))
    return kind, document


@given(changed())
def test_schemas_and_loaders_agree_on_changed_files(case: tuple[str, Any]) -> None:
    kind, document = case
    try:
        KINDS[kind].model_validate(document, context=BY_HAND)
    except ValidationError as error:
        reasons = [_reason(dict(item)) for item in error.errors(include_url=False)]
        if any(not reason.startswith(COMPARES) for reason in reasons):
            assert not VALIDATORS[kind].is_valid(document), reasons
    else:
        assert [problem.message for problem in VALIDATORS[kind].iter_errors(document)] == []


def _reason(item: dict[str, Any]) -> str:
    return str(item.get("ctx", {}).get("expected", item["type"]))
