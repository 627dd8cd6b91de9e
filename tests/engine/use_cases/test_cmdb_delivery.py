"""What CMDBs outside are owed, and that it is delivered whatever happens in between."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orchestrator.domain.cmdb.outside import OutsidePlace, SilentOutside, ToldOutside
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.use_cases.cmdb_delivery import begin_where_due, deliver, owing
from orchestrator.engine.use_cases.run_due import run_due
from orchestrator.errors import Fault, PlanFault
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet

PLACE = OutsidePlace("netbox", "netbox", "https://netbox.example.net")
TROUBLE = SilentOutside("trouble", "status 500")


@pytest.fixture
def fleet() -> Fleet:
    fleet = Fleet()
    fleet.outside.places = [PLACE]
    fleet.outside.has["netbox"] = {target.host: "" for target in fleet.hosts}
    return fleet


def owed_ends(fleet: Fleet) -> int:
    return sum(len(owed.updates) for owed in owing(fleet.ports))


def answers(fleet: Fleet, **how: bool) -> list[ToldOutside | SilentOutside | None]:
    return [each.answer for each in deliver(fleet.ports, **how)]


def test_a_driver_has_its_end_delivered(fleet: Fleet) -> None:
    fleet.outside.deliver = lambda: answers(fleet)
    fleet.deploy()
    assert set(fleet.outside.has["netbox"].values()) == {"verified"}
    assert owed_ends(fleet) == 0


def test_also_after_a_backout(fleet: Fleet) -> None:
    names = [target.host for target in fleet.hosts]
    fleet.playbooks.script("deploy", None, Script(results=dict.fromkeys(names, "not_done")))
    assert fleet.deploy().state is State.BACKED_OUT
    assert answers(fleet) == [ToldOutside(1, 1, ())]
    assert "restored" in fleet.outside.has["netbox"].values()


def test_what_fails_stays_owed_and_is_tried_again_later_and_later(fleet: Fleet) -> None:
    fleet.outside.silences["netbox"] = TROUBLE
    fleet.deploy()
    for minutes in (1, 2, 5, 15, 60, 60):
        assert answers(fleet, only_due=True) == [TROUBLE]
        assert answers(fleet, only_due=True) == []
        assert owed_ends(fleet) == 1
        fleet.clock.sleep(timedelta(minutes=minutes).total_seconds())
    fleet.outside.silences.clear()
    assert answers(fleet, only_due=True) == [ToldOutside(3, 3)]
    assert answers(fleet) == []


def test_it_is_left_alone_for_as_long_as_it_asks(fleet: Fleet) -> None:
    fleet.outside.silences["netbox"] = SilentOutside("busy", "status 429", wait=600)
    fleet.deploy()
    answers(fleet)
    fleet.clock.sleep(599)
    assert answers(fleet, only_due=True) == []
    fleet.clock.sleep(1)
    assert answers(fleet, only_due=True) == [fleet.outside.silences["netbox"]]


def test_whoever_dies_after_telling_tells_it_again_and_nothing_changes(fleet: Fleet) -> None:
    fleet.deploy()
    fleet.outside.dies = True
    with pytest.raises(KeyboardInterrupt):
        answers(fleet)
    fleet.outside.dies = False
    assert owed_ends(fleet) == 1
    assert answers(fleet) == [ToldOutside(3, 0)]


def test_a_late_delivery_says_what_is_known_now(fleet: Fleet) -> None:
    fleet.deploy()
    fleet.clock.sleep(60)
    names = [target.host for target in fleet.hosts]
    fleet.tree["release"]["version"] = "3.0"
    fleet.playbooks.script("deploy", None, Script(results=dict.fromkeys(names, "not_done")))
    fleet.deploy()
    assert owed_ends(fleet) == 2
    answers(fleet)
    assert sorted(fleet.outside.has["netbox"].values()) == ["restored", "verified", "verified"]
    assert owed_ends(fleet) == 0


def test_only_deployments_to_its_environments_are_owed(fleet: Fleet) -> None:
    fleet.outside.places = [PLACE._replace(environments=("live",))]
    fleet.deploy()
    assert owed_ends(fleet) == 0


def test_everything_is_told_again_on_demand(fleet: Fleet) -> None:
    fleet.deploy()
    answers(fleet)
    fleet.outside.has["netbox"] = dict.fromkeys(fleet.outside.has["netbox"], "edited")
    assert answers(fleet) == []
    assert answers(fleet, everything=True) == [ToldOutside(3, 3)]


def test_two_never_tell_at_once(fleet: Fleet) -> None:
    fleet.deploy()
    with fleet.ports.journal.drive_alone("orch.cmdb.netbox"):
        assert answers(fleet) == [None]
    assert owed_ends(fleet) == 1


def test_run_due_begins_a_delivery_only_where_one_is_due(fleet: Fleet) -> None:
    fleet.deploy()
    fleet.outside.begun = 0
    run_due(fleet.ports, fleet.drivers, by="ann", say=lambda line: None)
    assert fleet.outside.begun == 1
    answers(fleet)
    run_due(fleet.ports, fleet.drivers, by="ann", say=lambda line: None)
    assert fleet.outside.begun == 1


def test_a_file_with_faults_stops_no_deployment(fleet: Fleet) -> None:
    fleet.outside.fault = PlanFault([Fault("cmdb.yml", 3, "outside", "a URL", "none", "write one")])
    assert fleet.deploy().state is State.COMPLETED
    begin_where_due(fleet.ports)
