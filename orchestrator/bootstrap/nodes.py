"""What connects drivers, nodes and the queue: wired for a driver, for the server's door, and for a node."""

from __future__ import annotations

import os
import secrets
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from orchestrator.adapters import process
from orchestrator.adapters.clock import SystemClock
from orchestrator.errors import MachineLacks, Refused, UsageFault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from threading import Event

    from orchestrator.adapters.nodes.calling import Desk
    from orchestrator.adapters.nodes.door import NodeDoor
    from orchestrator.adapters.nodes.gateway import Gateway
    from orchestrator.adapters.nodes.node_settings import NodeSettings
    from orchestrator.adapters.queue import QueueConnection
    from orchestrator.adapters.queue.drive_worker import DriveOne
    from orchestrator.engine.node_ports import Exchange, NodeBook, Party, Succession
    from orchestrator.engine.ports import Drivers, PlaybookRuns, Targets

NODES = "nodes"


def store_url() -> str:
    """Where the queue is: beside the store. Raises MachineLacks without a store on PostgreSQL, or without the extra."""
    url = os.environ.get("ORCH_STORE_URL", "")
    if not url.startswith("postgres"):
        raise MachineLacks(
            "Workers and nodes share a store on PostgreSQL, and ORCH_STORE_URL names none; set it (docs/nodes.md)."
        )
    refuse_without_extra("procrastinate")
    return url


def refuse_without_extra(package: str) -> None:
    """Raises MachineLacks where the extra `nodes` is not installed."""
    from importlib.util import find_spec

    from orchestrator.adapters.extras import to_install

    if find_spec(package) is None:
        raise MachineLacks(
            f"{package}, by which workers and nodes work, is not installed here. Install it: {to_install('nodes')}"
        )


PATIENCE = 120.0
"""Seconds for which a driver waits for the queue's server, as long as for the store's."""


@cache
def queue_at(url: str, patience: float = 0.0) -> QueueConnection:
    """One connection for a process and a URL."""
    from orchestrator.adapters.queue import QueueConnection

    return QueueConnection(url, patience=patience)


def book_at(url: str) -> NodeBook:
    """Which nodes are enrolled."""
    from orchestrator.adapters.queue import SqlNodeBook

    return SqlNodeBook(queue_at(url))


def exchange_at(url: str) -> Exchange:
    """Frames between drivers and nodes."""
    from orchestrator.adapters.queue import SqlExchange

    return SqlExchange(queue_at(url))


def desk(home: Path, url: str) -> Desk:
    """What drivers of this home call nodes with; the server's keys are in the home."""
    from orchestrator.adapters.keys.server_keys import ServerKeys
    from orchestrator.adapters.nodes.calling import Desk
    from orchestrator.adapters.queue import ProcrastinateJobs, SqlExchange, SqlNodeBook

    queue = queue_at(url, PATIENCE)
    return Desk(
        ProcrastinateJobs(queue),
        SqlExchange(queue),
        SqlNodeBook(queue),
        ServerKeys(home / NODES),
        SystemClock(),
        lambda: secrets.token_hex(16),
    )


def gateway(url: str) -> Gateway:
    """The server's side for nodes."""
    from orchestrator.adapters.nodes.gateway import Gateway
    from orchestrator.adapters.queue import ProcrastinateJobs, SqlExchange

    return Gateway(ProcrastinateJobs(queue_at(url)), SqlExchange(queue_at(url)), book_at(url), SystemClock())


def door(home: Path, url: str) -> NodeDoor:
    """What the service answers nodes with."""
    from orchestrator.adapters.keys.frame_keys import signature_is_good
    from orchestrator.adapters.keys.server_keys import ServerKeys
    from orchestrator.adapters.nodes.door import NodeDoor

    server = ServerKeys(home / NODES)
    return NodeDoor(gateway(url), book_at(url), lambda: server.party, signature_is_good, SystemClock())


def rekey(home: Path, url: str, *, now: bool) -> Succession:
    """Replace the server's keys. Raises Refused while nodes have work, unless it is to be `now`; StoreFault."""
    from orchestrator.adapters.keys.server_keys import replace_keys

    at_work = [] if now else exchange_at(url).open_calls()
    if at_work:
        named = ", ".join(dict.fromkeys(each.attempt or f"a question to {each.zone}" for each in at_work[:3]))
        raise Refused(
            f"Nodes have work that the old keys signed ({named}), and would refuse what of it has not begun. Wait until "
            "nothing is open (orch node list), or replace the keys all the same: orch node rekey --now."
        )
    return replace_keys(home / NODES, book_at(url).succeed)


def invite(home: Path, url: str, zone: str, by: str, seconds: float) -> str:
    """A one-time token for a node of the zone."""
    from orchestrator.adapters.keys.server_keys import ServerKeys
    from orchestrator.adapters.nodes.door import digest_of_token, token_for

    token = token_for(secrets.token_hex(20), ServerKeys(home / NODES).party)
    book_at(url).invite(digest_of_token(token), zone, by, seconds)
    return token


def run_drive_worker(drive: DriveOne, at_once: int, leaving: Event) -> None:
    """Take `drive` jobs until a signal, then until nothing is at work. Raises StoreFault, MachineLacks.

    `leaving`: set by a signal that came before.
    """
    from orchestrator.adapters.queue import DriveWorker

    DriveWorker(queue_at(store_url()), drive, at_once=at_once, leaving=leaving).run()


def queued_drivers(url: str) -> Drivers:
    """Drivers by the queue."""
    from orchestrator.adapters.queue import ProcrastinateJobs, QueuedDrivers

    return QueuedDrivers(ProcrastinateJobs(queue_at(url)))


class Enrolment(NamedTuple):
    """What a new node is to be: its name, the server's address, and a file of authorities where one is named."""

    name: str
    server: str
    ca_file: Path | None = None


def enrol(folder: Path, wanted: Enrolment, token: str, home: Path) -> NodeSettings:
    """Make the keys of a node and enrol them. Raises Refused, StoreFault, UsageFault.

    `server` may be a store's URL: a node beside the server; `home` has the server's keys then.
    """
    from orchestrator.adapters.keys.frame_keys import FolderFrameKeys
    from orchestrator.adapters.nodes.node_settings import NodeSettings, read_settings, write_settings

    if read_settings(folder) is not None:
        raise Refused(f"{folder} is of a node already; choose another folder, or remove it.")
    keys = FolderFrameKeys(folder / "keys", wanted.name)
    if wanted.server.startswith("postgres"):
        from orchestrator.adapters.nodes.door import digest_of_token

        server, zone = (
            FolderFrameKeys(home / NODES, "server").party,
            book_at(wanted.server).enrol(digest_of_token(token), keys.party).zone,
        )
        url = ""
    else:
        refuse_without_extra("httpx")
        from orchestrator.adapters.nodes import over_http

        url = over_http.checked_url(wanted.server)
        with over_http.client(wanted.ca_file) as opened:
            named = None if wanted.ca_file is None else str(wanted.ca_file)
            enrolled = over_http.enrol(opened, url, token, keys, named)
        server, zone = enrolled.server, enrolled.zone
    ca_file = None if wanted.ca_file is None else str(wanted.ca_file.absolute())
    settings = NodeSettings(name=wanted.name, zone=zone, server=server, url=url, ca_file=ca_file)
    write_settings(folder, settings)
    return settings


def run_node(
    folder: Path, zone: str, leaving: Event, say: Callable[[str], None], ansible: Path | None
) -> None:
    """Do the work of a node until `leaving`, then until no attempt is open. Raises NotFound, Refused, StoreFault."""
    from orchestrator.adapters.keys.frame_keys import FolderFrameKeys, signature_is_good
    from orchestrator.adapters.nodes.known_server import KnownServer
    from orchestrator.adapters.nodes.node_settings import settings_of, write_settings
    from orchestrator.adapters.nodes.node_work import NodeWork

    settings = settings_of(folder)
    if settings.zone != zone:
        raise UsageFault(
            f"{folder} is of a node of the zone {settings.zone}; start it with --zone {settings.zone}."
        )
    keys = FolderFrameKeys(folder / "keys", settings.name)
    clock = SystemClock()
    if settings.url:
        refuse_without_extra("httpx")
        from orchestrator.adapters.nodes import over_http

        opened = over_http.client(None if settings.ca_file is None else Path(settings.ca_file))
        courier = over_http.HttpCourier(settings.url, keys, clock, opened, settings.ca_file)
    else:
        from orchestrator.adapters.nodes.gateway import AtHand

        courier = AtHand(gateway(store_url()), settings.name)  # type: ignore[assignment]
    hands = _Hands(folder.absolute(), ansible)

    def keep(server: Party) -> None:
        write_settings(folder, settings.model_copy(update={"server": server}))

    say(f"{settings.name}, a node of {zone}: at work")
    NodeWork(
        folder.absolute(),
        keys,
        settings.server,
        settings.zone,
        courier,
        clock,
        hands.runs,
        hands.hosts,
        say=say,
        follow=lambda server: KnownServer(server, signature_is_good, keep),
    ).run(leaving)


class _Hands:
    """The ordinary adapters, in a folder of the node's own."""

    def __init__(self, home: Path, ansible: Path | None) -> None:
        from orchestrator.adapters.ansible.isolation.images import Images
        from orchestrator.adapters.ansible.warm import WarmStart
        from orchestrator.bootstrap.project_settings import ansible_choice

        self._home, self._images = home, Images()
        self._choice = ansible_choice(ansible)
        self._warm = WarmStart(choice=self._choice)

    def runs(self, passed: Mapping[str, str], become: str | None) -> PlaybookRuns:
        """Those of the node, with what one run sees of the environment."""
        from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks, Given

        return AnsiblePlaybooks(
            self._home / "attempts",
            warm=self._warm,
            environ=dict(passed),
            begun=self._home / "begun",
            choice=self._choice,
            given=Given(None, become),
            images=self._images,
            home=self._home,
        )

    def hosts(self, become: object, login: object) -> Targets:
        """Over ssh, as this machine reaches them."""
        from orchestrator.adapters.checks import ControllerChecks
        from orchestrator.adapters.checks.http_secrets import secrets_of
        from orchestrator.adapters.checks.network import Asking
        from orchestrator.adapters.ssh import Logins, SshTargets
        from orchestrator.adapters.ssh.on_target import network

        controller = ControllerChecks(process.run, SystemClock(), Asking(network.ask_http, network.ask_tcp))
        logins = Logins(become, None, login)  # type: ignore[arg-type]
        return SshTargets(controller, secrets_of=secrets_of, logins=logins)
