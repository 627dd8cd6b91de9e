"""When a message that could not be sent is tried again, and when it is given up."""

from datetime import datetime, timedelta

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.messages import OwedMessage, owed_messages

AGAIN = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))
"""Waits after the first, second, … failed try; after the last of them a message is given up: six tries in eleven hours."""


def owed(d: Deployment) -> tuple[OwedMessage, ...]:
    """Every message of the deployment that is still to be sent, in the order of its moments."""
    return owed_messages(d.messages, d.plan, d.id)


def due(d: Deployment, now: datetime) -> tuple[OwedMessage, ...]:
    """Those that are to be sent now."""
    return tuple(message for message in owed(d) if message.due <= now)


def tried_again(tries: int, now: datetime) -> datetime | None:
    """When to try again after this many failed tries; None where it is given up."""
    return now + AGAIN[tries - 1] if tries <= len(AGAIN) else None
