"""The objectives of a release on the page of its record: each with its outcome, what was seen, and the decision."""

from datetime import datetime

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.policy.course.objectives import Outcome, OutcomeName, outcomes_of

OUTCOME_TAGS: dict[OutcomeName, str] = {
    "achieved": "passed",
    "not achieved": "failed",
    "not yet known": "unknown",
    "not measurable": "untouched",
    "taken back": "backed_out",
}
"""The look of each outcome, as a class of the page's style sheet."""


def objectives_shown(d: Deployment, now: datetime) -> tuple[Outcome, ...]:
    """The outcome of each objective; none where the plan measures none of them."""
    outcomes = outcomes_of(d, now)
    return outcomes if any(outcome.measure for outcome in outcomes) else ()
