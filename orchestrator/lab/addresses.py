"""Which private network a lab gets, so that labs side by side and the machine's own routes never meet."""

import hashlib
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from orchestrator.lab.errors import LabError
from orchestrator.lab.names import host_number

# Private ranges (RFC 1918) in the order they are tried: a machine in a company network may have a route to all of 10/8.
POOLS = (IPv4Network("10.213.0.0/16"), IPv4Network("172.29.0.0/16"), IPv4Network("192.168.0.0/16"))
_IN_A_POOL = 256


def chosen_network(lab: str, taken: Iterable[IPv4Network]) -> IPv4Network:
    """The /24 that the lab's name points at, or the next one that overlaps nothing taken; default routes don't count."""
    in_use = [network for network in taken if network.prefixlen > 0]
    first = hashlib.sha256(lab.encode()).digest()[0]
    for candidate in (_nth(pool, first + step) for pool in POOLS for step in range(_IN_A_POOL)):
        if not any(candidate.overlaps(network) for network in in_use):
            return candidate
    pools = ", ".join(map(str, POOLS))
    raise LabError(
        f"No free network in {pools}: other labs or this machine's routes hold all of it; take a lab down."
    )


def gateway(network: IPv4Network) -> IPv4Address:
    """The machine's own address on the lab's bridge."""
    return network[1]


def dead_end(network: IPv4Network) -> IPv4Address:
    """The hosts' default route. Nobody is there: facts find a default address, and no packet leaves the lab."""
    return network[2]


def address(network: IPv4Network, host: str) -> IPv4Address:
    """web1 is at .11, so that the machine and what may come later have room below."""
    return network[10 + host_number(host)]


def hardware_address(host_address: IPv4Address) -> str:
    """A locally administered MAC made of the IPv4 address: the same after every restart."""
    return "02:6f:" + ":".join(f"{byte:02x}" for byte in host_address.packed)


def _nth(pool: IPv4Network, index: int) -> IPv4Network:
    return IPv4Network((int(pool.network_address) + (index % _IN_A_POOL << 8), 24))
