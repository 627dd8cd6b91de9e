"""The port of metrics whose details hold no vaulted value; the numbers are as they were measured."""

from collections.abc import Sequence
from pathlib import Path

from orchestrator.domain.evidence.reading import Reading
from orchestrator.engine.measuring_ports import Measurements, MetricQuestion
from orchestrator.engine.redaction import Redaction


class RedactedMeasurements(Measurements):
    """Sources, asked as ever; while the vaulted values are not known, no detail is kept."""

    def __init__(self, sources: Measurements, redaction: Redaction) -> None:
        self._sources, self._redaction = sources, redaction

    def measure(
        self, questions: Sequence[MetricQuestion], project: Path, passed: Sequence[str] = ()
    ) -> list[Reading]:
        """See the port."""
        readings = self._sources.measure(questions, project, passed)
        if not any(reading.detail for reading in readings):
            return readings
        missing = self._redaction.missing()
        redact = self._redaction.redactor
        return [
            reading._replace(detail=missing or redact(reading.detail)) if reading.detail else reading
            for reading in readings
        ]
