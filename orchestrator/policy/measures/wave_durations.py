"""How long the waves of a deployment took, from its story."""

from collections.abc import Iterable, Sequence

from orchestrator.domain.authority.rehearsal import INJECTED, MeasuredWave
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.policy.telling.timeline import Story, StoryStep

_DEPLOY = ("entry", "rotation", "deploy", "quiesce")


def measured_waves(d: Deployment, story: Story) -> tuple[MeasuredWave, ...]:
    """Each wave that was deployed, verified and proved backed out; other waves cannot tell how long that takes.

    Seconds between journal entries, so they include orch's own work around a playbook. Soak and people's time are not
    included: the arithmetic takes the soak from the plan. The proof covers all hosts at once, and each wave gets its whole
    time. Second runs of a rehearsal are left out.
    """
    return tuple(wave for number in range(len(d.waves)) for wave in _measured(d, story, number))


def slowest(measured: Sequence[MeasuredWave]) -> tuple[MeasuredWave, ...]:
    """The longest times of each wave, out of several measures."""
    numbers = sorted({wave.wave for wave in measured})
    return tuple(_slowest([wave for wave in measured if wave.wave == number]) for number in numbers)


def _measured(d: Deployment, story: Story, number: int) -> list[MeasuredWave]:
    stage = d.plan.stage_of(d.waves[number])
    if stage.manual is not None or stage.backout.manual is not None:
        # What people take says nothing of what they will take.
        return []
    steps = [step for step in story.of_wave(number) if not step.repeated]
    deploy = [step for step in steps if step.name in _DEPLOY]
    verify = [step for step in steps if step.name == "verification"]
    back_out = [step for step in steps if step.name == "backout"]
    proof = story.last("proof")
    deployed = bool(deploy) and deploy[-1].result == "passed"
    verified = bool(verify) and all(complaint.kind == INJECTED for complaint in verify[-1].complaints)
    undone = bool(back_out) and back_out[-1].result == "passed"
    if proof is None or proof.result != "passed" or not (deployed and verified and undone):
        return []
    return [
        MeasuredWave(
            wave=number,
            hosts=len(d.waves[number].hosts),
            stage=d.waves[number].stage,
            deploy=_seconds(deploy),
            verify=_seconds([*verify, *(step for step in steps if step.name == "changes")]),
            back_out=_seconds([*back_out, proof]),
        )
    ]


def _seconds(steps: Iterable[StoryStep]) -> float:
    """Never negative, even if the clock was set back meanwhile."""
    return round(max(0.0, sum(step.seconds or 0.0 for step in steps)), 3)


def _slowest(of_one_wave: Sequence[MeasuredWave]) -> MeasuredWave:
    longest = {
        name: max(getattr(wave, name) for wave in of_one_wave) for name in ("deploy", "verify", "back_out")
    }
    return max(of_one_wave, key=lambda wave: wave.hosts).model_copy(update=longest)
