"""The report of a measurement: its line, and the step in which all of a gate's metrics are counted."""

from dataclasses import dataclass, replace

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Condensed, Counts
from orchestrator.domain.plan.metric import Metric
from orchestrator.policy.telling.step_changes import Begin, StepChange
from orchestrator.policy.telling.teller import Telling, at, telling_of, wave_name
from orchestrator.policy.telling.timeline import Story
from orchestrator.policy.telling.words.metric_words import measured_words, tally_words


@dataclass(frozen=True, slots=True)
class Measure(StepChange):
    """One measurement more in the step of the metrics, which the first one begins; a failed step begins anew."""

    metric: str
    verdict: str
    words: str
    wave: int | None

    def apply(self, story: Story, record: Condensed) -> None:
        if not story.has_open("metrics"):
            Begin("metrics", wave=self.wave).apply(story, record)
        step = story.last("metrics")
        if step is None:
            return
        tallies = (*step.tallies, (self.metric, self.verdict))
        story.change(
            step,
            replace(
                step,
                tallies=tallies,
                words=f"{tally_words(tallies)}; {self.words}",
                asked=step.asked + 1,
                records=(*step.records, record.seq),
            ),
        )


@telling_of.register
def _measured(event: e.Measured, d: Deployment, counts: Counts) -> Telling:
    words = measured_words(metric_of(d, event), event)
    verdict = "success" if event.verdict == "success" else event.verdict.upper()
    where = wave_name(d, event.wave) if event.stage == "gate" else "early life"
    wave = event.wave if event.stage == "gate" else None
    return Telling(
        at(where, f"measured: {verdict}: {words}"), (Measure(event.metric, event.verdict, words, wave),)
    )


def metric_of(d: Deployment, event: e.Measured) -> Metric | None:
    """The metric of a measurement, as the plan declares it."""
    early_life = d.plan.validation.early_life
    in_early_life = early_life.metrics if early_life is not None else ()
    metrics = d.waves[event.wave].gate.metrics if event.stage == "gate" else in_early_life
    return next((metric for metric in metrics if metric.name == event.metric), None)
