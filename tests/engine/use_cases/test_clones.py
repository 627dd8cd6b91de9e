"""Cloned machines are called that: within a deployment, and where another deployment holds the clone."""

from __future__ import annotations

from pathlib import Path

from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.use_cases.deployment_commands import open_deployment, resume
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet, quiet


def test_two_clones_in_one_deployment(tmp_path: Path) -> None:
    fleet = Fleet(home=tmp_path)
    fleet.targets.machine("h2").machine_id = "machine-of-h1"
    fleet.targets.machine("h2").host_key = "SHA256:another"
    d = fleet.deploy()
    assert d.state is State.REFUSED
    [reason] = d.preparation.refusals
    assert "h1 and h2 have one machine-id (machine-of-h1) and different host keys: they are clones" in reason
    assert "systemd-machine-id-setup" in reason


def test_a_clone_that_another_deployment_holds(tmp_path: Path) -> None:
    fleet = Fleet(home=tmp_path)
    plan = fleet.plan("first.yml", "web1", backout={"on_failure": "hold"})
    fleet.targets.machine("web1").machine_id = "copied"
    first = open_deployment(fleet.ports, fleet.prepared(plan), by="ann", approvals=())
    fleet.playbooks.script("deploy", None, Script(results={"web1": "not_done"}))
    assert resume(fleet.ports, first, by="ann", watch=quiet).driving.hold is not None
    fleet.targets.machine("web2").machine_id = "copied"
    fleet.targets.machine("web2").host_key = "SHA256:another"
    second = open_deployment(
        fleet.ports, fleet.prepared(fleet.plan("second.yml", "web2")), by="ann", approvals=()
    )
    d = resume(fleet.ports, second, by="ann", watch=quiet)
    assert d.state is State.REFUSED
    assert "web2 and web1 have one machine-id (copied) and different host keys" in d.preparation.refusals[0]
