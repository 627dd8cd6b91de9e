"""What third-party playbooks do that a run takes for a failure, and the plan's words with which it is done: on real hosts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain.evidence.attempt import Allowance
from orchestrator.lab.fleet import Lab
from tests.fleet.ansible_runs import CASES, Runs, reasons, results, with_hosts

BOTH = ("done", "done")
NOTHING = Allowance()
# playbook, what the plan says, and the result on web1 and web2
ROWS: list[tuple[str, Allowance, dict[str, Any], tuple[str, str]]] = [
    ("absent_group.yml", Allowance(absent_groups=("monitoring",)), {}, BOTH),
    ("only_looks.yml", Allowance(check_mode_tasks=("Would the file change",)), {}, BOTH),
    ("only_looks.yml", NOTHING, {}, ("not_done", "not_done")),
    (
        "balancer_may_be_gone.yml",
        Allowance(unreachable_tasks=("Tell the balancer",), delegates=("gone",)),
        {},
        BOTH,
    ),
    ("balancer_may_be_gone.yml", Allowance(delegates=("gone",)), {}, ("unknown", "unknown")),
    ("items.yml", Allowance(ignored_tasks=("Stop {{ item }}",)), {}, BOTH),
    ("items.yml", NOTHING, {}, ("not_done", "not_done")),
    ("prompts.yml", NOTHING, {"variables": {"release": "2.4"}}, BOTH),
    ("injected.yml", Allowance(injected_facts=True), {}, BOTH),
    ("tagged.yml", NOTHING, {"tags": ("base",)}, BOTH),
    ("tagged.yml", NOTHING, {"skip_tags": ("base",)}, ("done", "not_done")),
    ("tagged.yml", Allowance(noop=True), {"tags": ("app",)}, BOTH),
    ("tagged.yml", NOTHING, {"tags": ("no-such-tag",)}, ("not_done", "not_done")),
]


@pytest.fixture
def runs(tmp_path: Path, light_lab: Lab) -> Runs:
    made = Runs(tmp_path, light_lab, project=CASES / "walls")
    made.inventory = with_hosts(made, {"gone": {"ansible_host": "127.0.0.1", "ansible_port": 1}})
    return made


@pytest.mark.slow
@pytest.mark.parametrize(("playbook", "allowance", "more", "expected"), ROWS)
def test_what_a_plan_allows_and_says(
    runs: Runs, playbook: str, allowance: Allowance, more: dict[str, Any], expected: tuple[str, str]
) -> None:
    outcome = runs.run(playbook, allowance=allowance, **more)
    assert results(outcome) == {"web1": expected[0], "web2": expected[1]}, reasons(outcome)


@pytest.mark.slow
def test_tags_decide_what_is_run(runs: Runs) -> None:
    runs.lab.ssh("web1", "rm -f /tmp/walls-base /tmp/walls-app")
    runs.run("tagged.yml", ("web1",), tags=("app",))
    assert runs.lab.ssh("web1", "ls /tmp | grep walls-").out.split() == ["walls-app"]


@pytest.mark.slow
def test_without_the_words_the_failure_names_the_way_out(runs: Runs) -> None:
    outcome = runs.run("injected.yml", ("web1",))
    assert results(outcome) == {"web1": "not_done"}
    assert (
        "'ansible_os_family' is undefined. Facts are no variables of their own here: write "
        "ansible_facts['os_family'], or `allow: {injected_facts: true}` in the plan"
    ) in reasons(outcome)
    absent = runs.run("absent_group.yml", ("web1",))
    assert "Could not match supplied host pattern" in reasons(absent) + str(absent.faults)
