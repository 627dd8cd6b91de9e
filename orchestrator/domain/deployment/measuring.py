"""What the metrics of the present gate, or of early life support, have shown so far."""

from datetime import datetime
from typing import TypeGuard, get_args

from orchestrator.domain.journal import events as e
from orchestrator.domain.text.model_base import Moment, Noun


class MetricProgress(Noun):
    """The measurements of one metric, counted by verdict; `last` is the newest."""

    successes: int = 0
    failed: int = 0
    inconclusive: int = 0
    last: e.Measured | None = None
    last_at: Moment | None = None
    last_success: Moment | None = None
    last_failed: e.Measured | None = None
    last_inconclusive: e.Measured | None = None


class Control(Noun):
    """The last value of the untouched hosts that was measured, with its sample, and at the gate of which wave."""

    wave: int
    value: float
    sample: float | None = None


class Measuring(Noun):
    """Metrics are measured since this moment. `controls` outlive their gate: the last wave has no untouched hosts left."""

    since: Moment | None = None
    metrics: dict[str, MetricProgress] = {}
    controls: dict[str, Control] = {}

    def of(self, metric: str) -> MetricProgress:
        """The progress of one metric."""
        return self.metrics.get(metric) or MetricProgress.of_valid()


MeasuringEvent = e.GateReached | e.EarlyLifeBegan | e.Measured | e.Retried | e.Excluded
CHANGED_BY = frozenset(get_args(MeasuringEvent))


def measuring_after(measuring: Measuring, event: e.Event, at: datetime) -> Measuring:
    """The measurements after one more event."""
    return _changed(measuring, event, at) if _changes(event) else measuring


def _changes(event: e.Event) -> TypeGuard[MeasuringEvent]:
    return type(event) in CHANGED_BY


def _changed(measuring: Measuring, event: MeasuringEvent, at: datetime) -> Measuring:
    match event:
        case e.Measured():
            progress = _counted(measuring.of(event.metric), event, at)
            return Measuring.updated(
                measuring,
                metrics={**measuring.metrics, event.metric: progress},
                controls=measuring.controls | _control(event),
            )
        case e.GateReached() | e.EarlyLifeBegan() | e.Retried() | e.Excluded():
            # After a person's choice everything is measured anew: what was seen before rests on other hosts, or other times.
            return Measuring.updated(measuring, since=at, metrics={})


def _control(event: e.Measured) -> dict[str, Control]:
    if event.control is None or event.earlier_control:
        return {}
    return {event.metric: Control(wave=event.wave, value=event.control, sample=event.control_sample)}


def _counted(progress: MetricProgress, event: e.Measured, at: datetime) -> MetricProgress:
    seen = MetricProgress.updated(progress, last=event, last_at=at)
    match event.verdict:
        case "success":
            return MetricProgress.updated(seen, successes=progress.successes + 1, last_success=at)
        case "failed":
            return MetricProgress.updated(seen, failed=progress.failed + 1, last_failed=event)
        case "inconclusive":
            return MetricProgress.updated(
                seen, inconclusive=progress.inconclusive + 1, last_inconclusive=event
            )
