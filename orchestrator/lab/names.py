"""Names of the lab's kernel objects, computed from the lab's own name.

Because nothing here is random, `orch lab down` finds what a killed `up` left behind without any record of it.
Lab and host names hold no dot, so `orchlab.a.` is never the prefix of another lab's things.
"""

import hashlib
import re

from orchestrator.lab.errors import LabUsage

MOST_HOSTS = 200
_LAB = re.compile(r"[a-z](?:[a-z0-9-]{0,22}[a-z0-9])?\Z")
_HOST = re.compile(r"web([1-9][0-9]{0,2})\Z")
_JUMP = re.compile(r"jump([1-9])\Z")


def checked_lab_name(name: str) -> str:
    """Return the name. Raises LabUsage when it cannot be part of host, file and namespace names."""
    if not _LAB.match(name):
        raise LabUsage(
            f"lab name {name!r}: expected 1 to 24 lower-case letters, digits and inner hyphens, starting with a letter; "
            "choose another with --name."
        )
    return name


def checked_host_count(count: int) -> int:
    """Return the count. Raises LabUsage outside 1 to 200, the addresses in one lab's network."""
    if not 1 <= count <= MOST_HOSTS:
        raise LabUsage(f"--hosts {count}: expected 1 to {MOST_HOSTS}.")
    return count


def host_names(count: int) -> list[str]:
    """The host names web1 to webN."""
    return [f"web{number}" for number in range(1, count + 1)]


def host_number(host: str) -> int:
    """The number of a host: 17 for web17. Raises LabUsage for any other name."""
    match = _HOST.match(host)
    if not match or int(match[1]) > MOST_HOSTS:
        raise LabUsage(f"host {host!r}: lab hosts are named web1 to web{MOST_HOSTS}.")
    return int(match[1])


def jump_names(count: int) -> list[str]:
    """The names of the jump hosts, jump1 to jumpN; jump1 is the first on the way to the hosts."""
    return [f"jump{number}" for number in range(1, count + 1)]


def racks(hosts: list[str]) -> dict[str, list[str]]:
    """The hosts of each rack: odd numbers in rack_a, even ones in rack_b."""
    return {
        "rack_a": [host for host in hosts if host_number(host) % 2 == 1],
        "rack_b": [host for host in hosts if host_number(host) % 2 == 0],
    }


def namespace_prefix(lab: str) -> str:
    """The prefix of a lab's network namespaces and machine names."""
    return f"orchlab.{lab}."


def namespace(lab: str, host: str) -> str:
    """Name of the host's network namespace, and of its container for systemd-nspawn."""
    return namespace_prefix(lab) + host


def far_namespace(lab: str, number: int) -> str:
    """Name of the namespace that holds the bridge behind the jump host of that number."""
    return f"{namespace_prefix(lab)}far{number}"


def bridge(lab: str) -> str:
    """The bridge's name. Interface names have at most 15 characters (IFNAMSIZ), so it contains a digest."""
    return f"olb-{_short(lab)}"


def port_prefix(lab: str) -> str:
    """The prefix of the machine's ends of the lab's virtual cables."""
    return f"olv{_short(lab)}-"


def port(lab: str, host: str) -> str:
    """The bridge's end of the host's virtual cable; of a jump host, of the one towards the machine."""
    jump = _JUMP.match(host)
    return f"{port_prefix(lab)}{f'j{jump[1]}' if jump else host_number(host)}"


def onward_port(lab: str, jump: str) -> str:
    """The bridge's end of a jump host's second cable, towards the hosts behind it."""
    return f"{port(lab, jump)}x"


def ports(lab: str, name: str) -> list[str]:
    """The bridges' ends of all cables that a host of that name has; none where the name is no host's."""
    if _JUMP.match(name):
        return [port(lab, name), onward_port(lab, name)]
    return [port(lab, name)] if _HOST.match(name) else []


def _short(lab: str) -> str:
    return hashlib.sha256(lab.encode()).hexdigest()[:8]
