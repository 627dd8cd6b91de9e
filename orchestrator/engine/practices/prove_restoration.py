"""The proof of a backout: capture again and compare with the baseline, attribute by attribute."""

from orchestrator.domain.evidence.baseline import Baseline, Difference
from orchestrator.domain.journal.events import RestorationCompared
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.ports import Targets
from orchestrator.engine.practices.capture_baseline import why_not_whole
from orchestrator.errors import NotFound
from orchestrator.policy.course.steps import Perform
from orchestrator.policy.evidence.drift import compare

SETTLING = (2.0, 5.0)
"""Seconds between captures while something differs: units need a moment to reach their state."""


def perform(context: DriveContext, step: Perform) -> None:
    """Capture and compare; hosts that differ are captured again after a moment, and only lasting differences are reported.

    A host that could not be compared is tried once more, not twice: each try can take its whole time limit.
    """
    compared = compare_with_baseline(context, step.hosts)
    silent = set(compared.not_compared)
    for pause in SETTLING:
        differing = {difference.host for difference in compared.differences} | silent
        again = tuple(host for host in step.hosts if host in differing)
        if not again:
            break
        context.ports.clock.sleep(pause)
        compared = merged(compared, compare_with_baseline(context, again), again)
        silent = set()
    context.journal.note(compared)


def compare_with_baseline(
    context: DriveContext, hosts: tuple[str, ...], targets: Targets | None = None
) -> RestorationCompared:
    """One capture of these hosts, compared with their baselines; what was captured is in the store."""
    captured = (targets or context.ports.targets).capture(
        context.targets(hosts), context.deployment.plan.backout.baseline
    )
    whole: list[Baseline] = []
    differences: list[Difference] = []
    not_compared: dict[str, str] = {}
    unseen = context.deployment.unseen_hosts
    for host in hosts:
        now = captured.get(host, "no answer")
        if host in unseen:
            now = "unreachable when its processes were to be ended; what ran there may still run"
        reason = why_not_whole(now)
        if reason is not None or not isinstance(now, Baseline):
            not_compared[host] = reason or "no answer"
            continue
        try:
            before = context.ports.baselines.get(context.deployment.preparation.baselines[host].digest)
        except NotFound as gone:
            not_compared[host] = str(gone)
            continue
        comparison = compare(before, now)
        if comparison.inconclusive is not None:
            not_compared[host] = comparison.inconclusive
        whole.append(now)
        differences += comparison.differences
    return RestorationCompared(
        baselines=tuple(context.ports.baselines.put_all(whole)),
        differences=tuple(differences),
        not_compared=not_compared,
    )


def merged(old: RestorationCompared, new: RestorationCompared, hosts: tuple[str, ...]) -> RestorationCompared:
    """The old comparison, with the new one of these hosts in the place of theirs."""
    again = set(hosts)
    return RestorationCompared(
        baselines=(*(r for r in old.baselines if r.host not in again), *new.baselines),
        differences=(*(d for d in old.differences if d.host not in again), *new.differences),
        not_compared={h: r for h, r in old.not_compared.items() if h not in again} | dict(new.not_compared),
    )
