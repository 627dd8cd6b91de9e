"""How long the waves of a deployment took, from its story."""

from collections.abc import Iterable, Sequence

from orchestrator.domain.authority.rehearsal import INJECTED, MeasuredWave
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.completed_times import CompletedTimes, ForwardWave
from orchestrator.domain.journal.lifecycle import State
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


def completed_waves(d: Deployment, story: Story) -> tuple[ForwardWave, ...]:
    """Each wave of a completed deployment that playbooks deployed and that was verified; there is no backout to measure."""
    if d.state is not State.COMPLETED:
        return ()
    forward = (_forward(d, story, number) for number in range(len(d.waves)))
    return tuple(wave for wave in forward if wave is not None)


def completed_times(
    measured: Sequence[tuple[Deployment, Sequence[ForwardWave]]],
) -> CompletedTimes | None:
    """The waves of several completed deployments; None where none was measured."""
    counted = [(d, waves) for d, waves in measured if waves]
    if not counted:
        return None
    newest = max((d for d, _ in counted), key=lambda d: d.last_at)
    return CompletedTimes(
        deployments=len(counted),
        newest=newest.id,
        ended_at=newest.last_at,
        waves=tuple(wave for _, waves in counted for wave in waves),
    )


def _forward(d: Deployment, story: Story, number: int) -> ForwardWave | None:
    """What it took to deploy and verify a wave; None where people did it, or where it did not come to be good."""
    stage = d.plan.stage_of(d.waves[number])
    if stage.manual is not None:
        # What people take says nothing of what they will take.
        return None
    steps = [step for step in story.of_wave(number) if not step.repeated]
    deploy = [step for step in steps if step.name in _DEPLOY]
    verify = [step for step in steps if step.name == "verification"]
    deployed = bool(deploy) and deploy[-1].result == "passed"
    verified = bool(verify) and all(complaint.kind == INJECTED for complaint in verify[-1].complaints)
    if not (deployed and verified):
        return None
    return ForwardWave(
        wave=number,
        hosts=len(d.waves[number].hosts),
        stage=d.waves[number].stage,
        deploy=_seconds(deploy),
        verify=_seconds([*verify, *(step for step in steps if step.name == "changes")]),
    )


def _measured(d: Deployment, story: Story, number: int) -> list[MeasuredWave]:
    forward = _forward(d, story, number)
    back_out = [step for step in story.of_wave(number) if step.name == "backout" and not step.repeated]
    proof = story.last("proof")
    undone = bool(back_out) and back_out[-1].result == "passed"
    by_hand = d.plan.stage_of(d.waves[number]).backout.manual is not None
    if forward is None or by_hand or proof is None or proof.result != "passed" or not undone:
        return []
    return [MeasuredWave(**forward.model_dump(), back_out=_seconds([*back_out, proof]))]


def _seconds(steps: Iterable[StoryStep]) -> float:
    """Never negative, even if the clock was set back meanwhile."""
    return round(max(0.0, sum(step.seconds or 0.0 for step in steps)), 3)


def _slowest(of_one_wave: Sequence[MeasuredWave]) -> MeasuredWave:
    longest = {
        name: max(getattr(wave, name) for wave in of_one_wave) for name in ("deploy", "verify", "back_out")
    }
    return max(of_one_wave, key=lambda wave: wave.hosts).model_copy(update=longest)
