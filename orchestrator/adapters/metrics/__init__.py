"""Sources of metrics, one in each module; sources.py asks them all at the same time."""

from orchestrator.adapters.metrics.sources import SourceMeasurements

__all__ = ["SourceMeasurements"]
