"""How long private copies are kept: as long as the records of their deployments, for they show what ran."""

import pytest

from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.private_copies import discard_old
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet

DAY = 86400.0
YEARS = 3 * 365 * DAY


@pytest.mark.parametrize("failed", [True, False])
@pytest.mark.parametrize(
    ("retention", "days"), [(None, 90), (10 * DAY, 10), (YEARS, 3 * 365), (1e13, 100 * 365)]
)
def test_a_copy_is_kept_as_long_as_the_policy_keeps_records(
    retention: float | None, days: int, *, failed: bool
) -> None:
    fleet = Fleet()
    if retention is not None:
        fleet.rule(retention=retention, approvals={"before": []})
    if failed:
        fleet.playbooks.script(
            "deploy", None, Script(results=dict.fromkeys((t.host for t in fleet.hosts), "not_done"))
        )
    ended = fleet.deploy()
    assert ended.state is (State.BACKED_OUT if failed else State.COMPLETED)
    fleet.clock.sleep((days - 1) * DAY)
    discard_old(fleet.ports, ended)
    assert list(fleet.authority.copies()) == [ended.id]
    fleet.clock.sleep(2 * DAY)
    discard_old(fleet.ports, ended)
    assert list(fleet.authority.copies()) == []
