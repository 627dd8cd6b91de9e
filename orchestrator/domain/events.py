"""The facts that a journal holds. A deployment is the fold of these; nothing else is stored.

Every event has a `kind`. A change to an event's form raises VERSION and adds an upcast, so that old journals fold with new
code. Who did it, where a person did, is part of the fact.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field

from orchestrator.domain.attempt import Purpose
from orchestrator.domain.baseline import BaselineReference, Difference
from orchestrator.domain.check import CheckResult
from orchestrator.domain.noun import HostName, Many, Moment, Name, Noun, Sha256, Text
from orchestrator.domain.outcome import AttemptOutcome
from orchestrator.domain.release_plan import ReleasePlan
from orchestrator.domain.target import Target
from orchestrator.domain.wave import Wave

VERSION = 1

UPCASTS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""By version: what turns a stored event of that version into one of the next."""


class Planned(Noun):
    """A release plan was taken up, with its hosts and waves resolved."""

    kind: Literal["planned"] = "planned"
    plan: ReleasePlan
    plan_file: Text
    plan_sha256: Sha256
    project: Text
    targets: Many[Target]
    waves: Many[Wave]
    by: Text


class Submitted(Noun):
    """The deployment was put forward for approval."""

    kind: Literal["submitted"] = "submitted"
    by: Text


class GivenApproval(Noun):
    """One person's approval in a role."""

    role: Text
    person: Text


class Approved(Noun):
    """The approvals that the plan asks for are there; `basis` says on what authority."""

    kind: Literal["approved"] = "approved"
    approvals: Many[GivenApproval] = ()
    basis: Text


class Rejected(Noun):
    """Approval was denied."""

    kind: Literal["rejected"] = "rejected"
    by: Text
    reason: Text


class Cancelled(Noun):
    """Withdrawn before any host was touched."""

    kind: Literal["cancelled"] = "cancelled"
    by: Text
    reason: Text


class WindowOpened(Noun):
    """The deployment may start; `basis` names the window, or says that the plan declares none."""

    kind: Literal["window_opened"] = "window_opened"
    basis: Text


class ComponentsVerified(Noun):
    """Every release unit matched its digest in the media library; `on_target` is what hosts must hold afterwards."""

    kind: Literal["components_verified"] = "components_verified"
    digests: dict[str, Sha256]
    on_target: dict[str, Sha256] = {}


class EnvironmentVerified(Noun):
    """Every environment check passed on every host."""

    kind: Literal["environment_verified"] = "environment_verified"
    results: Many[CheckResult]


class BaselineCaptured(Noun):
    """The baseline of every host was captured and stored."""

    kind: Literal["baseline_captured"] = "baseline_captured"
    baselines: Many[BaselineReference]


class Refused(Noun):
    """A verification before the first touch did not pass: nothing was changed anywhere."""

    kind: Literal["refused"] = "refused"
    stage: Literal["approval", "window", "components", "environment", "baseline", "entry"]
    reasons: Many[Text]
    results: Many[CheckResult] = ()


class EntryChecked(Noun):
    """The entry criteria of a wave were asked on its hosts."""

    kind: Literal["entry_checked"] = "entry_checked"
    wave: int
    results: Many[CheckResult]


class AttemptIntended(Noun):
    """An attempt is about to be started. Hosts count as touched from here on."""

    kind: Literal["attempt_intended"] = "attempt_intended"
    attempt: Name
    purpose: Purpose
    wave: int
    hosts: Many[HostName]


class AttemptAdopted(Noun):
    """A driver found an attempt of an earlier driver, still at work or already over, and follows it."""

    kind: Literal["attempt_adopted"] = "attempt_adopted"
    attempt: Name
    found: Literal["absent", "running", "finished", "dead"]


class AttemptEnded(Noun):
    """An attempt ended, with its outcome for each host."""

    kind: Literal["attempt_ended"] = "attempt_ended"
    outcome: AttemptOutcome


class AttemptLost(Noun):
    """The attempt's worker is gone without an outcome: what its hosts hold is unknown."""

    kind: Literal["attempt_lost"] = "attempt_lost"
    attempt: Name
    reason: Text
    started: bool = True


class Quiesced(Noun):
    """After an unclean end: which hosts were seen free of the run's processes, and which not."""

    kind: Literal["quiesced"] = "quiesced"
    attempt: Name
    busy: Many[HostName] = ()
    unreachable: Many[HostName] = ()


class WaveDeployed(Noun):
    """The wave's hosts are done, or as many as its failure limit asks for."""

    kind: Literal["wave_deployed"] = "wave_deployed"
    wave: int


class WaveFailed(Noun):
    """More hosts are down than the failure limits allow, or entry criteria did not hold."""

    kind: Literal["wave_failed"] = "wave_failed"
    wave: int
    hosts: Many[HostName]
    reason: Text


class WaveChecked(Noun):
    """Acceptance checks were asked: after a wave (`verification`), during soak, or in early life support."""

    kind: Literal["wave_checked"] = "wave_checked"
    stage: Literal["verification", "soak", "early_life"]
    wave: int
    final: bool = True
    asked: int
    results: Many[CheckResult]


class WaveVerified(Noun):
    """The wave's hosts meet the acceptance criteria, or as many as its failure limit asks for."""

    kind: Literal["wave_verified"] = "wave_verified"
    wave: int


class WaveRejected(Noun):
    """The wave does not meet the acceptance criteria."""

    kind: Literal["wave_rejected"] = "wave_rejected"
    wave: int
    hosts: Many[HostName]
    reason: Text


class GateReached(Noun):
    """A wave waits at its gate: soak until then, then confirmation by this role, where the plan asks for them."""

    kind: Literal["gate_reached"] = "gate_reached"
    wave: int
    soak_until: Moment | None = None
    confirm: Text | None = None


class Confirmed(Noun):
    """A person confirmed the gate."""

    kind: Literal["confirmed"] = "confirmed"
    wave: int
    role: Text
    by: Text
    note: str = ""


class GatePassed(Noun):
    """The wave is accepted and the next one may start."""

    kind: Literal["gate_passed"] = "gate_passed"
    wave: int


class EarlyLifeBegan(Noun):
    """Early life support runs until then."""

    kind: Literal["early_life_began"] = "early_life_began"
    until: Moment


class EarlyLifeFailed(Noun):
    """An acceptance check no longer passes in early life support."""

    kind: Literal["early_life_failed"] = "early_life_failed"
    hosts: Many[HostName]
    reason: Text


class Completed(Noun):
    """Every host is deployed and verified."""

    kind: Literal["completed"] = "completed"


class CompletedWithExceptions(Noun):
    """Deployed and verified but for these hosts, each with its reason; they need attention."""

    kind: Literal["completed_with_exceptions"] = "completed_with_exceptions"
    exceptions: dict[HostName, Text]


class BackoutBegan(Noun):
    """The release is taken back from these hosts, newest wave first."""

    kind: Literal["backout_began"] = "backout_began"
    hosts: Many[HostName]
    reason: Text
    by: Text


class RestorationCompared(Noun):
    """The baseline was captured again and compared; hosts that could not be compared are named with the reason."""

    kind: Literal["restoration_compared"] = "restoration_compared"
    baselines: Many[BaselineReference]
    differences: Many[Difference] = ()
    not_compared: dict[HostName, Text] = {}


class Restored(Noun):
    """Every backed-out host equals its baseline."""

    kind: Literal["restored"] = "restored"


class ResidueFound(Noun):
    """The backout ran to its end and something is not as it was."""

    kind: Literal["residue_found"] = "residue_found"
    hosts: Many[HostName]


class BackoutFailed(Noun):
    """The backout did not run to its end on some host, or its result could not be proved."""

    kind: Literal["backout_failed"] = "backout_failed"
    hosts: dict[HostName, Text]


class Held(Noun):
    """The deployment waits for a person's choice."""

    kind: Literal["held"] = "held"
    reason: Text
    by: Text


class Retried(Noun):
    """A person's choice: try the failed hosts again (deploy again in a wave; ask the checks again after it)."""

    kind: Literal["retried"] = "retried"
    by: Text
    reason: Text


class Excluded(Noun):
    """A person's choice: go on without these hosts; they need attention, and the record says so."""

    kind: Literal["excluded"] = "excluded"
    hosts: Many[HostName]
    by: Text
    reason: Text


class HeldOn(Noun):
    """A person's choice: hold on; nothing goes on until another choice."""

    kind: Literal["held_on"] = "held_on"
    by: Text
    reason: Text


class Paused(Noun):
    """No new step until resumed; what runs goes on to its end."""

    kind: Literal["paused"] = "paused"
    by: Text
    reason: Text


class Resumed(Noun):
    """A paused deployment goes on."""

    kind: Literal["resumed"] = "resumed"
    by: Text
    reason: Text


class AbortRequested(Noun):
    """Stop what runs, then back out what was touched."""

    kind: Literal["abort_requested"] = "abort_requested"
    by: Text
    reason: Text


class DriverTook(Noun):
    """A process took over driving this deployment."""

    kind: Literal["driver_took"] = "driver_took"
    driver: Text
    by: Text


Event = Annotated[
    Planned
    | Submitted
    | Approved
    | Rejected
    | Cancelled
    | WindowOpened
    | ComponentsVerified
    | EnvironmentVerified
    | BaselineCaptured
    | Refused
    | EntryChecked
    | AttemptIntended
    | AttemptAdopted
    | AttemptEnded
    | AttemptLost
    | Quiesced
    | WaveDeployed
    | WaveFailed
    | WaveChecked
    | WaveVerified
    | WaveRejected
    | GateReached
    | Confirmed
    | GatePassed
    | EarlyLifeBegan
    | EarlyLifeFailed
    | Completed
    | CompletedWithExceptions
    | BackoutBegan
    | RestorationCompared
    | Restored
    | ResidueFound
    | BackoutFailed
    | Held
    | Retried
    | Excluded
    | HeldOn
    | Paused
    | Resumed
    | AbortRequested
    | DriverTook,
    Field(discriminator="kind"),
]


class Recorded(Noun):
    """An event on the journal: whose, which number, when, and in which version of the event's form."""

    deployment: Name
    seq: Annotated[int, Field(ge=1)]
    at: Moment
    version: int = VERSION
    event: Event
