"""What the beginning of a backout makes of a deployment."""

from orchestrator.domain import events as e
from orchestrator.domain.deployment import BackoutProgress, Deployment


def backout_begun(event: e.BackoutBegan, d: Deployment) -> BackoutProgress:
    """A backout with nothing done yet."""
    return BackoutProgress.of_valid(
        hosts=event.hosts,
        reason=event.reason,
        by=event.by,
        restored=event.restored,
        reasons=event.reasons,
        aborted=_follows_abort(event, d),
        first_attempt=len(d.attempts),
    )


def _follows_abort(event: e.BackoutBegan, d: Deployment) -> bool:
    """In journals of before reasons had codes: it began in the name of the abort that is open."""
    if event.reasons:
        return any(reason.code == "backout.aborted" for reason in event.reasons)
    return d.aborting is not None and event.by == d.aborting
