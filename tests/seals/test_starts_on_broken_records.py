"""A start is stopped by the damage of what it rests on, and by no other."""

from pathlib import Path

import pytest

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import DeploymentRefused
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.use_cases.seal_words import accept_house
from tests.seals.sealed_fleet import SealedFleet

TOUCHED = "UPDATE events SET at = '2020-01-01T00:00:00.000000+00:00' WHERE deployment = '{}' AND seq = 1"


@pytest.fixture
def fleet(tmp_path: Path) -> SealedFleet:
    fleet = SealedFleet(tmp_path / "home")
    fleet.rule(approvals={"before": []})
    fleet.keys.ring = type(fleet.keys.ring)()
    return fleet


def started(fleet: SealedFleet) -> Deployment:
    fleet.clock.sleep(10)
    return fleet.driven()


def test_an_old_damaged_deployment_stops_no_new_one(fleet: SealedFleet) -> None:
    old = started(fleet)
    fleet.by_hand(
        TOUCHED.format(old.id), f"DELETE FROM seal_leaves WHERE deployment = '{old.id}' AND seq = 3"
    )
    assert started(fleet).state is State.COMPLETED


def test_the_record_of_the_house_is_rested_on_where_a_policy_binds(fleet: SealedFleet) -> None:
    assert started(fleet).state is State.COMPLETED
    fleet.by_hand(TOUCHED.format("orch.house"))
    d = started(fleet)
    assert (d.state, d.touched_hosts) == (State.REFUSED, ())
    [refused] = fleet.events(d, DeploymentRefused)
    assert "orch record accept orch.house --reason WHY" in refused.reasons[0]
    accept_house(fleet.ports, by="bo", reason="compared with the backup")
    assert started(fleet).state is State.COMPLETED
