"""Backout runs that this machine could not begin: no try is used up, and the deployment goes on where the machine can."""

from orchestrator.domain.deployment.attempts import attempt_named
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt_sighting import Sighting
from orchestrator.domain.journal.events import AttemptLost
from orchestrator.engine.drive_context import DriveContext
from orchestrator.errors import StoreFault

_POLL = 0.25
"""Seconds until what is left of it is ended again."""


def meets(d: Deployment, attempt: str, sighting: Sighting) -> bool:
    """Whether this is a backout run of which it is proved that nothing began."""
    if attempt_named(d.attempts, attempt).purpose != "backout":
        return False
    return _lack(sighting) is not None or (sighting.state == "dead" and not sighting.began)


def record(context: DriveContext, attempt: str, sighting: Sighting) -> None:
    """Note that it did not start. Raises StoreFault where the machine lacks something, or two in a row did not start."""
    ended = context.ports.playbooks.stop(
        attempt, attempt_named(context.deployment.attempts, attempt).isolation
    )
    if not ended:
        context.ports.clock.sleep(_POLL)
        context.journal.refresh()
        return
    before = [a for a in context.deployment.attempts if a.purpose == "backout" and not a.open]
    lack = _lack(sighting)
    reason = f"this machine could not start it: {lack or 'no worker took it up'}"
    context.journal.note(AttemptLost(attempt=attempt, reason=reason, started=False))
    if lack is not None or (before and not before[-1].started):
        raise StoreFault(
            f"{attempt} was not started: {lack or 'no worker took it up, and none the one before'}. No host was reached, "
            f"and the backout has its tries yet. Make room on this machine, then go on: orch resume {context.deployment.id}."
        )


def _lack(sighting: Sighting) -> str | None:
    return sighting.outcome.starved if sighting.outcome is not None else None
