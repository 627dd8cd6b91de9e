"""A deploy goes by the login of the visit before it; its end leaves none, and a backout logs in anew."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks, Given
from orchestrator.adapters.process import KeptLogins, sockets_of
from orchestrator.adapters.ssh import Logins, SshTargets
from orchestrator.lab.fleet import Lab
from tests.fleet.ansible_runs import WARM, Runs, results
from tests.fleet.lab_targets import targets_of
from tests.worlds.ansibles import CHOICE

HOST = "web5"


@pytest.fixture
def kept() -> KeptLogins:
    return KeptLogins()


@pytest.fixture
def runs(tmp_path: Path, light_lab: Lab, kept: KeptLogins) -> Runs:
    project = tmp_path / "project"
    project.mkdir()
    task = {"name": "By which connection", "ansible.builtin.shell": "echo $SSH_CONNECTION >/tmp/by"}
    play = {"hosts": "web", "gather_facts": False, "tasks": [task]}
    (project / "site.yml").write_text(json.dumps([play]))
    runs = Runs(tmp_path, light_lab, project=project)
    runs.playbooks = AnsiblePlaybooks(tmp_path / "attempts", warm=WARM, choice=CHOICE, given=Given(kept))
    return runs


def visit(lab: Lab, kept: KeptLogins) -> str:
    """Visit the host, and see by which connection: the port of this side."""
    [target] = [each for each in targets_of(lab) if each.host == HOST]
    staying = SshTargets(logins=Logins(kept=kept)).stay(hand_on=True)
    staying.identify([target])
    staying.close()
    place = f"{target.address}:22"
    path = kept.take([place])[place]
    [socket] = sockets_of(path)
    kept.keep(place, path)
    words = ["ssh", "-F", "none", "-o", f"ControlPath={socket}", "nowhere.invalid", "echo $SSH_CONNECTION"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()[1]


@pytest.mark.parametrize("purpose", ["deploy", "backout"])
def test_a_deploy_goes_by_the_visits_login_and_a_backout_by_its_own(
    runs: Runs, kept: KeptLogins, purpose: str
) -> None:
    port = visit(runs.lab, kept)
    address = next(str(host.address) for host in runs.lab.hosts if host.name == HOST)
    outcome = runs.run("site.yml", (HOST,), purpose=purpose, addresses={HOST: f"{address}:22"})
    assert results(outcome) == {HOST: "done"}
    gone_by = runs.lab.ssh(HOST, "cat /tmp/by").out.split()[1]
    assert (gone_by == port) == (purpose == "deploy")
    connected = runs.lab.ssh(HOST, "sudo ss -tnH sport = :22").out
    assert f":{port} " not in connected, "its end left the login"
    runs.playbooks.let_go()
