"""`orch worker`: drive deployments that the queue has, or do the work of a zone."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from threading import Event, Lock
from types import FrameType

import click

from orchestrator.bootstrap import nodes
from orchestrator.cli import wiring
from orchestrator.cli.options.ansible_option import ansible_option
from orchestrator.cli.options.common_options import by_option
from orchestrator.cli.options.signing_key import speaking_key_option
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.use_cases.drive_job import drive_job
from orchestrator.engine.use_cases.fruitless_starts import FruitlessStarts
from orchestrator.errors import UsageFault

NODE_FOLDER = "ORCH_NODE"
node_folder_option = click.option(
    "--node",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=lambda: Path(os.environ.get(NODE_FOLDER) or ".orch-node"),
    show_default=f"${NODE_FOLDER}, else .orch-node",
    help="The folder of the node, as orch node enrol made it.",
)


@click.command()
@click.option(
    "--zone", metavar="ZONE", help="Be a node of this zone: run playbooks on its hosts, and visit them."
)
@node_folder_option
@click.option(
    "--at-once",
    type=click.IntRange(1, 64),
    default=8,
    show_default=True,
    help="Deployments that are driven at once (not with --zone).",
)
@by_option
@speaking_key_option
@ansible_option
def worker(zone: str | None, folder: Path, at_once: int, by: str) -> None:
    """Drive deployments that wait in the queue of a store on PostgreSQL, or do the work of a zone.

    It works until SIGTERM or Ctrl-C; then it takes nothing new, lets what runs on this machine end, and ends. Deployments
    that it drove are taken up by other workers where they stand (docs/nodes.md).
    """
    lock = Lock()

    def say(words: str) -> None:
        with lock:
            click.echo(plain(words, 1000))

    leaving = _leaving_on_signals()
    if zone is not None:
        nodes.run_node(folder, zone, leaving, say, wiring.named_ansible())
        say(f"node of {zone}: ended")
        return
    if click.get_current_context().get_parameter_source("folder") is click.core.ParameterSource.COMMANDLINE:
        raise UsageFault("--node is of a node; say --zone ZONE with it.")
    nodes.store_url()
    ports, drivers = wiring.ports_to_look(), wiring.drivers()
    fruitless = FruitlessStarts(ports.clock)
    say("worker: at work")

    def drive(deployment: str, is_leaving: object) -> float | None:
        return drive_job(
            ports,
            drivers,
            deployment,
            by=by,
            fruitless=fruitless,
            leaving=is_leaving,  # type: ignore[arg-type]
            say=lambda name, words: say(f"{name}: {words}"),
        )

    nodes.run_drive_worker(drive, at_once, leaving)
    say("worker: ended")


def _leaving_on_signals() -> Event:
    leaving = Event()

    def leave(number: int, frame: FrameType | None) -> None:
        leaving.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    return leaving
