"""Which hosts are one machine, and which are clones: by machine-id and host key, never by name (docs/adr/0062)."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Literal, NamedTuple

from orchestrator.domain.plan.target import Identity

Kinship = Literal["one_machine", "cloned", "no_machine_id"]
"""`cloned`: one machine-id and different host keys. `no_machine_id`: only a host key identifies them, and it is the same."""
BY_HOST_KEY = "host-key:"
"""The prefix of a machine's identity where it has no machine-id."""
OWN_MACHINE_ID = "rm -f /etc/machine-id /var/lib/dbus/machine-id; systemd-machine-id-setup; reboot"
"""The commands that give a clone a machine-id of its own."""


def marks_of(machine_ids: Iterable[str] = (), host_keys: Iterable[str] = ()) -> frozenset[str]:
    """Short digests of what identifies machines: two that share one are one machine, or clones of it."""
    names = {
        machine if machine.startswith(BY_HOST_KEY) else f"machine-id:{machine}"
        for machine in machine_ids
        if machine
    }
    names |= {f"{BY_HOST_KEY}{key}" for key in host_keys if key}
    return frozenset(sha256(name.encode()).hexdigest()[:16] for name in names)


class Kin(NamedTuple):
    """Hosts of one deployment that orch cannot take for machines of their own, and the identity that they share."""

    kinship: Kinship
    hosts: tuple[str, ...]
    machine: str

    def __str__(self) -> str:
        names = " and ".join(self.hosts)
        if self.kinship == "one_machine":
            return f"{names} are one machine; name it once in the inventory"
        if self.kinship == "no_machine_id":
            return (
                f"{names} have no machine-id and one host key, so they are one machine or clones; name one machine once, "
                "and give a clone its own host keys (ssh-keygen -A) and machine-id (systemd-machine-id-setup)"
            )
        return f"{names} have one machine-id ({self.machine}) and different host keys: {clone_words()}"


def clone_words() -> str:
    """What one machine-id with two host keys means, and what to do."""
    return (
        f"they are clones; give each its own machine-id, on the machine itself: {OWN_MACHINE_ID}. "
        "If it is one machine with several keys, name it once in the inventory"
    )


def kin_of(identities: Mapping[str, Identity]) -> tuple[Kin, ...]:
    """The groups of hosts with one identity, in the order given."""
    groups: dict[str, list[str]] = {}
    for host, identity in identities.items():
        groups.setdefault(identity.machine_id, []).append(host)
    return tuple(
        Kin(_kinship(machine, [identities[host] for host in hosts]), tuple(hosts), machine)
        for machine, hosts in groups.items()
        if len(hosts) > 1
    )


def _kinship(machine: str, identities: Iterable[Identity]) -> Kinship:
    if machine.startswith(BY_HOST_KEY):
        return "no_machine_id"
    return "cloned" if len({identity.host_key_sha256 for identity in identities}) > 1 else "one_machine"
