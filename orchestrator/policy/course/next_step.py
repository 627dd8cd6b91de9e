"""The central question: what is the next step of this deployment? Pure; drive.py asks until the answer is Over."""

from datetime import datetime, timedelta
from typing import assert_never

from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.deployment.attempts import Attempted
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.rollout_progress import Failure, RolloutProgress
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import Ended, State, Touched, Untouched
from orchestrator.domain.plan.wave import Wave
from orchestrator.policy.course.after_success import hosts_to_compare, rejection_for_changes
from orchestrator.policy.course.allowed_steps import (
    authorised_first,
    awaiting_approval,
    not_authorised,
    scheduled,
    unapproved_run,
)
from orchestrator.policy.course.backout import attempt_name, foreign_run_reason, next_backout_step, scope_of
from orchestrator.policy.course.broken_record import on_broken_record
from orchestrator.policy.course.by_hand import by_hand
from orchestrator.policy.course.follow_up import accepted, earliest_end
from orchestrator.policy.course.limits import any_exceeded, limit_exceeded, reason_with_hosts
from orchestrator.policy.course.measuring import decided, measured_beside
from orchestrator.policy.course.objectives import due_at_the_end
from orchestrator.policy.course.opened_files import held_for_opened_files
from orchestrator.policy.course.own_processes import unlooked
from orchestrator.policy.course.rehearsing import as_rehearsed, end_of_rehearsal, repeat_due
from orchestrator.policy.course.rotation import back_when_verified, given_back_first, out_before_touch
from orchestrator.policy.course.steps import (
    FollowAttempt,
    Over,
    Perform,
    Record,
    RunAttempt,
    Step,
    WaitForPerson,
    WaitUntil,
)

S = State
RUNS_AFTER_LOSS = 2
"""How often a lost attempt of a wave is repeated without a person."""

HOLD_CHOICES = ("retry", "exclude", "rollback", "hold")


def next_step(d: Deployment, now: datetime) -> Step:
    """The next step of a deployment at this moment."""
    return given_back_first(d, _next_step(d, now))


def _next_step(d: Deployment, now: datetime) -> Step:
    if d.over:
        return Over()
    attempt = d.open_attempt
    if attempt is not None and attempt.manual:
        return by_hand(d, attempt, now)
    if attempt is not None:
        aborted = d.driving.aborting is not None and attempt.purpose == "deploy"
        return FollowAttempt(attempt.attempt, stop=aborted or d.driving.stopped is not None)
    if d.driving.stopped is not None:
        quiet = _quiet_first(d)
        waiting = WaitForPerson(f"emergency stop by {d.driving.stopped}", ("stop-all --lift",))
        return quiet if isinstance(quiet, Perform) else waiting
    if d.driving.aborting is not None and not d.touched_hosts:
        return Record(e.DeploymentCancelled(by=d.by, reason=f"aborted by {d.driving.aborting}"))
    if d.driving.paused is not None and d.driving.aborting is None:
        return WaitForPerson(f"paused by {d.driving.paused}", ("resume", "abort"))
    if d.driving.hold is not None:
        return WaitForPerson(d.driving.hold.reason, HOLD_CHOICES)
    bound = _quiet_first(d) or on_broken_record(d) or _aborted(d) or unapproved_run(d) or not_authorised(d)
    return bound or authorised_first(d, _in_state(d, now))


def _in_state(d: Deployment, now: datetime) -> Step:
    """The step of the state itself, where nothing takes precedence."""
    match d.state:
        case (
            S.PLANNED
            | S.AWAITING_APPROVAL
            | S.SCHEDULED
            | S.VERIFYING_COMPONENTS
            | S.VERIFYING_ENVIRONMENT
            | S.CAPTURING_BASELINE as state
        ):
            return _before_first_touch(d, state, now)
        case S.DEPLOYING | S.VERIFYING_WAVE | S.AT_GATE | S.EARLY_LIFE_SUPPORT | S.BACKING_OUT as state:
            return _while_touched(d, state, now)
        case _:
            return _at_an_end(d.state)


def _before_first_touch(d: Deployment, state: Untouched, now: datetime) -> Step:
    match state:
        case S.PLANNED:
            return Record(e.Submitted(by=d.by))
        case S.AWAITING_APPROVAL:
            return awaiting_approval(d, now)
        case S.SCHEDULED:
            return scheduled(d, now)
        case S.VERIFYING_COMPONENTS:
            return Perform("verify_components")
        case S.VERIFYING_ENVIRONMENT:
            return Perform("verify_environment")
        case S.CAPTURING_BASELINE:
            return Perform("capture_baseline")
        case _:
            assert_never(state)


def _while_touched(d: Deployment, state: Touched, now: datetime) -> Step:
    match state:
        case S.DEPLOYING:
            return _deploying(d)
        case S.VERIFYING_WAVE:
            return _verifying_wave(d)
        case S.AT_GATE:
            return _at_gate(d, now)
        case S.EARLY_LIFE_SUPPORT:
            return _early_life(d, now)
        case S.BACKING_OUT:
            return next_backout_step(d)
        case _:
            assert_never(state)


def _at_an_end(_: Ended) -> Step:
    return Over()


def _quiet_first(d: Deployment) -> Step | None:
    """After an unclean end no step is taken before the hosts are proved free of the old run's processes."""
    for attempt in d.attempts:
        if attempt.busy:
            hosts = ", ".join(attempt.busy)
            return Record(
                e.DeploymentHeld(reason=f"processes of {attempt.attempt} still run on {hosts}", by="orch")
            )
        if attempt.unclean and not attempt.quiesced:
            hosts_reached = tuple(host for host in attempt.reached if host in d.standings)
            return Perform("quiesce", wave=attempt.wave, hosts=hosts_reached, attempt=attempt.attempt)
    return None


def _aborted(d: Deployment) -> Step | None:
    if d.driving.aborting is None or d.state is State.BACKING_OUT:
        return None
    began = e.BackoutBegan(
        hosts=d.touched_hosts,
        reason=f"aborted by {d.driving.aborting}",
        by=d.driving.aborting,
        reasons=(Ground(code="backout.aborted"),),
    )
    return Record(began)


def _deploying(d: Deployment) -> Step:
    wave = d.waves[d.rollout.wave]
    if d.rollout.failure is not None:
        return _after_failure(d, d.rollout.failure)
    held = held_for_opened_files(d)
    if held is not None:
        return held
    due = tuple(host for host in wave.hosts if d.standings[host].standing not in ("excluded", "unreached"))
    if wave.entry and d.rollout.entry == "unasked" and due:
        return Perform("check_entry", wave=d.rollout.wave, hosts=due)
    if d.rollout.entry == "failed":
        return _entry_failed(d)
    hosts = _hosts_to_deploy(d)
    if isinstance(hosts, str):
        return Record(e.DeploymentHeld(reason=hosts, by="orch"))
    if hosts and (out := out_before_touch(d, hosts)) is not None:
        return out
    if hosts:
        return RunAttempt(attempt_name(d, "deploy"), "deploy", d.rollout.wave, hosts)
    return _tried(d, wave)


def _tried(d: Deployment, wave: Wave) -> Step:
    """What follows when no attempt is owed to a host of the wave any more."""
    limit = limit_exceeded(d, d.rollout.wave)
    failed = [host for host in d.down_in(d.rollout.wave) if d.standings[host].standing != "unreached"]
    if limit is not None and not failed and d.never_began_on:
        return Record(_never_began(d, limit))
    deployed = tuple(host for host in wave.hosts if d.standings[host].standing == "deployed")
    if limit is None and repeat_due(d, "deploy", d.rollout.wave, deployed):
        return RunAttempt(attempt_name(d, "deploy"), "deploy", d.rollout.wave, deployed, repeated=True)
    if limit is None:
        return Record(e.WaveDeployed(wave=d.rollout.wave))
    down = d.down_in(d.rollout.wave)
    return Record(e.WaveFailed(wave=d.rollout.wave, hosts=down, reason=reason_with_hosts(d, down, limit)))


def _never_began(d: Deployment, limit: str) -> e.DeploymentRefused | e.DeploymentHeld:
    """Nothing ran, so nothing of it is to be undone: over where no host was touched, else a person decides."""
    reason = reason_with_hosts(d, d.never_began_on, limit)
    if d.touched_hosts:
        return e.DeploymentHeld(reason=reason, by="orch")
    causes = dict.fromkeys(d.standings[host].reason for host in d.never_began_on)
    return e.DeploymentRefused(stage="deploy", reasons=(reason,), causes=tuple(filter(None, causes)))


def _entry_failed(d: Deployment) -> Step:
    reason = f"the entry criteria of {d.waves[d.rollout.wave].name} do not hold"
    if not d.touched_hosts:
        return Record(e.DeploymentRefused(stage="entry", reasons=(reason,)))
    return Record(e.WaveFailed(wave=d.rollout.wave, hosts=(), reason=reason))


def _hosts_to_deploy(d: Deployment) -> tuple[str, ...] | str:
    """Hosts that still need an attempt; or, where a lost attempt may not be repeated, the reason to hold."""
    owed = tuple(
        h
        for h in d.waves[d.rollout.wave].hosts
        if d.standings[h].standing in ("untouched", "acted_on", "due", "to_retry")
        and h not in d.never_began_on
    )
    lost = _lost_last(d)
    if lost is None:
        return owed
    if not d.stage.idempotent:
        return f"{lost.attempt} was lost ({lost.lost}) and its playbook is not declared idempotent"
    return tuple(host for host in lost.hosts if host not in d.unseen_hosts)


def _lost_last(d: Deployment) -> Attempted | None:
    attempts = d.attempts_of("deploy", d.rollout.wave)
    if not attempts or attempts[-1].lost is None:
        return None
    if sum(attempt.lost is not None for attempt in attempts) > RUNS_AFTER_LOSS:
        return None
    still_unknown = any(d.standings[host].standing == "unknown" for host in attempts[-1].hosts)
    return attempts[-1] if still_unknown else None


def _verifying_wave(d: Deployment) -> Step:
    if d.rollout.failure is not None:
        return _after_failure(d, d.rollout.failure)
    if not d.rollout.checked:
        hosts = tuple(
            h for h in d.waves[d.rollout.wave].hosts if d.standings[h].standing in ("deployed", "verified")
        )
        return Perform("verify_wave", wave=d.rollout.wave, hosts=hosts)
    return _changed(d) or _rejection(d) or Record(e.WaveVerified(wave=d.rollout.wave))


def _changed(d: Deployment) -> Step | None:
    """After success the hosts are captured again, and what changed there may reject the wave after all."""
    if not d.rollout.compared:
        hosts = hosts_to_compare(d)
        return (
            Perform("compare_changes", wave=d.rollout.wave, hosts=hosts)
            if hosts and not any_exceeded(d)
            else None
        )
    rejected = rejection_for_changes(d)
    return Record(rejected) if rejected is not None else None


def _rejection(d: Deployment) -> Record | None:
    limit = any_exceeded(d)
    if limit is None:
        return None
    down = d.hosts_standing("failed", "unknown")
    return Record(e.WaveRejected(wave=d.rollout.wave, hosts=down, reason=reason_with_hosts(d, down, limit)))


def _at_gate(d: Deployment, now: datetime) -> Step:
    wave = d.waves[d.rollout.wave]
    if d.rollout.failure is not None:
        return _after_failure(d, d.rollout.failure)
    if d.rollout.gate is None:
        return back_when_verified(d) or _reached(d, wave, now)
    rejection = _rejection(d)
    if rejection is not None:
        return rejection
    watching: Step | None = None
    if d.rollout.gate.soak_until is not None and not d.rollout.gate.soaked:
        watching = _watch(d, now, d.rollout.gate.soak_until, wave.gate.every, d.rollout.gate.last_asked)
    soaking = decided(d) or measured_beside(d, now, watching)
    if soaking is not None:
        return soaking
    if d.rollout.gate.confirm is not None and not d.rollout.gate.confirmed:
        return WaitForPerson(
            f"{wave.name} waits for confirmation by {d.rollout.gate.confirm}", ("confirm", "abort")
        )
    if _is_to_be_seen_again(d.rollout, wave.gate.every, now):
        return Perform("watch", wave=d.rollout.wave, hosts=d.hosts_standing("verified"), final=True)
    return _past_the_gate(d, now)


def _reached(d: Deployment, wave: Wave, now: datetime) -> Record:
    soak_until = now + timedelta(seconds=wave.gate.soak) if wave.gate.soak else None
    return Record(e.GateReached(wave=d.rollout.wave, soak_until=soak_until, confirm=wave.gate.confirm))


def _is_to_be_seen_again(rollout: RolloutProgress, every: float, now: datetime) -> bool:
    """Whether the hosts are asked once more after the confirmation: no process watched them while a person was awaited.

    In any case where a person let what failed be tried again: those hosts count as verified, and nobody has seen it.
    """
    gate = rollout.gate
    if gate is None or not gate.confirmed_after_soak:
        return False
    if not rollout.checked:
        return True
    if gate.seen_confirmed or gate.last_asked is None:
        return False
    return not timedelta(0) <= now - gate.last_asked <= timedelta(seconds=every)


def _past_the_gate(d: Deployment, now: datetime) -> Step:
    if d.rollout.wave + 1 < len(d.waves):
        return Record(e.GatePassed(wave=d.rollout.wave))
    if d.rehearsing.rehearsal is not None:
        return Record(end_of_rehearsal(d))
    early_life = d.plan.validation.early_life
    if early_life is not None:
        return Record(e.EarlyLifeBegan(until=now + timedelta(seconds=early_life.duration)))
    return _end(d)


def _watch(d: Deployment, now: datetime, until: datetime, every: float, last: datetime | None) -> Step:
    """Repeat the checks, and run them once more when the time is over."""
    due = min(until, (last or now) + timedelta(seconds=every))
    if now >= until or now >= due:
        return Perform("watch", wave=d.rollout.wave, hosts=d.hosts_standing("verified"), final=now >= until)
    return WaitUntil(due, f"{'soak' if d.rollout.gate else 'early life support'} until {until.isoformat()}")


def _early_life(d: Deployment, now: datetime) -> Step:
    early_life = d.plan.validation.early_life
    if early_life is None or d.early_life.until is None:
        return _end(d)
    if d.rollout.failure is not None:
        return _after_failure(d, d.rollout.failure)
    if d.rollout.check_failures:
        limit = any_exceeded(d)
        if limit is not None:
            down = d.hosts_standing("failed", "unknown")
            return Record(e.EarlyLifeFailed(hosts=down, reason=reason_with_hosts(d, down, limit)))
    decision = decided(d)
    if decision is not None:
        return decision
    if d.early_life.over:
        return measured_beside(d, now, None) or _end(d)
    if not d.hosts_standing("verified"):
        return Record(e.EarlyLifeFailed(hosts=(), reason="no host is left that could be watched"))
    # The sign-off accepts it: after the minimum the checks run once more, and early life support ends.
    until = min(max(now, earliest_end(d) or now), d.early_life.until) if accepted(d) else d.early_life.until
    watching = _watch(d, now, until, early_life.every, d.early_life.last_watched)
    return measured_beside(d, now, watching) or watching


def _end(d: Deployment) -> Step:
    """The end, after the last look for own processes; only hosts that failed within the limit had none."""
    hosts = unlooked(d)
    if hosts:
        return Perform("look_for_processes", hosts=hosts)
    return Perform("measure_objectives") if due_at_the_end(d) else Record(_ending(d))


def _ending(d: Deployment) -> e.Completed | e.CompletedWithExceptions:
    exceptions = {
        host: standing.reason or standing.standing
        for host, standing in d.standings.items()
        if standing.standing != "verified"
    }
    return e.CompletedWithExceptions(exceptions=exceptions) if exceptions else e.Completed()


def _after_failure(d: Deployment, failure: Failure) -> Step:
    hosts = scope_of(d, failure)
    if (reason := foreign_run_reason(d)) is not None:
        return Record(e.DeploymentHeld(reason=reason, by="orch"))
    if d.plan.backout.on_failure == "hold" or not hosts:
        return Record(e.DeploymentHeld(reason=failure.reason, by="orch"))
    began = e.BackoutBegan(
        hosts=hosts,
        reason=failure.reason,
        by="orch",
        rehearsed=as_rehearsed(d, failure),
        reasons=(Ground(code="backout.failure", values={"stage": failure.stage}), *failure.reasons),
    )
    return Record(began)
