"""What of vaulted values cannot be kept secret is named, by variable and file and never by the value."""

import pytest

from orchestrator.domain.plan.inspection import Vaulted, VaultedValue
from orchestrator.policy.planning.vault_findings import in_clear, short_passwords, short_values
from tests.worlds.plans import plan_of, plan_tree


def vaulted(value: str) -> Vaulted:
    return Vaulted(values=(VaultedValue(file="group_vars/all.yml", name="db_pw", value=value),))


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("hunter2", True),
        ("1234567", True),
        ("long-enough", False),
        ("true", True),
        ("22", True),
        ("", False),
    ],
)
def test_short_values_are_named(value: str, *, named: bool) -> None:
    faults = short_values(vaulted(value))
    assert [(fault.file, fault.path) for fault in faults] == [("group_vars/all.yml", "db_pw")] * named
    assert "hunter2" not in "".join(map(str, faults))


def test_a_vaulted_value_in_the_text_of_the_plan_is_named_by_its_place() -> None:
    plan = plan_of(plan_tree(variables={"api": {"key": "the-secret-key"}}))
    (objection,) = in_clear(plan, vaulted("the-secret-key"))
    assert objection.path == "strategy.variables.api.key"
    assert "the-secret-key" not in str(objection)
    assert in_clear(plan, vaulted("another-secret")) == []


def test_a_short_password_of_the_vault_is_named() -> None:
    (objection,) = short_passwords(Vaulted(passwords=("hunter2",)))
    assert objection.path == "resources.vault_password_file"
    assert "hunter2" not in str(objection)
    assert short_passwords(Vaulted(passwords=("long-enough",))) == []
