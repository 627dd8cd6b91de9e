"""An Ansible tree that knows nothing of orch is deployed as it is: role, vault, filter, group_vars, handler, ansible.cfg."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.adapters.ansible.inspection import inspect
from orchestrator.adapters.ansible.settings import cfg_conflicts
from orchestrator.adapters.ansible.tree_check.lint import unsafe_constructs
from orchestrator.domain.evidence.attempt import Allowance
from orchestrator.lab.fleet import Lab
from tests.fleet.ansible_runs import CASES, Runs, reasons, results

TREE = CASES / "roles"


@pytest.fixture
def runs(tmp_path: Path, light_lab: Lab) -> Runs:
    return Runs(tmp_path, light_lab, project=TREE)


def test_a_role_is_deployed_unchanged_where_the_plan_allows_injected_facts(runs: Runs) -> None:
    outcome = runs.run("site.yml", allowance=Allowance(injected_facts=True))
    assert results(outcome) == {"web1": "done", "web2": "done"}, reasons(outcome)
    motd = runs.lab.ssh("web1", "cat /etc/motd; sudo cat /etc/motd.token; ls /tmp/banner-announced").out
    assert motd.startswith("[ from group_vars ] ")
    assert "(Debian, apt)" in motd
    assert len(motd.splitlines()[1].split()) == len(runs.lab.hosts)
    assert "token-of-the-test" in motd
    assert "/tmp/banner-announced" in motd
    for path in runs.root.rglob("*"):
        assert not path.is_file() or b"token-of-the-test" not in path.read_bytes()


def test_without_the_allowance_it_fails_and_says_which_fact(runs: Runs) -> None:
    outcome = runs.run("site.yml", ("web1",))
    assert results(outcome) == {"web1": "not_done"}
    assert "'ansible_hostname' is undefined" in reasons(outcome)


def test_it_passes_inspection(light_lab: Lab) -> None:
    inspection = inspect(TREE, [Path("site.yml")], light_lab.inventory)
    assert (inspection.inventory_faults, inspection.vault_faults, inspection.playbooks[0].fault) == (
        (),
        (),
        None,
    )
    assert inspection.playbooks[0].uncovered([target.host for target in inspection.targets]) == ()
    facts = [finding.allowed_by for finding in unsafe_constructs(Path("site.yml"), TREE)]
    assert facts == ["injected_facts", "injected_facts"]
    assert [conflict.split(" = ")[0].split(":")[0] for conflict in cfg_conflicts(TREE)] == [
        "[defaults] host_key_checking",
        "[ssh_connection] ssh_args",
    ]


def test_remote_processes_carry_the_mark_of_the_run(runs: Runs, tmp_path: Path) -> None:
    (tmp_path / "site.yml").write_text(
        "- hosts: web\n  become: true\n  gather_facts: false\n  environment: {MINE: kept}\n  tasks:\n"
        "    - name: Look\n      ansible.builtin.shell: env > /tmp/environment\n      environment: {HERS: too}\n"
    )
    runs.project = tmp_path
    request = runs.request("site.yml", ("web1",))
    runs.playbooks.start(request)
    runs.until(request.attempt, "finished")
    seen = runs.lab.ssh("web1", "cat /tmp/environment").out.split()
    assert {f"ORCH_RUN={request.attempt}", "MINE=kept", "HERS=too"} <= set(seen)
