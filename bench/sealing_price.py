"""The price of seals: a real rollout's journal appended anew, event by event, to a store that seals and to one that does not.

Each pair runs one after the other on the same disk, in turns which comes first. The one that seals also looks at the seal
where a driver does: before runs, before a backout, and before the end.
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
from orchestrator.adapters.store.seals.sql_seals import SqlSeals
from orchestrator.domain.journal.events import Recorded

LOOKED_AT = frozenset({"attempt_intended", "rotation_began", "backout_began", "completed", "restored"})


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
    for sealed in (True, False) if number % 2 else (False, True):
        name = "sealed" if sealed else "bare"
        times[name], times[f"{name}_cpu"] = _appended(records, folder, sealed=sealed)
    return times


def _appended(records: Sequence[Recorded], folder: Path, *, sealed: bool) -> tuple[float, float]:
    """Seconds of the wall and of CPU that the appends take, in a store that is there already."""
    home, clock = Path(tempfile.mkdtemp(prefix="seals-", dir=folder)), SystemClock()
    keys = FolderSealKeys(home, clock.now) if sealed else None
    journal = SqlJournal(home, clock, seal_keys=keys)
    seals = SqlSeals(journal.database, keys, clock) if keys is not None else None
    try:
        journal.append("warm", 0, [records[0].event])
        began, cpu = time.perf_counter(), sum(os.times()[:2])
        for record in records:
            if record.event.kind in LOOKED_AT and seals is not None:
                seals.look_alone(record.deployment, record.seq - 1)
            journal.append(record.deployment, record.seq - 1, [record.event])
        return time.perf_counter() - began, sum(os.times()[:2]) - cpu
    finally:
        journal.close()
        shutil.rmtree(home, ignore_errors=True)
