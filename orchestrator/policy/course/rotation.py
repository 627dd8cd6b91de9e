"""When hosts leave the rotation of their load balancers: before they are touched; and come back: when they are verified."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.load_balancer import Rotation
from orchestrator.domain.plan.wave import Wave
from orchestrator.policy.course.steps import Perform, Record, Step


def rotation_of(d: Deployment, wave: int) -> Rotation | None:
    """The load balancers before the hosts of this wave, if any."""
    return d.plan.stage_of(d.waves[wave]).load_balancer


def out_before_touch(d: Deployment, hosts: tuple[str, ...]) -> Step | None:
    """Before an attempt its hosts are taken out; a host that is not seen out is not touched."""
    if rotation_of(d, d.rollout.wave) is None:
        return None
    failed = {
        host: d.rotation.failed[host] for host in d.waves[d.rollout.wave].hosts if host in d.rotation.failed
    }
    if failed:
        return _untouched_back(d) or _not_out(d, failed)
    left = tuple(host for host in hosts if host not in d.rotation.seen_out)
    return Perform("take_out", wave=d.rollout.wave, hosts=left) if left else None


def _untouched_back(d: Deployment) -> Step | None:
    """Hosts that were taken out and never touched go back, before anybody is asked what follows."""
    hosts = tuple(
        host
        for host in d.rotation.out
        if host not in d.touched_hosts and host not in d.rotation.kept_out and host not in d.rotation.not_back
    )
    return Perform("give_back", wave=d.standings[hosts[0]].wave, hosts=hosts) if hosts else None


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
    if rotation_of(d, d.rollout.wave) is None:
        return None
    verified = [h for h in d.waves[d.rollout.wave].hosts if d.standings[h].standing == "verified"]
    failed = [host for host in verified if host in d.rotation.not_back]
    if failed:
        reason = f"{failed[0]} is verified and not back in rotation: {d.rotation.not_back[failed[0]]}"
        return Record(e.DeploymentHeld(reason=reason, by="orch"))
    hosts = tuple(host for host in verified if host in d.rotation.out)
    return Perform("give_back", wave=d.rollout.wave, hosts=hosts) if hosts else None


def back_before_the_end(d: Deployment) -> Step | None:
    """Hosts that were taken out and never touched, where the deployment ends or is taken back."""
    return _untouched_back(d)


def out_for_backout(d: Deployment, wave: Wave, hosts: tuple[str, ...]) -> Step | None:
    """Hosts are taken out before they are backed out; one that cannot be is backed out all the same, and that is told."""
    if rotation_of(d, wave.number) is None:
        return None
    left = tuple(h for h in hosts if h not in d.rotation.seen_out and h not in d.rotation.failed)
    return Perform("take_out", wave=wave.number, hosts=left, purpose="backout") if left else None


def back_after_backout(d: Deployment, wave: Wave, hosts: tuple[str, ...]) -> Step | None:
    """Hosts that a wave's backout has run on, or that need none, come back once they equal their baseline."""
    if rotation_of(d, wave.number) is None:
        return None
    done = tuple(
        h
        for h in hosts
        if h in d.rotation.out and h not in d.rotation.kept_out and h not in d.rotation.not_back
    )
    later = {h for w in d.waves[: wave.number] for h in w.hosts if h in _still_to_take_back(d, w)}
    now = tuple(host for host in done if host not in later)
    return Perform("give_back", wave=wave.number, hosts=now, purpose="backout") if now else None


def _still_to_take_back(d: Deployment, wave: Wave) -> frozenset[str]:
    """Hosts that an earlier stage has to take back too."""
    attempts = d.attempts_of("backout", wave.number)
    began = {h for a in d.attempts if a.purpose == "deploy" and a.wave == wave.number for h in a.begun_on}
    return frozenset(began) - {host for attempt in attempts for host in attempt.hosts}
