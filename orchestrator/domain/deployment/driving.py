"""How a deployment is driven: by which process, and what people asked of it."""

from typing import TypeGuard, get_args

from orchestrator.domain.evidence.run_software import RunSoftware
from orchestrator.domain.journal import events as e
from orchestrator.domain.text.model_base import Many, Noun


class Hold(Noun):
    """The deployment waits for a person's choice."""

    reason: str
    by: str


class Driving(Noun):
    """The driver with its reading of the clock, and the requests that stop it, each with its author and reason.

    `broken`: what its driver found of the record, until a person accepts it. `software`: what its drivers ran with, in
    order, each time that it was another; the last is what it goes on with.
    `password_given`: its drivers need the password to become root from a person.
    """

    driver: str | None = None
    boot: str = ""
    clock_offset: float | None = None
    hold: Hold | None = None
    paused: str | None = None
    aborting: str | None = None
    stopped: str | None = None
    broken: e.SealBroken | None = None
    software: Many[RunSoftware] = ()
    password_given: bool = False


_Choice = e.DeploymentHeld | e.Retried | e.Excluded | e.BackoutBegan | e.AbortRequested
_Pause = e.Paused | e.Resumed | e.ClockJumped | e.EmergencyLifted
_Sealed = e.SealBroken | e.SealAccepted
DrivingEvent = _Choice | _Pause | _Sealed | e.DriverTook | e.EmergencyStopped
CHANGED_BY = frozenset(get_args(DrivingEvent))


def driving_after(driving: Driving, event: e.Event) -> Driving:
    """The state of driving after one more event."""
    return _changed(driving, event) if _changes(event) else driving


def _changes(event: e.Event) -> TypeGuard[DrivingEvent]:
    return type(event) in CHANGED_BY


def _changed(driving: Driving, event: DrivingEvent) -> Driving:
    match event:
        case e.DriverTook():
            return Driving.updated(
                driving,
                driver=event.driver,
                boot=event.boot,
                clock_offset=event.clock_offset,
                software=_with(driving.software, event),
            )
        case e.SealBroken() | e.SealAccepted():
            return Driving.updated(driving, broken=event if isinstance(event, e.SealBroken) else None)
        case e.EmergencyStopped():
            return Driving.updated(driving, stopped=_spoken(event))
        case e.Paused() | e.Resumed() | e.ClockJumped() | e.EmergencyLifted():
            return _paused(driving, event)
        case e.DeploymentHeld() | e.Retried() | e.Excluded() | e.BackoutBegan() | e.AbortRequested():
            return _chosen(driving, event)


def _with(known: tuple[RunSoftware, ...], event: e.DriverTook) -> tuple[RunSoftware, ...]:
    """Journals of earlier versions do not say what a driver ran with: nothing is added then."""
    took = RunSoftware.of_valid(versions=event.software, ansible=event.ansible, collections=event.collections)
    return known if not event.software or known[-1:] == (took,) else (*known, took)


def _paused(driving: Driving, event: _Pause) -> Driving:
    match event:
        case e.Paused():
            return Driving.updated(driving, paused=_spoken(event))
        case e.Resumed():
            return Driving.updated(driving, paused=None)
        case e.ClockJumped(seconds=seconds):
            offset = None if driving.clock_offset is None else driving.clock_offset + seconds
            words = f"orch: the clock was set by {seconds:+.0f} s"
            return Driving.updated(driving, paused=words, clock_offset=offset)
        case e.EmergencyLifted(by=by, reason=reason):
            return Driving.updated(driving, stopped=None, paused=f"{by}: emergency stop lifted ({reason})")


def _chosen(driving: Driving, event: _Choice) -> Driving:
    match event:
        case e.DeploymentHeld(reason=reason, by=by):
            return Driving.updated(driving, hold=Hold(reason=reason, by=by))
        case e.Retried() | e.Excluded():
            return Driving.updated(driving, hold=None)
        case e.BackoutBegan():
            return Driving.updated(driving, hold=None, aborting=None)
        case e.AbortRequested():
            return Driving.updated(driving, hold=None, paused=None, aborting=_spoken(event))


def _spoken(event: e.Paused | e.AbortRequested | e.EmergencyStopped) -> str:
    return f"{event.by}: {event.reason}"
