"""What must hold after a deployment whose drivers were killed: read from the files of the fleet and from the database."""

import json
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

from orchestrator.adapters import process
from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.files.project_authority import ProjectAuthority
from orchestrator.adapters.store import SqlHostLocks, SqlJournal
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal.events import AttemptIntended, AttemptLost, Recorded
from orchestrator.domain.journal.lifecycle import State
from orchestrator.policy.authority.copy_integrity import changes_in_copy
from orchestrator.policy.course.backout import ATTEMPTS_PER_WAVE
from tests.chaos.disk_fleet import BEFORE, DiskFleet
from tests.chaos.stories import Story
from tests.simulation.oracle import admitted_once, adopted, at_rest, intents, repeated_unseen
from tests.simulation.words import against_words

IN_ROTATION = "in-rotation:"
"""What marks an act on a host that was in rotation."""


def broken(root: Path, story: Story) -> list[str]:
    """The invariants that are broken, in words."""
    store, fleet = root / "store", DiskFleet(root / "fleet")
    journal = SqlJournal(store, SystemClock())
    try:
        names = journal.deployments()
        if len(names) != 1:
            return [f"there are {len(names)} deployments"]
        records = journal.read(names[0])
    finally:
        journal.close()
    deployment = fold(records)
    return [
        *_database(store),
        *([] if [r.seq for r in records] == list(range(1, len(records) + 1)) else ["the journal has gaps"]),
        *_ended(deployment, story),
        *intents(records),
        *adopted(records),
        *repeated_unseen(records),
        *against_words(records),
        *at_rest(deployment),
        *_acts(fleet, records, deployment),
        *_in_order(records),
        *_rotation(fleet, deployment),
        *_truthful(fleet, deployment),
        *_left_behind(store, fleet),
        *admitted_once(records, len(story.approvals)),
        *_copies(root, deployment),
        *[
            f"{a.attempt} is said to have ended with a changed copy"
            for a in deployment.attempts
            if a.changed_in_copy
        ],
    ]


def _ended(d: Deployment, story: Story) -> list[str]:
    """As the story ends; a wave is taken back in two runs at most, and where both were lost a person has to take it up."""
    lost = Counter(a.wave for a in d.attempts if a.purpose == "backout" and a.lost is not None)
    twice = any(count >= ATTEMPTS_PER_WAVE for count in lost.values())
    ends = {story.ends, State.BACKOUT_FAILED} if twice else {story.ends}
    return [] if d.state in ends else [f"ended as {d.state.value}, not {story.ends.value}"]


def _copies(root: Path, d: Deployment) -> list[str]:
    """The private copy is whole, also where all was taken back: it shows what ran."""
    authority, place = ProjectAuthority(root / "store"), root / "store" / "frozen" / d.id
    if list(authority.copies()) != [d.id]:
        return [f"there are private copies {list(authority.copies())}, and should be {[d.id]}"]
    changed = changes_in_copy(d, authority.copied(d.plan, str(place)).files, d.preparation.digests)
    return [f"the private copy is not what was planned: {change}" for change in changed]


def _database(store: Path) -> list[str]:
    connection = sqlite3.connect(store / "journal.sqlite")
    try:
        answer = connection.execute("PRAGMA integrity_check").fetchall()
    finally:
        connection.close()
    return [] if answer == [("ok",)] else [f"SQLite says {answer}"]


def _in_order(records: list[Recorded]) -> list[str]:
    """Later waves are taken back first, and no stage before one that comes after it."""
    intents = [r.event for r in records if isinstance(r.event, AttemptIntended)]
    waves = [intent.wave for intent in intents if intent.purpose == "backout"]
    return [] if waves == sorted(waves, reverse=True) else [f"waves were taken back in the order {waves}"]


def _rotation(fleet: DiskFleet, d: Deployment) -> list[str]:
    """Who is still out at the end is verified or restored nowhere."""
    return [
        f"{host} is {d.standings[host].standing} and out of {backend}"
        for backend, host in fleet.out()
        if d.standings[host].standing in ("verified", "restored", "untouched")
    ]


def _acts(fleet: DiskFleet, records: list[Recorded], d: Deployment) -> list[str]:
    """Nothing acted twice under one name, without an intent, or once more without a loss before."""
    acted = [act for act in fleet.acted() if not act[0].startswith(IN_ROTATION)]
    in_rotation = [(a, h) for a, h, _ in fleet.acted() if a.startswith(IN_ROTATION)]
    intended = {r.event.attempt: r.event for r in records if isinstance(r.event, AttemptIntended)}
    lost = [r.event for r in records if isinstance(r.event, AttemptLost)]
    breaks = [f"{a} acted {n} times on {h}" for (a, h, _), n in Counter(acted).items() if n > 1]
    breaks += [f"{h} was touched by {a}" for a, h in in_rotation]
    breaks += [
        f"{a} acted on {h} without an intent"
        for a, h, _ in acted
        if a not in intended or h not in intended[a].hosts
    ]
    again = Counter((host, purpose) for _, host, purpose in acted)
    backout_tries = 2
    for (host, purpose), n in again.items():
        waves = sum(host in wave.hosts for wave in d.waves)
        allowed = waves * (1 if purpose == "deploy" else backout_tries)
        if n > allowed + len(lost):
            breaks.append(f"{purpose} ran {n} times on {host} with {len(lost)} losses")
    return breaks


def _truthful(fleet: DiskFleet, d: Deployment) -> list[str]:
    breaks = []
    touched = {host for _, host, _ in fleet.acted()}
    for name, stands in d.standings.items():
        held = fleet.read(name)
        if stands.standing == "verified" and not (held["version"] == "2.0" and held["healthy"]):
            breaks.append(f"{name} is called verified and holds {held}")
        if stands.standing in ("restored", "untouched") and not _same(held, BEFORE):
            breaks.append(f"{name} is called {stands.standing} and holds {held}")
        if stands.standing == "untouched" and name in touched:
            breaks.append(f"{name} is called untouched and was touched")
        if stands.standing == "residue" and _same(held, BEFORE):
            breaks.append(f"{name} is said to hold residue and holds none")
    return breaks


def _same(first: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(first == other)


def _left_behind(store: Path, fleet: DiskFleet) -> list[str]:
    locks = SqlHostLocks(store, SystemClock())
    try:
        leftovers = [f"{lock.host} is still locked by {lock.deployment}" for lock in locks.held()]
    finally:
        locks.close()
    for claim in (fleet.root / "attempts").glob("*/claim.json"):
        holder = json.loads(claim.read_text())
        # A worker ends a moment after it has written its end.
        if (
            "pid" in holder
            and process.alive(process.ProcessId(**holder))
            and not (claim.parent / "end.json").exists()
        ):
            leftovers.append(f"{claim.parent.name} still runs")
    leftovers += [f"{half.name} was half written" for half in store.rglob(".part-*")]
    return leftovers
