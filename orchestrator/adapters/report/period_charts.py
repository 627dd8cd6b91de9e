"""The charts of a report: ends over time as columns, causes of failure as bars, lead times as a strip of their cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from zoneinfo import ZoneInfo

from orchestrator.domain.text.format import counted
from orchestrator.policy.measures.period.figure_words import long_words
from orchestrator.policy.measures.period.figures import Share, Times
from orchestrator.policy.measures.period.measure_words import group_words
from orchestrator.policy.measures.period.period_report import END_GROUPS, Part, PeriodReport
from orchestrator.policy.measures.period.period_words import period_words

WIDTH = 780.0
COLUMNS_HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 210.0, 40.0, 12.0, 12.0, 26.0
BAR, NAMES, VALUES = 24.0, 220.0, 120.0
STRIP_HEIGHT = 96.0
TICKS = 4
TICKS_OF_TIME = 6
NICE = (
    1,
    5,
    15,
    60,
    300,
    900,
    1800,
    3600,
    2 * 3600,
    4 * 3600,
    12 * 3600,
    86400,
    2 * 86400,
    7 * 86400,
    28 * 86400,
)
"""Steps of a time axis, in seconds."""
GAP = 0.25
DOTS_IN_A_PILE = 5


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with its style, and the words that it shows when it is pointed at."""

    x: float
    y: float
    width: float
    height: float
    style: str
    words: str


@dataclass(frozen=True, slots=True)
class Label:
    """A word at a place."""

    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Ends over time: the boxes, the days below, the counts at the left with their lines, and the styles that occur."""

    boxes: tuple[Box, ...]
    days: tuple[Label, ...]
    counts: tuple[Label, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars with their names and values."""

    height: float
    boxes: tuple[Box, ...]
    names: tuple[Label, ...]
    values: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """One dot for each case, piled where cases are close; lines at the median and the 90th percentile."""

    dots: tuple[Label, ...]
    ticks: tuple[Label, ...]
    median: Label
    p90: Label


def columns_of(report: PeriodReport, zone: ZoneInfo) -> Columns | None:
    """Ends over time; None where nothing ended."""
    highest = max((sum(part.ended) for part in report.parts), default=0)
    if not highest:
        return None
    step = max(1, ceil(highest / TICKS))
    top = step * ceil(highest / step)
    unit = (COLUMNS_HEIGHT - TOP - BOTTOM) / top
    width = (WIDTH - LEFT - RIGHT) / len(report.parts)
    boxes = [
        box
        for n, part in enumerate(report.parts)
        for box in _stack(part, LEFT + n * width + width * GAP / 2, width * (1 - GAP), unit, zone)
    ]
    days = (
        Label(LEFT + (n + 0.5) * width, COLUMNS_HEIGHT - 8, f"{part.period.begins.astimezone(zone):%d %b}")
        for n, part in enumerate(report.parts)
    )
    counts = (Label(LEFT - 8, COLUMNS_HEIGHT - BOTTOM - n * unit, str(n)) for n in range(0, top + 1, step))
    totals = [sum(part.ended[n] for part in report.parts) for n in range(len(END_GROUPS))]
    groups = tuple(group for group, total in zip(END_GROUPS, totals, strict=True) if total)
    return Columns(tuple(boxes), tuple(days), tuple(counts), groups)


def _stack(part: Part, x: float, width: float, unit: float, zone: ZoneInfo) -> list[Box]:
    boxes: list[Box] = []
    below = 0
    for group, count in zip(END_GROUPS, part.ended, strict=True):
        if count:
            below += count
            y = COLUMNS_HEIGHT - BOTTOM - below * unit
            words = f"{period_words(part.period, zone)}: {counted(count, 'deployment')} {group_words(group)}"
            boxes.append(Box(x, y, width, count * unit, group, words))
    return boxes


def causes_of(report: PeriodReport) -> Bars | None:
    """Causes of failure in the period, most frequent first; None where nothing failed."""
    causes = [
        (measure.now.part, group_words(measure.group), measure.now.of)
        for measure in report.of("failures")
        if isinstance(measure.now, Share) and measure.now.part
    ]
    if not causes:
        return None
    causes.sort(key=lambda cause: (-cause[0], cause[1]))
    unit = (WIDTH - NAMES - VALUES) / max(count for count, _, _ in causes)
    return Bars(
        len(causes) * BAR + 4,
        tuple(
            Box(NAMES, n * BAR + 4, count * unit, BAR - 8, "failed", f"{name}: {count} of {of}")
            for n, (count, name, of) in enumerate(causes)
        ),
        tuple(Label(NAMES - 10, n * BAR + BAR / 2 + 4, name) for n, (_, name, _) in enumerate(causes)),
        tuple(
            Label(NAMES + count * unit + 8, n * BAR + BAR / 2 + 4, f"{count} of {of}")
            for n, (count, _, of) in enumerate(causes)
        ),
    )


def strip_of(report: PeriodReport) -> Strip | None:
    """Every lead time; None where nothing was completed."""
    figure = next(measure.now for measure in report.of("change_lead_time"))
    if not isinstance(figure, Times) or figure.median is None or figure.p90 is None:
        return None
    longest = max(report.lead_times) or 1.0
    scale = (WIDTH - LEFT - RIGHT) / longest
    edge = STRIP_HEIGHT - BOTTOM
    step = next((nice for nice in NICE if longest / nice <= TICKS_OF_TIME), longest / TICKS_OF_TIME)
    ticks = (step * n for n in range(int(longest / step) + 1))
    return Strip(
        _dots(report.lead_times, scale, edge),
        tuple(Label(LEFT + at * scale, STRIP_HEIGHT - 8, long_words(round(at))) for at in ticks),
        Label(LEFT + figure.median * scale, edge, f"median {long_words(round(figure.median))}"),
        Label(LEFT + figure.p90 * scale, edge, f"90 % within {long_words(round(figure.p90))}"),
    )


def _dots(seconds: Sequence[float], scale: float, edge: float) -> tuple[Label, ...]:
    piles: dict[int, int] = {}
    dots: list[Label] = []
    for each in seconds:
        x = LEFT + each * scale
        pile = round(x / 7)
        height = piles[pile] = piles.get(pile, 0) + 1
        y = edge - 5 - 9 * (min(height, DOTS_IN_A_PILE) - 1)
        dots.append(Label(x, y, long_words(round(each))))
    return tuple(dots)
