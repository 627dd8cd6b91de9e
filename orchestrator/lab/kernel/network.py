"""One bridge a lab; one network namespace and one virtual cable a host."""

import json
from collections.abc import Sequence
from ipaddress import IPv4Network
from pathlib import Path

from orchestrator.lab import names
from orchestrator.lab.addresses import dead_end, gateway, hardware_address
from orchestrator.lab.shell import attempt, run
from orchestrator.lab.state import LabHost, LabState

_NAMESPACES = Path("/run/netns")
_INTERFACES = Path("/sys/class/net")


def taken_networks() -> list[IPv4Network]:
    """Every IPv4 network that the machine has a route to (its default route aside) or an address in."""
    routes = json.loads(run(["ip", "-json", "-4", "route", "show", "table", "all"]) or "[]")
    destinations = [route["dst"] for route in routes if route.get("dst", "default") != "default"]
    return [IPv4Network(destination, strict=False) for destination in destinations]


def make_bridge(state: LabState) -> None:
    """Make the lab's bridge with the machine's own address, unless it exists."""
    name = names.bridge(state.name)
    if not (_INTERFACES / name).exists():
        _batch([f"link add {name} type bridge forward_delay 0 stp_state 0"])
    _batch(
        [
            f"link set {name} addrgenmode none",
            f"addr replace {gateway(state.network)}/{state.network.prefixlen} dev {name}",
            f"link set {name} up",
        ]
    )


def is_wired(state: LabState, host: LabHost) -> bool:
    """Whether namespace, cable, bridge and address of the host are all in place."""
    space, port = names.namespace(state.name, host.name), names.port(state.name, host.name)
    master = _INTERFACES / port / "master"
    if (
        not (_NAMESPACES / space).exists()
        or not master.exists()
        or master.resolve().name != names.bridge(state.name)
    ):
        return False
    return f"{host.address}/" in attempt(["ip", "-n", space, "-4", "-br", "addr", "show", "dev", "eth0"]).out


def wire(state: LabState, hosts: Sequence[LabHost]) -> None:
    """Make namespace and cable of each host; the host must have neither."""
    commands = []
    for host in hosts:
        space, port = names.namespace(state.name, host.name), names.port(state.name, host.name)
        commands += [
            f"netns add {space}",
            f"link add {port} type veth peer name eth0 address {hardware_address(host.address)} netns {space}",
            f"link set {port} addrgenmode none",
            f"link set {port} master {names.bridge(state.name)} up",
        ]
    _batch(commands)
    for host in hosts:
        _set_up_inside(state, host)


def unwire(lab: str, host: str) -> None:
    """Remove the host's namespace and cable, if they exist."""
    port, space = names.port(lab, host), names.namespace(lab, host)
    if (_INTERFACES / port).exists():
        attempt(["ip", "link", "delete", port])
    if (_NAMESPACES / space).exists():
        run(["ip", "netns", "delete", space])


def unplug(lab: str, host: str) -> None:
    """Disconnect the host, as in a power failure; its address stays."""
    run(["ip", "-n", names.namespace(lab, host), "link", "set", "eth0", "down"])


def plug(state: LabState, host: LabHost) -> None:
    """Connect the host, for the first time or again, and set its routes: a link that goes down loses them."""
    way_out = f"route replace default via {dead_end(state.network)} dev eth0"
    _batch(["link set eth0 up", way_out], within=names.namespace(state.name, host.name))


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
    """Hosts of the lab that have a network namespace."""
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
    inside = [
        "link set lo up",
        "link set eth0 addrgenmode none",
        f"addr add {host.address}/{state.network.prefixlen} dev eth0",
    ]
    _batch(inside, within=names.namespace(state.name, host.name))


def _batch(commands: Sequence[str], *, within: str | None = None) -> None:
    where = ["-n", within] if within else []
    run(["ip", *where, "-batch", "-"], text="\n".join(commands) + "\n")
