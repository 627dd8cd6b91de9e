"""The target hosts of a deployment, as the inventory resolves them."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from orchestrator.domain.plan.ssh_way import STRAIGHT, SshWay
from orchestrator.domain.text.canonical import Since
from orchestrator.domain.text.model_base import HostName, Many, Noun, Port
from orchestrator.domain.text.selection import selects

HOST_KEY_NOT_PINNED = "host key is not the pinned one"
"""The message for a host whose key is not the pinned one: a security event, never just unreachable."""

SilenceCause = Literal["unreachable", "host_key_not_pinned", "processes_hidden"]
"""Why a host does not report what runs there. `processes_hidden`: it answers, but this user may not see all processes."""


class Target(Noun):
    """One host of the inventory, and how ssh reaches it. `password_login`: the inventory has a password of ssh for it."""

    host: HostName
    address: str
    port: Port = 22
    user: str = "root"
    groups: Many[str] = ()
    private_key: str | None = None
    known_hosts: str | None = None
    python: str = "/usr/bin/python3"
    way: Annotated[SshWay, Since("0.2")] = STRAIGHT
    password_login: Annotated[bool, Since("0.2")] = False


class Identity(Noun):
    """The machine behind a host's name: hosts with one `machine_id` are one machine, or clones (domain/plan/machines.py).

    `machine_id` is that of systemd; a machine without one is identified by its host key, as `host-key:SHA256...`. `epoch`
    is that of the last run that the host has seen (0: none), or None where it could not be read. `without_root`: why root
    cannot be had there. `noise`: what the login shell printed, without a line's end, before the answer. `house`: the house
    that governs the machine, which its first run brought; empty where none does.
    """

    host: HostName
    machine_id: str
    host_key_sha256: str
    boot_id: str
    epoch: int | None = None
    without_root: str = ""
    noise: str = ""
    house: str = ""


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
