"""What pages read of a journal: none that shows little of a deployment reads and checks all of its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.condensed import Condensed, condensed
from orchestrator.domain.journal.events import HOUSE, Recorded
from orchestrator.engine.lookup.remembered_journal import RememberedJournal
from orchestrator.errors import StoreFault
from orchestrator.web.app import application
from orchestrator.web.reading_ahead import begin_reading_ahead
from orchestrator.web.request_context import Service
from tests.fakes.clock import FakeClock
from tests.fakes.journal import FakeJournal
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.targets import FakeTargets
from tests.histories import ready_to_deploy
from tests.worlds.ports import ports_over
from tests.worlds.served import ADDRESS, OpenDoors, access, service_of

MANY = tuple(f"web{number}" for number in range(60))


class Counted(FakeJournal):
    """Says how many whole events of deployments were read, and how often condensed ones were."""

    whole = condensed = 0

    def read(self, deployment: str, after: int = 0, *, most: int | None = None) -> list[Recorded]:
        records = super().read(deployment, after, most=most)
        self.whole += len(records) if deployment != HOUSE else 0
        return records

    def read_condensed(self, deployment: str, after: int = 0) -> list[Condensed]:
        self.condensed += 1
        return [condensed(record) for record in super().read(deployment, after)]


@pytest.fixture
def journal() -> Counted:
    journal = Counted(FakeClock(datetime(2026, 11, 30, 12, tzinfo=UTC)))
    journal.append("app-1", 0, ready_to_deploy(MANY))
    return journal


@pytest.fixture
def service(journal: Counted) -> Service:
    clock = FakeClock(datetime(2026, 11, 30, 13, tzinfo=UTC))
    remembered = RememberedJournal(journal)
    ports = ports_over(clock, FakePlans(), FakePlaybooks(clock.now), FakeTargets(), journal=remembered)
    return service_of(ports, OpenDoors(access("deployment manager", "administrator")))


@pytest.fixture
def browser(service: Service) -> TestClient:
    return TestClient(application(service), base_url=ADDRESS)


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


def test_what_was_read_ahead_is_not_read_for_the_first_visitor(
    journal: Counted, service: Service, browser: TestClient
) -> None:
    begin_reading_ahead(service).join(60)
    journal.whole = journal.condensed = 0
    for path in ("/", "/cmdb", "/reports"):
        assert browser.get(path).status_code == 200, path
        assert (journal.whole, journal.condensed) == (0, 0), path


def test_a_store_that_cannot_be_read_ahead_ends_no_server(service: Service) -> None:
    class Away(FakeJournal):
        def briefs(self) -> Mapping[str, Brief]:
            raise StoreFault("away")

    away = Away(FakeClock(datetime(2026, 11, 30, 12, tzinfo=UTC)))
    faulty = replace(service, ports=replace(service.ports, journal=away))
    reading = begin_reading_ahead(faulty)
    reading.join(60)
    assert not reading.is_alive()
