"""The composition root wires an adapter to each port. There are no globals; every command asks for what it needs.

Adapters are imported inside the functions that need them. Importing all of them takes half a second, and background
processes are started first.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.adapters import process
from orchestrator.bootstrap.house import HOUSE_FILE
from orchestrator.errors import StoreFault, UsageFault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orchestrator.adapters.ansible.choice import AnsibleChoice
    from orchestrator.adapters.ansible.warm import Extent, WarmStart
    from orchestrator.bootstrap.own_voice import OpenKey
    from orchestrator.engine.ports import Clock, Drivers, Ports, Voice


def home_of(given: Path | None = None) -> Path:
    """The folder that keeps deployments: as given, else $ORCH_HOME, else as orch.toml says, else the nearest `.orch` here.

    Raises StoreFault where it belongs to another user, or came with a clone, and PlanFault for a faulty orch.toml.
    """
    if given is not None:
        return given.resolve()
    named = os.environ.get("ORCH_HOME")
    if named:
        return Path(named).resolve()
    from orchestrator.bootstrap.project_settings import home_setting

    of_project = home_setting().value
    if of_project is not None:
        from orchestrator.bootstrap.found_home import refuse_foreign

        home = Path(of_project).resolve()
        if home.is_dir():
            refuse_foreign(home)
        return home
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / ".orch").is_dir():
            from orchestrator.bootstrap.found_home import refuse_foreign

            refuse_foreign(folder / ".orch")
            return folder / ".orch"
    return here / ".orch"


def disk_reserve() -> int:
    """Bytes that must stay free when something new starts: $ORCH_DISK_RESERVE, else 256 MiB. Raises UsageFault."""
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


def drivers(
    home: Path | None = None,
    key: Path | None = None,
    ansible: Path | None = None,
    become_file: Path | None = None,
) -> Drivers:
    """Drivers that each run in their own process, with this key, Ansible and file of a password where one is named."""
    from orchestrator.adapters.driver_processes import DriverProcesses

    return DriverProcesses(home_of(home), process.spawn_child, key, ansible, become_file)


def run_program(words: Sequence[str], seconds: float) -> process.Ended:
    """Run a program to its end. Raises MachineLacks."""
    return process.run(words, timeout=seconds)


def has_journal(home: Path | None = None) -> bool:
    """Whether there is a journal already: a command that only checks does not create one."""
    return bool(os.environ.get("ORCH_STORE_URL")) or (home_of(home) / "journal.sqlite").is_file()


def homes_above() -> list[Path]:
    """Each `.orch` with a journal in this folder and above it, the nearest first; whose it is does not count."""
    here = Path.cwd()
    homes = [folder / ".orch" for folder in (here, *here.parents)]
    return [home for home in homes if os.path.exists(home / "journal.sqlite")]  # noqa: PTH110 (no leave to look is no home)


def ports_to_check(
    home: Path | None = None,
    open_key: OpenKey | None = None,
    house_file: Path = HOUSE_FILE,
    ansible: Path | None = None,
) -> Ports:
    """All ports, for checking a plan. It does not open a store and does not create one."""
    from orchestrator.bootstrap.lazy_ports import WiredPorts

    return WiredPorts(home_of(home), open_key=open_key, house_file=house_file, ansible=ansible)


def ports(
    home: Path | None = None,
    warm: WarmStart | None = None,
    open_key: OpenKey | None = None,
    house_file: Path = HOUSE_FILE,
    ansible: Path | None = None,
    choice: AnsibleChoice | None = None,
    become: str | None = None,
) -> Ports:
    """All ports over real hosts, real Ansible and the store below `home`. Raises StoreFault.

    `warm` holds a zygote that is already started; it serves both the plan check and the runs. `open_key` opens the key of
    whoever speaks. `house_file` names the house. `ansible` is what an option of the command line names; `choice` is made
    already. `become`: the password to become root on hosts that a person gave.
    """
    from orchestrator.bootstrap.lazy_ports import WiredPorts

    # Load everything now: a driver that runs for days must not load modules of an orch that was upgraded meanwhile.
    return WiredPorts(
        home_of(home), warm, open_key, house_file, ansible=ansible, choice=choice, become=become
    ).load()


def ports_to_look(
    home: Path | None = None,
    open_key: OpenKey | None = None,
    house_file: Path = HOUSE_FILE,
    ansible: Path | None = None,
    voice: Voice | None = None,
) -> Ports:
    """All ports, for reading the journal or appending a person's event. Each loads on first use. Raises StoreFault.

    `voice`: whose word is taken, where it is not that of whoever runs this process.
    """
    from orchestrator.bootstrap.lazy_ports import WiredPorts

    return WiredPorts(
        home_of(home), open_key=open_key, house_file=house_file, ansible=ansible, late=True, voice=voice
    ).opened()


def ports_to_watch() -> Ports:
    """All ports, for following what somebody else drives; a home that belongs to another user is only read.

    Such a home is taken only where ORCH_HOME names it. Raises StoreFault, also where this user may not read it.
    """
    from orchestrator.bootstrap.lazy_ports import WiredPorts

    home = home_of()
    try:
        there = (home / "journal.sqlite").is_file()
        guest = there and home.stat().st_uid != os.geteuid()
    except PermissionError:
        there, guest = True, True
    if guest and not os.access(home / "journal.sqlite", os.R_OK):
        raise StoreFault(
            f"{home} belongs to another user, and you may not read its journal. Its owner can let a group read it "
            "(docs/operations.md, Watching)."
        )
    return WiredPorts(home, late=True, guest=guest).opened()


def ports_to_start(
    plan: Path,
    extent: Extent = "zygote",
    open_key: OpenKey | None = None,
    house_file: Path = HOUSE_FILE,
    ansible: Path | None = None,
    become: str | None = None,
) -> Ports:
    """All ports, for a deployment of this plan that starts now. The zygote imports in parallel. Raises StoreFault.

    `extent`: how far the start of runs is prepared; only benchmarks change it.
    Before the zygote starts, only the place of ansible.cfg is looked up. If it is not the project's, a new zygote replaces it.
    """
    from orchestrator.adapters.ansible.warm import WarmStart
    from orchestrator.bootstrap.project_settings import ansible_choice

    choice = ansible_choice(ansible)
    warm = WarmStart(extent=extent, choice=choice)
    with suppress(
        OSError, ValueError, RuntimeError
    ):  # the plan check reports what is wrong with the plan's path
        if plan.is_file():
            folder = plan.resolve().parent
            above = (parent for parent in (folder, *folder.parents) if (parent / "ansible.cfg").is_file())
            warm.begin(str(next(above, folder)))
    return ports(warm=warm, open_key=open_key, house_file=house_file, choice=choice, become=become)
