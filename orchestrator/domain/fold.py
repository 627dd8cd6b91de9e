"""Folding a journal: the lifecycle says whether an event is possible, and each part of a deployment what it changes there."""

from collections.abc import Iterable
from datetime import datetime

from orchestrator.domain import (
    attempted,
    authorisation,
    backout_progress,
    driving,
    early_life,
    follow_up,
    preparation,
    private_copy,
    rehearsal_progress,
    rollout_progress,
    scheduled_start,
    standing,
)
from orchestrator.domain import events as e
from orchestrator.domain.deployment import Deployment
from orchestrator.domain.events import Recorded
from orchestrator.domain.lifecycle import BEFORE_FIRST_TOUCH, OVER, LifecycleFault, State, after, allowed
from orchestrator.domain.private_copy import PrivateCopy, in_copy
from orchestrator.domain.rehearsal_progress import RehearsalProgress
from orchestrator.domain.scheduled_start import ScheduledStart
from orchestrator.domain.standing import Surroundings, standings_at_first
from orchestrator.domain.target import Target

CHANGED_BY: dict[str, frozenset[type]] = {
    "attempts": attempted.CHANGED_BY,
    "authority": authorisation.CHANGED_BY,
    "backout": backout_progress.CHANGED_BY,
    "driving": driving.CHANGED_BY,
    "early_life": early_life.CHANGED_BY,
    "follow_up": follow_up.CHANGED_BY,
    "preparation": preparation.CHANGED_BY,
    "private_copy": private_copy.CHANGED_BY,
    "rehearsing": rehearsal_progress.CHANGED_BY,
    "rollout": rollout_progress.CHANGED_BY,
    "schedule": scheduled_start.CHANGED_BY,
    "standings": standing.CHANGED_BY,
    "targets": frozenset({e.WindowOpened}),
}
"""The events that change each part."""

STATE_ONLY: frozenset[type] = frozenset(
    {e.Submitted, e.EnvironmentVerified, e.AttemptAdopted, e.WaveVerified, e.Completed, e.HeldOn}
)
"""Events that change no part: they say that something happened, and at most in which state the deployment is now."""


def fold(records: Iterable[Recorded]) -> Deployment:
    """The deployment after these events, which begin with `planned`. Raises LifecycleFault."""
    deployment: Deployment | None = None
    for record in records:
        deployment = apply(deployment, record)
    if deployment is None:
        raise LifecycleFault("An empty journal is no deployment.")
    return deployment


def apply(deployment: Deployment | None, record: Recorded) -> Deployment:
    """The deployment after one more event. Raises LifecycleFault, naming the kinds that are allowed."""
    event = record.event
    if deployment is None:
        if not isinstance(event, e.Planned):
            raise LifecycleFault(f"A journal begins with `planned`, not with `{event.kind}`.")
        return _planned(record, event)
    state = after(deployment.state, event.kind)
    if state is None:
        raise LifecycleFault(
            f"{deployment.id} is {deployment.state.value}: `{event.kind}` is not possible there; "
            f"possible are {', '.join(allowed(deployment.state)) or 'none'}."
        )
    if event.kind in BEFORE_FIRST_TOUCH and deployment.touched_hosts:
        raise LifecycleFault(f"{deployment.id} has touched hosts: there is no way back but a backout.")
    if deployment.over and isinstance(event, e.ApprovalGiven) and not event.signs_off:
        raise LifecycleFault(f"{deployment.id} is {deployment.state.value}: it can be signed off only.")
    return _changed(deployment, record, state)


def _planned(record: Recorded, event: e.Planned) -> Deployment:
    return Deployment.of_valid(
        id=record.deployment,
        seq=record.seq,
        state=State.PLANNED,
        plan=event.plan,
        plan_file=event.plan_file,
        plan_sha256=event.plan_sha256,
        project=event.project,
        by=event.by,
        began_at=record.at,
        last_at=record.at,
        targets=event.targets,
        waves=event.waves,
        standings=standings_at_first(event.waves),
        authority=authorisation.authority_at_first(event),
        schedule=ScheduledStart.of_valid(starts=event.starts, missed=event.missed, machines=event.machines),
        private_copy=PrivateCopy.of_valid(size=event.copy_size),
        rehearsing=RehearsalProgress.of_valid(rehearsal=event.rehearsal),
    )


def _changed(d: Deployment, record: Recorded, state: State) -> Deployment:
    event, at = record.event, record.at
    return d.with_(
        seq=record.seq,
        state=state,
        last_at=at,
        ended_at=_ended_at(d, state, at),
        targets=_targets_after(d, event),
        standings=standing.standings_after(d.standings, event, _surroundings(d)),
        attempts=attempted.attempts_after(d.attempts, event, d.driving.driver or "", at),
        authority=authorisation.authority_after(d.authority, event, at),
        schedule=scheduled_start.schedule_after(d.schedule, event),
        private_copy=private_copy.copy_after(d.private_copy, event),
        preparation=preparation.preparation_after(d.preparation, event),
        driving=driving.driving_after(d.driving, event),
        rollout=rollout_progress.rollout_after(d.rollout, event, d.state, at),
        early_life=early_life.early_life_after(d.early_life, event, at),
        backout=backout_progress.backout_after(d.backout, event, len(d.attempts)),
        rehearsing=rehearsal_progress.rehearsing_after(
            d.rehearsing, event, backed_out_before=d.backout is not None
        ),
        follow_up=follow_up.follow_up_after(d.follow_up, event, at),
    )


def _ended_at(d: Deployment, state: State, at: datetime) -> datetime | None:
    if state is d.state:
        return d.ended_at
    return at if state in OVER else None


def _surroundings(d: Deployment) -> Surroundings:
    return Surroundings(d.waves, d.attempts, d.rollout, d.backout.hosts if d.backout is not None else ())


def _targets_after(d: Deployment, event: e.Event) -> tuple[Target, ...]:
    if not isinstance(event, e.WindowOpened) or event.frozen is None:
        return d.targets
    folder = event.frozen
    return tuple(in_copy(target, d.project, folder, d.authority.effective) for target in d.targets)
