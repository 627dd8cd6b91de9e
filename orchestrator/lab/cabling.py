"""Which cable of which host ends at which bridge; pure.

Without jump hosts there is one bridge, in the machine's own network namespace. With them there is one more behind each, in a
namespace that the machine has no cable to: the machine reaches the hosts through the jump hosts alone.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from orchestrator.lab import names
from orchestrator.lab.addresses import onward_address
from orchestrator.lab.state import LabHost, LabState


@dataclass(frozen=True)
class Bridge:
    """One network of the lab. `space` is the namespace of its bridge; None is the machine's own."""

    network: IPv4Network
    space: str | None


@dataclass(frozen=True)
class Cable:
    """A virtual cable: the interface in the host, its address, and the other end at the bridge."""

    interface: str
    address: IPv4Address
    port: str
    bridge: Bridge


def bridges(state: LabState) -> list[Bridge]:
    """The lab's bridges, the machine's first, the hosts' last."""
    return [
        Bridge(network, names.far_namespace(state.name, number) if number else None)
        for number, network in enumerate(state.networks)
    ]


def cables(state: LabState, host: LabHost) -> list[Cable]:
    """The cables of a host: eth0 towards the machine, and for a jump host eth1 towards the hosts behind it."""
    all_bridges = bridges(state)
    position = len(state.way_to(host))
    nearer = Cable("eth0", host.address, names.port(state.name, host.name), all_bridges[position])
    if host not in state.jumps:
        return [nearer]
    behind = all_bridges[position + 1]
    onward = names.onward_port(state.name, host.name)
    return [nearer, Cable("eth1", onward_address(behind.network), onward, behind)]


def standpoint(state: LabState, host: LabHost) -> str | None:
    """The namespace from which the host is looked at: of the last jump host before it; None is the machine's own."""
    before = state.way_to(host)
    return names.namespace(state.name, before[-1].name) if before else None
