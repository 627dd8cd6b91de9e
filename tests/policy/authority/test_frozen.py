"""Why no attempt may start from a copy: each change in words, with what mends it."""

import pytest

from orchestrator.domain.plan.effective_plan import Change
from orchestrator.policy.authority.copy_integrity import refusals_of

OUTSIDE, INSIDE = "/etc/ansible/group_vars/web.yml", "inventories/test/hosts.yml"


@pytest.mark.parametrize(
    ("change", "beginning"),
    [
        (Change(ingredient="hosts", changed=(OUTSIDE,)), "what runs read in place is not"),
        (Change(ingredient="hosts", changed=(INSIDE,), removed=(OUTSIDE,)), "what runs read in place is not"),
        (Change(ingredient="hosts", changed=(INSIDE,)), "the private copy is not"),
        (Change(ingredient="variables", changed=(OUTSIDE,)), "the private copy is not"),
        ("hosts (/frozen/x/hosts: expected a file, found none", "the private copy is not"),
    ],
)
def test_only_the_inventory_outside_of_the_project_is_made_what_it_was_by_hand(
    change: Change | str, beginning: str
) -> None:
    [reason] = refusals_of([change], "/project")
    assert reason.startswith(beginning)
    assert str(change) in reason


def test_of_many_changes_the_first_are_named_and_the_others_counted() -> None:
    reasons = refusals_of([f"file {n}" for n in range(7)], "/project")
    assert [reason.split("; ")[0].rpartition(": ")[2] for reason in reasons] == [
        *(f"file {n}" for n in range(5)),
        "and 2 more",
    ]
