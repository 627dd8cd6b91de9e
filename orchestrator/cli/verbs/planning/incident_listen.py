"""`orch incident listen`: takes incidents from other tools, by signed webhooks."""

from __future__ import annotations

import re
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import UsageFault

if TYPE_CHECKING:
    from orchestrator.domain.evidence.hook_answer import HookAnswer
    from orchestrator.engine.ports import Clock

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")
_file = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--address", default="127.0.0.1:8737", show_default=True, metavar="ADDRESS:PORT")
@click.option("--secret-file", required=True, type=_file, help="The file with the secret that signs.")
@click.option("--map", "map_file", type=_file, help="Which part of a message is which field (YAML).")
@click.option("--name", default="incidents", show_default=True, help="What the sender is called on record.")
@click.option(
    "--rate",
    default=60,
    show_default=True,
    type=click.IntRange(1, 6000),
    help="Requests a minute, per sender.",
)
def listen(address: str, secret_file: Path, map_file: Path | None, name: str, rate: int) -> None:
    """Take incidents from other tools until this command is stopped: POST /incidents, JSON, signed.

    A line for each message says what became of it. What comes in is said by webhook:NAME, and signed by nobody.
    """
    from orchestrator.adapters.files.incident_map_file import load_incident_map
    from orchestrator.adapters.incident_hook import Gatekeeper, IncidentListener, secrets_of
    from orchestrator.domain.rules.incident_map import SAME_NAMES
    from orchestrator.engine.use_cases.incident_messages import take_message

    host, port = _place(address)
    if not _NAME.fullmatch(name):
        raise UsageFault("--name: expected letters, digits, dots and hyphens, such as service-desk.")
    try:
        secrets_of(secret_file)
    except ValueError as fault:
        raise UsageFault(f"--secret-file: {fault}.") from None
    fields = SAME_NAMES if map_file is None else load_incident_map(map_file)
    ports = ports_of_home()
    take = partial(take_message, ports, by=fields, name=f"webhook:{name}")
    keeper = Gatekeeper(partial(secrets_of, secret_file), take, ports.clock, rate)
    listener = IncidentListener(host, port, keeper, partial(_tell, ports.clock))
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"Listens at http://{shown}:{listener.port}/incidents; Ctrl-C ends it.")
    if not ip_address(host).is_loopback:
        click.echo(
            "Other machines reach it without encryption: let something that speaks TLS stand before it."
        )
    listener.serve()


def _place(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    try:
        ip_address(host)
        number = int(port) if port.isascii() and port.isdigit() else -1
    except ValueError:
        number = -1
    if not 0 <= number <= 65535:
        raise UsageFault("--address: expected an address of this machine and a port, such as 127.0.0.1:8737.")
    return host, number


def _tell(clock: Clock, answer: HookAnswer, address: str) -> None:
    result = answer.code if answer.good else f"refused ({answer.code})"
    at = f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"
    click.echo(f"{at} {address} {result}: {plain(answer.words, 1000)}", err=not answer.good)
