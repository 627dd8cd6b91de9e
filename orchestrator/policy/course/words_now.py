"""Which words a person can put on a deployment now, as codes; next_moves has the same as commands."""

from typing import Literal

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.standing import DOWN
from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED, State

WordNow = Literal["confirm", "step", "resume", "retry", "exclude", "pause", "hold", "rollback", "abort"]


def words_now(d: Deployment) -> tuple[WordNow, ...]:
    """The words, those that let it go on first. Empty where nothing can be said but what a command line takes."""
    if d.over:
        return ("rollback",) if _is_left(d) else ()
    if d.driving.stopped is not None:
        return ()
    if d.driving.broken is not None and (d.driving.hold is not None or d.driving.paused is not None):
        return (*_end(d), "hold") if d.driving.hold is not None else _end(d)
    if d.driving.paused is not None:
        return ("resume", *_end(d))
    attempt = d.open_attempt
    if attempt is not None and attempt.manual:
        return ("step", "pause", *_end(d))
    if d.driving.hold is not None:
        return _on_hold(d)
    return (*_go_on(d), "pause", *_held(d), *_end(d))


def hosts_to_leave_out(d: Deployment) -> tuple[str, ...]:
    """The hosts because of which it is held, and without which it may go on."""
    stopped = d.rollout.failure.hosts if d.rollout.failure is not None else ()
    down = tuple(host for host in stopped if d.standings[host].standing in DOWN)
    if down:
        return down
    here = d.rotation.of(d.rollout.wave)
    return tuple(host for host in here if here[host].failed) if d.state is State.DEPLOYING else ()


def hosts_to_back_out(d: Deployment) -> tuple[str, ...]:
    """The hosts that a backout covers: all touched ones, except those whose restoration is proved already."""
    return d.unrestored_hosts if d.state is State.BACKED_OUT else d.touched_hosts


def waits_for_confirmation(d: Deployment) -> bool:
    """Whether its gate waits for a person, and for nothing else."""
    gate = d.rollout.gate
    return (
        d.state is State.AT_GATE
        and gate is not None
        and gate.confirm is not None
        and not gate.confirmed
        and gate.soak_is_over
    )


def _is_left(d: Deployment) -> bool:
    return d.state not in NEVER_TOUCHED and bool(hosts_to_back_out(d))


def _go_on(d: Deployment) -> tuple[WordNow, ...]:
    return ("confirm",) if waits_for_confirmation(d) else ("resume",)


def _on_hold(d: Deployment) -> tuple[WordNow, ...]:
    left = d.waves[d.rollout.wave or 0].hosts
    again = d.state is State.BACKING_OUT or any(d.standings[h].standing != "excluded" for h in left)
    without = bool(hosts_to_leave_out(d)) and d.state is not State.BACKING_OUT
    retry: tuple[WordNow, ...] = ("retry",) if again else ()
    exclude: tuple[WordNow, ...] = ("exclude",) if without else ()
    return (*retry, *exclude, *_taken_back(d), *_end(d), "hold")


def _taken_back(d: Deployment) -> tuple[WordNow, ...]:
    return ("rollback",) if d.touched_hosts and d.state is not State.BACKING_OUT else ()


def _held(d: Deployment) -> tuple[WordNow, ...]:
    return ("hold",) if d.touched else ()


def _end(d: Deployment) -> tuple[WordNow, ...]:
    """A backout that has begun goes on to its end, and an abort is asked for once."""
    return () if d.state is State.BACKING_OUT or d.driving.aborting is not None else ("abort",)
