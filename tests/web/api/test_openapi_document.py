"""The document of the API is valid, and the API keeps to it, whatever is sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from starlette.applications import Starlette
from starlette.testclient import TestClient

from orchestrator.web.route_table import all_routes
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


def _app() -> Starlette:
    clock = FakeClock(NOW)
    journal = FakeJournal(clock)
    journal.append("app-2.0", 0, ready_to_deploy())
    ports = ports_over(clock, FakePlans(), FakePlaybooks(clock.now), FakeTargets(), journal=journal)
    return served(ports, BearerDoors(access("deployment manager", "administrator")))


HEADERS = {"x-orch-csrf": CSRF, "authorization": f"Bearer {TOKEN}"}
APP = _app()
SCHEMA = schemathesis.openapi.from_asgi(DOCUMENT, APP)


@SCHEMA.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_api_keeps_to_its_document(case: schemathesis.Case[Any]) -> None:
    # Cursors of other lists and spans that end before they begin are of the right shape, and refused.
    # Without a login nothing is answered: tests of the gate walk that, and here it cannot be taken off again.
    refused = [schemathesis.checks.positive_data_acceptance, schemathesis.checks.ignored_auth]
    case.call_and_validate(headers=HEADERS, excluded_checks=refused)


def test_every_route_of_the_api_is_described() -> None:
    assert [route.name for route in all_routes() if route.of_api and route.described is None] == []


@pytest.mark.parametrize("path", ["/api/v1/deployments/{deployment}", "/api/v1/schedule", "/api/v1/measures"])
def test_the_document_has_shapes_of_answers(path: str) -> None:
    document = TestClient(APP).get(DOCUMENT).json()
    answer = document["paths"][path]["get"]["responses"]["200"]
    name = answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert document["components"]["schemas"][name]["type"] == "object"
