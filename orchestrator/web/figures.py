"""Figures for Prometheus: how many deployments there are in which state, and how long requests take."""

from __future__ import annotations

from collections import Counter as Count
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, Histogram
from prometheus_client import Counter as Total
from prometheus_client.exposition import generate_latest

from orchestrator.engine.lookup.snapshots import survey

if TYPE_CHECKING:
    from orchestrator.engine.ports import Ports

REGISTRY = CollectorRegistry()
DEPLOYMENTS = Gauge("orch_deployments", "Deployments by state.", ["state"], registry=REGISTRY)
WAITING = Gauge(
    "orch_deployments_waiting", "Open deployments that wait for a person.", ["why"], registry=REGISTRY
)
UNREADABLE = Gauge("orch_deployments_unreadable", "Deployments that cannot be read.", registry=REGISTRY)
SECONDS = Histogram(
    "orch_request_seconds", "Seconds until a request was answered.", ["route"], registry=REGISTRY
)
ANSWERS = Total("orch_answers", "Answers by their status.", ["route", "status"], registry=REGISTRY)


def figures(ports: Ports) -> tuple[bytes, str]:
    """The figures as of now, and the type of their text. Nothing in them names a person, a host or a plan."""
    known = survey(ports.journal)
    DEPLOYMENTS.clear()
    for state, number in Count(brief.state.value for brief in known.briefs).items():
        DEPLOYMENTS.labels(state).set(number)
    open_ones = [brief for brief in known.briefs if not brief.over]
    WAITING.labels("held").set(sum(brief.held for brief in open_ones))
    WAITING.labels("paused").set(sum(brief.paused for brief in open_ones))
    WAITING.labels("stopped").set(sum(brief.stopped for brief in open_ones))
    UNREADABLE.set(len(known.unreadable))
    return generate_latest(REGISTRY), CONTENT_TYPE_LATEST


def counted_answer(route: str, status: int, seconds: float) -> None:
    """Count an answer to a request; `route` is a row of the table, so that no caller makes new series."""
    SECONDS.labels(route).observe(seconds)
    ANSWERS.labels(route, str(status)).inc()
