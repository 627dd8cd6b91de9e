"""What goes wrong with parts of a team: how it is brought about, and how it is healed."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.team.team_site import NODES, SERVERS, WORKERS, TeamSite

CUT = 20.0
"""Seconds for which a line is cut."""
FROZEN = 55.0
"""Seconds for which a machine stands still: longer than its claims last, and than others take to follow it."""

Strike = Callable[[TeamSite, str], None]


@dataclass(frozen=True)
class TeamFault:
    """`on`: the parts that it can strike; `lasts`: seconds until it is healed, from and to."""

    name: str
    on: tuple[str, ...]
    strike: Strike
    heal: Strike
    lasts: tuple[float, float]


@dataclass(frozen=True)
class Planned:
    """A fault of a run: which, on whom, how many seconds after the first act on a host, and for how long."""

    fault: TeamFault
    part: str
    after: float
    lasts: float


def _kill(site: TeamSite, part: str) -> None:
    site.processes[part].kill()
    site.processes[part].wait()


def _kill_machine(site: TeamSite, part: str) -> None:
    """The machine is gone: the worker and all that it drives."""
    for pid in site.networks.pids(part):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    site.processes[part].wait()


def _kill_drivers(site: TeamSite, part: str) -> None:
    """All that its worker has started, but for what it starts them with."""
    for pid in site.networks.pids(part):
        if pid != site.processes[part].pid and _parent(pid) != site.processes[part].pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _kill_starter(site: TeamSite, part: str) -> None:
    """What its worker starts drivers with: it begins none any more, as where a disk is full or an installation broken."""
    for pid in site.networks.pids(part):
        if _parent(pid) == site.processes[part].pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _start_anew(site: TeamSite, part: str) -> None:
    _terminate(site, part)
    _start_after_its_end(site, part)


def _parent(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    return int(status.rpartition(")")[2].split()[1])


def _freeze(site: TeamSite, part: str) -> None:
    for pid in site.networks.pids(part):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)


def _thaw(site: TeamSite, part: str) -> None:
    for pid in site.networks.pids(part):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def _terminate(site: TeamSite, part: str) -> None:
    """As for an upgrade."""
    site.processes[part].terminate()


def _start_after_its_end(site: TeamSite, part: str) -> None:
    deadline = time.monotonic() + 120
    while site.processes[part].poll() is None and time.monotonic() < deadline:
        time.sleep(0.2)
    if site.processes[part].poll() is None:
        site.faults.append(f"{part} did not end within two minutes of SIGTERM")
        _kill(site, part)
    site.start(part)


def _start(site: TeamSite, part: str) -> None:
    if site.processes[part].poll() is not None:
        site.start(part)


def _drain(site: TeamSite, part: str) -> None:
    site.must("ann", "node", "drain", part)


def _drain_no_more(site: TeamSite, part: str) -> None:
    site.must("ann", "node", "drain", part, "--end")


def _cut(site: TeamSite, part: str) -> None:
    site.networks.cut(part)


def _mend(site: TeamSite, part: str) -> None:
    site.networks.mend(part)


def _nothing(site: TeamSite, part: str) -> None:
    """It is well again by itself."""


def _restart_database(site: TeamSite, part: str) -> None:
    site.database.stop()


def _crash_database(site: TeamSite, part: str) -> None:
    site.database.kill()


def _start_database(site: TeamSite, part: str) -> None:
    site.database.start()


_NODES = tuple(NODES)
FAULTS = (
    TeamFault("server killed", SERVERS, _kill, _start, (1.0, 10.0)),
    TeamFault("server upgraded", SERVERS, _terminate, _start_after_its_end, (0.0, 0.0)),
    TeamFault("server cut off", SERVERS, _cut, _mend, (CUT, CUT)),
    TeamFault("worker killed", WORKERS, _kill, _start, (1.0, 30.0)),
    TeamFault("worker upgraded", WORKERS, _terminate, _start_after_its_end, (0.0, 0.0)),
    TeamFault("worker's machine killed", WORKERS, _kill_machine, _start, (40.0, 60.0)),
    TeamFault("worker's machine frozen", WORKERS, _freeze, _thaw, (FROZEN, FROZEN)),
    TeamFault("worker cut off", WORKERS, _cut, _mend, (CUT, CUT)),
    TeamFault("drivers killed", WORKERS, _kill_drivers, _nothing, (0.0, 0.0)),
    TeamFault("worker starts nothing", WORKERS, _kill_starter, _start_anew, (40.0, 60.0)),
    TeamFault("node killed", _NODES, _kill, _start, (0.5, 10.0)),
    TeamFault("node drained", _NODES, _drain, _drain_no_more, (5.0, 15.0)),
    TeamFault("node cut off", _NODES, _cut, _mend, (CUT, CUT)),
    TeamFault("database restarted", ("pg",), _restart_database, _start_database, (0.0, 3.0)),
    TeamFault("database crashed", ("pg",), _crash_database, _start_database, (0.0, 3.0)),
    TeamFault("database cut off", ("pg",), _cut, _mend, (CUT, CUT)),
)


def planned(seed: int, most: int = 3) -> list[Planned]:
    """The faults of a run: its own one, so that each is struck in turn, and up to two more; no two on one part."""
    draw = random.Random(seed)
    chosen = [FAULTS[seed % len(FAULTS)], *draw.sample(FAULTS, draw.randint(0, most - 1))]
    faults: list[Planned] = []
    for fault in chosen:
        part = draw.choice(fault.on)
        lasts = draw.uniform(*fault.lasts)
        if all(part != known.part for known in faults):
            faults.append(Planned(fault, part, draw.uniform(0.0, 9.0), lasts))
    return sorted(faults, key=lambda each: each.after)
