"""A network for each part of a team: namespaces on one bridge, so that a line can be cut as a cable is."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path


class Networks:
    """Made for the names of the parts; `address` of each. What is here already of that number is taken away first."""

    def __init__(self, parts: list[str], number: int | None = None) -> None:
        self._number = (number or os.getpid()) % 250
        self._bridge = f"orcht{self._number}"
        self.parts = parts
        self.end()
        _ip("link", "add", self._bridge, "type", "bridge")
        _ip("addr", "add", f"10.213.{self._number}.1/24", "dev", self._bridge)
        _ip("link", "set", self._bridge, "up")
        for part in parts:
            self._cable(part)

    def address(self, part: str) -> str:
        """Where the part is reached by the others."""
        return f"10.213.{self._number}.{self.parts.index(part) + 10}"

    @property
    def subnet(self) -> str:
        """All of them."""
        return f"10.213.{self._number}.0/24"

    def inside(self, part: str) -> list[str]:
        """What stands before a command that is to run in the network of the part."""
        return ["ip", "netns", "exec", self.space(part)]

    def pids(self, part: str) -> list[int]:
        """Processes of the part's machine, by the kernel: whoever is in its network."""
        try:
            own = Path(f"/run/netns/{self.space(part)}").stat().st_ino
        except FileNotFoundError:
            return []
        pids = []
        for entry in (each for each in Path("/proc").iterdir() if each.name.isdigit()):
            with suppress(OSError):
                if (entry / "ns/net").stat().st_ino == own:
                    pids.append(int(entry.name))
        return pids

    def cut(self, part: str) -> None:
        """Whatever it sends is lost, and nobody is told."""
        _ip("link", "set", self._cable_of(part), "down")

    def mend(self, part: str) -> None:
        """The line is whole again."""
        _ip("link", "set", self._cable_of(part), "up")

    def end(self) -> None:
        """Nothing of them is left."""
        for part in self.parts:
            # The kernel takes a namespace away later; its cable must be gone now.
            for words in (("link", "del", self._cable_of(part)), ("netns", "del", self.space(part))):
                with suppress(subprocess.CalledProcessError):
                    _ip(*words)
        with suppress(subprocess.CalledProcessError):
            _ip("link", "del", self._bridge)

    def _cable(self, part: str) -> None:
        space, near, far = self.space(part), self._cable_of(part), "eth0"
        _ip("netns", "add", space)
        _ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", space)
        _ip("link", "set", near, "master", self._bridge, "up")
        _ip("-n", space, "addr", "add", f"{self.address(part)}/24", "dev", far)
        _ip("-n", space, "link", "set", far, "up")
        _ip("-n", space, "link", "set", "lo", "up")

    def space(self, part: str) -> str:
        """The name of its namespace."""
        return f"{self._bridge}-{part}"

    def _cable_of(self, part: str) -> str:
        return f"ot{self._number}-{self.parts.index(part)}"


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
