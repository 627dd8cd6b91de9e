"""What the API answers: lists in pages, tags, problems, and nothing of what a person may not see."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from orchestrator.engine.ports import Ports
from tests.fakes.clock import FakeClock
from tests.fakes.journal import FakeJournal
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.targets import FakeTargets
from tests.histories import planned, ready_to_deploy
from tests.worlds.ports import ports_over
from tests.worlds.served import OpenDoors, access, served

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def ports() -> Ports:
    clock = FakeClock(NOW)
    journal = FakeJournal(clock)
    for number in range(3):
        journal.append(f"app-2.{number}", 0, [planned()])
    journal.append("app-3.0", 0, ready_to_deploy())
    return ports_over(clock, FakePlans(), FakePlaybooks(clock.now), FakeTargets(), journal=journal)


def client(ports: Ports, *roles: str, environment: str = "*") -> TestClient:
    doors = OpenDoors(access(*(roles or ("viewer",)), environment=environment))
    return TestClient(served(ports, doors), base_url="http://orch.test")


def test_a_list_comes_in_pages_and_ends(ports: Ports) -> None:
    ask, after, ids = client(ports), "", list[str]()
    while True:
        page = ask.get("/api/v1/deployments", params={"limit": 3, "after": after}).json()
        ids += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert sorted(ids) == ["app-2.0", "app-2.1", "app-2.2", "app-3.0"]


def test_an_answer_that_the_caller_has_is_not_sent_again(ports: Ports) -> None:
    ask = client(ports)
    first = ask.get("/api/v1/deployments/app-3.0")
    again = ask.get("/api/v1/deployments/app-3.0", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert first.json()["deployment"] == "app-3.0"


def test_the_journal_is_read_on_from_a_number(ports: Ports) -> None:
    ask = client(ports)
    whole = ask.get("/api/v1/deployments/app-3.0/events").json()["items"]
    rest = ask.get("/api/v1/deployments/app-3.0/events", params={"after": 2, "limit": 1}).json()
    assert rest["items"] == whole[2:3]
    assert rest["next"] == 3


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/deployments?limit=0", 422, "faults"),
        ("/api/v1/deployments?limit=ten", 422, "faults"),
        ("/api/v1/deployments?colour=red", 422, "faults"),
        ("/api/v1/deployments?limit=2&limit=3", 422, "faults"),
        ("/api/v1/deployments?after=nobody", 422, "faults"),
        ("/api/v1/deployments/nobody", 404, "not_found"),
        ("/api/v1/deployments/app-2", 404, "not_found"),
        ("/api/v1/deployments/..%2f..%2fetc%2fpasswd", 404, "not_found"),
        ("/api/v1/deployments/%00", 404, "not_found"),
        ("/api/v1/schedule?begins=2026-01-01T00:00:00Z&ends=2025-01-01T00:00:00Z", 422, "faults"),
        ("/api/v1/measures?begins=yesterday", 422, "faults"),
        ("/api/v1/cmdb/items/host:nobody", 404, "not_found"),
        ("/api/v1/nothing", 404, "not_found"),
    ],
)
def test_a_problem_says_what_is_wrong(ports: Ports, path: str, status: int, code: str) -> None:
    answer = client(ports).get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_role_elsewhere_sees_nothing_here(ports: Ports) -> None:
    ask = client(ports, environment="live")
    assert ask.get("/api/v1/deployments").json()["items"] == []
    assert ask.get("/api/v1/deployments/app-3.0").status_code == 404
    assert ask.get("/api/v1/measures").status_code == 403
    assert ask.get("/api/v1/cmdb/items").status_code == 403
    assert ask.get("/api/v1/schedule").json()["bookings"] == []


def test_figures_count_states_and_name_nobody(ports: Ports) -> None:
    text = client(ports).get("/metrics").text
    assert 'orch_deployments{state="planned"} 3.0' in text.lower()
    assert "app-" not in text
