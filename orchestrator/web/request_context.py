"""What every handler of a route is given: the request, who asks, and what the service works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from orchestrator.domain.authority.access import Access, Place, Right
from orchestrator.domain.authority.service_file import LoginWays
from orchestrator.policy.authority.access import may
from orchestrator.web.live.hub import LiveHub
from orchestrator.web.memory import Memory
from orchestrator.web.session_times import SessionTimes

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

    from orchestrator.engine.authority_ports import Voice
    from orchestrator.engine.node_ports import Exchange, NodeBook
    from orchestrator.engine.people_ports import LoginProvider
    from orchestrator.engine.ports import Drivers, Ports
    from orchestrator.web.doors import Doors


@dataclass(frozen=True, slots=True)
class Service:
    """What the service is made of.

    `ports` are shared by all requests and only read; `speaking` makes ports that speak with a person's voice; `drivers` start
    processes that drive, for the service drives nothing itself. `address` is the URL that people use. `projects`: folders of
    projects that an administrator named, below which plans and rules are read. `live` follows what people watch, and
    `memory` has what was read before.
    `nodes`: which nodes of zones are enrolled, where the store is on PostgreSQL; `exchange`: what waits for them.
    """

    ports: Ports
    speaking: Callable[[Voice], Ports]
    drivers: Drivers
    doors: Doors
    home: Path
    address: str
    times: SessionTimes = field(default_factory=SessionTimes)
    ways: LoginWays = field(default_factory=LoginWays)
    provider: LoginProvider | None = None
    projects: tuple[Path, ...] = ()
    live: LiveHub = field(default_factory=LiveHub)
    memory: Memory = field(default_factory=Memory)
    nodes: NodeBook | None = None
    exchange: Exchange | None = None

    @property
    def newcomers(self) -> bool:
        """Whether whoever a group of the provider gives a role is added at the first login."""
        return self.ways.provider is None or self.ways.provider.newcomers == "by_group"

    @property
    def https(self) -> bool:
        """Whether people reach it encrypted."""
        return self.address.startswith("https://")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that may be answered: `access` is None on the routes that are open to everybody."""

    request: Request
    service: Service
    access: Access | None
    place: Place | None = None
    csrf: str = ""
    body: bytes = b""

    @property
    def ports(self) -> Ports:
        """The ports to read with."""
        return self.service.ports

    @property
    def person(self) -> str:
        """Who asks. Raises LookupError on an open route without a login."""
        if self.access is None:
            raise LookupError("nobody is logged in")
        return self.access.person

    def may(self, right: Right, place: Place | None = None) -> bool:
        """Whether whoever asks has this right; a page shows no button that would be refused."""
        return self.access is not None and may(self.access, right, place if place is not None else self.place)
