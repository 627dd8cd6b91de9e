"""The service with its own doors, over ports of a test, and browsers that come to it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from starlette.testclient import TestClient

from orchestrator.adapters.people.openid import OpenIdProvider
from orchestrator.bootstrap.service_ports import spoken_through
from orchestrator.domain.authority import people as p
from orchestrator.domain.authority.access import Grant
from orchestrator.domain.authority.service_file import LoginWays, Provider
from orchestrator.engine.use_cases import people as use
from orchestrator.web.app import application
from orchestrator.web.request_context import Service
from orchestrator.web.session_times import SessionTimes
from orchestrator.web.sessions import SessionDoors
from tests.fakes.clock import FakeClock
from tests.fakes.drivers import FakeDrivers
from tests.fakes.login_provider import FakeLoginProvider
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.targets import FakeTargets
from tests.worlds.ports import ports_over

if TYPE_CHECKING:
    from collections.abc import Mapping

    from httpx import Response
    from starlette.applications import Starlette

    from orchestrator.engine.ports import Journal, Ports

ADDRESS = "http://orch.test"
PASSWORD = "correct horse battery staple"
DIGEST = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
"""A quick one: a real digest takes a tenth of a second and more with each login."""
TIMES = SessionTimes()


def ports_of(clock: FakeClock, journal: Journal | None = None) -> Ports:
    """Ports of a house that has no deployment."""
    return ports_over(clock, FakePlans(), FakePlaybooks(clock.now), FakeTargets(), journal=journal)


def with_person(ports: Ports, login: str, *roles: str, name: str | None = None) -> None:
    """Somebody who comes in by PASSWORD, with these roles everywhere."""
    added = p.PersonAdded(login=login, name=name or login.capitalize())
    grants = [p.RoleGiven(login=login, grant=Grant(role=role)) for role in roles]
    use.change_people(ports, added, *grants, by="Ann")
    use.set_password(ports, login, DIGEST, by="Ann")


def served_people(
    ports: Ports, address: str = ADDRESS, *, provider: FakeLoginProvider | OpenIdProvider | None = None
) -> Starlette:
    """The application over these ports, with the doors that it has in the field."""
    return application(
        Service(
            ports=ports,
            speaking=lambda voice: spoken_through(ports, voice),
            drivers=FakeDrivers(lambda deployment, by: None),
            doors=SessionDoors(ports, TIMES, address),
            home=Path("/nowhere"),
            address=address,
            ways=LoginWays(provider=Provider(issuer=provider.issuer, client_id="orch") if provider else None),
            provider=provider,
        )
    )


def browser(app: Starlette, address: str = ADDRESS, peer: str = "192.0.2.7") -> TestClient:
    """A browser at that address that keeps its cookies."""
    return TestClient(app, base_url=address, client=(peer, 50000), follow_redirects=False)


def log_in(
    client: TestClient,
    login: str = "ada",
    password: str = PASSWORD,
    to: str = "/",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer to the form of the login."""
    answer: Response = client.post(
        "/login", data={"login": login, "password": password, "to": to}, headers=headers
    )
    return answer


def csrf_of(client: TestClient, path: str = "/account") -> str:
    """The mark against forgery on a page of this session."""
    mark = re.search(r'name="csrf" value="([0-9a-f]{64})"', client.get(path).text)
    assert mark is not None
    return mark[1]
