"""Whether a review must follow a deployment, and until when: what failed is investigated (ISO/IEC 20000-1 9.3)."""

from datetime import datetime, timedelta

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED, TAKEN_BACK


def failed(d: Deployment) -> bool:
    """It was taken back, or was to be: its review asks for a cause and an action."""
    return d.state in TAKEN_BACK


def may_be_reviewed(d: Deployment) -> bool:
    """It is over, and hosts were touched; a rehearsal is no release."""
    return d.over and d.state not in NEVER_TOUCHED and d.rehearsing.rehearsal is None


def review_missing(d: Deployment) -> bool:
    """A review must follow, or is begun, and is not closed."""
    return (
        may_be_reviewed(d)
        and d.post_review.closed is None
        and (_asked(d) or d.post_review.opened is not None)
    )


def review_due(d: Deployment) -> datetime | None:
    """When the review is to be closed: as said when it began, else within the time of the policy; None: no time is said."""
    policy = d.authority.policy
    if d.post_review.due is not None or d.ended_at is None or policy is None or policy.review.within is None:
        return d.post_review.due
    return d.ended_at + timedelta(seconds=policy.review.within)


def _asked(d: Deployment) -> bool:
    """Where a policy binds, what failed; with `after: each` whatever touched a host."""
    policy = d.authority.policy
    return policy is not None and (failed(d) or policy.review.after == "each")
