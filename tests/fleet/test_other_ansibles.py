"""Runs under Ansibles that are not orch's own: one that starts in the cold, one that is newer (all of them: make versions)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.installation import FirstFound
from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.adapters.ansible.warm import WarmStart
from orchestrator.lab.fleet import Lab
from setup import versions
from tests.fleet.ansible_runs import Runs, reasons, results

LYING = """\
- hosts: web
  gather_facts: false
  tasks:
    - {name: Deploy, command: /bin/true}
    - name: Elsewhere
      command: /bin/true
      vars: {ansible_host: "{{ hostvars.web3.ansible_host }}"}
      when: inventory_hostname == "web1"
    - {name: Masked, command: /bin/false, failed_when: 1 == 2, when: inventory_hostname == "web2"}
"""


@pytest.fixture(params=["cold", "newer"])
def runs(request: pytest.FixtureRequest, tmp_path: Path, light_lab: Lab) -> Iterator[Runs]:
    several = versions.COLD if request.param == "cold" else versions.NEWER
    made = next((series for series in several if versions.is_made(series)), None)
    if made is None:
        possible = any(versions.python_of(minor) for series in several for minor in versions.SERIES[series])
        if possible and os.environ.get("CI") == "true":
            pytest.fail(
                f"none of ansible-core {', '.join(several)} is in .venv-versions: setup/versions.py --slice"
            )
        pytest.skip(f"none of ansible-core {', '.join(several)} is here: setup/versions.py --slice")
    choice = FirstFound(versions.environment_of(made), os.environ)
    made_runs = Runs(tmp_path, light_lab)
    warm = WarmStart(choice=choice)
    made_runs.playbooks = AnsiblePlaybooks(tmp_path / "attempts", warm=warm, choice=choice)
    yield made_runs
    warm.let_go()


def test_an_honest_playbook_is_done_and_a_lying_one_is_not(runs: Runs) -> None:
    honest = runs.run("honest.yml", ("web1",))
    assert (results(honest), honest.faults, honest.exit_code) == ({"web1": "done"}, (), 0)
    runs.project = runs.root
    (runs.root / "lying.yml").write_text(LYING)
    lying = runs.run("lying.yml")
    assert results(lying) == {"web1": "unknown", "web2": "not_done"}
    assert "web1: task 'Elsewhere' went to web3" in reasons(lying)
    assert "web2: task 'Masked' failed, which the playbook ignores" in reasons(lying)
    logs = [path.read_text() for path in runs.root.glob("attempts/*/worker.log")]
    assert len(logs) == 2
    assert all("ansible-core 2." in log and "under Python 3." in log for log in logs)
