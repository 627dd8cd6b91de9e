"""Folding a journal: one small function for each kind of event that changes what is known."""

from collections import Counter
from collections.abc import Iterable
from functools import cache, singledispatch
from typing import Literal

from orchestrator.domain import events as e
from orchestrator.domain.attempted import (
    answered,
    looked_at_anew,
    tried_again,
    waited_for_anew,
    with_attempt,
)
from orchestrator.domain.deployment import (
    Attempted,
    Deployment,
    Failure,
    GateProgress,
    Hold,
    QuietWait,
    Standing,
    StandingName,
)
from orchestrator.domain.events import Recorded
from orchestrator.domain.fold_authority import Changes, changes_of_authority, taken_up
from orchestrator.domain.fold_backout import backout_begun
from orchestrator.domain.fold_rehearsal import changes_of_rehearsal
from orchestrator.domain.lifecycle import BEFORE_FIRST_TOUCH, OVER, State, after, allowed
from orchestrator.errors import Refused


class LifecycleFault(Refused):
    """An event that the lifecycle does not allow in the present state."""


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
    ended_at = deployment.ended_at if state == deployment.state else record.at if state in OVER else None
    changes: Changes = {"seq": record.seq, "last_at": record.at, "state": state, "ended_at": ended_at}
    changes |= _changes_by(type(event))(event, deployment, record) | changes_of_rehearsal(event, deployment)
    changes |= changes_of_authority(event, deployment, record)
    return deployment.model_copy(update=changes)


@singledispatch
def _changes(event: e.Event, d: Deployment, record: Recorded) -> Changes:
    """What an event changes beside the state; most change nothing more."""
    return {}


_changes_by = cache(_changes.dispatch)


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
        rehearsal=event.rehearsal,
        targets=event.targets,
        waves=event.waves,
        standings={
            h: Standing.of_valid(host=h, wave=wave.number) for wave in event.waves for h in wave.hosts
        },
        **taken_up(event),
    )


def _stand(d: Deployment, standings: dict[str, tuple[StandingName, str]]) -> dict[str, Standing]:
    changed = {
        host: d.standings[host].model_copy(update={"standing": standing, "reason": reason})
        for host, (standing, reason) in standings.items()
        if host in d.standings
    }
    return d.standings | changed


@_changes.register
def _components_verified(event: e.ComponentsVerified, d: Deployment, record: Recorded) -> Changes:
    return {"digests": event.digests, "on_target": event.on_target}


@_changes.register
def _baseline_captured(event: e.BaselineCaptured, d: Deployment, record: Recorded) -> Changes:
    return {"baselines": {reference.host: reference for reference in event.baselines}}


@_changes.register
def _refused(event: e.Refused, d: Deployment, record: Recorded) -> Changes:
    return {"refusals": event.reasons}


@_changes.register
def _entry_checked(event: e.EntryChecked, d: Deployment, record: Recorded) -> Changes:
    passed = bool(event.results) and all(result.answer == "passed" for result in event.results)
    return {"entry": "passed" if passed else "failed"}


@_changes.register
def _attempt_intended(event: e.AttemptIntended, d: Deployment, record: Recorded) -> Changes:
    attempted = Attempted.of_valid(
        attempt=event.attempt,
        purpose=event.purpose,
        wave=event.wave,
        hosts=event.hosts,
        intended_at=record.at,
        epoch=event.epoch,
        driver=d.driver or "",
        repeated=event.repeated,
    )
    standing: StandingName = "deploying" if event.purpose == "deploy" else "backing_out"
    return {
        "attempts": (*d.attempts, attempted),
        "standings": _stand(d, dict.fromkeys(event.hosts, (standing, ""))),
    }


_DEPLOYED: dict[str, StandingName] = {"done": "deployed", "not_done": "failed", "unknown": "unknown"}
_BACKED_OUT: dict[str, StandingName] = {
    "done": "backed_out",
    "not_done": "backout_failed",
    "unknown": "backout_failed",
}


@_changes.register
def _attempt_ended(event: e.AttemptEnded, d: Deployment, record: Recorded) -> Changes:
    outcome = event.outcome
    purpose = next(a.purpose for a in d.attempts if a.attempt == outcome.attempt)
    names = _DEPLOYED if purpose == "deploy" else _BACKED_OUT
    return {
        "attempts": with_attempt(d, outcome.attempt, outcome=outcome, changed_in_copy=event.changed_in_copy),
        "standings": _stand(d, {host.host: (names[host.result], host.reason) for host in outcome.hosts}),
    }


@_changes.register
def _attempt_lost(event: e.AttemptLost, d: Deployment, record: Recorded) -> Changes:
    lost = next(a for a in d.attempts if a.attempt == event.attempt)
    standing: StandingName = "unknown" if lost.purpose == "deploy" else "backout_failed"
    return {
        "attempts": with_attempt(
            d, event.attempt, lost=event.reason, started=event.started, changed_in_copy=event.changed_in_copy
        ),
        "standings": _stand(d, dict.fromkeys(lost.hosts, (standing, event.reason))),
    }


@_changes.register
def _quiet_awaited(event: e.QuietAwaited, d: Deployment, record: Recorded) -> Changes:
    before = next(a.wait for a in d.attempts if a.attempt == event.attempt)
    wait = QuietWait(
        hosts=event.hosts,
        since=before.since if before is not None else record.at,
        until=event.until,
        busy=event.busy,
        ended=event.ended,
    )
    return {"attempts": with_attempt(d, event.attempt, wait=wait)}


@_changes.register
def _quiesced(event: e.Quiesced, d: Deployment, record: Recorded) -> Changes:
    reason = f"unreachable, and what {event.attempt} began there may still run"
    waiting = [host for host in event.unreachable if d.standings[host].standing == "to_retry"]
    return {
        "attempts": with_attempt(
            d, event.attempt, quiesced=True, busy=event.busy, unseen=event.unreachable, wait=None
        ),
        "standings": _stand(d, dict.fromkeys(waiting, ("unknown", reason))),
    }


@_changes.register
def _wave_failed(event: e.WaveFailed, d: Deployment, record: Recorded) -> Changes:
    return {"failure": Failure(stage="wave", wave=event.wave, hosts=event.hosts, reason=event.reason)}


@_changes.register
def _wave_deployed(event: e.WaveDeployed, d: Deployment, record: Recorded) -> Changes:
    return {"checked": False, "check_failures": {}}


@_changes.register
def _wave_checked(event: e.WaveChecked, d: Deployment, record: Recorded) -> Changes:
    failed: dict[str, str] = {}
    for result in event.results:
        if result.answer != "passed":
            words = f"{result.title}: expected {result.expected}, found {result.found}"
            failed.setdefault(result.host, words)
    standings: dict[str, tuple[StandingName, str]] = {h: ("failed", reason) for h, reason in failed.items()}
    if event.stage == "verification":
        for host in d.waves[event.wave].hosts:
            if d.standings[host].standing in ("deployed", "verified") and host not in failed:
                standings[host] = ("verified", "")
    changes: Changes = {"checked": True, "check_failures": failed, "standings": _stand(d, standings)}
    if event.stage == "soak" and d.gate is not None:
        changes["gate"] = d.gate.model_copy(
            update={"last_asked": record.at, "soaked": event.final and not failed}
        )
    if event.stage == "early_life":
        changes |= {"last_watched": record.at, "early_life_over": event.final and not failed}
    return changes


@_changes.register
def _wave_rejected(event: e.WaveRejected, d: Deployment, record: Recorded) -> Changes:
    stage: Literal["verification", "soak"] = "verification" if d.state is State.VERIFYING_WAVE else "soak"
    return {"failure": Failure(stage=stage, wave=event.wave, hosts=event.hosts, reason=event.reason)}


@_changes.register
def _early_life_failed(event: e.EarlyLifeFailed, d: Deployment, record: Recorded) -> Changes:
    return {"failure": Failure(stage="early_life", wave=d.wave, hosts=event.hosts, reason=event.reason)}


@_changes.register
def _gate_reached(event: e.GateReached, d: Deployment, record: Recorded) -> Changes:
    return {"gate": GateProgress(soak_until=event.soak_until, confirm=event.confirm, last_asked=record.at)}


@_changes.register
def _confirmed(event: e.Confirmed, d: Deployment, record: Recorded) -> Changes:
    return {"gate": d.gate.model_copy(update={"confirmed": True}) if d.gate is not None else None}


@_changes.register
def _gate_passed(event: e.GatePassed, d: Deployment, record: Recorded) -> Changes:
    return {"wave": d.wave + 1, "gate": None, "entry": "unasked", "checked": False, "check_failures": {}}


@_changes.register
def _early_life_began(event: e.EarlyLifeBegan, d: Deployment, record: Recorded) -> Changes:
    return {
        "early_life_until": event.until,
        "gate": None,
        "last_watched": record.at,
        "checked": False,
        "check_failures": {},
    }


@_changes.register
def _completed_with_exceptions(event: e.CompletedWithExceptions, d: Deployment, record: Recorded) -> Changes:
    return {"exceptions": dict(event.exceptions)}


@_changes.register
def _backout_began(event: e.BackoutBegan, d: Deployment, record: Recorded) -> Changes:
    return {
        "backout": backout_begun(event, d),
        "hold": None,
        "failure": None,
        "aborting": None,
        "attempts": answered(d) if event.by_a_person else looked_at_anew(d),
    }


@_changes.register
def _restoration_compared(event: e.RestorationCompared, d: Deployment, record: Recorded) -> Changes:
    if d.backout is None:
        raise LifecycleFault(f"{d.id} compares a restoration with no backout begun.")
    standings: dict[str, tuple[StandingName, str]] = {}
    residues = Counter(difference.host for difference in event.differences)
    for host in d.backout.hosts:
        residue = residues[host]
        if host in event.not_compared:
            standings[host] = ("backout_failed", event.not_compared[host])
        elif residue:
            what = "1 attribute differs" if residue == 1 else f"{residue} attributes differ"
            standings[host] = ("residue", f"{what} from the baseline")
        else:
            standings[host] = ("restored", "")
    progress = d.backout.model_copy(
        update={
            "compared": True,
            "differences": event.differences,
            "not_compared": dict(event.not_compared),
        }
    )
    return {"backout": progress, "standings": _stand(d, standings)}


@_changes.register
def _backout_ended(
    event: e.Restored | e.ResidueFound | e.BackoutFailed, d: Deployment, record: Recorded
) -> Changes:
    """A backout of less than everything leaves hosts as they were deployed, which nobody has verified: say so."""
    reason = "deployed, and never verified before the deployment ended"
    unproved = d.hosts_standing("deploying", "deployed", "to_retry")
    standings: dict[str, tuple[StandingName, str]] = dict.fromkeys(unproved, ("unknown", reason))
    if isinstance(event, e.BackoutFailed):
        equal = set(d.hosts_standing("restored"))
        standings |= {host: ("backout_failed", why) for host, why in event.hosts.items() if host in equal}
    return {"standings": _stand(d, standings)}


@_changes.register
def _held(event: e.Held, d: Deployment, record: Recorded) -> Changes:
    return {"hold": Hold(reason=event.reason, by=event.by)}


@_changes.register
def _retried(event: e.Retried, d: Deployment, record: Recorded) -> Changes:
    return {
        "hold": None,
        "failure": None,
        "entry": "unasked",
        "checked": False,
        "check_failures": {},
        "attempts": answered(d),
        "standings": _stand(d, tried_again(d)),
    }


@_changes.register
def _excluded(event: e.Excluded, d: Deployment, record: Recorded) -> Changes:
    return {
        "hold": None,
        "failure": None,
        "checked": False,
        "standings": _stand(d, dict.fromkeys(event.hosts, ("excluded", event.reason))),
    }


@_changes.register
def _paused(event: e.Paused, d: Deployment, record: Recorded) -> Changes:
    return {"paused": f"{event.by}: {event.reason}"}


@_changes.register
def _abort_requested(event: e.AbortRequested, d: Deployment, record: Recorded) -> Changes:
    return {
        "aborting": f"{event.by}: {event.reason}",
        "paused": None,
        "hold": None,
        "attempts": answered(d),
    }


@_changes.register
def _driver_took(event: e.DriverTook, d: Deployment, record: Recorded) -> Changes:
    return {"driver": event.driver, "boot": event.boot, "clock_offset": event.clock_offset}


@_changes.register
def _resumed(event: e.Resumed, d: Deployment, record: Recorded) -> Changes:
    return {"paused": None}


@_changes.register
def _clock_jumped(event: e.ClockJumped, d: Deployment, record: Recorded) -> Changes:
    offset = None if d.clock_offset is None else d.clock_offset + event.seconds
    return {"paused": f"orch: the clock was set by {event.seconds:+.0f} s", "clock_offset": offset}


@_changes.register
def _emergency_stopped(event: e.EmergencyStopped, d: Deployment, record: Recorded) -> Changes:
    return {"stopped": f"{event.by}: {event.reason}", "attempts": waited_for_anew(d)}


@_changes.register
def _emergency_lifted(event: e.EmergencyLifted, d: Deployment, record: Recorded) -> Changes:
    return {"stopped": None, "paused": f"{event.by}: emergency stop lifted ({event.reason})"}
