"""What /proc tells: processes of this host, and who listens where."""

from __future__ import annotations

import _socket
import os
import struct

from orchestrator.adapters.ssh.on_target.items.listening import listening

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator


class Listener:
    """A listening socket."""

    __slots__ = ("address", "inode", "port", "protocol")

    def __init__(self, protocol: str, address: str, port: int, inode: str) -> None:
        self.protocol = protocol
        self.address = address
        self.port = port
        self.inode = inode


def pids_here() -> Iterator[int]:
    """Processes that live in this host's root: those of containers and other roots on the same kernel are not its own.

    One that root itself may not look at belongs to an outer namespace, and is not this host's either.
    """
    here = os.stat("/")
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            root = os.stat("/proc/" + name + "/root/")
        except PermissionError:
            if os.geteuid() != 0:
                yield int(name)
        except OSError:
            continue
        else:
            if (root.st_dev, root.st_ino) == (here.st_dev, here.st_ino):
                yield int(name)


def listeners() -> list[Listener]:
    """Listening TCP sockets, and UDP sockets below the range from which passing clients get their ports."""
    first_passing = _first_passing_port()
    listeners = [Listener("tcp", *each) for protocol in ("tcp", "tcp6") for each in listening_of(protocol)]
    for protocol in ("udp", "udp6"):
        for address, port, state, inode in _sockets(protocol):
            if state == "07" and port < first_passing:
                listeners.append(Listener("udp", address, port, inode))
    return listeners


def listening_of(protocol: str) -> list[tuple[str, int, str]]:
    """Address, port and inode of each listening socket of `tcp` or `tcp6`; from /proc where the kernel cannot be asked."""
    try:
        return listening(protocol)
    except OSError:
        return from_proc(protocol)


def from_proc(protocol: str) -> list[tuple[str, int, str]]:
    """The same from /proc/net."""
    return [(address, port, inode) for address, port, state, inode in _sockets(protocol) if state == "0A"]


def _first_passing_port() -> int:
    try:
        with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as lines:
            return int(lines.read().split()[0])
    except (OSError, ValueError):
        return 32768


def _sockets(protocol: str) -> Iterator[tuple[str, int, str, str]]:
    path = "/proc/net/" + protocol
    if not os.path.exists(path):
        return  # this kernel has no IPv6
    with open(path, encoding="ascii") as lines:
        next(lines, None)
        for line in lines:
            fields = line.split()
            address, _, port = fields[1].partition(":")
            yield _address(address), int(port, 16), fields[3], fields[9]


def _address(text: str) -> str:
    """An address from the kernel's words of 32 bits, each in the machine's own byte order."""
    words = [int(text[place : place + 8], 16) for place in range(0, len(text), 8)]
    packed = struct.pack("=" + "I" * len(words), *words)
    return _socket.inet_ntop(_socket.AF_INET if len(words) == 1 else _socket.AF_INET6, packed)


def names_by_socket(inodes: set[str]) -> dict[str, set[str]]:
    """The names of the processes that hold these sockets; without root only one's own are seen."""
    names: dict[str, set[str]] = {}
    for pid in pids_here():
        folder = "/proc/" + str(pid) + "/fd"
        try:
            descriptors = os.listdir(folder)
        except OSError:
            continue
        for descriptor in descriptors:
            try:
                link = os.readlink(folder + "/" + descriptor)
            except OSError:
                continue
            if link.startswith("socket:[") and link[8:-1] in inodes:
                names.setdefault(link[8:-1], set()).add(name_of(pid))
    return names


def name_of(pid: int) -> str:
    """A process' name, `?` when it is gone."""
    try:
        with open("/proc/" + str(pid) + "/comm", encoding="utf-8", errors="replace") as comm:
            return comm.read().strip()
    except OSError:
        return "?"


def marked(variable: str) -> tuple[list[tuple[int, str]], int]:
    """This host's processes with the variable in their environment, and how many could not be asked."""
    processes, unasked = [], 0
    prefix = (variable + "=").encode()
    for pid in pids_here():
        if pid == os.getpid():
            continue
        try:
            with open("/proc/" + str(pid) + "/environ", "rb") as environ:
                values = environ.read().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        except OSError:
            unasked += 1
            continue
        processes += [
            (pid, value[len(prefix) :].decode("utf-8", "replace"))
            for value in values
            if value.startswith(prefix)
        ]
    return processes, unasked
