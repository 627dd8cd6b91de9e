"""The time axis of the timeline; long waits are drawn shorter and marked."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrator.domain.text.format import seconds_words
from orchestrator.policy.telling.timeline import WAITING, StoryStep

SHORTENED_TO = 0.5
"""A wait is drawn at most as long as this fraction of all active time."""
WORTH_IT = 2.0
"""A wait is shortened only if it gets more than this many times shorter: a true scale is easier to read."""
NICE = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
LEAST_BETWEEN_TICKS = 64.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the axis."""

    x: float
    words: str


@dataclass(frozen=True, slots=True)
class Shortened:
    """A stretch that is drawn shorter than its duration."""

    x: float
    width: float
    words: str


class TimeAxis:
    """Maps times to positions between `left` and `left + width`."""

    def __init__(
        self, steps: Sequence[StoryStep], began: datetime, ended: datetime, left: float, width: float
    ) -> None:
        ended = max(ended, began + timedelta(seconds=1))
        inside = {m for step in steps for m in (step.began, step.ended or ended) if began < m < ended}
        self._moments = [began, *sorted(inside), ended]
        pairs = list(zip(self._moments, self._moments[1:], strict=False))
        lengths = [(b - a).total_seconds() for a, b in pairs]
        idle = [_idle(steps, a, b, ended) for a, b in pairs]
        busy = sum(length for length, waits in zip(lengths, idle, strict=True) if not waits)
        drawn = list(lengths)
        long = [waits and length > WORTH_IT * _cap(busy) for waits, length in zip(idle, lengths, strict=True)]
        runs = _runs(long)
        for run in runs:
            factor = _cap(busy) / sum(lengths[n] for n in run)
            for n in run:
                drawn[n] = lengths[n] * factor
        scale = width / max(sum(drawn), 0.001)
        self._places = [left]
        for length in drawn:
            self._places.append(self._places[-1] + length * scale)
        self.shortened = [
            Shortened(
                self._places[run[0]],
                self._places[run[-1] + 1] - self._places[run[0]],
                seconds_words(round(sum(lengths[n] for n in run))),
            )
            for run in runs
        ]
        self.ticks = self._ticks(began, ended, sum(drawn), width)

    def x(self, moment: datetime) -> float:
        """The position of a time."""
        n = min(max(bisect_right(self._moments, moment) - 1, 0), len(self._moments) - 2)
        a, b = self._moments[n], self._moments[n + 1]
        part = (moment - a).total_seconds() / max((b - a).total_seconds(), 1e-6)
        return self._places[n] + min(max(part, 0.0), 1.0) * (self._places[n + 1] - self._places[n])

    def _ticks(self, began: datetime, ended: datetime, drawn: float, width: float) -> list[Tick]:
        wanted = drawn * 90.0 / width
        every = next((nice for nice in NICE if nice >= wanted), NICE[-1])
        ticks: list[Tick] = []
        for number in range(int((ended - began).total_seconds() / every) + 1):
            x = self.x(began + timedelta(seconds=number * every))
            if any(s.x < x < s.x + s.width for s in self.shortened):
                continue
            if not ticks or x - ticks[-1].x >= LEAST_BETWEEN_TICKS:
                ticks.append(Tick(x, seconds_words(number * every)))
        return ticks


def _idle(steps: Sequence[StoryStep], a: datetime, b: datetime, end: datetime) -> bool:
    return not any(step.name not in WAITING and step.began < b and (step.ended or end) > a for step in steps)


def _cap(busy: float) -> float:
    return max(1.0, busy * SHORTENED_TO)


def _runs(long: Sequence[bool]) -> list[list[int]]:
    """The indexes of long waits; adjacent ones form one run."""
    runs: list[list[int]] = []
    for n, here in enumerate(long):
        if here and n and long[n - 1]:
            runs[-1].append(n)
        elif here:
            runs.append([n])
    return runs
