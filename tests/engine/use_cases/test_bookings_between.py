"""The part of the schedule that is shown is that part of the whole schedule, also where ended deployments are left unread."""

from datetime import timedelta
from pathlib import Path

import pytest

from orchestrator.engine.lookup.snapshots import briefs
from orchestrator.engine.use_cases.bookings_between import bookings_between
from orchestrator.engine.use_cases.schedule import all_bookings
from orchestrator.policy.calendar.published_schedule import reaches_into
from tests.worlds.fleet import Fleet
from tests.worlds.schedules import HOUR, at, end, running


@pytest.fixture
def house(tmp_path: Path) -> Fleet:
    fleet = Fleet(home=tmp_path)
    end(fleet, running(fleet, "old.yml", "web1"))
    at(fleet, 72 * HOUR)
    running(fleet, "new.yml", "web2")
    return fleet


@pytest.mark.parametrize("hours", [0, 24, 71, 73])
def test_it_is_the_part_of_the_whole_schedule(house: Fleet, hours: int) -> None:
    now = house.clock.now()
    begins = now - 72 * HOUR + hours * HOUR
    shown, _ = bookings_between(house.ports, briefs(house.ports.journal), begins, now)
    reach = begins + timedelta(days=90)
    assert [b for b in shown if reaches_into(b, begins, reach)] == [
        b for b in all_bookings(house.ports) if reaches_into(b, begins, reach)
    ]
    assert shown
