"""The story of a deployment: its steps with their beginnings, ends and complaints."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from orchestrator.domain.evidence.outcome import HostOutcome
from orchestrator.domain.plan.check import CheckResult

StepName = Literal[
    "approval",
    "window",
    "components",
    "environment",
    "baseline",
    "entry",
    "rotation",
    "deploy",
    "quiesce",
    "verification",
    "changes",
    "soak",
    "metrics",
    "confirmation",
    "early_life",
    "hold",
    "pause",
    "backout",
    "processes",
    "proof",
    "driver",
    "adoption",
    "schedule",
]
Result = Literal["passed", "failed", "unknown", "open"]
WAITING = frozenset({"approval", "window", "soak", "metrics", "confirmation", "early_life", "hold", "pause"})
"""Steps in which time passes without work."""


@dataclass(frozen=True, slots=True)
class StoryStep:
    """One step: `began` is when all its inputs were on the journal; `open` steps have no end yet.

    `complaints` are the answers that are not a pass, of `checks` in all; `down` the hosts on which a run was not done.
    `unwatched`: seconds of a soak or early life support in which nobody looked.
    `tallies`: metric and verdict of each measurement.
    `records` are the numbers of the events that hold all of its evidence, also what is as it should be.
    """

    name: StepName
    wave: int | None
    began: datetime
    ended: datetime | None
    result: Result
    words: str = ""
    hosts: tuple[str, ...] = ()
    complaints: tuple[CheckResult, ...] = ()
    checks: int = 0
    down: tuple[HostOutcome, ...] = ()
    faults: tuple[str, ...] = ()
    attempt: str = ""
    evidence: str = ""
    asked: int = 0
    unwatched: float = 0.0
    repeated: bool = False
    records: tuple[int, ...] = ()
    tallies: tuple[tuple[str, str], ...] = ()

    @property
    def seconds(self) -> float | None:
        """The duration; None while it is open."""
        return None if self.ended is None else (self.ended - self.began).total_seconds()


@dataclass
class Story:
    """The steps so far, in order; `mark` is when all inputs of the next step were on the journal."""

    steps: list[StoryStep] = field(default_factory=list)
    mark: datetime | None = None
    driver: str | None = None

    def of_wave(self, wave: int) -> list[StoryStep]:
        """The steps of one wave."""
        return [step for step in self.steps if step.wave == wave]

    def of_no_wave(self) -> list[StoryStep]:
        """The steps that belong to the deployment as a whole."""
        return [step for step in self.steps if step.wave is None]

    def last(self, *names: StepName) -> StoryStep | None:
        """The newest step with one of these names."""
        return next((step for step in reversed(self.steps) if step.name in names), None)

    def has_open(self, name: StepName) -> bool:
        """Whether a step with this name has no end yet."""
        return any(step.name == name and step.ended is None for step in self.steps)

    def end(self, at: datetime, result: Result, words: str, *names: StepName) -> None:
        """End every open step with these names; without `words` they keep their own."""
        for place, step in enumerate(self.steps):
            if step.ended is None and step.name in names:
                self.steps[place] = replace(step, ended=at, result=result, words=words or step.words)

    def change(self, old: StoryStep, new: StoryStep) -> None:
        """Replace a step with another."""
        self.steps[self.steps.index(old)] = new
