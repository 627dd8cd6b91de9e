"""Follows a deployment that another process drives: reads the journal until it is over, or until nobody goes on."""

from collections.abc import Callable
from datetime import timedelta

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import apply
from orchestrator.domain.journal.events import Recorded
from orchestrator.engine.lookup.deployment_lookup import find
from orchestrator.engine.lookup.snapshots import briefs
from orchestrator.engine.ports import Ports, Watcher
from orchestrator.errors import NotFound
from orchestrator.policy.course.next_step import next_step
from orchestrator.policy.course.steps import WaitForPerson

LOOK = 0.5
"""Seconds between reads of the journal."""
HAND_OVER = timedelta(seconds=5)
"""How long nobody needs to drive before that counts: one driver ends and another begins in less."""

Driven = Callable[[Deployment], bool | None]
"""Whether a process drives the deployment; None where that cannot be seen from here."""


def one_to_watch(ports: Ports, deployment: str | None, patience: float | None) -> str:
    """The id that is meant: as given, or the newest open one; with patience, the next that begins. Raises NotFound."""
    if deployment is not None:
        return find(ports, deployment).id
    until = ports.clock.now() + timedelta(seconds=patience or 0.0)
    while True:
        running = next((each.id for each in briefs(ports.journal) if not each.over), None)
        if running is not None:
            return running
        if ports.clock.now() >= until:
            raise NotFound(
                "No deployment is open. `orch list` names those that were, `orch watch --wait` waits for the next."
            )
        ports.clock.sleep(LOOK)


def follow(
    ports: Ports, deployment: str, watch: Watcher, *, driven: Driven, patience: float | None
) -> Deployment:
    """Show every event as it comes, and return the deployment when it is over, or when nobody goes on with it.

    With patience, what waits for a person, or has no driver, is followed for so many seconds longer. Nothing is written.
    """
    allowed = max(HAND_OVER, timedelta(seconds=patience or 0.0))
    d: Deployment | None = None
    idle_since = None
    while True:
        records: list[Recorded] = ports.journal.read(deployment, after=0 if d is None else d.seq)
        for record in records:
            d = apply(d, record)
            watch(record)
        if d is None:
            raise NotFound(f"There is no deployment {deployment}; `orch list` names those there are.")
        now = ports.clock.now()
        if d.over:
            return d
        waits, seen = isinstance(next_step(d, now), WaitForPerson), driven(d)
        if seen or (seen is None and not waits):
            idle_since = None
        elif waits and patience is None:
            return d
        else:
            idle_since = idle_since or now
            if now - idle_since >= allowed:
                return d
        ports.clock.sleep(LOOK)
