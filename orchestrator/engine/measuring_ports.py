"""The port of what is measured: numbers from monitoring, HTTP, commands and databases. Its docstring is its contract."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from orchestrator.domain.evidence.reading import Reading
from orchestrator.domain.plan.metric import Metric
from orchestrator.domain.plan.target import Target


class MetricQuestion(NamedTuple):
    """One metric for one group of hosts; the paths of its files are those that are read here."""

    metric: Metric
    targets: tuple[Target, ...]


class Measurements(ABC):
    """Sources of metrics, each asked once per question and not again."""

    @abstractmethod
    def measure(
        self, questions: Sequence[MetricQuestion], project: Path, passed: Sequence[str] = ()
    ) -> list[Reading]:
        """One reading per question, in this order; all are asked at the same time, each within its metric's timeout.

        Raises nothing for a source: one that does not answer, refuses, or answers without exactly one finite number is a
        reading with its trouble. `passed` names the variables of this process that the plan passes to what it runs. A
        detail holds no credentials.
        """


class NoMeasurements(Measurements):
    """No source can be asked here: every reading says so."""

    def measure(
        self, questions: Sequence[MetricQuestion], project: Path, passed: Sequence[str] = ()
    ) -> list[Reading]:
        """See the port."""
        return [Reading(trouble="unusable", detail="no source of metrics is wired")] * len(questions)
