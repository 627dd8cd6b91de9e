"""Devices that speak netconf: a real sshd each on the loopback interface, whose subsystem is netconf_subsystem.py."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from xml.etree import ElementTree

from tests.adapters.ssh.loopback import Loopback, loopback_sshd
from tests.worlds import netconf_subsystem
from tests.worlds.netconf_subsystem import NETCONF, OWN

BEFORE = {"hostname": "edge", "server": "10.0.0.1"}


class NetconfDevice:
    """One device. `forgets` and `is_replaced_by` say what becomes of a commit."""

    def __init__(self, folder: Path, serial: str, daemon: Loopback) -> None:
        self.folder, self.daemon = folder, daemon
        (folder / "serial").write_text(serial)
        (folder / "running.xml").write_text(
            f'<config xmlns="{NETCONF}"><system xmlns="{OWN}"><hostname>{BEFORE["hostname"]}</hostname>'
            f"<ntp><server>{BEFORE['server']}</server></ntp></system></config>"
        )

    def forgets(self, *names: str) -> None:
        """From now on these settings stay as they are at a commit."""
        (self.folder / "forgets").write_text(" ".join(names))

    def is_replaced_by(self, serial: str) -> None:
        """At its next commit another machine stands here."""
        (self.folder / "replaced-by").write_text(serial)

    def setting(self, name: str) -> str | None:
        """What runs."""
        root = ElementTree.parse(self.folder / "running.xml").getroot()
        return root.findtext(f".//{{{OWN}}}{name}")

    def operations(self) -> list[str]:
        """What clients asked for, in order."""
        file = self.folder / "operations"
        return file.read_text().split() if file.exists() else []


@contextmanager
def netconf_devices(folder: Path, *serials: str) -> Iterator[list[NetconfDevice]]:
    """Devices that answer, one for each serial number, each at an address of its own and with keys of its own."""
    with ExitStack() as daemons:
        made = []
        for number, serial in enumerate(serials, 1):
            own = folder / f"device{number}"
            own.mkdir(parents=True)
            subsystem = f"Subsystem netconf {sys.executable} -I {netconf_subsystem.__file__} {own}"
            daemon = daemons.enter_context(
                loopback_sshd(own, address=f"127.0.0.{20 + number}", settings=subsystem)
            )
            made.append(NetconfDevice(own, serial, daemon))
        yield made
