"""What events of objectives say."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Counts
from orchestrator.domain.plan.objective import text_of
from orchestrator.policy.telling.teller import Telling, at, telling_of


@telling_of.register
def _measured(event: e.ObjectiveMeasured, d: Deployment, counts: Counts) -> Telling:
    by = f", by {event.by} as {event.role}: {event.note}" if event.role is not None else ""
    words = f"{event.number + 1} {event.result}: {_text(d, event.number)}; found {event.found}{by}"
    return Telling(at("objective", words), beside=True)


@telling_of.register
def _accepted(event: e.ObjectiveAccepted, d: Deployment, counts: Counts) -> Telling:
    words = f"{event.number + 1} accepted by {event.by} as {event.role}: {event.reason}"
    return Telling(at("objective", words), beside=True, decision="objective accepted")


def _text(d: Deployment, number: int) -> str:
    objectives = d.plan.objectives
    return (
        text_of(objectives[number])
        if number < len(objectives)
        else "an objective that the plan does not have"
    )
