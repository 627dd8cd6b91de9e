"""The JSON Schema for editors and the plan check agree on the same documents."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from orchestrator.adapters.files.manual import minimal, sections, stages
from orchestrator.adapters.files.schemas.plan_schema import plan_schema
from orchestrator.adapters.files.yaml_text.yaml_document import read_yaml
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.text.names import BY_HAND
from tests.adapters.files.cases import GOOD, Case, cases
from tests.adapters.files.schema_spots import spots, without_description

SCHEMA = plan_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
READABLE = [case for case in cases() if not read_yaml("plan.yml", case.plan).is_faulty(())]
MANUAL = b"".join(path.read_bytes() for path in sections())
GOOD_PLANS = {"good.yml": GOOD.read_bytes(), "minimal.yml": minimal().read_bytes(), "the manual": MANUAL}


def tree(content: bytes) -> Any:
    return read_yaml("plan.yml", content).tree


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", GOOD_PLANS)
def test_sound_plans_are_sound_to_the_schema(name: str) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(tree(GOOD_PLANS[name]))] == []


@pytest.mark.parametrize("case", READABLE, ids=str)
def test_the_schema_sees_every_fault_but_those_that_say_why_not(case: Case) -> None:
    assert VALIDATOR.is_valid(tree(case.plan)) == (case.unseen is not None)


GOOD_TREES = [*(tree(content) for _, content in sorted(GOOD_PLANS.items())), tree(stages().read_bytes())]
SHORT_FORMS: list[tuple[str, list[Any]]] = [
    (
        "waves",
        [3, "25%", "100%", "0.5%", "rest", "rack_b", {"count": 2}, {"percent": 12.5}, {"hosts": ["web1"]}],
    ),
    ("limit", [0, 3, "0%", "100%", {"count": 1}, {"percent": 10}]),
    (
        "gate",
        [{}, {"soak": 5}, {"soak": 0.5}, {"soak": "1h30m"}, {"soak": "1.5h", "confirm": "service owner"}],
    ),
    (
        "check",
        [
            {"unit": "shop"},
            {"unit": {"name": "shop"}},
            {"tcp": 8080},
            {"clock": None},
            {"clock": {}},
            {"clock": 2},
            {"clock": "2s"},
            {"memory": 1000},
            {"memory": "1 GiB"},
            {"pending_reboot": True},
            {"http": "https://shop/", "within": "5s"},
            {"http": {"url": "https://shop/", "within": 5}, "title": "shop"},
        ],
    ),
]


def with_form(kind: str, form: Any) -> dict[str, Any]:
    plan: dict[str, Any] = copy.deepcopy(tree(GOOD.read_bytes()))
    strategy = plan["strategy"]
    if kind == "waves":
        strategy["waves"] = [form]
    elif kind == "limit":
        strategy["failure_limit"] = {"wave": form, "overall": form}
    elif kind == "gate":
        strategy["gate"] = form
    else:
        plan["validation"]["environment"] = [form]
    return plan


@pytest.mark.parametrize(("kind", "form"), [(kind, form) for kind, forms in SHORT_FORMS for form in forms])
def test_short_forms_are_sound_to_both(kind: str, form: Any) -> None:
    plan = with_form(kind, form)
    ReleasePlan.model_validate(plan, context=BY_HAND)
    assert VALIDATOR.is_valid(plan)


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 70000),
    st.sampled_from([0.5, -0.5, 100.5]),
    st.sampled_from(
        [
            "",
            "x",
            "a b",
            "rest",
            "0%",
            "25%",
            "101%",
            "1m",
            "1x",
            "2GiB",
            "/a",
            "a" * 64,
            "all",
            "pilot",
            "0644",
        ]
    ),
    st.sampled_from(
        [[], {}, ["x"], [1], [[]], {"x": 1}, ["rest"], {"count": 1}, {"hosts": ["a"]}, {"group": "a"}, [{}]]
    ),
    st.sampled_from(
        [
            {"unit": "x"},
            [{"tcp": 1}],
            {"tcp": None},
            {"soak": 1},
            [None],
            {"http": "http://x", "within": True},
        ]
    ),
)
# Rules that compare two values: a schema cannot.
COMPARES = {
    "a window that closes after it opens",
    "`sample`, which says how many a value rests on",
    "one of check, metric, by_hand",
    "a condition for a number by hand, and for nothing else",
    "a metric without `compare`",
    "no waves in a stage that runs once",
    "a step that is not repeated",
    "something that is chosen",
    "a name of its own",
}
"""Rules over several values, which the schema does not express; `orch plan check` says them."""


@st.composite
def changed_plans(draw: st.DrawFn) -> Any:
    plan = copy.deepcopy(draw(st.sampled_from(GOOD_TREES)))
    for _ in range(draw(st.integers(1, 2))):
        spot = draw(st.sampled_from([spot for spot in spots(plan) if spot]))
        node = plan
        for part in spot[:-1]:
            node = node[part]
        if isinstance(node, dict) and draw(st.booleans()):
            del node[spot[-1]]
            keys = st.sampled_from(["title", "kind", "extra", "within", "pilot"])
            node.update(copy.deepcopy(draw(st.dictionaries(keys, VALUES, max_size=1))))
        else:
            node[spot[-1]] = copy.deepcopy(draw(VALUES))
    return plan


@given(changed_plans())
def test_schema_and_plan_check_agree_on_changed_plans(plan: Any) -> None:
    try:
        ReleasePlan.model_validate(plan, context=BY_HAND)
    except ValidationError as error:
        reasons = {_reason(dict(item)) for item in error.errors(include_url=False)}
        if reasons - COMPARES:
            assert not VALIDATOR.is_valid(plan)
    else:
        assert [problem.message for problem in VALIDATOR.iter_errors(plan)] == []


def _reason(item: dict[str, Any]) -> str:
    return str(item.get("ctx", {}).get("expected", item["type"]))


def test_every_key_tells_an_editor_what_it_is() -> None:
    assert sorted(without_description(SCHEMA)) == []


SQL: dict[str, Any] = {"dsn": {"variable": "SHOP_DB"}, "query": "select 1"}
MEASURED: list[tuple[dict[str, Any], bool]] = [
    ({"sql": SQL}, True),
    ({}, False),
    ({"sql": SQL, "command": {"run": ["wc"]}}, False),
    ({"sql": {**SQL, "dsn": {}}}, False),
    ({"sql": {**SQL, "dsn": {"file": "a", "variable": "B"}}}, False),
]


@pytest.mark.parametrize(("source", "sound"), MEASURED)
def test_a_metric_has_one_source_to_both(source: dict[str, Any], *, sound: bool) -> None:
    plan = copy.deepcopy(tree(GOOD.read_bytes()))
    plan["objectives"] = [{"objective": "Few wait.", "metric": {"name": "queue", "success": "< 5", **source}}]
    assert VALIDATOR.is_valid(plan) is sound
    if not sound:
        with pytest.raises(ValidationError):
            ReleasePlan.model_validate(plan, context=BY_HAND)
