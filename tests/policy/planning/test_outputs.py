"""Outputs are folders that no run reads as code, variables or inventory."""

import pytest
from pydantic import ValidationError

from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.resources import Resources
from orchestrator.policy.planning.outputs import unfit_outputs
from tests.worlds.plans import plan_with


def _plan(*outputs: str) -> ReleasePlan:
    plan = plan_with(kind="big-bang")
    return plan.model_copy(update={"resources": plan.resources.model_copy(update={"outputs": outputs})})


@pytest.mark.parametrize(
    ("output", "finding"),
    [
        ("reports", None),
        ("playbooks/reports", None),
        ("playbooks", "which holds the deploy playbook"),
        ("rollback/app.yml", "which holds the backout playbook"),
        ("inventories", "which holds the inventory"),
        ("inventories/test/fetched", "which is below the inventory"),
        ("dml", "which holds the release unit app"),
        ("playbooks/group_vars", "and Ansible reads `group_vars` by its name"),
        ("roles/app/kept", "and Ansible reads `roles` by its name"),
        ("callback_plugins", "and Ansible reads `callback_plugins` by its name"),
    ],
)
def test_an_output_that_decides_what_runs_is_a_fault(output: str, finding: str | None) -> None:
    objections = [objection.found for objection in unfit_outputs(_plan(output))]
    assert objections == ([] if finding is None else [f"{output}, {finding}"])


@pytest.mark.parametrize("output", ["/tmp/x", "../x", "a/../b", ".git", "a//b", "a/", "", "a/.b", "a\nb"])
def test_an_output_is_a_path_below_the_project(output: str) -> None:
    with pytest.raises(ValidationError):
        Resources(environment="test", inventory="inventories/test", outputs=(output,))
