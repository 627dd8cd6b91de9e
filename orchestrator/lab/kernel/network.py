"""One bridge a network of the lab; one network namespace a host, with a virtual cable to each bridge that it is at."""

import json
from collections.abc import Sequence
from ipaddress import IPv4Network
from pathlib import Path

from orchestrator.lab import cabling, names
from orchestrator.lab.addresses import dead_end, gateway, hardware_address
from orchestrator.lab.cabling import Bridge, Cable
from orchestrator.lab.shell import attempt, run
from orchestrator.lab.state import LabHost, LabState

_NAMESPACES = Path("/run/netns")
_INTERFACES = Path("/sys/class/net")


def taken_networks() -> list[IPv4Network]:
    """Every IPv4 network that the machine has a route to (its default route aside) or an address in."""
    routes = json.loads(run(["ip", "-json", "-4", "route", "show", "table", "all"]) or "[]")
    destinations = [route["dst"] for route in routes if route.get("dst", "default") != "default"]
    return [IPv4Network(destination, strict=False) for destination in destinations]


def make_bridges(state: LabState) -> None:
    """Make the lab's bridges, each with its own address, unless they exist."""
    for bridge in cabling.bridges(state):
        if bridge.space and not (_NAMESPACES / bridge.space).exists():
            _batch([f"netns add {bridge.space}"])
        _make_bridge(names.bridge(state.name), bridge)
    # The machine's default route would lead packets for the hosts out of the machine; this route ends with the bridge.
    near, *far = state.networks
    nowhere = f"via {dead_end(near)} dev {names.bridge(state.name)}"
    _batch([f"route replace {network} {nowhere}" for network in far])


def _make_bridge(name: str, bridge: Bridge) -> None:
    if attempt(_ip(bridge.space, "link", "show", "dev", name)).code != 0:
        _batch([f"link add {name} type bridge forward_delay 0 stp_state 0"], within=bridge.space)
    _batch(
        [
            f"link set {name} addrgenmode none",
            f"addr replace {gateway(bridge.network)}/{bridge.network.prefixlen} dev {name}",
            f"link set {name} up",
        ],
        within=bridge.space,
    )


def is_wired(state: LabState, host: LabHost) -> bool:
    """Whether namespace, cables, bridges and addresses of the host are all in place."""
    space = names.namespace(state.name, host.name)
    if not (_NAMESPACES / space).exists():
        return False
    return all(
        _master(cable.port, cable.bridge.space) == names.bridge(state.name)
        and f"{cable.address}/"
        in attempt(_ip(space, "-4", "-br", "addr", "show", "dev", cable.interface)).out
        for cable in cabling.cables(state, host)
    )


def _master(port: str, space: str | None) -> str | None:
    """The bridge that the port is plugged into; None where there is no such port."""
    if space is None:
        master = _INTERFACES / port / "master"
        return master.resolve().name if master.exists() else None
    shown = attempt(_ip(space, "-json", "link", "show", "dev", port)).out
    return json.loads(shown)[0].get("master") if shown else None


def wire(state: LabState, hosts: Sequence[LabHost]) -> None:
    """Make namespace and cables of each host; the host must have none."""
    commands = []
    for host in hosts:
        commands.append(f"netns add {names.namespace(state.name, host.name)}")
        commands += [
            command for cable in cabling.cables(state, host) for command in _laid(state.name, host, cable)
        ]
    _batch(commands)
    for host in hosts:
        _set_up_inside(state, host)
    for cable in (cable for host in hosts for cable in cabling.cables(state, host) if cable.bridge.space):
        _batch(_plugged_in(state.name, cable), within=cable.bridge.space)


def _laid(lab: str, host: LabHost, cable: Cable) -> list[str]:
    space, mac = names.namespace(lab, host.name), hardware_address(cable.address)
    far = f" netns {cable.bridge.space}" if cable.bridge.space else ""
    laid = f"link add {cable.port}{far} type veth peer name {cable.interface} address {mac} netns {space}"
    return [laid] if far else [laid, *_plugged_in(lab, cable)]


def _plugged_in(lab: str, cable: Cable) -> list[str]:
    return [
        f"link set {cable.port} addrgenmode none",
        f"link set {cable.port} master {names.bridge(lab)} up",
    ]


def unwire(lab: str, host: str) -> None:
    """Remove the host's namespace and cables, if they exist."""
    far = [names.namespace(lab, name) for name in namespaces(lab) if name.startswith("far")]
    for port in names.ports(lab, host):
        if (_INTERFACES / port).exists():
            attempt(["ip", "link", "delete", port])
        for space in far:
            attempt(_ip(space, "link", "delete", port))
    space = names.namespace(lab, host)
    if (_NAMESPACES / space).exists():
        run(["ip", "netns", "delete", space])


def unplug(lab: str, host: str) -> None:
    """Disconnect the host, as in a power failure; its addresses stay."""
    down = [f"link set eth{number} down" for number, _ in enumerate(names.ports(lab, host))]
    _batch(down, within=names.namespace(lab, host))


def plug(state: LabState, host: LabHost) -> None:
    """Connect the host, for the first time or again, and set its routes: a link that goes down loses them."""
    plugged = cabling.cables(state, host)
    way_out = f"route replace default via {dead_end(plugged[0].bridge.network)} dev eth0"
    _batch(
        [*(f"link set {cable.interface} up" for cable in plugged), way_out],
        within=names.namespace(state.name, host.name),
    )


def remove_links(lab: str) -> None:
    """Remove the lab's bridge and its remaining cables."""
    for name in links(lab):
        attempt(["ip", "link", "delete", name])


def links(lab: str) -> list[str]:
    """Names of the machine's interfaces that belong to the lab."""
    prefix, bridge = names.port_prefix(lab), names.bridge(lab)
    return [
        path.name for path in _INTERFACES.iterdir() if path.name == bridge or path.name.startswith(prefix)
    ]


def namespaces(lab: str) -> list[str]:
    """Network namespaces of the lab by the last part of their name: hosts, and the bridges behind jump hosts."""
    if not _NAMESPACES.is_dir():
        return []
    prefix = names.namespace_prefix(lab)
    return [path.name.removeprefix(prefix) for path in _NAMESPACES.iterdir() if path.name.startswith(prefix)]


def labs() -> set[str]:
    """Names of all labs that have a network namespace."""
    if not _NAMESPACES.is_dir():
        return set()
    split = [path.name.split(".") for path in _NAMESPACES.iterdir()]
    return {parts[1] for parts in split if len(parts) == 3 and parts[0] == "orchlab"}


def _set_up_inside(state: LabState, host: LabHost) -> None:
    space = names.namespace(state.name, host.name)
    inside = ["link set lo up"]
    for cable in cabling.cables(state, host):
        inside += [
            f"link set {cable.interface} addrgenmode none",
            f"addr add {cable.address}/{cable.bridge.network.prefixlen} dev {cable.interface}",
        ]
    _batch(inside, within=space)
    if host in state.jumps:
        # A jump host lets sessions through, and no packets, also where the machine itself forwards them.
        run(["ip", "netns", "exec", space, "sh", "-c", "echo 0 > /proc/sys/net/ipv4/ip_forward"])


def _batch(commands: Sequence[str], *, within: str | None = None) -> None:
    if commands:
        run(_ip(within, "-batch", "-"), text="\n".join(commands) + "\n")


def _ip(space: str | None, *words: str) -> list[str]:
    return ["ip", *(("-n", space) if space else ()), *words]
