"""Sources of metrics that a test owns: what they answer is scripted, what was asked of them is noted."""

from collections.abc import Callable, Sequence
from pathlib import Path

from orchestrator.domain.evidence.reading import Reading
from orchestrator.engine.measuring_ports import Measurements, MetricQuestion

Answer = Callable[[tuple[str, ...]], Reading]
"""What a source answers about these hosts."""


class FakeMeasurements(Measurements):
    """Every metric is 1.0 until the test says otherwise."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.projects: list[Path] = []

    def script(self, metric: str, *readings: Reading | float) -> None:
        """What this metric reads for the deployed hosts, one each time it is asked; the last one stays."""
        left = [each if isinstance(each, Reading) else Reading(each) for each in readings]
        self.answers[metric] = lambda hosts: left.pop(0) if len(left) > 1 else left[0]

    def measure(
        self, questions: Sequence[MetricQuestion], project: Path, passed: Sequence[str] = ()
    ) -> list[Reading]:
        """See the port."""
        self.projects.append(project)
        readings = []
        for metric, targets in questions:
            hosts = tuple(target.host for target in targets)
            self.asked.append((metric.name, hosts))
            readings.append(self.answers.get(metric.name, _one)(hosts))
        return readings


def _one(hosts: tuple[str, ...]) -> Reading:
    return Reading(1.0)
