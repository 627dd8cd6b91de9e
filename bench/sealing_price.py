"""The price of seals: a real rollout's journal appended anew, event by event, to a store that seals and to one that does not.

Each pair runs one after the other on the same disk, in turns which comes first.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench.compare import Say, measured
from bench.contenders import Contender
from bench.journal_times import Times, records_of
from bench.site import Site
from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.keys.seal_keys import FolderSealKeys
from orchestrator.adapters.store import SqlJournal
from orchestrator.domain.journal.events import Recorded


def pairs(site: Site, orch: Contender, rounds: int, say: Say) -> Times:
    """Medians over the pairs; the shares are of the rollout whose journal it is."""
    journals: list[list[Recorded]] = []
    rollout = measured(site, orch, lambda _contender, home, _wall: journals.append(records_of(home / "orch")))
    [records] = journals
    measurements = [_pair(records, site.project.parent, number) for number in range(rounds)]
    figures = {name: median(each[name] for each in measurements) for name in measurements[0]}
    figures |= {
        "events": float(len(records)),
        "rollout_wall": rollout["wall"],
        "share_of_wall": (figures["sealed"] - figures["bare"]) / rollout["wall"],
        "share_of_cpu": (figures["sealed_cpu"] - figures["bare_cpu"]) / rollout["cpu"],
    }
    say(
        f"  {len(site.names)} hosts: {len(records)} events; seals cost {figures['share_of_wall']:.2%} of the wall"
    )
    return figures


def _pair(records: Sequence[Recorded], folder: Path, number: int) -> Times:
    times: Times = {}
    for seals in (True, False) if number % 2 else (False, True):
        name = "sealed" if seals else "bare"
        times[name], times[f"{name}_cpu"] = _appended(records, folder, seals=seals)
    return times


def _appended(records: Sequence[Recorded], folder: Path, *, seals: bool) -> tuple[float, float]:
    """Seconds of the wall and of CPU that the appends take, in a store that is there already."""
    home, clock = Path(tempfile.mkdtemp(prefix="seals-", dir=folder)), SystemClock()
    journal = SqlJournal(home, clock, seal_keys=FolderSealKeys(home, clock.now) if seals else None)
    try:
        journal.append("warm", 0, [records[0].event])
        began, cpu = time.perf_counter(), sum(os.times()[:2])
        for record in records:
            journal.append(record.deployment, record.seq - 1, [record.event])
        return time.perf_counter() - began, sum(os.times()[:2]) - cpu
    finally:
        journal.close()
        shutil.rmtree(home, ignore_errors=True)
