"""Measurement of metrics at a gate and in early life support: each source is asked, the answer judged, the fact recorded."""

from collections.abc import Sequence
from pathlib import Path

from orchestrator.domain.deployment.measuring import Control
from orchestrator.domain.evidence.reading import Reading
from orchestrator.domain.journal.events import Measured
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.metric import Metric
from orchestrator.domain.plan.target import Target
from orchestrator.engine.check_files import metric_in_place
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.measuring_ports import MetricQuestion
from orchestrator.engine.ports import Ports
from orchestrator.policy.course.measuring import controls_of, due_metrics, groups_of
from orchestrator.policy.course.steps import Perform
from orchestrator.policy.evidence.measurement import Sides, judged, measured

Groups = tuple[tuple[Target, ...], tuple[Target, ...]]
"""The hosts that are deployed, and those not yet touched."""


def perform(context: DriveContext, step: Perform) -> None:
    """Measure every metric that is due, for the deployed hosts and where it is compared for the untouched ones."""
    d, clock = context.deployment, context.ports.clock
    began = clock.now()
    metrics = tuple(metric_in_place(d, metric) for metric in due_metrics(d, began))
    deployed, untouched = (tuple(context.targets(hosts)) for hosts in groups_of(d))
    passed = d.plan.resources.pass_environment
    facts = measure_once(
        context.ports, metrics, (deployed, untouched), context.project, passed, controls_of(d)
    )
    took = max(0.0, (clock.now() - began).total_seconds())
    place = {"stage": "gate" if d.state is State.AT_GATE else "early_life", "wave": step.wave, "took": took}
    for fact in facts:
        context.journal.note(fact.model_copy(update=place))


def measure_once(
    ports: Ports,
    metrics: Sequence[Metric],
    groups: Groups,
    project: Path,
    passed: Sequence[str] = (),
    controls: dict[str, Control] | None = None,
) -> list[Measured]:
    """Every metric measured once for these groups of hosts, and judged; `controls` are the last ones that were measured."""
    deployed, untouched = groups
    asked = [MetricQuestion(metric, deployed) for metric in metrics]
    compared = [metric for metric in metrics if metric.compare is not None and untouched]
    asked += [MetricQuestion(metric, untouched) for metric in compared]
    readings = ports.measurements.measure(asked, project, passed)
    control = dict(zip((m.name for m in compared), readings[len(metrics) :], strict=True))
    facts = []
    for metric, reading in zip(metrics, readings, strict=False):
        sides = _sides(
            metric, Sides(reading, len(deployed), control.get(metric.name), len(untouched)), controls or {}
        )
        facts.append(measured(metric, sides, judged(metric, sides)))
    return facts


def _sides(metric: Metric, sides: Sides, controls: dict[str, Control]) -> Sides:
    """The last control stands in where no untouched host is left and the plan says so."""
    last = controls.get(metric.name)
    if metric.compare is None:
        return sides._replace(untouched=0)
    if sides.control is not None or last is None or metric.compare.without_control != "last_control":
        return sides
    return sides._replace(control=Reading(last.value, last.sample), earlier=True)
