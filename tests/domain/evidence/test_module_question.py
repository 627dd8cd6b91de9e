"""A question to a host without ssh only reads, and asks the host."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from orchestrator.domain.evidence.baseline import AttributeValue
from orchestrator.domain.evidence.module_question import ModuleFacts, ValueExpectation
from orchestrator.domain.plan.check import Check, ModuleCheck
from orchestrator.policy.evidence.expectation import expected_of
from orchestrator.policy.evidence.module_answer import judged

REFUSED = [
    ({"module": "ansible.builtin.debug"}, "a module that asks the host"),
    ({"module": "set_fact"}, "a module that asks the host"),
    ({"module": "ansible.builtin.copy"}, "a module that only reads"),
    ({"module": "ansible.legacy.service"}, "a module that only reads"),
    ({"module": "command", "args": {"cmd": "id"}}, "reads_only: true"),
    ({"module": "ansible.windows.win_shell"}, "reads_only: true"),
    ({"module": "uri", "args": {"method": "put"}}, "a method that only reads"),
    (
        {"module": "ansible.builtin.uri", "args": {"method": "DELETE"}, "reads_only": True},
        "a method that only reads",
    ),
    ({"module": "a b"}, "pattern"),
    ({"module": "a.b", "keep": []}, "at least 1"),
    ({"module": "a.b", "keep": ["json..x"]}, "the place of a value"),
    ({"module": "a.b", "keep": ["json[0]"]}, "the place of a value"),
]


@pytest.mark.parametrize(("given", "words"), REFUSED)
def test_what_is_no_question_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ModuleFacts.model_validate({"keep": ["stdout"], **given})
    assert words in str(refused.value)


QUESTIONS = [
    {"module": "ansible.netcommon.cli_command", "args": {"command": "show version"}},
    {"module": "command", "args": {"cmd": "id"}, "reads_only": True},
    {"module": "uri", "args": {"method": "HEAD", "url": "{{ api }}"}},
    {"module": "ansible.builtin.setup", "args": {"gather_subset": ["min"]}},
]


@pytest.mark.parametrize("given", QUESTIONS)
def test_what_only_reads_is_one(given: dict[str, Any]) -> None:
    assert ModuleFacts.model_validate({"keep": ["stdout"], **given}).keep == ("stdout",)


VALUES: dict[str, AttributeValue] = {
    "text": "Version 17.9",
    "port": 8080,
    "up": True,
    "none": None,
    "long": "x" * 5000,
}
ANSWERS = [
    ({"value": "text", "equals": "Version 17.9"}, "passed", "text Version 17.9"),
    ({"value": "text", "equals": "Version"}, "failed", "text Version 17.9"),
    ({"value": "text", "contains": "17"}, "passed", "text Version 17.9"),
    ({"value": "text", "matches": "Version 1?.*"}, "passed", "text Version 17.9"),
    ({"value": "text", "matches": "17*"}, "failed", "text Version 17.9"),
    ({"value": "port", "equals": 8080}, "passed", "port 8080"),
    ({"value": "port", "equals": "8080"}, "passed", "port 8080"),
    ({"value": "port", "one_of": [80, 443]}, "failed", "port 8080"),
    ({"value": "up", "equals": True}, "passed", "up true"),
    ({"value": "up", "equals": 1}, "failed", "up true"),
    ({"value": "up", "one_of": [True]}, "passed", "up true"),
    ({"value": "up", "equals": False}, "failed", "up true"),
    ({"value": "none", "exists": True}, "passed", "none none"),
    ({"value": "gone", "exists": False}, "passed", "no gone"),
    ({"value": "gone", "exists": True}, "failed", "no gone"),
    ({"value": "gone", "equals": "none"}, "failed", "no gone"),
    ({"value": "long", "matches": "x*"}, "failed", None),
]


@pytest.mark.parametrize(("expectation", "answer", "finding"), ANSWERS)
def test_an_answer_is_held_to_what_is_expected(
    expectation: dict[str, Any], answer: str, finding: str | None
) -> None:
    check = TypeAdapter[Check](Check).validate_python({"module": {"name": "a.b", "expect": [expectation]}})
    assert isinstance(check, ModuleCheck)
    assert expected_of(check)
    result = judged(check, VALUES)
    assert result[0] == answer
    assert finding is None or result[1].replace("null", "none") == finding


def test_all_expectations_must_hold_and_those_that_do_not_are_named() -> None:
    expect = [{"value": "port", "equals": 8080}, {"value": "up", "equals": False}]
    check = ModuleCheck.model_validate({"name": "a.b", "expect": expect})
    assert judged(check, VALUES) == ("failed", "up true")


@pytest.mark.parametrize("given", [{}, {"equals": "x", "contains": "y"}, {"exists": True, "one_of": ["x"]}])
def test_a_value_has_one_expectation(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ValueExpectation.model_validate({"value": "stdout", **given})
