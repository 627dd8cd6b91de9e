"""What a deployment has brought about, by its objectives."""

from datetime import datetime
from typing import Literal, TypeGuard, get_args

from orchestrator.domain.evidence.attachment import Attachment
from orchestrator.domain.journal import events as e
from orchestrator.domain.text.model_base import Many, Moment, Noun


class Measurement(Noun):
    """The newest measurement of an objective."""

    result: Literal["achieved", "not achieved", "not known"]
    found: str
    by: str
    role: str | None
    note: str
    at: Moment
    attached: Many[Attachment] = ()


class Acceptance(Noun):
    """Who decided that it stays at what an objective has come to, and why."""

    by: str
    role: str
    reason: str
    at: Moment


class Outcomes(Noun):
    """By the number of the objective: what was measured last, and who accepted that it is not achieved."""

    measured: dict[int, Measurement] = {}
    accepted: dict[int, Acceptance] = {}


OutcomesEvent = e.ObjectiveMeasured | e.ObjectiveAccepted
CHANGED_BY = frozenset(get_args(OutcomesEvent))


def outcomes_after(outcomes: Outcomes, event: e.Event, at: datetime) -> Outcomes:
    """The outcomes after one more event; a new measurement makes an acceptance void."""
    return _changed(outcomes, event, at) if _changes(event) else outcomes


def _changes(event: e.Event) -> TypeGuard[OutcomesEvent]:
    return type(event) in CHANGED_BY


def _changed(outcomes: Outcomes, event: OutcomesEvent, at: datetime) -> Outcomes:
    match event:
        case e.ObjectiveMeasured(number=number):
            newest = Measurement(
                result=event.result,
                found=event.found,
                by=event.by,
                role=event.role,
                note=event.note,
                at=at,
                attached=event.attached,
            )
            accepted = {n: each for n, each in outcomes.accepted.items() if n != number}
            return Outcomes(measured={**outcomes.measured, number: newest}, accepted=accepted)
        case e.ObjectiveAccepted(number=number):
            decision = Acceptance(by=event.by, role=event.role, reason=event.reason, at=at)
            return Outcomes.updated(outcomes, accepted={**outcomes.accepted, number: decision})
