"""The contract of sources of metrics, over the fake and the real adapter."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.adapters import process
from orchestrator.adapters.checks.http_get import HttpGet
from orchestrator.adapters.metrics import SourceMeasurements
from orchestrator.adapters.ssh.on_target import network
from orchestrator.domain.evidence.reading import Reading
from orchestrator.domain.plan.metric import Metric
from orchestrator.domain.plan.target import Target
from orchestrator.engine.measuring_ports import Measurements, MetricQuestion
from orchestrator.engine.redacted_measurements import RedactedMeasurements
from orchestrator.engine.redaction import Redaction
from tests.fakes.measurements import FakeMeasurements

HOSTS = (Target(host="web1", address="10.0.0.1"),)
Make = Callable[[], Measurements]


def fake() -> Measurements:
    sources = FakeMeasurements()
    sources.script("length", 4.0)
    sources.script("broken", Reading(trouble="refused", detail="exit code 3: no disk"))
    return sources


def real() -> Measurements:
    return SourceMeasurements(HttpGet(network.get_http), process.run)


def redacted() -> Measurements:
    return RedactedMeasurements(real(), Redaction())


@pytest.fixture(params=[fake, real, redacted])
def sources(request: pytest.FixtureRequest) -> Measurements:
    make: Make = request.param
    return make()


def question(name: str, code: str) -> MetricQuestion:
    metric = {"name": name, "command": {"run": [sys.executable, "-c", code, "{hosts}"]}, "success": "> 0"}
    return MetricQuestion(Metric.model_validate(metric), HOSTS)


LENGTH = question("length", "import sys; print(len(sys.argv[1]))")
BROKEN = question(
    "broken", "import sys; sys.exit('no disk') if 0 else (sys.stderr.write('no disk'), sys.exit(3))"
)


def test_every_question_has_a_reading_in_its_place(sources: Measurements, tmp_path: Path) -> None:
    readings = sources.measure([BROKEN, LENGTH, BROKEN], tmp_path)
    assert [(reading.value, reading.trouble) for reading in readings] == [
        (None, "refused"),
        (4.0, None),
        (None, "refused"),
    ]
    assert "no disk" in readings[0].detail


def test_nothing_asked_is_nothing_measured(sources: Measurements, tmp_path: Path) -> None:
    assert sources.measure([], tmp_path) == []
