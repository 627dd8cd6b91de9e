"""People over the API: by a login with the right, never by a token; each change is judged as on the pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from orchestrator.domain.authority.access import Access
from orchestrator.engine.lookup.known_people import known_people
from orchestrator.engine.ports import Ports
from orchestrator.policy.authority.access import RIGHTS
from tests.fakes.clock import FakeClock
from tests.fakes.journal import FakeJournal
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.repeats import FakeRepeats
from tests.fakes.targets import FakeTargets
from tests.worlds.ports import ports_over
from tests.worlds.served import CSRF, OpenDoors, access, served

CHANGES = "/api/v1/people-changes"
GRANT = {"role": "viewer", "service": "*", "environment": "*"}


@pytest.fixture
def ports() -> Ports:
    clock = FakeClock(datetime(2026, 11, 30, 12, tzinfo=UTC))
    journal = FakeJournal(clock)
    made = ports_over(clock, FakePlans(), FakePlaybooks(clock.now), FakeTargets(), journal=journal)
    return made.__class__(**{**vars(made), "repeats": FakeRepeats()})


def client(ports: Ports, who: Access) -> TestClient:
    return TestClient(
        served(ports, OpenDoors(who)), base_url="http://orch.test", headers={"x-orch-csrf": CSRF}
    )


def change(kind: str, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, **fields}


def added(ask: TestClient, *logins: str) -> None:
    changes = [change("person_added", login=login, name=login.title()) for login in logins]
    assert ask.post(CHANGES, json={"changes": changes}).status_code == 201


def test_an_administrator_adds_lists_and_shows_people(ports: Ports) -> None:
    ask = client(ports, access("administrator"))
    added(ask, "bo", "ada")
    given = [
        change("role_given", login="bo", grant=GRANT),
        change("group_given", group="ops", grant=GRANT),
    ]
    answer = ask.post(CHANGES, json={"changes": given}).json()
    assert answer["people"][0]["roles"] == [GRANT]
    assert answer["groups"] == [{"group": "ops", "grant": GRANT}]
    assert [item["login"] for item in ask.get("/api/v1/people").json()["items"]] == ["ada", "bo"]
    assert ask.get("/api/v1/people/bo").json()["name"] == "Bo"
    assert ask.get("/api/v1/groups").json()["items"][0]["group"] == "ops"
    assert ask.post(CHANGES, json={"changes": [change("person_disabled", login="bo")]}).status_code == 201
    assert ask.get("/api/v1/people/bo").json()["disabled"]


def test_all_changes_are_made_or_none(ports: Ports) -> None:
    ask = client(ports, access("administrator"))
    faulty = [change("person_added", login="bo", name="Bo"), change("role_given", login="cy", grant=GRANT)]
    answer = ask.post(CHANGES, json={"changes": faulty})
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert "cy" in answer.json()["detail"]
    assert known_people(ports.journal).persons == {}


@pytest.mark.parametrize(
    "kind", ["password_set", "token_made", "login_key_added", "login_key_removed", "invitation_made"]
)
def test_nobody_sets_the_ways_in_of_others(ports: Ports, kind: str) -> None:
    ask = client(ports, access("administrator"))
    added(ask, "bo")
    answer = ask.post(CHANGES, json={"changes": [change(kind, login="bo")]})
    assert (answer.status_code, answer.json()["code"]) == (422, "faults")


@pytest.mark.parametrize("role", [*RIGHTS])
def test_a_token_changes_nobody_and_makes_no_token_whatever_its_person_may(ports: Ports, role: str) -> None:
    every = access(role).model_copy(update={"channel": "token", "allowed": ("start", "schedule")})
    ask = client(ports, every)
    assert (
        ask.post(CHANGES, json={"changes": [change("person_added", login="x", name="X")]}).status_code == 403
    )
    assert ask.post("/api/v1/people/bo/invitations").status_code == 403
    assert ask.get("/api/v1/people").status_code == 403
    body = {"label": "ci", "scopes": ["see"], "days": 1}
    assert ask.post("/api/v1/me/tokens", json=body).status_code == 403
    assert ask.post("/api/v1/nodes/n1/draining", json={"draining": True}).status_code == 403


def test_an_invitation_is_a_link_and_is_kept_as_a_digest(ports: Ports) -> None:
    ask = client(ports, access("administrator"))
    added(ask, "bo")
    answer = ask.post("/api/v1/people/bo/invitations", headers={"idempotency-key": "one"}).json()
    secret = answer["link"].rpartition("/")[2]
    assert answer["link"].startswith("http://orch.test/welcome/")
    assert ports.people.mark(secret, "invitation") is None
    assert len(ports.people.marks("invitation", "bo")) == 1


def test_ones_own_token_is_shown_once_and_ended(ports: Ports) -> None:
    administrator = client(ports, access("administrator"))
    added(administrator, "ann")
    ask = client(ports, access("viewer"))
    made = ask.post("/api/v1/me/tokens", json={"label": "ci", "scopes": ["see", "start"], "days": 7}).json()
    assert made["secret"] not in str(ports.people.marks("token", "ann"))
    assert ask.delete(f"/api/v1/me/tokens/{made['token']}").status_code == 204
    assert ask.delete(f"/api/v1/me/tokens/{made['token']}").status_code == 404
    body = {"label": "ci", "scopes": ["administer"], "days": 7}
    assert ask.post("/api/v1/me/tokens", json=body).status_code == 409
