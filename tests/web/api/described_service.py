"""A service with one deployment that is ready, for tests that go by the document of its API."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.applications import Starlette

from tests.fakes.clock import FakeClock
from tests.fakes.journal import FakeJournal
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.targets import FakeTargets
from tests.histories import ready_to_deploy
from tests.worlds.ports import ports_over
from tests.worlds.served import CSRF, TOKEN, BearerDoors, access, served

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
DOCUMENT = "/api/v1/openapi.json"
HEADERS = {"x-orch-csrf": CSRF, "authorization": f"Bearer {TOKEN}"}


def service() -> Starlette:
    clock = FakeClock(NOW)
    journal = FakeJournal(clock)
    journal.append("app-2.0", 0, ready_to_deploy())
    ports = ports_over(clock, FakePlans(), FakePlaybooks(clock.now), FakeTargets(), journal=journal)
    return served(ports, BearerDoors(access("deployment manager", "administrator")))
