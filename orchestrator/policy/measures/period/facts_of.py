"""The facts of one deployment, from its fold and its journal."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt import Purpose
from orchestrator.domain.evidence.incident import Incident
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Condensed
from orchestrator.domain.journal.disposals import disposals_in
from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED, end_of
from orchestrator.policy.calendar.due_starts import GRACE
from orchestrator.policy.evidence.audit_history import history_of as audits_of
from orchestrator.policy.evidence.rehearsal_verdict import faults_of_part
from orchestrator.policy.measures.period.audit_measures import audit_facts_of, finding_facts_of
from orchestrator.policy.measures.period.deployment_facts import (
    DeploymentFacts,
    HouseFacts,
    IncidentFact,
    ObjectiveFact,
    SatisfactionFact,
    StartResult,
)
from orchestrator.policy.measures.period.history import Moved, backouts_of, cause_of, first_end, history_of
from orchestrator.policy.measures.period.waits import RolesByHand, waits_of


def facts_of(
    d: Deployment, records: Iterable[Condensed], objectives: Sequence[ObjectiveFact], now: datetime
) -> DeploymentFacts:
    """What a report counts of a deployment; its first record, which holds the plan, may be left out."""
    history = history_of(record for record in records if 1 < record.seq <= d.seq)
    end = first_end(history)
    begun = next((m.record for m in history if isinstance(m.record.event, e.WindowOpened)), None)
    model, rehearsal = d.authority.model, d.rehearsing.rehearsal is not None
    return DeploymentFacts(
        id=d.id,
        release=d.plan.release.name,
        version=d.plan.release.version,
        service=d.plan.release.service,
        model=model.model if model is not None else None,
        approved_model=_approved_model(d),
        environment=d.plan.resources.environment,
        change=d.authority.change.type,
        rehearsal=rehearsal,
        rehearsal_passed=rehearsal and not faults_of_part(d),
        planned=d.began_at,
        starts=d.schedule.starts,
        start=_start(d, begun.at if begun is not None else None, end, now),
        begun=begun.at if begun is not None else None,
        end=end_of(end.after) if end is not None else None,
        ended=end.record.at if end is not None else None,
        cause=cause_of(history),
        last_run=_last_run(history),
        closes=_closes(d, begun),
        backouts=backouts_of(history),
        waits=waits_of(history, _roles_by_hand(d)),
        objectives=tuple(objectives),
        compared=tuple(_compared(history)),
        incidents=tuple(_incidents(d)),
        satisfaction=tuple(
            SatisfactionFact(score=given.score, at=given.at) for given in d.post_review.satisfaction.values()
        ),
    )


def house_facts_of(records: Sequence[e.Recorded]) -> HouseFacts:
    """What a report counts of the journal of the house."""
    kept: list[datetime] = []
    incidents: dict[str, IncidentFact] = {}
    for record in records:
        match record.event:
            case e.BaselineKept():
                kept.append(record.at)
            case e.IncidentRecorded(incident=incident):
                incidents[incident.id] = _incident(incident, record.at, related=False)
    history = audits_of(records)
    disposed = (each.begun for each in disposals_in(records).values() if each.finished is not None)
    return HouseFacts(
        baselines_kept=tuple(kept),
        incidents=tuple(incidents.values()),
        audits=tuple(audit_facts_of(history)),
        findings=tuple(finding_facts_of(history)),
        disposed=tuple((begun.began, begun.ended) for begun in disposed),
    )


def _incidents(d: Deployment) -> Iterator[IncidentFact]:
    for linked in d.post_review.incidents.values():
        yield _incident(linked.incident, linked.at, related=linked.related)


def _incident(incident: Incident, told_at: datetime, *, related: bool) -> IncidentFact:
    return IncidentFact(
        id=incident.id, opened=incident.opened, severity=incident.severity, related=related, told_at=told_at
    )


def _approved_model(d: Deployment) -> bool:
    """Whether the policy that governs it names its model, among those that it allows or those pre-authorised."""
    model, policy = d.authority.model, d.authority.policy
    if model is None or policy is None:
        return False
    return model.model in policy.models or any(
        (each.model, each.version) == (model.model, model.version) for each in policy.standard
    )


def _start(d: Deployment, begun: datetime | None, end: Moved | None, now: datetime) -> StartResult | None:
    starts = d.schedule.starts
    if starts is None or starts > now:
        return None
    if d.schedule.missed_start is not None:
        return "missed"
    if begun is not None:
        late = begun - starts > GRACE
        return ("put_off" if d.schedule.put_off else "late") if late else "on_time"
    if end is not None and end.after in NEVER_TOUCHED:
        return "withdrawn"
    return "put_off" if d.schedule.put_off else "not_begun"


def _last_run(history: Sequence[Moved]) -> datetime | None:
    """When the last run before the first end was over; what follows it on hosts only looks."""
    last = None
    for moved in history:
        if isinstance(moved.record.event, e.AttemptEnded | e.AttemptLost | e.StepAnswered):
            last = moved.record.at
        if moved.ends:
            break
    return last


def _closes(d: Deployment, begun: Condensed | None) -> datetime | None:
    """The end of the opening in which it began: the earlier of the policy's and the plan's own."""
    of_policy = begun.event.closes if begun is not None and isinstance(begun.event, e.WindowOpened) else None
    window = d.plan.schedule.window
    closings = [closes for closes in (of_policy, window.closes if window is not None else None) if closes]
    return min(closings, default=None) if begun is not None else None


def _roles_by_hand(d: Deployment) -> RolesByHand:
    purposes: tuple[Purpose, Purpose] = ("deploy", "backout")
    steps = {
        (wave.number, purpose): d.plan.stage_of(wave).manual_for(purpose)
        for wave in d.waves
        for purpose in purposes
    }
    return {place: step.role for place, step in steps.items() if step is not None}


def _compared(history: Sequence[Moved]) -> Iterator[tuple[datetime, bool]]:
    for moved in history:
        event = moved.record.event
        if isinstance(event, e.ChangesCompared) and event.rules:
            yield moved.record.at, bool(event.outside)
