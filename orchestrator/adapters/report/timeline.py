"""The timeline of a deployment as shapes: lanes for the deployment, for each wave, and, if they are few, for its hosts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from orchestrator.adapters.report.axis import Shortened, Tick, TimeAxis
from orchestrator.adapters.report.evidence import Evidence
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.policy.telling.timeline import WAITING, Result, Story, StoryStep

Family = Literal["check", "run", "wait", "undo"]

LEFT, WIDTH, TOP = 150.0, 830.0, 26.0
LANE, HOST_LANE, GAP = 26.0, 13.0, 8.0
HOSTS_UP_TO = 40
NARROWEST_BAR = 2.5
LETTER = 6.6
"""Approximate width of a label's letter, in pixels."""
MARGIN = 6.0
"""From the edge of a bar to its label, or to the sign next to a bar that is too narrow for it."""
SIGN = 8.0
"""Half the width of a sign, with some space."""
ROOM_FOR_SIGN = 9.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One step in its lane; `label` is empty where it would not fit."""

    x: float
    y: float
    width: float
    height: float
    family: Family
    result: Result
    label: str
    label_x: float
    title: str

    @property
    def sign_x(self) -> float | None:
        """The centre of the sign of a step that did not pass, in the bar or right of it; None without a sign."""
        if self.result not in ("failed", "unknown"):
            return None
        if self.width < ROOM_FOR_SIGN:
            return self.x + self.width + MARGIN
        return self.x + self.width - min(ROOM_FOR_SIGN, self.width / 2)


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane with its name on the left."""

    y: float
    height: float
    name: str
    host: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """All shapes of the timeline."""

    width: float
    height: float
    left: float
    lanes: tuple[Lane, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    shortened: tuple[Shortened, ...]


def timeline_of(d: Deployment, story: Story, evidence: Evidence, end: datetime) -> Timeline:
    """The timeline up to `end`."""
    axis = TimeAxis(story.steps, d.began_at, end, LEFT, WIDTH)
    lanes: list[Lane] = [Lane(TOP, LANE, "deployment", host=False)]
    bars = [_bar(step, axis, end, lanes[0]) for step in story.of_no_wave()]
    y = TOP + LANE + GAP
    for wave in d.waves:
        lane = Lane(y, LANE, wave.name, host=False)
        lanes.append(lane)
        steps = story.of_wave(wave.number)
        bars += [_bar(step, axis, end, lane) for step in steps]
        y += LANE + 2
        if len(d.standings) <= HOSTS_UP_TO:
            for host in wave.hosts:
                lanes.append(Lane(y, HOST_LANE, host, host=True))
                bars += _host_bars(host, steps, evidence, axis, end, lanes[-1])
                y += HOST_LANE + 1
        y += GAP
    return Timeline(
        LEFT + WIDTH + 20,
        y + 4,
        LEFT,
        tuple(lanes),
        tuple(_clear_of_signs(bars)),
        tuple(axis.ticks),
        tuple(axis.shortened),
    )


def _clear_of_signs(bars: list[Bar]) -> Iterator[Bar]:
    """Move labels behind the sign of a narrow bar before them; leave out labels that no longer fit."""
    signs = [(bar.y, bar.sign_x) for bar in bars if bar.sign_x is not None and bar.width < ROOM_FOR_SIGN]
    for bar in bars:
        in_the_way = [x for y, x in signs if y == bar.y and abs(x - bar.label_x) < SIGN + MARGIN]
        begins = max((x + SIGN for x in in_the_way), default=bar.label_x)
        fits = begins + len(bar.label) * LETTER < bar.x + bar.width
        yield replace(bar, label=bar.label if fits else "", label_x=begins)


def family_of(step: StoryStep) -> Family:
    """The family of a step, which decides its colour."""
    if step.name in WAITING:
        return "wait"
    if step.name == "deploy":
        return "run"
    return "undo" if step.name == "backout" else "check"


def _bar(step: StoryStep, axis: TimeAxis, end: datetime, lane: Lane, result: Result | None = None) -> Bar:
    x = axis.x(step.began)
    width = max(NARROWEST_BAR, axis.x(step.ended or end) - x)
    name = step.name.replace("_", " ")
    fits = not lane.host and width > (len(name) + 2) * LETTER
    title = f"{lane.name}: {name}: {step.words}"
    label = name if fits else ""
    return Bar(
        x, lane.y, width, lane.height, family_of(step), result or step.result, label, x + MARGIN, title
    )


def _host_bars(
    host: str, steps: Iterable[StoryStep], evidence: Evidence, axis: TimeAxis, end: datetime, lane: Lane
) -> list[Bar]:
    bars = []
    for step in steps:
        result = _result_on(host, step, evidence)
        if result is not None:
            bars.append(_bar(step, axis, end, lane, result))
    return bars


def _result_on(host: str, step: StoryStep, evidence: Evidence) -> Result | None:
    """The result of the step on one host; None if the step did not involve it."""
    if step.attempt and host in step.hosts:
        outcome = next((each for each in evidence.outcomes(step) if each.host == host), None)
        if outcome is None:
            return step.result
        results: dict[str, Result] = {
            "done": "passed",
            "not_done": "failed",
            "unknown": "unknown",
            "untouched": "failed",
        }
        return results[outcome.result]
    answers = {result.answer for result in evidence.results(step) if result.host == host}
    if not answers:
        return None
    if "failed" in answers:
        return "failed"
    return "passed" if answers == {"passed"} else "unknown"
