"""The proof of a backout: the baseline's capture once more, compared attribute by attribute."""

from orchestrator.domain.evidence.baseline import Baseline, Difference
from orchestrator.domain.journal.events import RestorationCompared
from orchestrator.engine.drive_context import Work
from orchestrator.engine.practices.capture_baseline import why_not_whole
from orchestrator.policy.course.steps import Perform
from orchestrator.policy.evidence.drift import compare

SETTLING = (2.0, 5.0)
"""Seconds between captures while something still differs: units take a moment to reach their state."""


def perform(work: Work, step: Perform) -> None:
    """Capture and compare; hosts that differ are looked at again after a moment, and only what stays is reported.

    A host that could not be compared is asked once more, not twice: each time can cost its whole time limit.
    """
    compared = compare_with_baseline(work, step.hosts)
    silent = set(compared.not_compared)
    for pause in SETTLING:
        differing = {difference.host for difference in compared.differences} | silent
        again = tuple(host for host in step.hosts if host in differing)
        if not again:
            break
        work.ports.clock.sleep(pause)
        compared = _merged(compared, compare_with_baseline(work, again), again)
        silent = set()
    work.chronicle.note(compared)


def compare_with_baseline(work: Work, hosts: tuple[str, ...]) -> RestorationCompared:
    """One capture of these hosts, compared with their baselines; what was captured is in the store."""
    captured = work.ports.targets.capture(work.targets(hosts), work.deployment.plan.backout.baseline)
    whole: list[Baseline] = []
    differences: list[Difference] = []
    not_compared: dict[str, str] = {}
    unseen = work.deployment.unseen_hosts
    for host in hosts:
        now = captured.get(host, "no answer")
        if host in unseen:
            now = "unreachable when its processes were to be ended; what ran there may still run"
        reason = why_not_whole(now)
        if reason is not None or not isinstance(now, Baseline):
            not_compared[host] = reason or "no answer"
            continue
        before = work.ports.baselines.get(work.deployment.preparation.baselines[host].digest)
        comparison = compare(before, now)
        if comparison.inconclusive is not None:
            not_compared[host] = comparison.inconclusive
        whole.append(now)
        differences += comparison.differences
    return RestorationCompared(
        baselines=tuple(work.ports.baselines.put_all(whole)),
        differences=tuple(differences),
        not_compared=not_compared,
    )


def _merged(
    old: RestorationCompared, new: RestorationCompared, hosts: tuple[str, ...]
) -> RestorationCompared:
    again = set(hosts)
    return RestorationCompared(
        baselines=(*(r for r in old.baselines if r.host not in again), *new.baselines),
        differences=(*(d for d in old.differences if d.host not in again), *new.differences),
        not_compared={h: r for h, r in old.not_compared.items() if h not in again} | dict(new.not_compared),
    )
