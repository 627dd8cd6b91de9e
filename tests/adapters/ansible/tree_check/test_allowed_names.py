"""Names in a plan's allowances that no task of its playbook has are named before a run fails for it."""

from pathlib import Path

import pytest

from orchestrator.adapters.ansible.tree_check.allowed_names import names_of_no_task
from orchestrator.adapters.ansible.tree_check.outside import Grounds
from tests.worlds.plans import plan_with

PLAY = "- hosts: web\n  tasks:\n    - name: Stop {{ item }}\n      command: id\n    - command: id\n"
ROWS = [
    (PLAY, ("Stop {{ item }}", "shop : Stop {{ item }}", "command"), []),
    (
        PLAY,
        ("Stop", "Stop nginx"),
        ["no task of it is called 'Stop', 'Stop nginx', so nothing is allowed by that"],
    ),
    (PLAY + "    - include_tasks: '{{ os }}.yml'\n", ("Stop",), []),
    (PLAY + "  roles: [gone]\n", ("Stop",), []),
]


@pytest.mark.parametrize(("text", "names", "expected"), ROWS)
def test_names_of_no_task(tmp_path: Path, text: str, names: tuple[str, ...], expected: list[str]) -> None:
    plan = plan_with(kind="big-bang")
    allow = plan.strategy.allow.model_copy(update={"ignored_tasks": names})
    strategy = plan.strategy.model_copy(update={"allow": allow, "playbook": "site.yml"})
    (tmp_path / "site.yml").write_text(text)
    findings = names_of_no_task(plan.model_copy(update={"strategy": strategy}), Grounds(tmp_path), ())
    assert [finding.what for finding in findings] == expected
