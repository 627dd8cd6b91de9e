"""Braces in a plan's variables are text, and the check says so."""

from typing import Any

import pytest

from orchestrator.policy.planning.variable_findings import templates_in_variables
from tests.worlds.plans import plan_with


@pytest.mark.parametrize(
    ("variables", "paths"),
    [
        ({"url": "https://{{ inventory_hostname }}/"}, ["strategy.variables.url"]),
        ({"a": {"b": ["x", "{{ y }}"]}}, ["strategy.variables.a.b[1]"]),
        ({"a": "{% if x %}y{% endif %}"}, ["strategy.variables.a"]),
        ({"a": "{{\n x }}"}, ["strategy.variables.a"]),
        ({"a": {"{{ key }}": 1}}, ["strategy.variables.a.{{ key }}"]),
        ({"a": "{ not one }", "b": "100% {{", "c": 5, "d": None}, []),
    ],
)
def test_templates_are_named_by_their_path(variables: dict[str, Any], paths: list[str]) -> None:
    plan = plan_with(kind="big-bang")
    strategy = plan.strategy.model_copy(update={"variables": variables})
    objections = list(templates_in_variables(plan.model_copy(update={"strategy": strategy})))
    assert [objection.path for objection in objections] == paths
