"""The story of a deployment: its steps with their beginnings, ends and evidence, read from the journal alone."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from orchestrator.domain.baseline import BaselineReference
from orchestrator.domain.check import CheckResult
from orchestrator.domain.events import Recorded
from orchestrator.domain.outcome import HostOutcome

StepName = Literal[
    "approval",
    "window",
    "components",
    "environment",
    "baseline",
    "entry",
    "deploy",
    "quiesce",
    "verification",
    "soak",
    "confirmation",
    "early_life",
    "hold",
    "pause",
    "backout",
    "proof",
    "driver",
    "adoption",
    "schedule",
]
Result = Literal["passed", "failed", "unknown", "open"]
WAITING = frozenset({"approval", "window", "soak", "confirmation", "early_life", "hold", "pause"})
"""Steps in which time passes and nobody works."""


@dataclass(frozen=True, slots=True)
class StoryStep:
    """One step: `began` is when the journal had all that it needed; `open` steps have no end yet."""

    name: StepName
    wave: int | None
    began: datetime
    ended: datetime | None
    result: Result
    words: str = ""
    hosts: tuple[str, ...] = ()
    results: tuple[CheckResult, ...] = ()
    outcomes: tuple[HostOutcome, ...] = ()
    faults: tuple[str, ...] = ()
    attempt: str = ""
    evidence: str = ""
    references: tuple[BaselineReference, ...] = ()
    asked: int = 0
    repeated: bool = False

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it is open."""
        return None if self.ended is None else (self.ended - self.began).total_seconds()

    @property
    def abridged(self) -> "StoryStep":
        """Without what only a whole record shows: answers that passed, hosts that are done, baselines."""
        if not (self.results or self.outcomes or self.references):
            return self
        down = tuple(outcome for outcome in self.outcomes if outcome.result != "done")
        complaints = self.complaints
        if len(complaints) == len(self.results) and len(down) == len(self.outcomes) and not self.references:
            return self
        return replace(self, results=complaints, outcomes=down, references=())

    @property
    def complaints(self) -> tuple[CheckResult, ...]:
        """The answers that are not a pass."""
        return tuple(result for result in self.results if result.answer != "passed")


@dataclass
class Story:
    """The steps so far, in order; `mark` is when the journal had all that the next step needs.

    `whole` are the places of steps that came or were changed since the story was last abridged.
    """

    steps: list[StoryStep] = field(default_factory=list)
    mark: datetime | None = None
    driver: str | None = None
    whole: set[int] = field(default_factory=set, repr=False, compare=False)

    def copy(self) -> "Story":
        """The same, which does not grow with this one: only the list of steps ever changes in place."""
        return Story([*self.steps], self.mark, self.driver, {*self.whole})

    def abridge(self) -> None:
        """Forget what only a whole record shows. What is told later comes out the same, for words are made when it is told."""
        for place in self.whole:
            self.steps[place] = self.steps[place].abridged
        self.whole.clear()

    def of_wave(self, wave: int) -> list[StoryStep]:
        """The steps of one wave."""
        return [step for step in self.steps if step.wave == wave]

    def of_no_wave(self) -> list[StoryStep]:
        """The steps that belong to the deployment as a whole."""
        return [step for step in self.steps if step.wave is None]

    def last(self, *names: StepName) -> StoryStep | None:
        """The newest step of one of these names."""
        return next((step for step in reversed(self.steps) if step.name in names), None)

    def has_open(self, name: StepName) -> bool:
        """Whether a step of this name has no end yet."""
        return any(step.name == name and step.ended is None for step in self.steps)

    def finished(self, record: Recorded, name: StepName, result: Result, words: str) -> StoryStep:
        """A step that began at the mark and ended with this record."""
        return StoryStep(name, None, self.mark or record.at, record.at, result, words)

    def add(self, step: StoryStep) -> None:
        """Put a step at the end."""
        self.whole.add(len(self.steps))
        self.steps.append(step)

    def end(self, record: Recorded, result: Result, words: str, *names: StepName) -> None:
        """End every open step of these names; without words they keep their own."""
        for place, step in enumerate(self.steps):
            if step.ended is None and step.name in names:
                self.steps[place] = replace(step, ended=record.at, result=result, words=words or step.words)

    def say(self, words: str, name: StepName) -> None:
        """New words for every open step of this name."""
        self.steps = [
            replace(step, words=words) if step.ended is None and step.name == name else step
            for step in self.steps
        ]

    def change(self, old: StoryStep, new: StoryStep) -> None:
        """Put a step in the place of another."""
        place = self.steps.index(old)
        self.whole.add(place)
        self.steps[place] = new
