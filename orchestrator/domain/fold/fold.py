"""Folding a journal: the lifecycle decides whether an event is possible, and the reducer of each part applies it."""

from collections.abc import Callable, Iterable
from datetime import datetime

from orchestrator.domain.deployment import (
    attempts,
    authorisation,
    backout_progress,
    changes_seen,
    driving,
    early_life,
    follow_up,
    left_processes,
    measuring,
    messages,
    outcomes,
    post_review,
    preparation,
    private_copy,
    rehearsal_progress,
    retention,
    rollout_progress,
    rotation_progress,
    scheduled_start,
    standing,
    ticket_progress,
)
from orchestrator.domain.deployment.attempts import Attempts, attempts_after
from orchestrator.domain.deployment.authorisation import (
    authority_after,
    authority_at_first,
    without_unused_authorisation,
)
from orchestrator.domain.deployment.backout_progress import BeforeBackout, backout_after
from orchestrator.domain.deployment.changes_seen import changes_after
from orchestrator.domain.deployment.deployment import Deployment, DeploymentChanges
from orchestrator.domain.deployment.driving import Driving, driving_after
from orchestrator.domain.deployment.early_life import early_life_after
from orchestrator.domain.deployment.follow_up import follow_up_after
from orchestrator.domain.deployment.left_processes import left_processes_after
from orchestrator.domain.deployment.measuring import measuring_after
from orchestrator.domain.deployment.message_moments import MessagesContext
from orchestrator.domain.deployment.messages import messages_after, messages_at_first
from orchestrator.domain.deployment.outcomes import outcomes_after
from orchestrator.domain.deployment.post_review import post_review_after
from orchestrator.domain.deployment.preparation import preparation_after
from orchestrator.domain.deployment.private_copy import PrivateCopy, copy_after, in_copy
from orchestrator.domain.deployment.rehearsal_progress import RehearsalProgress, rehearsing_after
from orchestrator.domain.deployment.retention import retention_after
from orchestrator.domain.deployment.rollout_progress import rollout_after
from orchestrator.domain.deployment.rotation_progress import rotation_after
from orchestrator.domain.deployment.scheduled_start import ScheduledStart, schedule_after
from orchestrator.domain.deployment.standing import Surroundings, standings_after, standings_at_first
from orchestrator.domain.deployment.ticket_progress import ticket_after
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.journal.lifecycle import (
    BEFORE_FIRST_TOUCH,
    OVER,
    LifecycleFault,
    State,
    after,
    allowed,
)
from orchestrator.domain.plan.target import Target

Reduced = Callable[[Deployment, e.Event, datetime], DeploymentChanges]

PARTS: dict[str, tuple[frozenset[type], Reduced]] = {
    "attempts": (attempts.CHANGED_BY, lambda d, event, at: {"attempts": _attempts_after(d, event, at)}),
    "authority": (
        authorisation.CHANGED_BY,
        lambda d, event, at: {"authority": authority_after(d.authority, event, at)},
    ),
    "backout": (
        backout_progress.CHANGED_BY,
        lambda d, event, at: {"backout": backout_after(d.backout, event, _before_backout(d))},
    ),
    "changes": (
        changes_seen.CHANGED_BY,
        lambda d, event, at: {"changes": changes_after(d.changes, event)},
    ),
    "driving": (driving.CHANGED_BY, lambda d, event, at: {"driving": driving_after(d.driving, event)}),
    "early_life": (
        early_life.CHANGED_BY,
        lambda d, event, at: {"early_life": early_life_after(d.early_life, event, at)},
    ),
    "follow_up": (
        follow_up.CHANGED_BY,
        lambda d, event, at: {"follow_up": follow_up_after(d.follow_up, event, at)},
    ),
    "left_processes": (
        left_processes.CHANGED_BY,
        lambda d, event, at: {
            "left_processes": left_processes_after(d.left_processes, event, d.waves, d.standings)
        },
    ),
    "measuring": (
        measuring.CHANGED_BY,
        lambda d, event, at: {"measuring": measuring_after(d.measuring, event, at)},
    ),
    "messages": (
        messages.CHANGED_BY,
        lambda d, event, at: {"messages": messages_after(d.messages, event, at, _messages_context(d))},
    ),
    "preparation": (
        preparation.CHANGED_BY,
        lambda d, event, at: {"preparation": preparation_after(d.preparation, event)},
    ),
    "private_copy": (
        private_copy.CHANGED_BY,
        lambda d, event, at: {"private_copy": copy_after(d.private_copy, event)},
    ),
    "rehearsing": (
        rehearsal_progress.CHANGED_BY,
        lambda d, event, at: {"rehearsing": rehearsing_after(d.rehearsing, event, d.backout)},
    ),
    "rollout": (
        rollout_progress.CHANGED_BY,
        lambda d, event, at: {"rollout": rollout_after(d.rollout, event, d.state, at)},
    ),
    "outcomes": (
        outcomes.CHANGED_BY,
        lambda d, event, at: {"outcomes": outcomes_after(d.outcomes, event, at)},
    ),
    "post_review": (
        post_review.CHANGED_BY,
        lambda d, event, at: {"post_review": post_review_after(d.post_review, event, at)},
    ),
    "retention": (
        retention.CHANGED_BY,
        lambda d, event, at: {"retention": retention_after(d.retention, event, at)},
    ),
    "rotation": (
        rotation_progress.CHANGED_BY,
        lambda d, event, at: {"rotation": rotation_after(d.rotation, event, len(d.attempts))},
    ),
    "schedule": (
        scheduled_start.CHANGED_BY,
        lambda d, event, at: {"schedule": schedule_after(d.schedule, event)},
    ),
    "standings": (
        standing.CHANGED_BY,
        lambda d, event, at: {"standings": standings_after(d.standings, event, _surroundings(d))},
    ),
    "ticket": (
        ticket_progress.CHANGED_BY,
        lambda d, event, at: {"ticket": ticket_after(d.ticket, event, at)},
    ),
    "targets": (
        frozenset({e.WindowOpened}),
        lambda d, event, at: {"targets": _copied_with(d, event, d.targets)},
    ),
    "beside": (
        frozenset({e.WindowOpened}),
        lambda d, event, at: {"beside": _copied_with(d, event, d.beside)},
    ),
}
"""Each part with the events that change it, and its reducer."""

STATE_ONLY: frozenset[type] = frozenset(
    {
        e.AttemptAdopted,
        e.HeldOn,
        e.EnvironmentLeft,
        e.BaselineKept,
        e.IncidentRecorded,
        e.CriterionAnswered,
        e.AssessmentKept,
        e.CmdbAuditBegan,
        e.CmdbAudited,
        e.DriftAccepted,
        e.DisposalBegun,
        e.DisposalFinished,
        e.CisRecorded,
        e.KeyringAdopted,
        e.LogAccepted,
        e.MachineReleased,
        e.PeopleChanged,
        e.PolicyAdopted,
        e.PolicyWithdrawn,
        e.TicketOpened,
    }
)
"""Events that change no part; at most they change the state of the deployment, or they are of the house and of none."""

_REDUCED: dict[type, tuple[Reduced, ...]] = {
    kind: tuple(reduced for changed_by, reduced in PARTS.values() if kind in changed_by)
    for kind in STATE_ONLY.union(*(changed_by for changed_by, _ in PARTS.values()))
}
"""The reducers of each kind of event. A kind that is not declared cannot be folded."""


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
    if deployment.over and isinstance(event, e.ApprovalGiven) and not event.after_the_end:
        raise LifecycleFault(
            f"{deployment.id} is {deployment.state.value}: it can be signed off or rolled back only."
        )
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
        beside=event.beside,
        way_places=event.way_places,
        waves=event.waves,
        standings=standings_at_first(event.waves),
        authority=authority_at_first(event),
        schedule=ScheduledStart.of_valid(starts=event.starts, missed=event.missed, machines=event.machines),
        private_copy=PrivateCopy.of_valid(
            size=event.copy_size, foreseen=event.foreseen, installed=event.installed
        ),
        driving=Driving.of_valid(password_given=event.password_given),
        rehearsing=RehearsalProgress.of_valid(rehearsal=event.rehearsal),
        messages=messages_at_first(event, record.at),
    )


def _changed(d: Deployment, record: Recorded, state: State) -> Deployment:
    event, at = record.event, record.at
    changes = DeploymentChanges(seq=record.seq, state=state, last_at=at, ended_at=_ended_at(d, state, at))
    # A message to people says nothing about the run that was authorised, and another process can record it in between.
    if d.authority.authorised is not None and not isinstance(event, e.MessagesTried):
        changes["authority"] = without_unused_authorisation(d.authority)
    for reduced in _REDUCED[type(event)]:
        changes |= reduced(d, event, at)
    return d.model_copy(update=changes)


def _ended_at(d: Deployment, state: State, at: datetime) -> datetime | None:
    if state is d.state:
        return d.ended_at
    return at if state in OVER else None


def _attempts_after(d: Deployment, event: e.Event, at: datetime) -> Attempts:
    return attempts_after(d.attempts, event, d.driving.driver or "", at)


def _before_backout(d: Deployment) -> BeforeBackout:
    return BeforeBackout(len(d.attempts), d.driving.aborting, d.rollout.failure, d.standings)


def _messages_context(d: Deployment) -> MessagesContext:
    return MessagesContext(
        d.plan,
        d.authority.policy,
        d.authority.change.type,
        d.follow_up.review_by,
        d.rehearsing.rehearsal is not None,
    )


def _surroundings(d: Deployment) -> Surroundings:
    return Surroundings(d.waves, d.attempts, d.rollout, d.hosts_to_prove, d.stage.once)


def _copied_with(d: Deployment, event: e.Event, targets: tuple[Target, ...]) -> tuple[Target, ...]:
    """The targets with the files of the private copy, once that is made."""
    if not isinstance(event, e.WindowOpened) or event.frozen is None:
        return targets
    folder = event.frozen
    return tuple(in_copy(target, d.project, folder, d.authority.effective) for target in targets)
