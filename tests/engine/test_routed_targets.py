"""Hosts with and without ssh behind one port: each is asked by its way, and the answers come in the order of the hosts."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import TypeAdapter

from orchestrator.domain.evidence.baseline import BaselineScope
from orchestrator.domain.evidence.left_process import ProcessSearch
from orchestrator.domain.plan.check import Check
from orchestrator.domain.plan.target import Target, Through
from orchestrator.engine.ports import Targets
from orchestrator.engine.routed_targets import RoutedTargets
from tests.fakes.targets import FakeTargets

WEB = [Target(host=f"web{n}", address=f"10.0.0.{n}") for n in (1, 2)]
BOX = [Target(host=f"box{n}", address=f"10.0.1.{n}", through=Through(connection="winrm")) for n in (1, 2)]
MIXED = [BOX[0], WEB[0], BOX[1], WEB[1]]
NAMES = ["box1", "web1", "box2", "web2"]


class Routed:
    """The port over two fleets, and whether the one through Ansible was ever made."""

    def __init__(self) -> None:
        self.ssh, self.ansible, self.made = FakeTargets(), FakeTargets(), 0
        self.port: Targets = RoutedTargets(self.ssh, self._make)

    def _make(self) -> Targets:
        self.made += 1
        return self.ansible

    def asked(self) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
        return [hosts for _, hosts in self.ssh.asked], [hosts for _, hosts in self.ansible.asked]


@pytest.mark.parametrize("stays", [False, True])
def test_each_host_is_asked_by_its_way_and_answers_keep_their_order(*, stays: bool) -> None:
    routed = Routed()
    port = routed.port.stay() if stays else routed.port
    checks = [TypeAdapter[Check](Check).validate_python({"tcp": 22})] * 2
    results = port.verify(MIXED, checks, Path())
    assert [result.host for result in results] == [name for name in NAMES for _ in range(3)]
    assert [result.host for result in port.verify_units(MIXED, {"/a": "x", "/b": "y"})] == [
        name for name in NAMES for _ in range(2)
    ]
    assert list(port.capture(MIXED, BaselineScope())) == NAMES
    assert list(port.identify(MIXED)) == NAMES
    assert list(port.end_run(MIXED, "d.1-deploy", 0.0)) == NAMES
    assert list(port.processes_of(MIXED, ProcessSearch(runs={}))) == NAMES
    assert list(port.release(MIXED, "house")) == NAMES
    over_ssh, through = routed.asked()
    assert set(over_ssh) == {("web1", "web2")}
    assert set(through) == {("box1", "box2")}
    assert routed.made == 1
    port.close()


def test_a_fleet_with_ssh_alone_makes_no_port_for_others() -> None:
    routed = Routed()
    routed.port.make_ready()
    assert list(routed.port.identify(WEB)) == ["web1", "web2"]
    assert routed.port.pinned(MIXED) == {}
    routed.port.close()
    assert routed.made == 0


def test_a_fleet_without_ssh_is_not_asked_over_it() -> None:
    routed = Routed()
    assert list(routed.port.identify(BOX)) == ["box1", "box2"]
    assert routed.asked()[0] == []
