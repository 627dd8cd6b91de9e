"""The measurements of each metric as lines of text: the same verdict again and again is one line."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from orchestrator.adapters.report.metric_charts import Measurement, grouped
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.telling.metric_events import metric_of
from orchestrator.policy.telling.words.metric_words import measured_words, number_words

EACH_UP_TO = 3
"""So many measurements with one verdict are a line each."""


def measured_lines(d: Deployment, records: Iterable[Recorded]) -> list[str]:
    """Every measurement in a sentence, metric by metric; of a long run of one verdict the times, the values and the last."""
    return [
        line
        for measurements in grouped(records)
        for _, run in groupby(measurements, lambda each: each[1].verdict)
        for line in _lines(d, list(run))
    ]


def _lines(d: Deployment, run: Sequence[Measurement]) -> Iterator[str]:
    if len(run) <= EACH_UP_TO:
        yield from (
            f"{at:%Y-%m-%d %H:%M:%S} {event.verdict:<12} {_words(d, (at, event))}" for at, event in run
        )
        return
    (first, event), (last, _) = run[0], run[-1]
    values = [each.value for _, each in run if each.value is not None]
    between = f", {number_words(min(values))} to {number_words(max(values))}" if values else ""
    times = f"{first:%Y-%m-%d %H:%M:%S} to {last:%Y-%m-%d %H:%M:%S} {event.verdict} {len(run)} times{between}"
    yield f"{times}; the last: {_words(d, run[-1])}"


def _words(d: Deployment, measurement: Measurement) -> str:
    event = measurement[1]
    return plain(measured_words(metric_of(d, event), event), 400)
