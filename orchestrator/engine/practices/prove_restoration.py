"""The proof of a backout: capture again and compare with the baseline, attribute by attribute."""

from collections.abc import Mapping
from contextlib import closing

from orchestrator.domain.evidence.baseline import Baseline, BaselineReference, Difference
from orchestrator.domain.journal.events import RestorationCompared
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.ports import Targets
from orchestrator.engine.practices.capture_baseline import why_not_whole
from orchestrator.engine.practices.look_for_processes import end_processes
from orchestrator.errors import NotFound
from orchestrator.policy.course.own_processes import search_before_proof
from orchestrator.policy.course.steps import Perform
from orchestrator.policy.evidence.coverage import Captured, captured_of, uncovered_changes
from orchestrator.policy.evidence.drift import compare

SETTLING = (2.0, 5.0)
"""Seconds between captures while something differs: units need a moment to reach their state."""
STEADY_SECONDS = 25.0
"""What a unit that systemd restarted gets to show that it stays (ssh/on_target/items/running.py: 20 s), and some more."""


def perform(context: DriveContext, step: Perform) -> None:
    """Capture and compare; hosts that differ are captured again after a moment, and only lasting differences are reported.

    A host that could not be compared is tried once more, not twice: each try can take its whole time limit.
    """
    context.journal.note(proved(context, step.hosts))


def proved(context: DriveContext, hosts: tuple[str, ...]) -> RestorationCompared:
    """The comparison that proves a restoration, and everything that speaks against it."""
    with closing(context.hosts.stay(search_before_proof(context.deployment))) as targets:
        return _compared_in_quiet(context, targets, hosts)


def _compared_in_quiet(
    context: DriveContext, targets: Targets, hosts: tuple[str, ...]
) -> RestorationCompared:
    """The first capture of each host comes after what lived of the deploy attempts was ended there."""
    captured: dict[str, Captured] = {}
    compared = compare_with_baseline(context, hosts, targets, captured)
    at_work = end_processes(context, targets, hosts)
    silent = set(compared.not_compared)
    for pause in SETTLING:
        differing = {difference.host for difference in compared.differences} | silent
        again = tuple(host for host in hosts if host in differing)
        if not again:
            break
        context.ports.clock.sleep(pause)
        compared = merged(compared, compare_with_baseline(context, again, targets, captured), again)
        silent = set()
    unsteady = tuple(host for host in hosts if _is_unsteady(compared, host))
    if unsteady:
        context.ports.clock.sleep(STEADY_SECONDS)
        compared = merged(compared, compare_with_baseline(context, unsteady, targets, captured), unsteady)
    # A comparison proves nothing where something is still at work; the differences are told all the same.
    unproved = at_work | dict(compared.not_compared)
    uncovered = uncovered_changes(context.deployment, captured)
    return compared.model_copy(update={"not_compared": unproved, "uncovered": uncovered})


def _is_unsteady(compared: RestorationCompared, host: str) -> bool:
    """Whether nothing differs but that systemd restarts a unit that it did not restart before: that may be over soon."""
    attributes = {difference.attribute for difference in compared.differences if difference.host == host}
    return attributes == {"restarting"}


def compare_with_baseline(
    context: DriveContext,
    hosts: tuple[str, ...],
    targets: Targets | None = None,
    before: dict[str, Captured] | None = None,
    since: Mapping[str, BaselineReference] | None = None,
) -> RestorationCompared:
    """One capture of these hosts, compared with their baselines; what was captured is in the store.

    `targets`: the connections to ask over, where some are open. `before` takes what decides of each baseline whether it covers
    a change. `since`: later captures, which are compared with in the place of the baseline.
    """
    references = {**context.deployment.preparation.baselines, **(since or {})}
    decisive = {} if before is None else before
    captured = (targets or context.hosts).capture(
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
        if host not in references:
            not_compared[host] = "no baseline was captured of it: it was dead when the deployment began"
            continue
        try:
            baseline = context.ports.baselines.get(references[host].digest)
        except NotFound as gone:
            not_compared[host] = str(gone)
            continue
        comparison = compare(baseline, now)
        decisive[host] = captured_of(baseline, comparison.differences)
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
