"""A deployment is the fold of its journal: `fold(events)` is the only way to know where it stands."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Literal, Protocol

from orchestrator.domain.approval import SignedApproval
from orchestrator.domain.attempt import Purpose
from orchestrator.domain.authority import Reason
from orchestrator.domain.baseline import BaselineReference, Difference
from orchestrator.domain.change import ChangeRequest, Mode
from orchestrator.domain.deployment_model import DeploymentModel
from orchestrator.domain.effective_plan import EffectivePlan
from orchestrator.domain.ground import Ground, by_a_person
from orchestrator.domain.lifecycle import OVER, TOUCHED, State
from orchestrator.domain.noun import HostName, Many, Moment, Noun, Seconds
from orchestrator.domain.outcome import AttemptOutcome, HostOutcome
from orchestrator.domain.rehearsal import AsRehearsed, Rehearsal
from orchestrator.domain.release_plan import ReleasePlan
from orchestrator.domain.release_policy import ReleasePolicy
from orchestrator.domain.requirement import RoleNeed
from orchestrator.domain.schedule_of_change import MissedChoice, MissedStart
from orchestrator.domain.target import Target
from orchestrator.domain.wave import Wave

StandingName = Literal[
    "untouched",
    "to_retry",
    "deploying",
    "deployed",
    "verified",
    "failed",
    "unknown",
    "excluded",
    "backing_out",
    "backed_out",
    "restored",
    "residue",
    "backout_failed",
]
DOWN = frozenset({"failed", "unknown"})


class Standing(Noun):
    """Where one host stands, and why."""

    host: HostName
    wave: int
    standing: StandingName = "untouched"
    reason: str = ""


class QuietWait(Noun):
    """Hosts that are asked until a moment whether an unclean run has left them, and what the others have told already."""

    hosts: Many[HostName]
    since: Moment
    until: Moment
    busy: Many[HostName] = ()
    ended: Many[HostName] = ()


class Attempted(Noun):
    """An attempt on the journal; open while it has neither outcome nor loss.

    `changed_in_copy`: what of the private copy was no longer what was approved when it ended. `answered`: a person has
    spoken since.
    """

    attempt: str
    purpose: Purpose
    wave: int
    hosts: Many[HostName]
    intended_at: Moment
    epoch: int = 0
    outcome: AttemptOutcome | None = None
    lost: str | None = None
    started: bool = True
    driver: str = ""
    wait: QuietWait | None = None
    quiesced: bool = False
    busy: Many[HostName] = ()
    unseen: Many[HostName] = ()
    repeated: bool = False
    changed_in_copy: Many[str] = ()
    answered: bool = False

    @property
    def open(self) -> bool:
        """No outcome yet, and not lost."""
        return self.outcome is None and self.lost is None

    @cached_property
    def unclean(self) -> bool:
        """Ended in a way that may have left processes behind on hosts."""
        if self.lost is not None:
            return self.started
        return self.outcome is not None and (
            bool(self.outcome.faults) or any(host.result == "unknown" for host in self.outcome.hosts)
        )


class Failure(Noun):
    """Why the deployment cannot go on by itself."""

    stage: Literal["wave", "verification", "soak", "early_life", "abort"]
    wave: int
    hosts: Many[HostName]
    reason: str


class Hold(Noun):
    """A person's choice is waited for."""

    reason: str
    by: str


class GateProgress(Noun):
    """How far a wave is at its gate."""

    soak_until: Moment | None
    confirm: str | None
    confirmed: bool = False
    last_asked: Moment | None = None
    soaked: bool = False


class BackoutProgress(Noun):
    """How far a backout is: its hosts, and what the comparison with the baseline found.

    `restored` are epochs of later deployments that were here and were backed out before this backout began.
    `aborted`: a person aborted the deployment, and this is what follows.
    """

    hosts: Many[HostName]
    reason: str
    by: str
    first_attempt: int
    restored: Many[int] = ()
    reasons: Many[Ground] = ()
    aborted: bool = False
    compared: bool = False
    differences: Many[Difference] = ()
    not_compared: dict[str, str] = {}

    @property
    def by_a_person(self) -> bool:
        """Whether a person wanted it, and no rule of plan or policy."""
        return by_a_person(self.reasons, self.by)


class Unadmitted(Noun):
    """Why it may not start yet, as it was last asked; to be asked anew at `opens`, or (None) after a person's word."""

    reasons: Many[Reason]
    opens: Moment | None = None


class MissedStartOf(Noun):
    """A start that was missed by so many seconds, what was done then, and why."""

    choice: MissedChoice
    late: Seconds
    reason: str


class Leave(Noun):
    """Leave for exactly the next attempt; whatever comes between it and that attempt takes it away."""

    wave: int
    purpose: Purpose


class Unauthorised(Noun):
    """Why the next attempt may not start, and what follows."""

    wave: int
    purpose: Purpose
    reasons: Many[str]
    then: Literal["hold", "back out", "refuse"]


class Review(Noun):
    """A review that was held."""

    role: str
    by: str
    reason: str
    at: Moment
    signed: SignedApproval | None = None


class Deployment(Noun):
    """Everything known of a deployment after the events so far.

    `vouched` are roles whose approval was named without a signature; `waited`: it was once not admitted and waited.
    `cancelled` says by whom and why it ended before anything was touched, `opened_at` is when it began.
    `frozen` is the folder of the private copy that it runs from, `leave` what was authorised and has not begun yet;
    `mend`: a person said to try again, so that the copy may be put right from the project.
    `review_by`, `reviewers` and `sign_off` are what must follow, `closed` says that it has.
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
    wave: int = 0
    digests: dict[str, str] = {}
    on_target: dict[str, str] = {}
    baselines: dict[str, BaselineReference] = {}
    attempts: Many[Attempted] = ()
    entry: Literal["unasked", "passed", "failed"] = "unasked"
    checked: bool = False
    check_failures: dict[str, str] = {}
    failure: Failure | None = None
    hold: Hold | None = None
    paused: str | None = None
    aborting: str | None = None
    stopped: str | None = None
    gate: GateProgress | None = None
    early_life_until: Moment | None = None
    early_life_over: bool = False
    last_watched: Moment | None = None
    backout: BackoutProgress | None = None
    refusals: Many[str] = ()
    cancelled: str | None = None
    exceptions: dict[str, str] = {}
    driver: str | None = None
    boot: str = ""
    clock_offset: float | None = None
    rehearsal: Rehearsal | None = None
    rehearsed: AsRehearsed | None = None
    injected: bool = False
    policy: ReleasePolicy | None = None
    model: DeploymentModel | None = None
    change: ChangeRequest = ChangeRequest.of_valid()
    mode: Mode = "attended"
    effective: EffectivePlan | None = None
    copy_size: int = 0
    starts: Moment | None = None
    missed: MissedStart = "ask"
    machines: dict[str, str] = {}
    put_off: Many[str] = ()
    missed_start: MissedStartOf | None = None
    vouched: Many[str] = ()
    approvals: Many[SignedApproval] = ()
    unadmitted: Unadmitted | None = None
    waited: bool = False
    opened_at: Moment | None = None
    closes: Moment | None = None
    frozen: str | None = None
    grounds: Many[str] = ()
    set_aside: Many[str] = ()
    consumed: Many[str] = ()
    overridden: Many[str] = ()
    leave: Leave | None = None
    undone_by: Moment | None = None
    unauthorised: Unauthorised | None = None
    mend: bool = False
    review_by: Moment | None = None
    reviewers: Many[RoleNeed] = ()
    sign_off: Many[RoleNeed] = ()
    reviews: Many[Review] = ()
    closed: str | None = None

    @property
    def workplace(self) -> str:
        """The folder that the plan's paths are relative to: the private copy, once there is one."""
        return self.frozen or self.project

    def place_of(self, path: str) -> str:
        """A path of the plan as a run reads it: in the copy where it is a file of that, else where the user has it."""
        if path.startswith(("/", "~")):
            return path
        in_copy = self.frozen is not None and self.effective is not None and self.effective.has_file(path)
        return f"{self.frozen if in_copy else self.project}/{path}"

    @property
    def over(self) -> bool:
        """The deployment has ended."""
        return self.state in OVER

    @property
    def signed_off(self) -> tuple[tuple[str, str], ...]:
        """Who accepted what was deployed: role and person, each word that was given."""
        given = (one.approval for one in self.approvals if one.approval.decision == "sign_off")
        return tuple((one.role, one.person) for one in given)

    @property
    def reviewed(self) -> tuple[tuple[str, str], ...]:
        """Who reviewed it: role and person."""
        return tuple((one.role, one.by) for one in self.reviews)

    @property
    def touched(self) -> bool:
        """A host may have been changed and the deployment goes on."""
        return self.state in TOUCHED

    @property
    def open_attempt(self) -> Attempted | None:
        """The one attempt without outcome, if there is one."""
        for attempt in self.attempts:
            if attempt.open:
                return attempt
        return None

    @cached_property
    def touched_hosts(self) -> tuple[str, ...]:
        """Hosts that any deploy attempt was meant for, in order of waves."""
        touched = {host for attempt in self.attempts if attempt.purpose == "deploy" for host in attempt.hosts}
        return tuple(host for wave in self.waves for host in wave.hosts if host in touched)

    @cached_property
    def all_up(self) -> bool:
        """No host is down, and none was excluded."""
        return all(one.standing not in DOWN and one.standing != "excluded" for one in self.standings.values())

    @property
    def unrestored_hosts(self) -> tuple[str, ...]:
        """Touched hosts that are not proved to be as they were before."""
        return tuple(host for host in self.touched_hosts if self.standings[host].standing != "restored")

    @property
    def unseen_hosts(self) -> frozenset[str]:
        """Hosts that could not be asked after an unclean end: what ran there may still run, and nothing else is run."""
        return frozenset(host for attempt in self.attempts for host in attempt.unseen)

    def target(self, host: str) -> Target:
        """The target of this name."""
        return next(target for target in self.targets if target.host == host)

    def hosts_standing(self, *standings: StandingName) -> tuple[str, ...]:
        """Hosts that stand in one of these, in order of waves."""
        return tuple(
            host for wave in self.waves for host in wave.hosts if self.standings[host].standing in standings
        )

    def down_in(self, wave: int) -> tuple[str, ...]:
        """Hosts of the wave that are failed or unknown; no evidence counts as down."""
        return tuple(host for host in self.waves[wave].hosts if self.standings[host].standing in DOWN)

    def attempts_of(self, purpose: Purpose, wave: int) -> tuple[Attempted, ...]:
        """Attempts of this purpose in this wave, oldest first; of a backout only those of the present one."""
        since = self.backout.first_attempt if self.backout is not None and purpose == "backout" else 0
        return tuple(a for a in self.attempts[since:] if a.purpose == purpose and a.wave == wave)


def latest_outcomes(attempts: Iterable[Attempted]) -> dict[str, HostOutcome]:
    """The newest outcome of each host; a lost attempt leaves its hosts unknown."""
    latest: dict[str, HostOutcome] = {}
    for attempt in attempts:
        if attempt.lost is not None:
            for host in attempt.hosts:
                latest[host] = HostOutcome(host=host, result="unknown", reason=attempt.lost)
        elif attempt.outcome is not None:
            latest.update({outcome.host: outcome for outcome in attempt.outcome.hosts})
    return latest


class Timed(Protocol):
    """What was admitted and began at `opened_at` (None: not yet, or never) and, perhaps, has ended."""

    @property
    def opened_at(self) -> datetime | None: ...
    @property
    def ended_at(self) -> datetime | None: ...


def elapsed(one: Timed, now: datetime) -> float | None:
    """Seconds from when it began to the end, or to now; None where it has not begun: to lie in the schedule takes no time."""
    return None if one.opened_at is None else ((one.ended_at or now) - one.opened_at).total_seconds()
