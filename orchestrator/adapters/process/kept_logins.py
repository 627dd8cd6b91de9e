"""Logins of OpenSSH that outlive the program that made them, so that the next one needs none: ssh's own shared connections.

One that nobody uses ends by itself after IDLE seconds, whatever became of this process.
"""

import socket
import struct
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from orchestrator.adapters.process.login_folder import LoginFolder, sweep

IDLE = 60
"""Seconds after which ssh ends a login that nobody uses; as Ansible's own."""
MOST = 100
"""Logins that are kept at once: each is a process here and one on its host."""
OLDEST = 300.0
"""A login answers for what was there when it was made."""
_HELLO, _VERSION, _TERMINATE = 0x00000001, 4, 0x10000005
_SECONDS = 10.0
"""Within which all logins that are ended together answer; one that does not is ended by IDLE."""
_LEAST = 1.0


class _Kept(NamedTuple):
    socket: str
    since: float


class KeptLogins:
    """The logins that this process keeps, by `address:port`; `oldest`: seconds after which one is handed on no more."""

    def __init__(self, oldest: float = OLDEST) -> None:
        self._oldest = oldest
        self._folder: LoginFolder | None = None
        self._numbers = 0
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    def new_socket(self) -> str | None:
        """The path of a socket for one login, without what ssh adds for host, port and user; None: no more are kept."""
        with self._lock:
            if len(self._kept) >= MOST:
                return None
            if self._folder is None:
                sweep()
                self._folder = LoginFolder()
            self._numbers += 1
            return f"{self._folder.path}/{self._numbers}"

    def keep(self, place: str, path: str) -> None:
        """The login is there; an earlier one of the place is ended."""
        with self._lock:
            earlier = self._kept.get(place)
            self._kept[place] = _Kept(path, time.monotonic())
        if earlier is not None:
            end_logins(sockets_of(earlier.socket))

    def take(self, places: Iterable[str]) -> dict[str, str]:
        """Hand on the sockets of these places: they are not this process' any more. Those that are too old are ended."""
        with self._lock:
            taken = {place: self._kept.pop(place) for place in places if place in self._kept}
        fresh = {p: kept.socket for p, kept in taken.items() if time.monotonic() - kept.since <= self._oldest}
        end_logins(path for p, kept in taken.items() if p not in fresh for path in sockets_of(kept.socket))
        return fresh

    def end(self) -> None:
        """End those that nobody has taken; the folder stays while another process has still to fetch its sockets."""
        with self._lock:
            kept, self._kept = list(self._kept.values()), {}
            folder, self._folder = self._folder, None
        end_logins(path for each in kept for path in sockets_of(each.socket))
        if folder is not None:
            folder.close()


def sockets_of(path: str) -> list[Path]:
    """The socket that ssh made for this path; none once it has ended."""
    place = Path(path)
    return list(place.parent.glob(f"{place.name}-*"))


def end_logins(sockets: Iterable[Path]) -> list[Path]:
    """End the logins behind these sockets, by ssh's own protocol (PROTOCOL.mux of OpenSSH); returns those already ended.

    All are asked before any is waited for: an ssh that is slow to answer, as on a busy machine, does not end where its asker
    is gone before it.
    """
    asked = [(path, _asked_to_end(path)) for path in sockets]
    over = time.monotonic() + _SECONDS
    for path, wire in asked:
        if wire is not None:
            with suppress(OSError), wire:
                wire.settimeout(max(_LEAST, over - time.monotonic()))
                while wire.recv(4096):
                    pass
        path.unlink(missing_ok=True)
    return [path for path, wire in asked if wire is None]


def _asked_to_end(path: Path) -> socket.socket | None:
    """The line to it; None where nobody listens."""
    wire = socket.socket(socket.AF_UNIX)
    try:
        wire.settimeout(_LEAST)
        wire.connect(str(path))
    except OSError:
        wire.close()
        return None
    with suppress(OSError):
        wire.sendall(_packet(_HELLO, _VERSION) + _packet(_TERMINATE, 0))
    return wire


def _packet(*numbers: int) -> bytes:
    body = struct.pack(f">{len(numbers)}I", *numbers)
    return struct.pack(">I", len(body)) + body
