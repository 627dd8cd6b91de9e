"""The service over a journal of a test, and doors that know whoever the test says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.bootstrap.service_ports import spoken_through
from orchestrator.domain.authority.access import Access, Grant, Right
from orchestrator.web.app import application
from orchestrator.web.doors import Doors, Entered
from orchestrator.web.request_context import Service
from tests.fakes.drivers import FakeDrivers

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request

    from orchestrator.engine.node_ports import NodeBook
    from orchestrator.engine.ports import Drivers, Ports

ADDRESS = "http://orch.test"
CSRF = "c" * 32
TOKEN = "t" * 32


class OpenDoors(Doors):
    """Each request is from this person; None for nobody. `log` has what was refused."""

    def __init__(self, access: Access | None) -> None:
        self.access = access
        self.log: list[tuple[str, Right | None, str]] = []

    def entered(self, request: Request) -> Entered | None:
        return None if self.access is None else Entered(self.access, CSRF)

    def refused(self, request: Request, access: Access | None, right: Right | None, why: str) -> None:
        self.log.append((access.person if access is not None else "", right, why))


class BearerDoors(OpenDoors):
    """Knows whoever sends this token, and nobody else."""

    def entered(self, request: Request) -> Entered | None:
        known = request.headers.get("authorization") == f"Bearer {TOKEN}"
        return super().entered(request) if known else None


def access(*roles: str, service: str = "*", environment: str = "*") -> Access:
    """Somebody with these roles there."""
    grants = tuple(Grant(role=role, service=service, environment=environment) for role in roles)
    return Access(person="Ann", login="ann", grants=grants)


def served(
    ports: Ports,
    doors: Doors,
    home: Path = Path("/nowhere"),
    drivers: Drivers | None = None,
    address: str = ADDRESS,
    *,
    projects: tuple[Path, ...] = (),
    nodes: NodeBook | None = None,
) -> Starlette:
    """The application over these ports; without `drivers` nothing is driven."""
    return application(service_of(ports, doors, home, drivers, address, projects=projects, nodes=nodes))


def service_of(
    ports: Ports,
    doors: Doors,
    home: Path = Path("/nowhere"),
    drivers: Drivers | None = None,
    address: str = ADDRESS,
    *,
    projects: tuple[Path, ...] = (),
    nodes: NodeBook | None = None,
) -> Service:
    """What that application works with."""
    return Service(
        ports=ports,
        speaking=lambda voice: spoken_through(ports, voice),
        drivers=drivers or FakeDrivers(lambda deployment, by: None),
        doors=doors,
        home=home,
        address=address,
        projects=projects,
        nodes=nodes,
    )
