"""What happens at this moment, and what the deployment waits for, by the rule that also drives it."""

from datetime import datetime

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.policy.course.next_step import next_step
from orchestrator.policy.course.steps import Perform, Practice, WaitForPerson, WaitUntil
from orchestrator.policy.telling.timeline import StepName, Story, StoryStep

STEPS: dict[Practice, StepName | None] = {
    "admit": None,
    "authorise_wave": None,
    "verify_components": "components",
    "verify_environment": "environment",
    "capture_baseline": "baseline",
    "check_entry": "entry",
    "take_out": "rotation",
    "give_back": "rotation",
    "quiesce": "quiesce",
    "verify_wave": "verification",
    "compare_changes": "changes",
    "watch": None,
    "measure": None,
    "measure_objectives": None,
    "look_for_processes": "processes",
    "compare_first": "proof",
    "prove_restoration": "proof",
}
"""The step that shows a deed at work; None for deeds that end at once, or are shown as a wait."""
_OF_A_WAVE = frozenset({"take_out", "give_back", "check_entry", "quiesce", "verify_wave", "compare_changes"})


def present_step(d: Deployment, story: Story, now: datetime) -> StoryStep | None:
    """The step at work that the journal does not show, because it only records its end."""
    began = story.mark or d.began_at
    match next_step(d, now):
        case Perform() as deed:
            name = STEPS[deed.practice]
            if name is None or story.has_open(name):
                return None
            wave = deed.wave if deed.practice in _OF_A_WAVE else None
            return StoryStep(name, wave, began, None, "open", hosts=deed.hosts)
        case WaitUntil(moment=moment, what=what) if not d.touched:
            return StoryStep("window", None, began, None, "open", f"{what} at {moment:%Y-%m-%d %H:%M} UTC")
        case WaitForPerson(reason=reason) if not d.touched and d.driving.paused is None:
            return StoryStep("approval", None, began, None, "open", reason)
    return None


def waits_for_person(d: Deployment, now: datetime) -> str | None:
    """What the deployment waits for from a person, or None."""
    step = next_step(d, now)
    return step.reason if isinstance(step, WaitForPerson) else None


def seconds_left(d: Deployment, now: datetime) -> float | None:
    """Seconds that remain of soak or early life support, or None where neither runs."""
    until = (
        d.rollout.gate.soak_until
        if d.rollout.gate is not None and not d.rollout.gate.soaked
        else d.early_life.until
    )
    if until is None or d.over or d.backout is not None:
        return None
    return max(0.0, (until - now).total_seconds())
