"""The emergency stop, over the simulated fleet: everything silent, nothing started, and a way back."""

from pathlib import Path

import pytest

from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.evidence.left_process import LeftProcess
from orchestrator.engine.drive import drive
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.stop_in_force import standing_stop
from orchestrator.engine.use_cases.deployment_commands import open_deployment, resume
from orchestrator.engine.use_cases.emergency_stop import lift, stop_all
from orchestrator.engine.use_cases.stop_proof import silence
from orchestrator.errors import Refused
from tests.fakes.voice import FakeVoice
from tests.simulation.run import ports_of
from tests.simulation.scenario import Scenario
from tests.worlds.fleet import PEOPLE, Fleet
from tests.worlds.people import key_in, keyring_of
from tests.worlds.plans import plan_tree


def seen(record: object) -> None:
    """Nobody looks."""


def calm() -> Scenario:
    """A scenario whose driver is not killed and whose store takes everything."""
    scenario = Scenario(1)
    scenario.journal.kill = scenario.journal.fail = 0
    scenario.targets.thin = 0
    return scenario


def test_a_stopped_house_is_silent_and_starts_nothing() -> None:
    scenario = calm()
    ports = ports_of(scenario)
    name = open_deployment(ports, scenario.plan, by="ann", approvals=())
    assert [d.id for d in stop_all(ports, by="bo", reason="smoke in the server room")] == [name]
    assert silence(ports, name, driver="bo's", by="bo") is None
    assert scenario.playbooks.starts == []
    with pytest.raises(Refused, match="smoke in the server room"):
        resume(ports, name, by="ann", watch=seen)


def test_a_lifted_stop_leaves_the_deployment_paused_until_it_is_resumed() -> None:
    scenario = calm()
    ports = ports_of(scenario)
    name = open_deployment(ports, scenario.plan, by="ann", approvals=())
    stop_all(ports, by="ann", reason="smoke")
    lift(ports, by="bo", reason="toast")
    paused = drive(ports, name, driver="d", by="ann", watch=seen)
    assert paused.driving.paused is not None
    assert scenario.playbooks.starts == []


def test_there_is_nothing_to_lift_where_nothing_is_stopped() -> None:
    with pytest.raises(Refused, match="nothing to lift"):
        lift(ports_of(calm()), by="bo", reason="toast")


def test_what_was_stopped_is_told_on_its_own_journal() -> None:
    scenario = calm()
    ports = ports_of(scenario)
    name = open_deployment(ports, scenario.plan, by="ann", approvals=())
    stop_all(ports, by="ann", reason="smoke")
    assert folded(ports.journal, name).driving.stopped == "ann: smoke"


def test_what_a_clean_run_left_on_a_host_is_counted_and_so_is_a_host_that_does_not_say() -> None:
    fleet = Fleet(
        plan_tree(kind="phased", waves=[{"count": 1, "gate": {"confirm": "service owner"}}, "rest"])
    )
    d = fleet.deploy()
    machine = fleet.targets.machine("h1")
    machine.left = [LeftProcess(run=f"{d.id}.1-deploy", pid=812, program="later", seconds=3.0)]
    stop_all(fleet.ports, by="ann", reason="smoke")
    assert silence(fleet.ports, d.id, driver="bo's", by="bo") == (
        f"h1: process 812 (later) of {d.id}.1-deploy still runs there, and can change it later"
    )
    machine.left, machine.unreachable = [], "no route"
    left = silence(fleet.ports, d.id, driver="bo's", by="bo")
    assert left == "h1: it did not say which processes of the deployment live there"
    machine.unreachable = None
    assert silence(fleet.ports, d.id, driver="bo's", by="bo") is None


MALLORY = keyring_of({"tester": "Mallory"}).keys[:1]


def speak_with(fleet: Fleet, key: str) -> None:
    assert isinstance(fleet.ports.voice, FakeVoice)
    fleet.ports.voice.own = key


def stand_in_a_folder_of_ones_own(fleet: Fleet) -> None:
    """A folder whose keys trust Mallory, who speaks from there."""
    fleet.keys.in_project[Path.cwd()] = Keyring(keys=MALLORY)
    speak_with(fleet, MALLORY[0].key)


def test_no_folder_of_ones_own_lifts_a_stop_where_the_house_trusts_people() -> None:
    fleet = Fleet()
    fleet.keys.ring = keyring_of(PEOPLE)
    stop_all(fleet.ports, by="ann", reason="smoke")
    stand_in_a_folder_of_ones_own(fleet)
    with pytest.raises(Refused, match="not trusted here"):
        lift(fleet.ports, by="Mallory", reason="felt like it")
    assert standing_stop(fleet.ports.journal) is not None


def test_a_stop_is_lifted_by_people_of_the_projects_that_deployed_here() -> None:
    fleet = Fleet()
    fleet.keys.in_project[Path("/project")] = keyring_of(PEOPLE)
    assert fleet.deploy().over
    stop_all(fleet.ports, by="ann", reason="smoke")
    stand_in_a_folder_of_ones_own(fleet)
    with pytest.raises(Refused):
        lift(fleet.ports, by="Mallory", reason="felt like it")
    speak_with(fleet, key_in("service owner"))
    lift(fleet.ports, by="Cy Ray", reason="toast")
    assert standing_stop(fleet.ports.journal) is None
