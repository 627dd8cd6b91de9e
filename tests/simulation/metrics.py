"""Sources of metrics in a simulation, and what must hold of every gate that was passed with them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.reading import Reading
from orchestrator.domain.journal.events import (
    Completed,
    CompletedWithExceptions,
    EarlyLifeBegan,
    Excluded,
    GatePassed,
    GateReached,
    Measured,
    Recorded,
    Retried,
)
from orchestrator.domain.plan.metric import Metric
from orchestrator.engine.measuring_ports import Measurements, MetricQuestion
from orchestrator.policy.evidence.measurement import Sides, judged

ANEW = (GateReached, EarlyLifeBegan, Retried, Excluded)
PASSED = (GatePassed, EarlyLifeBegan, Completed, CompletedWithExceptions)


def drawn_metrics(random: Random) -> list[dict[str, Any]]:
    """The metrics of every gate: one alone, and one that is compared where there is something to compare with."""
    limits = {"failed_limit": random.choice([0, 1]), "inconclusive_limit": random.choice([0, 2])}
    alone = {
        "name": "alone",
        "command": {"run": ["count"]},
        "every": "3s",
        "success": "< 5",
        "failure": "> 8",
    }
    compared = {
        "name": "compared",
        "http": {"url": "http://metrics.test/{hosts}"},
        "every": "5s",
        "success": "<= 3",
        "compare": {"by": "ratio", "without_control": random.choice(["skip", {"success": "< 9"}])},
    }
    return [
        {**alone, **limits, "count": random.choice([1, 4])},
        {**compared, **limits, "count": random.choice([1, 2])},
    ]


class SimulatedMeasurements(Measurements):
    """Mostly good numbers; some are bad, in between, or none. What was answered is noted."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.bad = random.choice([0, 0, 0.05, 0.3])

    def measure(
        self, questions: Sequence[MetricQuestion], project: Path, passed: Sequence[str] = ()
    ) -> list[Reading]:
        """See the port."""
        return [self._reading() for _ in questions]

    def _reading(self) -> Reading:
        if self._random.random() >= self.bad:
            return Reading(self._random.choice([1.0, 2.0]))
        troubles = (
            Reading(trouble="no_answer"),
            Reading(trouble="not_a_number"),
            Reading(),
            Reading(6.0),
            Reading(20.0),
        )
        return self._random.choice(troubles)


def against_metrics(d: Deployment, records: Iterable[Recorded]) -> list[str]:
    """Gates that were passed without the successes of their metrics, and verdicts that their own numbers contradict."""
    breaks: list[str] = []
    counts: dict[str, Counter[str]] = {}
    wave = 0
    in_early_life = False
    for record in records:
        event = record.event
        if isinstance(event, PASSED) and not in_early_life:
            breaks += _lacking(d, wave, counts)
        if isinstance(event, ANEW):
            counts = {}
        if isinstance(event, GateReached):
            wave = event.wave
        in_early_life = in_early_life or isinstance(event, EarlyLifeBegan)
        if isinstance(event, Measured):
            counts.setdefault(event.metric, Counter())[event.verdict] += 1
            breaks += _untrue(d, event)
    return breaks


def _lacking(d: Deployment, wave: int, counts: dict[str, Counter[str]]) -> list[str]:
    breaks = []
    for metric in d.waves[wave].gate.metrics:
        seen = counts.get(metric.name, Counter())
        skippable = metric.compare is not None and metric.compare.without_control == "skip"
        last = all(later.stage != d.waves[wave].stage for later in d.waves[wave + 1 :])
        if seen["success"] < metric.count and not (skippable and last):
            breaks.append(
                f"gate {wave} was passed with {seen['success']} of {metric.count} successes of {metric.name}"
            )
        if seen["failed"] > metric.failed_limit or seen["inconclusive"] > metric.inconclusive_limit:
            breaks.append(f"gate {wave} was passed over the limits of {metric.name}")
    return breaks


def _untrue(d: Deployment, event: Measured) -> list[str]:
    metric: Metric = next(each for each in d.waves[event.wave].gate.metrics if each.name == event.metric)
    control = Reading(event.control) if event.untouched else None
    again = judged(metric, Sides(Reading(event.value), event.deployed, control, event.untouched))
    return (
        []
        if again.verdict == event.verdict
        else [f"{event.metric} was called {event.verdict} and is {again.verdict}"]
    )
