"""Taking hosts out of the rotation of their load balancers, and giving them back: asked, and then seen."""

from collections.abc import Sequence

from orchestrator.domain.evidence.rotation import Seen
from orchestrator.domain.journal.events import RotationBegan, RotationEnded
from orchestrator.domain.journal.events.rotation import Way
from orchestrator.domain.plan.load_balancer import Balancer, Rotation
from orchestrator.engine.balancing_ports import BalancerPlace
from orchestrator.engine.check_files import rotation_in_place
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.practices.prove_restoration import proved
from orchestrator.policy.course.rotation import rotation_of
from orchestrator.policy.course.steps import Perform

LOOK = 0.5
"""Seconds between two looks at a balancer."""


def take_out(context: DriveContext, step: Perform) -> None:
    """Take hosts out of every balancer, within the limit, and see that they are out and their connections have ended.

    Where the limit forbids it nothing is asked of a balancer, so nothing is to be given back.
    """
    rotation = _rotation_in_place(context, step.wave)
    if rotation is None:
        return
    refused = _beyond_the_limit(context, rotation, step)
    if refused is not None:
        failed = dict.fromkeys(step.hosts, refused)
        context.journal.note(RotationEnded(wave=step.wave, way="out", failed=failed))
        return
    context.journal.note(RotationBegan(wave=step.wave, way="out", hosts=step.hosts))
    failed = _moved(context, rotation, step.hosts, "out")
    there = tuple(host for host in step.hosts if host not in failed)
    context.journal.note(RotationEnded(wave=step.wave, way="out", there=there, failed=failed))


def give_back(context: DriveContext, step: Perform) -> None:
    """Give hosts back to every balancer, and see that they are in; in a backout only those that equal their baseline."""
    rotation = _rotation_in_place(context, step.wave)
    if rotation is None:
        return
    kept = _not_restored(context, step.hosts) if step.purpose == "backout" else {}
    hosts = tuple(host for host in step.hosts if host not in kept)
    if hosts:
        context.journal.note(RotationBegan(wave=step.wave, way="in", hosts=hosts))
    failed = _moved(context, rotation, hosts, "in")
    there = tuple(host for host in hosts if host not in failed)
    context.journal.note(RotationEnded(wave=step.wave, way="in", there=there, failed=failed, kept_out=kept))


def _rotation_in_place(context: DriveContext, wave: int) -> Rotation | None:
    """The balancers of a wave, with the files that they name at the place where they are read."""
    rotation = rotation_of(context.deployment, wave)
    return None if rotation is None else rotation_in_place(context.deployment, rotation)


def _not_restored(context: DriveContext, hosts: tuple[str, ...]) -> dict[str, str]:
    """Why hosts stay out: who equals the baseline does what it did before. Nothing less than a proof counts."""
    compared = proved(context, hosts)
    differing = {
        each.host: f"{each.kind} {each.name} differs from the baseline"
        for each in reversed(compared.differences)
    }
    return differing | dict(compared.not_compared)


def _beyond_the_limit(context: DriveContext, rotation: Rotation, step: Perform) -> str | None:
    """Why no host may be taken out now: with those that the balancers themselves report as out there would be too many."""
    d = context.deployment
    stage = d.plan.stage_of(d.waves[step.wave])
    fleet = tuple(dict.fromkeys(host for wave in d.waves if wave.stage == stage.name for host in wave.hosts))
    largest = max(len(wave.hosts) for wave in d.waves if wave.stage == stage.name)
    limit = rotation.at_most_out.hosts_of(len(fleet)) if rotation.at_most_out is not None else largest
    out: set[str] = set()
    for balancer in rotation.balancers:
        for host, seen in _look(context, balancer, fleet).items():
            if seen.state == "unknown":
                return f"{balancer.title} does not say how {host} stands: {seen.words}"
            if seen.state != "in":
                out.add(host)
    after = out | set(step.hosts)
    if len(after) <= limit:
        return None
    others = ", ".join(sorted(out - set(step.hosts))) or "none"
    return (
        f"{len(after)} of {len(fleet)} hosts would be out, and at most {limit} may be; out already: {others}"
    )


def _moved(context: DriveContext, rotation: Rotation, hosts: tuple[str, ...], way: Way) -> dict[str, str]:
    """Ask every balancer, then look until every host is where it is to be. Returns why a host is not."""
    failed: dict[str, str] = {}
    for balancer in rotation.balancers:
        targets, place = context.targets(hosts), _place(context, balancer)
        answers = context.ports.balancers.move(balancer, place, targets, way=way)
        failed |= {host: f"{balancer.title}: {why}" for host, why in answers.items()}
    deadline = context.ports.clock.now().timestamp() + rotation.within
    while True:
        waiting = _not_there(context, rotation, [host for host in hosts if host not in failed], way)
        if not waiting:
            return failed
        if context.ports.clock.now().timestamp() >= deadline:
            return failed | waiting
        context.ports.clock.sleep(LOOK)


def _not_there(context: DriveContext, rotation: Rotation, hosts: Sequence[str], way: Way) -> dict[str, str]:
    waiting: dict[str, str] = {}
    for balancer in rotation.balancers:
        for host, seen in _look(context, balancer, hosts).items():
            if not _is_there(seen, way):
                waiting.setdefault(host, f"{balancer.title}: {seen.words}")
    return waiting


def _is_there(seen: Seen, way: Way) -> bool:
    if way == "in":
        return seen.state == "in"
    return seen.state == "out" and not seen.connections


def _look(context: DriveContext, balancer: Balancer, hosts: Sequence[str]) -> dict[str, Seen]:
    if not hosts:
        return {}
    seen = context.ports.balancers.look(balancer, _place(context, balancer), context.targets(hosts))
    return {host: seen.get(host, Seen(state="unknown", words="no answer")) for host in hosts}


def _place(context: DriveContext, balancer: Balancer) -> BalancerPlace:
    """Where a balancer is asked: on its host, or in the project on this machine."""
    d = context.deployment
    on = next((target for target in (*d.targets, *d.beside) if target.host == balancer.on), None)
    return BalancerPlace(context.project, on, d.plan.resources.pass_environment)
