"""A run that never began on a host: it is untouched, nothing is backed out there, and the deployment is refused or held."""

from __future__ import annotations

import pytest

from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.errors import ExitCode
from orchestrator.policy.telling.exit_codes import exit_code_of
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

NOTHING_RAN = ("ansible-playbook says: the role 'hello' was not found",)


@pytest.fixture
def fleet() -> Fleet:
    """h1 first, then h2 and h3; every host tells the epoch that it has seen."""
    fleet = Fleet(plan_tree())
    for host in ("h1", "h2", "h3"):
        fleet.targets.machine(host).epoch = 0
    return fleet


def never(*hosts: str, faults: tuple[str, ...] = NOTHING_RAN) -> Script:
    return Script(results=dict.fromkeys(hosts, "untouched"), faults=faults)


def test_where_no_host_was_touched_the_deployment_is_refused(fleet: Fleet) -> None:
    fleet.playbooks.script("deploy", ["h1"], never("h1"))
    d = fleet.deploy()
    assert (d.state, exit_code_of(d)) == (State.REFUSED, ExitCode.REFUSED)
    assert (d.touched_hosts, d.standings["h1"].standing) == ((), "untouched")
    assert fleet.started() == [("deploy", ("h1",))]
    assert [event.stage for event in fleet.events(d, e.DeploymentRefused)] == ["deploy"]
    assert "scripted: untouched" in fleet.events(d, e.DeploymentRefused)[0].reasons[0]


def test_after_earlier_waves_the_deployment_is_held_and_can_be_tried_again(fleet: Fleet) -> None:
    fleet.playbooks.script("deploy", ["h2", "h3"], never("h2", "h3"))
    d = fleet.deploy()
    assert d.driving.hold is not None
    assert d.touched_hosts == ("h1",)
    assert "backout" not in [purpose for purpose, _ in fleet.started()]
    fleet.playbooks.script("deploy", ["h2", "h3"], Script())
    fleet.say(d, e.Retried(by="ann", reason="the role is there now"))
    assert fleet.resume().state is State.COMPLETED


def test_beside_a_host_that_failed_only_that_one_is_backed_out(fleet: Fleet) -> None:
    results = {"h2": "not_done", "h3": "untouched"}
    fleet.playbooks.script("deploy", ["h2", "h3"], Script(results=results))  # type: ignore[arg-type]
    d = fleet.deploy()
    assert d.state is State.BACKED_OUT
    assert sorted(h for purpose, hosts in fleet.started() if purpose == "backout" for h in hosts) == [
        "h1",
        "h2",
    ]


def changes_a_file(fleet: Fleet) -> None:
    fleet.targets.machine("h1").items[("file", "/etc/app")] = {"sha256": "f" * 64, "exists": True}


def moves_the_epoch(fleet: Fleet) -> None:
    fleet.targets.machine("h1").epoch = fleet.playbooks.started[0].epoch


def hides_the_epoch(fleet: Fleet) -> None:
    fleet.targets.machine("h1").epoch = None


def goes_away(fleet: Fleet) -> None:
    fleet.targets.machine("h1").unreachable = "no route to host"


@pytest.mark.parametrize("happens", [changes_a_file, moves_the_epoch, hides_the_epoch, goes_away])
def test_a_host_that_does_not_prove_it_is_unknown(fleet: Fleet, happens: object) -> None:
    fleet.playbooks.script("deploy", ["h1"], never("h1"))

    def on_start(request: AttemptRequest) -> None:
        if request.purpose == "deploy":
            happens(fleet)  # type: ignore[operator]

    fleet.playbooks.on_start = on_start
    d = fleet.deploy()
    ended = fleet.events(d, e.AttemptEnded)[0]
    assert [host.result for host in ended.outcome.hosts] == ["unknown"]
    assert d.touched_hosts == ("h1",)


def test_the_epoch_that_the_run_itself_showed_is_no_trace(fleet: Fleet) -> None:
    fleet.playbooks.script("deploy", ["h1"], never("h1", faults=()))
    fleet.playbooks.on_start = lambda request: moves_the_epoch(fleet)
    assert fleet.deploy().state is State.REFUSED
