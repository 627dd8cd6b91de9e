"""The measurements of each metric as a chart: the deployed hosts, those not yet touched, and what the plan allows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from math import ceil
from typing import Literal

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.plan.condition import condition_of
from orchestrator.domain.plan.metric import Metric, ValueConditions
from orchestrator.domain.text.format import seconds_words
from orchestrator.policy.telling.metric_events import metric_of
from orchestrator.policy.telling.words.metric_words import measured_words, number_words, tally_words

WIDTH, HEIGHT = 780.0, 190.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 16.0, 14.0, 26.0
TICKS = 4
Style = Literal["deployed", "control", "success", "failure"]
DRAWN_UP_TO, STRETCHES = 240, 80
DRAWN_WORDS = "{} are drawn: of each stretch the lowest, the highest and the worst."
_SEVERITY = {"success": 0, "inconclusive": 1, "failed": 2}
Measurement = tuple[datetime, e.Measured]
Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """One series: its style, its name for the legend, and its points as SVG writes them, stretch by stretch.

    Nothing is drawn over a time at which there was no value.
    """

    style: Style
    stretches: tuple[str, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One measurement of the deployed hosts: where it stands, its verdict, and its sentence."""

    x: float
    y: float
    verdict: str
    words: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A word on an axis."""

    place: float
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """All shapes of one metric at one gate; `words` are its counts, its last measurement, and what is left out."""

    title: str
    words: str
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    across: tuple[Scale, ...]
    up: tuple[Scale, ...]


def charts_of(d: Deployment, records: Iterable[Recorded]) -> list[Chart]:
    """A chart for each metric of each gate, and of early life support, in the order in which they were first measured."""
    return [_chart(d, measurements) for measurements in grouped(records)]


def grouped(records: Iterable[Recorded]) -> list[list[Measurement]]:
    """The measurements of each metric at each gate, and in early life support."""
    groups: dict[tuple[str, int, str], list[Measurement]] = {}
    for record in records:
        event = record.event
        if isinstance(event, e.Measured):
            groups.setdefault((event.stage, event.wave, event.metric), []).append((record.at, event))
    return list(groups.values())


def _chart(d: Deployment, measurements: Sequence[Measurement]) -> Chart:
    first = measurements[0][1]
    metric = metric_of(d, first)
    place = d.waves[first.wave].name if first.stage == "gate" else "early life support"
    tallies = tally_words((event.metric, event.verdict) for _, event in measurements)
    drawn = thinned(measurements)
    named = _series(metric, drawn)
    axes = _Axes(measurements, [pair[1] for _, _, pairs in named for pair in pairs if pair is not None])
    left_out = f" {DRAWN_WORDS.format(len(drawn))}" if len(drawn) < len(measurements) else ""
    return Chart(
        f"{place}: {first.metric}",
        f"{tallies}. {measured_words(metric, measurements[-1][1])}{left_out}",
        tuple(Line(style, axes.stretches(pairs), name) for style, name, pairs in named if any(pairs)),
        tuple(axes.mark(at, event, measured_words(metric, event)) for at, event in drawn),
        axes.across(),
        axes.up(),
    )


def thinned(measurements: Sequence[Measurement]) -> Sequence[Measurement]:
    """All of them up to DRAWN_UP_TO; of more, the last, and of each of STRETCHES stretches the lowest, highest and worst."""
    if len(measurements) <= DRAWN_UP_TO:
        return measurements
    size = ceil(len(measurements) / STRETCHES)
    kept = {len(measurements) - 1}
    for start in range(0, len(measurements), size):
        stretch = range(start, min(start + size, len(measurements)))
        valued = [index for index in stretch if measurements[index][1].value is not None]
        kept |= {min(valued, key=lambda index: _value(measurements, index))} if valued else set()
        kept |= {max(valued, key=lambda index: _value(measurements, index))} if valued else set()
        kept.add(max(stretch, key=lambda index: _SEVERITY[measurements[index][1].verdict]))
    return [measurements[index] for index in sorted(kept)]


def _value(measurements: Sequence[Measurement], index: int) -> float:
    return measurements[index][1].value or 0.0


def _series(
    metric: Metric | None, measurements: Sequence[Measurement]
) -> list[tuple[Style, str, list[Pair | None]]]:
    """The series with their seconds and values; thresholds of a comparison move with the control."""
    start = measurements[0][0]
    timed = [((at - start).total_seconds(), event) for at, event in measurements]
    series: list[tuple[Style, str, list[Pair | None]]] = [
        ("deployed", "new hosts", [_pair(x, event.value) for x, event in timed]),
        ("control", "hosts not yet touched", [_pair(x, event.control) for x, event in timed]),
    ]
    styles: tuple[Style, Style] = ("success", "failure")
    for style in styles if metric is not None else ():
        text = getattr(metric, style)
        for index in range(len(condition_of(text).bounds) if text else 0):
            allowed = [_pair(x, _bound(metric, event, style, index)) for x, event in timed]
            series.append((style, f"{style} {text}", allowed))
    return series


def _pair(x: float, value: float | None) -> Pair | None:
    return None if value is None else (x, value)


def _bound(metric: Metric | None, event: e.Measured, style: Style, index: int) -> float | None:
    """The value of the deployed hosts at which a condition changes, at the time of this measurement."""
    conditions = metric.compare.without_control if metric and metric.compare and event.alone else metric
    if not isinstance(conditions, ValueConditions | Metric):
        return None
    text: str | None = getattr(conditions, style)
    bounds = condition_of(text).bounds if text else ()
    if index >= len(bounds):
        return None
    if event.by is None or event.alone:
        return bounds[index]
    if event.control is None:
        return None
    return event.control * bounds[index] if event.by == "ratio" else event.control + bounds[index]


class _Axes:
    """Seconds to the right and values upwards, from zero or the lowest value."""

    def __init__(self, measurements: Sequence[Measurement], values: Sequence[float]) -> None:
        self._start = measurements[0][0]
        self._seconds = max((measurements[-1][0] - self._start).total_seconds(), 1.0)
        self._low, high = min([0.0, *values]), max([0.0, *values])
        self._span = (high - self._low) * 1.08 or 1.0

    def stretches(self, pairs: Iterable[Pair | None]) -> tuple[str, ...]:
        """The points between two gaps; one that stands alone is written twice, so that it is drawn as a dot."""
        whole = [list(group) for there, group in groupby(pairs, lambda pair: pair is not None) if there]
        return tuple(
            " ".join(self._point(pair) for pair in (stretch * 2 if len(stretch) == 1 else stretch) if pair)
            for stretch in whole
        )

    def _point(self, pair: Pair) -> str:
        return f"{self._x(pair[0]):.1f},{self._y(pair[1]):.1f}"

    def mark(self, at: datetime, event: e.Measured, words: str) -> Mark:
        value = self._low if event.value is None else event.value
        x = self._x((at - self._start).total_seconds())
        return Mark(x, self._y(value), event.verdict, f"{at:%H:%M:%S}: {event.verdict}: {words}")

    def across(self) -> tuple[Scale, ...]:
        steps = (self._seconds * part / TICKS for part in range(TICKS + 1))
        return tuple(Scale(self._x(seconds), seconds_words(round(seconds))) for seconds in steps)

    def up(self) -> tuple[Scale, ...]:
        steps = (self._low + self._span * part / TICKS for part in range(TICKS + 1))
        return tuple(Scale(self._y(value), number_words(value)) for value in steps)

    def _x(self, seconds: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * seconds / self._seconds

    def _y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - self._low) / self._span
