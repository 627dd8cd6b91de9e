"""All sources of metrics, asked at the same time; whatever goes wrong with one is a reading with its trouble."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from orchestrator.adapters.handed_functions import Get, RunProgram
from orchestrator.adapters.metrics.command import PASSED_ON, command_number
from orchestrator.adapters.metrics.over_http import json_number, prometheus_number
from orchestrator.adapters.metrics.sql import sql_number
from orchestrator.domain.evidence.reading import Reading
from orchestrator.domain.plan.metric import CommandSource, JsonSource, PrometheusSource, SqlSource
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.measuring_ports import Measurements, MetricQuestion

AT_ONCE = 32
DETAIL = 300


class SourceMeasurements(Measurements):
    """Prometheus, JSON over HTTP, commands and databases; `get` asks over HTTP, `run` starts a program."""

    def __init__(self, get: Get, run: RunProgram) -> None:
        self._get, self._run = get, run

    def measure(
        self, questions: Sequence[MetricQuestion], project: Path, passed: Sequence[str] = ()
    ) -> list[Reading]:
        """See the port."""
        if not questions:
            return []
        with ThreadPoolExecutor(min(len(questions), AT_ONCE)) as pool:
            readings = pool.map(lambda question: self._reading(question, project, passed), questions)
            return [reading._replace(detail=plain(reading.detail, DETAIL)) for reading in readings]

    def _reading(self, question: MetricQuestion, project: Path, passed: Sequence[str]) -> Reading:
        metric, targets = question
        variables = {name: os.environ[name] for name in passed if name in os.environ}
        match metric.source:
            case PrometheusSource() as source:
                return prometheus_number(source, targets, metric.sample, metric.timeout, self._get, project)
            case JsonSource() as source:
                return json_number(source, targets, metric.sample, metric.timeout, self._get, project)
            case CommandSource() as source:
                environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | variables
                return command_number(
                    source, targets, metric.sample, metric.timeout, self._run, project, environment
                )
            case SqlSource() as source:
                return sql_number(source, targets, metric.sample, metric.timeout, project, variables)
