"""The hosts a deployment is aimed at, as the inventory resolves them."""

from typing import Literal

from orchestrator.domain.text.model_base import HostName, Many, Noun, Port

HOST_KEY_NOT_PINNED = "host key is not the pinned one"
"""What people read when a host shows a key that is not the pinned one: a security event, never just unreachable."""

SilenceCause = Literal["unreachable", "host_key_not_pinned", "processes_hidden"]
"""Why a host does not say what runs there. `processes_hidden`: it answers, and lets this user see too little."""


class Target(Noun):
    """One host of the inventory, and how it is reached over ssh."""

    host: HostName
    address: str
    port: Port = 22
    user: str = "root"
    groups: Many[str] = ()
    private_key: str | None = None
    known_hosts: str | None = None
    python: str = "/usr/bin/python3"


class Identity(Noun):
    """Which machine answers under a host's name: two hosts with one `machine_id` are two names of one machine.

    `machine_id` is that of systemd; a machine that has none is known by its host key, as `host-key:SHA256...`.
    `epoch` is that of the last run that the host has seen (0: none); None where it could not be read.
    """

    host: HostName
    machine_id: str
    host_key_sha256: str
    boot_id: str
    epoch: int | None = None


class Ending(Noun):
    """What came of ending a run's processes on a host: how many had to be ended, and those that are left all the same."""

    host: HostName
    ended: int = 0
    left: Many[str] = ()


class Silence(Noun):
    """A host did not say what of a run is left: why, in words for people and as what is decided on."""

    reason: str
    cause: SilenceCause = "unreachable"

    @property
    def may_end(self) -> bool:
        """Whether the host may answer when it is asked again."""
        return self.cause == "unreachable"


def shared_machines(identities: dict[str, Identity]) -> list[tuple[str, ...]]:
    """The groups of hosts that are one machine under several names, in the order given."""
    hosts: dict[str, list[str]] = {}
    for host, identity in identities.items():
        hosts.setdefault(identity.machine_id, []).append(host)
    return [tuple(names) for names in hosts.values() if len(names) > 1]
