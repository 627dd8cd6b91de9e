"""The progress of the rollout: its wave with entry, checks and gate, or why it cannot go on."""

from datetime import datetime
from typing import Literal, TypeGuard, get_args

from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.deployment.early_life import longer
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.text.model_base import HostName, Many, Moment, Noun

FailureStage = Literal["wave", "verification", "soak", "early_life", "abort"]


class Failure(Noun):
    """Why the deployment cannot go on by itself."""

    stage: FailureStage
    wave: int
    hosts: Many[HostName]
    reason: str
    reasons: Many[Ground] = ()


class GateProgress(Noun):
    """The progress of a wave at its gate. `seen_confirmed`: its hosts were looked at after the confirmation, too."""

    soak_until: Moment | None = None
    confirm: str | None = None
    confirmed: bool = False
    confirmed_at: Moment | None = None
    last_asked: Moment | None = None
    last_took: float = 0.0
    soaked: bool = False
    seen_confirmed: bool = False

    @property
    def soak_is_over(self) -> bool:
        """The soak time is over, or there is none."""
        return self.soak_until is None or self.soaked

    @property
    def confirmed_after_soak(self) -> bool:
        """A person has confirmed, and no soak goes on."""
        return self.confirmed and self.soak_is_over


class RolloutProgress(Noun):
    """The present wave and its progress; `check_failures` is the first failure on each host.

    `compared`: what the wave changed is compared with the baseline.

    `exceptions` are the hosts that are not deployed in a completed deployment, each with the reason.
    """

    wave: int = 0
    entry: Literal["unasked", "passed", "failed"] = "unasked"
    checked: bool = False
    compared: bool = False
    check_failures: dict[str, str] = {}
    gate: GateProgress | None = None
    failure: Failure | None = None
    exceptions: dict[str, str] = {}


_Failed = e.WaveFailed | e.WaveRejected | e.EarlyLifeFailed
_AtGate = e.GateReached | e.Confirmed | e.GatePassed | e.EarlyLifeBegan
_Checks = e.WaveChecked | e.WaveDeployed | e.EntryChecked | e.ChangesCompared
_Choice = e.BackoutBegan | e.Retried | e.Excluded
RolloutEvent = _Failed | _AtGate | _Checks | _Choice | e.CompletedWithExceptions
CHANGED_BY = frozenset(get_args(RolloutEvent))


def rollout_after(rollout: RolloutProgress, event: e.Event, state: State, at: datetime) -> RolloutProgress:
    """The rollout after one more event; `state` is that of the deployment before the event."""
    return _changed(rollout, event, state, at) if _changes(event) else rollout


def failures_of(event: e.WaveChecked) -> dict[str, str]:
    """The first failed check of each host: what it expected and found."""
    failures: dict[str, str] = {}
    for result in event.failing:
        words = f"{result.title}: expected {result.expected}, found {result.found}"
        failures.setdefault(result.host, words)
    return failures


def _changes(event: e.Event) -> TypeGuard[RolloutEvent]:
    return type(event) in CHANGED_BY


def _changed(rollout: RolloutProgress, event: RolloutEvent, state: State, at: datetime) -> RolloutProgress:
    match event:
        case e.WaveChecked() | e.WaveDeployed() | e.EntryChecked() | e.ChangesCompared():
            return _checked(rollout, event, at)
        case e.WaveFailed() | e.WaveRejected() | e.EarlyLifeFailed():
            # Whoever confirmed the gate did not know of this.
            gate = GateProgress.updated(rollout.gate, confirmed=False) if rollout.gate is not None else None
            return RolloutProgress.updated(rollout, failure=_failure(rollout, event, state), gate=gate)
        case e.GateReached() | e.Confirmed() | e.GatePassed() | e.EarlyLifeBegan():
            return _at_gate(rollout, event, at)
        case e.BackoutBegan() | e.Retried() | e.Excluded():
            return _chosen(rollout, event)
        case e.CompletedWithExceptions(exceptions=exceptions):
            return RolloutProgress.updated(rollout, exceptions=dict(exceptions))


def _checked(rollout: RolloutProgress, event: _Checks, at: datetime) -> RolloutProgress:
    match event:
        case e.WaveChecked(stage=stage, final=final):
            failures, gate = failures_of(event), rollout.gate
            if stage == "soak" and gate is not None and gate.confirmed_after_soak:
                gate = GateProgress.updated(gate, last_asked=at, last_took=event.took, seen_confirmed=True)
            elif stage == "soak" and gate is not None:
                until = longer(gate.soak_until, event.unwatched)
                soaked = final and not failures
                gate = GateProgress.updated(
                    gate, last_asked=at, last_took=event.took, soaked=soaked, soak_until=until
                )
            return RolloutProgress.updated(rollout, checked=True, check_failures=failures, gate=gate)
        case e.WaveDeployed():
            return RolloutProgress.updated(rollout, checked=False, compared=False, check_failures={})
        case e.ChangesCompared():
            return RolloutProgress.updated(rollout, compared=True)
        case e.EntryChecked(results=results):
            passed = bool(results) and all(result.answer == "passed" for result in results)
            return RolloutProgress.updated(rollout, entry="passed" if passed else "failed")


def _failure(rollout: RolloutProgress, event: _Failed, state: State) -> Failure:
    match event:
        case e.WaveFailed(wave=wave, hosts=hosts, reason=reason):
            return Failure(stage="wave", wave=wave, hosts=hosts, reason=reason)
        case e.WaveRejected(wave=wave, hosts=hosts, reason=reason, reasons=reasons):
            stage: FailureStage = "verification" if state is State.VERIFYING_WAVE else "soak"
            return Failure(stage=stage, wave=wave, hosts=hosts, reason=reason, reasons=reasons)
        case e.EarlyLifeFailed(hosts=hosts, reason=reason):
            return Failure(stage="early_life", wave=rollout.wave, hosts=hosts, reason=reason)


def _at_gate(rollout: RolloutProgress, event: _AtGate, at: datetime) -> RolloutProgress:
    match event:
        case e.GateReached(soak_until=soak_until, confirm=confirm):
            gate = GateProgress(soak_until=soak_until, confirm=confirm, last_asked=at)
            return RolloutProgress.updated(rollout, gate=gate)
        case e.Confirmed(wave=wave) if wave != rollout.wave:
            return rollout
        case e.Confirmed():
            confirmed = (
                None
                if rollout.gate is None
                else GateProgress.updated(rollout.gate, confirmed=True, confirmed_at=at)
            )
            return RolloutProgress.updated(rollout, gate=confirmed)
        case e.GatePassed():
            return RolloutProgress.updated(
                rollout,
                wave=rollout.wave + 1,
                gate=None,
                entry="unasked",
                checked=False,
                compared=False,
                check_failures={},
            )
        case e.EarlyLifeBegan():
            return RolloutProgress.updated(rollout, gate=None, checked=False, check_failures={})


def _chosen(rollout: RolloutProgress, event: _Choice) -> RolloutProgress:
    match event:
        case e.BackoutBegan():
            return RolloutProgress.updated(rollout, failure=None)
        case e.Excluded():
            return RolloutProgress.updated(rollout, failure=None, checked=False, compared=False)
        case e.Retried():
            return RolloutProgress.updated(
                rollout, failure=None, entry="unasked", checked=False, compared=False, check_failures={}
            )
