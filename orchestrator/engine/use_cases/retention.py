"""A person archives the record of a deployment once nothing is open, and holds it where the law asks for that."""

from datetime import timedelta

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.rules.release_policy import DAY
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.deployment_commands import signal
from orchestrator.errors import Refused
from orchestrator.policy.course.follow_up import following_words, nothing_open

USUAL = 3 * 365 * DAY
"""Seconds for which a record is kept where no policy says it: as policies say by default."""


def archive(ports: Ports, d: Deployment, *, reason: str, by: str) -> Deployment:
    """Archive the record. Raises Refused before the end, while something that must follow is open, or once it is archived."""
    if not d.over or d.ended_at is None:
        raise Refused(f"{d.id} is {d.state.value}: its record is archived once it is over.")
    if d.retention.archived_at is not None:
        raise Refused(f"The record of {d.id} is archived already.")
    if not nothing_open(d):
        open_words = "\n".join(following_words(d, ports.clock.now()))
        raise Refused(f"{open_words}\nThe record of {d.id} was not archived.")
    policy = d.authority.policy
    kept = timedelta(seconds=policy.retention if policy is not None else USUAL)
    return signal(ports, d.id, e.RecordArchived(until=d.ended_at + kept, by=by, reason=reason))


def hold(ports: Ports, d: Deployment, *, reason: str, by: str) -> Deployment:
    """Hold the record whatever its retention is. Raises Refused before the end, and where it is held."""
    if not d.over:
        raise Refused(f"{d.id} is {d.state.value}: its record is held once it is over.")
    if d.retention.hold is not None:
        raise Refused(f"The record of {d.id} is held already, by {d.retention.hold.by}.")
    return signal(ports, d.id, e.LegalHoldPlaced(by=by, reason=reason))


def release(ports: Ports, d: Deployment, *, reason: str, by: str) -> Deployment:
    """Lift the hold. Raises Refused where there is none."""
    if d.retention.hold is None:
        raise Refused(f"The record of {d.id} is not held.")
    return signal(ports, d.id, e.LegalHoldLifted(by=by, reason=reason))
