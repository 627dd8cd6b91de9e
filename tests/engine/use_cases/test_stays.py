"""Connections that stay: from the environment's verification through the locks to the baseline, and never longer."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.domain.journal.events import WaveChecked
from orchestrator.domain.journal.host_lock import HostLock
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.use_cases.deployment_commands import deploy
from orchestrator.errors import StoreFault
from tests.fakes.host_locks import FakeHostLocks
from tests.worlds.fleet import Fleet, shop_fleet
from tests.worlds.plans import SIX

EVERYONE = tuple(SIX)
APPROVED = {"change manager": "Bo"}


@pytest.fixture
def made(tmp_path: Path) -> Fleet:
    return shop_fleet(tmp_path)


def run(made: Fleet) -> State:
    return deploy(made.ports, Path("plan.yml"), by="ann", approvals=APPROVED, watch=lambda record: None).state


def test_what_comes_before_the_waves_is_of_one_stay_and_each_wave_and_each_last_look_has_its_own(
    made: Fleet,
) -> None:
    assert run(made) is State.COMPLETED
    assert made.targets.asked[:3] == [
        ("verify", EVERYONE),
        ("identify", EVERYONE),
        ("capture", EVERYONE),
    ]
    waves = len(made.prepared().waves)
    last_looks = sum(check.final and check.stage != "verification" for check in checks_of(made))
    assert made.targets.stays == 1 + waves + last_looks
    assert made.targets.staying == 0


def checks_of(made: Fleet) -> list[WaveChecked]:
    name = made.ports.journal.deployments()[0]
    return [r.event for r in made.ports.journal.read(name) if isinstance(r.event, WaveChecked)]


@pytest.mark.parametrize("trouble", ["unreachable", "no whole baseline"])
def test_no_stay_outlasts_a_deployment_that_is_refused(made: Fleet, trouble: str) -> None:
    host = made.targets.machine(SIX[2])
    if trouble == "unreachable":
        host.unreachable = "no connection"
    else:
        host.faults = ["/etc/shop.conf: permission denied"]
    assert run(made) is State.REFUSED
    assert (made.targets.stays, made.targets.staying) == (1, 0)


class FullLocks(FakeHostLocks):
    """Locks on a full disk."""

    def take(self, deployment: str, machines: Mapping[str, str], by: str) -> list[HostLock]:
        raise StoreFault("the disk is full")


def test_no_stay_outlasts_a_driver_that_fails(made: Fleet) -> None:
    made.ports = replace(made.ports, locks=FullLocks(made.clock))
    with pytest.raises(StoreFault):
        run(made)
    assert (made.targets.stays, made.targets.staying) == (1, 0)
