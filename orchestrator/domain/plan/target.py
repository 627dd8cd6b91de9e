"""The target hosts of a deployment, as the inventory resolves them."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from orchestrator.domain.evidence.attempt import declares_controller
from orchestrator.domain.evidence.module_question import ModuleFacts, WithoutSsh
from orchestrator.domain.plan.ssh_way import STRAIGHT, SshWay
from orchestrator.domain.text.canonical import Since
from orchestrator.domain.text.model_base import HostName, Many, Name, Noun, Port
from orchestrator.domain.text.selection import selects

HOST_KEY_NOT_PINNED = "host key is not the pinned one"
"""The message for a host whose key is not the pinned one: a security event, never just unreachable."""

SilenceCause = Literal["unreachable", "host_key_not_pinned", "processes_hidden"]
"""Why a host does not report what runs there. `processes_hidden`: it answers, but this user may not see all processes."""


RUNS_HERE = frozenset({"local", "network_cli", "netconf", "httpapi"})
"""Connections whose modules run on the controller: what a run leaves of them is no process of another machine."""


CONTAINERS_HERE = frozenset(
    {"podman", "docker", "buildah", "lxc", "lxd", "incus", "nspawn", "chroot", "jail"}
)
"""Connections by a program that needs the controller as it is: the host is a part of it."""


class Through(Noun):
    """How Ansible reaches a host without ssh: its `connection`, as the inventory names it, and what identifies the machine."""

    connection: str
    identity: ModuleFacts | None = None

    @property
    def plugin(self) -> str:
        """The connection's name without its collection."""
        return self.connection.rpartition(".")[2]

    @property
    def runs_here(self) -> bool:
        """Whether modules for the host run on the controller."""
        return self.plugin in RUNS_HERE

    @property
    def in_container_here(self) -> bool:
        """Whether the host is a container of the controller."""
        return self.plugin in CONTAINERS_HERE


class Target(Noun):
    """One host of the inventory, and how ssh reaches it; `through`: how Ansible does, where that is not by ssh.

    `password_login`: the inventory has a password of ssh for it. `zone`: whose nodes run and visit it; empty: whoever drives.
    """

    host: HostName
    address: str
    port: Port = 22
    user: str = "root"
    groups: Many[str] = ()
    private_key: str | None = None
    known_hosts: str | None = None
    python: str = "/usr/bin/python3"
    way: Annotated[SshWay, Since("0.2")] = STRAIGHT
    through: Annotated[Through | None, Since("0.2")] = None
    password_login: Annotated[bool, Since("0.2")] = False
    zone: Annotated[Name | Literal[""], Since("0.2")] = ""

    @property
    def place(self) -> str:
        """Where it is reached, as the evidence of a run names it: `address:port`, or the connection that is not ssh."""
        if self.through is None:
            return f"{self.address}:{self.port}"
        name = self.through.plugin
        return f"connection {name}" if name == "local" else f"connection {name} {self.address}"


class Identity(Noun):
    """The machine behind a host's name: hosts with one `machine_id` are one machine, or clones (domain/plan/machines.py).

    `machine_id` is that of systemd; a machine without one is identified by its host key, as `host-key:SHA256...`. `epoch`
    is that of the last run that the host has seen (0: none), or None where it could not be read. `without_root`: why root
    cannot be had there. `noise`: what the login shell printed, without a line's end, before the answer. `house`: the house
    that governs the machine, which its first run brought; empty where none does. `stores`: the newest epoch of each store
    whose runs were there.
    """

    host: HostName
    machine_id: str
    host_key_sha256: str
    boot_id: str
    epoch: int | None = None
    without_root: str = ""
    noise: str = ""
    house: str = ""
    stores: dict[str, int] = {}


class Ending(Noun):
    """The result of ending a run's processes on a host: how many were ended, and which are still there."""

    host: HostName
    ended: int = 0
    left: Many[str] = ()


class Silence(Noun):
    """A host did not report what is left of a run: `reason` is for people, decisions use `cause`."""

    reason: str
    cause: SilenceCause = "unreachable"

    @property
    def may_end(self) -> bool:
        """Whether the host may answer later."""
        return self.cause == "unreachable"


def selected(selection: Sequence[str] | None, targets: Iterable[Target]) -> tuple[Target, ...]:
    """The targets that a selection has, in their order."""
    return tuple(target for target in targets if selects(selection, target.host, target.groups))


def with_identities(declared: Sequence[WithoutSsh], targets: Iterable[Target]) -> tuple[Target, ...]:
    """The targets; those without ssh with what identifies them, by the first declaration that is about them."""
    return tuple(_with_identity(declared, target) for target in targets)


def _with_identity(declared: Sequence[WithoutSsh], target: Target) -> Target:
    about = next((each for each in declared if selects(each.on, target.host, target.groups)), None)
    if target.through is None or about is None:
        return target
    through = Through(connection=target.through.connection, identity=about.identity)
    return target.model_copy(update={"through": through})


def library_keys_of(targets: Iterable[Target]) -> tuple[str, ...]:
    """The files that pin host keys of hosts which Ansible reaches without OpenSSH."""
    return tuple(sorted({t.known_hosts for t in targets if t.through and t.known_hosts}))


def acts_on_controller(delegates: Iterable[str], targets: Iterable[Target]) -> bool:
    """Whether a run's tasks act on the controller: on it as a delegate or as a host, or on containers that it has.

    A host that Ansible reaches without any connection is the controller where it is named so.
    """
    reached = [(target.host, target.through) for target in targets if target.through is not None]
    local = [host for host, through in reached if through.plugin == "local"]
    return declares_controller((*delegates, *local)) or any(
        through.in_container_here for _, through in reached
    )
