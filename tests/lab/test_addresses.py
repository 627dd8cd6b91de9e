"""Each lab has a network that nothing else on the machine uses."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.lab.addresses import POOLS, address, chosen_network, dead_end, gateway, hardware_address
from orchestrator.lab.errors import LabError
from orchestrator.lab.names import MOST_HOSTS, host_names

NETWORKS = [network for pool in POOLS for network in pool.subnets(new_prefix=24)]


def test_the_same_name_gets_the_same_network() -> None:
    assert chosen_network("lab", []) == chosen_network("lab", [])


@given(st.text("abc", min_size=1), st.sets(st.sampled_from(NETWORKS), max_size=300))
def test_what_is_taken_is_never_chosen(lab: str, taken: set[IPv4Network]) -> None:
    chosen = chosen_network(lab, taken)
    assert (chosen.prefixlen, any(map(chosen.subnet_of, POOLS))) == (24, True)
    assert not any(chosen.overlaps(network) for network in taken)


@pytest.mark.parametrize(
    ("routes", "pool"),
    [
        ([], "10.213.0.0/16"),
        (["0.0.0.0/0"], "10.213.0.0/16"),
        (["192.168.0.0/16"], "10.213.0.0/16"),
        (["10.213.0.0/16"], "172.29.0.0/16"),
        (["10.0.0.0/8"], "172.29.0.0/16"),
        (["10.0.0.0/8", "172.16.0.0/12"], "192.168.0.0/16"),
    ],
)
def test_a_wide_route_moves_the_lab_to_another_range(routes: list[str], pool: str) -> None:
    assert chosen_network("lab", [IPv4Network(route) for route in routes]).subnet_of(IPv4Network(pool))


def test_where_every_range_is_routed_the_next_move_is_told() -> None:
    with pytest.raises(LabError, match="take a lab down"):
        chosen_network("lab", POOLS)


def test_a_route_to_one_host_is_avoided_too() -> None:
    wanted = chosen_network("lab", [])
    assert chosen_network("lab", [IPv4Network(f"{wanted[77]}/32")]) != wanted


def test_nobody_shares_an_address() -> None:
    network = IPv4Network("10.213.7.0/24")
    all_addresses = [
        gateway(network),
        dead_end(network),
        *(address(network, host) for host in host_names(MOST_HOSTS)),
    ]
    assert len(set(all_addresses)) == MOST_HOSTS + 2
    assert network.network_address not in all_addresses
    assert network.broadcast_address not in all_addresses


def test_hardware_addresses_are_local_unicast_and_differ() -> None:
    first, other = hardware_address(IPv4Address("10.213.7.11")), hardware_address(IPv4Address("10.213.7.12"))
    assert (first, other) == ("02:6f:0a:d5:07:0b", "02:6f:0a:d5:07:0c")
    assert int(first[:2], 16) & 0b11 == 0b10
