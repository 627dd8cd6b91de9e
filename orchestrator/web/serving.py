"""The service of a home, put together."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator import bootstrap
from orchestrator.adapters.channels.secret_values import secret_value
from orchestrator.adapters.files.service_file import known_service_file
from orchestrator.adapters.home_paths import expanded
from orchestrator.adapters.people.openid import OpenIdProvider
from orchestrator.adapters.process import run as run_program
from orchestrator.bootstrap.house import house_of
from orchestrator.bootstrap.nodes import book_at, door, exchange_at, queued_drivers, store_url
from orchestrator.bootstrap.service_ports import service_ports, spoken_through
from orchestrator.domain.authority.service_file import UNSET
from orchestrator.errors import MachineLacks
from orchestrator.web.app import application
from orchestrator.web.nodes import node_routes
from orchestrator.web.reading_ahead import begin_reading_ahead
from orchestrator.web.request_context import Service
from orchestrator.web.session_times import SessionTimes
from orchestrator.web.sessions import SessionDoors

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from orchestrator.domain.authority.service_file import Provider
    from orchestrator.engine.ports import Ports


def application_of(
    home: Path, house_file: Path, address: str, *, queue: bool = False, key: Path | None = None
) -> tuple[Starlette, Ports]:
    """The application over this home, and the ports it reads with. Raises StoreFault, PlanFault.

    `queue`: workers drive, and not processes of this machine; then it raises MachineLacks without a store on PostgreSQL.
    `key`: that of this machine, with which what drives goes on where keys are trusted.
    """
    ports = service_ports(home, house_file)
    places = (house_of(home, house_file).place, home)
    loaded = known_service_file(places)
    settings = loaded.noun if loaded is not None else UNSET
    limits, url = settings.sessions, _url_of_queue()
    times = SessionTimes(timedelta(seconds=limits.idle), timedelta(seconds=limits.longest))
    service = Service(
        ports=ports,
        speaking=lambda voice: spoken_through(ports, voice),
        drivers=queued_drivers(store_url()) if queue else bootstrap.drivers(home, key),
        doors=SessionDoors(ports, times, address, settings.tokens.may),
        home=home,
        address=address,
        projects=tuple(expanded(Path(each)) for each in settings.projects),
        times=times,
        ways=settings.login,
        provider=_provider_of(settings.login.provider, ports),
        nodes=None if url is None else book_at(url),
        exchange=None if url is None else exchange_at(url),
    )
    begin_reading_ahead(service)
    return application(service, () if url is None else node_routes(door(home, url))), ports


def _url_of_queue() -> str | None:
    """Where the queue is; None for a service of one machine."""
    try:
        return store_url()
    except MachineLacks:
        return None


def _provider_of(settings: Provider | None, ports: Ports) -> OpenIdProvider | None:
    if settings is None:
        return None
    secret = settings.client_secret
    return OpenIdProvider(
        settings, lambda: secret_value(secret, run_program) if secret is not None else None, ports.clock.now
    )
