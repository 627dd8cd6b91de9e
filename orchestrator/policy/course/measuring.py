"""When the metrics of a gate or of early life support are measured, and what their measurements decide.

Success is never assumed: every metric needs its successes on the journal. More failures than its limit reject the wave, and
more inconclusive measurements than theirs hold the deployment for a person.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.measuring import Control, MetricProgress
from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.metric import Metric
from orchestrator.policy.course.steps import Perform, Record, Step, WaitUntil
from orchestrator.policy.telling.words.metric_words import exceeded_words


def metrics_of(d: Deployment) -> tuple[Metric, ...]:
    """The metrics that are measured now: those of the wave's gate, or of early life support."""
    if d.rollout.gate is not None:
        wave = d.waves[d.rollout.wave]
        return tuple(metric for metric in wave.gate.metrics if not skipped(metric, last=_is_last(d)))
    early_life = d.plan.validation.early_life
    metrics = early_life.metrics if early_life is not None else ()
    return tuple(metric for metric in metrics if not skipped(metric, last=True))


def metrics_seen(d: Deployment) -> tuple[tuple[Metric, MetricProgress], ...]:
    """The metrics of where the deployment is now, each with its progress; none where nothing is measured."""
    if d.rollout.gate is None and d.early_life.until is None:
        return ()
    return tuple((metric, d.measuring.of(metric.name)) for metric in metrics_of(d))


def skipped(metric: Metric, *, last: bool) -> bool:
    """Whether the plan leaves a metric out where no untouched host is left to compare with."""
    return last and metric.compare is not None and metric.compare.without_control == "skip"


def _is_last(d: Deployment) -> bool:
    return not groups_of(d)[1]


def groups_of(d: Deployment) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The hosts that are deployed, and those not yet touched, both of the present stage; in early life support all of them.

    A host that only an earlier stage has verified is not yet touched by this one.
    """
    if d.rollout.gate is None:
        return d.hosts_standing("verified"), ()
    present = d.waves[d.rollout.wave]
    of_stage = [wave for wave in d.waves if wave.stage == present.stage]
    reached = dict.fromkeys(h for wave in of_stage if wave.number <= present.number for h in wave.hosts)
    later = dict.fromkeys(h for wave in of_stage if wave.number > present.number for h in wave.hosts)
    return (
        tuple(host for host in reached if d.standings[host].standing == "verified"),
        tuple(host for host in later if d.standings[host].standing in ("untouched", "verified")),
    )


def controls_of(d: Deployment) -> dict[str, Control]:
    """The last controls that were measured for hosts of the present stage, by metric."""
    stage = d.waves[d.rollout.wave].stage
    return {name: last for name, last in d.measuring.controls.items() if d.waves[last.wave].stage == stage}


def due_metrics(d: Deployment, now: datetime) -> tuple[Metric, ...]:
    """The metrics to measure at this moment."""
    return tuple(metric for metric in _wanted(d) if _due_at(d, metric) <= now)


def measured_beside(d: Deployment, now: datetime, step: Step | None) -> Step | None:
    """The next step of soak or early life support with the metrics measured beside it; None when nothing is left of both.

    `step` is what the checks ask for now; None when they are over.
    """
    if isinstance(step, Perform):
        return Perform("measure", wave=d.rollout.wave) if step.final and _due_before_the_end(d) else step
    wanted = _wanted(d, watched=step is not None)
    if not wanted:
        return step
    due = min(_due_at(d, metric) for metric in wanted)
    if due <= now:
        return Perform("measure", wave=d.rollout.wave)
    if isinstance(step, WaitUntil) and step.moment <= due:
        return step
    return WaitUntil(due, step.what if isinstance(step, WaitUntil) else _awaited_words(d))


def _due_before_the_end(d: Deployment) -> bool:
    """Whether a measurement belongs before the last look at the hosts; one that takes longer than its interval does not."""
    gate = d.rollout.gate
    until = gate.soak_until if gate is not None else d.early_life.until
    return until is not None and any(_due_at(d, metric) <= until for metric in _wanted(d))


def decided(d: Deployment) -> Record | None:
    """The end of waiting that the measurements decide: a wave that is rejected, or a hold for a person."""
    for metric in metrics_of(d):
        progress = d.measuring.of(metric.name)
        if progress.failed > metric.failed_limit and progress.last_failed is not None:
            return _rejected(d, metric, progress, progress.last_failed)
    for metric in metrics_of(d):
        progress = d.measuring.of(metric.name)
        if progress.inconclusive > metric.inconclusive_limit and progress.last_inconclusive is not None:
            words = exceeded_words(
                metric, progress.last_inconclusive, progress.inconclusive, metric.inconclusive_limit
            )
            return Record(e.DeploymentHeld(reason=words, by="orch"))
    return None


def _rejected(d: Deployment, metric: Metric, progress: MetricProgress, event: e.Measured) -> Record:
    reason = exceeded_words(metric, event, progress.failed, metric.failed_limit)
    if d.rollout.gate is None:
        return Record(e.EarlyLifeFailed(hosts=d.hosts_standing("verified"), reason=reason))
    ground = Ground(
        code="metric.failed",
        values={"metric": metric.name, "failed": progress.failed, "allowed": metric.failed_limit},
    )
    return Record(
        e.WaveRejected(wave=d.rollout.wave, hosts=_of_the_wave(d), reason=reason, reasons=(ground,))
    )


def _of_the_wave(d: Deployment) -> tuple[str, ...]:
    """The hosts of the wave that were measured: no metric says which of them it is."""
    verified = set(d.hosts_standing("verified"))
    return tuple(host for host in d.waves[d.rollout.wave].hosts if host in verified)


def _wanted(d: Deployment, *, watched: bool | None = None) -> tuple[Metric, ...]:
    """Every metric while the checks go on; afterwards those whose successes are not all counted."""
    watched = _is_watched(d) if watched is None else watched
    return tuple(metric for metric in metrics_of(d) if watched or owed(d, metric))


def _is_watched(d: Deployment) -> bool:
    gate = d.rollout.gate
    return not gate.soak_is_over if gate is not None else not d.early_life.over


def owed(d: Deployment, metric: Metric) -> bool:
    """Whether a metric still needs successes: its count, and one more where a person let it wait before they confirmed."""
    progress = d.measuring.of(metric.name)
    return progress.successes < metric.count or _unseen_since_confirmed(d, metric, progress)


def _unseen_since_confirmed(d: Deployment, metric: Metric, progress: MetricProgress) -> bool:
    """No process measured while a person was awaited; what was seen long before the confirmation says too little."""
    gate = d.rollout.gate
    if gate is None or not gate.confirmed_after_soak or gate.confirmed_at is None:
        return False
    seen = progress.last_success
    return seen is None or gate.confirmed_at - seen > timedelta(seconds=metric.every)


def _due_at(d: Deployment, metric: Metric) -> datetime:
    """One interval after the newest measurement; the first, one interval after the gate was reached."""
    begun = d.measuring.of(metric.name).last_at or d.measuring.since or d.last_at
    return begun + timedelta(seconds=metric.every)


def _awaited_words(d: Deployment) -> str:
    return "; ".join(_owed_words(d)) or "measurements"


def _owed_words(d: Deployment) -> Iterator[str]:
    for metric in metrics_of(d):
        if owed(d, metric):
            yield f"{metric.name}: {d.measuring.of(metric.name).successes} of {metric.count} successes"
