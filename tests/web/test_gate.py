"""Every route with every role: who is let in, who is refused, and what a refusal gives away."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from orchestrator.domain.authority.access import Grant, Place, Right
from orchestrator.domain.journal import events as e
from orchestrator.engine.ports import Ports
from orchestrator.policy.authority.access import ALL_RIGHTS, RIGHTS, may, rights_of
from orchestrator.web.navigation import navigation
from orchestrator.web.request_context import Asked
from orchestrator.web.route_table import all_routes
from orchestrator.web.routes import Route
from tests.fakes.clock import FakeClock
from tests.fakes.journal import FakeJournal
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.targets import FakeTargets
from tests.histories import planned
from tests.worlds.ports import ports_over
from tests.worlds.served import CSRF, OpenDoors, access, served

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ROLES = (None, *RIGHTS, "head of the shop")
ROUTES = {route.name: route for route in all_routes()}
NAME = "app-2.0"


@pytest.fixture
def ports() -> Ports:
    clock = FakeClock(NOW)
    journal = FakeJournal(clock)
    # It is over: a stream of what changes ends then.
    journal.append(NAME, 0, [planned(), e.DeploymentCancelled(by="ann", reason="not now")])
    return ports_over(clock, FakePlans(), FakePlaybooks(clock.now), FakeTargets(), journal=journal)


def ask(ports: Ports, route: Route, doors: OpenDoors) -> int:
    client = TestClient(served(ports, doors), base_url="http://orch.test", raise_server_exceptions=False)
    path = route.path.replace("{deployment}", NAME)
    for part in ("{" + name.split("}")[0] + "}" for name in path.split("{")[1:]):
        path = path.replace(part, "none")
    headers = {"x-orch-csrf": CSRF, "accept": "text/html"}
    return int(client.request(route.method, path, headers=headers, follow_redirects=False).status_code)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ROUTES)
def test_every_route_with_every_role(ports: Ports, name: str, role: str | None) -> None:
    route = ROUTES[name]
    doors = OpenDoors(None if role is None else access(role))
    status = ask(ports, route, doors)
    if route.right is None:
        assert status not in {401, 403, 500}
    elif role is None:
        assert status in {303, 401}
        assert doors.log[0][1] == route.right
    elif route.right in rights_of(role):
        assert status not in {401, 403, 500}
    else:
        assert status == 403
        assert doors.log == [("Ann", route.right, "the role does not allow it")]


def test_an_open_route_says_why() -> None:
    assert [route.name for route in all_routes() if route.right is None and not route.open_because] == []


def test_no_route_is_twice() -> None:
    assert len(ROUTES) == len(all_routes())


def test_a_role_elsewhere_sees_no_deployment_here(ports: Ports) -> None:
    doors = OpenDoors(access("practitioner", environment="live"))
    client = TestClient(served(ports, doors), base_url="http://orch.test")
    assert client.get(f"/deployments/{NAME}").status_code == 404
    assert client.get("/deployments/another").status_code == 404
    assert NAME not in client.get("/").text


@pytest.mark.parametrize("role", ROLES[1:])
@pytest.mark.parametrize("path", ["/account", f"/deployments/{NAME}"])
def test_every_link_of_a_page_is_one_that_the_role_may_follow(ports: Ports, path: str, role: str) -> None:
    here = access(role)
    elsewhere = Grant(role="change manager", environment="elsewhere")
    for who in (here, here.model_copy(update={"grants": (*here.grants, elsewhere)})):
        nothing: Any = None
        asked = Asked(nothing, nothing, who, Place(environment="test"))
        for link in navigation(asked, path).all:
            right = ROUTES[f"GET {link.place}"].right
            assert right is not None
            assert may(who, right), link.words
        names = {link.words for link in navigation(asked, path).all}
        assert ("People" in names) is may(who, "see_people")


@pytest.mark.parametrize(
    "right", ["steer", "start", "schedule", "approve", "review", "see_people", "administer"]
)
def test_a_token_decides_nothing(right: str) -> None:
    every = access(*RIGHTS).model_copy(update={"channel": "token"})
    assert not may(every, right)  # type: ignore[arg-type]
    assert may(every, "see")
    assert may(every, "pause")


@pytest.mark.parametrize("right", sorted(ALL_RIGHTS - {"see", "pause", "plan"}))
def test_a_house_lets_tokens_begin_and_schedule_and_nothing_else(right: Right) -> None:
    """Whatever stands in `allowed`: a house can give away no approval, and no administration."""
    every = access(*RIGHTS).model_copy(update={"channel": "token", "allowed": tuple(ALL_RIGHTS)})
    assert may(every, right) is (right in {"start", "schedule"})
    assert not may(every.model_copy(update={"scopes": ("see",)}), right)


def test_the_answer_names_no_foreign_host(ports: Ports, tmp_path: Path) -> None:
    client = TestClient(served(ports, OpenDoors(access("viewer"))), base_url="http://orch.test")
    answer = client.get("/")
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "http://" not in answer.text.replace("http://orch.test", "")
    assert "https://" not in answer.text
