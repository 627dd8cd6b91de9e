"""Every fault of a plan's form is named with its line, its path and the next move, and nothing else is."""

import pytest

from orchestrator.adapters.files.plan_file import load_plan, plan_of
from orchestrator.errors import PlanFault
from tests.adapters.files.cases import GOOD, Case, cases

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_fault(case: Case) -> None:
    with pytest.raises(PlanFault) as raised:
        plan_of("plan.yml", case.plan)
    assert [str(fault) for fault in raised.value.faults] == [_line(sentence) for sentence in case.says]


def _line(sentence: str) -> str:
    return f"plan.yml:{sentence}"


def test_the_plan_that_the_cases_change_is_sound() -> None:
    assert load_plan(GOOD).noun.release.version == "2.4.0"


def test_there_are_cases_and_no_two_are_the_same() -> None:
    assert len(CASES) >= 80
    assert len({case.what for case in CASES}) == len({case.plan for case in CASES}) == len(CASES)
