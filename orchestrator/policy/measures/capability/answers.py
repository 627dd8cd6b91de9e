"""The answers of people, from the journal of the house: the newest to each question, while it counts."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from orchestrator.domain.evidence.capability import CapabilityAssessment, PersonsAnswer
from orchestrator.domain.journal import events as e
from orchestrator.domain.rules.capability_criteria import CapabilityCriteria


def answers_of(
    records: Iterable[e.Recorded], criteria: CapabilityCriteria, now: datetime
) -> dict[str, PersonsAnswer]:
    """By criterion, what counts now: given to the question as it is asked today, and not too long ago."""
    newest: dict[str, PersonsAnswer] = {}
    for record in records:
        event = record.event
        if isinstance(event, e.CriterionAnswered) and _is_of(event, criteria):
            newest[event.criterion] = _answer(event, record.at)
    return {name: answer for name, answer in newest.items() if now < answer.until}


def kept_assessments(records: Iterable[e.Recorded]) -> tuple[tuple[e.Recorded, e.AssessmentKept], ...]:
    """Every assessment that people kept, oldest first."""
    return tuple((record, record.event) for record in records if isinstance(record.event, e.AssessmentKept))


def latest_end(criteria: CapabilityCriteria, now: datetime) -> datetime:
    """Until when an answer of now counts at most."""
    return now + timedelta(seconds=criteria.answers_stand)


def is_like(one_of: CapabilityAssessment, other: CapabilityAssessment) -> bool:
    """Whether two assessments can be compared: the same criteria, of the same deployments."""
    return (one_of.criteria, one_of.version, one_of.service, one_of.environment) == (
        other.criteria,
        other.version,
        other.service,
        other.environment,
    )


def _is_of(event: e.CriterionAnswered, criteria: CapabilityCriteria) -> bool:
    """An answer to a question in other words is none to this one."""
    criterion = criteria.named(event.criterion)
    return (
        event.criteria == criteria.criteria and criterion is not None and criterion.question == event.question
    )


def _answer(event: e.CriterionAnswered, at: datetime) -> PersonsAnswer:
    return PersonsAnswer(
        answer=event.answer,
        note=event.note,
        by=event.by,
        at=at,
        until=event.until,
        signed=event.spoken is not None and event.spoken.signed is not None,
    )
