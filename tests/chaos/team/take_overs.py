"""How long it takes until a dead driver is followed: `python -m tests.chaos.team.take_overs 3 [STRIKE...]`.

Each time a deployment of its own is struck in the middle of a run, and the time until the next driver's first word on the
journal is taken. Drivers are forked here (light_worker.py): what a real one takes to start comes on top of it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from statistics import median

from orchestrator.bootstrap import nodes
from orchestrator.domain.journal import events as e
from orchestrator.engine.ports import Journal
from tests.chaos.team import team_faults
from tests.chaos.team.team_faults import Strike
from tests.chaos.team.team_site import WORKERS, TeamSite, removed
from tests.chaos.team.team_trial import Round

WITHIN = 120.0
"""Seconds after which nobody follows any more."""
RUNS = 400.0
"""Seconds for which each run lasts: nothing but a driver's death makes anybody else drive."""


def _no_heal(site: TeamSite, part: str) -> None:
    """Nothing is left to heal."""


def _strike_driver(number: signal.Signals) -> Strike:
    def strike(site: TeamSite, words: str) -> None:
        with suppress(ProcessLookupError):
            os.kill(int(words), number)

    return strike


STRIKES: dict[str, tuple[Strike, Strike]] = {
    "driver stopped": (_strike_driver(signal.SIGSTOP), _no_heal),
    "driver killed": (_strike_driver(signal.SIGKILL), _no_heal),
    "machine stopped": (team_faults._freeze, team_faults._thaw),
    "machine killed": (team_faults._kill_machine, team_faults._start),
    "machine cut off": (team_faults._cut, team_faults._mend),
}
"""What strikes a driver by its number, or a machine by its name; and what heals it."""


def measured(times: int, strikes: list[str]) -> dict[str, object]:
    """Seconds from each strike to the next driver."""
    folder = Path(tempfile.mkdtemp(prefix="orch-team-"))
    plan = [(name, each) for each in range(times) for name in strikes]
    site = TeamSite(folder, len(plan))
    took: dict[str, list[float]] = {name: [] for name in strikes}
    site.begin()
    try:
        team = Round(site, 1, [], seconds=RUNS)
        for pair, (name, _) in enumerate(plan):
            took[name].append(_followed(site, team, pair, name))
            print(f"{name}: {took[name][-1]:.1f} s, at a load of {os.getloadavg()[0]:.1f}", file=sys.stderr)
    finally:
        nodes.queue_at(site.database_here).close()
        nodes.queue_at(site.database_here, nodes.PATIENCE).close()
        site.end()
        removed(folder)
    return {name: {"seconds": each, "median": median(each), "most": max(each)} for name, each in took.items()}


def _followed(site: TeamSite, team: Round, pair: int, name: str) -> float:
    team._submit(pair)
    deployment, host = team.runs[pair].deployment, f"alpha{pair}"
    _until(lambda: any(act.host == host for act in site.fleet.log()))
    took = _drivers(team.journal, deployment)[-1][1]
    pid = int(took.driver.split()[1])
    part = next(each for each in WORKERS if pid in site.networks.pids(each))
    strike, heal = STRIKES[name]
    struck = str(pid) if "driver" in name else part
    at = time.time()
    strike(site, struck)
    try:
        _until(lambda: len(_drivers(team.journal, deployment)) > 1)
    finally:
        heal(site, struck)
    return round(_drivers(team.journal, deployment)[1][0] - at, 1)


def _drivers(journal: Journal, deployment: str) -> list[tuple[float, e.DriverTook]]:
    """Each driver, and when it took it."""
    records = journal.read(deployment)
    return [(each.at.timestamp(), each.event) for each in records if isinstance(each.event, e.DriverTook)]


def _until(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN
    while not seen():
        if time.monotonic() > deadline:
            raise RuntimeError("nobody followed")
        time.sleep(0.1)


if __name__ == "__main__":
    print(json.dumps(measured(int(sys.argv[1]), sys.argv[2:] or list(STRIKES)), indent=1))
