"""The price of the CMDB: the last event of a deployment to many hosts, appended with and without what the CMDB learns from it.

`.venv/bin/python -m bench.cmdb_price HOSTS ROUNDS`. Each pair runs one after the other on the same disk, in turns which comes
first. Then what a look at all items takes after several such deployments.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.store import SqlJournal
from orchestrator.adapters.store.cmdb.sql_cmdb import cmdb_beside
from orchestrator.domain.cmdb.facts import CmdbUpdate
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import apply
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.journal.lifecycle import ENDS_ON_HOSTS
from orchestrator.engine.ports import Proof
from orchestrator.policy.cmdb.items import cis_of
from orchestrator.policy.cmdb.update import learnt
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

LOOKS = 10
"""Deployments to all of the hosts that a list looks at."""


def main(hosts: int, rounds: int) -> dict[str, float]:
    """Medians in seconds."""
    records, d = _completed(hosts)
    pairs = [_pair(records, d, number) for number in range(rounds)]
    figures = {name: median(each[name] for each in pairs) for name in pairs[0]}
    return {
        "hosts": float(hosts),
        "facts": float(len(_learnt(d, records[-1])[0].facts)),
        **figures,
        **_looked(d, records),
    }


def _completed(hosts: int) -> tuple[list[Recorded], Deployment]:
    """The records of a deployment up to its end, and what it is after that."""
    tree = plan_tree()
    tree["release"] |= {"service": "shop"}
    fleet = Fleet(tree, [f"web{number}" for number in range(hosts)])
    name = fleet.deploy().id
    records: list[Recorded] = []
    d: Deployment | None = None
    for record in fleet.ports.journal.read(name):
        d = apply(d, record)
        records.append(record)
        if record.event.kind in ENDS_ON_HOSTS:
            break
    if d is None:
        raise SystemExit("The deployment has no events.")
    return records, d


def _learnt(d: Deployment, record: Recorded) -> Sequence[CmdbUpdate]:
    return learnt(d, record)


def _pair(records: Sequence[Recorded], d: Deployment, number: int) -> dict[str, float]:
    times: dict[str, float] = {}
    for feeds in (True, False) if number % 2 else (False, True):
        name = "with" if feeds else "without"
        times[name], times[f"{name}_cpu"] = _ended(records, d, feeds=feeds)
    return times


def _ended(records: Sequence[Recorded], d: Deployment, *, feeds: bool) -> tuple[float, float]:
    """Seconds of the wall and of CPU of the last append."""
    home = Path(tempfile.mkdtemp(prefix="cmdb-"))
    journal = SqlJournal(home, SystemClock())
    proof: Proof = (lambda new: _learnt(d, new[-1])) if feeds else (lambda new: ())
    try:
        journal.append(d.id, 0, [record.event for record in records[:-1]])
        began, cpu = time.perf_counter(), sum(os.times()[:2])
        journal.append(d.id, len(records) - 1, [records[-1].event], proof)
        return time.perf_counter() - began, sum(os.times()[:2]) - cpu
    finally:
        journal.close()
        shutil.rmtree(home, ignore_errors=True)


def _looked(d: Deployment, records: Sequence[Recorded]) -> dict[str, float]:
    """Seconds of CPU that reading and folding all items takes after LOOKS deployments, and the bytes that these facts take."""
    home = Path(tempfile.mkdtemp(prefix="cmdb-"))
    journal = SqlJournal(home, SystemClock())
    try:
        cmdb = cmdb_beside(journal)
        for number in range(LOOKS):
            (update,) = _learnt(d, records[-1])
            cmdb.add([update.model_copy(update={"deployment": f"d{number}"})])
        began = time.process_time()
        updates = cmdb.updates()
        read = time.process_time()
        cis = cis_of(updates, ())
        folded = time.process_time()
        cmdb.updates(kind="service")
        services = time.process_time()
        size = sum(
            len(fact.model_dump_json(exclude_defaults=True)) for update in updates for fact in update.facts
        )
        return {
            "items": float(len(cis)),
            "read": read - began,
            "fold": folded - read,
            "services": services - folded,
            "bytes_per_deployment": size / LOOKS,
        }
    finally:
        journal.close()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2])), indent=1))
