"""When hosts leave the rotation of their load balancers: before they are touched; and come back: when they are verified.

A host that is out with nothing begun on it comes back before the deployment ends, is held, or waits for a person.
"""

from collections.abc import Iterable, Iterator

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.rotation_progress import HostRotation
from orchestrator.domain.evidence.attempt import Purpose
from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.load_balancer import Rotation
from orchestrator.domain.plan.wave import Wave
from orchestrator.policy.course.steps import Perform, Record, Step, WaitForPerson

_STOPS: frozenset[type] = frozenset(
    {
        e.DeploymentRefused,
        e.DeploymentCancelled,
        e.DeploymentHeld,
        e.BackoutBegan,
        e.GateReached,
        e.Completed,
        e.CompletedWithExceptions,
        e.Restored,
        e.ResidueFound,
        e.DeploymentBackoutFailed,
    }
)
"""Decisions after which nothing more is begun on hosts that are out: an end, a hold, a backout of others, a gate."""

_PASSES: frozenset[type] = frozenset(
    {
        e.GatePassed,
        e.EarlyLifeBegan,
        e.Completed,
        e.CompletedWithExceptions,
        e.Restored,
        e.ResidueFound,
        e.DeploymentBackoutFailed,
    }
)
"""Decisions that leave verified hosts with the release: those that failed in an earlier wave and were found good since, and
those of a rejected wave that its backout leaves alone."""


def rotation_of(d: Deployment, wave: int) -> Rotation | None:
    """The load balancers before the hosts of this wave, if any."""
    return d.plan.stage_of(d.waves[wave]).load_balancer


def given_back_first(d: Deployment, step: Step) -> Step:
    """The step, unless it leaves hosts waiting that are out with nothing begun on them: those come back before it."""
    decision = type(step.event) if isinstance(step, Record) else None
    stops = isinstance(step, WaitForPerson) or decision in _STOPS
    return (idle_back(d) if stops else None) or (_verified_back(d) if decision in _PASSES else None) or step


def _verified_back(d: Deployment) -> Step | None:
    return _give_back(each for each in _to_give_back(d) if d.standings[each.host].standing == "verified")


def idle_back(d: Deployment) -> Step | None:
    """Hosts come back on which nothing was begun since they left; hosts of a backout only where they equal their baseline."""
    backed_out = d.backout.hosts if d.backout is not None else ()
    idle = (each for each in _to_give_back(d) if not begun_since(d, each) and each.host not in backed_out)
    return _give_back(idle)


def begun_since(d: Deployment, each: HostRotation) -> bool:
    """Whether anything may have been begun on a host since it left the rotation, by its own run or by a task for another."""
    return any(
        each.host in attempt.begun_on or any(act.host == each.host for act in attempt.acted_on)
        for attempt in d.attempts[each.since :]
    )


def out_before_touch(d: Deployment, hosts: tuple[str, ...]) -> Step | None:
    """Before an attempt its hosts are taken out; a host that is not seen out is not touched."""
    if rotation_of(d, d.rollout.wave) is None:
        return None
    here = d.rotation.of(d.rollout.wave)
    failed = {host: here[host].failed for host in hosts if host in here and here[host].failed}
    if failed:
        return _not_out(d, failed)
    left = tuple(host for host in hosts if host not in here or not here[host].seen_out)
    return Perform("take_out", wave=d.rollout.wave, hosts=left) if left else None


def _not_out(d: Deployment, failed: dict[str, str]) -> Step:
    host, why = next(iter(failed.items()))
    reason = f"{host} is not out of rotation, so it was not touched: {why}"
    if d.touched_hosts:
        return Record(e.DeploymentHeld(reason=reason, by="orch"))
    return Record(
        e.DeploymentRefused(stage="rotation", reasons=tuple(f"{h}: {w}" for h, w in failed.items()))
    )


def back_when_verified(d: Deployment) -> Step | None:
    """After its verification a wave's hosts come back, before its gate; those that failed stay out."""
    here = d.rotation.of(d.rollout.wave)
    verified = [here[host] for host in here if d.standings[host].standing == "verified"]
    failed = next((each for each in verified if each.not_back), None)
    if failed is not None:
        reason = f"{failed.host} is verified and not back in rotation: {failed.not_back}"
        return Record(e.DeploymentHeld(reason=reason, by="orch"))
    return _give_back(each for each in verified if each.out)


def out_for_backout(d: Deployment, wave: Wave, hosts: tuple[str, ...]) -> Step | None:
    """Hosts are taken out before they are backed out; one that cannot be is backed out all the same, and that is told."""
    if rotation_of(d, wave.number) is None:
        return None
    here = d.rotation.of(wave.number)
    left = tuple(h for h in hosts if h not in here or not (here[h].seen_out or here[h].failed))
    return Perform("take_out", wave=wave.number, hosts=left, purpose="backout") if left else None


def back_after_backout(
    d: Deployment, wave: Wave, hosts: tuple[str, ...], still_to_run: frozenset[str]
) -> Step | None:
    """Hosts that a wave's backout has run on, or that need none, come back once they equal their baseline.

    One that earlier stages have `still_to_run` on waits for those. One that is not of the backout keeps the release, which
    nobody verified there, and stays out.
    """
    chosen = set(hosts) & set(d.backout.hosts if d.backout is not None else ()) - still_to_run
    back = (each for each in _to_give_back(d) if each.wave == wave.number and each.host in chosen)
    return _give_back(back, purpose="backout")


def back_when_proved(d: Deployment) -> Step | None:
    """After the proof of a backout: hosts that were kept out and equal their baseline by now."""
    proved = set(d.hosts_standing("restored"))
    return _give_back(
        each for each in d.rotation.hosts if each.out and not each.not_back and each.host in proved
    )


def _to_give_back(d: Deployment) -> Iterator[HostRotation]:
    """Hosts that are out, and of which it is not known yet that they cannot come back."""
    return (each for each in d.rotation.hosts if each.out and not each.not_back and not each.kept_out)


def _give_back(hosts: Iterable[HostRotation], *, purpose: Purpose = "deploy") -> Step | None:
    """Those of one stage at a time: each has balancers of its own."""
    waiting = list(hosts)
    if not waiting:
        return None
    wave = waiting[0].wave
    named = tuple(each.host for each in waiting if each.wave == wave)
    return Perform("give_back", wave=wave, hosts=named, purpose=purpose)
