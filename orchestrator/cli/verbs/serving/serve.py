"""`orch serve`: the service of this home, for browsers and programs."""

from __future__ import annotations

import os
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from orchestrator.cli import wiring
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import MachineLacks, UsageFault

if TYPE_CHECKING:
    from orchestrator.web.listening import Place

NEEDED = ("starlette", "uvicorn", "python_multipart", "argon2")
_file = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option(
    "--listen",
    "host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="An address of this machine.",
)
@click.option("--port", type=click.IntRange(0, 65535), help="[default: 8443 with TLS, else 8080]")
@click.option("--address", metavar="URL", help="What people type to reach it, where that is another address.")
@click.option("--tls-cert", type=_file, help="The certificate, with those between it and its root (PEM).")
@click.option("--tls-key", type=_file, help="The key of the certificate (PEM).")
@click.option(
    "--behind-proxy",
    "proxies",
    multiple=True,
    metavar="ADDRESS",
    help="The address or network of a proxy that speaks TLS before it; give one for each.",
)
@click.option(
    "--key",
    type=_file,
    help="The key of this machine, with which drivers go on where keys are trusted [default: $ORCH_KEY, else a trusted one].",
)
@click.option(
    "--queue", is_flag=True, help="Have workers drive (orch worker), not processes of this machine."
)
def serve(  # noqa: PLR0913, PLR0917 - an option each
    host: str,
    port: int | None,
    address: str | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    proxies: tuple[str, ...],
    key: Path | None,
    queue: bool,  # noqa: FBT001
) -> None:
    """Serve the deployments of this home to browsers and programs, until Ctrl-C or SIGTERM.

    It reads, and puts on record what people say; what drives is started beside it. A line of JSON for each request goes to
    standard error.
    """
    _refuse_without_packages()
    from orchestrator import bootstrap
    from orchestrator.web.listening import bound, listen, refuse_bad_tls
    from orchestrator.web.serving import application_of

    place = _place(host, port, tls_cert, tls_key, proxies)
    given = _given_address(address, place)
    refuse_bad_tls(place)
    listener = bound(place)
    try:
        home = bootstrap.home_of()
        at = given or _own_address(place, listener.getsockname()[1])
        app, ports = application_of(home, wiring.house_file(), at, queue=queue, key=key)
        _say(at, home, known=bool(_people(ports)))
        listen(app, place, listener)
    finally:
        listener.close()


def _people(ports: object) -> object:
    from orchestrator.engine.lookup.known_people import known_people
    from orchestrator.engine.ports import Ports

    return known_people(ports.journal).persons if isinstance(ports, Ports) else {}


def _say(at: str, home: Path, *, known: bool) -> None:
    from orchestrator.cli.options.common_options import login_user

    click.echo(f"Serves {plain(str(home), 300)} at {at}/ ; Ctrl-C ends it.")
    if not known:
        you = "".join(letter for letter in login_user().lower() if letter.isascii() and letter.isalnum())[:40]
        click.echo(
            "Nobody is known there yet. In another terminal, in this folder, make yourself its administrator:"
        )
        # The other terminal knows nothing of this one's settings, and would add the person to another home.
        given = f"ORCH_HOME={command_word(str(home))} " if os.environ.get("ORCH_HOME") else ""
        click.echo(f"  {given}orch people add {you or 'ada'} --role administrator --password")
        click.echo(f"Then log in: {at}/login")


def _refuse_without_packages() -> None:
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        from orchestrator.adapters.extras import to_install

        raise MachineLacks(
            f"The service needs packages that are not installed where orch is ({', '.join(missing)}): {to_install('serve')}"
        )


def _place(
    host: str, port: int | None, certificate: Path | None, key: Path | None, proxies: tuple[str, ...]
) -> Place:
    from orchestrator.web.listening import Place

    bare = host.removeprefix("[").removesuffix("]")
    try:
        ip_address(bare)
    except ValueError:
        raise UsageFault(
            f"--listen: expected an address of this machine, such as 127.0.0.1 or ::, found {plain(host, 80)}."
        ) from None
    if (certificate is None) != (key is None):
        raise UsageFault("--tls-cert and --tls-key: expected both or neither, found one.")
    chosen = port if port is not None else 8443 if certificate is not None else 8080
    return Place(bare, chosen, certificate, key, tuple(_network(text) for text in proxies))


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError:
        raise UsageFault(
            f"--behind-proxy: expected an address or a network, such as 10.1.2.3 or 10.1.2.0/24, found {plain(text, 80)}."
        ) from None


def _given_address(address: str | None, place: Place) -> str | None:
    """What people type, without a path. Raises UsageFault."""
    if address is None:
        if not ip_address(place.host).is_loopback or place.proxies:
            raise UsageFault(
                "--address: expected what people type to reach it, such as https://orch.example.org, found nothing. It is "
                "needed where --listen or --behind-proxy lets other machines in."
            )
        return None
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    fine = parts.scheme in {"http", "https"} and parts.hostname and parts.path in {"", "/"}
    if not fine or parts.query or parts.fragment or parts.username is not None:
        raise UsageFault(
            f"--address: expected a URL without a path, such as https://orch.example.org, found {plain(address, 100)}."
        )
    if parts.scheme == "http" and not _is_local(parts.hostname or ""):
        raise UsageFault("--address: expected https://, for other machines are to reach it, found http://.")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _own_address(place: Place, port: int) -> str:
    """By name where that is this machine: passkeys are for names and not for addresses (WebAuthn, 5.1.3)."""
    scheme, usual = ("https", 443) if place.tls else ("http", 80)
    return f"{scheme}://localhost" + ("" if port == usual else f":{port}")
