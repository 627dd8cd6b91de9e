"""What pages read of a journal: none that shows little of a deployment reads and checks all of its events."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from orchestrator.domain.journal.condensed import Condensed, condensed
from orchestrator.domain.journal.events import HOUSE, Recorded
from orchestrator.engine.lookup.remembered_journal import RememberedJournal
from tests.fakes.clock import FakeClock
from tests.fakes.journal import FakeJournal
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.targets import FakeTargets
from tests.histories import ready_to_deploy
from tests.worlds.ports import ports_over
from tests.worlds.served import OpenDoors, access, served

MANY = tuple(f"web{number}" for number in range(60))


class Counted(FakeJournal):
    """Says how many whole events of deployments were read."""

    whole = 0

    def read(self, deployment: str, after: int = 0, *, most: int | None = None) -> list[Recorded]:
        records = super().read(deployment, after, most=most)
        self.whole += len(records) if deployment != HOUSE else 0
        return records

    def read_condensed(self, deployment: str, after: int = 0) -> list[Condensed]:
        return [condensed(record) for record in super().read(deployment, after)]


@pytest.fixture
def journal() -> Counted:
    journal = Counted(FakeClock(datetime(2026, 11, 30, 12, tzinfo=UTC)))
    journal.append("app-1", 0, ready_to_deploy(MANY))
    return journal


@pytest.fixture
def browser(journal: Counted) -> TestClient:
    clock = FakeClock(datetime(2026, 11, 30, 13, tzinfo=UTC))
    remembered = RememberedJournal(journal)
    ports = ports_over(clock, FakePlans(), FakePlaybooks(clock.now), FakeTargets(), journal=remembered)
    doors = OpenDoors(access("deployment manager", "administrator"))
    return TestClient(served(ports, doors), base_url="http://orch.test")


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/", 0),
        ("/deployments", 0),
        ("/deployments/app-1", 0),
        ("/deployments/app-1/waves/1", 0),
        ("/deployments/app-1/plan", 1),
        ("/records/app-1", 0),
        ("/api/v1/deployments/app-1", 0),
        ("/api/v1/deployments/app-1/verification", 0),
        ("/api/v1/deployments/app-1/events?limit=2", 3),
        ("/api/v1/keyring?project=/nowhere", 0),
    ],
)
def test_no_page_reads_more_events_than_it_shows(
    journal: Counted, browser: TestClient, path: str, most: int
) -> None:
    browser.get("/")  # folds are remembered from now on
    journal.whole = 0
    assert browser.get(path).status_code in {200, 404}
    assert journal.whole <= most
