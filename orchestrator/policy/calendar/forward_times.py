"""The expected times of a plan's waves by deployments that completed: to deploy and to verify, and nothing of a backout."""

from collections.abc import Sequence
from math import ceil

from orchestrator.domain.evidence.completed_times import CompletedTimes, ForwardWave
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.wave import Wave
from orchestrator.domain.text.format import counted
from orchestrator.domain.text.model_base import Noun, Seconds


class ForwardTimes(Noun):
    """The expected times of a wave, in seconds."""

    wave: int
    name: str
    deploy: Seconds
    verify: Seconds


def forward_times(
    plan: ReleasePlan, waves: Sequence[Wave], completed: CompletedTimes, *, margin: float
) -> tuple[ForwardTimes, ...]:
    """By the slowest batch of `forks` hosts of the same stage, plus `margin`; waves of a stage that never ran are left out."""
    return tuple(
        _expected(wave, alike, plan.stage_of(wave).forks, margin)
        for wave in waves
        if (alike := [each for each in completed.waves if each.stage == wave.stage])
    )


def basis_of(completed: CompletedTimes) -> str:
    """From which deployments the times are, in words."""
    ended = completed.ended_at.strftime("%Y-%m-%d %H:%M UTC")
    return (
        f"{counted(completed.deployments, 'completed deployment')}, the newest {completed.newest} of {ended}"
    )


def _expected(wave: Wave, alike: Sequence[ForwardWave], forks: int, margin: float) -> ForwardTimes:
    batches = _batches(len(wave.hosts), forks)
    deploy, verify = (
        max(float(getattr(each, step)) / _batches(each.hosts, forks) for each in alike)
        for step in ("deploy", "verify")
    )
    longer = batches * (1 + margin)
    return ForwardTimes(wave=wave.number, name=wave.name, deploy=deploy * longer, verify=verify * longer)


def _batches(hosts: int, forks: int) -> int:
    return max(1, ceil(hosts / forks))
