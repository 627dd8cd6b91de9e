"""The composition root: which adapter stands behind which port. No globals; every command asks for what it needs.

Adapters are imported where they are asked for: half a second goes by for all of them, and what can work beside this process
is started before.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.adapters import process
from orchestrator.errors import UsageFault

if TYPE_CHECKING:
    from orchestrator.adapters.ansible.warm import Extent, WarmStart
    from orchestrator.adapters.keys.key_folder import KeyFolder
    from orchestrator.engine.ports import Clock, Drivers, Ports


def home_of(given: Path | None = None) -> Path:
    """Where deployments are kept: as given, else $ORCH_HOME, else the nearest `.orch` at or above this folder.

    Raises StoreFault where that is another user's, or came with a clone.
    """
    if given is not None:
        return given.resolve()
    named = os.environ.get("ORCH_HOME")
    if named:
        return Path(named).resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / ".orch").is_dir():
            from orchestrator.bootstrap.found_home import refuse_foreign

            refuse_foreign(folder / ".orch")
            return folder / ".orch"
    return here / ".orch"


def disk_reserve() -> int:
    """Bytes that stay free when something new is begun: $ORCH_DISK_RESERVE, else 256 MiB. Raises UsageFault."""
    from orchestrator.domain.text.model_base import bytes_of
    from orchestrator.domain.text.plain_text import plain

    given = os.environ.get("ORCH_DISK_RESERVE") or "256MiB"
    try:
        return int(bytes_of(given))
    except ValueError as expected:
        raise UsageFault(
            f"ORCH_DISK_RESERVE is {plain(given, 80)}; expected {expected}. Set it anew, or unset it."
        ) from None


def clock() -> Clock:
    """The clock of this machine."""
    from orchestrator.adapters.clock import SystemClock

    return SystemClock()


def key_folders(home: Path | None = None, project: Path | None = None) -> tuple[KeyFolder, KeyFolder]:
    """Where trusted keys are: those of this home, then those of the project (by default of this folder)."""
    from orchestrator.adapters.keys.key_folder import KeyFolder

    return KeyFolder(home_of(home) / "keys"), KeyFolder((project or Path.cwd()) / "keys")


def drivers(home: Path | None = None) -> Drivers:
    """Drivers that are processes of their own."""
    from orchestrator.adapters.driver_processes import DriverProcesses

    return DriverProcesses(home_of(home), process.spawn_child)


def ports_to_check(home: Path | None = None) -> Ports:
    """All ports, for a check of a plan: no store is opened, and none is made where there is none."""
    from orchestrator.bootstrap.lazy_ports import WiredPorts

    return WiredPorts(home_of(home))


def ports(home: Path | None = None, warm: WarmStart | None = None) -> Ports:
    """All ports over real hosts, real Ansible and the store below `home`. Raises StoreFault.

    `warm` has the zygote that serves both the plan check and the runs, where there is one already.
    """
    from orchestrator.bootstrap.lazy_ports import WiredPorts

    # At once: who drives for days does not load a part of orch that was upgraded meanwhile.
    return WiredPorts(home_of(home), warm).load()


def ports_to_look(home: Path | None = None) -> Ports:
    """The same for who looks, or puts a word on the journal: each is loaded when it is asked for. Raises StoreFault."""
    from orchestrator.bootstrap.lazy_ports import WiredPorts

    return WiredPorts(home_of(home)).opened()


def ports_to_start(plan: Path, extent: Extent = "spare") -> Ports:
    """All ports, for a deployment of this plan that starts now: the zygote imports beside all else. Raises StoreFault.

    `extent`: how far the start of runs is prepared, which only a measurement has any other way.
    Nothing is read before but where an ansible.cfg lies. Where that was not the project's, another zygote takes its place.
    """
    from orchestrator.adapters.ansible.warm import WarmStart

    warm = WarmStart(extent=extent)
    with suppress(
        OSError, ValueError, RuntimeError
    ):  # the plan check says what is wrong with the place of a plan
        if plan.is_file():
            folder = plan.resolve().parent
            above = (parent for parent in (folder, *folder.parents) if (parent / "ansible.cfg").is_file())
            warm.begin(str(next(above, folder)))
    return ports(warm=warm)
