"""The full evidence of a step; the story only counts expected results."""

from collections.abc import Sequence

from orchestrator.domain.evidence.baseline import BaselineReference
from orchestrator.domain.evidence.outcome import HostOutcome
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Event, Recorded
from orchestrator.domain.plan.check import CheckResult
from orchestrator.policy.telling.timeline import StoryStep

CHECKED = (e.EnvironmentVerified, e.DeploymentRefused, e.EntryChecked, e.WaveChecked)
CAPTURED = (e.BaselineCaptured, e.ChangesCompared, e.RestorationCompared)


class Evidence:
    """Reads a journal for the evidence of a step of its story."""

    def __init__(self, records: Sequence[Recorded]) -> None:
        self._events = {record.seq: record.event for record in records}

    def results(self, step: StoryStep) -> tuple[CheckResult, ...]:
        """Every check result of the step."""
        return tuple(r for event in self._of(step) if isinstance(event, CHECKED) for r in event.results)

    def answers(self, step: StoryStep) -> tuple[CheckResult, ...]:
        """Every answer that is kept of the step's checks: what is not a pass first, also of earlier looks, then the passes."""
        return (*step.complaints, *(r for r in self.results(step) if r.answer == "passed"))

    def outcomes(self, step: StoryStep) -> tuple[HostOutcome, ...]:
        """The outcome of the step's run on every host."""
        return tuple(
            h for event in self._of(step) if isinstance(event, e.AttemptEnded) for h in event.outcome.hosts
        )

    def references(self, step: StoryStep) -> tuple[BaselineReference, ...]:
        """Every baseline that the step captured."""
        events = self._of(step)
        first = [r for event in events if isinstance(event, e.BackoutCompared) for r in event.equal]
        return (*first, *(r for event in events if isinstance(event, CAPTURED) for r in event.baselines))

    def captured(self) -> tuple[BaselineReference, ...]:
        """Every baseline of the journal, in its order."""
        return tuple(
            r for event in self._events.values() if isinstance(event, CAPTURED) for r in event.baselines
        )

    def _of(self, step: StoryStep) -> list[Event]:
        return [self._events[number] for number in step.records]
