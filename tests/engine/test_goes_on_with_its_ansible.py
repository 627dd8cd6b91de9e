"""A deployment goes on with the Ansible that it began with, and says so where that is gone or another."""

from __future__ import annotations

import pytest

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.run_software import AnsibleUsed, CollectionUsed, RunSoftware
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.errors import MachineLacks
from orchestrator.policy.telling.timeline_builder import telling_of_record
from tests.fakes.playbooks import Script
from tests.worlds.fleet import APPROVED, Fleet, shop_fleet
from tests.worlds.plans import SIX

PYTHON = "/opt/ansible/bin/python"


def installed(
    core: str, python: str = "3.12.4", *collections: tuple[str, str], place: str = PYTHON
) -> RunSoftware:
    playbook = place.replace("python", "ansible-playbook")
    ansible = AnsibleUsed(
        python=place, playbook=playbook, core_version=core, python_version=python, source="named"
    )
    named = tuple(CollectionUsed(name=n, version=v, place=f"/srv/{n}") for n, v in collections)
    return RunSoftware(versions={"orch": "7.0", "ansible-core": core}, ansible=ansible, collections=named)


def held(began: RunSoftware) -> tuple[Fleet, Deployment]:
    """A deployment that is held after a failure, and began with this."""
    fleet = shop_fleet(None)
    fleet.tree["backout"]["on_failure"] = "hold"
    fleet.playbooks.present = began
    fleet.playbooks.script("deploy", None, Script(results=dict.fromkeys(SIX, "not_done")))
    d = fleet.deploy(**APPROVED)
    assert d.driving.hold is not None
    return fleet, d


def lines_of(fleet: Fleet, d: Deployment) -> str:
    records = fleet.ports.journal.read(d.id)
    return "\n".join(words for record in records for _, words in telling_of_record(record, d).lines)


def gone_on(fleet: Fleet, d: Deployment) -> Deployment:
    fleet.say(d, e.AbortRequested(by="ann", reason="enough"))
    return fleet.resume()


def test_what_it_ran_with_is_on_record() -> None:
    began = installed("2.20.1", "3.12.4", ("community.general", "8.1.0"))
    fleet, d = held(began)
    assert d.driving.software == (began,)
    [took] = fleet.events(d, e.DriverTook)
    assert (took.ansible, took.collections) == (began.ansible, began.collections)


def test_a_mended_version_of_its_series_goes_on_and_is_told() -> None:
    fleet, d = held(installed("2.20.1", "3.12.4", ("community.general", "8.1.0")))
    fleet.playbooks.present = installed("2.20.2", "3.12.5", ("community.general", "8.2.0"))
    d = gone_on(fleet, d)
    assert d.state is State.BACKED_OUT
    assert [software.core for software in d.driving.software] == ["2.20.1", "2.20.2"]
    lines = lines_of(fleet, d)
    assert "goes on with ansible-core 2.20.2, before 2.20.1" in lines
    assert "goes on with Python 3.12.5, before 3.12.4" in lines
    assert "goes on with community.general 8.2.0, before community.general 8.1.0" in lines


@pytest.mark.parametrize(
    ("core", "python", "says"),
    [
        ("2.21.0", "3.12.4", "ansible-core 2.21.0 where it had 2.20.1"),
        ("2.20.1", "3.13.0", "Python 3.13.0 where it had 3.12.4"),
    ],
)
def test_another_series_in_its_place_runs_nothing(core: str, python: str, says: str) -> None:
    fleet, d = held(installed("2.20.1"))
    fleet.playbooks.present = installed(core, python)
    before = list(fleet.playbooks.started)
    with pytest.raises(MachineLacks) as refused:
        gone_on(fleet, d)
    assert says in refused.value.message
    assert f"orch resume {d.id} --ansible PATH" in refused.value.message
    assert fleet.playbooks.started == before


def test_one_that_is_gone_runs_nothing_until_it_is_back_or_another_is_named() -> None:
    fleet, d = held(installed("2.20.1"))
    fleet.playbooks.gone = True
    with pytest.raises(
        MachineLacks, match=rf"{d.id} began with ansible-core 2\.20\.1 of {PYTHON}, which is of no use"
    ):
        gone_on(fleet, d)
    fleet.playbooks.gone = False
    assert fleet.resume().state is State.BACKED_OUT


def test_a_person_may_name_another_and_that_is_on_record() -> None:
    fleet, d = held(installed("2.20.1"))
    fleet.playbooks.present = installed("2.21.0", place="/opt/new/bin/python")
    fleet.playbooks.named_anew = True
    d = gone_on(fleet, d)
    assert d.state is State.BACKED_OUT
    assert d.driving.software[-1].core == "2.21.0"
    assert f"goes on with the Ansible of /opt/new/bin/python, before {PYTHON}" in lines_of(fleet, d)


def test_what_an_earlier_version_began_goes_on_with_what_is_there() -> None:
    fleet, d = held(RunSoftware(versions={"orch": "0.1", "ansible-core": "2.19.1", "python": "3.11.2"}))
    fleet.playbooks.gone = True
    assert gone_on(fleet, d).state is State.BACKED_OUT
