"""A deployment is the fold of its journal: `fold(events)` is the only way to get its state."""

from datetime import datetime
from functools import cached_property
from typing import Self, TypedDict, Unpack

from orchestrator.domain.deployment.attempts import Attempted
from orchestrator.domain.deployment.authorisation import Authorisation
from orchestrator.domain.deployment.backout_progress import BackoutProgress
from orchestrator.domain.deployment.changes_seen import ChangesSeen
from orchestrator.domain.deployment.driving import Driving
from orchestrator.domain.deployment.early_life import EarlyLife
from orchestrator.domain.deployment.follow_up import FollowUp
from orchestrator.domain.deployment.left_processes import LeftProcesses
from orchestrator.domain.deployment.measuring import Measuring
from orchestrator.domain.deployment.messages import Messages
from orchestrator.domain.deployment.outcomes import Outcomes
from orchestrator.domain.deployment.post_review import PostReview
from orchestrator.domain.deployment.preparation import Preparation
from orchestrator.domain.deployment.private_copy import PrivateCopy
from orchestrator.domain.deployment.rehearsal_progress import RehearsalProgress
from orchestrator.domain.deployment.retention import Retention
from orchestrator.domain.deployment.rollout_progress import RolloutProgress
from orchestrator.domain.deployment.rotation_progress import RotationProgress
from orchestrator.domain.deployment.scheduled_start import ScheduledStart
from orchestrator.domain.deployment.standing import DOWN, STAYS, Standing, StandingName
from orchestrator.domain.deployment.ticket_progress import TicketProgress
from orchestrator.domain.evidence.acted_on import ActedOn, joined
from orchestrator.domain.evidence.attempt import Purpose
from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED, OVER, TOUCHED, State
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.ssh_way import SettingPlace
from orchestrator.domain.plan.stage import Stage
from orchestrator.domain.plan.target import Target
from orchestrator.domain.plan.wave import Wave
from orchestrator.domain.text.model_base import Many, Moment, Noun


class DeploymentChanges(TypedDict, total=False):
    """The fields of a deployment that change after planning."""

    seq: int
    state: State
    last_at: Moment
    ended_at: Moment | None
    targets: Many[Target]
    standings: dict[str, Standing]
    attempts: Many[Attempted]
    authority: Authorisation
    schedule: ScheduledStart
    private_copy: PrivateCopy
    preparation: Preparation
    driving: Driving
    rollout: RolloutProgress
    changes: ChangesSeen
    early_life: EarlyLife
    backout: BackoutProgress | None
    rehearsing: RehearsalProgress
    rotation: RotationProgress
    outcomes: Outcomes
    beside: Many[Target]
    follow_up: FollowUp
    left_processes: LeftProcesses
    measuring: Measuring
    post_review: PostReview
    retention: Retention
    ticket: TicketProgress
    messages: Messages


class Deployment(Noun):
    """The state of a deployment after its events so far: what was planned, and one part for each concern.

    Only the reducer in a part's own module changes that part; domain/fold/fold.py calls all of them.
    """

    id: str
    seq: int
    state: State
    plan: ReleasePlan
    plan_file: str
    plan_sha256: str
    project: str
    by: str
    began_at: Moment
    last_at: Moment
    ended_at: Moment | None = None
    targets: Many[Target]
    waves: Many[Wave]
    standings: dict[str, Standing]
    attempts: Many[Attempted] = ()
    authority: Authorisation = Authorisation.of_valid()
    schedule: ScheduledStart = ScheduledStart.of_valid()
    private_copy: PrivateCopy = PrivateCopy.of_valid()
    preparation: Preparation = Preparation.of_valid()
    driving: Driving = Driving.of_valid()
    rollout: RolloutProgress = RolloutProgress.of_valid()
    changes: ChangesSeen = ChangesSeen.of_valid()
    early_life: EarlyLife = EarlyLife.of_valid()
    backout: BackoutProgress | None = None
    rehearsing: RehearsalProgress = RehearsalProgress.of_valid()
    follow_up: FollowUp = FollowUp.of_valid()
    left_processes: LeftProcesses = LeftProcesses.of_valid()
    rotation: RotationProgress = RotationProgress.of_valid()
    outcomes: Outcomes = Outcomes.of_valid()
    beside: Many[Target] = ()
    measuring: Measuring = Measuring.of_valid()
    post_review: PostReview = PostReview.of_valid()
    retention: Retention = Retention.of_valid()
    ticket: TicketProgress = TicketProgress.of_valid()
    messages: Messages = Messages.of_valid()
    way_places: Many[SettingPlace] = ()

    def with_(self, **changes: Unpack[DeploymentChanges]) -> Self:
        """The deployment with these fields changed."""
        return self.model_copy(update=changes)

    @property
    def workplace(self) -> str:
        """The folder that the plan's paths are relative to: the private copy, once it exists."""
        return self.private_copy.folder or self.project

    def place_of(self, path: str) -> str:
        """Where a run reads a path of the plan: in the private copy where it has that file, else in the user's project."""
        if path.startswith(("/", "~")):
            return path
        effective = self.authority.effective
        in_copy = effective is not None and effective.has_file(path)
        return f"{self.workplace if in_copy else self.project}/{path}"

    @property
    def over(self) -> bool:
        """The deployment has ended."""
        return self.state in OVER

    @property
    def receipt_owed(self) -> bool:
        """Its change ticket does not say yet how it ended. A rehearsal owes nothing, nor what touched no host."""
        ended = self.over and self.state not in NEVER_TOUCHED and self.rehearsing.rehearsal is None
        return ended and self.ticket.number is not None and self.ticket.delivered is None

    @property
    def signed_off(self) -> tuple[tuple[str, str], ...]:
        """Who accepted what was deployed: role and person of each sign-off."""
        accepted = (
            signed.approval for signed in self.authority.approvals if signed.approval.decision == "sign_off"
        )
        return tuple((approval.role, approval.person) for approval in accepted)

    @property
    def reviewed(self) -> tuple[tuple[str, str], ...]:
        """Who reviewed it: role and person."""
        return tuple((review.role, review.by) for review in self.follow_up.present_reviews)

    @property
    def touched(self) -> bool:
        """A host may have been changed, and the deployment has not ended."""
        return self.state in TOUCHED

    @property
    def open_attempt(self) -> Attempted | None:
        """The attempt without an outcome, if there is one."""
        for attempt in self.attempts:
            if attempt.open:
                return attempt
        return None

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """All hosts, in order of waves; a host of several stages once."""
        return tuple(dict.fromkeys(host for wave in self.waves for host in wave.hosts))

    @property
    def stage(self) -> Stage:
        """The stage of the present wave."""
        return self.plan.stage_of(self.waves[self.rollout.wave])

    def standing_in(self, host: str, wave: int) -> StandingName:
        """The standing of a host as one of this wave: it may be in waves of several stages."""
        standing = self.standings[host]
        if standing.wave == wave or self.backout is not None:
            return standing.standing
        if standing.wave < wave:
            return "untouched"
        return standing.standing if self._never_went_on(standing, wave) else "verified"

    def _never_went_on(self, standing: Standing, wave: int) -> bool:
        """A host that is down or left out, and that nothing later than this wave has begun on, is so since then."""
        return standing.standing in STAYS and not any(
            standing.host in attempt.begun_on
            for attempt in self.attempts
            if attempt.purpose == "deploy" and attempt.wave > wave
        )

    @cached_property
    def touched_hosts(self) -> tuple[str, ...]:
        """Hosts on which a deploy attempt may have begun, or on which a task for another host acted, in order of waves."""
        touched = {
            host for attempt in self.attempts if attempt.purpose == "deploy" for host in attempt.begun_on
        }
        touched |= {act.host for act in self.acted_on}
        return tuple(host for host in self.hosts if host in touched)

    @cached_property
    def acted_on(self) -> tuple[ActedOn, ...]:
        """Every host that tasks for other hosts acted on, whether it is one of the deployment or not."""
        return joined(act for attempt in self.attempts for act in attempt.acted_on)

    @cached_property
    def hosts_to_prove(self) -> tuple[str, ...]:
        """Hosts of the backout, and those that only the backout's own tasks acted on."""
        if self.backout is None:
            return ()
        attempts = self.attempts[self.backout.first_attempt :]
        acted_on = {act.host for attempt in attempts for act in attempt.acted_on}
        kept = {host for attempt in self.attempts if attempt.purpose == "deploy" for host in attempt.begun_on}
        more = acted_on - kept - set(self.backout.hosts)
        return (
            *self.backout.hosts,
            *(host for host in self.hosts if host in more),
        )

    @cached_property
    def unproved_acts(self) -> tuple[ActedOn, ...]:
        """What tasks did on hosts that no baseline is kept of: outside of the deployment."""
        return tuple(act for act in self.acted_on if act.host not in self.standings)

    @cached_property
    def all_up(self) -> bool:
        """No host is down, and none was excluded."""
        return all(
            host.standing not in DOWN and host.standing != "excluded" for host in self.standings.values()
        )

    @property
    def unrestored_hosts(self) -> tuple[str, ...]:
        """Touched hosts that are not proved to equal their baseline."""
        return tuple(host for host in self.touched_hosts if self.standings[host].standing != "restored")

    @property
    def unseen_hosts(self) -> frozenset[str]:
        """Hosts that gave no answer after an unclean end: the old run may still be at work, so nothing else runs there."""
        return frozenset(host for attempt in self.attempts for host in attempt.unseen)

    def target(self, host: str) -> Target:
        """The target with this name."""
        return next(target for target in self.targets if target.host == host)

    def hosts_standing(self, *standings: StandingName) -> tuple[str, ...]:
        """Hosts with one of these standings, in order of waves."""
        return tuple(host for host in self.hosts if self.standings[host].standing in standings)

    def down_in(self, wave: int) -> tuple[str, ...]:
        """Hosts of the wave that are failed or unknown; no evidence counts as down."""
        return tuple(host for host in self.waves[wave].hosts if self.standings[host].standing in DOWN)

    @property
    def never_began_on(self) -> tuple[str, ...]:
        """Hosts on which the last run that was meant for them began nothing; no person has spoken since."""
        last = {host: attempt for attempt in self.attempts for host in attempt.hosts}
        return tuple(
            host
            for host in self.hosts_standing("untouched", "acted_on", "due")
            if host in last and host not in last[host].begun_on and not last[host].answered
        )

    def attempts_of(self, purpose: Purpose, wave: int) -> tuple[Attempted, ...]:
        """Attempts with this purpose in this wave, oldest first; of backouts, only those of the present one."""
        since = self.backout.first_attempt if self.backout is not None and purpose == "backout" else 0
        return tuple(a for a in self.attempts[since:] if a.purpose == purpose and a.wave == wave)


def elapsed(opened_at: datetime | None, ended_at: datetime | None, now: datetime) -> float | None:
    """Seconds from its start to its end, or to now; None before it starts. Waiting in the schedule does not count."""
    return None if opened_at is None else ((ended_at or now) - opened_at).total_seconds()
