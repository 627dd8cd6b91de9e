"""What must hold of hosts that were dead before anything of theirs was touched."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import (
    AttemptIntended,
    BaselineCaptured,
    EntryChecked,
    EnvironmentVerified,
    Recorded,
)
from orchestrator.domain.journal.lifecycle import State


def against_dead(d: Deployment, records: list[Recorded]) -> list[str]:
    """Left out for good: no run is begun on them, and the end is no plain success; and never more than the limits allow."""
    dead: dict[str, str] = {}
    breaks: list[str] = []
    for event in (record.event for record in records):
        if isinstance(event, EnvironmentVerified | BaselineCaptured | EntryChecked):
            dead |= event.unreached
            breaks += _over_limit(d, dead) if event.unreached else []
        if isinstance(event, AttemptIntended) and event.purpose == "deploy":
            breaks += [
                f"{host} was dead, and {event.attempt} ran on it" for host in event.hosts if host in dead
            ]
    if dead and d.state is State.COMPLETED:
        breaks.append(f"completed without {', '.join(dead)}")
    if dead and d.rehearsing.rehearsal is not None:
        breaks.append(f"rehearsed without {', '.join(dead)}")
    return breaks


def _over_limit(d: Deployment, dead: dict[str, str]) -> list[str]:
    return [
        f"{wave.name} began with {down} dead"
        for wave in d.waves
        if (down := sum(host in dead for host in wave.hosts)) > wave.failure_limit.hosts_of(len(wave.hosts))
        or down == len(wave.hosts)
    ]
