"""Logins of OpenSSH that outlive the program that made them, so that the next one needs none: ssh's own shared connections.

One that nobody uses ends by itself after IDLE seconds, whatever became of this process.
"""

import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from orchestrator.adapters.process.ended_logins import end_logins
from orchestrator.adapters.process.login_folder import IDLE, LoginFolder, sweep

__all__ = ["IDLE", "KeptLogins", "end_logins", "sockets_of"]

MOST = 100
"""Logins that are kept at once: each is a process here and one on its host."""
OLDEST = 300.0
"""A login answers for what was there when it was made."""


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
            if taken and self._folder is not None:
                self._folder.wanted()
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
