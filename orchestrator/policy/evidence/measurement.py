"""What a measurement means by the conditions of its metric. Without a number on each side nothing is a success."""

import math
from typing import NamedTuple

from orchestrator.domain.evidence.reading import Reading
from orchestrator.domain.journal.events.measuring import Measured, Side, Verdict, Why
from orchestrator.domain.plan.condition import condition_of
from orchestrator.domain.plan.metric import Compare, Metric, ValueConditions


class Sides(NamedTuple):
    """The readings of one measurement, and of how many hosts; no control where no untouched host is left."""

    deployed: Reading
    hosts: int
    control: Reading | None = None
    untouched: int = 0
    earlier: bool = False


class Judged(NamedTuple):
    """The verdict with its reason, the number that it rests on, and whether that is a value without a control."""

    verdict: Verdict
    why: Why = "condition"
    side: Side = "deployed"
    compared: float | None = None
    alone: bool = False


def judged(metric: Metric, sides: Sides) -> Judged:
    """The verdict on one measurement."""
    missing = _missing(metric.compare, "deployed", sides.deployed)
    if missing is not None:
        return missing
    value = sides.deployed.value or 0.0
    if metric.compare is None:
        return _by_conditions(value, metric.success, metric.failure)
    if sides.control is None:
        return _alone(metric.compare, value)
    return _missing(metric.compare, "control", sides.control) or _compared(
        metric, value, sides.control.value or 0.0
    )


def measured(metric: Metric, sides: Sides, judgement: Judged) -> Measured:
    """The fact for the journal; its stage, wave and duration are filled in by whoever measured."""
    control = sides.control or Reading()
    detail = control.detail if judgement.side == "control" else sides.deployed.detail
    return Measured(
        stage="gate",
        wave=0,
        metric=metric.name,
        verdict=judgement.verdict,
        why=judgement.why,
        side=judgement.side,
        value=sides.deployed.value,
        sample=sides.deployed.sample,
        deployed=sides.hosts,
        control=control.value,
        control_sample=control.sample,
        untouched=sides.untouched,
        by=metric.compare.by if metric.compare is not None else None,
        compared=judgement.compared,
        earlier_control=sides.earlier,
        alone=judgement.alone,
        detail=detail,
    )


def _missing(compare: Compare | None, side: Side, reading: Reading) -> Judged | None:
    """Inconclusive where a side has no number, or one that rests on too little."""
    if reading.trouble is not None:
        return Judged("inconclusive", reading.trouble, side)
    if reading.value is None:
        return Judged("inconclusive", "no_value", side)
    minimum = compare.minimum_sample if compare is not None else None
    if minimum is not None and (reading.sample is None or reading.sample < minimum):
        return Judged("inconclusive", "small_sample", side)
    return None


def _by_conditions(value: float, success: str, failure: str | None) -> Judged:
    if failure is not None and condition_of(failure).holds(value):
        return Judged("failed")
    if condition_of(success).holds(value):
        return Judged("success")
    return Judged("inconclusive", "between") if failure is not None else Judged("failed")


def _alone(compare: Compare, value: float) -> Judged:
    conditions = compare.without_control
    if not isinstance(conditions, ValueConditions):
        return Judged("inconclusive", "no_control", "control")
    return _by_conditions(value, conditions.success, conditions.failure)._replace(alone=True)


def _compared(metric: Metric, value: float, control: float) -> Judged:
    compared = _ratio(value, control) if metric.compare and metric.compare.by == "ratio" else value - control
    if compared is None or not math.isfinite(compared):
        return Judged("inconclusive", "control_zero", "control")
    return _by_conditions(compared, metric.success, metric.failure)._replace(compared=compared)


def _ratio(value: float, control: float) -> float | None:
    """Two zeros are alike; more than nothing is no multiple of nothing."""
    if control == 0:
        return 1.0 if value == 0 else None
    return value / control
