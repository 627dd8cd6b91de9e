"""The changes that an event makes to the steps of a story: it begins, ends or extends one."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

from orchestrator.domain.evidence.outcome import HostOutcome
from orchestrator.domain.journal.condensed import Condensed
from orchestrator.domain.plan.check import CheckResult
from orchestrator.domain.text.format import counted, seconds_words
from orchestrator.policy.telling.timeline import Result, StepName, Story, StoryStep


class StepChange(ABC):
    """One change to the steps of a story."""

    @abstractmethod
    def apply(self, story: Story, record: Condensed) -> None:
        """Make the change, at the time of the record."""


@dataclass(frozen=True, slots=True)
class Finish(StepChange):
    """A whole step that this event ends; it began with the event before it, or `at_once` with this one."""

    name: StepName
    result: Result
    words: str
    wave: int | None = None
    complaints: tuple[CheckResult, ...] = ()
    checks: int = 0
    asked: int = 0
    faults: tuple[str, ...] = ()
    at_once: bool = False

    def apply(self, story: Story, record: Condensed) -> None:
        began = record.at if self.at_once else story.mark or record.at
        story.steps.append(
            StoryStep(
                self.name,
                self.wave,
                began,
                record.at,
                self.result,
                self.words,
                complaints=self.complaints,
                checks=self.checks,
                faults=self.faults,
                asked=self.asked,
                records=(record.seq,),
            )
        )


@dataclass(frozen=True, slots=True)
class Begin(StepChange):
    """A step that stays open. With `once` nothing begins where a step with this name is already open."""

    name: StepName
    words: str = ""
    wave: int | None = None
    hosts: tuple[str, ...] = ()
    attempt: str = ""
    repeated: bool = False
    once: bool = False

    def apply(self, story: Story, record: Condensed) -> None:
        if not (self.once and story.has_open(self.name)):
            story.steps.append(
                StoryStep(
                    self.name,
                    self.wave,
                    record.at,
                    None,
                    "open",
                    self.words,
                    self.hosts,
                    attempt=self.attempt,
                    repeated=self.repeated,
                )
            )


@dataclass(frozen=True, slots=True)
class End(StepChange):
    """The end of every open step with these names; without `words` they keep their own."""

    names: tuple[StepName, ...]
    result: Result
    words: str = ""

    def apply(self, story: Story, record: Condensed) -> None:
        story.end(record.at, self.result, self.words, *self.names)


@dataclass(frozen=True, slots=True)
class EndAttempt(StepChange):
    """The end of the step of one attempt, with or without an outcome."""

    attempt: str
    result: Result
    words: str
    down: tuple[HostOutcome, ...] = ()
    faults: tuple[str, ...] = ()
    evidence: str = ""

    def apply(self, story: Story, record: Condensed) -> None:
        for step in [s for s in story.steps if s.attempt == self.attempt and s.ended is None]:
            ended = replace(
                step,
                ended=record.at,
                result=self.result,
                words=self.words,
                down=self.down,
                faults=self.faults,
                evidence=self.evidence,
                records=(record.seq,),
            )
            story.change(step, ended)


@dataclass(frozen=True, slots=True)
class AwaitQuiet(StepChange):
    """The wait for hosts after an unclean end: the step begins after the run, and later events only change its text."""

    words: str
    wave: int | None
    hosts: tuple[str, ...]

    def apply(self, story: Story, record: Condensed) -> None:
        step = story.last("quiesce")
        if step is not None and step.ended is None:
            story.change(step, replace(step, words=self.words))
            return
        began = story.mark or record.at
        story.steps.append(StoryStep("quiesce", self.wave, began, None, "open", self.words, self.hosts))


@dataclass(frozen=True, slots=True)
class EndQuiet(StepChange):
    """The end of that wait; if there was no wait, the whole step."""

    result: Result
    words: str
    wave: int | None

    def apply(self, story: Story, record: Condensed) -> None:
        if story.has_open("quiesce"):
            words = f"{self.words}; hosts that gave no answer were asked again"
            story.end(record.at, self.result, words, "quiesce")
        else:
            Finish("quiesce", self.result, self.words, self.wave).apply(story, record)


@dataclass(frozen=True, slots=True)
class Watch(StepChange):
    """Acceptance checks were asked once more during soak or early life support; `final`: for the last time.

    `unwatched`: seconds before that in which nobody looked.
    """

    name: StepName
    asked: int
    complaints: tuple[CheckResult, ...]
    checks: int
    final: bool
    unwatched: float = 0.0

    def apply(self, story: Story, record: Condensed) -> None:
        step = story.last(self.name)
        if step is None:
            return
        asked, complaints = step.asked + self.asked, (*step.complaints, *self.complaints)
        unwatched = step.unwatched + self.unwatched
        words = f"{counted(asked, 'answer')}, {'not all' if complaints else 'all'} passed"
        if unwatched:
            words += f"; longer by {seconds_words(unwatched)} in which nobody looked"
        numbers = (*step.records, record.seq)
        checks = step.checks + self.checks
        longer = replace(
            step,
            asked=asked,
            unwatched=unwatched,
            complaints=complaints,
            checks=checks,
            words=words,
            records=numbers,
        )
        story.change(step, longer)
        if self.final:
            story.end(record.at, "failed" if complaints else "passed", words, self.name)


@dataclass(frozen=True, slots=True)
class WatchAgain(StepChange):
    """A failed soak or early life support begins again."""

    def apply(self, story: Story, record: Condensed) -> None:
        watch = story.last("verification", "soak", "early_life")
        if watch is not None and watch.result == "failed" and watch.name != "verification":
            Begin(watch.name, "again", watch.wave).apply(story, record)


@dataclass(frozen=True, slots=True)
class Drive(StepChange):
    """A process drives; this is a step only where it took over from another process."""

    driver: str
    by: str

    def apply(self, story: Story, record: Condensed) -> None:
        if story.driver not in (None, self.driver):
            words = f"{self.driver} took over for {self.by}; {story.driver} no longer drove"
            Finish("driver", "passed", words, at_once=True).apply(story, record)
        story.driver = self.driver
