"""What changed tasks say that they changed: a table that knows every module of Ansible itself."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from orchestrator.adapters.ansible.events.changes_fold import _KINDS
from orchestrator.adapters.ansible.in_run.module_table import NEVER, RULES, SETTLES, UNNAMED, things_changed

CASES: list[dict[str, Any]] = YAML(typ="safe", pure=True).load(
    Path(__file__).parents[2] / "cases/changes/modules.yml"
)


def modules_of_ansible() -> set[str]:
    names = {Path(str(file)).name for file in files("ansible.modules").iterdir()}
    return {name.removesuffix(".py") for name in names if name.endswith(".py") and not name.startswith("_")}


def test_every_module_of_ansible_is_in_the_table_once() -> None:
    """A module that a new Ansible brings has to be looked at, and put where it belongs."""
    known = [*NEVER, *UNNAMED, SETTLES, *(name for name in RULES if "." not in name)]
    assert sorted(modules_of_ansible() - set(known)) == []
    assert len(known) == len(set(known))


def test_every_module_that_names_its_changes_has_a_case() -> None:
    rules = {name for name in RULES if "." not in name} - {"debconf", "dnf5", "replace"}
    assert sorted(rules - {case["module"] for case in CASES}) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['module']} {case['given']}"[:60])
def test_a_changed_task_names_what_it_changed(case: dict[str, Any]) -> None:
    things = things_changed(case["module"], case["given"], case["answer"])
    assert [f"{kind} {name}" for kind, name in things] == case["changed"]
    assert {kind for kind, _ in things} <= _KINDS.keys()


@pytest.mark.parametrize("module", sorted(RULES))
def test_no_module_is_left_without_a_word(module: str) -> None:
    """A changed task of which nothing is known counts as an unnamed change."""
    assert things_changed(module, {}, {})
    assert things_changed(
        module, {"name": 7, "path": [], "dest": {}}, {"invocation": {"module_args": 3}, "dest": 9}
    )
