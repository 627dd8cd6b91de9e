"""Listens for browsers and programs with uvicorn, until the process is told to end."""

from __future__ import annotations

import signal
import socket
import ssl
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import TYPE_CHECKING, NamedTuple

from orchestrator.errors import MachineLacks, Refused, UsageFault
from orchestrator.web.behind_proxy import BehindProxy
from orchestrator.web.certificate_watch import CertificateWatch
from orchestrator.web.request_log import RequestLog, log_to_stderr

if TYPE_CHECKING:
    from pathlib import Path

    import uvicorn
    from starlette.types import ASGIApp

PATIENCE = 10
"""Seconds that open requests have when the service ends."""
MOST_AT_ONCE = 400
"""Connections at a time; more are told to come again."""
BACKLOG = 128


class Place(NamedTuple):
    """Where to listen: an address of this machine, a port (0 for any), and the files of TLS where it is spoken here."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()

    @property
    def tls(self) -> bool:
        """Whether it speaks TLS itself."""
        return self.certificate is not None


def bound(place: Place) -> socket.socket:
    """A socket that listens there. Raises Refused beyond loopback without encryption, UsageFault, MachineLacks."""
    refuse_open(place)
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((place.host, place.port))
        listener.listen(BACKLOG)
    except OSError as fault:
        listener.close()
        raise MachineLacks(
            f"{place.host} port {place.port} cannot be listened at: {fault.strerror}. Name another with --listen and --port."
        ) from None
    return listener


def refuse_open(place: Place) -> None:
    """Passwords and sessions go over no network unencrypted. Raises Refused."""
    if ip_address(place.host).is_loopback or place.tls or place.proxies:
        return
    raise Refused(
        f"--listen {place.host} reaches other machines, and without TLS passwords would go over the network for everybody to "
        "read. Give --tls-cert and --tls-key, or --behind-proxy ADDRESS for a proxy that speaks TLS before it. "
        "Nothing was started."
    )


def refuse_bad_tls(place: Place) -> None:
    """Raises UsageFault where the files of TLS do not do, before anything is started."""
    if place.certificate is None:
        return
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(place.certificate, place.key, password=lambda: "")
    except (OSError, ssl.SSLError) as fault:
        raise UsageFault(
            f"--tls-cert {place.certificate}, --tls-key {place.key}: expected a certificate and its key in PEM, found "
            f"{fault.strerror or fault}."
        ) from None


def listen(app: ASGIApp, place: Place, listener: socket.socket) -> None:
    """Answer requests until SIGTERM or SIGINT; open ones are finished, within ten seconds."""
    import uvicorn

    log_to_stderr()
    config = config_of(app, place)
    config.load()
    if isinstance(config.ssl, ssl.SSLContext) and place.certificate is not None and place.key is not None:
        CertificateWatch(config.ssl, place.certificate, place.key).begin()
    # uvicorn raises the signal anew once it has ended: by then there is nothing left to end.
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, _ended)
    uvicorn.Server(config).run(sockets=[listener])


def config_of(app: ASGIApp, place: Place) -> uvicorn.Config:
    """How uvicorn is set: every bound of a connection is here."""
    import uvicorn

    from orchestrator.web.hurried import HurriedProtocol

    logged: ASGIApp = RequestLog(app)
    outer = BehindProxy(logged, place.proxies) if place.proxies else logged
    return uvicorn.Config(
        outer,
        http=HurriedProtocol,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        lifespan="off",
        ws="none",
        limit_concurrency=MOST_AT_ONCE,
        timeout_graceful_shutdown=PATIENCE,
        ssl_certfile=str(place.certificate) if place.certificate is not None else None,
        ssl_keyfile=str(place.key) if place.key is not None else None,
    )


def _ended(number: int, frame: object) -> None:
    """The service has ended, as it was told."""
