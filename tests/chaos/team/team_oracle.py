"""What must hold of a deployment of a team, judged by the hosts' act log and files, by processes and bare events."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.journal.lifecycle import State
from tests.chaos.team.light_hands import Act, TeamFleet
from tests.simulation.oracle import admitted_once, adopted, at_rest, intents, repeated_unseen
from tests.simulation.words import against_words


def broken(records: list[Recorded], d: Deployment, fleet: TeamFleet) -> list[str]:
    """The invariants that are broken, in words. `d`: what the records fold to."""
    acts = [act for act in fleet.log() if act.attempt.startswith(f"{d.id}.")]
    return [
        *([] if [r.seq for r in records] == list(range(1, len(records) + 1)) else ["the journal has gaps"]),
        *([] if d.over else [f"it did not end: {d.state}"]),
        *(intents(records) if d.over else []),
        *adopted(records),
        *repeated_unseen(records),
        *against_words(records),
        *(at_rest(d) if d.over else []),
        *admitted_once(records, 0),
        *against_acts(acts, records, d),
        *truthful(fleet, d, acts),
        *left_over(d.id),
    ]


def against_acts(acts: list[Act], records: list[Recorded], d: Deployment) -> list[str]:
    """What the act log of the hosts and the journal disagree on."""
    intended = {r.event.attempt: r.at.timestamp() for r in records if isinstance(r.event, e.AttemptIntended)}
    ends = {
        **{r.event.outcome.attempt: r.at.timestamp() for r in records if isinstance(r.event, e.AttemptEnded)},
        **{r.event.attempt: r.at.timestamp() for r in records if isinstance(r.event, e.AttemptLost)},
    }
    gates = {r.event.wave: r.at.timestamp() for r in records if isinstance(r.event, e.GatePassed)}
    again = sum(isinstance(r.event, e.AttemptLost | e.Retried) for r in records)
    begun = [act for act in acts if act.what == "begins"]
    breaks = [
        f"{attempt} acted {n} times on {host}"
        for (attempt, host), n in Counter((act.attempt, act.host) for act in begun).items()
        if n > 1
    ]
    breaks += [
        f"{host} was deployed to {n} times, with {again} losses and words"
        for host, n in Counter(act.host for act in begun if act.purpose == "deploy").items()
        if n > 1 + again
    ]
    for act in begun:
        wave = d.standings[act.host].wave
        if intended.get(act.attempt, float("inf")) > act.at + 0.001:
            breaks.append(f"{act.attempt} acted on {act.host} without an intent before")
        if act.purpose == "deploy" and wave and gates.get(wave - 1, float("inf")) > act.at:
            breaks.append(f"{act.host} of wave {wave} was touched before gate {wave - 1} had passed")
    breaks += [
        f"{act.attempt} {act.what} on {act.host} after it was called over"
        for act in acts
        if act.what != "refused" and ends.get(act.attempt, float("inf")) + 0.001 < act.at
    ]
    return breaks + _at_once(acts)


def _at_once(acts: list[Act]) -> list[str]:
    """Two runs at work on one host."""
    at_work: dict[str, str] = {}
    breaks = []
    for act in sorted(acts, key=lambda each: each.at):
        if act.what == "begins":
            if act.host in at_work:
                breaks.append(f"{act.attempt} began on {act.host} while {at_work[act.host]} was at work")
            at_work[act.host] = act.attempt
        elif act.what == "ends":
            at_work.pop(act.host, None)
    return breaks


def truthful(fleet: TeamFleet, d: Deployment, acts: list[Act]) -> list[str]:
    """What is called so, is so."""
    touched = {act.host for act in acts if act.what == "begins"}
    breaks = []
    if d.state is State.COMPLETED and any(s.standing != "verified" for s in d.standings.values()):
        breaks.append("completed with a host that is not verified")
    for host, stands in d.standings.items():
        held = fleet.read(host)["files"]["/etc/app"]
        expected = {"verified": "new", "restored": "old", "untouched": "old"}.get(stands.standing)
        if expected is not None and held != expected:
            breaks.append(f"{host} is called {stands.standing} and holds {held}")
        if stands.standing == "untouched" and host in touched:
            breaks.append(f"{host} is called untouched and was touched")
    return breaks


def left_over(deployment: str, within: float = 1.0) -> list[str]:
    """Processes of its attempts that live on, `within` seconds later: one that has written its end needs a moment to go."""
    mark = f"ORCH_ATTEMPT={deployment}.".encode()
    deadline = time.monotonic() + within
    while living := [entry for entry in Path("/proc").iterdir() if mark in _environment(entry)]:
        if time.monotonic() > deadline:
            return [f"a process of it is left: {entry.name} {_command(entry)}" for entry in living]
        time.sleep(0.1)
    return []


def _command(entry: Path) -> str:
    try:
        return (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return "that has ended since"


def _environment(entry: Path) -> bytes:
    try:
        return (entry / "environ").read_bytes()
    except OSError:
        return b""
