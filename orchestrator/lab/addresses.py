"""Choose a private network for each lab, so that labs and the machine's own routes never overlap."""

import hashlib
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from orchestrator.lab.errors import LabError
from orchestrator.lab.names import host_number

# Private ranges (RFC 1918) in the order they are tried: a machine in a company network may have a route to all of 10/8.
POOLS = (IPv4Network("10.213.0.0/16"), IPv4Network("172.29.0.0/16"), IPv4Network("192.168.0.0/16"))
_IN_A_POOL = 256


def chosen_network(lab: str, taken: Iterable[IPv4Network]) -> IPv4Network:
    """The /24 for the lab's name, or the next one that overlaps no network in use; default routes don't count."""
    in_use = [network for network in taken if network.prefixlen > 0]
    first = hashlib.sha256(lab.encode()).digest()[0]
    for candidate in (_nth(pool, first + step) for pool in POOLS for step in range(_IN_A_POOL)):
        if not any(candidate.overlaps(network) for network in in_use):
            return candidate
    pools = ", ".join(map(str, POOLS))
    raise LabError(
        f"No free network in {pools}: other labs or this machine's routes hold all of it; take a lab down."
    )


def chosen_networks(lab: str, taken: Iterable[IPv4Network], count: int) -> list[IPv4Network]:
    """That many networks that overlap nothing, one another included."""
    chosen: list[IPv4Network] = []
    for _ in range(count):
        chosen.append(chosen_network(lab, [*taken, *chosen]))
    return chosen


def gateway(network: IPv4Network) -> IPv4Address:
    """The address of the bridge itself: the machine's own, where the bridge is in the machine's namespace."""
    return network[1]


def dead_end(network: IPv4Network) -> IPv4Address:
    """The hosts' default route. No machine has it: facts see a default route, and no packet leaves the lab."""
    return network[2]


def jump_address(network: IPv4Network) -> IPv4Address:
    """A jump host's address on the side of the machine."""
    return network[4]


def onward_address(network: IPv4Network) -> IPv4Address:
    """A jump host's address among the hosts behind it."""
    return network[3]


def address(network: IPv4Network, host: str) -> IPv4Address:
    """The host's address. web1 is .11; lower addresses stay free for the machine and later needs."""
    return network[10 + host_number(host)]


def hardware_address(host_address: IPv4Address) -> str:
    """A locally administered MAC made from the IPv4 address, so that it survives a restart."""
    return "02:6f:" + ":".join(f"{byte:02x}" for byte in host_address.packed)


def _nth(pool: IPv4Network, index: int) -> IPv4Network:
    return IPv4Network((int(pool.network_address) + (index % _IN_A_POOL << 8), 24))
