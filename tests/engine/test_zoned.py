"""Hosts and attempts by zone: each goes to its own hands, and those of no zone stay here."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.domain.evidence.attempt import AttemptRequest, RunIsolation
from orchestrator.domain.plan.target import Target
from orchestrator.engine.zoned_runs import NoZones, RunsOfZones, ZonedRuns
from orchestrator.engine.zoned_targets import ZonedTargets
from orchestrator.errors import MachineLacks
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.targets import FakeTargets


class RunsThere(FakePlaybooks, RunsOfZones):
    def knows(self, attempt: str) -> bool:
        return attempt in self._runs

    def isolation_in(self, zone: str, image: str | None, *, acts_here: bool) -> RunIsolation:
        return RunIsolation(isolation="mount_namespace")


def request(attempt: str, zone: str) -> AttemptRequest:
    return AttemptRequest.model_validate(
        {
            "attempt": attempt,
            "deployment": "d1",
            "purpose": "deploy",
            "playbook": "/p/site.yml",
            "project": "/p",
            "inventory": "/p/hosts",
            "hosts": ["web1"],
            "variables": {},
            "zone": zone,
        }
    )


def test_an_attempt_is_begun_seen_and_stopped_where_its_hosts_are() -> None:
    here, there = FakePlaybooks(), RunsThere()
    first = ZonedRuns(here, lambda: there)
    first.start(request("a1", "dmz"))
    first.start(request("a2", ""))
    assert [each.attempt for each in there.started] == ["a1"]
    assert [each.attempt for each in here.started] == ["a2"]
    another = ZonedRuns(here, lambda: there)
    assert [another.sight(name).state for name in ("a1", "a2", "a3")] == ["finished", "finished", "absent"]
    assert [task.host for name in ("a1", "a2") for task in another.tasks_seen(name)] == ["web1", "web1"]
    assert another.isolation(None, acts_here=False, zone="dmz").isolation == "mount_namespace"
    assert another.isolation(None, acts_here=False).isolation == "none"


def test_where_the_store_is_a_file_hosts_of_a_zone_are_nobodys_work() -> None:
    here = FakePlaybooks()
    port = ZonedRuns(here, NoZones)
    with pytest.raises(MachineLacks, match="zone dmz"):
        port.start(request("a1", "dmz"))
    with pytest.raises(MachineLacks, match="zone dmz"):
        port.isolation(None, acts_here=False, zone="dmz")
    assert (port.sight("a1").state, port.stop("a1"), port.tasks_seen("a1")) == ("absent", True, [])
    assert here.started == []


def test_each_host_is_asked_from_its_zone_and_answers_keep_their_order(tmp_path: Path) -> None:
    ports = {zone: FakeTargets() for zone in ("", "dmz", "lan")}
    for zone, memory in ports.items():
        for host in ("web1", "web2", "web3", "web4"):
            memory.machine(host).machine_id = f"{host} as {zone or 'here'} sees it"
    zones = {"web1": "lan", "web2": "", "web3": "dmz", "web4": "lan"}
    targets = [Target(host=host, address="192.0.2.1", zone=zone) for host, zone in zones.items()]
    port = ZonedTargets(ports[""], lambda zone: ports[zone])
    for each in (port, port.stay()):
        identities = each.identify(targets)
        assert list(identities) == list(zones)
        seen = [getattr(identity, "machine_id", identity) for identity in identities.values()]
        assert seen == [
            "web1 as lan sees it",
            "web2 as here sees it",
            "web3 as dmz sees it",
            "web4 as lan sees it",
        ]
        assert [result.host for result in each.verify(targets, [], tmp_path)] == list(zones)
        each.close()
