"""The service of a home, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator import bootstrap
from orchestrator.bootstrap.service_ports import service_ports, spoken_through
from orchestrator.web.app import application
from orchestrator.web.request_context import Service
from orchestrator.web.session_times import SessionTimes
from orchestrator.web.sessions import SessionDoors

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.applications import Starlette

    from orchestrator.engine.ports import Ports


def application_of(home: Path, house_file: Path, address: str) -> tuple[Starlette, Ports]:
    """The application over this home, and the ports it reads with. Raises StoreFault, PlanFault."""
    ports = service_ports(home, house_file)
    times = SessionTimes()
    service = Service(
        ports=ports,
        speaking=lambda voice: spoken_through(ports, voice),
        drivers=bootstrap.drivers(home),
        doors=SessionDoors(ports, times, address),
        home=home,
        address=address,
        times=times,
    )
    return application(service), ports
